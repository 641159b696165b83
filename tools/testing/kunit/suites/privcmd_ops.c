// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: hypercalls, device-model operations, irqfd and ioeventfd,
 * the restriction, and 32-bit callers.
 */
#include <linux/delay.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mmu_context.h>
#include <linux/sched.h>

#include <xen/events.h>
#include <xen/interface/version.h>

#include "suites/evtchn.h"
#include "suites/privcmd.h"
#include "suites/suites.h"

/* Passed through, register by register, with user memory open. */
TEST(ops_hypercall)
{
	const struct fake_regs *seen = &fake_transfer.regs;
	struct file *file = env_open(test, PRIVCMD);

	KUNIT_EXPECT_EQ(test, hypercall(file, __HYPERVISOR_xen_version,
					XENVER_version, 0, 0, 0, 0), 4 << 16 | 17);
	KUNIT_EXPECT_EQ(test, hypercall(file, __HYPERVISOR_xen_version,
					XENVER_extraversion, buf_addr(), 0, 0, 0), 0);
	KUNIT_EXPECT_NE(test, env_get64(buf_addr()), 0);
	KUNIT_EXPECT_EQ(test, hypercall(file, __HYPERVISOR_xen_version,
					XENVER_extraversion, 8, 0, 0, 0), -EFAULT);
	fake_transfer.only_record = true;
	fake_transfer.result = -12345;
	KUNIT_EXPECT_EQ(test, hypercall(file, 100, 1, 2, 3, 4, 5), -12345);
	KUNIT_EXPECT_EQ(test, seen->rax, 100);
	KUNIT_EXPECT_EQ(test, seen->rdi, 1);
	KUNIT_EXPECT_EQ(test, seen->rsi, 2);
	KUNIT_EXPECT_EQ(test, seen->rdx, 3);
	KUNIT_EXPECT_EQ(test, seen->r10, 4);
	KUNIT_EXPECT_EQ(test, seen->r8, 5);
	KUNIT_EXPECT_EQ(test, seen->r9, 0);
	KUNIT_EXPECT_TRUE(test, fake_transfer.ac);
	KUNIT_EXPECT_EQ(test, xen_fake_ac, 0);
}

/* P8: what Xen answers is what the caller gets. */
TEST(ops_p8_result_as_it_is)
{
	struct file *file = env_open(test, PRIVCMD);

	fake_transfer.only_record = true;
	fake_transfer.result = 0x7fffffff;
	KUNIT_EXPECT_EQ(test, hypercall(file, 1, 0, 0, 0, 0, 0), 0x7fffffff);
	fake_transfer.result = 0x123456789abL;
	KUNIT_EXPECT_EQ(test, hypercall(file, 1, 0, 0, 0, 0, 0), 0x123456789abL);
}

TEST(ops_hypercall_numbers_that_are_none)
{
	struct file *file = env_open(test, PRIVCMD);

	fake_transfer.only_record = true;
	KUNIT_EXPECT_EQ(test, hypercall(file, __HYPERVISOR_iret, 0, 0, 0, 0, 0),
			-ENOSYS);
	KUNIT_EXPECT_EQ(test, hypercall(file, 128, 0, 0, 0, 0, 0), -ENOSYS);
	KUNIT_EXPECT_EQ(test, hypercall(file, U64_MAX, 0, 0, 0, 0, 0), -ENOSYS);
	KUNIT_EXPECT_EQ(test, fake_transfer.count, 0);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_PRIVCMD_HYPERCALL, 8), -EFAULT);
	/* How libxenforeignmemory asks for the errno of an unknown one. */
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_PRIVCMD_UNIMPLEMENTED, 0),
			-ENOTTY);
}

