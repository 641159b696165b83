// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: maps and their mappings, in a PV domain and in an
 * auto-translated one.
 */
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include <xen/interface/grant_table.h>

#include "gntdev/gntdev.h"
#include "suites/gntdev.h"
#include "suites/suites.h"

/* More than one batch, and not a multiple of it. */
#define MANY	300

#define RW	(PROT_READ | PROT_WRITE)

static unsigned int grants_mapped(void)
{
	struct fake_census census;

	fake_census(&census);
	return census.mapped;
}

static unsigned int handles(void)
{
	struct fake_census census;

	fake_census(&census);
	return census.handles;
}

/* A PV domain has an entry of the process for each, too. */
static unsigned int each(void)
{
	return xen_pv_domain() ? 2 : 1;
}

/* The driver's own view of a map of the file. */
static struct gntdev_map *driver_map(struct file *file, u64 index)
{
	struct gntdev_file *gf = file->private_data;
	struct rb_node *node;

	for (node = rb_first(&gf->maps); node; node = rb_next(node)) {
		struct gntdev_map *map = rb_entry(node, struct gntdev_map, node);

		if (map->index == index >> PAGE_SHIFT)
			return map;
	}
	return NULL;
}

TEST_BOTH(map_shows_and_writes)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;
	u64 value = 4711;
	unsigned int i;

	grant_from(GUEST, 1, MANY);
	addr = show_grants(test, file, 1, MANY);
	for (i = 0; i < MANY; i++)
		KUNIT_EXPECT_EQ(test, env_get64(addr + i * PAGE_SIZE),
				fake_stamp(GUEST, 1 + i));
	KUNIT_EXPECT_EQ(test, grants_mapped(), each() * MANY);
	env_put(addr + 299 * PAGE_SIZE, &value, sizeof(value));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, MANY), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	KUNIT_EXPECT_EQ(test, granted64(GUEST, 300), 4711);
	/* The map is there still, and had its chance. */
	KUNIT_EXPECT_EQ(test, show(file, 0, MANY), -EINVAL);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, MANY), 0);
}

TEST_BOTH(map_arguments)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;
	long index;

	grant_from(GUEST, 1, 4);
	KUNIT_EXPECT_EQ(test, map_refs(file, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_refs(file, 65537), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_MAP_GRANT_REF, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_UNMAP_GRANT_REF, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_SET_UNMAP_NOTIFY, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_GRANT_COPY, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_SET_MAX_GRANTS, 8),
			-ENOTTY);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, 0, 8), -ENOTTY);

	index = map_grants(file, 1, 4);
	KUNIT_ASSERT_EQ(test, index, 0);
	/* Not the whole of it, more than that, none. */
	KUNIT_EXPECT_EQ(test, show(file, 0, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, show(file, 0, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, show(file, PAGE_SIZE, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, show(file, 4 * PAGE_SIZE, 4), -EINVAL);
	/* A copy on write. */
	KUNIT_EXPECT_EQ(test, env_mmap_at(file, 0, 4, RW, MAP_PRIVATE), -EINVAL);
	/* None of that was its chance. */
	addr = show(file, 0, 4);
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(addr));
}

/* An array that ends too soon, and one that cannot be answered. */
TEST(map_array_unreadable)
{
	unsigned long at = env_mmap(NULL, 3, RW, MAP_PRIVATE | MAP_ANONYMOUS);
	struct ioctl_gntdev_map_grant_ref arg = { .count = 300 };
	struct file *file = env_open(test, GNTDEV);

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(at));
	/* Something else may lie right behind. */
	KUNIT_ASSERT_EQ(test, env_mprotect(at + 2 * PAGE_SIZE, 1, PROT_NONE), 0);
	at += 2 * PAGE_SIZE - sizeof(arg) - 200 * 8;
	env_put(at, &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_MAP_GRANT_REF, at),
			-EFAULT);
	arg.count = 2;
	at = env_user() + 2 * PAGE_SIZE;
	env_put(at, &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_mprotect(at, 1, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_MAP_GRANT_REF, at),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_mprotect(at, 1, RW), 0);
	/* Nobody has it. */
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 1), 0);
}

TEST_BOTH(map_readonly)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 2);
	fake_grant(GUEST, 1)->readonly = true;
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 2), 0);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 2), 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, show(file, 0, 2), -EINVAL);
	addr = env_mmap_at(file, 2 * PAGE_SIZE, 2, PROT_READ, MAP_SHARED);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_NE(test, clear_user((void __user *)addr, 8), 0);
	KUNIT_EXPECT_LT(test, env_mprotect(addr, 2, RW), 0);
	/* There is nothing to clear where one may not write. */
	KUNIT_EXPECT_EQ(test, set_notify(file, 2 * PAGE_SIZE,
					 UNMAP_NOTIFY_CLEAR_BYTE, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_notify(file, 2 * PAGE_SIZE, 0, 0), 0);
}

