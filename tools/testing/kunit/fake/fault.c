// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: what is to fail, and who is to be called when.
 */
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "fake/fake.h"

enum rule_kind { RULE_FAIL, RULE_BEFORE, RULE_AFTER };

struct rule {
	enum rule_kind kind;
	u32 what;
	/* Calls to go; 0 when it has happened. */
	unsigned int left;
	long code;
	fake_fn *fn;
	void *data;
};

#define RULES	16
#define COUNTED	64

static DEFINE_SPINLOCK(rules_lock);
static struct rule rules[RULES];
static unsigned int nr_rules;
static bool paused;

static struct {
	u32 what;
	unsigned long calls;
} counted[COUNTED];

static struct {
	const char *where;
	fake_fn *fn;
	void *data;
} step;

static void add_rule(const struct rule *rule)
{
	unsigned long flags;

	spin_lock_irqsave(&rules_lock, flags);
	if (!WARN_ON(nr_rules == RULES))
		rules[nr_rules++] = *rule;
	spin_unlock_irqrestore(&rules_lock, flags);
}

/* The @nth call from now on fails. FAKE_ANY: whatever is called, and 0 for its own code. */
void fake_fail(u32 what, unsigned int nth, long code)
{
	struct rule rule = {
		.kind = RULE_FAIL, .what = what, .left = nth, .code = code,
	};

	add_rule(&rule);
}
EXPORT_SYMBOL_GPL(fake_fail);

void fake_before(u32 what, unsigned int nth, fake_fn *fn, void *data)
{
	struct rule rule = {
		.kind = RULE_BEFORE, .what = what, .left = nth, .fn = fn, .data = data,
	};

	add_rule(&rule);
}
EXPORT_SYMBOL_GPL(fake_before);

void fake_after(u32 what, unsigned int nth, fake_fn *fn, void *data)
{
	struct rule rule = {
		.kind = RULE_AFTER, .what = what, .left = nth, .fn = fn, .data = data,
	};

	add_rule(&rule);
}
EXPORT_SYMBOL_GPL(fake_after);

void fake_pause(bool pause)
{
	paused = pause;
}
EXPORT_SYMBOL_GPL(fake_pause);

/* Has everything happened that was asked for? */
bool fake_rules_done(void)
{
	unsigned int i;

	for (i = 0; i < nr_rules; i++) {
		if (rules[i].left)
			return false;
	}
	return true;
}
EXPORT_SYMBOL_GPL(fake_rules_done);

void fake_rules_clear(void)
{
	unsigned long flags;

	spin_lock_irqsave(&rules_lock, flags);
	nr_rules = 0;
	paused = false;
	memset(counted, 0, sizeof(counted));
	memset(&step, 0, sizeof(step));
	spin_unlock_irqrestore(&rules_lock, flags);
}
EXPORT_SYMBOL_GPL(fake_rules_clear);

static void count(u32 what)
{
	unsigned int i;

	for (i = 0; i < COUNTED; i++) {
		if (!counted[i].calls)
			counted[i].what = what;
		if (counted[i].what == what) {
			counted[i].calls++;
			return;
		}
	}
}

/* How often since the rules were cleared. */
unsigned long fake_calls(u32 what)
{
	unsigned int i;

	for (i = 0; i < COUNTED && counted[i].calls; i++) {
		if (counted[i].what == what)
			return counted[i].calls;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(fake_calls);

/* The first rule of that kind whose turn has come. */
static bool rule_due(u32 what, enum rule_kind kind, bool any, struct rule *due)
{
	unsigned long flags;
	bool found = false;
	unsigned int i;

	spin_lock_irqsave(&rules_lock, flags);
	for (i = 0; i < nr_rules && !paused; i++) {
		struct rule *rule = &rules[i];

		if (rule->kind != kind || !rule->left ||
		    (rule->what != what && !(any && rule->what == FAKE_ANY)))
			continue;
		if (--rule->left)
			continue;
		*due = *rule;
		found = true;
		break;
	}
	spin_unlock_irqrestore(&rules_lock, flags);
	return found;
}

bool fake_call(u32 what, long natural, long *code)
{
	unsigned long flags;
	struct rule rule;

	spin_lock_irqsave(&rules_lock, flags);
	count(what);
	spin_unlock_irqrestore(&rules_lock, flags);

	if (rule_due(what, RULE_BEFORE, true, &rule))
		rule.fn(rule.data);
	/* What does not fail of itself is failed by name only. */
	if (!rule_due(what, RULE_FAIL, natural, &rule))
		return false;
	*code = rule.code ?: natural;
	return true;
}

void fake_called(u32 what)
{
	struct rule rule;

	if (rule_due(what, RULE_AFTER, true, &rule))
		rule.fn(rule.data);
}

/* A driver has come to a place that seams.h has a name for. Once only. */
void xen_fake_step(const char *where)
{
	fake_fn *fn = step.fn;

	if (!fn || strcmp(step.where, where))
		return;
	step.fn = NULL;
	fn(step.data);
}
EXPORT_SYMBOL_GPL(xen_fake_step);

void fake_at_step(const char *where, fake_fn *fn, void *data)
{
	step.where = where;
	step.data = data;
	step.fn = fn;
}
EXPORT_SYMBOL_GPL(fake_at_step);

#ifdef CONFIG_FAULT_INJECTION

#define SAVED_MAKE_IT_FAIL	BIT(31)

/* What is to fail of a module's init, and not of what loads it. */
static uint init_fails;
module_param(init_fails, uint, 0200);
MODULE_PARM_DESC(init_fails, "Fails so many allocations into the init of the next module; 0: none does");

void xen_fake_init_begins(void)
{
	if (init_fails)
		current->fail_nth = init_fails;
	init_fails = 0;
}

unsigned int fake_enter(void)
{
	unsigned int saved = 0;

	if (!in_task())
		return 0;
	swap(saved, current->fail_nth);
	if (current->make_it_fail)
		saved |= SAVED_MAKE_IT_FAIL;
	current->make_it_fail = 0;
	return saved;
}

void fake_leave(unsigned int saved)
{
	if (!in_task())
		return;
	current->fail_nth = saved & ~SAVED_MAKE_IT_FAIL;
	current->make_it_fail = !!(saved & SAVED_MAKE_IT_FAIL);
}

#else

void xen_fake_init_begins(void)
{
}

unsigned int fake_enter(void)
{
	return 0;
}

void fake_leave(unsigned int saved)
{
}

#endif

EXPORT_SYMBOL_GPL(xen_fake_init_begins);
EXPORT_SYMBOL_GPL(fake_enter);
EXPORT_SYMBOL_GPL(fake_leave);

/* The kernel's entry to a table that no module is meant to have. */
static ulong kallsyms;
module_param(kallsyms, ulong, 0);
MODULE_PARM_DESC(kallsyms, "Address of kallsyms_lookup_name()");

unsigned long fake_symbol(const char *name)
{
	unsigned long (*lookup)(const char *name) = (void *)kallsyms;
	unsigned long address = lookup ? lookup(name) : 0;

	WARN(!address, "the kernel has no %s", name);
	return address;
}
EXPORT_SYMBOL_GPL(fake_symbol);

void fake_census(struct fake_census *census)
{
	memset(census, 0, sizeof(*census));
	fake_evtchn_census(census);
	fake_irq_census(census);
	fake_frames_census(census);
	fake_gnttab_census(census);
	fake_dma_census(census);
}
EXPORT_SYMBOL_GPL(fake_census);
