// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: what becomes of an event: the ring, read, write and poll.
 */
#include <linux/mm.h>
#include <linux/poll.h>

#include "suites/evtchn.h"
#include "suites/suites.h"

#define RING_MIN	64

TEST(evtchn_event_is_read_once)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
	fake_fire(port);
	KUNIT_EXPECT_TRUE(test, fake_port_masked(port));
	/* Masked: a second event waits. */
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	KUNIT_EXPECT_FALSE(test, fake_port_masked(port));
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
}

TEST(evtchn_loopback)
{
	struct file *a = env_open(test, EVTCHN), *b = env_open(test, EVTCHN);
	long port_a = bind_unbound(a, 0);
	long port_b = bind_interdomain(b, 0, port_a);

	KUNIT_ASSERT_GT(test, port_b, 0);
	KUNIT_EXPECT_EQ(test, notify(a, port_a), 0);
	KUNIT_EXPECT_EQ(test, read_port(b), port_b);
	KUNIT_EXPECT_EQ(test, notify(b, port_b), 0);
	KUNIT_EXPECT_EQ(test, read_port(a), port_a);
	/* The peer goes: not an error of the caller's. */
	KUNIT_EXPECT_EQ(test, unbind(b, port_b), 0);
	KUNIT_EXPECT_EQ(test, notify(a, port_a), 0);
}

TEST(evtchn_read_sizes)
{
	struct file *file = env_open(test, EVTCHN);
	loff_t pos = 0;
	long port[3];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		port[i] = bind_unbound(file, GUEST);
		fake_fire(port[i]);
	}
	KUNIT_EXPECT_EQ(test, read_ports(file, 0), 0);
	KUNIT_EXPECT_EQ(test, read_ports(file, 3), 0);
	/* A fault leaves the ring as it is. */
	KUNIT_EXPECT_EQ(test, file->f_op->read(file, (char __user *)8, 8, &pos),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, read_ports(file, 11), 8);
	KUNIT_EXPECT_EQ(test, env_get64(env_user()),
			port[0] | (u64)port[1] << 32);
	KUNIT_EXPECT_EQ(test, read_ports(file, SZ_1M), 4);
}

TEST(evtchn_write_sizes)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);
	loff_t pos = 0;
	u32 many[100];

	KUNIT_EXPECT_EQ(test, write_ports(file, 3), 0);
	KUNIT_EXPECT_EQ(test, file->f_op->write(file, (char __user *)8, 8, &pos),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, file->f_op->write(file, (char __user *)8, 800, &pos),
			-EFAULT);
	/* Unknown, and not fired: passed over. */
	KUNIT_EXPECT_EQ(test, unmask(file, 77), 4);
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	/* More than fit on the stack; ours is the last. */
	fake_fire(port);
	memset(many, 0xff, sizeof(many));
	many[99] = port;
	env_put(env_user(), many, sizeof(many));
	KUNIT_EXPECT_EQ(test, write_ports(file, sizeof(many)), sizeof(many));
	KUNIT_EXPECT_FALSE(test, fake_port_masked(port));
	KUNIT_EXPECT_EQ(test, write_ports(file, SZ_64K), PAGE_SIZE);
}

TEST(evtchn_poll)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	KUNIT_EXPECT_EQ(test, (__force u32)vfs_poll(file, NULL),
			(__force u32)(EPOLLOUT | EPOLLWRNORM));
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, (__force u32)vfs_poll(file, NULL),
			(__force u32)(EPOLLOUT | EPOLLWRNORM | EPOLLIN | EPOLLRDNORM));
}

/* More ports than a ring begins with, and more than one chunk at a time. */
TEST(evtchn_ring_grows)
{
	struct file *file = env_open(test, EVTCHN);
	const unsigned int nr = 5 * RING_MIN;
	u32 *got = kunit_kzalloc(test, nr * sizeof(*got), GFP_KERNEL);
	unsigned int i;

	/* Some are in the ring already while it grows, and across its end. */
	for (i = 1; i <= RING_MIN; i++) {
		KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), i);
		fake_fire(i);
	}
	KUNIT_EXPECT_EQ(test, read_ports(file, 40 * sizeof(u32)), 40 * sizeof(u32));
	KUNIT_EXPECT_EQ(test, write_ports(file, 40 * sizeof(u32)), 40 * sizeof(u32));
	for (i = 1; i <= 40; i++)
		fake_fire(i);
	for (i = RING_MIN + 1; i <= nr; i++)
		KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), i);
	for (i = RING_MIN + 1; i <= nr; i++)
		fake_fire(i);
	KUNIT_EXPECT_EQ(test, read_ports(file, PAGE_SIZE), nr * sizeof(u32));
	env_get(got, env_user(), nr * sizeof(*got));
	/* In the order in which they fired. */
	for (i = 0; i < RING_MIN - 40; i++)
		KUNIT_EXPECT_EQ(test, got[i], 41 + i);
	for (i = 0; i < 40; i++)
		KUNIT_EXPECT_EQ(test, got[RING_MIN - 40 + i], 1 + i);
	for (i = RING_MIN; i < nr; i++)
		KUNIT_EXPECT_EQ(test, got[i], i + 1);
}

