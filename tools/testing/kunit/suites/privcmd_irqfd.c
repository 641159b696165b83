// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: an eventfd that is signalled injects an interrupt, until
 * the file goes, or the eventfd.
 */
#include <linux/delay.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/sched.h>

#include "suites/privcmd.h"
#include "suites/suites.h"

static void expect_injected(struct kunit *test, unsigned long count)
{
	unsigned int i;

	for (i = 0; i < 100 && READ_ONCE(fake_dm_op.count) < count; i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, count);
}

TEST(ops_irqfd)
{
	struct file *file = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	env_eventfd_signal(fd);
	expect_injected(test, 1);
	KUNIT_EXPECT_EQ(test, fake_dm_op.domid, GUEST);
	KUNIT_EXPECT_EQ(test, fake_dm_op.nr, 1);
	KUNIT_EXPECT_EQ(test, fake_dm_op.size[0], IRQFD_SIZE);
	KUNIT_EXPECT_EQ(test, *(u32 *)fake_dm_op.op, IRQFD_CODE);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(fd), 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, PRIVCMD_IRQFD_FLAG_DEASSIGN), 0);
	env_eventfd_signal(fd);
	msleep(20);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 1);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(fd), 1);
	env_close_fd(fd);
}

/* What was signalled before is delivered when it is assigned. */
TEST(ops_irqfd_signalled_before)
{
	struct file *file = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);

	fake_domain_new(GUEST, 0);
	env_eventfd_signal(fd);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	expect_injected(test, 1);
	env_close_fd(fd);
}

TEST(ops_irqfd_errors)
{
	struct file *file = env_open(test, PRIVCMD), *other = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);
	struct privcmd_irqfd arg = {
		.dm_op = buf_addr(), .size = 4097, .fd = fd, .dom = GUEST,
	};

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, 999, 0), -EBADF);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, 999, PRIVCMD_IRQFD_FLAG_DEASSIGN),
			-EBADF);
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_IRQFD, &arg, sizeof(arg)),
			-E2BIG);
	arg.size = U32_MAX;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_IRQFD, &arg, sizeof(arg)),
			-E2BIG);
	arg.size = 24;
	arg.dm_op = 8;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_IRQFD, &arg, sizeof(arg)),
			-EFAULT);
	/* It has one buffer, and this operation wants two. */
	arg.dm_op = buf_addr();
	env_put(buf_addr(), &(u32){ 7 }, 4);
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_IRQFD, &arg, sizeof(arg)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, irqfd(other, GUEST, fd, 0), -EBUSY);
	/* Not theirs: nothing happens. */
	KUNIT_EXPECT_EQ(test, irqfd(other, GUEST, fd, PRIVCMD_IRQFD_FLAG_DEASSIGN), 0);
	env_eventfd_signal(fd);
	expect_injected(test, 1);
	env_close_fd(fd);
}

/* The file that made it goes, and it with the file. */
TEST(ops_irqfd_goes_with_the_file)
{
	struct file *file = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	/* Signalled before: delivered, though no worker gets a turn. */
	sched_set_fifo(current);
	env_eventfd_signal(fd);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 0);
	env_close(file);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 1);
	sched_set_normal(current, 0);
	env_eventfd_signal(fd);
	msleep(20);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 1);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(fd), 1);
	env_close_fd(fd);
}

TEST(ops_irqfd_restricted_since)
{
	struct file *file = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);

	fake_domain_new(GUEST, 0);
	fake_domain_new(OTHER, 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, OTHER), 0);
	env_eventfd_signal(fd);
	env_close(file);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 0);
	env_close_fd(fd);
}

/* Hundreds whose eventfds hang up at the same time, some of them signalled. */
TEST(ops_irqfd_hundreds_hang_up)
{
	struct file *file = env_open(test, PRIVCMD);
	const unsigned int nr = 300;
	int *fds = kunit_kcalloc(test, nr, sizeof(*fds), GFP_KERNEL);
	unsigned int i;

	fake_domain_new(GUEST, 0);
	for (i = 0; i < nr; i++) {
		fds[i] = env_eventfd(test);
		KUNIT_ASSERT_EQ(test, irqfd(file, GUEST, fds[i], 0), 0);
	}
	for (i = 0; i < nr; i += 3)
		env_eventfd_signal(fds[i]);
	for (i = 0; i < nr; i++)
		close_fd(fds[i]);
	flush_delayed_fput();
	expect_injected(test, nr / 3);
	/* Half of them may be on their way still. */
	env_close(file);
}

static void close_it(void *data)
{
	env_close_fd(*(int *)data);
}

/* The eventfd goes while its interrupt is being injected. */
TEST(ops_irqfd_hangs_up_while_injecting)
{
	struct file *file = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	fake_before(FAKE_DM_OP, 1, close_it, &fd);
	env_eventfd_signal(fd);
	expect_injected(test, 1);
	env_close(file);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 1);
}

/* Both go at once: the file ends what the hang-up is about to. */
TEST(ops_irqfd_file_and_eventfd_go)
{
	struct file *file = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	/* No worker gets a turn before the file is closed. */
	sched_set_fifo(current);
	env_eventfd_signal(fd);
	env_close_fd(fd);
	env_close(file);
	sched_set_normal(current, 0);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 1);
}

struct slow {
	bool begun, done;
};

static void take_long(void *data)
{
	struct slow *slow = data;

	WRITE_ONCE(slow->begun, true);
	msleep(100);
	WRITE_ONCE(slow->done, true);
}

/* The eventfd is gone, the file goes, and an interrupt is being injected. */
TEST(ops_irqfd_release_waits)
{
	struct file *file = env_open(test, PRIVCMD);
	struct slow slow = {};
	int fd = env_eventfd(test);
	unsigned int i;

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	fake_before(FAKE_DM_OP, 1, take_long, &slow);
	env_eventfd_signal(fd);
	env_close_fd(fd);
	for (i = 0; i < 100 && !READ_ONCE(slow.begun); i++)
		msleep(20);
	/* By now the hang-up has taken it out of the file's list. */
	msleep(30);
	env_close(file);
	KUNIT_EXPECT_TRUE(test, slow.done);
}

static struct kunit_case irqfd_cases[] = {
	KUNIT_CASE(ops_irqfd),
	KUNIT_CASE(ops_irqfd_signalled_before),
	KUNIT_CASE(ops_irqfd_errors),
	KUNIT_CASE(ops_irqfd_goes_with_the_file),
	KUNIT_CASE(ops_irqfd_restricted_since),
	KUNIT_CASE(ops_irqfd_hundreds_hang_up),
	KUNIT_CASE(ops_irqfd_hangs_up_while_injecting),
	KUNIT_CASE(ops_irqfd_file_and_eventfd_go),
	KUNIT_CASE(ops_irqfd_release_waits),
	{}
};

ENV_SUITE(privcmd_irqfd, irqfd_cases);
