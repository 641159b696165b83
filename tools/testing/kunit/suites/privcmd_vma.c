// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: what becomes of a mapping that is split, moved, removed or
 * replaced, also while it is being filled.
 */
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pfn.h>
#include <linux/uaccess.h>

#include "privcmd/pv.h"
#include "suites/observe.h"
#include "suites/privcmd.h"
#include "suites/suites.h"

static struct privcmd_pv_map *pv_map_at(unsigned long addr)
{
	struct privcmd_map *map = env_vma(addr)->vm_private_data;

	return container_of(map, struct privcmd_pv_map, map);
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

/* More than Xen clears in one hypercall, and holes. */
static unsigned long fill_with_holes(struct kunit *test, struct file *file,
				     unsigned int pages)
{
	unsigned long addr = map_foreign(file, pages);

	fake_domain_new(GUEST, pages);
	fake_frame(GUEST, 0)->paged_out = 1;
	fake_frame(GUEST, 40)->paged_out = 1;
	put_frames(pages, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, pages), -ENOENT);
	expect_frame(test, addr + PAGE_SIZE, GUEST, 1);
	expect_frame(test, addr + (pages - 1) * PAGE_SIZE, GUEST, pages - 1);
	return addr;
}

/* Xen clears the entries, by the dozen, before the kernel does one by one. */
TEST(map_pv_emptied_at_once)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = fill_with_holes(test, file, 100);

	KUNIT_EXPECT_EQ(test, env_munmap(addr, 100), 0);
	/* 98 of them. */
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_CLEAR), 4);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMUEXT), 1);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + PAGE_SIZE));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 99 * PAGE_SIZE));
}

/* What Xen does not clear, the kernel does. */
TEST(map_pv_emptied_by_the_kernel)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = fill_with_holes(test, file, 100);

	fake_fail(FAKE_MMU_CLEAR, 2, -EINVAL);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 100), 0);
	KUNIT_EXPECT_TRUE(test, fake_rules_done());
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 50 * PAGE_SIZE));
}

/* Those who change nothing leave the entries where they are. */
TEST(map_pv_notifier_events)
{
	struct mmu_notifier_range range = {
		.flags = MMU_NOTIFIER_RANGE_BLOCKABLE,
		.event = MMU_NOTIFY_SOFT_DIRTY,
		.mm = current->mm,
	};
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = fill_with_holes(test, file, 50);
	struct privcmd_pv_map *map = pv_map_at(addr);
	const struct mmu_interval_notifier_ops *ops = map->notifier.ops;

	range.start = addr;
	range.end = addr + 50 * PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, ops->invalidate(&map->notifier, &range, 1));
	expect_frame(test, addr + PAGE_SIZE, GUEST, 1);
	range.event = MMU_NOTIFY_UNMAP;
	KUNIT_EXPECT_TRUE(test, ops->invalidate(&map->notifier, &range, 3));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + PAGE_SIZE));
	/* Once. */
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMUEXT), 1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 50), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMUEXT), 1);
}

/* What is said about a part leaves the rest as it is, and that to the kernel. */
TEST(map_pv_notifier_of_a_part)
{
	struct mmu_notifier_range range = {
		.flags = MMU_NOTIFIER_RANGE_BLOCKABLE,
		.event = MMU_NOTIFY_UNMAP,
		.mm = current->mm,
	};
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = fill_with_holes(test, file, 50);
	struct privcmd_pv_map *map = pv_map_at(addr);
	const struct mmu_interval_notifier_ops *ops = map->notifier.ops;

	range.start = addr;
	range.end = addr + 49 * PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, ops->invalidate(&map->notifier, &range, 1));
	expect_frame(test, addr + PAGE_SIZE, GUEST, 1);
	range.start = addr + PAGE_SIZE;
	range.end = addr + 50 * PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, ops->invalidate(&map->notifier, &range, 3));
	expect_frame(test, addr + PAGE_SIZE, GUEST, 1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 50), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_CLEAR), 0);
}

/*
 * Private and writable, filled. The guest's frames are in a row, and the mapping
 * begins at the first: so the kernel knows by their numbers that they are not its
 * own, where its page table entries have no bit for that.
 */
static unsigned long fill_private(struct kunit *test, unsigned int pages)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr, pfn;

	fake_domain_new(GUEST, pages);
	pfn = fake_frames_in_a_row(GUEST, pages);
	addr = env_mmap_at(file, PFN_PHYS(pfn), pages, RW, MAP_PRIVATE);
	put_frames(pages, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, pages), 0);
	expect_frame(test, addr + (pages - 1) * PAGE_SIZE, GUEST, pages - 1);
	return addr;
}

