// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntalloc: references, how many there may be, their mappings, and
 * what happens while the peer has not let go.
 */
#include <linux/mm.h>

#include "suites/evtchn.h"
#include "suites/gntalloc.h"
#include "suites/suites.h"

static void set_limit(struct kunit *test, const char *value)
{
	env_set_param(test, "xen_gntalloc", "limit", value);
}

static unsigned long nr_grants(void)
{
	struct fake_census census;

	fake_census(&census);
	return census.grants;
}

/* What the peer reads at the start of the page. */
static u64 peer_reads(struct kunit *test, u32 ref)
{
	struct page *page = fake_peer_maps(GUEST, ref, false);
	u64 value;

	KUNIT_ASSERT_NOT_NULL(test, page);
	value = *(u64 *)page_address(page);
	fake_peer_unmaps(ref);
	return value;
}

static unsigned long show_refs(struct file *file, u64 index, u32 count)
{
	return env_mmap_at(file, index, count, RW, MAP_SHARED);
}

TEST(alloc_share)
{
	struct file *file = env_open(test, GNTALLOC);
	unsigned long addr;
	u64 value = 4711;
	u32 ref[3], i;

	KUNIT_ASSERT_EQ(test, alloc_grefs(file, 3), 0);
	for (i = 0; i < 3; i++)
		ref[i] = gref(i);
	addr = show_refs(file, 0, 3);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, env_get64(addr + i * PAGE_SIZE), 0);
		value = 4711 + i;
		env_put(addr + i * PAGE_SIZE, &value, sizeof(value));
		KUNIT_EXPECT_EQ(test, peer_reads(test, ref[i]), 4711 + i);
		/* Nobody else's. */
		KUNIT_EXPECT_NULL(test, fake_peer_maps(OTHER, ref[i], false));
	}
	/* As libxengntshr does it, at once. */
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 3), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 3);
	KUNIT_EXPECT_EQ(test, peer_reads(test, ref[2]), 4713);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
}

/* Other flags have always been ignored. */
TEST(alloc_writable_or_not)
{
	struct file *file = env_open(test, GNTALLOC);

	KUNIT_ASSERT_EQ(test, alloc_from(file, GUEST, 1, 0xfffe), 0);
	KUNIT_EXPECT_NULL(test, fake_peer_maps(GUEST, gref(0), true));
	KUNIT_EXPECT_EQ(test, peer_reads(test, gref(0)), 0);
	KUNIT_ASSERT_EQ(test, alloc_from(file, GUEST, 1, 1), PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, gref(0), true));
	fake_peer_unmaps(gref(0));
}

TEST(alloc_arguments)
{
	struct file *file = env_open(test, GNTALLOC);
	struct ioctl_gntalloc_alloc_gref arg = { .count = 2 };

	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTALLOC_ALLOC_GREF, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTALLOC_DEALLOC_GREF, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTALLOC_SET_UNMAP_NOTIFY, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, 0, 8), -ENOTTY);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, show_refs(file, 0, 1), -ENOENT);
	KUNIT_ASSERT_EQ(test, alloc_grefs(file, 4), 0);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 8, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, U32_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 4 * PAGE_SIZE, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_mmap_at(file, 0, 4, RW, MAP_PRIVATE), -EINVAL);
	KUNIT_EXPECT_EQ(test, show_refs(file, 0, 5), -ENOENT);
	KUNIT_EXPECT_EQ(test, alloc_notify(file, 4 * PAGE_SIZE, 0, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, alloc_notify(file, 0, 4, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, alloc_notify(file, 0, UNMAP_NOTIFY_SEND_EVENT, 5), -EINVAL);
	/* The results cannot be written: none is left. */
	env_put(env_user(), &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTALLOC_ALLOC_GREF, env_user()),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, RW), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 4);
	/* Some of them can: the last word of a page. */
	arg.count = 2000;
	env_put(env_user() + PAGE_SIZE - 64, &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user() + PAGE_SIZE, 1, PROT_READ), 0);
	set_limit(test, "-1");
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTALLOC_ALLOC_GREF,
					   env_user() + PAGE_SIZE - 64), -EFAULT);
	set_limit(test, "1024");
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user() + PAGE_SIZE, 1, RW), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 4);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 4), 0);
}

/* P12: offsets only ever grow; a hole is not used again, nor bridged. */
TEST(alloc_p12_offsets)
{
	struct file *file = env_open(test, GNTALLOC);

	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 3), 0);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 2), 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 2), 5 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 2), -EINVAL);
	/* Of two allocations, if they follow each other. */
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(show_refs(file, 3 * PAGE_SIZE, 4)));
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 4 * PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, show_refs(file, 3 * PAGE_SIZE, 4), -ENOENT);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 6 * PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 1), 7 * PAGE_SIZE);
	/* The hole is all of an allocation. */
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 2), 8 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 1), 10 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 2), 11 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 10 * PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, show_refs(file, 8 * PAGE_SIZE, 4), -ENOENT);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 8 * PAGE_SIZE, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 8 * PAGE_SIZE, 2), 0);
}

