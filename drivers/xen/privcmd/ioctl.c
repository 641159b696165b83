// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of /dev/xen/privcmd, as they come from a 64-bit and from a 32-bit
 * caller. What differs between the two ends here.
 */
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/uaccess.h>

#include <xen/privcmd.h>
#include <xen/xen.h>

#include "privcmd/observe.h"
#include "privcmd/privcmd.h"
#include "privcmd/trace.h"

static int ioctl_mmap(struct privcmd_file *pf, void __user *uarg)
{
	struct privcmd_mmap arg;
	struct privcmd_runs_args args;

	/* Never was there, for a caller in an auto-translated domain. */
	if (!xen_pv_domain())
		return privcmd_refuse(PRIVCMD_R_NOT_PV, -ENOSYS, 0);
	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	args = (struct privcmd_runs_args){
		.num = (unsigned int)arg.num,
		.entry = arg.entry,
		.dom = arg.dom,
	};
	return privcmd_mmap_runs(pf, &args);
}

static int ioctl_mmapbatch(struct privcmd_file *pf, void __user *uarg)
{
	struct privcmd_batch_args args;
	struct privcmd_mmapbatch arg;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	args = (struct privcmd_batch_args){
		.num = (unsigned int)arg.num,
		.addr = arg.addr,
		.arr = arg.arr,
		.dom = arg.dom,
	};
	if (!access_ok(args.arr, args.num * sizeof(u64)))
		return -EFAULT;
	return privcmd_mmapbatch(pf, &args);
}

static int ioctl_mmapbatch_v2(struct privcmd_file *pf, void __user *uarg)
{
	struct privcmd_mmapbatch_v2 arg;
	struct privcmd_batch_args args;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	args = (struct privcmd_batch_args){
		.num = arg.num,
		.addr = arg.addr,
		.arr = (void __user *)arg.arr,
		.err = arg.err,
		.dom = arg.dom,
	};
	if (!args.err || !access_ok(args.err, args.num * sizeof(int)))
		return -EFAULT;
	return privcmd_mmapbatch(pf, &args);
}

static long ioctl_dm_op(struct privcmd_file *pf, void __user *uarg)
{
	struct privcmd_dm_op_args args;
	struct privcmd_dm_op arg;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	args = (struct privcmd_dm_op_args){
		.ubufs = arg.ubufs,
		.num = arg.num,
		.dom = arg.dom,
	};
	return privcmd_dm_op(pf, &args);
}

static __always_inline long do_ioctl(struct privcmd_file *pf, unsigned int cmd,
				     void __user *uarg)
{
	switch (cmd) {
	case IOCTL_PRIVCMD_HYPERCALL:
		return privcmd_hypercall(pf, uarg);
	case IOCTL_PRIVCMD_MMAPBATCH_V2:
		return ioctl_mmapbatch_v2(pf, uarg);
	case IOCTL_PRIVCMD_DM_OP:
		return ioctl_dm_op(pf, uarg);
	case IOCTL_PRIVCMD_MMAP_RESOURCE:
		return privcmd_mmap_resource(pf, uarg);
	case IOCTL_PRIVCMD_MMAPBATCH:
		return ioctl_mmapbatch(pf, uarg);
	case IOCTL_PRIVCMD_MMAP:
		return ioctl_mmap(pf, uarg);
	case IOCTL_PRIVCMD_RESTRICT:
		return privcmd_restrict(pf, uarg);
	case IOCTL_PRIVCMD_IRQFD:
		return privcmd_irqfd(pf, uarg);
	case IOCTL_PRIVCMD_IOEVENTFD:
		return privcmd_ioeventfd(pf, uarg);
	case IOCTL_PRIVCMD_PCIDEV_GET_GSI:
		return privcmd_pcidev_get_gsi(pf, uarg);
	default:
		return privcmd_refuse(PRIVCMD_R_IOCTL, -ENOTTY, cmd);
	}
}

/* Once more, so that a call that nobody traces keeps nothing for the end. */
static noinline long traced_ioctl(struct privcmd_file *pf, unsigned int cmd,
				  void __user *uarg)
{
	long ret;

	trace_ioctl_enter(cmd);
	ret = do_ioctl(pf, cmd, uarg);
	trace_ioctl_exit(cmd, ret);
	return ret;
}

long privcmd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct privcmd_file *pf = file->private_data;
	void __user *uarg = (void __user *)arg;

	if (trace_ioctl_enter_enabled() || trace_ioctl_exit_enabled())
		return traced_ioctl(pf, cmd, uarg);
	return do_ioctl(pf, cmd, uarg);
}

#ifdef CONFIG_COMPAT

/* The layout of a 32-bit caller: short pointers, and u64 aligned to 4. */
struct compat_privcmd_mmap {
	compat_int_t num;
	__u16 dom;
	compat_uptr_t entry;
};

