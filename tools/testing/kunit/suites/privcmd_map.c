// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: foreign frames in a process's memory, one by one and in runs,
 * in a PV domain and in an auto-translated one; and the buffers of
 * /dev/xen/hypercall.
 */
#include <linux/mm.h>

#include "suites/privcmd.h"
#include "suites/suites.h"

#define FRAMES	700

TEST_BOTH(map_batch)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, FRAMES);
	unsigned int i;

	fake_domain_new(GUEST, FRAMES + 5);
	put_frames(FRAMES, 5);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, FRAMES), 0);
	for (i = 0; i < FRAMES; i++) {
		KUNIT_EXPECT_EQ(test, get_err(i), 0);
		expect_frame(test, addr + i * PAGE_SIZE, GUEST, 5 + i);
	}
}

/* Neither where nothing is mapped yet nor where something is. */
TEST_BOTH(map_batch_of_nothing)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 2);

	fake_domain_new(GUEST, 2);
	put_frames(2, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 2), 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 0), -EINVAL);
	expect_frame(test, addr, GUEST, 0);
}

TEST_BOTH(map_error_of_each_frame)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 8);

	fake_domain_new(GUEST, 6);
	fake_frame(GUEST, 2)->error = -EPERM;
	put_frames(8, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 8), 0);
	KUNIT_EXPECT_EQ(test, get_err(0), 0);
	KUNIT_EXPECT_EQ(test, get_err(1), 0);
	KUNIT_EXPECT_EQ(test, get_err(2), -EPERM);
	KUNIT_EXPECT_EQ(test, get_err(3), 0);
	KUNIT_EXPECT_EQ(test, get_err(5), 0);
	KUNIT_EXPECT_EQ(test, get_err(6), -EINVAL);
	KUNIT_EXPECT_EQ(test, get_err(7), -EINVAL);
	expect_frame(test, addr + 3 * PAGE_SIZE, GUEST, 3);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 2 * PAGE_SIZE));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 7 * PAGE_SIZE));
}

/* The bits go into the low half of the frame's number. */
TEST_BOTH(map_first_version_reports_in_band)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 4);

	fake_domain_new(GUEST, 3);
	fake_frame(GUEST, 1)->paged_out = 1;
	put_frames(4, 0);
	KUNIT_EXPECT_EQ(test, batch_v1(file, GUEST, addr, 4), -ENOENT);
	KUNIT_EXPECT_EQ(test, env_get64(arr_addr()), 0);
	KUNIT_EXPECT_EQ(test, env_get64(arr_addr() + 8), 0x80000001);
	KUNIT_EXPECT_EQ(test, env_get64(arr_addr() + 16), 2);
	KUNIT_EXPECT_EQ(test, env_get64(arr_addr() + 24), 0xf0000003);
	expect_frame(test, addr, GUEST, 0);
}

/* The numbers can be read, but what failed cannot be told. */
TEST_BOTH(map_first_version_cannot_report)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 2);

	fake_domain_new(GUEST, 1);
	put_frames(2, 0);
	KUNIT_EXPECT_EQ(test, env_mprotect(arr_addr(), 1, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, batch_v1(file, GUEST, addr, 2), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_mprotect(arr_addr(), 1, PROT_READ | PROT_WRITE), 0);
}

/* P9: a frame that was paged out is mapped where it belongs. */
TEST_BOTH(map_p9_retry_maps_in_its_place)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 10);
	unsigned int i;

	fake_domain_new(GUEST, 10);
	fake_frame(GUEST, 3)->paged_out = 2;
	fake_frame(GUEST, 8)->paged_out = 1;
	put_frames(10, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 10), -ENOENT);
	KUNIT_EXPECT_EQ(test, get_err(3), -ENOENT);
	KUNIT_EXPECT_EQ(test, get_err(8), -ENOENT);
	put_frames(1, 3);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr + 3 * PAGE_SIZE, 1),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr + 3 * PAGE_SIZE, 1), 0);
	put_frames(1, 8);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr + 8 * PAGE_SIZE, 1), 0);
	for (i = 0; i < 10; i++)
		expect_frame(test, addr + i * PAGE_SIZE, GUEST, i);
}

/* P2: the first call covers the whole mapping, later ones its holes. */
TEST_BOTH(map_p2_where_a_batch_may_go)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 4);

	fake_domain_new(GUEST, 16);
	put_frames(16, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr + PAGE_SIZE, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr + 8, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v1(file, GUEST, addr, 0), -EINVAL);
	KUNIT_EXPECT_LT(test, batch_v1(file, GUEST, addr, -1), 0);
	/* P14: not a mapping of ours, and none at all. */
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, env_user() + 30 * PAGE_SIZE, 4),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, 0, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 4), 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr + PAGE_SIZE, 1), -EINVAL);
}

