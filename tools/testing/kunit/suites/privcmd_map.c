// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: foreign frames and resources in a process's memory, in a PV
 * domain and in an auto-translated one.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>

#include "suites/privcmd.h"
#include "suites/suites.h"

#define FRAMES	700

static const enum xen_domain_type both[] = { XEN_PV_DOMAIN, XEN_HVM_DOMAIN };

static void expect_frame(struct kunit *test, unsigned long addr, domid_t domid,
			 u64 gfn)
{
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(domid, gfn));
}

/* The same test in either kind of domain. */
#define TEST_BOTH(name)							\
	static void name##_one(struct kunit *test);			\
	TEST(name)							\
	{								\
		unsigned int i;						\
									\
		for (i = 0; i < ARRAY_SIZE(both); i++) {		\
			if (i) {					\
				env_end(test);				\
				env_begin(test);			\
			}						\
			fake_become(both[i], true);			\
			name##_one(test);				\
		}							\
	}								\
	static void name##_one(struct kunit *test)

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

/* XSA-487, P1: a part of a mapping cannot go. */
TEST_BOTH(map_xsa487_no_split)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 4);

	fake_domain_new(GUEST, 4);
	put_frames(4, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 4), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr + PAGE_SIZE, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_mprotect(addr, 2, PROT_READ), -EINVAL);
	KUNIT_EXPECT_LT(test, env_mremap(addr + PAGE_SIZE, 1), 0);
	expect_frame(test, addr + 3 * PAGE_SIZE, GUEST, 3);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 4), 0);
}

TEST(map_p1_move_auto_translated)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 4), to;

	fake_become(XEN_HVM_DOMAIN, true);
	fake_domain_new(GUEST, 4);
	fake_frame(GUEST, 2)->paged_out = 1;
	put_frames(4, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 4), -ENOENT);
	to = env_mremap(addr, 4);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(to));
	expect_frame(test, to + 3 * PAGE_SIZE, GUEST, 3);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 3 * PAGE_SIZE));
	put_frames(1, 2);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, to + 2 * PAGE_SIZE, 1), 0);
	expect_frame(test, to + 2 * PAGE_SIZE, GUEST, 2);
}

/* Refused, and what is left behind is empty and of no use. */
TEST(map_p1_move_pv)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 4);

	fake_domain_new(GUEST, 4);
	put_frames(4, 0);
	/* Unused, it may move. */
	addr = env_mremap(addr, 4);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 4), 0);
	KUNIT_EXPECT_EQ(test, env_mprotect(addr, 4, PROT_READ), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_mremap(addr, 4), -EINVAL);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 4), -EINVAL);
}

struct victim {
	unsigned long addr, pages;
	struct file *file;
	long result;
};

static void move_it(void *data)
{
	struct victim *v = data;

	v->result = env_mremap(v->addr, v->pages);
}

static void unmap_it(void *data)
{
	struct victim *v = data;

	v->result = env_munmap(v->addr, v->pages);
}

/* P1: another thread moves or removes the mapping while Xen fills it. */
TEST(map_p1_moved_while_filled)
{
	struct file *file = env_open(test, PRIVCMD);
	struct victim v = { map_foreign(file, 4), 4 };

	fake_become(XEN_HVM_DOMAIN, true);
	fake_domain_new(GUEST, 4);
	put_frames(4, 0);
	fake_after(FAKE_MEMORY(XENMEM_add_to_physmap_range), 1, move_it, &v);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, 4), -EINVAL);
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(v.result));
	KUNIT_EXPECT_FALSE(test, env_mapped(v.addr));
	KUNIT_EXPECT_FALSE(test, env_mapped(v.result));
}

TEST(map_p1_unmapped_while_filled)
{
	struct file *file = env_open(test, PRIVCMD);
	struct victim v = { map_foreign(file, 4), 4 };

	fake_become(XEN_HVM_DOMAIN, true);
	fake_domain_new(GUEST, 4);
	put_frames(4, 0);
	fake_after(FAKE_MEMORY(XENMEM_add_to_physmap_range), 1, unmap_it, &v);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, v.result, 0);
}

