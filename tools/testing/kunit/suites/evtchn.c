// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: binding and unbinding, and who may do what to whom.
 */
#include <xen/events.h>

#include "suites/evtchn.h"
#include "suites/suites.h"

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

/* Numbers that no domain can have, at the ends of what is looked up. */
TEST(evtchn_numbers_beyond)
{
	static const u32 numbers[] = { 131071, 131072, INT_MAX, UINT_MAX };
	struct file *file = env_open(test, EVTCHN);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		KUNIT_EXPECT_EQ(test, notify(file, numbers[i]), -ENOTCONN);
		KUNIT_EXPECT_EQ(test, unmask(file, numbers[i]), 4);
		KUNIT_EXPECT_EQ(test, bind_static(file, numbers[i]), -EINVAL);
		KUNIT_EXPECT_EQ(test, unbind(file, numbers[i]), -EINVAL);
	}
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
	KUNIT_EXPECT_GE(test, fake_calls(FAKE_LATEEOI), 1);
	KUNIT_EXPECT_FALSE(test, fake_port_masked(port));
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

/* CONFIG_DEBUG_SHIRQ has the handler called as it goes (6.7.11). */
TEST(evtchn_handler_called_while_unbinding)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
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

static struct kunit_case evtchn_cases[] = {
	KUNIT_CASE(evtchn_bind_each_way),
	KUNIT_CASE(evtchn_bind_fails_as_xen_says),
	KUNIT_CASE(evtchn_no_port_left),
	KUNIT_CASE(evtchn_bad_pointers),
	KUNIT_CASE(evtchn_numbers_beyond),
	KUNIT_CASE(evtchn_unbind_what_is_not_ours),
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
	KUNIT_CASE(evtchn_handler_called_while_unbinding),
	KUNIT_CASE(evtchn_domain_dies),
	{}
};

ENV_SUITE(evtchn, evtchn_cases);