/* A private one, too, as long as it is for reading. */
TEST_BOTH(map_readonly_private)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 1);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 1), 0);
	addr = env_mmap_at(file, 0, 1, PROT_READ, MAP_PRIVATE);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_LT(test, env_mprotect(addr, 1, RW), 0);
}

/* The byte was asked for before anybody knew that it cannot be written. */
TEST_BOTH(map_readonly_after_notify)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 1);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, UNMAP_NOTIFY_CLEAR_BYTE, 0), 0);
	addr = env_mmap_at(file, 0, 1, PROT_READ, MAP_SHARED);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, granted64(GUEST, 1), fake_stamp(GUEST, 1));
}

static const unsigned int bad_slots[] = { 0, 1, 127, 128, 200, MANY - 1 };

/* One that Xen refuses: none is left, and each has its status. */
TEST_BOTH(map_refused_at_each_place)
{
	unsigned int i, slot, tried;
	struct gntdev_map *map;
	struct file *file;
	long index;

	grant_from(GUEST, 1, MANY);
	for (i = 0; i < ARRAY_SIZE(bad_slots); i++) {
		fake_grant(GUEST, 1 + bad_slots[i])->status = GNTST_bad_page;
		file = env_open(test, GNTDEV);
		index = map_grants(file, 1, MANY);
		KUNIT_ASSERT_EQ(test, index, 0);
		KUNIT_EXPECT_EQ(test, show(file, index, MANY), -EINVAL);
		KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
		map = driver_map(file, index);
		KUNIT_ASSERT_NOT_NULL(test, map);
		tried = roundup(bad_slots[i] + 1, GNTDEV_BATCH);
		for (slot = 0; slot < MANY; slot++) {
			s8 status = slot == bad_slots[i] ? GNTST_bad_page :
				    slot < tried ? GNTST_okay : GNTDEV_NOT_TRIED;

			KUNIT_EXPECT_EQ(test, map->grants[slot].status, status);
			KUNIT_EXPECT_EQ(test, map->grants[slot].handle,
					INVALID_GRANT_HANDLE);
		}
		KUNIT_EXPECT_EQ(test, show(file, index, MANY), -EINVAL);
		env_close(file);
		fake_grant(GUEST, 1 + bad_slots[i])->status = GNTST_okay;
	}
}

TEST_BOTH(map_of_several_domains)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 1);
	grant_from(OTHER, 1, 1);
	/* Xen sees the low 16 bits. */
	put_ref(0, GUEST, 1);
	put_ref(1, OTHER, 1);
	KUNIT_ASSERT_EQ(test, map_refs(file, 2), 0);
	addr = show(file, 0, 2);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, env_get64(addr + PAGE_SIZE), fake_stamp(OTHER, 1));
	/* What is mapped stays when its domain dies, and can be let go of. */
	fake_domain_kill(GUEST);
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(GUEST, 1));
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 1), 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, show(file, 2 * PAGE_SIZE, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, driver_map(file, 2 * PAGE_SIZE)->grants[0].status,
			GNTST_bad_domain);
}

TEST_BOTH(map_paged_out)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 3);
	fake_grant(GUEST, 2)->paged_out = 3;
	addr = show_grants(test, file, 1, 3);
	KUNIT_EXPECT_EQ(test, env_get64(addr + PAGE_SIZE), fake_stamp(GUEST, 2));
}

TEST_BOTH(map_hypercall_fails)
{
	struct file *file = env_open(test, GNTDEV);

	grant_from(GUEST, 1, MANY);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, MANY), 0);
	fake_fail(FAKE_GRANT(GNTTABOP_map_grant_ref), 2, -EFAULT);
	KUNIT_EXPECT_EQ(test, show(file, 0, MANY), -EFAULT);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	KUNIT_EXPECT_EQ(test, driver_map(file, 0)->grants[0].status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, driver_map(file, 0)->grants[130].status,
			GNTST_general_error);
	KUNIT_EXPECT_EQ(test, driver_map(file, 0)->grants[299].status,
			GNTDEV_NOT_TRIED);
}

