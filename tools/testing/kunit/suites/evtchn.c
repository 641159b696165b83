// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: binding, delivery, the ring, and who may do what to whom.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/poll.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

#include <xen/events.h>

#include "suites/evtchn.h"
#include "suites/suites.h"

#define RING_MIN	64

static void guests(void)
{
	fake_domain_new(GUEST, 0);
	fake_domain_new(OTHER, 0);
}

TEST(evtchn_bind_each_way)
{
	struct file *file = env_open(test, EVTCHN);
	long unbound, channel, virq;

	guests();
	unbound = bind_unbound(file, GUEST);
	channel = bind_interdomain(file, GUEST, 5);
	virq = bind_virq(file, 3);
	KUNIT_EXPECT_GT(test, unbound, 0);
	KUNIT_EXPECT_GT(test, channel, unbound);
	KUNIT_EXPECT_GT(test, virq, channel);
	KUNIT_EXPECT_EQ(test, fake_port_status(unbound), EVTCHNSTAT_unbound);
	KUNIT_EXPECT_EQ(test, fake_port_status(channel), EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_EQ(test, fake_port_status(virq), EVTCHNSTAT_virq);
	KUNIT_EXPECT_EQ(test, unbind(file, channel), 0);
	KUNIT_EXPECT_EQ(test, fake_port_status(channel), EVTCHNSTAT_closed);
}

TEST(evtchn_bind_fails_as_xen_says)
{
	struct file *file = env_open(test, EVTCHN);

	guests();
	KUNIT_EXPECT_EQ(test, bind_virq(file, 99), -EINVAL);
	KUNIT_EXPECT_GT(test, bind_virq(file, 3), 0);
	KUNIT_EXPECT_EQ(test, bind_virq(file, 3), -EEXIST);
	KUNIT_EXPECT_EQ(test, bind_interdomain(file, 99, 1), -ESRCH);
	fake_fail(FAKE_EVTCHN(EVTCHNOP_alloc_unbound), 1, -EPERM);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -EPERM);
	fake_domain_kill(GUEST);
	KUNIT_EXPECT_EQ(test, bind_interdomain(file, GUEST, 1), -ESRCH);
}

TEST(evtchn_no_port_left)
{
	struct file *file = env_open(test, EVTCHN);
	unsigned int i;

	fake_evtchn_limit = 9;
	for (i = 1; i < 9; i++)
		KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), i);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -ENOSPC);
	KUNIT_EXPECT_EQ(test, unbind(file, 4), 0);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), 4);
}

TEST(evtchn_bad_pointers)
{
	static const unsigned int cmds[] = {
		IOCTL_EVTCHN_BIND_VIRQ, IOCTL_EVTCHN_BIND_INTERDOMAIN,
		IOCTL_EVTCHN_BIND_UNBOUND_PORT, IOCTL_EVTCHN_UNBIND,
		IOCTL_EVTCHN_NOTIFY, IOCTL_EVTCHN_RESTRICT_DOMID,
		IOCTL_EVTCHN_BIND_STATIC,
	};
	struct file *file = env_open(test, EVTCHN);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		KUNIT_EXPECT_EQ(test, env_ioctl_at(file, cmds[i], 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, 0x12345, 0), -ENOSYS);
}

TEST(evtchn_unbind_what_is_not_ours)
{
	struct file *file = env_open(test, EVTCHN);

	KUNIT_EXPECT_EQ(test, unbind(file, 7), -ENOTCONN);
	/* Numbers that the kernel has no room for yet. */
	KUNIT_EXPECT_EQ(test, unbind(file, 1023), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, unbind(file, 1024), -EINVAL);
	KUNIT_EXPECT_EQ(test, unbind(file, U32_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, notify(file, 7), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, notify(file, U32_MAX), -ENOTCONN);
}

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
	KUNIT_EXPECT_EQ(test, evtchn_reset(file), 0);
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
	KUNIT_EXPECT_EQ(test, evtchn_reset(file), 0);
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
	KUNIT_EXPECT_TRUE(test, fake_port_masked(port));
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
}

