// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: maps, and what Xen makes of their grants, in a PV domain and
 * in an auto-translated one.
 */
#include <xen/interface/grant_table.h>

#include "gntdev/gntdev.h"
#include "suites/gntdev.h"
#include "suites/suites.h"

/* More than one batch, and not a multiple of it. */
#define MANY	300

static unsigned int handles(void)
{
	struct fake_census census;

	fake_census(&census);
	return census.handles;
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

static void kill_me(void *data)
{
	env_kill(true);
}

/* It can be killed while it waits for a page. */
TEST_BOTH(map_paged_out_killed)
{
	struct file *file = env_open(test, GNTDEV);

	grant_from(GUEST, 1, 3);
	fake_grant(GUEST, 2)->paged_out = 100000;
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 3), 0);
	fake_at_step("wait", kill_me, NULL);
	KUNIT_EXPECT_EQ(test, show(file, 0, 3), -EINTR);
	env_kill(false);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	KUNIT_EXPECT_EQ(test, handles(), 0);
}

/* It does not wait for ever, however many are paged out. */
TEST_BOTH(map_paged_out_for_good)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned int i;

	grant_from(GUEST, 1, 3);
	for (i = 1; i <= 3; i++)
		fake_grant(GUEST, i)->paged_out = 100000;
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 3), 0);
	KUNIT_EXPECT_EQ(test, show(file, 0, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, driver_map(file, 0)->grants[0].status, GNTST_bad_page);
	KUNIT_EXPECT_LE(test, fake_calls(FAKE_GRANT(GNTTABOP_map_grant_ref)), 257);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* Of many grants, none of which makes it wait. */
TEST_BOTH(map_many_killed)
{
	struct file *file = env_open(test, GNTDEV);

	grant_from(GUEST, 1, MANY);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, MANY), 0);
	fake_before(FAKE_GRANT(GNTTABOP_map_grant_ref), 2, kill_me, NULL);
	KUNIT_EXPECT_EQ(test, show(file, 0, MANY), -EINTR);
	env_kill(false);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* In an auto-translated domain Xen would take the page away from its owner. */
TEST(map_own_grant)
{
	static const domid_t own[] = { 0, DOMID_SELF };
	struct file *file = env_open(test, GNTDEV);
	unsigned int i;

	fake_become(XEN_HVM_DOMAIN, true);
	grant_from(0, 1, 1);
	grant_from(GUEST, 1, 2);
	for (i = 0; i < ARRAY_SIZE(own); i++) {
		put_ref(0, GUEST, 1);
		put_ref(1, own[i], 1);
		KUNIT_ASSERT_EQ(test, map_refs(file, 2), 0);
		KUNIT_EXPECT_EQ(test, show(file, 0, 2), -EOPNOTSUPP);
		KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_map_grant_ref)), 0);
		KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 2), 0);
	}
	/* In a PV domain it works. */
	fake_become(XEN_PV_DOMAIN, true);
	put_ref(0, 0, 1);
	KUNIT_ASSERT_EQ(test, map_refs(file, 1), 0);
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(show(file, 0, 1)));
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

/* Some of both kinds of mappings succeed: the process's first, then the kernel's. */
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
	KUNIT_CASE(map_paged_out_killed),
	KUNIT_CASE(map_paged_out_for_good),
	KUNIT_CASE(map_many_killed),
	KUNIT_CASE(map_own_grant),
	KUNIT_CASE(map_hypercall_fails),
	KUNIT_CASE(map_get_offset),
	KUNIT_CASE(map_pv_entries_refused),
	KUNIT_CASE(map_count_limit),
	{}
};

ENV_SUITE(gntdev_map, map_cases);