TEST(ops_restrict_covers_everything)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 2);
	struct privcmd_pcidev_get_gsi gsi = { .sbdf = 5 };
	struct privcmd_ioeventfd ioeventfd = { .dom = OTHER };
	int fd = env_eventfd(test);

	fake_domain_new(GUEST, 2);
	fake_domain_new(OTHER, 2);
	put_frames(2, 0);
	/* Accepted, and means none. */
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, DOMID_INVALID), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, GUEST), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, GUEST), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, OTHER), -EINVAL);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, DOMID_INVALID), -EINVAL);

	KUNIT_EXPECT_EQ(test, hypercall(file, __HYPERVISOR_xen_version, 0, 0, 0, 0, 0),
			-EPERM);
	KUNIT_EXPECT_EQ(test, batch_v2(file, OTHER, addr, 2), -EPERM);
	KUNIT_EXPECT_EQ(test, batch_v1(file, OTHER, addr, 2), -EPERM);
	KUNIT_EXPECT_EQ(test, map_run(file, OTHER, addr, 0, 2), -EPERM);
	KUNIT_EXPECT_EQ(test, map_resource(file, OTHER, 0, 1, 0, 2, addr), -EPERM);
	KUNIT_EXPECT_EQ(test, map_resource(file, OTHER, 0, 1, 0, 0, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, dm_op(file, OTHER, 13, 1, 24), -EPERM);
	KUNIT_EXPECT_EQ(test, dm_op(file, DOMID_INVALID, 0, 0, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, irqfd(file, OTHER, fd, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, irqfd(file, OTHER, fd, PRIVCMD_IRQFD_FLAG_DEASSIGN),
			-EPERM);
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_IOEVENTFD, &ioeventfd,
					sizeof(ioeventfd)), -EPERM);
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_PCIDEV_GET_GSI, &gsi,
					sizeof(gsi)), -EPERM);
	KUNIT_EXPECT_EQ(test, fake_transfer.count, 0);

	put_frames(2, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 2), 0);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 13, 1, 24), 0);
	env_close_fd(fd);
}

TEST(ops_gsi)
{
	struct file *file = env_open(test, PRIVCMD);
	struct privcmd_pcidev_get_gsi gsi = { .sbdf = 0x105 };

	/* Linux 6.1 has nobody to ask, for any device. */
	if (!kernel_knows_gsis()) {
		KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_PCIDEV_GET_GSI,
						&gsi, sizeof(gsi)), -EINVAL);
		kunit_mark_skipped(test, "the kernel knows no GSIs of devices");
		return;
	}
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_PCIDEV_GET_GSI, &gsi,
					sizeof(gsi)), 0);
	KUNIT_EXPECT_EQ(test, gsi.gsi, 5);
	gsi.sbdf = 0;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_PCIDEV_GET_GSI, &gsi,
					sizeof(gsi)), -ENOENT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_PRIVCMD_PCIDEV_GET_GSI, 8),
			-EFAULT);
}

TEST(ops_dm_op_limits)
{
	struct file *file = env_open(test, PRIVCMD);

	fake_domain_new(GUEST, 0);
	/* How libxendevicemodel asks whether there is such an ioctl. */
	KUNIT_EXPECT_EQ(test, dm_op(file, DOMID_INVALID, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 13, 17, 8), -E2BIG);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 13, 1, 4097), -E2BIG);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 13, 1, SIZE_MAX), -E2BIG);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 0);
	KUNIT_EXPECT_EQ(test, dm_op(file, 99, 13, 1, 24), -ESRCH);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 13, 1, 4096), 0);
	KUNIT_EXPECT_EQ(test, fake_dm_op.size[0], 4096);
	fake_dm_op.result = -EAGAIN;
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 13, 1, 24), -EAGAIN);
}

/* XSA-506: Xen would look at a buffer that it was not given. */
TEST(ops_xsa506_dm_op_too_few_buffers)
{
	struct file *file = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 7, 1, 24), -EINVAL);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 11, 1, 24), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 0);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 7, 2, 24), 0);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 11, 2, 24), 0);
	KUNIT_EXPECT_EQ(test, fake_dm_op.nr, 2);
	env_close_fd(fd);
}

TEST(ops_dm_op_bad_memory)
{
	struct privcmd_dm_op_buf buf[2] = {
		{ (void __user *)buf_addr(), 24 }, { (void __user *)8, 24 },
	};
	struct file *file = env_open(test, PRIVCMD);
	struct privcmd_dm_op arg = { GUEST, 2, (void __user *)8 };

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_DM_OP, &arg, sizeof(arg)),
			-EFAULT);
	arg.ubufs = (void __user *)arr_addr();
	env_put(arr_addr(), buf, sizeof(buf));
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_DM_OP, &arg, sizeof(arg)),
			-EFAULT);
	swap(buf[0], buf[1]);
	env_put(arr_addr(), buf, sizeof(buf));
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_DM_OP, &arg, sizeof(arg)),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 0);
}