TEST_BOTH(map_bad_arrays)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 4);
	struct privcmd_mmapbatch_v2 arg = {
		.num = 4, .dom = GUEST, .addr = addr,
		.arr = (void __user *)8, .err = (void __user *)err_addr(),
	};

	fake_domain_new(GUEST, 4);
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAPBATCH_V2, &arg,
					sizeof(arg)), -EFAULT);
	arg.arr = (void __user *)arr_addr();
	arg.err = NULL;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAPBATCH_V2, &arg,
					sizeof(arg)), -EFAULT);
	arg.err = (void __user *)8;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAPBATCH_V2, &arg,
					sizeof(arg)), -EFAULT);
	arg.num = U32_MAX;
	KUNIT_EXPECT_LT(test, env_ioctl(file, IOCTL_PRIVCMD_MMAPBATCH_V2, &arg,
					sizeof(arg)), 0);
	/* None of it has used the mapping up. */
	put_frames(4, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 4), 0);
}

static void kill_guest(void *data)
{
	fake_domain_kill(GUEST);
}

TEST(map_domain_dies_half_way)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, FRAMES);

	fake_domain_new(GUEST, FRAMES);
	put_frames(FRAMES, 0);
	fake_before(FAKE_MMU_UPDATE, 2, kill_guest, NULL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, FRAMES), 0);
	KUNIT_EXPECT_EQ(test, get_err(0), 0);
	KUNIT_EXPECT_EQ(test, get_err(511), 0);
	KUNIT_EXPECT_EQ(test, get_err(512), -ESRCH);
	KUNIT_EXPECT_EQ(test, get_err(FRAMES - 1), -ESRCH);
	expect_frame(test, addr + 511 * PAGE_SIZE, GUEST, 511);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 512 * PAGE_SIZE));
}

TEST(map_domain_is_dead)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 3);

	fake_become(XEN_HVM_DOMAIN, true);
	fake_domain_new(GUEST, 3);
	fake_domain_kill(GUEST);
	put_frames(3, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 3), 0);
	KUNIT_EXPECT_EQ(test, get_err(0), -ESRCH);
	KUNIT_EXPECT_EQ(test, get_err(2), -ESRCH);
}

/* Hundreds of frames for one hypercall. */
TEST(map_few_hypercalls)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, FRAMES);

	fake_domain_new(GUEST, FRAMES);
	put_frames(FRAMES, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, FRAMES), 0);
	KUNIT_EXPECT_LE(test, fake_calls(FAKE_MMU_UPDATE), 2);
	fake_become(XEN_HVM_DOMAIN, true);
	addr = map_foreign(file, FRAMES);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, FRAMES), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MEMORY(XENMEM_add_to_physmap_range)), 1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, FRAMES), 0);
	KUNIT_EXPECT_LE(test, fake_calls(FAKE_MULTICALL), DIV_ROUND_UP(FRAMES, 64));
}

TEST(map_runs)
{
	struct privcmd_mmap_entry run[2] = {};
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 5);
	struct privcmd_mmap arg = {
		.num = 2, .dom = GUEST, .entry = (void __user *)arr_addr(),
	};

	fake_domain_new(GUEST, 20);
	run[0] = (struct privcmd_mmap_entry){ addr, 10, 2 };
	run[1] = (struct privcmd_mmap_entry){ addr + 3 * PAGE_SIZE, 4, 2 };
	env_put(arr_addr(), run, sizeof(run));
	/* A gap. */
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP, &arg, sizeof(arg)),
			-EINVAL);
	run[1].va = addr + 2 * PAGE_SIZE;
	run[1].npages = U64_MAX >> 4;
	env_put(arr_addr(), run, sizeof(run));
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP, &arg, sizeof(arg)),
			-EINVAL);
	run[1].npages = 3;
	env_put(arr_addr(), run, sizeof(run));
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP, &arg, sizeof(arg)), 0);
	expect_frame(test, addr + PAGE_SIZE, GUEST, 11);
	expect_frame(test, addr + 2 * PAGE_SIZE, GUEST, 4);
	KUNIT_EXPECT_EQ(test, map_run(file, GUEST, addr, 0, 5), -EINVAL);
	arg.num = 0;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP, &arg, sizeof(arg)), 0);
	arg.num = -1;
	KUNIT_EXPECT_LT(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP, &arg, sizeof(arg)), 0);
}