TEST_BOTH(map_get_offset)
{
	struct ioctl_gntdev_get_offset_for_vaddr arg;
	struct file *file = env_open(test, GNTDEV);
	struct file *events = env_open(test, EVTCHN);
	unsigned long addr;

	grant_from(GUEST, 1, 8);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 5), 0);
	addr = show_grants(test, file, 6, 3);
	arg.vaddr = addr + 2 * PAGE_SIZE + 123;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR,
					&arg, sizeof(arg)), 0);
	KUNIT_EXPECT_EQ(test, arg.offset, 5 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, arg.count, 3);
	arg.vaddr = env_user();
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR,
					&arg, sizeof(arg)), -EINVAL);
	arg.vaddr = 8;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR,
					&arg, sizeof(arg)), -EINVAL);
	/* Readable, but the answer cannot be written. */
	arg.vaddr = addr;
	env_put(env_user(), &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR,
					   env_user()), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, RW), 0);
	env_close(events);
}

/* A mapping needs neither the map in the file nor the file. */
TEST_BOTH(map_mapping_outlives_all)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 2);
	addr = show_grants(test, file, 1, 2);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(GUEST, 1));
	/* Its place is free. */
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 1), 0);
	env_close(file);
	KUNIT_EXPECT_EQ(test, env_get64(addr + PAGE_SIZE), fake_stamp(GUEST, 2));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	env_settle();
}

/* Of a part: at once in a PV domain, with the last of it elsewhere. */
TEST_BOTH(map_munmap_of_parts)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 9);
	addr = show_grants(test, file, 1, 9);
	KUNIT_EXPECT_EQ(test, env_munmap(addr + 3 * PAGE_SIZE, 3), 0);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 4)->mapped, xen_pv_domain() ? 0 : 1);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 6)->mapped, xen_pv_domain() ? 0 : 1);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 3)->mapped, each());
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 7)->mapped, each());
	KUNIT_EXPECT_EQ(test, env_get64(addr + 2 * PAGE_SIZE), fake_stamp(GUEST, 3));
	KUNIT_EXPECT_EQ(test, env_get64(addr + 6 * PAGE_SIZE), fake_stamp(GUEST, 7));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 4 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 7)->mapped, each());
	KUNIT_EXPECT_EQ(test, env_munmap(addr + 6 * PAGE_SIZE, 3), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 9), 0);
}

/* The entries of a PV domain are Xen's. */
TEST_BOTH(map_mprotect)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 3);
	addr = show_grants(test, file, 1, 3);
	KUNIT_EXPECT_EQ(test, env_mprotect(addr + PAGE_SIZE, 1, PROT_READ),
			xen_pv_domain() ? -EINVAL : 0);
	KUNIT_EXPECT_EQ(test, env_get64(addr + PAGE_SIZE), fake_stamp(GUEST, 2));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* P1, of gntdev: elsewhere it moves as any memory does. */
TEST_BOTH(map_mremap)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;
	long to;

	grant_from(GUEST, 1, 3);
	addr = show_grants(test, file, 1, 3);
	to = env_mremap(addr, 3);
	if (xen_pv_domain()) {
		KUNIT_EXPECT_EQ(test, to, -EINVAL);
		/* Refused, and without its entries. */
		KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	} else {
		KUNIT_ASSERT_GT(test, to, 0);
		KUNIT_EXPECT_EQ(test, env_get64(to), fake_stamp(GUEST, 1));
		addr = to;
	}
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* Dropped by madvise(): gone for good. */
TEST_BOTH(map_dropped_pages_stay_away)
{
	struct file *file = env_open(test, GNTDEV);
	struct vm_area_struct *vma;
	unsigned long addr;

	grant_from(GUEST, 1, 4);
	addr = show_grants(test, file, 1, 4);
	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, addr);
	zap_page_range_single(vma, addr + PAGE_SIZE, 2 * PAGE_SIZE, NULL);
	mmap_read_unlock(current->mm);
	KUNIT_EXPECT_TRUE(test, env_mapped(addr));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + PAGE_SIZE));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 2 * PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + 3 * PAGE_SIZE));
	/* The entries are gone, the kernel's own mappings are not. */
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 2)->mapped, 1);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 1)->mapped, each());
}