static void change_op(void *data)
{
	u32 code = 7;

	env_put(buf_addr(), &code, sizeof(code));
}

/* XSA-155's lesson: Xen sees the operation that was looked at. */
TEST(ops_dm_op_read_once)
{
	struct file *file = env_open(test, PRIVCMD);

	fake_domain_new(GUEST, 0);
	fake_before(FAKE_DM_OP, 1, change_op, NULL);
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 13, 1, 24), 0);
	KUNIT_EXPECT_EQ(test, *(u32 *)fake_dm_op.op, 13);
}

TEST(ops_dm_op_answers)
{
	struct file *file = env_open(test, PRIVCMD);

	fake_domain_new(GUEST, 0);
	fake_dm_op.answer_size = 16;
	memset(fake_dm_op.answer, 0x5a, 16);
	/* CREATE_IOREQ_SERVER is answered in place. */
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 1, 1, 24), 0);
	KUNIT_EXPECT_EQ(test, env_get64(buf_addr() + 8), 0x5a5a5a5a5a5a5a5a);
	KUNIT_EXPECT_EQ(test, env_get64(buf_addr() + 16), 0);
}

static long dm_op_as_it_is(struct file *file, u16 nr)
{
	struct privcmd_dm_op arg = { GUEST, nr, (void __user *)arr_addr() };

	return env_ioctl(file, IOCTL_PRIVCMD_DM_OP, &arg, sizeof(arg));
}

/* What Xen only reads, the caller need not be able to write. */
TEST(ops_dm_op_read_only_memory)
{
	struct file *file = env_open(test, PRIVCMD);
	static const struct {
		u32 code;
		u16 nr;
		/* Which of the pages are read-only. */
		bool first, second;
		long ret;
	} cases[] = {
		{ 13, 1, true, false, 0 },
		{ 1, 1, true, false, -EFAULT },
		{ 11, 2, false, true, 0 },
		{ 11, 2, true, false, -EFAULT },
		{ 7, 2, false, true, -EFAULT },
		{ 7, 2, false, false, 0 },
	};
	unsigned long count;
	unsigned int i;

	fake_domain_new(GUEST, 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		/* Leaves everything in place. */
		dm_op(file, GUEST, cases[i].code, cases[i].nr, 24);
		count = fake_dm_op.count;
		if (cases[i].first)
			env_mprotect(buf_addr(), 1, PROT_READ);
		if (cases[i].second)
			env_mprotect(buf_addr() + PAGE_SIZE, 1, PROT_READ);
		KUNIT_EXPECT_EQ_MSG(test, dm_op_as_it_is(file, cases[i].nr),
				    cases[i].ret, "case %u", i);
		/* Refused before Xen has done anything. */
		KUNIT_EXPECT_EQ(test, fake_dm_op.count, count + !cases[i].ret);
		env_mprotect(buf_addr(), 2, PROT_READ | PROT_WRITE);
	}
}

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

/* ioeventfd */

#define DOORBELL	0xd0000000
#define QUEUE		3

struct slot {
	u64 addr, data;
	u32 count, size, vp_eport;
	u16 pad;
	u8 state, type;
};

struct model {
	struct file *file, *events;
	unsigned long ioreq;
	u32 port[4];
	int fd;
};

/* A device model: requests of four vCPUs, and a channel for each. */
static struct model model_new(struct kunit *test, enum xen_domain_type type)
{
	struct model m = {};
	unsigned int i;

	fake_become(type, true);
	fake_domain_new(GUEST, 0);
	fake_domain_new(OTHER, 0);
	fake_resource(GUEST, 0, 1, 4);
	fake_resource(GUEST, 1, 1, 4);
	m.file = env_open(test, PRIVCMD);
	m.events = env_open(test, EVTCHN);
	m.ioreq = map_foreign(m.file, 2);
	KUNIT_ASSERT_EQ(test, map_resource(m.file, GUEST, 0, 1, 1, 2, m.ioreq), 0);
	for (i = 0; i < ARRAY_SIZE(m.port); i++)
		m.port[i] = bind_interdomain(m.events, GUEST, 10 + i);
	env_put(arr_addr(), m.port, sizeof(m.port));
	m.fd = env_eventfd(test);
	return m;
}