/* A read of what lies at the end of the slots and at their beginning. */
TEST(evtchn_read_around_the_end)
{
	struct file *file = env_open(test, EVTCHN);
	u32 got[RING_MIN];
	unsigned int i;

	for (i = 1; i <= RING_MIN; i++) {
		KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), i);
		fake_fire(i);
	}
	KUNIT_EXPECT_EQ(test, read_ports(file, 40 * sizeof(u32)), 40 * sizeof(u32));
	KUNIT_EXPECT_EQ(test, write_ports(file, 40 * sizeof(u32)), 40 * sizeof(u32));
	for (i = 1; i <= 40; i++)
		fake_fire(i);
	KUNIT_EXPECT_EQ(test, read_ports(file, PAGE_SIZE), sizeof(got));
	env_get(got, env_user(), sizeof(got));
	for (i = 0; i < RING_MIN; i++)
		KUNIT_EXPECT_EQ(test, got[i], (i + 40) % RING_MIN + 1);
}

/* Bind, fire, unbind: each time an entry stays in the ring. */
static void overflow_ring(struct kunit *test, struct file *file)
{
	unsigned int i;
	long port;

	for (i = 0; i <= RING_MIN; i++) {
		port = bind_unbound(file, GUEST);
		KUNIT_ASSERT_GT(test, port, 0);
		fake_fire(port);
		KUNIT_EXPECT_EQ(test, (__force u32)vfs_poll(file, NULL) & EPOLLERR,
				i == RING_MIN ? EPOLLERR : 0);
		KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	}
}

TEST(evtchn_overflow)
{
	struct file *file = env_open(test, EVTCHN);
	long port;

	overflow_ring(test, file);
	/* Nothing but the error, and it stays. */
	KUNIT_EXPECT_EQ(test, (__force u32)vfs_poll(file, NULL), EPOLLERR);
	KUNIT_EXPECT_EQ(test, read_port(file), -EFBIG);
	KUNIT_EXPECT_EQ(test, read_port(file), -EFBIG);
	KUNIT_EXPECT_EQ(test, reset_ring(file), 0);
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
	port = bind_unbound(file, GUEST);
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
}

/* The entry of a port that was unbound is not a port's any more. */
TEST(evtchn_entry_of_unbound_port)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	fake_fire(port);
	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	KUNIT_EXPECT_EQ(test, notify(file, port), -ENOTCONN);
}

TEST(evtchn_reset_keeps_ports)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	fake_fire(port);
	KUNIT_EXPECT_EQ(test, reset_ring(file), 0);
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
	KUNIT_EXPECT_TRUE(test, fake_port_masked(port));
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
}

/* A handler of someone else's unmasks the port while our reader has it. */
TEST(evtchn_fires_again_meanwhile)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
	fake_kernel_unmask(port);
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
	/* It goes into the ring again, and stays masked. */
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	KUNIT_EXPECT_TRUE(test, fake_port_masked(port));
	KUNIT_EXPECT_EQ(test, read_port(file), port);
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	KUNIT_EXPECT_FALSE(test, fake_port_masked(port));
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
}

TEST(evtchn_thousands_of_ports)
{
	struct file *file = env_open(test, EVTCHN);
	const unsigned int nr = 1500;
	unsigned int i, got = 0;
	ssize_t ret;

	for (i = 1; i <= nr; i++)
		KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), i);
	for (i = 1; i <= nr; i++)
		fake_fire(i);
	while ((ret = read_ports(file, PAGE_SIZE)) > 0)
		got += ret / sizeof(u32);
	KUNIT_EXPECT_EQ(test, ret, -EAGAIN);
	KUNIT_EXPECT_EQ(test, got, nr);
	env_close(file);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(evtchn_event_is_read_once),
	KUNIT_CASE(evtchn_loopback),
	KUNIT_CASE(evtchn_read_sizes),
	KUNIT_CASE(evtchn_write_sizes),
	KUNIT_CASE(evtchn_poll),
	KUNIT_CASE(evtchn_ring_grows),
	KUNIT_CASE(evtchn_read_around_the_end),
	KUNIT_CASE(evtchn_overflow),
	KUNIT_CASE(evtchn_entry_of_unbound_port),
	KUNIT_CASE(evtchn_reset_keeps_ports),
	KUNIT_CASE(evtchn_fires_again_meanwhile),
	KUNIT_CASE_SLOW(evtchn_thousands_of_ports),
	{}
};

ENV_SUITE(evtchn_ring, ring_cases);
