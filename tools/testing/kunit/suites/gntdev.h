/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/xen/gntdev, for the suites. */
#ifndef XEN_KUNIT_GNTDEV_H
#define XEN_KUNIT_GNTDEV_H

#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>

#include <xen/gntdev.h>

#include "compat/mm.h"
#include "suites/env.h"

/* What a worker does is done in a while. */
#define EVENTUALLY(cond)				\
	({						\
		unsigned int __left = 250;		\
		bool __is;				\
							\
		do {					\
			__is = (cond);			\
			if (__is)			\
				break;			\
			msleep(20);			\
		} while (--__left);			\
		__is;					\
	})

/* Open files, mappings, and whatever else keeps the module. */
static inline int holders(const struct file *file)
{
	return module_refcount(file->f_op->owner);
}

static inline void grant_from(domid_t domid, u32 first, u32 nr)
{
	if (!fake_domain(domid))
		fake_domain_new(domid, 0);
	while (nr--)
		fake_grant_new(domid, first++, false);
}

/* What the granter sees at the start of the page. */
static inline u64 granted64(domid_t domid, u32 ref)
{
	return *(u64 *)page_address(fake_grant(domid, ref)->page);
}

static inline unsigned int grants_mapped(void)
{
	struct fake_census census;

	fake_census(&census);
	return census.mapped;
}

/* How often a page that is mapped is: a PV domain has the process's entries. */
static inline unsigned int each(void)
{
	return xen_pv_domain() ? 2 : 1;
}

static inline void put_ref(unsigned int i, domid_t domid, u32 ref)
{
	struct ioctl_gntdev_grant_ref arg = { .domid = domid, .ref = ref };

	env_put(env_user() + offsetof(struct ioctl_gntdev_map_grant_ref, refs) +
		i * sizeof(arg), &arg, sizeof(arg));
}

/* With the references that were put. Returns the offset, or an errno. */
static inline long map_refs(struct file *file, u32 nr)
{
	struct ioctl_gntdev_map_grant_ref arg = { .count = nr };
	unsigned int saved = fake_enter();
	long err;

	env_put(env_user(), &arg, offsetof(typeof(arg), refs));
	fake_leave(saved);
	err = env_ioctl_at(file, IOCTL_GNTDEV_MAP_GRANT_REF, env_user());
	if (err)
		return err;
	saved = fake_enter();
	env_get(&arg, env_user(), sizeof(arg));
	fake_leave(saved);
	return arg.index;
}

/* Grants @first to @first + @nr - 1 of the guest. */
static inline long map_grants(struct file *file, u32 first, u32 nr)
{
	unsigned int saved = fake_enter();
	u32 i;

	for (i = 0; i < nr; i++)
		put_ref(i, GUEST, first + i);
	fake_leave(saved);
	return map_refs(file, nr);
}

static inline long unmap_grants(struct file *file, u64 index, u32 count)
{
	struct ioctl_gntdev_unmap_grant_ref arg = {
		.index = index, .count = count,
	};

	return env_ioctl(file, IOCTL_GNTDEV_UNMAP_GRANT_REF, &arg, sizeof(arg));
}

/* Of the whole map; an address or an errno. */
static inline unsigned long show(struct file *file, u64 index, u32 nr)
{
	return env_mmap_at(file, index, nr, PROT_READ | PROT_WRITE, MAP_SHARED);
}

/* Both steps. */
static inline unsigned long show_grants(struct kunit *test, struct file *file,
					u32 first, u32 nr)
{
	long index = map_grants(file, first, nr);
	unsigned long addr;

	KUNIT_ASSERT_GE(test, index, 0);
	addr = show(file, index, nr);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	return addr;
}

static inline long set_notify(struct file *file, u64 index, u32 action, u32 port)
{
	struct ioctl_gntdev_unmap_notify arg = {
		.index = index, .action = action, .event_channel_port = port,
	};

	return env_ioctl(file, IOCTL_GNTDEV_SET_UNMAP_NOTIFY, &arg, sizeof(arg));
}

/* The page that is behind an address of the process, with a reference. */
static inline struct page *pin_page(struct kunit *test, unsigned long addr)
{
	struct vm_area_struct *vma;
	struct page *page = NULL;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, addr);
	if (vma && xen_pv_domain()) {
		page = vma->vm_ops->find_normal_page(vma, addr);
		get_page(page);
	}
	mmap_read_unlock(current->mm);
	if (!xen_pv_domain())
		KUNIT_EXPECT_EQ(test, get_user_pages_fast(addr, 1, 0, &page), 1);
	KUNIT_ASSERT_NOT_NULL(test, page);
	return page;
}

#endif