static void replace_it_by_another(void *data)
{
	struct victim *v = data;

	unmap_it(v);
	v->result = vm_mmap(v->file, v->addr, v->pages * PAGE_SIZE,
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 0);
}

/* ... and another one is at the place, which is as long and unused. */
TEST(map_p1_replaced_while_filled)
{
	struct file *file = env_open(test, PRIVCMD);
	struct victim v = { map_foreign(file, 4), 4, .file = file };

	fake_become(XEN_HVM_DOMAIN, true);
	fake_domain_new(GUEST, 4);
	put_frames(4, 0);
	fake_after(FAKE_MEMORY(XENMEM_add_to_physmap_range), 1,
		   replace_it_by_another, &v);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, v.result, v.addr);
	KUNIT_EXPECT_FALSE(test, env_mapped(v.addr));
	/* It can be used. */
	put_frames(4, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, 4), 0);
	vm_munmap(v.addr, v.pages * PAGE_SIZE);
}

TEST_BOTH(map_p1_resource_unmapped_while_acquired)
{
	struct file *file = env_open(test, PRIVCMD);
	struct victim v = { map_foreign(file, 2), 2 };

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 2);
	fake_after(FAKE_MEMORY(XENMEM_acquire_resource), 1, unmap_it, &v);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 2, v.addr), -EINVAL);
	KUNIT_EXPECT_EQ(test, v.result, 0);
}

/* ... and a new, unused one is at the place. It is none of the call's. */
static void replace_it(void *data)
{
	struct victim *v = data;

	unmap_it(v);
	v->result = vm_mmap(NULL, v->addr, v->pages * PAGE_SIZE, PROT_READ,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
}

TEST_BOTH(map_p1_resource_replaced_while_acquired)
{
	struct file *file = env_open(test, PRIVCMD);
	struct victim v = { map_foreign(file, 2), 2 };

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 2);
	fake_after(FAKE_MEMORY(XENMEM_acquire_resource), 1, replace_it, &v);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 2, v.addr), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_get64(v.addr), 0);
	vm_munmap(v.addr, v.pages * PAGE_SIZE);
}

/* A mapping outlives its file. */
TEST_BOTH(map_outlives_the_file)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 2);

	fake_domain_new(GUEST, 2);
	put_frames(2, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 2), 0);
	env_close(file);
	expect_frame(test, addr + PAGE_SIZE, GUEST, 1);
}

TEST_BOTH(map_not_inherited_and_does_not_grow)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 2);
	struct vm_area_struct *vma;
	vm_flags_t flags = 0;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, addr);
	if (vma)
		flags = vma->vm_flags;
	mmap_read_unlock(current->mm);
	KUNIT_EXPECT_TRUE(test, flags & VM_DONTCOPY);
	KUNIT_EXPECT_TRUE(test, flags & VM_DONTEXPAND);
	KUNIT_EXPECT_TRUE(test, flags & VM_IO);
	KUNIT_EXPECT_TRUE(test, flags & VM_PFNMAP);
}

/* Xen keeps a frame: its page number is never given out again. */
TEST(map_frame_that_xen_keeps)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 2);
	struct fake_census census;

	fake_become(XEN_HVM_DOMAIN, true);
	fake_domain_new(GUEST, 2);
	put_frames(2, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 2), 0);
	fake_remove_error = -EBUSY;
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.unpopulated, 2);
	/* What is lost on purpose is not to be counted as lost. */
	fake_frames_reset();
}