TEST(evtchn_p4_restrict_covers_every_bind)
{
	struct file *file = env_open(test, EVTCHN);
	evtchn_port_t to_guest, to_other, waiting;

	guests();
	to_guest = fake_port_new(EVTCHNSTAT_interdomain, GUEST, 1);
	to_other = fake_port_new(EVTCHNSTAT_interdomain, OTHER, 1);
	waiting = fake_port_new(EVTCHNSTAT_unbound, OTHER, 0);
	KUNIT_EXPECT_EQ(test, evtchn_restrict_to(file, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, evtchn_restrict_to(file, DOMID_FIRST_RESERVED), -EINVAL);
	KUNIT_EXPECT_EQ(test, evtchn_restrict_to(file, GUEST), 0);
	KUNIT_EXPECT_EQ(test, evtchn_restrict_to(file, GUEST), -EACCES);
	KUNIT_EXPECT_EQ(test, bind_virq(file, 1), -EACCES);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -EACCES);
	KUNIT_EXPECT_EQ(test, bind_interdomain(file, OTHER, 2), -EACCES);
	/* 32 bits wide, where a domain has 16. */
	KUNIT_EXPECT_EQ(test, bind_interdomain(file, 0x10000 | GUEST, 2), -EACCES);
	KUNIT_EXPECT_EQ(test, bind_static(file, to_other), -EACCES);
	KUNIT_EXPECT_EQ(test, bind_static(file, waiting), -EACCES);
	KUNIT_EXPECT_GT(test, bind_interdomain(file, GUEST, 2), 0);
	KUNIT_EXPECT_EQ(test, bind_static(file, to_guest), 0);
	KUNIT_EXPECT_EQ(test, unbind(file, to_guest), 0);
	fake_port_close(to_guest);
	fake_port_close(to_other);
	fake_port_close(waiting);
}

TEST(evtchn_p4_ports_of_others)
{
	struct file *a = env_open(test, EVTCHN), *b = env_open(test, EVTCHN);
	evtchn_port_t kernels = fake_kernel_port();
	long port = bind_unbound(a, GUEST);

	KUNIT_EXPECT_EQ(test, unbind(b, port), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, notify(b, port), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, bind_static(b, port), -EBUSY);
	KUNIT_EXPECT_EQ(test, unbind(b, kernels), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, notify(b, kernels), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, bind_static(b, kernels), -EBUSY);
	fake_fire(port);
	/* Not theirs to unmask. */
	KUNIT_EXPECT_EQ(test, unmask(b, port), 4);
	KUNIT_EXPECT_TRUE(test, fake_port_masked(port));
	env_close(b);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_unbound);
	KUNIT_EXPECT_EQ(test, fake_port_status(kernels), EVTCHNSTAT_interdomain);
	evtchn_put(kernels);
}

TEST(evtchn_static_stays_open)
{
	struct file *file = env_open(test, EVTCHN);
	evtchn_port_t port;

	guests();
	port = fake_port_new(EVTCHNSTAT_interdomain, GUEST, 1);
	KUNIT_EXPECT_EQ(test, bind_static(file, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_static(file, port + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_static(file, port), 0);
	KUNIT_EXPECT_EQ(test, bind_static(file, port), -EISCONN);
	fake_fire(port);
	/* It fired and nobody read it. Unmasked, for the next owner. */
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_LATEEOI), 0);
	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_LATEEOI), 1);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_EQ(test, bind_static(file, port), 0);
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_ports(file, 16), 8);
	env_close(file);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_interdomain);
	fake_port_close(port);
}

TEST(evtchn_static_wants_a_channel)
{
	struct file *file = env_open(test, EVTCHN);
	evtchn_port_t virq = fake_port_new(EVTCHNSTAT_virq, 0, 0);

	KUNIT_EXPECT_EQ(test, bind_static(file, virq), -EINVAL);
	fake_fail(FAKE_EVTCHN(EVTCHNOP_status), 1, -EPERM);
	KUNIT_EXPECT_EQ(test, bind_static(file, virq), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_static(file, U32_MAX), -EINVAL);
	fake_port_close(virq);
}

/* The kernel makes no IRQ, and the port is still ours: it is closed. */
TEST(evtchn_p5_failed_bind_closes)
{
	struct file *file = env_open(test, EVTCHN);
	struct fake_census census;

	guests();
	fake_fail(FAKE_BIND_IRQ, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -ENOMEM);
	fake_fail(FAKE_BIND_IRQ, 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, DOMID_SELF), -ENOSPC);
	fake_fail(FAKE_BIND_IRQ, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, bind_interdomain(file, GUEST, 3), -ENOMEM);
	fake_fail(FAKE_BIND_IRQ, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, bind_virq(file, 2), -ENOMEM);
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.ports, 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_EVTCHN(EVTCHNOP_close)), 4);
}

/* The kernel has closed it as it failed: it is not closed again. */
TEST(evtchn_p5_failed_bind_was_closed)
{
	struct file *file = env_open(test, EVTCHN);

	fake_fail(FAKE_BIND_IRQ_CLOSES, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -ENOMEM);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_EVTCHN(EVTCHNOP_close)), 0);
}

static void give_to_virq(void *data)
{
	*(evtchn_port_t *)data = fake_port_new(EVTCHNSTAT_virq, 0, 0);
}

