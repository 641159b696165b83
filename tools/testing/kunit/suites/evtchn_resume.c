// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: the domain is saved and restored while a process has ports;
 * and who is woken, then and otherwise.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mmu_context.h>
#include <linux/poll.h>

#include <xen/events.h>

#include "suites/evtchn.h"
#include "suites/suites.h"

#define LOST	(EPOLLIN | EPOLLRDNORM | EPOLLHUP | EPOLLERR)

static __poll_t poll_now(struct file *file)
{
	return file->f_op->poll(file, NULL);
}

/* The kernel takes the numbers of the old ports, and must keep them. */
TEST(evtchn_resume_kernel_has_the_number)
{
	struct file *file = env_open(test, EVTCHN);
	evtchn_port_t kernels;
	long port, other;

	port = bind_unbound(file, GUEST);
	kernels = fake_kernel_port();
	fake_resume(false);
	/* The fake's kernel is the first to ask, and Xen gives the lowest. */
	KUNIT_ASSERT_EQ(test, port, 1);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_EQ(test, unbind(file, port), -ENOTCONN);
	other = bind_unbound(file, GUEST);
	KUNIT_EXPECT_GT(test, other, port);
	env_close(file);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_NE(test, kernels, port);
	evtchn_put(port);
}

/* Every number can be had again, by any file, while the old one is open. */
TEST(evtchn_resume_frees_the_numbers)
{
	struct file *a = env_open(test, EVTCHN), *b = env_open(test, EVTCHN);
	unsigned int i;

	for (i = 1; i <= 3; i++)
		KUNIT_EXPECT_EQ(test, bind_unbound(a, GUEST), i);
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, bind_unbound(b, GUEST), 1);
	KUNIT_EXPECT_EQ(test, bind_unbound(a, GUEST), 2);
	KUNIT_EXPECT_EQ(test, bind_unbound(b, GUEST), 3);
	fake_fire(1);
	KUNIT_EXPECT_EQ(test, read_port(b), 1);
	KUNIT_EXPECT_EQ(test, read_port(a), -EAGAIN);
	KUNIT_EXPECT_EQ(test, unbind(a, 1), -ENOTCONN);
	env_close(a);
	KUNIT_EXPECT_EQ(test, fake_port_status(1), EVTCHNSTAT_unbound);
	KUNIT_EXPECT_EQ(test, fake_port_status(2), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, notify(b, 1), 0);
}

TEST(evtchn_resume_port_is_dead)
{
	struct file *file = env_open(test, EVTCHN), *other;
	long port = bind_unbound(file, GUEST);

	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
	fake_resume(false);
	other = env_open(test, EVTCHN);
	KUNIT_EXPECT_EQ(test, bind_unbound(other, GUEST), port);
	KUNIT_EXPECT_EQ(test, notify(file, port), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 0);
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	KUNIT_EXPECT_TRUE(test, fake_port_masked(port));
	KUNIT_EXPECT_EQ(test, read_port(other), port);
}

/* A reader is told, until the file has a port again. */
TEST(evtchn_resume_is_told)
{
	struct file *file = env_open(test, EVTCHN), *idle = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	fake_fire(port);
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, read_port(file), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, read_port(file), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, poll_now(file), LOST);
	/* Nothing of this one's has gone. */
	KUNIT_EXPECT_EQ(test, read_port(idle), -EAGAIN);
	KUNIT_EXPECT_EQ(test, poll_now(idle), EPOLLOUT | EPOLLWRNORM);
	/* A bind that fails changes nothing. */
	fake_fail(FAKE_EVTCHN(EVTCHNOP_alloc_unbound), 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -ENOSPC);
	KUNIT_EXPECT_EQ(test, read_port(file), -ENOTCONN);
	port = bind_unbound(file, GUEST);
	KUNIT_EXPECT_EQ(test, port, 1);
	/* The event from before is not one of the new port. */
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
	KUNIT_EXPECT_EQ(test, poll_now(file), EPOLLOUT | EPOLLWRNORM);
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
}

TEST(evtchn_resume_then_reset)
{
	struct file *file = env_open(test, EVTCHN);

	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), 1);
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, reset_ring(file), 0);
	KUNIT_EXPECT_EQ(test, read_port(file), -EAGAIN);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), 1);
	KUNIT_EXPECT_EQ(test, unbind(file, 1), 0);
}

TEST(evtchn_resume_twice)
{
	struct file *file = env_open(test, EVTCHN);
	unsigned int i;

	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), 1);
		KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), 2);
		fake_resume(false);
		fake_resume(false);
	}
	KUNIT_EXPECT_EQ(test, read_port(file), -ENOTCONN);
}

/* The domain went on after all. */
TEST(evtchn_resume_cancelled)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	fake_resume(true);
	KUNIT_EXPECT_EQ(test, notify(file, port), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 1);
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
	KUNIT_EXPECT_EQ(test, unmask(file, port), 4);
	KUNIT_EXPECT_FALSE(test, fake_port_masked(port));
	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
}

