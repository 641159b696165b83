// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-gntdev: /dev/xen/gntdev, memory that other domains grant.
 *
 * Objects:
 *
 *	struct gntdev_file	an open file; owns an offset space (index.c)
 *	struct gntdev_map	a list of grants with a page for each (map.c)
 *	struct pv_view		a mapping of a map in a PV domain (pv.c)
 *	struct gntdev_copy	room for one GRANT_COPY (copy.c)
 *	struct gntdev_export	grants as a dma-buf (dmabuf_exp.c)
 *	struct gntdev_import	a dma-buf as grants (dmabuf_imp.c)
 *
 * The life of a map: MAP_GRANT_REF makes it and gives it a range of offsets.
 * mmap() of that range, which works once, asks Xen for the grants: each is
 * mapped where the kernel sees its page, so that system calls can work on the
 * memory (grants.c). In an auto-translated domain the process is shown the same
 * page. In a PV domain Xen writes the frame into the process's page table
 * entry, too, and only Xen may take it out again (pv.c).
 *
 * The grants go back when the last mapping is gone; a page that is still in use
 * then, by I/O for instance, follows when it is not. The map itself goes with
 * its last user: the file, until UNMAP_GRANT_REF or close, its mappings, and
 * the queue of those that wait for a page.
 *
 * When the domain was restored, the maps of before are *lost*: Xen has none of
 * their grants (grants.c). They cannot be mapped any more; a mapping is of memory
 * that is all zero (vma.c).
 *
 * Lock hierarchy, each line a lock that is taken with none of ours held but those
 * further left:
 *
 *	xen_files.lock		open, close, a resume, whoever reads debugfs
 *	  i_mmap_rwsem		a resume empties mappings
 *	mmap_lock
 *	  mmu_notifier_invalidate_range_start
 *	    pv_view.lock	a process's page table entries
 *	gntdev_file.lock	the offset space; mmap has the mmap_lock
 *	gntdev_map.lock		release, notification; munmap has the mmap_lock
 *	xen_pending_queue.lock	those that wait for a page, or for the peer
 *	exports_lock		lists of exports (dmabuf_exp.c)
 *	imports_lock		lists of imports (dmabuf_imp.c)
 *	dma_resv of a dma-buf	the kernel's: an exporter maps for a device
 *	  gntdev_export.lock	what devices have of an export
 *
 * No user memory is touched with one of ours held. With pv_view.lock held, mmap
 * waits for what Xen pages in, which nobody else can be waiting for then.
 *
 * Vocabulary: a grant is *mapped* with Xen's knowledge; it is *released* when
 * Xen has been told that we are done with it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compat.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>

#include <xen/gntdev.h>
#include <xen/xen.h>

#include "gntdev/dmabuf.h"
#include "gntdev/gntdev.h"
#include "lib/files.h"
#include "lib/ioctl.h"
#include "lib/resume.h"

static struct miscdevice gntdev_miscdev;

static int gntdev_open(struct inode *inode, struct file *file)
{
	struct gntdev_file *gf;

	gf = kzalloc(sizeof(*gf), GFP_KERNEL_ACCOUNT);
	if (!gf)
		return -ENOMEM;
	spin_lock_init(&gf->lock);
	gf->maps = RB_ROOT;
	INIT_LIST_HEAD(&gf->exports);
	INIT_LIST_HEAD(&gf->imports);
	gf->mapping = file->f_mapping;
	gf->dev = gntdev_miscdev.this_device;
	xen_files_add(&gntdev_files, &gf->entry);
	file->private_data = gf;
	return 0;
}

static int gntdev_release(struct inode *inode, struct file *file)
{
	struct gntdev_file *gf = file->private_data;
	struct gntdev_map *map;

	xen_files_del(&gntdev_files, &gf->entry);
	while ((map = gntdev_index_pop(gf))) {
		gntdev_map_put(map);
		cond_resched();
	}
	gntdev_dmabuf_exp_forget(gf);
	gntdev_dmabuf_imp_release_all(gf);
	gntdev_copy_free(gf);
	kfree(gf);
	return 0;
}