/* ... and Xen has given the number to someone else already. */
TEST(evtchn_p5_failed_bind_has_new_owner)
{
	struct file *file = env_open(test, EVTCHN);
	evtchn_port_t taken = 0;

	fake_fail(FAKE_BIND_IRQ_CLOSES, 1, -ENOMEM);
	fake_before(FAKE_EVTCHN(EVTCHNOP_status), 1, give_to_virq, &taken);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -ENOMEM);
	KUNIT_EXPECT_EQ(test, taken, 1);
	KUNIT_EXPECT_EQ(test, fake_port_status(taken), EVTCHNSTAT_virq);
	fake_port_close(taken);
}

TEST(evtchn_p5_no_handler)
{
	struct file *file = env_open(test, EVTCHN);

	fake_fail(FAKE_REQUEST_IRQ, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -ENOMEM);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), 1);
}

/* A port was closed behind our back, and its number comes again. */
TEST(evtchn_p5_number_comes_again)
{
	struct file *a = env_open(test, EVTCHN), *b = env_open(test, EVTCHN);
	long port = bind_unbound(a, GUEST);

	fake_port_close(port);
	KUNIT_EXPECT_EQ(test, bind_unbound(a, GUEST), -EEXIST);
	KUNIT_EXPECT_EQ(test, bind_unbound(b, GUEST), -EEXIST);
	/* Given back; and the binding that was there is still in the index. */
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, notify(a, port), 0);
	KUNIT_EXPECT_EQ(test, fake_port_new(EVTCHNSTAT_unbound, GUEST, 0), port);
}

/* ... and the kernel has an IRQ of its own for it. */
TEST(evtchn_p5_number_is_the_kernels)
{
	struct file *file = env_open(test, EVTCHN);
	evtchn_port_t port = fake_kernel_port();

	fake_port_close(port);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -EEXIST);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, fake_port_new(EVTCHNSTAT_unbound, GUEST, 0), port);
	evtchn_put(port);
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

struct again {
	struct file *file;
	u32 port;
};

static void unmask_now(void *data)
{
	struct again *again = data;

	unmask(again->file, again->port);
}

/*
 * The handler finds the port fired, and before it has noted that it fired once
 * more, the port is unmasked by one who looks for that note in vain. Nothing
 * may be lost, and nothing come twice.
 */
static void again_race(struct kunit *test, const char *where)
{
	struct again again = { .file = env_open(test, EVTCHN) };

	again.port = bind_unbound(again.file, GUEST);
	fake_fire(again.port);
	KUNIT_EXPECT_EQ(test, read_port(again.file), again.port);
	fake_kernel_unmask(again.port);
	fake_at_step(where, unmask_now, &again);
	fake_fire_elsewhere(again.port);
	KUNIT_EXPECT_EQ(test, read_port(again.file), again.port);
	KUNIT_EXPECT_EQ(test, read_port(again.file), -EAGAIN);
	KUNIT_EXPECT_EQ(test, unmask(again.file, again.port), 4);
	KUNIT_EXPECT_EQ(test, read_port(again.file), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, fake_port_masked(again.port));
	fake_fire(again.port);
	KUNIT_EXPECT_EQ(test, read_port(again.file), again.port);
}

TEST(evtchn_again_race_before_the_note)
{
	again_race(test, "set_bit");
}

TEST(evtchn_again_race_after_the_note)
{
	again_race(test, "smp_mb");
}

/* CONFIG_DEBUG_SHIRQ has the handler called as it goes (6.7.11). */
TEST(evtchn_handler_called_while_unbinding)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
}

struct helper {
	struct task_struct *task;
	struct mm_struct *mm;
	struct file *file;
	u32 port;
	long result;
	bool done;
	unsigned int status;
};

/* Another thread of the same process. */
static void helper_prepare(struct helper *h, int (*fn)(void *data))
{
	h->mm = current->mm;
	h->task = kthread_create(fn, h, "kunit-helper");
	get_task_struct(h->task);
}

static void helper_start(struct helper *h, int (*fn)(void *data))
{
	helper_prepare(h, fn);
	wake_up_process(h->task);
}

static void helper_join(struct helper *h)
{
	kthread_stop(h->task);
	put_task_struct(h->task);
}