/* P6: at whichever of the blocks it fails, nothing has changed. */
TEST(alloc_p6_every_block)
{
	struct file *file = env_open(test, GNTALLOC);
	unsigned int i;
	long index;

	for (i = 1; i <= 8; i++) {
		fake_fail(FAKE_GRANT_ALLOC, i, -ENOSPC);
		KUNIT_EXPECT_EQ(test, alloc_grefs(file, 8 * 64), -ENOSPC);
		KUNIT_EXPECT_TRUE(test, fake_rules_done());
		KUNIT_EXPECT_EQ(test, nr_grants(), 0);
		fake_rules_clear();
	}
	/* Nor does anything count any more. */
	index = alloc_grefs(file, 1024);
	KUNIT_EXPECT_GE(test, index, 0);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, index, 1024), 0);
	fake_grant_limit = 10;
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 11), -ENOSPC);
	KUNIT_EXPECT_GE(test, alloc_grefs(file, 10), 0);
}

static void kill_me(void *data)
{
	env_kill(true);
}

/* P6, of a process that is being killed meanwhile. */
TEST(alloc_p6_killed)
{
	struct file *file = env_open(test, GNTALLOC);

	fake_before(FAKE_GRANT_ALLOC, 5, kill_me, NULL);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 8 * 64), -EINTR);
	env_kill(false);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT_ALLOC), 5);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
}

/* A u64 is aligned to 4 there, so the structures are shorter. */
TEST(alloc_compat)
{
	struct ioctl_gntalloc_dealloc_gref dealloc = { .count = 2 };
	struct ioctl_gntalloc_alloc_gref arg = { .domid = GUEST, .count = 2 };
	struct file *file = env_open(test, GNTALLOC);
	unsigned long low;

	low = vm_mmap(NULL, 0x10000000, PAGE_SIZE, RW,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	KUNIT_ASSERT_EQ(test, low, 0x10000000);
	env_put(low, &arg, 20);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, _IOC(_IOC_NONE, 'G', 5, 20), low), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 2);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, IOCTL_GNTALLOC_ALLOC_GREF, low),
			-ENOTTY);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, IOCTL_GNTALLOC_DEALLOC_GREF, low),
			-ENOTTY);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, IOCTL_GNTALLOC_SET_UNMAP_NOTIFY, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, _IOC(_IOC_NONE, 'G', 5, 20), 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, _IOC(_IOC_NONE, 'G', 6, 12), 8),
			-EFAULT);
	env_put(low + PAGE_SIZE - 12, &dealloc, 12);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, _IOC(_IOC_NONE, 'G', 6, 12),
					       low + PAGE_SIZE - 12), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	KUNIT_EXPECT_EQ(test, vm_munmap(low, PAGE_SIZE), 0);
}

TEST(alloc_limit)
{
	struct file *file = env_open(test, GNTALLOC);
	struct file *other = env_open(test, GNTALLOC);

	set_limit(test, "10");
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 11), -ENOSPC);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, U32_MAX), -ENOSPC);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 6), 0);
	KUNIT_EXPECT_EQ(test, alloc_grefs(other, 5), -ENOSPC);
	KUNIT_EXPECT_EQ(test, alloc_grefs(other, 4), 0);
	KUNIT_EXPECT_EQ(test, alloc_grefs(other, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, alloc_grefs(other, 0), 4 * PAGE_SIZE);
	/* Below what there is. */
	set_limit(test, "3");
	KUNIT_EXPECT_EQ(test, alloc_grefs(other, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, alloc_grefs(other, 0), -ENOSPC);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 6), 0);
	KUNIT_EXPECT_EQ(test, alloc_grefs(other, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(other, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, alloc_grefs(other, 1), 4 * PAGE_SIZE);
	/* A negative one is none. */
	set_limit(test, "-1");
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 1500), 6 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, U32_MAX), -ENOSPC);
	set_limit(test, "0");
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 1), -ENOSPC);
	set_limit(test, "1024");
}

static void alloc_meanwhile(void *data)
{
	unsigned long was = gref(0);

	/* The numbers behind those of the one that waits. */
	WARN_ON(alloc_grefs(data, 2) != 3 * PAGE_SIZE);
	WARN_ON(gref(0) == was);
}

