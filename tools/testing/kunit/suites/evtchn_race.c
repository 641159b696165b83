// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: what comes in between, from another thread or from an event.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mmu_context.h>
#include <linux/sched.h>

#include "suites/evtchn.h"
#include "suites/suites.h"

struct again {
	struct file *file;
	u32 port;
	long read;
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

/* Another thread has the event that follows, and there is one more after that. */
static void read_meanwhile(void *data)
{
	struct again *again = data;

	fake_fire(again->port);
	again->read = read_port(again->file);
	fake_kernel_unmask(again->port);
	fake_fire(again->port);
}

/*
 * One thread unmasks a port and is late to look whether it fired again; another
 * has read it meanwhile, and it has fired once more. That event is the second
 * thread's, when it unmasks the port.
 */
TEST(evtchn_again_race_of_two_readers)
{
	struct again again = { .file = env_open(test, EVTCHN) };

	again.port = bind_unbound(again.file, GUEST);
	fake_fire(again.port);
	KUNIT_EXPECT_EQ(test, read_port(again.file), again.port);
	fake_kernel_unmask(again.port);
	fake_at_step("test_and_clear_bit", read_meanwhile, &again);
	KUNIT_EXPECT_EQ(test, unmask(again.file, again.port), 4);
	KUNIT_EXPECT_EQ(test, again.read, again.port);
	KUNIT_EXPECT_EQ(test, read_port(again.file), -EAGAIN);
	KUNIT_EXPECT_EQ(test, unmask(again.file, again.port), 4);
	KUNIT_EXPECT_EQ(test, read_port(again.file), again.port);
	KUNIT_EXPECT_EQ(test, unmask(again.file, again.port), 4);
	KUNIT_EXPECT_FALSE(test, fake_port_masked(again.port));
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

/* Its argument is where the other thread has none. */
static int restrict_thread(void *data)
{
	struct ioctl_evtchn_restrict_domid arg = { .domid = OTHER };
	unsigned long at = env_user() + PAGE_SIZE;
	struct helper *h = data;

	kthread_use_mm(h->mm);
	env_put(at, &arg, sizeof(arg));
	h->result = env_ioctl_at(h->file, IOCTL_EVTCHN_RESTRICT_DOMID, at);
	kthread_unuse_mm(h->mm);
	return helper_wait_to_stop(h);
}

static void restrict_meanwhile(void *data)
{
	struct helper *h = data;

	helper_start(h, restrict_thread);
	msleep(30);
	h->status = READ_ONCE(h->done);
}

/*
 * P4: a process that was told that the file is restricted does not find a
 * channel in it, later, that it may not have.
 */
TEST(evtchn_p4_restrict_waits_for_a_bind)
{
	struct helper h = { .file = env_open(test, EVTCHN) };

	fake_before(FAKE_EVTCHN(EVTCHNOP_alloc_unbound), 1, restrict_meanwhile, &h);
	h.port = bind_unbound(h.file, GUEST);
	KUNIT_EXPECT_GT(test, (int)h.port, 0);
	KUNIT_EXPECT_FALSE(test, h.status);
	helper_join(&h);
	KUNIT_EXPECT_EQ(test, h.result, 0);
	KUNIT_EXPECT_EQ(test, bind_unbound(h.file, GUEST), -EACCES);
	KUNIT_EXPECT_EQ(test, unbind(h.file, h.port), 0);
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
	fake_at_step("refcount_inc_not_zero", wake_helper, &h);
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

static struct kunit_case race_cases[] = {
	KUNIT_CASE(evtchn_again_race_before_the_note),
	KUNIT_CASE(evtchn_again_race_after_the_note),
	KUNIT_CASE(evtchn_again_race_of_two_readers),
	KUNIT_CASE(evtchn_xsa331_unbind_waits_for_notify),
	KUNIT_CASE(evtchn_p4_restrict_waits_for_a_bind),
	KUNIT_CASE(evtchn_lookup_while_unbinding),
	KUNIT_CASE(evtchn_read_waits),
	{}
};

ENV_SUITE(evtchn_race, race_cases);
