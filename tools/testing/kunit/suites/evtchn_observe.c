// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: what it refuses for what reason, and what it shows.
 */
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "evtchn/evtchn.h"
#include "suites/evtchn.h"
#include "suites/observe.h"
#include "suites/suites.h"

#define FILES	"/sys/kernel/debug/xen-devices/evtchn/files"

static struct file *open_restricted(struct kunit *test)
{
	struct file *file = env_open(test, EVTCHN);

	KUNIT_EXPECT_EQ(test, evtchn_restrict_to(file, GUEST), 0);
	return file;
}

static void way_restricted(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, bind_virq(open_restricted(test), 3), -EACCES);
}

static void way_restricted_before(struct kunit *test)
{
	struct file *file = open_restricted(test);

	KUNIT_EXPECT_EQ(test, evtchn_restrict_to(file, OTHER), -EACCES);
}

static void way_domid(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, evtchn_restrict_to(env_open(test, EVTCHN), 0),
			-EINVAL);
}

static void way_xen_ports(struct kunit *test)
{
	fake_evtchn_limit = 1;
	KUNIT_EXPECT_EQ(test, bind_unbound(env_open(test, EVTCHN), GUEST),
			-ENOSPC);
}

static void way_xen(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, bind_interdomain(env_open(test, EVTCHN), 99, 1),
			-ESRCH);
}

static void way_taken(struct kunit *test)
{
	long port = bind_unbound(env_open(test, EVTCHN), GUEST);

	KUNIT_EXPECT_EQ(test, bind_static(env_open(test, EVTCHN), port), -EBUSY);
}

static void way_irq(struct kunit *test)
{
	fake_fail(FAKE_BIND_IRQ, 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, bind_unbound(env_open(test, EVTCHN), GUEST),
			-ENOSPC);
}

static void way_not_bound(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, notify(env_open(test, EVTCHN), 7), -ENOTCONN);
}

static void way_bound(struct kunit *test)
{
	struct file *file = env_open(test, EVTCHN);

	KUNIT_EXPECT_EQ(test, bind_static(file, bind_unbound(file, GUEST)),
			-EISCONN);
}

static void way_port(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, bind_static(env_open(test, EVTCHN), 0), -EINVAL);
}

static void way_channel(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, bind_static(env_open(test, EVTCHN), 77), -EINVAL);
}

/* As many as the smallest ring has room for, and one. */
static void overflow(struct kunit *test, struct file *file)
{
	unsigned int i;
	long port;

	for (i = 0; i <= 64; i++) {
		port = bind_unbound(file, GUEST);
		fake_fire(port);
		KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	}
}

static void way_overflow(struct kunit *test)
{
	struct file *file = env_open(test, EVTCHN);

	overflow(test, file);
	KUNIT_EXPECT_EQ(test, read_port(file), -EFBIG);
}

static void way_restored(struct kunit *test)
{
	struct file *file = env_open(test, EVTCHN);

	KUNIT_EXPECT_GT(test, bind_unbound(file, GUEST), 0);
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, read_port(file), -ENOTCONN);
}

static long bind_one(void *file)
{
	long port = bind_unbound(file, GUEST);

	if (port > 0)
		unbind(file, port);
	return port;
}

static void way_memory(struct kunit *test)
{
	observe_no_memory(test, bind_one, env_open(test, EVTCHN));
}

static void way_ioctl(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, env_ioctl_at(env_open(test, EVTCHN), 0x12345, 0),
			-ENOSYS);
}

static refusal_fn * const ways[EVTCHN_REASONS] = {
	[EVTCHN_R_RESTRICTED]		= way_restricted,
	[EVTCHN_R_XEN_PORTS]		= way_xen_ports,
	[EVTCHN_R_XEN]			= way_xen,
	[EVTCHN_R_IRQ]			= way_irq,
	[EVTCHN_R_RESTORED]		= way_restored,
};

