// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd for 32-bit callers: other sizes, so other numbers, and narrow
 * pointers.
 */
#include <linux/mm.h>

#include "suites/privcmd.h"
#include "suites/suites.h"

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

static struct kunit_case compat_cases[] = {
	KUNIT_CASE(ops_compat_numbers),
	KUNIT_CASE(ops_compat_batch),
	KUNIT_CASE(ops_compat_dm_op_and_runs),
	{}
};

ENV_SUITE(privcmd_compat, compat_cases);