TEST(evtchn_resume_static_port)
{
	struct file *file = env_open(test, EVTCHN);
	evtchn_port_t port = fake_port_new(EVTCHNSTAT_interdomain, GUEST, 1);

	KUNIT_EXPECT_EQ(test, bind_static(file, port), 0);
	fake_fire(port);
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, fake_port_status(port), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, bind_static(file, port), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake_port_new(EVTCHNSTAT_interdomain, GUEST, 1), port);
	KUNIT_EXPECT_EQ(test, bind_static(file, port), 0);
	fake_fire(port);
	KUNIT_EXPECT_EQ(test, read_port(file), port);
	env_close(file);
	fake_port_close(port);
}

static void resume_now(void *data)
{
	fake_resume(false);
}

/* A notification is under way, as from a thread that is not frozen. */
TEST(evtchn_resume_during_notify)
{
	struct file *file = env_open(test, EVTCHN);
	long port = bind_unbound(file, GUEST);

	fake_before(FAKE_EVTCHN(EVTCHNOP_send), 1, resume_now, NULL);
	KUNIT_EXPECT_EQ(test, notify(file, port), 0);
	KUNIT_EXPECT_EQ(test, notify(file, port), -ENOTCONN);
}

struct reader {
	struct mm_struct *mm;
	struct file *file;
	long result;
	bool done;
};

static int reader_thread(void *data)
{
	struct reader *r = data;
	loff_t pos = 0;

	kthread_use_mm(r->mm);
	r->result = r->file->f_op->read(r->file, (char __user *)env_user(), 4, &pos);
	kthread_unuse_mm(r->mm);
	WRITE_ONCE(r->done, true);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static struct task_struct *reader_start(struct reader *r, struct file *file)
{
	struct task_struct *task;

	*r = (struct reader){ .mm = current->mm, .file = file };
	task = kthread_run(reader_thread, r, "kunit-reader");
	get_task_struct(task);
	msleep(30);
	return task;
}

static void reader_join(struct task_struct *task)
{
	kthread_stop(task);
	put_task_struct(task);
}

TEST(evtchn_resume_wakes_a_reader)
{
	struct file *file = env_open(test, EVTCHN);
	struct task_struct *task;
	struct reader r;

	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), 1);
	task = reader_start(&r, file);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(r.done));
	fake_resume(false);
	msleep(30);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(r.done));
	reader_join(task);
	KUNIT_EXPECT_EQ(test, r.result, -ENOTCONN);
}

struct sleeper {
	poll_table pt;
	wait_queue_entry_t wait;
	wait_queue_head_t *head;
	unsigned int woken;
};

static int sleeper_woken(wait_queue_entry_t *wait, unsigned int mode, int sync,
			 void *key)
{
	container_of(wait, struct sleeper, wait)->woken++;
	return 0;
}

static void sleeper_joins(struct file *file, wait_queue_head_t *head,
			  poll_table *pt)
{
	struct sleeper *s = container_of(pt, struct sleeper, pt);

	s->head = head;
	init_waitqueue_func_entry(&s->wait, sleeper_woken);
	add_wait_queue(head, &s->wait);
}

/*
 * A producer that comes late finds the ring as it is when another has filled it
 * and a reader has taken from it: not empty, and not as it left it. Whoever
 * sleeps is woken all the same.
 */
TEST(evtchn_every_event_wakes)
{
	struct file *file = env_open(test, EVTCHN);
	struct sleeper s = {};
	long port[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		port[i] = bind_unbound(file, GUEST);
	init_poll_funcptr(&s.pt, sleeper_joins);
	file->f_op->poll(file, &s.pt);
	fake_fire(port[0]);
	fake_fire(port[1]);
	KUNIT_EXPECT_EQ(test, s.woken, 2);
	KUNIT_EXPECT_EQ(test, read_port(file), port[0]);
	fake_fire(port[2]);
	KUNIT_EXPECT_EQ(test, s.woken, 3);
	remove_wait_queue(s.head, &s.wait);
}

/* Whoever finds no room tells so, for the ring may be empty by then. */
TEST(evtchn_overflow_wakes)
{
	struct file *file = env_open(test, EVTCHN);
	struct sleeper s = {};
	unsigned int i;
	long port;

	init_poll_funcptr(&s.pt, sleeper_joins);
	file->f_op->poll(file, &s.pt);
	/* The smallest ring has room for 64. */
	for (i = 0; i <= 64; i++) {
		port = bind_unbound(file, GUEST);
		fake_fire(port);
		KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	}
	KUNIT_EXPECT_EQ(test, s.woken, 65);
	KUNIT_EXPECT_EQ(test, read_port(file), -EFBIG);
	remove_wait_queue(s.head, &s.wait);
}

static struct kunit_case resume_cases[] = {
	KUNIT_CASE(evtchn_resume_kernel_has_the_number),
	KUNIT_CASE(evtchn_resume_frees_the_numbers),
	KUNIT_CASE(evtchn_resume_port_is_dead),
	KUNIT_CASE(evtchn_resume_is_told),
	KUNIT_CASE(evtchn_resume_then_reset),
	KUNIT_CASE(evtchn_resume_twice),
	KUNIT_CASE(evtchn_resume_cancelled),
	KUNIT_CASE(evtchn_resume_static_port),
	KUNIT_CASE(evtchn_resume_during_notify),
	KUNIT_CASE(evtchn_resume_wakes_a_reader),
	KUNIT_CASE(evtchn_every_event_wakes),
	KUNIT_CASE(evtchn_overflow_wakes),
	{}
};

ENV_SUITE(evtchn_resume, resume_cases);
