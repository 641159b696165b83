// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: how grants go back. Pages that somebody still uses, and what
 * the peer is told.
 */
#include <linux/mm.h>

#include <xen/interface/grant_table.h>

#include "suites/evtchn.h"
#include "suites/gntdev.h"
#include "suites/suites.h"

#define BYTE	UNMAP_NOTIFY_CLEAR_BYTE
#define EVENT	UNMAP_NOTIFY_SEND_EVENT

/* P13: the entry goes at once, the kernel's mapping when nobody needs it. */
TEST_BOTH(notify_p13_pinned_page_waits)
{
	struct file *file = env_open(test, GNTDEV);
	struct page *page;
	unsigned long addr;

	grant_from(GUEST, 1, 300);
	addr = show_grants(test, file, 1, 300);
	page = pin_page(test, addr + 200 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, holders(file), 1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 300), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 1);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 201)->mapped, 1);
	/* P7: and the module with it. */
	KUNIT_EXPECT_EQ(test, holders(file), 2);
	msleep(60);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 1);
	*(u64 *)page_address(page) = 4711;
	put_page(page);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!grants_mapped()));
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(file) == 1));
	/* What was written late has arrived. */
	KUNIT_EXPECT_EQ(test, granted64(GUEST, 201), 4711);
}

/* With nothing left but the page. */
TEST_BOTH(notify_p13_pinned_page_outlives_all)
{
	struct file *file = env_open(test, GNTDEV), *other = env_open(test, GNTDEV);
	struct fake_census census;
	struct page *page;
	unsigned long addr;

	grant_from(GUEST, 1, 2);
	addr = show_grants(test, file, 1, 2);
	page = pin_page(test, addr);
	env_close(file);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	env_settle();
	KUNIT_EXPECT_EQ(test, grants_mapped(), 1);
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.unpopulated, 2);
	put_page(page);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!grants_mapped()));
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(other) == 1));
}

/* Pages of one map that go one after the other. */
TEST_BOTH(notify_pages_leave_one_by_one)
{
	struct file *file = env_open(test, GNTDEV);
	struct page *page[3];
	unsigned long addr;
	unsigned int i;

	grant_from(GUEST, 1, 5);
	addr = show_grants(test, file, 1, 5);
	for (i = 0; i < 3; i++)
		page[i] = pin_page(test, addr + 2 * i * PAGE_SIZE);
	/* In a PV domain the second finds the map on the list already. */
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr + PAGE_SIZE, 4), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 3);
	KUNIT_EXPECT_EQ(test, holders(file), 2);
	put_page(page[1]);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(grants_mapped() == 2));
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 1)->mapped, 1);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 5)->mapped, 1);
	put_page(page[0]);
	put_page(page[2]);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!grants_mapped()));
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(file) == 1));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 5), 0);
}

/* Several maps wait, and a later one does not make an earlier one wait longer. */
TEST_BOTH(notify_several_maps_wait)
{
	struct file *file = env_open(test, GNTDEV);
	struct page *page[3];
	unsigned long addr[3];
	unsigned int i;

	grant_from(GUEST, 1, 3);
	for (i = 0; i < 3; i++) {
		addr[i] = show_grants(test, file, 1 + i, 1);
		page[i] = pin_page(test, addr[i]);
	}
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, env_munmap(addr[i], 1), 0);
		msleep(30);
	}
	KUNIT_EXPECT_EQ(test, holders(file), 4);
	for (i = 0; i < 3; i++) {
		put_page(page[i]);
		KUNIT_EXPECT_TRUE(test, EVENTUALLY(grants_mapped() == 2 - i));
	}
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(file) == 1));
}

static struct file *events;

static u32 a_port(struct kunit *test)
{
	long port;

	if (!fake_domain(GUEST))
		fake_domain_new(GUEST, 0);
	events = env_open(test, EVTCHN);
	port = bind_interdomain(events, GUEST, 5);
	KUNIT_ASSERT_GT(test, port, 0);
	return port;
}

struct order {
	struct kunit *test;
	struct page *page;
	u32 port;
	unsigned int seen;
};

static void before_unmap(void *data)
{
	struct order *order = data;
	u8 *byte = page_address(order->page);

	KUNIT_EXPECT_EQ(order->test, byte[16], 0xff);
	KUNIT_EXPECT_EQ(order->test, byte[17], 0);
	KUNIT_EXPECT_EQ(order->test, byte[18], 0xff);
	KUNIT_EXPECT_EQ(order->test, fake_port_sent(order->port), 0);
	order->seen++;
}

static void before_send(void *data)
{
	struct order *order = data;

	KUNIT_EXPECT_EQ(order->test, grants_mapped(), 0);
	KUNIT_EXPECT_EQ(order->test, fake_port_sent(order->port), 0);
	order->seen++;
}

/* The byte, the grants, the event. */
TEST_BOTH(notify_order)
{
	struct file *file = env_open(test, GNTDEV);
	struct order order = { .test = test, .port = a_port(test) };
	unsigned long addr;
	u64 *granted;

	grant_from(GUEST, 1, 3);
	granted = page_address(fake_grant(GUEST, 2)->page);
	granted[2] = U64_MAX;
	addr = show_grants(test, file, 1, 3);
	order.page = pin_page(test, addr + PAGE_SIZE);
	put_page(order.page);
	KUNIT_EXPECT_EQ(test, set_notify(file, PAGE_SIZE + 17, BYTE | EVENT,
					 order.port), 0);
	/* Not the notification's business. */
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 3), 0);
	/* In a PV domain the entries go first. */
	fake_before(FAKE_GRANT(GNTTABOP_unmap_grant_ref), xen_pv_domain() ? 2 : 1,
		    before_unmap, &order);
	fake_before(FAKE_EVTCHN(EVTCHNOP_send), 1, before_send, &order);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, order.seen, 2);
	KUNIT_EXPECT_EQ(test, fake_port_sent(order.port), 1);
	KUNIT_EXPECT_EQ(test, granted[2], 0xffffffffffff00ff);
}

