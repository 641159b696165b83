// SPDX-License-Identifier: GPL-2.0-only
/* See observe.h. */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "suites/observe.h"

#define TRACING		"/sys/kernel/tracing"
#define DEBUGFS		"/sys/kernel/debug/xen-devices"

static char text[1 << 17];

/* What the driver gave to debugfs. Without a name that the kernel may not keep. */
static struct xen_observed *find_observed(const char *module)
{
	struct xen_observed *observed = NULL;
	unsigned int saved = fake_enter();
	struct file *file;
	char path[64];

	snprintf(path, sizeof(path), DEBUGFS "/%s/refusals", module);
	file = filp_open(path, O_RDONLY, 0);
	if (!IS_ERR(file)) {
		observed = file_inode(file)->i_private;
		__fput_sync(file);
	}
	fake_leave(saved);
	return observed;
}

struct xen_observed *observed_of(const struct file *file)
{
	static const char * const drivers[] = {
		"xen_evtchn", "xen_privcmd", "xen_gntdev", "xen_gntalloc",
	};
	/* They stay loaded as long as the suites. */
	static struct xen_observed *found[ARRAY_SIZE(drivers)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (strcmp(module_name(file->f_op->owner), drivers[i]))
			continue;
		if (!found[i])
			found[i] = find_observed(drivers[i] + strlen("xen_"));
		return found[i];
	}
	return NULL;
}

unsigned long observed_refusals(const struct xen_observed *observed)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; observed && i < observed->nr_reasons; i++)
		sum += atomic_long_read(&observed->refused[i]);
	return sum;
}

/* By way of the process's memory, as these files want it. */
const char *observe_read(const char *path)
{
	unsigned long at = env_user() + (ENV_PAGES - 1) * PAGE_SIZE;
	struct file *file = filp_open(path, O_RDONLY, 0);
	size_t done = 0;
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return NULL;
	while (done + PAGE_SIZE < sizeof(text)) {
		n = file->f_op->read(file, (char __user *)at, PAGE_SIZE, &pos);
		if (n <= 0)
			break;
		env_get(text + done, at, n);
		done += n;
	}
	text[done] = '\0';
	__fput_sync(file);
	return text;
}

const char *observe_line(const char *from, const char *begin)
{
	static char line[256];
	const char *end;

	while (from && strncmp(from, begin, strlen(begin))) {
		from = strchr(from, '\n');
		from = from ? from + 1 : NULL;
	}
	if (!from || !*from)
		return NULL;
	end = strchrnul(from, '\n');
	strscpy(line, from, min_t(size_t, end - from + 1, sizeof(line)));
	return line;
}

static bool write_to(const char *path, const char *value)
{
	unsigned long at = env_user() + (ENV_PAGES - 1) * PAGE_SIZE;
	struct file *file = filp_open(path, O_WRONLY | O_TRUNC, 0);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return false;
	env_put(at, value, strlen(value));
	n = file->f_op->write(file, (const char __user *)at, strlen(value), &pos);
	__fput_sync(file);
	return n == strlen(value);
}

/* Returns false where the kernel has no tracing. */
bool observe_trace(const char *system, bool on)
{
	char path[64];

	if (on)
		write_to(TRACING "/trace", "\n");
	snprintf(path, sizeof(path), TRACING "/events/%s/enable", system);
	return write_to(path, on ? "1" : "0");
}

const char *observe_traced(void)
{
	return observe_read(TRACING "/trace");
}

void observe_expect(struct kunit *test, const char *in_trace)
{
	KUNIT_EXPECT_TRUE_MSG(test, strstr(observe_traced(), in_trace),
			      "'%s' is not in the trace", in_trace);
}

#ifdef CONFIG_FAULT_INJECTION

/* The kernel allocates for itself, too, and can do without some of it. */
void observe_no_memory(struct kunit *test, long (*fn)(void *data), void *data)
{
	unsigned int nth;
	long ret = 0;

	for (nth = 1; nth < 50 && ret != -ENOMEM; nth++) {
		current->fail_nth = nth;
		ret = fn(data);
		current->fail_nth = 0;
	}
	KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
}

#define CAN_FAIL_MEMORY	true

#else

void observe_no_memory(struct kunit *test, long (*fn)(void *data), void *data)
{
}

#define CAN_FAIL_MEMORY	false

#endif

static void expect_shown(struct kunit *test, const struct xen_observed *o,
			 const char *reason, long count)
{
	char path[64], want[64];
	const char *line;

	snprintf(path, sizeof(path), DEBUGFS "/%s/refusals", o->name);
	snprintf(want, sizeof(want), "%s ", reason);
	line = observe_line(observe_read(path), want);
	snprintf(want, sizeof(want), "%s %ld", reason, count);
	KUNIT_EXPECT_STREQ(test, line ?: "none", want);
}

static void expect_traced(struct kunit *test, const char *system,
			  const char *reason)
{
	char want[64];

	snprintf(want, sizeof(want), "refused: reason=%s err=-", reason);
	observe_expect(test, want);
}

static noinline void
go_one_way(struct kunit *test, const struct xen_observed *o, const char *system,
	   unsigned int i, refusal_fn *way)
{
	unsigned long all = observed_refusals(o);
	long count = atomic_long_read(&o->refused[i]);
	const char *reason = o->reasons[i];
	bool traced;

	traced = observe_trace(system, true);
	way(test);
	observe_trace(system, false);
	KUNIT_EXPECT_EQ_MSG(test, atomic_long_read(&o->refused[i]), count + 1,
			    "%s", reason);
	KUNIT_EXPECT_EQ_MSG(test, observed_refusals(o), all + 1,
			    "%s: another reason", reason);
	if (traced)
		expect_traced(test, system, reason);
	expect_shown(test, o, reason, count + 1);
}

void observe_reasons(struct kunit *test, const struct refusal_ways *all)
{
	struct file *file = env_open(test, all->path);
	struct xen_observed *o = observed_of(file);
	char system[32];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, o);
	KUNIT_ASSERT_EQ(test, o->nr_reasons, all->nr);
	snprintf(system, sizeof(system), "xen_%s", o->name);
	for (i = 0; i < all->nr; i++) {
		KUNIT_EXPECT_NOT_NULL(test, o->reasons[i]);
		if (i == all->elsewhere || (i == all->memory && !CAN_FAIL_MEMORY))
			continue;
		KUNIT_EXPECT_NOT_NULL_MSG(test, all->ways[i], "no way to %s",
					  o->reasons[i]);
		if (!all->ways[i])
			continue;
		env_end(test);
		env_begin(test);
		go_one_way(test, o, system, i, all->ways[i]);
	}
}

long observe_stat(const char *module, const char *name)
{
	char path[64], want[32];
	const char *line;
	long value;

	snprintf(path, sizeof(path), DEBUGFS "/%s/stats", module);
	snprintf(want, sizeof(want), "%s ", name);
	line = observe_line(observe_read(path), want);
	if (!line || kstrtol(line + strlen(want), 10, &value))
		return -1;
	return value;
}
