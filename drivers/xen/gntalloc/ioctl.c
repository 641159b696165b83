// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of /dev/xen/gntalloc. */
#include <linux/align.h>
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>

#include <xen/gntalloc.h>

#include "gntalloc/gntalloc.h"
#include "lib/ioctl.h"

static long gntalloc_ioctl_alloc(struct xen_ioctl_call *call)
{
	const struct ioctl_gntalloc_alloc_gref *arg = call->arg;
	struct ioctl_gntalloc_alloc_gref __user *uarg = call->uarg;
	struct gntalloc_alloc_args args = {
		.count = arg->count,
		.domid = arg->domid,
		/* The other flags have always been ignored. */
		.readonly = !(arg->flags & GNTALLOC_FLAG_WRITABLE),
		.index = &uarg->index,
		.ids = uarg->gref_ids,
	};

	return gntalloc_alloc(call->file, &args);
}

static long gntalloc_ioctl_dealloc(struct xen_ioctl_call *call)
{
	const struct ioctl_gntalloc_dealloc_gref *arg = call->arg;

	return gntalloc_dealloc(call->file, arg->index, arg->count);
}

static long gntalloc_ioctl_set_notify(struct xen_ioctl_call *call)
{
	const struct ioctl_gntalloc_unmap_notify *arg = call->arg;

	return gntalloc_set_notify(call->file, arg->index, arg->action,
				   arg->event_channel_port);
}

/*
 * To a 32-bit caller a u64 may be aligned to 4, and then nothing is left at the
 * end of the structure. The fields have the same places.
 */
#define COMPAT_SIZE(type, last) \
	ALIGN(offsetofend(struct type, last), __alignof__(compat_u64))
#define COMPAT_ALLOC_SIZE	COMPAT_SIZE(ioctl_gntalloc_alloc_gref, gref_ids)
#define COMPAT_DEALLOC_SIZE	COMPAT_SIZE(ioctl_gntalloc_dealloc_gref, count)

static const struct xen_ioctl gntalloc_table[] = {
	XEN_IOCTL(IOCTL_GNTALLOC_ALLOC_GREF, struct ioctl_gntalloc_alloc_gref,
		  gntalloc_ioctl_alloc,
		  .compat_cmd = _IOC(_IOC_NONE, 'G', 5, COMPAT_ALLOC_SIZE),
		  .compat_size = COMPAT_ALLOC_SIZE),
	XEN_IOCTL(IOCTL_GNTALLOC_DEALLOC_GREF, struct ioctl_gntalloc_dealloc_gref,
		  gntalloc_ioctl_dealloc,
		  .compat_cmd = _IOC(_IOC_NONE, 'G', 6, COMPAT_DEALLOC_SIZE),
		  .compat_size = COMPAT_DEALLOC_SIZE),
	XEN_IOCTL(IOCTL_GNTALLOC_SET_UNMAP_NOTIFY, struct ioctl_gntalloc_unmap_notify,
		  gntalloc_ioctl_set_notify),
};

static const struct xen_ioctls gntalloc_ioctls = {
	.device		= "gntalloc",
	.table		= gntalloc_table,
	.nr		= ARRAY_SIZE(gntalloc_table),
	.unknown	= -ENOTTY,
};

long gntalloc_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return xen_ioctl(&gntalloc_ioctls, file->private_data, cmd, arg);
}

#ifdef CONFIG_COMPAT
long gntalloc_compat_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	return xen_compat_ioctl(&gntalloc_ioctls, file->private_data, cmd, arg);
}
#endif