static struct privcmd_ioeventfd model_args(const struct model *m)
{
	return (struct privcmd_ioeventfd){
		.ioreq = m->ioreq, .ports = arr_addr(), .addr = DOORBELL,
		.addr_len = 4, .event_fd = m->fd, .vcpus = ARRAY_SIZE(m->port),
		.vq = QUEUE, .dom = GUEST,
	};
}

static long ioeventfd(const struct model *m, struct privcmd_ioeventfd arg)
{
	return env_ioctl(m->file, IOCTL_PRIVCMD_IOEVENTFD, &arg, sizeof(arg));
}

static struct slot a_request(void)
{
	return (struct slot){
		.addr = DOORBELL + 0x50, .data = QUEUE, .count = 1, .size = 4,
		.state = 1, .type = 1,
	};
}

/* The guest writes; returns the state that the request is left in. */
static u8 request(const struct model *m, unsigned int vcpu, struct slot slot)
{
	unsigned long at = m->ioreq + vcpu * sizeof(slot);

	env_put(at, &slot, sizeof(slot));
	fake_fire(m->port[vcpu]);
	env_get(&slot, at, sizeof(slot));
	return slot.state;
}

static void ioeventfd_works(struct kunit *test, enum xen_domain_type type)
{
	struct model m = model_new(test, type);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	for (i = 0; i < ARRAY_SIZE(m.port); i++) {
		KUNIT_EXPECT_EQ(test, request(&m, i, a_request()), 3);
		KUNIT_EXPECT_EQ(test, env_eventfd_count(m.fd), 1);
		KUNIT_EXPECT_EQ(test, fake_port_sent(m.port[i]), 1);
		KUNIT_EXPECT_FALSE(test, fake_port_masked(m.port[i]));
	}
	/* The mapping may go: the page is held. */
	KUNIT_EXPECT_EQ(test, env_munmap(m.ioreq, 2), 0);
	fake_fire(m.port[0]);
	env_close_fd(m.fd);
}

TEST(ops_ioeventfd)
{
	ioeventfd_works(test, XEN_PV_DOMAIN);
}

TEST(ops_ioeventfd_auto_translated)
{
	ioeventfd_works(test, XEN_HVM_DOMAIN);
}

/* What is not ours is left as it is, for the device model (6.12.117). */
TEST(ops_ioeventfd_requests_of_others)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct slot others[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = a_request();
	others[0].addr += 4;
	others[1].data = QUEUE + 1;
	others[2].count = 2;
	others[3].size = 8;
	others[4].type = 0;
	others[5].state = 1 | 0x10;
	others[6].state = 1 | 0x20;
	others[7].state = 2;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		KUNIT_EXPECT_EQ(test, request(&m, 1, others[i]), others[i].state);
		/* It is the device model's to unmask. */
		KUNIT_EXPECT_TRUE(test, fake_port_masked(m.port[1]));
		KUNIT_EXPECT_EQ(test, unmask(m.events, m.port[1]), 4);
		env_put(arr_addr(), m.port, sizeof(m.port));
	}
	KUNIT_EXPECT_EQ(test, env_eventfd_count(m.fd), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(m.port[1]), 0);
	/* Only 16 bits of the data name the queue. */
	others[0] = a_request();
	others[0].data |= 0xabcd0000;
	KUNIT_EXPECT_EQ(test, request(&m, 1, others[0]), 3);
	env_close_fd(m.fd);
}

TEST(ops_ioeventfd_bad_arguments)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd arg = model_args(&m);

	KUNIT_EXPECT_EQ(test, env_ioctl_at(m.file, IOCTL_PRIVCMD_IOEVENTFD, 8), -EFAULT);