TEST_BOTH(map_resource_and_its_size)
{
	struct privcmd_mmap_resource query = { .dom = GUEST, .type = 0, .id = 1 };
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 3);
	unsigned int i;

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 5);
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP_RESOURCE, &query,
					sizeof(query)), 0);
	KUNIT_EXPECT_EQ(test, query.num, 5);
	query.type = 3;
	query.num = 0;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP_RESOURCE, &query,
					sizeof(query)), -EOPNOTSUPP);
	fake_domain(GUEST)->error_as_size = true;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP_RESOURCE, &query,
					sizeof(query)), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 1, 3, addr), 0);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, env_get64(addr + i * PAGE_SIZE),
				fake_stamp(GUEST, 1 << 16 | (1 + i)));
	/* P2: a mapping is used once. */
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 1, addr), -EINVAL);
}

TEST_BOTH(map_p2_where_a_resource_may_go)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 2);

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 5);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 0, addr), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 2, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 3, addr), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 1ULL << 33, addr),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 2, addr - PAGE_SIZE),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 2,
					   env_user() + 30 * PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, 99, 0, 1, 0, 2, addr), -ESRCH);
	/* At the end of it, and less than all of it. */
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 1, addr + PAGE_SIZE),
			0);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + PAGE_SIZE));
}

/* P10: all of it or an error, and then the mapping is as it was. */
TEST_BOTH(map_p10_part_of_a_resource)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 4);

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 3);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 4, addr), -EINVAL);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 3, addr), 0);
}

static void frame_goes(void *data)
{
	fake_domain(GUEST)->caller_owned = true;
}

TEST(map_p10_entry_of_a_resource_fails)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 3);

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 3);
	/* Acquired, but by the time of the update not to be mapped so. */
	fake_after(FAKE_MEMORY(XENMEM_acquire_resource), 1, frame_goes, NULL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 3, addr), -EPERM);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	/* Now it says whose it is, before it is mapped. */
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 3, addr), 0);
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

/* Is more than there is memory asked for? Never a warning. */
TEST_BOTH(map_huge)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long pages = 1UL << 24, addr = map_foreign(file, pages);

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	fake_domain_new(GUEST, 1);
	fake_resource(GUEST, 0, 1, 1);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 1, addr), -ENOMEM);
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
	env_zap_page(addr);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + PAGE_SIZE));
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(map_batch),
	KUNIT_CASE(map_error_of_each_frame),
	KUNIT_CASE(map_first_version_reports_in_band),
	KUNIT_CASE(map_first_version_cannot_report),
	KUNIT_CASE(map_p9_retry_maps_in_its_place),
	KUNIT_CASE(map_p2_where_a_batch_may_go),
	KUNIT_CASE(map_bad_arrays),
	KUNIT_CASE(map_domain_dies_half_way),
	KUNIT_CASE(map_domain_is_dead),
	KUNIT_CASE(map_few_hypercalls),
	KUNIT_CASE(map_xsa487_no_split),
	KUNIT_CASE(map_p1_move_auto_translated),
	KUNIT_CASE(map_p1_move_pv),
	KUNIT_CASE(map_p1_moved_while_filled),
	KUNIT_CASE(map_p1_unmapped_while_filled),
	KUNIT_CASE(map_p1_replaced_while_filled),
	KUNIT_CASE(map_p1_resource_unmapped_while_acquired),
	KUNIT_CASE(map_p1_resource_replaced_while_acquired),
	KUNIT_CASE(map_outlives_the_file),
	KUNIT_CASE(map_not_inherited_and_does_not_grow),
	KUNIT_CASE(map_frame_that_xen_keeps),
	KUNIT_CASE(map_resource_and_its_size),
	KUNIT_CASE(map_p2_where_a_resource_may_go),
	KUNIT_CASE(map_p10_part_of_a_resource),
	KUNIT_CASE(map_p10_entry_of_a_resource_fails),
	KUNIT_CASE(map_runs),
	KUNIT_CASE(map_runs_all_or_none),
	KUNIT_CASE(map_huge),
	KUNIT_CASE(map_buffers),
	{}
};

ENV_SUITE(privcmd_map, map_cases);