/* The kernel's mappings succeed, those of the process do not. */
TEST(map_pv_entries_refused)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned int i;

	grant_from(GUEST, 1, 3);
	for (i = 1; i <= 3; i++) {
		KUNIT_ASSERT_EQ(test, map_grants(file, 1, 3), 0);
		/* Of six mappings there can be five, four, three. */
		fake_maptrack_limit = 6 - i;
		KUNIT_EXPECT_EQ(test, show(file, 0, 3), -EINVAL);
		KUNIT_EXPECT_EQ(test, handles(), 0);
		KUNIT_EXPECT_EQ(test, driver_map(file, 0)->grants[0].status,
				i < 3 ? GNTST_okay : GNTST_no_space);
		KUNIT_EXPECT_EQ(test, driver_map(file, 0)->grants[2].status,
				GNTST_no_space);
		KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 3), 0);
	}
	fake_maptrack_limit = 1024;
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 3), 0);
	fake_fail(FAKE_GRANT(GNTTABOP_map_grant_ref), 2, -EFAULT);
	KUNIT_EXPECT_EQ(test, show(file, 0, 3), -EFAULT);
	KUNIT_EXPECT_EQ(test, driver_map(file, 0)->grants[1].status,
			GNTST_general_error);
	KUNIT_EXPECT_EQ(test, handles(), 0);
}

/* A view whose entries lie in two page tables. */
TEST(map_pv_across_tables)
{
	unsigned long room = env_mmap(NULL, 4 * PTRS_PER_PTE, PROT_NONE,
				      MAP_PRIVATE | MAP_ANONYMOUS);
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;
	unsigned int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(room));
	grant_from(GUEST, 1, 10);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 10), 0);
	addr = ALIGN(room + 4 * PAGE_SIZE, PMD_SIZE) - 4 * PAGE_SIZE;
	KUNIT_ASSERT_EQ(test, vm_mmap(file, addr, 10 * PAGE_SIZE, RW,
				      MAP_SHARED | MAP_FIXED, 0), addr);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, env_get64(addr + i * PAGE_SIZE),
				fake_stamp(GUEST, 1 + i));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 10), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

static struct vm_area_struct *vma_at(unsigned long addr)
{
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, addr);
	mmap_read_unlock(current->mm);
	return vma;
}

static const struct vm_operations_struct no_ops;

/*
 * An mmap() that fails after the driver's has succeeded calls ->close() with
 * the entries in place.
 */
TEST_BOTH(map_closed_with_entries)
{
	struct file *file = env_open(test, GNTDEV);
	struct vm_area_struct *vma;
	unsigned long addr;

	grant_from(GUEST, 1, 3);
	addr = show_grants(test, file, 1, 3);
	vma = vma_at(addr);
	mmap_write_lock(current->mm);
	vma->vm_ops->close(vma);
	vma->vm_ops = &no_ops;
	mmap_write_unlock(current->mm);
	/* Elsewhere the entries hold the pages until they are gone. */
	KUNIT_EXPECT_EQ(test, grants_mapped(), xen_pv_domain() ? 0 : 3);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!grants_mapped()));
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 3), 0);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(file) == 1));
}

/* Somebody who may not wait finds the view busy. */
TEST(map_pv_notifier_cannot_wait)
{
	struct mmu_notifier_range range = { .flags = 0 };
	struct mmu_interval_notifier *notifier;
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 4);
	addr = show_grants(test, file, 1, 4);
	/* A view begins with its notifier. */
	notifier = vma_at(addr)->vm_private_data;
	range.start = addr + PAGE_SIZE;
	range.end = addr + 2 * PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, notifier->ops->invalidate(notifier, &range, 1));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + 2 * PAGE_SIZE));
	/* Beyond both ends, and beside it. */
	range.start = addr + 8 * PAGE_SIZE;
	range.end = addr + 9 * PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, notifier->ops->invalidate(notifier, &range, 3));
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 4)->mapped, 2);
	range.start = addr - PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, notifier->ops->invalidate(notifier, &range, 5));
	KUNIT_EXPECT_EQ(test, grants_mapped(), 4);
}

struct busy {
	struct mmu_interval_notifier *notifier;
	unsigned long addr;
	bool refused;
	struct task_struct *thread;
	struct completion done;
};

static int invalidate_thread(void *data)
{
	struct busy *busy = data;
	struct mmu_notifier_range range = {
		.start = busy->addr, .end = busy->addr + PAGE_SIZE,
	};

	busy->refused = !busy->notifier->ops->invalidate(busy->notifier, &range, 1);
	complete(&busy->done);
	return 0;
}

/* In the middle of a hypercall of another thread. */
static void invalidate_elsewhere(void *data)
{
	struct busy *busy = data;

	wake_up_process(busy->thread);
	wait_for_completion(&busy->done);
}

TEST(map_pv_notifier_busy)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;
	struct busy busy;

	grant_from(GUEST, 1, 2);
	addr = show_grants(test, file, 1, 2);
	busy.notifier = vma_at(addr)->vm_private_data;
	busy.addr = addr;
	busy.refused = false;
	init_completion(&busy.done);
	busy.thread = kthread_create(invalidate_thread, &busy, "invalidate");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, busy.thread);
	fake_before(FAKE_GRANT(GNTTABOP_unmap_grant_ref), 1, invalidate_elsewhere,
		    &busy);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	KUNIT_EXPECT_TRUE(test, busy.refused);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* What a child of the process does, in the child. */
