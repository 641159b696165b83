/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/xen/gntalloc, for the suites. */
#ifndef XEN_KUNIT_GNTALLOC_H
#define XEN_KUNIT_GNTALLOC_H

#include <xen/gntalloc.h>

#include "suites/gntdev.h"

/* Returns the offset, or an errno. */
static inline long alloc_from(struct file *file, domid_t domid, u32 count,
			      u16 flags)
{
	struct ioctl_gntalloc_alloc_gref arg = {
		.domid = domid, .flags = flags, .count = count,
	};
	unsigned int saved = fake_enter();
	long err;

	env_put(env_user(), &arg, sizeof(arg));
	fake_leave(saved);
	err = env_ioctl_at(file, IOCTL_GNTALLOC_ALLOC_GREF, env_user());
	if (err)
		return err;
	saved = fake_enter();
	env_get(&arg, env_user(), sizeof(arg));
	fake_leave(saved);
	return arg.index;
}

static inline long alloc_grefs(struct file *file, u32 count)
{
	return alloc_from(file, GUEST, count, GNTALLOC_FLAG_WRITABLE);
}

/* Of the last allocation. */
static inline u32 gref(unsigned int i)
{
	u32 ref;

	env_get(&ref, env_user() +
		offsetof(struct ioctl_gntalloc_alloc_gref, gref_ids) +
		i * sizeof(ref), sizeof(ref));
	return ref;
}

static inline long dealloc_grefs(struct file *file, u64 index, u32 count)
{
	struct ioctl_gntalloc_dealloc_gref arg = {
		.index = index, .count = count,
	};

	return env_ioctl(file, IOCTL_GNTALLOC_DEALLOC_GREF, &arg, sizeof(arg));
}

static inline long alloc_notify(struct file *file, u64 index, u32 action, u32 port)
{
	struct ioctl_gntalloc_unmap_notify arg = {
		.index = index, .action = action, .event_channel_port = port,
	};

	return env_ioctl(file, IOCTL_GNTALLOC_SET_UNMAP_NOTIFY, &arg, sizeof(arg));
}

#endif