static int helper_wait_to_stop(struct helper *h)
{
	WRITE_ONCE(h->done, true);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static int unbind_thread(void *data)
{
	struct helper *h = data;

	kthread_use_mm(h->mm);
	h->result = unbind(h->file, h->port);
	kthread_unuse_mm(h->mm);
	return helper_wait_to_stop(h);
}

static void start_unbind(void *data)
{
	struct helper *h = data;

	helper_start(h, unbind_thread);
	msleep(30);
	h->status = fake_port_status(h->port);
}

/* XSA-331: a port that is being worked with is not closed under the worker. */
TEST(evtchn_xsa331_unbind_waits_for_notify)
{
	struct helper h = { .file = env_open(test, EVTCHN) };

	h.port = bind_unbound(h.file, GUEST);
	fake_before(FAKE_EVTCHN(EVTCHNOP_send), 1, start_unbind, &h);
	KUNIT_EXPECT_EQ(test, notify(h.file, h.port), 0);
	KUNIT_EXPECT_EQ(test, h.status, EVTCHNSTAT_unbound);
	helper_join(&h);
	KUNIT_EXPECT_EQ(test, h.result, 0);
	KUNIT_EXPECT_EQ(test, fake_port_status(h.port), EVTCHNSTAT_closed);
}

static void wake_helper(void *data)
{
	struct helper *h = data;

	/* It comes before us until it has to wait, which on a busy machine it may. */
	wake_up_process(h->task);
	h->status = READ_ONCE(h->done);
}

/* Did the helper come in between? Then the port must not be found. */
static bool lookup_while_unbinding(struct kunit *test, struct file *file)
{
	struct helper h = { .file = file };
	int ret;

	h.port = bind_unbound(h.file, GUEST);
	helper_prepare(&h, unbind_thread);
	sched_set_fifo(h.task);
	fake_at_step("xa_load", wake_helper, &h);
	ret = notify(h.file, h.port);
	if (h.status)
		KUNIT_EXPECT_EQ(test, ret, -ENOTCONN);
	helper_join(&h);
	KUNIT_EXPECT_EQ(test, h.result, 0);
	return h.status;
}

/* A port is unbound, and gone, between being found and being looked at. */
TEST(evtchn_lookup_while_unbinding)
{
	struct file *file = env_open(test, EVTCHN);
	unsigned int tries;

	for (tries = 0; tries < 20; tries++) {
		if (lookup_while_unbinding(test, file))
			return;
	}
	KUNIT_FAIL(test, "the port was never unbound in between");
}

static int read_thread(void *data)
{
	struct helper *h = data;
	loff_t pos = 0;

	kthread_use_mm(h->mm);
	h->result = h->file->f_op->read(h->file, (char __user *)env_user(), 4,
					&pos);
	kthread_unuse_mm(h->mm);
	return helper_wait_to_stop(h);
}

TEST(evtchn_read_waits)
{
	struct helper h = { .file = env_open(test, EVTCHN) };
	u32 port;

	h.port = bind_unbound(h.file, GUEST);
	helper_start(&h, read_thread);
	msleep(30);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(h.done));
	fake_fire(h.port);
	helper_join(&h);
	KUNIT_EXPECT_EQ(test, h.result, 4);
	env_get(&port, env_user(), sizeof(port));
	KUNIT_EXPECT_EQ(test, port, h.port);
}

TEST(evtchn_domain_dies)
{
	struct file *file = env_open(test, EVTCHN);
	long port;

	guests();
	port = bind_interdomain(file, GUEST, 4);
	fake_domain_kill(GUEST);
	KUNIT_EXPECT_EQ(test, notify(file, port), 0);
	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
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

static struct kunit_case evtchn_cases[] = {
	KUNIT_CASE(evtchn_bind_each_way),
	KUNIT_CASE(evtchn_bind_fails_as_xen_says),
	KUNIT_CASE(evtchn_no_port_left),
	KUNIT_CASE(evtchn_bad_pointers),
	KUNIT_CASE(evtchn_unbind_what_is_not_ours),
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
	KUNIT_CASE(evtchn_p4_restrict_covers_every_bind),
	KUNIT_CASE(evtchn_p4_ports_of_others),
	KUNIT_CASE(evtchn_static_stays_open),
	KUNIT_CASE(evtchn_static_wants_a_channel),
	KUNIT_CASE(evtchn_p5_failed_bind_closes),
	KUNIT_CASE(evtchn_p5_failed_bind_was_closed),
	KUNIT_CASE(evtchn_p5_failed_bind_has_new_owner),
	KUNIT_CASE(evtchn_p5_no_handler),
	KUNIT_CASE(evtchn_p5_number_comes_again),
	KUNIT_CASE(evtchn_p5_number_is_the_kernels),
	KUNIT_CASE(evtchn_fires_again_meanwhile),
	KUNIT_CASE(evtchn_again_race_before_the_note),
	KUNIT_CASE(evtchn_again_race_after_the_note),
	KUNIT_CASE(evtchn_handler_called_while_unbinding),
	KUNIT_CASE(evtchn_xsa331_unbind_waits_for_notify),
	KUNIT_CASE(evtchn_lookup_while_unbinding),
	KUNIT_CASE(evtchn_read_waits),
	KUNIT_CASE(evtchn_domain_dies),
	KUNIT_CASE_SLOW(evtchn_thousands_of_ports),
	{}
};

ENV_SUITE(evtchn, evtchn_cases);
