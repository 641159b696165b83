// SPDX-License-Identifier: GPL-2.0-only
/* See sweep.h: how things are made to fail, and the suite. */
#include <linux/fault-inject.h>
#include <linux/sched.h>

#include "suites/suites.h"
#include "suites/sweep.h"

#define SWEEP_MAX	400

enum sweep_kind { SWEEP_MEMORY, SWEEP_ACCESSES, SWEEP_CALLS, SWEEP_KINDS };

static const char * const sweep_kinds[] = { "allocation", "access", "call" };

/* What can be made to fail: with the kernel's help all, without only calls. */
#ifdef CONFIG_FAULT_INJECTION

#define SWEEP_FIRST SWEEP_MEMORY

/* The @nth allocation of this thread fails. */
static long sweep_memory(struct kunit *test, const struct sweep *sweep,
			 void *data, unsigned int nth, bool *reached)
{
	long ret;

	current->fail_nth = nth;
	ret = sweep->op(test, data);
	*reached = !current->fail_nth;
	current->fail_nth = 0;
	return ret;
}

/* The @nth access to user memory of this thread fails, and no other. */
static struct fault_attr *accesses_arm(unsigned int nth)
{
	struct fault_attr *attr = (void *)fake_symbol("fail_usercopy");

	attr->interval = nth;
	attr->count = 0;
	attr->task_filter = true;
	attr->probability = 100;
	atomic_set(&attr->times, 1);
	current->make_it_fail = 1;
	return attr;
}

static bool accesses_disarm(struct fault_attr *attr)
{
	current->make_it_fail = 0;
	attr->probability = 0;
	return !atomic_read(&attr->times);
}

static long sweep_accesses(struct kunit *test, const struct sweep *sweep,
			   void *data, unsigned int nth, bool *reached)
{
	struct fault_attr *attr = accesses_arm(nth);
	long ret = sweep->op(test, data);

	*reached = accesses_disarm(attr);
	return ret;
}

#else

#define SWEEP_FIRST SWEEP_CALLS

static long sweep_memory(struct kunit *test, const struct sweep *sweep,
			 void *data, unsigned int nth, bool *reached)
{
	return -EOPNOTSUPP;
}

#define sweep_accesses sweep_memory

#endif

/* Does it, with something failing. Sets whether it came to that. */
static long sweep_op(struct kunit *test, const struct sweep *sweep, void *data,
		     unsigned int nth, enum sweep_kind kind, bool *reached)
{
	long ret;

	switch (kind) {
	case SWEEP_MEMORY:
		return sweep_memory(test, sweep, data, nth, reached);
	case SWEEP_ACCESSES:
		return sweep_accesses(test, sweep, data, nth, reached);
	default:
		fake_fail(FAKE_ANY, nth, 0);
		ret = sweep->op(test, data);
		*reached = fake_rules_done();
		fake_rules_clear();
		return ret;
	}
}

/*
 * One round. Returns whether nothing failed in it. An allocation that fails
 * need not be the driver's: the kernel keeps books for its debugging, too, and
 * does without if it must.
 */
static bool sweep_round(struct kunit *test, const struct sweep *sweep,
			void *data, unsigned int nth, enum sweep_kind kind)
{
	struct fake_census before;
	bool reached;
	char when[64];
	long ret;

	snprintf(when, sizeof(when), "%s, %s %u", sweep->name,
		 sweep_kinds[kind], nth);
	fake_rules_clear();
	fake_census(&before);
	ret = sweep_op(test, sweep, data, nth, kind, &reached);
	if (ret >= 0) {
		KUNIT_EXPECT_TRUE_MSG(test, !reached || sweep->may_succeed ||
				      kind == SWEEP_MEMORY,
				      "%s: succeeds though something failed", when);
		if (sweep->undo)
			sweep->undo(test, data, ret);
	} else {
		KUNIT_EXPECT_TRUE_MSG(test, reached,
				      "%s: fails (%ld) though nothing failed",
				      when, ret);
	}
	env_expect_same(test, &before, when);
	return !reached;
}

void sweep_row(struct kunit *test, const struct sweep *sweep)
{
	void *data = sweep->setup ? sweep->setup(test) : NULL;
	unsigned int nth, rounds[SWEEP_KINDS] = {};
	enum sweep_kind kind;

	for (kind = SWEEP_FIRST; kind < SWEEP_KINDS; kind++) {
		for (nth = 1; nth < SWEEP_MAX; nth++) {
			/*
			 * Three times: which allocation is the nth depends on
			 * what the allocator has in store.
			 */
			if (kind == SWEEP_MEMORY) {
				sweep_round(test, sweep, data, nth, kind);
				sweep_round(test, sweep, data, nth, kind);
			}
			if (sweep_round(test, sweep, data, nth, kind))
				break;
		}
		KUNIT_EXPECT_LT_MSG(test, nth, SWEEP_MAX, "%s: no end", sweep->name);
		rounds[kind] = nth - 1;
	}
	kunit_info(test, "%s: %u allocations, %u accesses, %u calls failed\n",
		   sweep->name, rounds[SWEEP_MEMORY], rounds[SWEEP_ACCESSES],
		   rounds[SWEEP_CALLS]);
}

void sweep_rows(struct kunit *test, const struct sweep *rows, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		sweep_row(test, &rows[i]);
		if (i + 1 < nr)
			sweep_again(test);
	}
}

TEST(sweep_evtchn)
{
	evtchn_sweep(test);
}

TEST(sweep_privcmd)
{
	privcmd_sweep(test);
}

TEST(sweep_gntdev)
{
	gntdev_sweep(test);
}

TEST(sweep_gntdev_dmabuf)
{
	gntdev_dmabuf_sweep(test);
}

TEST(sweep_gntalloc)
{
	gntalloc_sweep(test);
}

static struct kunit_case sweep_cases[] = {
	KUNIT_CASE_SLOW(sweep_evtchn),
	KUNIT_CASE_SLOW(sweep_privcmd),
	KUNIT_CASE_SLOW(sweep_gntdev),
	KUNIT_CASE_SLOW(sweep_gntdev_dmabuf),
	KUNIT_CASE_SLOW(sweep_gntalloc),
	{}
};

ENV_SUITE(sweep, sweep_cases);
