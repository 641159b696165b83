// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntalloc: what it refuses for what reason, and what it shows.
 */
#include <linux/sched.h>
#include <linux/string.h>

#include "gntalloc/gntalloc.h"
#include "suites/evtchn.h"
#include "suites/gntalloc.h"
#include "suites/observe.h"
#include "suites/suites.h"

#define FILES	"/sys/kernel/debug/xen-devices/gntalloc/files"

static void way_limit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, alloc_grefs(env_open(test, GNTALLOC), 1025), -ENOSPC);
}

static void way_grant_table(struct kunit *test)
{
	fake_grant_limit = 3;
	KUNIT_EXPECT_EQ(test, alloc_grefs(env_open(test, GNTALLOC), 4), -ENOSPC);
}

static void way_no_grants(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dealloc_grefs(env_open(test, GNTALLOC), 0, 0), -EINVAL);
}

static void way_unaligned(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dealloc_grefs(env_open(test, GNTALLOC), 5, 1), -EINVAL);
}

static void way_offset(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dealloc_grefs(env_open(test, GNTALLOC), 0, 1), -EINVAL);
}

static void way_notify_action(struct kunit *test)
{
	struct file *file = env_open(test, GNTALLOC);

	KUNIT_EXPECT_EQ(test, alloc_notify(file, alloc_grefs(file, 1), 4, 0),
			-EINVAL);
}

static void way_notify_port(struct kunit *test)
{
	struct file *file = env_open(test, GNTALLOC);

	KUNIT_EXPECT_EQ(test, alloc_notify(file, alloc_grefs(file, 1),
					   UNMAP_NOTIFY_SEND_EVENT, 77), -EINVAL);
}

static void way_private(struct kunit *test)
{
	struct file *file = env_open(test, GNTALLOC);
	long index = alloc_grefs(file, 1);

	KUNIT_EXPECT_EQ(test, (long)env_mmap_at(file, index, 1, RW, MAP_PRIVATE),
			-EINVAL);
}

static void way_mmap(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (long)show(env_open(test, GNTALLOC), 0, 1), -ENOENT);
}

static void way_page_tables(struct kunit *test)
{
	struct file *file = env_open(test, GNTALLOC);
	long index = alloc_grefs(file, 1);

	fake_fail(FAKE_INSERT_PAGES, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, (long)show(file, index, 1), -ENOMEM);
}

static void kill_me(void *data)
{
	env_kill(true);
}

static void way_interrupted(struct kunit *test)
{
	fake_before(FAKE_GRANT_ALLOC, 2, kill_me, NULL);
	KUNIT_EXPECT_EQ(test, alloc_grefs(env_open(test, GNTALLOC), 3 * 64), -EINTR);
	env_kill(false);
}

static long alloc_one(void *file)
{
	return alloc_grefs(file, 1);
}

static void way_memory(struct kunit *test)
{
	observe_no_memory(test, alloc_one, env_open(test, GNTALLOC));
}

static void way_ioctl(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, env_ioctl_at(env_open(test, GNTALLOC), 0x12345, 0),
			-ENOTTY);
}

static refusal_fn * const ways[GNTALLOC_REASONS] = {
	[GNTALLOC_R_LIMIT]		= way_limit,
	[GNTALLOC_R_GRANT_TABLE]	= way_grant_table,
};

/* The caller knows what he has done. */
static refusal_fn * const mistakes[] = {
	way_no_grants,
	way_unaligned,
	way_offset,
	way_notify_action,
	way_notify_port,
	way_private,
	way_mmap,
	way_page_tables,
	way_interrupted,
	way_ioctl,
	way_memory,
};

TEST(gntalloc_every_reason)
{
	observe_reasons(test, GNTALLOC, ways, ARRAY_SIZE(ways));
}

TEST(gntalloc_mistakes_are_not_counted)
{
	observe_mistakes(test, GNTALLOC, mistakes, ARRAY_SIZE(mistakes));
}

/* Once from the index, once in use by a mapping alone, and once by the peer. */
TEST(gntalloc_files_are_listed)
{
	struct file *file = env_open(test, GNTALLOC);
	long index = alloc_grefs(file, 3);
	u32 ref = gref(0);
	unsigned long addr;
	char want[64];

	snprintf(want, sizeof(want), "pid=%d grants=3 bytes=12288 limit=1024 comm=",
		 task_tgid_nr(current));
	KUNIT_EXPECT_NOT_NULL(test, observe_line(observe_read(FILES), want));
	KUNIT_EXPECT_EQ(test, observe_stat("gntalloc", "grants"), 3);
	KUNIT_EXPECT_EQ(test, observe_stat("gntalloc", "bytes"), 12288);
	addr = show(file, index, 1);
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, ref, false));
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, index, 2), 0);
	KUNIT_EXPECT_EQ(test, observe_stat("gntalloc", "grants"), 1);
	KUNIT_EXPECT_EQ(test, observe_stat("gntalloc", "used"), 2);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, observe_stat("gntalloc", "pending"), 1);
	fake_peer_unmaps(ref);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!observe_stat("gntalloc", "pending")));
	KUNIT_EXPECT_EQ(test, observe_stat("gntalloc", "used"), 1);
	KUNIT_EXPECT_EQ(test, observe_stat("gntalloc", "limit"), 1024);
}

TEST(gntalloc_events_are_traced)
{
	struct file *file = env_open(test, GNTALLOC);
	char want[64];
	long index;

	if (!observe_trace("gntalloc", true))
		kunit_skip(test, "the kernel has no tracing");
	index = alloc_grefs(file, 1);
	KUNIT_EXPECT_EQ(test, env_munmap(show(file, index, 1), 1), 0);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, index, 1), 0);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, 0x12345, 0), -ENOTTY);
	observe_trace("gntalloc", false);
	observe_expect(test, "ioctl_enter: device=gntalloc nr=5 ");
	observe_expect(test, "ioctl_exit: device=gntalloc nr=69 cmd=0x12345 ret=-25\n");
	snprintf(want, sizeof(want), " grant: domid=7 ref=%u readonly=0\n", gref(0));
	observe_expect(test, want);
	snprintf(want, sizeof(want), " map: offset=0x%lx pages=1\n", index);
	observe_expect(test, want);
	observe_expect(test, " unmap: pages=1\n");
	snprintf(want, sizeof(want), " revoke: ref=%u revoked=1\n", gref(0));
	observe_expect(test, want);
}

static struct kunit_case observe_cases[] = {
	KUNIT_CASE(gntalloc_every_reason),
	KUNIT_CASE(gntalloc_mistakes_are_not_counted),
	KUNIT_CASE(gntalloc_files_are_listed),
	KUNIT_CASE(gntalloc_events_are_traced),
	{}
};

ENV_SUITE(gntalloc_observe, observe_cases);