#define REFUSED(field, value, errno)				\
	do {							\
		arg = model_args(&m);				\
		arg.field = value;				\
		KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), errno); \
	} while (0)
	REFUSED(flags, 2, -EINVAL);
	REFUSED(addr, U64_MAX, -EINVAL);
	REFUSED(addr_len, 0, -EINVAL);
	REFUSED(addr_len, 3, -EINVAL);
	REFUSED(addr_len, 16, -EINVAL);
	REFUSED(vcpus, 0, -EINVAL);
	REFUSED(vcpus, 4097, -EINVAL);
	REFUSED(event_fd, 999, -EBADF);
	REFUSED(ports, 8, -EFAULT);
	arg = model_args(&m);
	arg.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -ENODEV);
	arg.event_fd = 999;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EBADF);
#undef REFUSED
	env_close_fd(m.fd);
}

/* P3: the page must be the guest's requests, and long enough. */
TEST(ops_p3_ioeventfd_whose_page)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd arg = model_args(&m);
	unsigned long addr;

	arg.vcpus = 2 * PAGE_SIZE / sizeof(struct slot) + 1;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	arg = model_args(&m);
	arg.dom = OTHER;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	arg = model_args(&m);
	arg.ioreq += PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	arg.ioreq = m.ioreq + 8;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	/* Not a mapping of ours, and none at all. */
	arg.ioreq = env_user();
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	arg.ioreq = 0;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EFAULT);
	/* Ours, but unused; then of something else. */
	addr = map_foreign(m.file, 2);
	arg.ioreq = addr;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(m.file, GUEST, 1, 1, 1, 2, addr), 0);
	env_put(arr_addr(), m.port, sizeof(m.port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	/* The page for buffered requests comes first. */
	addr = map_foreign(m.file, 2);
	KUNIT_EXPECT_EQ(test, map_resource(m.file, GUEST, 0, 1, 0, 2, addr), 0);
	arg.ioreq = addr;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	/* With the page behind it, it is found. */
	arg.ioreq = addr + PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	env_close_fd(m.fd);
}

TEST(ops_p3_ioeventfd_whose_ports)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	evtchn_port_t kernels = fake_kernel_port();
	u32 port[4];

	memcpy(port, m.port, sizeof(port));
	port[2] = bind_interdomain(m.events, OTHER, 1);
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -EINVAL);
	port[2] = bind_unbound(m.events, GUEST);
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -EINVAL);
	port[2] = 999;
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_LT(test, ioeventfd(&m, model_args(&m)), 0);
	/* P4 */
	port[2] = kernels;
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -EINVAL);
	fake_fail(FAKE_REQUEST_IRQ, 3, -ENOMEM);
	env_put(arr_addr(), m.port, sizeof(m.port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	env_close_fd(m.fd);
	evtchn_put(kernels);
}

TEST(ops_ioeventfd_several)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd one = model_args(&m), two = model_args(&m);
	struct slot slot = a_request();

	two.event_fd = env_eventfd(test);
	two.vq = 4;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, one), 0);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, one), -EBUSY);
	two.vcpus = 2;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, two), -EINVAL);
	two.vcpus = 4;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, two), 0);
	slot.data = 4;
	KUNIT_EXPECT_EQ(test, request(&m, 2, slot), 3);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(two.event_fd), 1);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(one.event_fd), 0);
	one.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	two.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, one), 0);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, one), -ENODEV);
	KUNIT_EXPECT_EQ(test, request(&m, 0, a_request()), 1);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, two), 0);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, two), -ENODEV);
	env_close_fd(one.event_fd);
	env_close_fd(two.event_fd);
}

struct remover {
	struct task_struct *task;
	struct mm_struct *mm;
	const struct model *model;
	long result;
};

static int remove_thread(void *data)
{
	struct remover *r = data;
	struct privcmd_ioeventfd arg;

	kthread_use_mm(r->mm);
	arg = model_args(r->model);
	arg.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	r->result = ioeventfd(r->model, arg);
	env_close_fd(r->model->fd);
	kthread_unuse_mm(r->mm);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void wake_remover(void *data)
{
	struct remover *r = data;

	/* It comes before us until it has to wait. */
	wake_up_process(r->task);
}

/* The eventfd is taken away, and gone, while the handler has found it. */
TEST(ops_ioeventfd_removed_while_handled)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct slot slot = a_request();
	struct remover r = { .mm = current->mm, .model = &m };

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	env_put(m.ioreq, &slot, sizeof(slot));
	r.task = kthread_create(remove_thread, &r, "kunit-remover");
	get_task_struct(r.task);
	sched_set_fifo(r.task);
	fake_at_step("eventfd_signal", wake_remover, &r);
	fake_fire_elsewhere(m.port[0]);
	kthread_stop(r.task);
	put_task_struct(r.task);
	KUNIT_EXPECT_EQ(test, r.result, 0);
	env_get(&slot, m.ioreq, sizeof(slot));
	KUNIT_EXPECT_EQ(test, slot.state, 3);
}