static const struct xen_ioctl gntdev_table[] = {
	XEN_IOCTL(IOCTL_GNTDEV_MAP_GRANT_REF, struct ioctl_gntdev_map_grant_ref,
		  gntdev_map_grant_ref),
	XEN_IOCTL(IOCTL_GNTDEV_UNMAP_GRANT_REF, struct ioctl_gntdev_unmap_grant_ref,
		  gntdev_unmap_grant_ref),
	XEN_IOCTL(IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, struct ioctl_gntdev_get_offset_for_vaddr,
		  gntdev_get_offset_for_vaddr),
	XEN_IOCTL(IOCTL_GNTDEV_SET_UNMAP_NOTIFY, struct ioctl_gntdev_unmap_notify,
		  gntdev_set_unmap_notify),
	XEN_IOCTL(IOCTL_GNTDEV_GRANT_COPY, struct ioctl_gntdev_grant_copy,
		  gntdev_grant_copy,
		  .compat_cmd = _IOC(_IOC_NONE, 'G', 8, GNTDEV_COMPAT_GRANT_COPY_SIZE),
		  .compat_size = GNTDEV_COMPAT_GRANT_COPY_SIZE,
		  .expand = gntdev_expand_grant_copy),
#ifdef CONFIG_DMA_SHARED_BUFFER
	XEN_IOCTL(IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, struct ioctl_gntdev_dmabuf_exp_from_refs,
		  gntdev_dmabuf_exp_from_refs),
	XEN_IOCTL(IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED,
		  struct ioctl_gntdev_dmabuf_exp_wait_released,
		  gntdev_dmabuf_exp_wait_released),
	XEN_IOCTL(IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, struct ioctl_gntdev_dmabuf_imp_to_refs,
		  gntdev_dmabuf_imp_to_refs),
	XEN_IOCTL(IOCTL_GNTDEV_DMABUF_IMP_RELEASE, struct ioctl_gntdev_dmabuf_imp_release,
		  gntdev_dmabuf_imp_release),
#endif
};

static const struct xen_ioctls gntdev_ioctls = {
	.device		= "gntdev",
	.table		= gntdev_table,
	.nr		= ARRAY_SIZE(gntdev_table),
	.unknown	= -ENOTTY,
};

static long gntdev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return xen_ioctl(&gntdev_ioctls, file->private_data, cmd, arg);
}

#ifdef CONFIG_COMPAT
static long gntdev_compat_ioctl(struct file *file, unsigned int cmd,
				unsigned long arg)
{
	return xen_compat_ioctl(&gntdev_ioctls, file->private_data, cmd, arg);
}
#endif

static const struct file_operations gntdev_fops = {
	.owner		= THIS_MODULE,
	.open		= gntdev_open,
	.release	= gntdev_release,
	.mmap		= gntdev_mmap,
	.unlocked_ioctl	= gntdev_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl	= gntdev_compat_ioctl,
#endif
};

static struct miscdevice gntdev_miscdev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "xen/gntdev",
	.fops	= &gntdev_fops,
};

static int gntdev_restored(struct notifier_block *nb, unsigned long unused,
			   void *data)
{
	gntdev_grants_restored();
	mutex_lock(&gntdev_files.lock);
	gntdev_vma_restored(&gntdev_files.list);
	mutex_unlock(&gntdev_files.lock);
	return NOTIFY_DONE;
}

static struct notifier_block gntdev_resume = {
	.notifier_call = gntdev_restored,
};

static int __init gntdev_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;

	err = gntdev_dmabuf_imp_init();
	if (err)
		return err;
	gntdev_grants_init();
	xen_files_init(&gntdev_files);
	xen_resume_register(&gntdev_resume);
	err = misc_register(&gntdev_miscdev);
	if (err) {
		pr_err("cannot make the node /dev/xen/gntdev (%d); is another module's still there?\n",
		       err);
		goto err_resume;
	}
	dma_coerce_mask_and_coherent(gntdev_miscdev.this_device,
				     DMA_BIT_MASK(64));
	return 0;

err_resume:
	xen_resume_unregister(&gntdev_resume);
	xen_files_exit(&gntdev_files);
	gntdev_dmabuf_imp_exit();
	return err;
}

static void __exit gntdev_exit(void)
{
	misc_deregister(&gntdev_miscdev);
	xen_resume_unregister(&gntdev_resume);
	xen_files_exit(&gntdev_files);
	gntdev_grants_exit();
	gntdev_dmabuf_imp_exit();
}

module_init(gntdev_init);
module_exit(gntdev_exit);

MODULE_DESCRIPTION("Xen grants of other domains for user space (/dev/xen/gntdev)");
MODULE_VERSION(XEN_DEVICES_VERSION);
MODULE_LICENSE("GPL");
