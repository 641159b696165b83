// SPDX-License-Identifier: GPL-2.0-only
/* See observe.h. */
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "lib/refusals.h"
#include "suites/observe.h"

#define TRACING		"/sys/kernel/tracing"
#define DEBUGFS		"/sys/kernel/debug/xen-devices"

static char text[1 << 17];

/* What the driver gave to debugfs. Without a name that the kernel may not keep. */
static struct xen_files *find_files(const char *device)
{
	struct xen_files *files = NULL;
	unsigned int saved = fake_enter();
	struct file *file;
	char path[64];

	snprintf(path, sizeof(path), DEBUGFS "/%s/refusals", device);
	file = filp_open(path, O_RDONLY, 0);
	if (!IS_ERR(file)) {
		files = file_inode(file)->i_private;
		__fput_sync(file);
	}
	fake_leave(saved);
	return files;
}

static unsigned long all_refusals(const struct xen_refusals *refusals)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < refusals->nr; i++)
		sum += atomic_long_read(&refusals->count[i]);
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

static bool trace_system(const char *system, bool on)
{
	char path[64];

	snprintf(path, sizeof(path), TRACING "/events/%s/enable", system);
	return write_to(path, on ? "1" : "0");
}

/* Returns false where the kernel has no tracing. */
bool observe_trace(const char *device, bool on)
{
	char system[32];

	if (on)
		write_to(TRACING "/trace", "\n");
	snprintf(system, sizeof(system), "xen_%s", device);
	return trace_system(system, on) && trace_system("xen_devices", on);
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

#else

void observe_no_memory(struct kunit *test, long (*fn)(void *data), void *data)
{
}

#endif

static void expect_shown(struct kunit *test, const char *device,
			 const char *reason, long count)
{
	char path[64], want[64];
	const char *line;

	snprintf(path, sizeof(path), DEBUGFS "/%s/refusals", device);
	snprintf(want, sizeof(want), "%s ", reason);
	line = observe_line(observe_read(path), want);
	snprintf(want, sizeof(want), "%s %ld", reason, count);
	KUNIT_EXPECT_STREQ(test, line ?: "none", want);
}

static void expect_traced(struct kunit *test, const char *device,
			  const char *reason)
{
	char want[80];

	snprintf(want, sizeof(want), "refused: device=%s reason=%s err=-", device,
		 reason);
	observe_expect(test, want);
}

static noinline void go_one_way(struct kunit *test, const struct xen_refusals *r,
				unsigned int i, refusal_fn *way)
{
	long count = atomic_long_read(&r->count[i]);
	unsigned long all = all_refusals(r);
	bool traced;

	traced = observe_trace(r->device, true);
	way(test);
	observe_trace(r->device, false);
	KUNIT_EXPECT_EQ_MSG(test, atomic_long_read(&r->count[i]), count + 1,
			    "%s", r->reasons[i]);
	KUNIT_EXPECT_EQ_MSG(test, all_refusals(r), all + 1, "%s: another reason",
			    r->reasons[i]);
	if (traced)
		expect_traced(test, r->device, r->reasons[i]);
	expect_shown(test, r->device, r->reasons[i], count + 1);
}

static const struct xen_refusals *refusals_of(struct kunit *test,
					      const char *path)
{
	struct xen_files *files = find_files(strrchr(path, '/') + 1);

	KUNIT_ASSERT_NOT_NULL(test, files);
	return files->refusals;
}

void observe_reasons(struct kunit *test, const char *path,
		     refusal_fn * const *ways, unsigned int nr)
{
	const struct xen_refusals *r = refusals_of(test, path);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, r->nr, nr);
	for (i = 0; i < nr; i++) {
		KUNIT_ASSERT_NOT_NULL(test, r->reasons[i]);
		KUNIT_ASSERT_NOT_NULL(test, ways[i]);
		env_end(test);
		env_begin(test);
		go_one_way(test, r, i, ways[i]);
	}
}

void observe_mistakes(struct kunit *test, const char *path,
		      refusal_fn * const *mistakes, unsigned int nr)
{
	const struct xen_refusals *r = refusals_of(test, path);
	unsigned long before = all_refusals(r);
	unsigned int i;

	for (i = 0; i < nr; i++) {
		env_end(test);
		env_begin(test);
		mistakes[i](test);
		KUNIT_EXPECT_EQ_MSG(test, all_refusals(r), before, "mistake %u", i);
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