TEST(ops_ioeventfd_restricted_since)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(m.file, OTHER), 0);
	KUNIT_EXPECT_EQ(test, request(&m, 0, a_request()), 1);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(m.fd), 0);
	env_close_fd(m.fd);
}

/* The ports outlive the evtchn file for as long as they are needed. */
TEST(ops_ioeventfd_outlives_the_event_file)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	env_close(m.events);
	KUNIT_EXPECT_EQ(test, fake_port_status(m.port[3]), EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_EQ(test, request(&m, 3, a_request()), 3);
	/* A mapping has a reference on its file. */
	KUNIT_EXPECT_EQ(test, env_munmap(m.ioreq, 2), 0);
	env_close(m.file);
	KUNIT_EXPECT_EQ(test, fake_port_status(m.port[3]), EVTCHNSTAT_closed);
	env_close_fd(m.fd);
}

/* 32-bit callers: other sizes, so other numbers, and narrow pointers. */

#define COMPAT(nr, size)	_IOC(_IOC_NONE, 'P', nr, size)

TEST(ops_compat_numbers)
{
	struct file *file = env_open(test, PRIVCMD);
	static const unsigned int native[] = {
		IOCTL_PRIVCMD_MMAP, IOCTL_PRIVCMD_MMAPBATCH,
		IOCTL_PRIVCMD_MMAPBATCH_V2, IOCTL_PRIVCMD_DM_OP,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(native); i++)
		KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, native[i], 8), -ENOTTY);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(2, 12), 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(3, 20), 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(4, 24), 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(5, 8), 8), -EFAULT);
	/* The rest is the same for all. */
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, IOCTL_PRIVCMD_RESTRICT, 8),
			-EFAULT);
	fake_become(XEN_HVM_DOMAIN, true);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(2, 12), 8), -ENOSYS);
}

/* Memory that a 32-bit process can name. */
static unsigned long low_memory(struct kunit *test)
{
	unsigned long at = vm_mmap(NULL, 0x10000000, 4 * PAGE_SIZE,
				   PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);

	KUNIT_ASSERT_EQ(test, at, 0x10000000);
	return at;
}

TEST(ops_compat_batch)
{
	struct {
		u32 num;
		u16 dom, pad;
		u64 addr;
		u32 arr, err;
	} __packed arg;
	struct file *file = env_open(test, PRIVCMD);
	unsigned long low = low_memory(test);
	u32 frames[3] = { 2, 1, 7 };
	int err[3] = { 1, 1, 1 };

	fake_domain_new(GUEST, 3);
	env_put(low + 256, frames, sizeof(frames));
	env_put(low + 512, err, sizeof(err));
	memset(&arg, 0, sizeof(arg));
	arg.num = 3;
	arg.dom = GUEST;
	arg.addr = map_foreign(file, 3);
	arg.arr = low + 256;
	arg.err = low + 512;
	env_put(low, &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(4, 24), low), 0);
	env_get(err, low + 512, sizeof(err));
	KUNIT_EXPECT_EQ(test, err[0], 0);
	KUNIT_EXPECT_EQ(test, err[1], 0);
	KUNIT_EXPECT_EQ(test, err[2], -EINVAL);
	KUNIT_EXPECT_EQ(test, env_get64(arg.addr), fake_stamp(GUEST, 2));
	KUNIT_EXPECT_EQ(test, env_get64(arg.addr + PAGE_SIZE), fake_stamp(GUEST, 1));
	/* The first version, with what failed in the numbers. */
	arg.addr = map_foreign(file, 3);
	env_put(low, &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(3, 20), low), 0);
	env_get(frames, low + 256, sizeof(frames));
	KUNIT_EXPECT_EQ(test, frames[0], 2);
	KUNIT_EXPECT_EQ(test, frames[2], 0xf0000007);
	arg.err = 0;
	env_put(low, &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(4, 24), low), -EFAULT);
	vm_munmap(low, 4 * PAGE_SIZE);
}

