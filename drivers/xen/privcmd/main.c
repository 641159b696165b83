// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-privcmd: /dev/xen/privcmd, what a toolstack asks of Xen, and
 * /dev/xen/hypercall, the buffers that it does it with.
 *
 * Objects:
 *
 *	struct privcmd_file	an open file; knows the domain that it is
 *				restricted to, if any (restrict.c)
 *	struct privcmd_map	what is behind one mapping of foreign frames
 *				(map.c)
 *	struct irqfd		an eventfd that injects (irqfd.c)
 *	struct ioreq_server	a page of requests that eventfds are signalled
 *				for (ioeventfd.c)
 *
 * The last three have a lock each, none of which is taken under another: their
 * files tell what is. The list of open files (lib/files.c) has one that open,
 * close, debugfs and a restore (resume.c) take; nothing is waited for under it
 * but, by the last, the kernel's lock on what is mapped of a node. The rest needs
 * none: the restriction is one word, a hypercall needs nothing but its arguments,
 * a buffer belongs to the page tables (buf.c), and pages are counted by atomics
 * (xlate.c).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "compat/privcmd_crc.h"

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <xen/xen.h>

#include "privcmd/map.h"
#include "privcmd/privcmd.h"

static int privcmd_open(struct inode *inode, struct file *file)
{
	struct privcmd_file *pf;
	int err;

	pf = kzalloc(sizeof(*pf), GFP_KERNEL_ACCOUNT);
	if (!pf)
		return -ENOMEM;
	pf->mapping = file->f_mapping;
	INIT_LIST_HEAD(&pf->irqfds);
	mutex_init(&pf->ioeventfd_lock);
	INIT_LIST_HEAD(&pf->ioreq_servers);
	err = privcmd_restrict_open(pf);
	if (err) {
		kfree(pf);
		return err;
	}
	xen_files_add(&privcmd_files, &pf->entry);
	file->private_data = pf;
	return 0;
}

static int privcmd_release(struct inode *inode, struct file *file)
{
	struct privcmd_file *pf = file->private_data;

	xen_files_del(&privcmd_files, &pf->entry);
	privcmd_irqfd_release(pf);
	privcmd_ioeventfd_release(pf);
	kfree(pf);
	return 0;
}

const struct file_operations xen_privcmd_fops = {
	.owner		= THIS_MODULE,
	.open		= privcmd_open,
	.release	= privcmd_release,
	.mmap		= privcmd_mmap,
	.unlocked_ioctl	= privcmd_ioctl,
	.compat_ioctl	= privcmd_compat_ioctl,
};

/**
 * DOC: xen_privcmd_fops
 *
 * File operations of /dev/xen/privcmd. xenfs.ko makes /proc/xen/privcmd of
 * them, so the name, the type and the kind of export are those of the stock
 * module.
 */
EXPORT_SYMBOL_GPL(xen_privcmd_fops);

static struct miscdevice privcmd_miscdev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "xen/privcmd",
	.fops	= &xen_privcmd_fops,
};

static int __init privcmd_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;

	err = privcmd_irqfd_init();
	if (err)
		return err;
	privcmd_restrict_init();
	xen_files_init(&privcmd_files);
	privcmd_resume_init();
	err = misc_register(&privcmd_buf_miscdev);
	if (err)
		goto err_files;
	err = misc_register(&privcmd_miscdev);
	if (err)
		goto err_buf;
	return 0;

err_buf:
	misc_deregister(&privcmd_buf_miscdev);
err_files:
	privcmd_resume_exit();
	xen_files_exit(&privcmd_files);
	privcmd_restrict_exit();
	privcmd_irqfd_exit();
	pr_err("cannot make the nodes under /dev/xen (%d); are another module's still there?\n",
	       err);
	return err;
}

static void __exit privcmd_exit(void)
{
	misc_deregister(&privcmd_miscdev);
	misc_deregister(&privcmd_buf_miscdev);
	privcmd_resume_exit();
	xen_files_exit(&privcmd_files);
	privcmd_restrict_exit();
	privcmd_irqfd_exit();
}

module_init(privcmd_init);
module_exit(privcmd_exit);

MODULE_DESCRIPTION("Xen hypercalls for user space (/dev/xen/privcmd, /dev/xen/hypercall)");
MODULE_VERSION(XEN_DEVICES_VERSION);
MODULE_LICENSE("GPL");