/* Two threads whose numbers get into the index in the other order. */
TEST(alloc_overtaken)
{
	struct file *file = env_open(test, GNTALLOC);

	fake_at_step("mutex_lock", alloc_meanwhile, file);
	KUNIT_EXPECT_GE(test, alloc_grefs(file, 3), 0);
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(show_refs(file, 0, 5)));
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 4 * PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 4), 0);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 1), 5 * PAGE_SIZE);
}

/* P15: two files, in turns, released in any order. */
TEST(alloc_p15_two_files)
{
	struct file *a = env_open(test, GNTALLOC), *b = env_open(test, GNTALLOC);
	u32 ref_a[20], ref_b[20];
	unsigned int i;

	for (i = 0; i < 20; i++) {
		KUNIT_ASSERT_EQ(test, alloc_grefs(a, 1), i * PAGE_SIZE);
		ref_a[i] = gref(0);
		KUNIT_ASSERT_EQ(test, alloc_grefs(b, 1), i * PAGE_SIZE);
		ref_b[i] = gref(0);
	}
	for (i = 0; i < 20; i += 3)
		KUNIT_EXPECT_EQ(test, dealloc_grefs(a, i * PAGE_SIZE, 1), 0);
	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, peer_reads(test, ref_b[i]), 0);
		if (i % 3)
			KUNIT_EXPECT_EQ(test, peer_reads(test, ref_a[i]), 0);
		else
			KUNIT_EXPECT_NULL(test, fake_peer_maps(GUEST, ref_a[i], false));
	}
	env_close(b);
	for (i = 1; i < 20; i += 3)
		KUNIT_EXPECT_EQ(test, peer_reads(test, ref_a[i]), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 13);
	env_close(a);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
}

TEST(alloc_mappings)
{
	struct file *file = env_open(test, GNTALLOC);
	unsigned long addr, again;
	u64 value = 5;
	long to;

	/* More than are inserted at a time. */
	KUNIT_ASSERT_EQ(test, alloc_grefs(file, 40), 0);
	addr = show_refs(file, 0, 40);
	again = show_refs(file, 10 * PAGE_SIZE, 2);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(again));
	env_put(addr + 11 * PAGE_SIZE, &value, sizeof(value));
	KUNIT_EXPECT_EQ(test, env_get64(again + PAGE_SIZE), 5);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 40), 0);
	/* A part of a mapping keeps all of it; another one its own. */
	KUNIT_EXPECT_EQ(test, env_munmap(addr + 5 * PAGE_SIZE, 30), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 40);
	to = env_mremap(again, 2);
	KUNIT_ASSERT_GT(test, to, 0);
	KUNIT_EXPECT_EQ(test, env_get64(to + PAGE_SIZE), 5);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 5), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr + 35 * PAGE_SIZE, 5), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 2);
	env_close(file);
	KUNIT_EXPECT_EQ(test, nr_grants(), 2);
	KUNIT_EXPECT_EQ(test, env_munmap(to, 2), 0);
	env_settle();
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 40), 0);
}

/* The page is memory like any other when somebody still uses it. */
TEST(alloc_pinned_page_outlives_grant)
{
	struct file *file = env_open(test, GNTALLOC);
	struct page *page;
	unsigned long addr;

	KUNIT_ASSERT_EQ(test, alloc_grefs(file, 1), 0);
	addr = show_refs(file, 0, 1);
	KUNIT_ASSERT_EQ(test, get_user_pages_fast(addr, 1, 0, &page), 1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	env_close(file);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	put_page(page);
}

/* The peer is late: the page stays, and counts. */
TEST(alloc_pending)
{
	struct file *file = env_open(test, GNTALLOC);
	u32 ref[3], i;

	set_limit(test, "4");
	KUNIT_ASSERT_EQ(test, alloc_grefs(file, 3), 0);
	for (i = 0; i < 3; i++)
		ref[i] = gref(i);
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, ref[0], true));
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, ref[2], true));
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 3), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 2);
	/* Runs without success, ever more slowly. */
	msleep(100);
	KUNIT_EXPECT_EQ(test, nr_grants(), 2);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 3), -ENOSPC);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 2), 3 * PAGE_SIZE);
	/* Whoever needs room has another look at once. */
	fake_peer_unmaps(ref[0]);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 1), 5 * PAGE_SIZE);
	fake_peer_unmaps(ref[2]);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(nr_grants() == 3));
	set_limit(test, "1024");
}

/* More of them than are tried in one run. */
TEST(alloc_pending_many)
{
	struct file *file = env_open(test, GNTALLOC);
	u32 i;

	KUNIT_ASSERT_EQ(test, alloc_grefs(file, 600), 0);
	for (i = 0; i < 600; i++)
		KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, gref(i), false));
	env_close(file);
	KUNIT_EXPECT_EQ(test, nr_grants(), 600);
	for (i = 0; i < 600; i++)
		fake_peer_unmaps(gref(i));
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!nr_grants()));
}