typedef pid_t clone_fn(struct kernel_clone_args *args);
typedef int kernel_wait_fn(pid_t pid, int *stat);
typedef void do_exit_fn(long code);

struct child {
	unsigned long addr;
	unsigned int pages;
	bool sees, has_vma;
};

static int child_fn(void *data)
{
	do_exit_fn *exit = (do_exit_fn *)fake_symbol("do_exit");
	struct child *child = data;

	child->has_vma = vma_at(child->addr);
	child->sees = env_get64(child->addr) == fake_stamp(GUEST, 1);
	exit(0);
	return 0;
}

/* Forks, lets the child look, and waits for its end. */
static void fork_and_look(struct kunit *test, struct child *child)
{
	struct kernel_clone_args args = {
		.exit_signal = SIGCHLD, .fn = child_fn, .fn_arg = child,
	};
	clone_fn *clone = (clone_fn *)fake_symbol("kernel_clone");
	kernel_wait_fn *wait = (kernel_wait_fn *)fake_symbol("kernel_wait");
	int status;
	pid_t pid;

	pid = clone(&args);
	KUNIT_ASSERT_GT(test, pid, 0);
	wait(pid, &status);
}

TEST_BOTH(map_fork)
{
	struct file *file = env_open(test, GNTDEV);
	struct child child = {};

	grant_from(GUEST, 1, 2);
	child.addr = show_grants(test, file, 1, 2);
	fork_and_look(test, &child);
	KUNIT_EXPECT_EQ(test, child.has_vma, !xen_pv_domain());
	KUNIT_EXPECT_EQ(test, child.sees, !xen_pv_domain());
	/* The child's end was not the parent's. */
	KUNIT_EXPECT_EQ(test, env_get64(child.addr), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, grants_mapped(), each() * 2);
	KUNIT_EXPECT_EQ(test, env_munmap(child.addr, 2), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* After MADV_DOFORK: the child has the VMA, and nothing in it. */
TEST(map_pv_fork_all_the_same)
{
	struct file *file = env_open(test, GNTDEV);
	struct child child = {};
	struct vm_area_struct *vma;

	grant_from(GUEST, 1, 2);
	child.addr = show_grants(test, file, 1, 2);
	vma = vma_at(child.addr);
	mmap_write_lock(current->mm);
	vm_flags_clear(vma, VM_DONTCOPY);
	mmap_write_unlock(current->mm);
	fork_and_look(test, &child);
	KUNIT_EXPECT_TRUE(test, child.has_vma);
	KUNIT_EXPECT_FALSE(test, child.sees);
	KUNIT_EXPECT_EQ(test, env_get64(child.addr), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, grants_mapped(), 4);
}

/* The limit of one map, which can be changed. */
TEST(map_count_limit)
{
	struct file *file = env_open(test, GNTDEV);

	env_set_param(test, "xen_gntdev", "limit", "3");
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 3), 0);
	env_set_param(test, "xen_gntdev", "limit", "65536");
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(map_shows_and_writes),
	KUNIT_CASE(map_arguments),
	KUNIT_CASE(map_array_unreadable),
	KUNIT_CASE(map_readonly),
	KUNIT_CASE(map_readonly_private),
	KUNIT_CASE(map_readonly_after_notify),
	KUNIT_CASE(map_refused_at_each_place),
	KUNIT_CASE(map_of_several_domains),
	KUNIT_CASE(map_paged_out),
	KUNIT_CASE(map_hypercall_fails),
	KUNIT_CASE(map_get_offset),
	KUNIT_CASE(map_mapping_outlives_all),
	KUNIT_CASE(map_munmap_of_parts),
	KUNIT_CASE(map_mprotect),
	KUNIT_CASE(map_mremap),
	KUNIT_CASE(map_dropped_pages_stay_away),
	KUNIT_CASE(map_pv_entries_refused),
	KUNIT_CASE(map_pv_across_tables),
	KUNIT_CASE(map_closed_with_entries),
	KUNIT_CASE(map_pv_notifier_cannot_wait),
	KUNIT_CASE(map_pv_notifier_busy),
	KUNIT_CASE(map_fork),
	KUNIT_CASE(map_pv_fork_all_the_same),
	KUNIT_CASE(map_count_limit),
	{}
};

ENV_SUITE(gntdev_map, map_cases);