TEST(ops_compat_dm_op_and_runs)
{
	struct {
		u16 dom, num;
		u32 ubufs;
	} op = { GUEST, 2 };
	struct {
		u32 num;
		u16 dom, pad;
		u32 entry;
	} runs = { 1, GUEST };
	struct {
		u32 uptr, size;
	} buf[2];
	struct privcmd_mmap_entry run = { .mfn = 1, .npages = 2 };
	struct file *file = env_open(test, PRIVCMD);
	unsigned long low = low_memory(test);
	u32 code = 11;

	fake_domain_new(GUEST, 4);
	buf[0].uptr = low + PAGE_SIZE;
	buf[0].size = 24;
	buf[1].uptr = low + 2 * PAGE_SIZE;
	buf[1].size = 8;
	op.ubufs = low + 256;
	env_put(low, &op, sizeof(op));
	env_put(low + 256, buf, sizeof(buf));
	env_put(low + PAGE_SIZE, &code, sizeof(code));
	env_put(low + 2 * PAGE_SIZE, "second!", 8);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(5, 8), low), 0);
	KUNIT_EXPECT_EQ(test, fake_dm_op.size[1], 8);
	KUNIT_EXPECT_STREQ(test, (char *)fake_dm_op.second, "second!");
	op.ubufs = 8;
	env_put(low, &op, sizeof(op));
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(5, 8), low), -EFAULT);

	run.va = map_foreign(file, 2);
	runs.entry = low + 256;
	env_put(low, &runs, sizeof(runs));
	env_put(low + 256, &run, sizeof(run));
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT(2, 12), low), 0);
	KUNIT_EXPECT_EQ(test, env_get64(run.va + PAGE_SIZE), fake_stamp(GUEST, 2));
	vm_munmap(low, 4 * PAGE_SIZE);
}

static struct kunit_case ops_cases[] = {
	KUNIT_CASE(ops_hypercall),
	KUNIT_CASE(ops_p8_result_as_it_is),
	KUNIT_CASE(ops_hypercall_numbers_that_are_none),
	KUNIT_CASE(ops_restrict_covers_everything),
	KUNIT_CASE(ops_gsi),
	KUNIT_CASE(ops_dm_op_limits),
	KUNIT_CASE(ops_xsa506_dm_op_too_few_buffers),
	KUNIT_CASE(ops_dm_op_bad_memory),
	KUNIT_CASE(ops_dm_op_read_once),
	KUNIT_CASE(ops_dm_op_answers),
	KUNIT_CASE(ops_dm_op_read_only_memory),
	KUNIT_CASE(ops_irqfd),
	KUNIT_CASE(ops_irqfd_signalled_before),
	KUNIT_CASE(ops_irqfd_errors),
	KUNIT_CASE(ops_irqfd_goes_with_the_file),
	KUNIT_CASE(ops_irqfd_restricted_since),
	KUNIT_CASE(ops_irqfd_hundreds_hang_up),
	KUNIT_CASE(ops_irqfd_hangs_up_while_injecting),
	KUNIT_CASE(ops_irqfd_file_and_eventfd_go),
	KUNIT_CASE(ops_irqfd_release_waits),
	KUNIT_CASE(ops_ioeventfd),
	KUNIT_CASE(ops_ioeventfd_auto_translated),
	KUNIT_CASE(ops_ioeventfd_requests_of_others),
	KUNIT_CASE(ops_ioeventfd_bad_arguments),
	KUNIT_CASE(ops_p3_ioeventfd_whose_page),
	KUNIT_CASE(ops_p3_ioeventfd_whose_ports),
	KUNIT_CASE(ops_ioeventfd_several),
	KUNIT_CASE(ops_ioeventfd_removed_while_handled),
	KUNIT_CASE(ops_ioeventfd_restricted_since),
	KUNIT_CASE(ops_ioeventfd_outlives_the_event_file),
	KUNIT_CASE(ops_compat_numbers),
	KUNIT_CASE(ops_compat_batch),
	KUNIT_CASE(ops_compat_dm_op_and_runs),
	{}
};

ENV_SUITE(privcmd_ops, ops_cases);