/* A page that waits: neither event before it, nor byte of it. */
TEST_BOTH(notify_waits_for_pages)
{
	struct file *file = env_open(test, GNTDEV);
	u32 port = a_port(test);
	struct page *page;
	unsigned long addr;
	u8 *byte;

	grant_from(GUEST, 1, 2);
	addr = show_grants(test, file, 1, 2);
	page = pin_page(test, addr);
	byte = page_address(page);
	byte[9] = 0xaa;
	KUNIT_EXPECT_EQ(test, set_notify(file, 9, BYTE | EVENT, port), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 0);
	KUNIT_EXPECT_EQ(test, byte[9], 0xaa);
	put_page(page);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(fake_port_sent(port)));
	KUNIT_EXPECT_EQ(test, ((u8 *)page_address(fake_grant(GUEST, 1)->page))[9], 0);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(file) == 1));
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 1);
}

/* The byte with its page, the event with the last. */
TEST(notify_pv_parts)
{
	struct file *file = env_open(test, GNTDEV);
	u32 port = a_port(test);
	unsigned long addr;
	u8 *byte;

	grant_from(GUEST, 1, 3);
	byte = page_address(fake_grant(GUEST, 2)->page);
	byte[4095] = 7;
	addr = show_grants(test, file, 1, 3);
	KUNIT_EXPECT_EQ(test, set_notify(file, 2 * PAGE_SIZE - 1, BYTE | EVENT, port), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, byte[4095], 7);
	KUNIT_EXPECT_EQ(test, env_munmap(addr + PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, byte[4095], 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 0);
	byte[4095] = 8;
	KUNIT_EXPECT_EQ(test, env_munmap(addr + 2 * PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 1);
	/* Once only. */
	KUNIT_EXPECT_EQ(test, byte[4095], 8);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
}

/* Of a map that was never mapped, when it goes. */
TEST_BOTH(notify_never_mapped)
{
	struct file *file = env_open(test, GNTDEV);
	u32 port = a_port(test);

	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 2), 0);
	KUNIT_ASSERT_EQ(test, map_grants(file, 3, 1), 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, set_notify(file, 5, BYTE | EVENT, port), 0);
	KUNIT_EXPECT_EQ(test, set_notify(file, 2 * PAGE_SIZE, EVENT, port), 0);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 1);
	env_close(file);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 2);
}

/* After the grants have gone back there is nothing to wait for but the map. */
TEST_BOTH(notify_set_after_munmap)
{
	struct file *file = env_open(test, GNTDEV);
	u32 port = a_port(test);
	unsigned long addr;

	grant_from(GUEST, 1, 1);
	addr = show_grants(test, file, 1, 1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, set_notify(file, 5, BYTE | EVENT, port), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 0);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 1);
}

TEST_BOTH(notify_arguments)
{
	struct file *file = env_open(test, GNTDEV);
	u32 port = a_port(test);

	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 2), 0);
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, 4, port), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, EVENT, 77), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, EVENT, U32_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_notify(file, 2 * PAGE_SIZE, EVENT, port), -ENOENT);
	KUNIT_EXPECT_EQ(test, set_notify(file, 1ull << 62, 0, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, set_notify(file, 2 * PAGE_SIZE - 1, BYTE, 77), 0);
	/* None of the failures has kept the port. */
	KUNIT_EXPECT_EQ(test, unbind(events, port), 0);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_closed);
}

/* One replaces the other, also for the same port; 0 takes it back. */
TEST_BOTH(notify_replaced)
{
	struct file *file = env_open(test, GNTDEV);
	u32 a = a_port(test), b;

	b = bind_interdomain(events, GUEST, 6);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, EVENT, a), 0);
	KUNIT_EXPECT_EQ(test, unbind(events, a), 0);
	/* Nobody else has it, so this must not close it in between. */
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, EVENT, a), 0);
	KUNIT_EXPECT_EQ(test, fake_port_status(a), EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, EVENT, b), 0);
	KUNIT_EXPECT_EQ(test, fake_port_status(a), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, unbind(events, b), 0);
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, fake_port_status(b), EVTCHNSTAT_closed);
	env_close(file);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_EVTCHN(EVTCHNOP_send)), 0);
}

/* The process has closed the port, and the peer is gone. */
TEST_BOTH(notify_closed_port)
{
	struct file *file = env_open(test, GNTDEV);
	u32 port = a_port(test);
	unsigned long addr;

	grant_from(GUEST, 1, 1);
	addr = show_grants(test, file, 1, 1);
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, EVENT, port), 0);
	env_close(events);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_interdomain);
	fake_domain_kill(GUEST);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_EVTCHN(EVTCHNOP_send)), 1);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_closed);
}

static struct kunit_case notify_cases[] = {
	KUNIT_CASE(notify_p13_pinned_page_waits),
	KUNIT_CASE(notify_p13_pinned_page_outlives_all),
	KUNIT_CASE(notify_pages_leave_one_by_one),
	KUNIT_CASE(notify_several_maps_wait),
	KUNIT_CASE(notify_order),
	KUNIT_CASE(notify_waits_for_pages),
	KUNIT_CASE(notify_pv_parts),
	KUNIT_CASE(notify_never_mapped),
	KUNIT_CASE(notify_set_after_munmap),
	KUNIT_CASE(notify_arguments),
	KUNIT_CASE(notify_replaced),
	KUNIT_CASE(notify_closed_port),
	{}
};

ENV_SUITE(gntdev_notify, notify_cases);
