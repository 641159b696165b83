// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-gntalloc: /dev/xen/gntalloc, memory of this domain that a process shares
 * with another domain.
 *
 * Objects:
 *
 *	struct gntalloc_file	an open file; owns an index of references
 *				(index.c)
 *	struct gntalloc_ref	a page and the grant for it (ref.c)
 *	struct gntalloc_block	references that were made together
 *	struct gntalloc_map	what is behind one mapping (map.c)
 *
 * The life of a reference: it is made and granted, its number told to the
 * caller, and only then put in the index (alloc.c). From there mappings find
 * it. The index is one user and each mapping another; a mapping outlives
 * DEALLOC_GREF, and the file outlives its mappings. When the last user goes,
 * the grant is revoked and the page freed. If the peer still maps the page, the
 * reference is *pending* until it does not (lib/pending.c). A reference counts
 * towards the limit from before it is made until its page is free.
 *
 * When the domain was restored its grant table is empty: nobody has a page of
 * ours mapped, and nobody can map one. The pages stay, and go as ever. They are
 * not granted anew, for the number of the peer may be another domain's.
 *
 * Lock hierarchy:
 *
 *	mmap_lock			mmap, munmap
 *	  gntalloc_file.lock		index, notifications
 *	    locks of the event channel core
 *	  locks of the grant table
 *	  xen_pending_queue.lock	pending references
 *
 * There is no lock of ours that two files share before a peer is late.
 *
 * Vocabulary: the *number* of a reference is its place in the file in pages,
 * the ABI's index is the same in bytes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <xen/xen.h>

#include "gntalloc/gntalloc.h"
#include "lib/files.h"

static int gntalloc_open(struct inode *inode, struct file *file)
{
	struct gntalloc_file *gf;

	gf = kzalloc(sizeof(*gf), GFP_KERNEL_ACCOUNT);
	if (!gf)
		return -ENOMEM;
	mutex_init(&gf->lock);
	gf->index = RB_ROOT;
	xen_files_add(&gntalloc_files, &gf->entry);
	file->private_data = gf;
	return 0;
}

static int gntalloc_release(struct inode *inode, struct file *file)
{
	struct gntalloc_file *gf = file->private_data;

	xen_files_del(&gntalloc_files, &gf->entry);
	gntalloc_dealloc_all(gf);
	kfree(gf);
	return 0;
}

static const struct file_operations gntalloc_fops = {
	.owner		= THIS_MODULE,
	.open		= gntalloc_open,
	.release	= gntalloc_release,
	.mmap		= gntalloc_mmap,
	.unlocked_ioctl	= gntalloc_ioctl,
	.compat_ioctl	= gntalloc_compat_ioctl,
};

static struct miscdevice gntalloc_miscdev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "xen/gntalloc",
	.fops	= &gntalloc_fops,
};

static int __init gntalloc_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;
	gntalloc_ref_init();
	xen_files_init(&gntalloc_files);
	err = misc_register(&gntalloc_miscdev);
	if (err) {
		xen_files_exit(&gntalloc_files);
		pr_err("cannot make /dev/xen/gntalloc (%d); is another module's still there?\n",
		       err);
	}
	return err;
}

static void __exit gntalloc_exit(void)
{
	misc_deregister(&gntalloc_miscdev);
	xen_files_exit(&gntalloc_files);
	gntalloc_ref_exit();
}

module_init(gntalloc_init);
module_exit(gntalloc_exit);

MODULE_DESCRIPTION("Xen grants of own memory for user space (/dev/xen/gntalloc)");
MODULE_VERSION(XEN_DEVICES_VERSION);
MODULE_LICENSE("GPL");
