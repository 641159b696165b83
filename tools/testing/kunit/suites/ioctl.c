// SPDX-License-Identifier: GPL-2.0-only
/* The dispatcher of ioctls, by way of the devices that use it. */
#include <linux/fs.h>
#include <linux/mman.h>

#include <xen/evtchn.h>
#include <xen/gntalloc.h>
#include <xen/privcmd.h>

#include "suites/evtchn.h"
#include "suites/privcmd.h"
#include "suites/suites.h"

#define COMPAT_MMAPBATCH_V2	_IOC(_IOC_NONE, 'P', 4, 24)

/* Where nothing is mapped. */
#define NOWHERE		8

static void expect_unknown(struct kunit *test, struct file *file, unsigned int cmd,
			   long err)
{
	KUNIT_EXPECT_EQ_MSG(test, env_ioctl_at(file, cmd, env_user()), err,
			    "command 0x%x", cmd);
	/* That of evtchn is the kernel's, and not in every kernel. */
	if (!file->f_op->compat_ioctl)
		return;
	KUNIT_EXPECT_EQ_MSG(test, env_compat_ioctl(file, cmd, env_user()), err,
			    "command 0x%x", cmd);
}

/* A number beyond the table, a place that is empty, another size or letter. */
TEST(ioctl_unknown)
{
	struct file *evtchn = env_open(test, EVTCHN);
	struct file *gntalloc = env_open(test, GNTALLOC);

	expect_unknown(test, evtchn, _IOC(_IOC_NONE, 'E', 8, 4), -ENOSYS);
	expect_unknown(test, evtchn, _IOC(_IOC_NONE, 'E', 255, 4), -ENOSYS);
	expect_unknown(test, evtchn, _IOC(_IOC_NONE, 'E', 4, 8), -ENOSYS);
	expect_unknown(test, evtchn, _IOC(_IOC_NONE, 'P', 4, 4), -ENOSYS);
	expect_unknown(test, gntalloc, 0, -ENOTTY);
	expect_unknown(test, gntalloc, 3, -ENOTTY);
	expect_unknown(test, env_open(test, PRIVCMD), 1, -ENOTTY);
}

/* Each kind of caller has a number of its own. */
TEST(ioctl_numbers_of_callers)
{
	struct file *file = env_open(test, PRIVCMD);

	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, COMPAT_MMAPBATCH_V2, NOWHERE), -ENOTTY);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, IOCTL_PRIVCMD_MMAPBATCH_V2, NOWHERE),
			-ENOTTY);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_PRIVCMD_MMAPBATCH_V2, NOWHERE),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, COMPAT_MMAPBATCH_V2, NOWHERE),
			-EFAULT);
}

/* Whoever may not give a command is told that, whatever the argument is. */
TEST(ioctl_check_before_argument)
{
	struct file *evtchn = env_open(test, EVTCHN);
	struct file *privcmd = env_open(test, PRIVCMD);

	KUNIT_EXPECT_EQ(test, evtchn_restrict_to(evtchn, GUEST), 0);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(evtchn, IOCTL_EVTCHN_BIND_VIRQ, NOWHERE),
			-EACCES);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(evtchn, IOCTL_EVTCHN_RESTRICT_DOMID, NOWHERE),
			-EACCES);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(privcmd, GUEST), 0);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(privcmd, IOCTL_PRIVCMD_HYPERCALL, NOWHERE),
			-EPERM);
	fake_become(XEN_HVM_DOMAIN, true);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(privcmd, IOCTL_PRIVCMD_MMAP, NOWHERE),
			-ENOSYS);
}

/* All of the argument is read, and nothing behind it. */
TEST(ioctl_size_of_argument)
{
	struct file *file = env_open(test, EVTCHN);
	unsigned long at = env_mmap(NULL, 2, RW, MAP_PRIVATE | MAP_ANONYMOUS);
	unsigned long end = at + PAGE_SIZE;

	env_munmap(end, 1);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_EVTCHN_NOTIFY, end - 4), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_EVTCHN_NOTIFY, end - 3), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_EVTCHN_BIND_INTERDOMAIN, end - 4),
			-EFAULT);
	/* Without one nothing is read, and nothing asked of the address. */
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_EVTCHN_RESET, NOWHERE), 0);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_EVTCHN_RESET, -1UL), 0);
}

static struct kunit_case ioctl_cases[] = {
	KUNIT_CASE(ioctl_unknown),
	KUNIT_CASE(ioctl_numbers_of_callers),
	KUNIT_CASE(ioctl_check_before_argument),
	KUNIT_CASE(ioctl_size_of_argument),
	{}
};

ENV_SUITE(ioctl, ioctl_cases);