static int get_page_of(pte_t *ptep, unsigned long addr, void *data)
{
	struct page **page = data;

	*page = pte_page(*ptep);
	get_page(*page);
	return 0;
}

/* Write to the page; returns the copy that is there then, with a reference. */
static struct page *copy_on_write(struct kunit *test, unsigned long addr)
{
	struct page *page = NULL;
	u64 value = 0x1234;

	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)addr, &value,
					   sizeof(value)), 0);
	KUNIT_EXPECT_EQ(test, env_get64(addr), value);
	mmap_read_lock(current->mm);
	KUNIT_EXPECT_EQ(test, apply_to_page_range(current->mm, addr, PAGE_SIZE,
						  get_page_of, &page), 0);
	mmap_read_unlock(current->mm);
	return page;
}

/* Nothing refers to it but whoever asks. */
static void expect_ours_alone(struct kunit *test, struct page *page)
{
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_FALSE(test, folio_mapped(page_folio(page)));
}

/* A copy of one page leaves the frames of the others where they are ... */
TEST(map_private_copy_keeps_the_rest)
{
	unsigned long addr = fill_private(test, 4);
	struct page *copy = copy_on_write(test, addr + PAGE_SIZE);

	expect_frame(test, addr, GUEST, 0);
	expect_frame(test, addr + 2 * PAGE_SIZE, GUEST, 2);
	expect_frame(test, addr + 3 * PAGE_SIZE, GUEST, 3);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(fake_frame(GUEST, 1)->page),
			fake_stamp(GUEST, 1));
	put_page(copy);
}

/* ... and is the kernel's to take away, which Xen must not do before it. */
TEST(map_private_copy_is_given_back)
{
	unsigned long addr = fill_private(test, 4);
	struct page *copy = copy_on_write(test, addr);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, env_munmap(addr, 4), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_CLEAR), 0);
	expect_ours_alone(test, copy);
	put_page(copy);
	for (i = 0; i < 4; i++)
		expect_ours_alone(test, fake_frame(GUEST, i)->page);
}

/* The page is all that there is: it is copied, not unmapped. */
TEST(map_private_copy_of_the_only_page)
{
	unsigned long addr = fill_private(test, 1);
	struct page *copy = copy_on_write(test, addr);

	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	expect_ours_alone(test, copy);
	put_page(copy);
}

/* Its page tables are soon ordinary memory, which the kernel clears faster. */
TEST(map_pv_process_ends)
{
	struct mmu_notifier_range range = {
		.flags = MMU_NOTIFIER_RANGE_BLOCKABLE,
		.event = MMU_NOTIFY_RELEASE,
		.mm = current->mm,
		.end = ULONG_MAX,
	};
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = fill_with_holes(test, file, 50);
	struct privcmd_pv_map *map = pv_map_at(addr);
	const struct mmu_interval_notifier_ops *ops = map->notifier.ops;

	KUNIT_EXPECT_TRUE(test, ops->invalidate(&map->notifier, &range, 1));
	expect_frame(test, addr + PAGE_SIZE, GUEST, 1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 50), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_CLEAR), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMUEXT), 0);
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

/* The same in a PV domain: it is there when a batch begins, and gone when it is filled. */
/* Frames for which the driver allocates memory once it has found the mapping. */
#define MANY	20

TEST(map_p1_unmapped_before_it_is_filled)
{
	struct file *file = env_open(test, PRIVCMD);
	struct victim v = { map_foreign(file, MANY), MANY };

	fake_domain_new(GUEST, MANY);
	put_frames(MANY, 0);
	fake_at_step("kmalloc_array", unmap_it, &v);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, MANY), -EINVAL);
	KUNIT_EXPECT_EQ(test, v.result, 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_UPDATE), 0);
}

TEST(map_p1_replaced_before_it_is_filled)
{
	struct file *file = env_open(test, PRIVCMD);
	struct victim v = { map_foreign(file, MANY), MANY, .file = file };

	fake_domain_new(GUEST, MANY);
	put_frames(MANY, 0);
	fake_at_step("kmalloc_array", replace_it_by_another, &v);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, MANY), -EINVAL);
	KUNIT_EXPECT_EQ(test, v.result, v.addr);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_UPDATE), 0);
	KUNIT_EXPECT_FALSE(test, env_mapped(v.addr));
	put_frames(MANY, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, MANY), 0);
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

/* Pages that the tests have lost on purpose. */
static unsigned long lost_pages;

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
	/* It counts as used for as long as the module is there. */
	lost_pages += 2;
	KUNIT_EXPECT_EQ(test, observe_stat("privcmd", "foreign-pages"), lost_pages);
	/* What is lost on purpose is not to be counted as lost. */
	fake_frames_reset();
}