struct order {
	struct kunit *test;
	struct page *page;
	u32 port;
	bool seen;
};

/* The byte is cleared by now, and the grant is gone. */
static void check_order(void *data)
{
	struct order *order = data;

	KUNIT_EXPECT_EQ(order->test, ((u8 *)page_address(order->page))[5], 0);
	KUNIT_EXPECT_EQ(order->test, ((u8 *)page_address(order->page))[6], 0xff);
	KUNIT_EXPECT_EQ(order->test, nr_grants(), 0);
	KUNIT_EXPECT_EQ(order->test, fake_port_sent(order->port), 0);
	order->seen = true;
}

TEST(alloc_notify_order)
{
	struct file *file = env_open(test, GNTALLOC), *events = env_open(test, EVTCHN);
	struct order order = { .test = test };
	unsigned long addr;
	u64 ones = U64_MAX;

	order.port = bind_interdomain(events, (fake_domain_new(GUEST, 0), GUEST), 5);
	KUNIT_ASSERT_EQ(test, alloc_grefs(file, 2), 0);
	addr = show_refs(file, PAGE_SIZE, 1);
	env_put(addr, &ones, sizeof(ones));
	KUNIT_ASSERT_EQ(test, get_user_pages_fast(addr, 1, 0, &order.page), 1);
	KUNIT_EXPECT_EQ(test, alloc_notify(file, PAGE_SIZE + 5, UNMAP_NOTIFY_CLEAR_BYTE |
					   UNMAP_NOTIFY_SEND_EVENT, order.port), 0);
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(order.port), 0);
	fake_before(FAKE_EVTCHN(EVTCHNOP_send), 1, check_order, &order);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	KUNIT_EXPECT_TRUE(test, order.seen);
	KUNIT_EXPECT_EQ(test, fake_port_sent(order.port), 1);
	put_page(order.page);
}

/* Set twice, taken back; the port is held as long as somebody wants it. */
TEST(alloc_notify_replaced)
{
	struct file *file = env_open(test, GNTALLOC), *events = env_open(test, EVTCHN);
	u32 a, b;

	fake_domain_new(GUEST, 0);
	a = bind_interdomain(events, GUEST, 5);
	b = bind_interdomain(events, GUEST, 6);
	KUNIT_ASSERT_EQ(test, alloc_grefs(file, 2), 0);
	KUNIT_EXPECT_EQ(test, alloc_notify(file, 0, UNMAP_NOTIFY_SEND_EVENT, a), 0);
	KUNIT_EXPECT_EQ(test, alloc_notify(file, 0, UNMAP_NOTIFY_SEND_EVENT, a), 0);
	KUNIT_EXPECT_EQ(test, alloc_notify(file, 0, UNMAP_NOTIFY_SEND_EVENT, b), 0);
	KUNIT_EXPECT_EQ(test, alloc_notify(file, PAGE_SIZE, UNMAP_NOTIFY_SEND_EVENT, a), 0);
	KUNIT_EXPECT_EQ(test, unbind(events, a), 0);
	/* Held by the notification. */
	KUNIT_EXPECT_EQ(test, fake_port_status(a), EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_EQ(test, alloc_notify(file, PAGE_SIZE, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, fake_port_status(a), EVTCHNSTAT_closed);
	/* The peer is gone by the time it is to be told. */
	fake_domain_kill(GUEST);
	env_close(file);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_EVTCHN(EVTCHNOP_send)), 1);
}

static struct kunit_case alloc_cases[] = {
	KUNIT_CASE(alloc_share),
	KUNIT_CASE(alloc_writable_or_not),
	KUNIT_CASE(alloc_arguments),
	KUNIT_CASE(alloc_p12_offsets),
	KUNIT_CASE(alloc_p6_every_block),
	KUNIT_CASE(alloc_p6_killed),
	KUNIT_CASE(alloc_compat),
	KUNIT_CASE(alloc_limit),
	KUNIT_CASE(alloc_overtaken),
	KUNIT_CASE(alloc_p15_two_files),
	KUNIT_CASE(alloc_mappings),
	KUNIT_CASE(alloc_pinned_page_outlives_grant),
	KUNIT_CASE(alloc_pending),
	KUNIT_CASE(alloc_pending_many),
	KUNIT_CASE(alloc_notify_order),
	KUNIT_CASE(alloc_notify_replaced),
	{}
};

ENV_SUITE(gntalloc, alloc_cases);
