// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of /dev/xen/privcmd, and the layouts that some arguments have for a
 * 32-bit caller.
 */
#include <linux/align.h>
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>

#include <xen/privcmd.h>

#include "lib/ioctl.h"
#include "privcmd/privcmd.h"

/*
 * The layout of a 32-bit caller: short pointers, and u64 aligned as there. Where
 * that is to 8, some have the size of a 64-bit caller's, and so its number.
 */
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
static_assert(sizeof(struct compat_privcmd_mmapbatch) ==
	      ALIGN(20, __alignof__(compat_u64)));
static_assert(sizeof(struct compat_privcmd_mmapbatch_v2) == 24);
static_assert(sizeof(struct compat_privcmd_dm_op) == 8);

static void expand_mmap(void *arg)
{
	const struct compat_privcmd_mmap compat = *(typeof(compat) *)arg;

	*(struct privcmd_mmap *)arg = (struct privcmd_mmap){
		.num = compat.num,
		.dom = compat.dom,
		.entry = compat_ptr(compat.entry),
	};
}

static void expand_mmapbatch(void *arg)
{
	const struct compat_privcmd_mmapbatch compat = *(typeof(compat) *)arg;

	*(struct privcmd_mmapbatch *)arg = (struct privcmd_mmapbatch){
		.num = compat.num,
		.dom = compat.dom,
		.addr = compat.addr,
		.arr = compat_ptr(compat.arr),
	};
}

static void expand_mmapbatch_v2(void *arg)
{
	const struct compat_privcmd_mmapbatch_v2 compat = *(typeof(compat) *)arg;

	*(struct privcmd_mmapbatch_v2 *)arg = (struct privcmd_mmapbatch_v2){
		.num = compat.num,
		.dom = compat.dom,
		.addr = compat.addr,
		.arr = compat_ptr(compat.arr),
		.err = compat_ptr(compat.err),
	};
}

static void expand_dm_op(void *arg)
{
	const struct compat_privcmd_dm_op compat = *(typeof(compat) *)arg;

	*(struct privcmd_dm_op *)arg = (struct privcmd_dm_op){
		.dom = compat.dom,
		.num = compat.num,
		.ubufs = compat_ptr(compat.ubufs),
	};
}

#define COMPAT_CMD(nr, type)						\
	.compat_cmd	= _IOC(_IOC_NONE, 'P', nr, sizeof(struct type)),	\
	.compat_size	= sizeof(struct type)

static const struct xen_ioctl privcmd_table[] = {
	XEN_IOCTL(IOCTL_PRIVCMD_HYPERCALL, struct privcmd_hypercall,
		  privcmd_hypercall,
		  .check = privcmd_check_unrestricted),
	XEN_IOCTL(IOCTL_PRIVCMD_MMAP, struct privcmd_mmap, privcmd_mmap_runs,
		  COMPAT_CMD(2, compat_privcmd_mmap),
		  .expand = expand_mmap,
		  .check = privcmd_check_pv),
	XEN_IOCTL(IOCTL_PRIVCMD_MMAPBATCH, struct privcmd_mmapbatch,
		  privcmd_mmapbatch,
		  COMPAT_CMD(3, compat_privcmd_mmapbatch),
		  .expand = expand_mmapbatch),
	XEN_IOCTL(IOCTL_PRIVCMD_MMAPBATCH_V2, struct privcmd_mmapbatch_v2,
		  privcmd_mmapbatch_v2,
		  COMPAT_CMD(4, compat_privcmd_mmapbatch_v2),
		  .expand = expand_mmapbatch_v2),
	XEN_IOCTL(IOCTL_PRIVCMD_DM_OP, struct privcmd_dm_op, privcmd_dm_op,
		  COMPAT_CMD(5, compat_privcmd_dm_op),
		  .expand = expand_dm_op),
	XEN_IOCTL(IOCTL_PRIVCMD_RESTRICT, domid_t, privcmd_restrict),
	XEN_IOCTL(IOCTL_PRIVCMD_MMAP_RESOURCE, struct privcmd_mmap_resource,
		  privcmd_mmap_resource),
	XEN_IOCTL(IOCTL_PRIVCMD_IRQFD, struct privcmd_irqfd, privcmd_irqfd),
	XEN_IOCTL(IOCTL_PRIVCMD_IOEVENTFD, struct privcmd_ioeventfd,
		  privcmd_ioeventfd),
	XEN_IOCTL(IOCTL_PRIVCMD_PCIDEV_GET_GSI, struct privcmd_pcidev_get_gsi,
		  privcmd_pcidev_get_gsi,
		  .check = privcmd_check_unrestricted),
};

static const struct xen_ioctls privcmd_ioctls = {
	.device		= "privcmd",
	.table		= privcmd_table,
	.nr		= ARRAY_SIZE(privcmd_table),
	.unknown	= -ENOTTY,
};

long privcmd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return xen_ioctl(&privcmd_ioctls, file->private_data, cmd, arg);
}

#ifdef CONFIG_COMPAT
long privcmd_compat_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	return xen_compat_ioctl(&privcmd_ioctls, file->private_data, cmd, arg);
}
#endif