/* The caller knows what he has done. */
static refusal_fn * const mistakes[] = {
	way_restricted_before,
	way_domid,
	way_taken,
	way_not_bound,
	way_bound,
	way_port,
	way_channel,
	way_overflow,
	way_ioctl,
	way_memory,
};

TEST(evtchn_every_reason)
{
	observe_reasons(test, EVTCHN, ways, ARRAY_SIZE(ways));
}

TEST(evtchn_mistakes_are_not_counted)
{
	observe_mistakes(test, EVTCHN, mistakes, ARRAY_SIZE(mistakes));
}

TEST(evtchn_files_are_listed)
{
	struct file *file = env_open(test, EVTCHN), *other;
	char want[128], name[TASK_COMM_LEN];
	long port = bind_unbound(file, GUEST);

	fake_fire(port);
	get_task_comm(name, current);
	strscpy(current->comm, "a b\\\n", TASK_COMM_LEN);
	other = env_open(test, EVTCHN);
	strscpy(current->comm, name, TASK_COMM_LEN);
	KUNIT_EXPECT_EQ(test, evtchn_restrict_to(other, OTHER), 0);
	snprintf(want, sizeof(want), "pid=%d ports=1 slots=64 unread=1 overflow=0 restricted=no",
		 task_tgid_nr(current));
	KUNIT_EXPECT_NOT_NULL(test, observe_line(observe_read(FILES), want));
	snprintf(want, sizeof(want), "pid=%d ports=0 slots=0 unread=0 overflow=0 %s",
		 task_tgid_nr(current), "restricted=9 comm=a\\040b\\134\\012");
	KUNIT_EXPECT_STREQ(test, observe_line(observe_read(FILES), want) ?: "none",
			   want);
	KUNIT_EXPECT_EQ(test, observe_stat("evtchn", "open"), 2);
	KUNIT_EXPECT_EQ(test, observe_stat("evtchn", "ports"), 1);
	KUNIT_EXPECT_EQ(test, observe_stat("evtchn", "unread"), 1);
	env_close(other);
	env_close(file);
	KUNIT_EXPECT_STREQ(test, observe_read(FILES), "");
	KUNIT_EXPECT_EQ(test, observe_stat("evtchn", "open"), 0);
}

TEST(evtchn_overflow_is_shown)
{
	struct file *file = env_open(test, EVTCHN);
	long before = observe_stat("evtchn", "overflows");

	overflow(test, file);
	KUNIT_EXPECT_EQ(test, observe_stat("evtchn", "overflows"), before + 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(observe_read(FILES),
					   " unread=64 overflow=1 "));
}

TEST(evtchn_events_are_traced)
{
	struct file *file = env_open(test, EVTCHN);
	char want[64];
	long port;

	if (!observe_trace("evtchn", true))
		kunit_skip(test, "the kernel has no tracing");
	port = bind_unbound(file, GUEST);
	KUNIT_EXPECT_EQ(test, notify(file, port), 0);
	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	observe_trace("evtchn", false);
	observe_expect(test, "ioctl_enter: device=evtchn nr=2 ");
	observe_expect(test, "hypercall_enter: op=32 cmd=6\n");
	observe_expect(test, "hypercall_exit: op=32 ret=0\n");
	snprintf(want, sizeof(want), " bind: port=%ld irq=", port);
	observe_expect(test, want);
	snprintf(want, sizeof(want), " notify: port=%ld ret=0\n", port);
	observe_expect(test, want);
	snprintf(want, sizeof(want), " unbind: port=%ld\n", port);
	observe_expect(test, want);
	/* Off is off. */
	notify(file, port);
	KUNIT_EXPECT_NULL(test, strstr(observe_traced(), "ret=-107"));
}

static struct kunit_case observe_cases[] = {
	KUNIT_CASE(evtchn_every_reason),
	KUNIT_CASE(evtchn_mistakes_are_not_counted),
	KUNIT_CASE(evtchn_files_are_listed),
	KUNIT_CASE(evtchn_overflow_is_shown),
	KUNIT_CASE(evtchn_events_are_traced),
	{}
};

ENV_SUITE(evtchn_observe, observe_cases);