/* From here on there may be so many pages more, and of restricted files half. */
static void allow_pages(struct kunit *test, unsigned long nr)
{
	const unsigned long each = PAGE_SIZE / 8 / sizeof(struct page);

	fake_become(XEN_HVM_DOMAIN, true);
	fake_domain_new(GUEST, 64);
	fake_resource(GUEST, 0, 1, 2);
	KUNIT_ASSERT_EQ(test, observe_stat("privcmd", "foreign-pages"), lost_pages);
	xen_fake_ram = DIV_ROUND_UP(lost_pages + nr, each);
}

static long fill_new(struct file *file, unsigned int pages, unsigned long *addr)
{
	*addr = map_foreign(file, pages);
	put_frames(pages, 0);
	return batch_v2(file, GUEST, *addr, pages);
}

/* A batch, a resource, many and one: no more than the kernel can describe. */
TEST(map_pages_are_bounded)
{
	struct file *file = env_open(test, PRIVCMD), *other = env_open(test, PRIVCMD);
	unsigned long first, second, third;

	allow_pages(test, 64);
	KUNIT_EXPECT_EQ(test, fill_new(file, 40, &first), 0);
	KUNIT_EXPECT_EQ(test, fill_new(other, 40, &second), -ENOMEM);
	KUNIT_EXPECT_EQ(test, map_resource(other, GUEST, 0, 1, 0, 2, second), -ENOMEM);
	KUNIT_EXPECT_EQ(test, fill_new(other, 400, &third), -ENOMEM);
	/* What is given back can be had again, by whomever. */
	KUNIT_EXPECT_EQ(test, env_munmap(first, 40), 0);
	KUNIT_EXPECT_EQ(test, map_resource(other, GUEST, 0, 1, 0, 2, second), 0);
	KUNIT_EXPECT_EQ(test, observe_stat("privcmd", "foreign-pages"), lost_pages + 40);
	KUNIT_EXPECT_EQ(test, env_munmap(second, 40), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(third, 400), 0);
	KUNIT_EXPECT_EQ(test, observe_stat("privcmd", "foreign-pages"), lost_pages);
}

/* Together they have half, and the other half is the toolstack's. */
TEST(map_pages_of_restricted_files)
{
	struct file *file = env_open(test, PRIVCMD), *other = env_open(test, PRIVCMD);
	struct file *toolstack = env_open(test, PRIVCMD);
	unsigned long first, second;

	allow_pages(test, 64);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, GUEST), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(other, GUEST), 0);
	KUNIT_EXPECT_EQ(test, fill_new(file, 60, &first), -ENOMEM);
	KUNIT_EXPECT_EQ(test, env_munmap(first, 60), 0);
	KUNIT_EXPECT_EQ(test, fill_new(file, 20, &first), 0);
	KUNIT_EXPECT_EQ(test, fill_new(other, 20, &second), -ENOMEM);
	KUNIT_EXPECT_EQ(test, env_munmap(second, 20), 0);
	KUNIT_EXPECT_EQ(test, fill_new(toolstack, 40, &second), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(first, 20), 0);
	KUNIT_EXPECT_EQ(test, fill_new(other, 20, &first), 0);
}

static struct kunit_case vma_cases[] = {
	KUNIT_CASE(map_xsa487_no_split),
	KUNIT_CASE(map_p1_move_auto_translated),
	KUNIT_CASE(map_p1_move_pv),
	KUNIT_CASE(map_pv_emptied_at_once),
	KUNIT_CASE(map_pv_emptied_by_the_kernel),
	KUNIT_CASE(map_pv_notifier_events),
	KUNIT_CASE(map_pv_notifier_of_a_part),
	KUNIT_CASE(map_private_copy_keeps_the_rest),
	KUNIT_CASE(map_private_copy_is_given_back),
	KUNIT_CASE(map_private_copy_of_the_only_page),
	KUNIT_CASE(map_pv_process_ends),
	KUNIT_CASE(map_p1_moved_while_filled),
	KUNIT_CASE(map_p1_unmapped_while_filled),
	KUNIT_CASE(map_p1_replaced_while_filled),
	KUNIT_CASE(map_p1_unmapped_before_it_is_filled),
	KUNIT_CASE(map_p1_replaced_before_it_is_filled),
	KUNIT_CASE(map_p1_resource_unmapped_while_acquired),
	KUNIT_CASE(map_p1_resource_replaced_while_acquired),
	KUNIT_CASE(map_outlives_the_file),
	KUNIT_CASE(map_not_inherited_and_does_not_grow),
	KUNIT_CASE(map_frame_that_xen_keeps),
	KUNIT_CASE(map_pages_are_bounded),
	KUNIT_CASE(map_pages_of_restricted_files),
	{}
};

ENV_SUITE(privcmd_vma, vma_cases);