TEST(map_runs_all_or_none)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 4);

	fake_domain_new(GUEST, 3);
	KUNIT_EXPECT_EQ(test, map_run(file, GUEST, addr, 0, 4), -EINVAL);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_EQ(test, map_run(file, GUEST, addr + PAGE_SIZE, 0, 3), -EINVAL);
	/* P14 */
	KUNIT_EXPECT_EQ(test, map_run(file, GUEST, env_user() + 30 * PAGE_SIZE, 0, 3),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, map_run(file, GUEST, addr, 0, 3), 0);
	fake_become(XEN_HVM_DOMAIN, true);
	KUNIT_EXPECT_EQ(test, map_run(file, GUEST, addr, 0, 3), -ENOSYS);
}

static void kill_it(void *data)
{
	env_kill(true);
}

/* Before anything is done, if the process is being killed already. */
TEST_BOTH(map_killed_before)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 2);

	fake_domain_new(GUEST, 2);
	put_frames(2, 0);
	env_kill(true);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 2), -EINTR);
	env_kill(false);
	/* The mapping is not used up. */
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 2), 0);
}

/* More than one hypercall's worth: it does not come to the second. */
TEST(map_killed_half_way)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 1500);

	fake_domain_new(GUEST, 1500);
	put_frames(1500, 0);
	fake_after(FAKE_MMU_UPDATE, 1, kill_it, NULL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 1500), -EINTR);
	env_kill(false);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_UPDATE), 1);
	fake_become(XEN_HVM_DOMAIN, true);
	addr = map_foreign(file, 1500);
	fake_after(FAKE_MEMORY(XENMEM_add_to_physmap_range), 1, kill_it, NULL);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 1500), -EINTR);
	env_kill(false);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MEMORY(XENMEM_add_to_physmap_range)), 1);
}

/* Nobody is there to be told of the frames that failed. */
TEST_BOTH(map_killed_before_the_report)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 1);

	fake_domain_new(GUEST, 1);
	put_frame(0, 5);
	if (xen_pv_domain())
		fake_after(FAKE_MMU_UPDATE, 1, kill_it, NULL);
	else
		fake_after(FAKE_MEMORY(XENMEM_add_to_physmap_range), 1, kill_it, NULL);
	KUNIT_EXPECT_EQ(test, batch_v1(file, GUEST, addr, 1), -EINTR);
	env_kill(false);
	KUNIT_EXPECT_EQ(test, env_get64(arr_addr()), 5);
}

TEST(map_buffers)
{
	struct file *file = env_open(test, BUFFERS);
	unsigned long addr;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, env_mmap(file, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, env_mmap(file, 1UL << 24, PROT_READ, MAP_SHARED),
			-ENOMEM);
	addr = env_mmap(file, 40, PROT_READ | PROT_WRITE, MAP_SHARED);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	env_close(file);
	for (i = 0; i < 40; i++)
		KUNIT_EXPECT_EQ(test, env_get64(addr + i * PAGE_SIZE), 0);
	env_put(addr + 30 * PAGE_SIZE, "abcdefg", 8);
	/* A part goes, the rest stays. */
	KUNIT_EXPECT_EQ(test, vm_munmap(addr + 10 * PAGE_SIZE, PAGE_SIZE), 0);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 10 * PAGE_SIZE));
	KUNIT_EXPECT_NE(test, env_get64(addr + 30 * PAGE_SIZE), 0);
	/* What goes from the page tables alone does not come back. */
	env_zap(addr, 1);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + PAGE_SIZE));
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(map_batch),
	KUNIT_CASE(map_batch_of_nothing),
	KUNIT_CASE(map_error_of_each_frame),
	KUNIT_CASE(map_first_version_reports_in_band),
	KUNIT_CASE(map_first_version_cannot_report),
	KUNIT_CASE(map_p9_retry_maps_in_its_place),
	KUNIT_CASE(map_p2_where_a_batch_may_go),
	KUNIT_CASE(map_bad_arrays),
	KUNIT_CASE(map_domain_dies_half_way),
	KUNIT_CASE(map_domain_is_dead),
	KUNIT_CASE(map_few_hypercalls),
	KUNIT_CASE(map_runs),
	KUNIT_CASE(map_runs_all_or_none),
	KUNIT_CASE(map_killed_before),
	KUNIT_CASE(map_killed_half_way),
	KUNIT_CASE(map_killed_before_the_report),
	KUNIT_CASE(map_buffers),
	{}
};

ENV_SUITE(privcmd_map, map_cases);
