// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an operation costs at least: its hypercalls, issued as the kernel's own
 * code does it, and what else no driver can do without. For the benchmark; it
 * checks little of what it is told.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include <xen/xen.h>

#include "local.h"

u64 floor_clock;

static floor_fn *const floor_fns[FLOOR_OPS] = {
	[FLOOR_XEN_VERSION] = floor_xen_version,
	[FLOOR_MULTICALL] = floor_multicall,
	[FLOOR_DM_OP] = floor_dm_op,
	[FLOOR_SEND] = floor_send,
	[FLOOR_ARRIVE] = floor_arrive,
	[FLOOR_PORTS] = floor_ports,
	[FLOOR_UNMASK] = floor_unmask,
	[FLOOR_FRAMES] = floor_frames,
	[FLOOR_RESOURCE] = floor_resource,
	[FLOOR_PAGES] = floor_pages,
	[FLOOR_GRANTS] = floor_grants,
	[FLOOR_COPY_IN] = floor_copy,
	[FLOOR_COPY_OUT] = floor_copy,
	[FLOOR_ALLOC] = floor_alloc,
};

static long floor_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct floor_timer there = {}, back = {};
	struct floor_run run;
	int err;

	if (cmd == FLOOR_NULL)
		return 0;
	if (cmd != FLOOR_RUN)
		return -ENOTTY;
	if (copy_from_user(&run, (void __user *)arg, sizeof(run)))
		return -EFAULT;
	if (run.op >= FLOOR_OPS || !run.times || !run.nr ||
	    run.nr > FLOOR_NR_MAX || run.len > FLOOR_LEN_MAX)
		return -EINVAL;
	err = floor_fns[run.op](&run, &there, &back);
	if (err)
		return err;
	run.there = div_u64(there.sum, run.times);
	run.back = div_u64(back.sum, run.times);
	if (copy_to_user((void __user *)arg, &run, sizeof(run)))
		return -EFAULT;
	return 0;
}

static ssize_t floor_read(struct file *file, char __user *buf, size_t len,
			  loff_t *pos)
{
	return 0;
}

static ssize_t floor_write(struct file *file, const char __user *buf,
			   size_t len, loff_t *pos)
{
	return len;
}

static int fill(struct vm_area_struct *vma)
{
	struct page *page[FLOOR_FILLED_MAX];
	unsigned long i, nr = vma_pages(vma), left;
	int err;

	if (nr > FLOOR_FILLED_MAX)
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		page[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!page[i])
			break;
	}
	if (i < nr) {
		err = -ENOMEM;
	} else {
		left = nr;
		err = vm_insert_pages(vma, vma->vm_start, page, &left);
	}
	/* The mapping has them. */
	while (i--)
		put_page(page[i]);
	return err;
}

static int floor_mmap(struct file *file, struct vm_area_struct *vma)
{
	return vma->vm_pgoff ? fill(vma) : 0;
}

static const struct file_operations floor_fops = {
	.owner = THIS_MODULE,
	.read = floor_read,
	.write = floor_write,
	.unlocked_ioctl = floor_ioctl,
	.mmap = floor_mmap,
};

static struct miscdevice floor_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = FLOOR_DEVICE,
	.fops = &floor_fops,
	.mode = 0600,
};

/* The lowest of a few: an interrupt may come. */
static void __init calibrate(void)
{
	struct floor_timer timer;
	u64 least = U64_MAX;
	int i;

	for (i = 0; i < 8; i++) {
		timer.sum = 0;
		floor_begin(&timer);
		floor_end(&timer);
		least = min(least, timer.sum);
	}
	floor_clock = least;
}

static int __init floor_init(void)
{
	if (!xen_domain())
		return -ENODEV;
	calibrate();
	return misc_register(&floor_device);
}
module_init(floor_init);

static void __exit floor_exit(void)
{
	misc_deregister(&floor_device);
}
module_exit(floor_exit);

MODULE_DESCRIPTION("What operations on Xen's devices cost at least");
MODULE_LICENSE("GPL");
