// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: hypercalls, device-model operations, the GSI of a device,
 * and the restriction.
 */
#include <xen/events.h>
#include <xen/interface/version.h>

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

/* Only the first words of it can be read, and no hypercall is made of them. */
TEST(ops_hypercall_cut_short)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long at = env_mmap(NULL, 2, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS);
	unsigned long end = at + PAGE_SIZE;
	unsigned long calls = fake_transfer.count;
	unsigned int words;

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(at));
	KUNIT_ASSERT_EQ(test, env_mprotect(end, 1, PROT_NONE), 0);
	for (words = 0; words < 6; words++)
		KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_PRIVCMD_HYPERCALL,
						   end - words * sizeof(u64)), -EFAULT);
	KUNIT_EXPECT_EQ(test, fake_transfer.count, calls);
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

static struct kunit_case ops_cases[] = {
	KUNIT_CASE(ops_hypercall),
	KUNIT_CASE(ops_hypercall_cut_short),
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
	{}
};

ENV_SUITE(privcmd_ops, ops_cases);
