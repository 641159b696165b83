// SPDX-License-Identifier: GPL-2.0-only
/* See ioctl.h; part of xen-hypercall, which all drivers stand on. */
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/ioctl.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "lib/ioctl.h"
#include "lib/trace.h"

/* A place in the table may be empty. */
static __always_inline
const struct xen_ioctl *xen_ioctl_find(const struct xen_ioctls *ioctls,
				       unsigned int cmd, bool compat)
{
	unsigned int nr = _IOC_NR(cmd);
	const struct xen_ioctl *op;

	if (nr >= ioctls->nr)
		return NULL;
	op = &ioctls->table[array_index_nospec(nr, ioctls->nr)];
	if (!op->handler)
		return NULL;
	return cmd == (compat && op->compat_cmd ? op->compat_cmd : op->cmd) ?
	       op : NULL;
}

/*
 * Word by word: copy_from_user() with a size that the compiler does not know
 * makes a NOTIFY dearer by 4 % ("make bench-check"), for checks of a buffer that is
 * our own. All sizes are even.
 */
static __always_inline
int xen_ioctl_copy(u64 *arg, const void __user *uarg, unsigned int size)
{
	unsigned int at;

	if (!user_read_access_begin(uarg, size))
		return -EFAULT;
	for (at = 0; at + 8 <= size; at += 8)
		unsafe_get_user(arg[at / 8], (u64 __user *)(uarg + at), fault);
	if (size & 4) {
		unsafe_get_user(*(u32 *)((u8 *)arg + at), (u32 __user *)(uarg + at), fault);
		at += 4;
	}
	if (size & 2)
		unsafe_get_user(*(u16 *)((u8 *)arg + at), (u16 __user *)(uarg + at), fault);
	user_read_access_end();
	return 0;

fault:
	user_read_access_end();
	return -EFAULT;
}

static __always_inline
long xen_ioctl_call_handler(const struct xen_ioctl *op,
			    struct xen_ioctl_call *call)
{
	unsigned int size = call->compat && op->compat_cmd ? op->compat_size :
							     op->size;
	u64 arg[XEN_IOCTL_ARG_MAX / sizeof(u64)];
	int err;

	if (op->check) {
		err = op->check(call->file);
		if (err)
			return err;
	}
	if (size && xen_ioctl_copy(arg, call->uarg, size))
		return -EFAULT;
	if (call->compat && op->expand)
		op->expand(arg);
	call->arg = arg;
	return op->handler(call);
}

/* Inline, with what is known of the caller: NOTIFY is cheaper by 1 % for it. */
static __always_inline
long xen_ioctl_dispatch(const struct xen_ioctls *ioctls, unsigned int cmd,
			struct xen_ioctl_call *call)
{
	const struct xen_ioctl *op = xen_ioctl_find(ioctls, cmd, call->compat);
	long ret;

	trace_ioctl_enter(ioctls->device, cmd);
	ret = op ? xen_ioctl_call_handler(op, call) : ioctls->unknown;
	trace_ioctl_exit(ioctls->device, cmd, ret);
	return ret;
}

long xen_ioctl(const struct xen_ioctls *ioctls, void *file, unsigned int cmd,
	       unsigned long arg)
{
	struct xen_ioctl_call call = {
		.file = file,
		.uarg = (void __user *)arg,
	};

	return xen_ioctl_dispatch(ioctls, cmd, &call);
}
EXPORT_SYMBOL_GPL(xen_ioctl);

#ifdef CONFIG_COMPAT

long xen_compat_ioctl(const struct xen_ioctls *ioctls, void *file,
		      unsigned int cmd, unsigned long arg)
{
	struct xen_ioctl_call call = {
		.file = file,
		.uarg = compat_ptr(arg),
		.compat = true,
	};

	return xen_ioctl_dispatch(ioctls, cmd, &call);
}
EXPORT_SYMBOL_GPL(xen_compat_ioctl);

#endif
