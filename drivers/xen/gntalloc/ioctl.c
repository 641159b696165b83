// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of /dev/xen/gntalloc, as they come from a 64-bit and from a 32-bit
 * caller. What differs between the two ends here: how long the structures are.
 * Their fields have the same places.
 */
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/uaccess.h>

#include <xen/gntalloc.h>

#include "gntalloc/gntalloc.h"
#include "gntalloc/observe.h"
#include "gntalloc/trace.h"

static int do_alloc(struct gntalloc_file *gf,
		    const struct ioctl_gntalloc_alloc_gref *arg,
		    void __user *uarg)
{
	struct ioctl_gntalloc_alloc_gref __user *out = uarg;
	struct gntalloc_alloc_args args = {
		.count = arg->count,
		.domid = arg->domid,
		/* The other flags have always been ignored. */
		.readonly = !(arg->flags & GNTALLOC_FLAG_WRITABLE),
		.index = &out->index,
		.ids = out->gref_ids,
	};

	return gntalloc_alloc(gf, &args);
}

static int ioctl_alloc(struct gntalloc_file *gf, void __user *uarg)
{
	struct ioctl_gntalloc_alloc_gref arg;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	return do_alloc(gf, &arg, uarg);
}

static int ioctl_dealloc(struct gntalloc_file *gf, void __user *uarg)
{
	struct ioctl_gntalloc_dealloc_gref arg;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	return gntalloc_dealloc(gf, arg.index, arg.count);
}

static int ioctl_set_notify(struct gntalloc_file *gf, void __user *uarg)
{
	struct ioctl_gntalloc_unmap_notify arg;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	return gntalloc_set_notify(gf, arg.index, arg.action,
				   arg.event_channel_port);
}

static __always_inline long do_ioctl(struct gntalloc_file *gf, unsigned int cmd,
				     void __user *uarg)
{
	switch (cmd) {
	case IOCTL_GNTALLOC_ALLOC_GREF:
		return ioctl_alloc(gf, uarg);
	case IOCTL_GNTALLOC_DEALLOC_GREF:
		return ioctl_dealloc(gf, uarg);
	case IOCTL_GNTALLOC_SET_UNMAP_NOTIFY:
		return ioctl_set_notify(gf, uarg);
	default:
		return gntalloc_refuse(GNTALLOC_R_IOCTL, -ENOTTY, cmd);
	}
}

/* Once more, so that a call that nobody traces keeps nothing for the end. */
static noinline long traced_ioctl(struct gntalloc_file *gf, unsigned int cmd,
				  void __user *uarg)
{
	long ret;

	trace_ioctl_enter(cmd);
	ret = do_ioctl(gf, cmd, uarg);
	trace_ioctl_exit(cmd, ret);
	return ret;
}

long gntalloc_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct gntalloc_file *gf = file->private_data;
	void __user *uarg = (void __user *)arg;

	if (trace_ioctl_enter_enabled() || trace_ioctl_exit_enabled())
		return traced_ioctl(gf, cmd, uarg);
	return do_ioctl(gf, cmd, uarg);
}

#ifdef CONFIG_COMPAT

/* To a 32-bit caller a u64 is aligned to 4, so nothing is left at the end. */
#define COMPAT_ALLOC_SIZE	20
#define COMPAT_DEALLOC_SIZE	12

static_assert(offsetofend(struct ioctl_gntalloc_alloc_gref, gref_ids) ==
	      COMPAT_ALLOC_SIZE);
static_assert(offsetofend(struct ioctl_gntalloc_dealloc_gref, count) ==
	      COMPAT_DEALLOC_SIZE);

#define COMPAT_GNTALLOC_ALLOC_GREF \
	_IOC(_IOC_NONE, 'G', 5, COMPAT_ALLOC_SIZE)
#define COMPAT_GNTALLOC_DEALLOC_GREF \
	_IOC(_IOC_NONE, 'G', 6, COMPAT_DEALLOC_SIZE)

static int compat_ioctl_alloc(struct gntalloc_file *gf, void __user *uarg)
{
	struct ioctl_gntalloc_alloc_gref arg;

	if (copy_from_user(&arg, uarg, COMPAT_ALLOC_SIZE))
		return -EFAULT;
	return do_alloc(gf, &arg, uarg);
}

static int compat_ioctl_dealloc(struct gntalloc_file *gf, void __user *uarg)
{
	struct ioctl_gntalloc_dealloc_gref arg;

	if (copy_from_user(&arg, uarg, COMPAT_DEALLOC_SIZE))
		return -EFAULT;
	return gntalloc_dealloc(gf, arg.index, arg.count);
}

/* The structure of the third command is the same. */
static long do_compat_ioctl(struct gntalloc_file *gf, unsigned int cmd,
			    void __user *uarg)
{
	switch (cmd) {
	case COMPAT_GNTALLOC_ALLOC_GREF:
		return compat_ioctl_alloc(gf, uarg);
	case COMPAT_GNTALLOC_DEALLOC_GREF:
		return compat_ioctl_dealloc(gf, uarg);
	case IOCTL_GNTALLOC_ALLOC_GREF:
	case IOCTL_GNTALLOC_DEALLOC_GREF:
		return gntalloc_refuse(GNTALLOC_R_IOCTL, -ENOTTY, cmd);
	default:
		return do_ioctl(gf, cmd, uarg);
	}
}

long gntalloc_compat_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	long ret;

	trace_ioctl_enter(cmd);
	ret = do_compat_ioctl(file->private_data, cmd, compat_ptr(arg));
	trace_ioctl_exit(cmd, ret);
	return ret;
}

#endif /* CONFIG_COMPAT */
