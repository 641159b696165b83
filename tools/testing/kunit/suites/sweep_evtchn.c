// SPDX-License-Identifier: GPL-2.0-only
/* /dev/xen/evtchn, with each thing that an operation takes failing in turn. */
#include "suites/evtchn.h"
#include "suites/sweep.h"

#define PORTS	100

static long op_evtchn_open(struct kunit *test, void *data)
{
	return open_and_close(EVTCHN);
}

static void *setup_evtchn(struct kunit *test)
{
	fake_domain_new(GUEST, 0);
	return env_open(test, EVTCHN);
}

/* The index has no table for the next number yet, and keeps one that it makes. */
static void *setup_new_table(struct kunit *test)
{
	struct file *file = setup_evtchn(test);

	fake_evtchn_lowest = 3600;
	return file;
}

static void undo_bind(struct kunit *test, void *file, long port)
{
	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
}

static long op_bind_virq(struct kunit *test, void *file)
{
	return bind_virq(file, 3);
}

static long op_bind_interdomain(struct kunit *test, void *file)
{
	return bind_interdomain(file, GUEST, 4);
}

static long op_bind_unbound(struct kunit *test, void *file)
{
	return bind_unbound(file, GUEST);
}

/* The ring has to grow for it. */
static void *setup_many_ports(struct kunit *test)
{
	struct file *file = setup_evtchn(test);
	unsigned int i;

	for (i = 1; i <= 64; i++)
		KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), i);
	fake_fire(3);
	return file;
}

static long op_bind_static(struct kunit *test, void *file)
{
	evtchn_port_t port;
	unsigned int saved;
	long err;

	saved = fake_enter();
	port = fake_port_new(EVTCHNSTAT_interdomain, GUEST, 1);
	fake_leave(saved);
	err = bind_static(file, port);
	saved = fake_enter();
	if (!err)
		KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	/* Bound or not, it is there still. */
	fake_port_close(port);
	fake_leave(saved);
	return err;
}

static long op_bind_and_unbind(struct kunit *test, void *file)
{
	long port, err;

	port = bind_unbound(file, GUEST);
	if (port < 0)
		return port;
	err = unbind(file, port);
	/* It may fail to be asked, never to be done. */
	if (err)
		undo_bind(test, file, port);
	return err;
}

static void *setup_one_port(struct kunit *test)
{
	struct file *file = setup_evtchn(test);

	KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), 1);
	return file;
}

static long op_notify(struct kunit *test, void *file)
{
	return notify(file, 1);
}

static long op_reset(struct kunit *test, void *file)
{
	return reset_ring(file);
}

static long op_restrict(struct kunit *test, void *data)
{
	struct file *file = env_try_open(EVTCHN, 0);
	long err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = evtchn_restrict_to(file, GUEST);
	env_close(file);
	return err;
}

static void *setup_ports_in_ring(struct kunit *test)
{
	struct file *file = setup_evtchn(test);
	unsigned int i;

	for (i = 1; i <= PORTS; i++)
		KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), i);
	for (i = 1; i <= PORTS; i++)
		fake_fire(i);
	return file;
}

/* A read that fails has taken nothing out. */
static long op_read(struct kunit *test, void *file)
{
	ssize_t ret = read_ports(file, PORTS * sizeof(u32));

	if (ret >= 0)
		KUNIT_EXPECT_EQ(test, ret, PORTS * sizeof(u32));
	return ret;
}

static void undo_read(struct kunit *test, void *file, long result)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, write_ports(file, result), result);
	for (i = 1; i <= PORTS; i++)
		fake_fire(i);
}

static long op_write(struct kunit *test, void *file)
{
	return write_ports(file, PORTS * sizeof(u32));
}

/* What is released cannot fail. */
static long op_evtchn_release(struct kunit *test, void *data)
{
	struct file *file = env_try_open(EVTCHN, 0);
	unsigned int saved;

	if (IS_ERR(file))
		return PTR_ERR(file);
	saved = fake_enter();
	bind_unbound(file, GUEST);
	fake_leave(saved);
	env_close(file);
	return 0;
}

void evtchn_sweep(struct kunit *test)
{
	static const struct sweep rows[] = {
		{ "open", NULL, op_evtchn_open },
		{ "BIND_VIRQ", setup_evtchn, op_bind_virq, undo_bind },
		{ "BIND_INTERDOMAIN", setup_evtchn, op_bind_interdomain, undo_bind },
		{ "BIND_UNBOUND_PORT", setup_evtchn, op_bind_unbound, undo_bind },
		{ "BIND_UNBOUND_PORT, ring grows", setup_many_ports,
		  op_bind_unbound, undo_bind },
		{ "BIND_UNBOUND_PORT, new table", setup_new_table,
		  op_bind_unbound, undo_bind },
		{ "BIND_STATIC", setup_evtchn, op_bind_static },
		{ "UNBIND", setup_evtchn, op_bind_and_unbind },
		{ "NOTIFY", setup_one_port, op_notify, .may_succeed = true },
		{ "RESET", setup_one_port, op_reset },
		{ "RESTRICT_DOMID", setup_evtchn, op_restrict },
		{ "read", setup_ports_in_ring, op_read, undo_read },
		{ "write", setup_ports_in_ring, op_write },
		{ "release", setup_evtchn, op_evtchn_release, .may_succeed = true },
	};

	sweep_rows(test, rows, ARRAY_SIZE(rows));
}