struct compat_privcmd_mmapbatch {
	compat_int_t num;
	__u16 dom;
	compat_u64 addr;
	compat_uptr_t arr;
};

struct compat_privcmd_mmapbatch_v2 {
	compat_uint_t num;
	__u16 dom;
	compat_u64 addr;
	compat_uptr_t arr;
	compat_uptr_t err;
};

struct compat_privcmd_dm_op {
	__u16 dom;
	__u16 num;
	compat_uptr_t ubufs;
};

static_assert(sizeof(struct compat_privcmd_mmap) == 12);
static_assert(sizeof(struct compat_privcmd_mmapbatch) == 20);
static_assert(sizeof(struct compat_privcmd_mmapbatch_v2) == 24);
static_assert(sizeof(struct compat_privcmd_dm_op) == 8);

#define COMPAT_PRIVCMD_MMAP \
	_IOC(_IOC_NONE, 'P', 2, sizeof(struct compat_privcmd_mmap))
#define COMPAT_PRIVCMD_MMAPBATCH \
	_IOC(_IOC_NONE, 'P', 3, sizeof(struct compat_privcmd_mmapbatch))
#define COMPAT_PRIVCMD_MMAPBATCH_V2 \
	_IOC(_IOC_NONE, 'P', 4, sizeof(struct compat_privcmd_mmapbatch_v2))
#define COMPAT_PRIVCMD_DM_OP \
	_IOC(_IOC_NONE, 'P', 5, sizeof(struct compat_privcmd_dm_op))

static int compat_ioctl_mmap(struct privcmd_file *pf, void __user *uarg)
{
	struct compat_privcmd_mmap arg;
	struct privcmd_runs_args args;

	if (!xen_pv_domain())
		return privcmd_refuse(PRIVCMD_R_NOT_PV, -ENOSYS, 0);
	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	args = (struct privcmd_runs_args){
		.num = (unsigned int)arg.num,
		.entry = compat_ptr(arg.entry),
		.dom = arg.dom,
	};
	return privcmd_mmap_runs(pf, &args);
}

static int compat_ioctl_mmapbatch(struct privcmd_file *pf, void __user *uarg)
{
	struct compat_privcmd_mmapbatch arg;
	struct privcmd_batch_args args;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	args = (struct privcmd_batch_args){
		.num = (unsigned int)arg.num,
		.addr = arg.addr,
		.arr = compat_ptr(arg.arr),
		.narrow = true,
		.dom = arg.dom,
	};
	return privcmd_mmapbatch(pf, &args);
}

static int compat_ioctl_mmapbatch_v2(struct privcmd_file *pf,
				     void __user *uarg)
{
	struct compat_privcmd_mmapbatch_v2 arg;
	struct privcmd_batch_args args;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	args = (struct privcmd_batch_args){
		.num = arg.num,
		.addr = arg.addr,
		.arr = compat_ptr(arg.arr),
		.narrow = true,
		.err = compat_ptr(arg.err),
		.dom = arg.dom,
	};
	if (!args.err)
		return -EFAULT;
	return privcmd_mmapbatch(pf, &args);
}

static long compat_ioctl_dm_op(struct privcmd_file *pf, void __user *uarg)
{
	struct compat_privcmd_dm_op arg;
	struct privcmd_dm_op_args args;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	args = (struct privcmd_dm_op_args){
		.ubufs = compat_ptr(arg.ubufs),
		.narrow = true,
		.num = arg.num,
		.dom = arg.dom,
	};
	return privcmd_dm_op(pf, &args);
}

/* The structures of the commands that are not here are the same. */
static long do_compat_ioctl(struct privcmd_file *pf, unsigned int cmd,
			    void __user *uarg)
{
	switch (cmd) {
	case COMPAT_PRIVCMD_MMAP:
		return compat_ioctl_mmap(pf, uarg);
	case COMPAT_PRIVCMD_MMAPBATCH:
		return compat_ioctl_mmapbatch(pf, uarg);
	case COMPAT_PRIVCMD_MMAPBATCH_V2:
		return compat_ioctl_mmapbatch_v2(pf, uarg);
	case COMPAT_PRIVCMD_DM_OP:
		return compat_ioctl_dm_op(pf, uarg);
	case IOCTL_PRIVCMD_MMAP:
	case IOCTL_PRIVCMD_MMAPBATCH:
	case IOCTL_PRIVCMD_MMAPBATCH_V2:
	case IOCTL_PRIVCMD_DM_OP:
		return privcmd_refuse(PRIVCMD_R_IOCTL, -ENOTTY, cmd);
	default:
		return do_ioctl(pf, cmd, uarg);
	}
}

long privcmd_compat_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	long ret;

	trace_ioctl_enter(cmd);
	ret = do_compat_ioctl(file->private_data, cmd, compat_ptr(arg));
	trace_ioctl_exit(cmd, ret);
	return ret;
}

#endif /* CONFIG_COMPAT */
