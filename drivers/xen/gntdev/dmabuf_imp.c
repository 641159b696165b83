// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dma-buf as grants to another domain.
 *
 * Which frames a dma-buf consists of, its exporter tells only to a device that
 * attaches to it, as the addresses that the device is to use. So there is a
 * device here whose addresses are those of the memory itself: mapping for it
 * translates nothing and copies nothing. An exporter that has no memory to
 * offer, or none that begins and ends with a page, is refused.
 *
 * The addresses and lengths for that device are all that is looked at: the table
 * has as many entries as the exporter likes, which may begin anywhere in a folio
 * and have any number of pages. Exactly as many pages are granted as were said,
 * or none.
 *
 * The grants go back when the import is released. One that the peer has still
 * mapped cannot be taken from it; until it can, the whole import stays, so that
 * the exporter does not give the memory to somebody else (lib/pending.c). So long
 * it counts towards the limit, for the grant table is everybody's.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/scatterlist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/gntdev.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "compat/dma.h"
#include "gntdev/dmabuf.h"
#include "gntdev/gntdev.h"
#include "lib/pending.h"

/* Imports of which the peer still has a page. */
static struct xen_pending_queue pending;

/* Half of the grant table as Xen has it by default. */
static unsigned int import_limit = 16384;
module_param(import_limit, uint, 0644);
MODULE_PARM_DESC(import_limit, "Maximum number of pages of dma-bufs that are granted at a time, by all files together");

static atomic_long_t nr_imported;

/**
 * struct gntdev_import - an imported dma-buf
 * @node: in gntdev_file.imports; protected by imports_lock
 * @fd: the descriptor that the caller had
 * @count: number of pages
 * @dmabuf: the dma-buf, with a reference
 * @attach: our device there
 * @sgt: its memory
 * @pending: to wait for the peer
 * @free: to wait for the exporter
 * @refs: grant reference of each page, 0 for none
 */
struct gntdev_import {
	struct list_head node;
	u32 fd;
	u32 count;
	struct dma_buf *dmabuf;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	struct list_head pending;
	struct work_struct free;
	grant_ref_t refs[];
};

/* Protects the lists of imports of all files. */
static DEFINE_MUTEX(imports_lock);

static struct device *frames_dev;

static int frames_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		sg_dma_address(sg) = sg_phys(sg);
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

static void frames_unmap_sg(struct device *dev, struct scatterlist *sgl,
			    int nents, enum dma_data_direction dir,
			    unsigned long attrs)
{
}

/* What is not memory cannot be granted. */
static dma_addr_t frames_map_phys(struct device *dev, phys_addr_t phys,
				  size_t size, enum dma_data_direction dir,
				  unsigned long attrs)
{
	return attrs & DMA_ATTR_MMIO ? DMA_MAPPING_ERROR : phys;
}

static void frames_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
}

static int frames_dma_supported(struct device *dev, u64 mask)
{
	return 1;
}

DEFINE_DMA_OPS_PHYS(frames_map_phys)

static const struct dma_map_ops frames_dma_ops = {
	DMA_OPS_PHYS(frames_map_phys, frames_unmap_phys),
	.map_sg		= frames_map_sg,
	.unmap_sg	= frames_unmap_sg,
	.dma_supported	= frames_dma_supported,
};

static int import_attach(struct gntdev_import *imp)
{
	struct sg_table *sgt;

	imp->attach = dma_buf_attach(imp->dmabuf, frames_dev);
	if (IS_ERR(imp->attach))
		return PTR_ERR(imp->attach);
	sgt = dma_buf_map_attachment_unlocked(imp->attach, DMA_BIDIRECTIONAL);
	if (IS_ERR_OR_NULL(sgt)) {
		dma_buf_detach(imp->dmabuf, imp->attach);
		return sgt ? PTR_ERR(sgt) : -ENOMEM;
	}
	imp->sgt = sgt;
	return 0;
}

static void import_detach(struct gntdev_import *imp)
{
	dma_buf_unmap_attachment_unlocked(imp->attach, imp->sgt,
					  DMA_BIDIRECTIONAL);
	dma_buf_detach(imp->dmabuf, imp->attach);
}

typedef int import_page_fn(struct gntdev_import *imp, u32 i, unsigned long pfn,
			   domid_t domid);

/*
 * Call a function for each page of the buffer: as many as were said, or -EINVAL
 * when the table has fewer or more, or has something else than whole pages.
 */
static int import_walk(struct gntdev_import *imp, import_page_fn *fn,
		       domid_t domid)
{
	struct scatterlist *sg;
	u32 page = 0;
	u64 addr, end;
	int err, i;

	for_each_sgtable_dma_sg(imp->sgt, sg, i) {
		addr = sg_dma_address(sg);
		if (!PAGE_ALIGNED(addr | sg_dma_len(sg)) ||
		    check_add_overflow(addr, (u64)sg_dma_len(sg), &end))
			return -EINVAL;
		for (; addr < end; addr += PAGE_SIZE) {
			if (page == imp->count)
				return -EINVAL;
			err = fn(imp, page++, PHYS_PFN(addr), domid);
			if (err)
				return err;
			cond_resched();
		}
	}
	return page == imp->count ? 0 : -EINVAL;
}

static int check_page(struct gntdev_import *imp, u32 i, unsigned long pfn,
		      domid_t domid)
{
	return pfn_valid(pfn) ? 0 : -EINVAL;
}

static int grant_page(struct gntdev_import *imp, u32 i, unsigned long pfn,
		      domid_t domid)
{
	int ref = gnttab_grant_foreign_access(domid, pfn_to_gfn(pfn), 0);

	if (ref < 0)
		return gntdev_refuse(GNTDEV_R_GRANT_TABLE, ref, i);
	imp->refs[i] = ref;
	return 0;
}

/* Returns true if the peer has none any more. */
static bool import_revoke(struct gntdev_import *imp)
{
	bool all = true;
	u32 i;

	for (i = 0; i < imp->count; i++) {
		if (imp->refs[i] && gnttab_try_end_foreign_access(imp->refs[i]))
			imp->refs[i] = 0;
		all &= !imp->refs[i];
		cond_resched();
	}
	return all;
}

/* Is there room for so many pages more? */
static int import_reserve(u32 count)
{
	unsigned int limit = READ_ONCE(import_limit);

	if (atomic_long_add_return(count, &nr_imported) <= limit)
		return 0;
	atomic_long_sub(count, &nr_imported);
	pr_notice_ratelimited("%u pages of a dma-buf for %s[%d] beside the %ld in use are more than the parameter import_limit=%u\n",
			      count, current->comm, current->pid,
			      atomic_long_read(&nr_imported), limit);
	return gntdev_refuse(GNTDEV_R_IMPORT_LIMIT, -ENOSPC, count);
}

static void import_unreserve(u32 count)
{
	atomic_long_sub(count, &nr_imported);
}

/* The exporter may take its time. */
static void import_free(struct gntdev_import *imp)
{
	import_unreserve(imp->count);
	import_detach(imp);
	dma_buf_put(imp->dmabuf);
	kvfree(imp);
}

/* Nobody finds it any more. */
static void import_release(struct gntdev_import *imp)
{
	if (import_revoke(imp)) {
		import_free(imp);
		return;
	}
	/* There is an open file, which has one, too. */
	__module_get(THIS_MODULE);
	xen_pending_add(&pending, &imp->pending);
}

static struct gntdev_import *pending_import(struct list_head *node)
{
	return list_entry(node, struct gntdev_import, pending);
}

static bool revoke_again(struct list_head *node)
{
	return import_revoke(pending_import(node));
}

static void free_fn(struct work_struct *work)
{
	import_free(container_of(work, struct gntdev_import, free));
	module_put(THIS_MODULE);
}

/* Each by itself: one exporter that takes its time is no reason for others to. */
static void import_put_pending(struct list_head *node)
{
	xen_pending_schedule(&pending_import(node)->free);
}

/* The reference to the dma-buf goes to the import. */
static struct gntdev_import *import_new(struct dma_buf *dmabuf, u32 fd,
					u32 count)
{
	struct gntdev_import *imp;
	int err;

	err = import_reserve(count);
	if (err)
		return ERR_PTR(err);
	imp = kvzalloc(struct_size(imp, refs, count),
		       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!imp) {
		err = -ENOMEM;
		goto err_room;
	}
	imp->fd = fd;
	imp->count = count;
	imp->dmabuf = dmabuf;
	INIT_LIST_HEAD(&imp->pending);
	INIT_WORK(&imp->free, free_fn);
	err = import_attach(imp);
	if (err) {
		gntdev_refuse(GNTDEV_R_ATTACH, err, fd);
		goto err_imp;
	}
	err = import_walk(imp, check_page, 0);
	if (err) {
		gntdev_refuse(GNTDEV_R_NOT_PAGES, err, fd);
		goto err_attach;
	}
	return imp;

err_attach:
	import_detach(imp);
err_imp:
	kvfree(imp);
err_room:
	import_unreserve(count);
	return ERR_PTR(err);
}

static struct gntdev_import *import_fd(u32 fd, u32 count)
{
	struct gntdev_import *imp;
	struct dma_buf *dmabuf;

	dmabuf = dma_buf_get(fd);
	if (IS_ERR(dmabuf))
		return ERR_CAST(dmabuf);
	if (dmabuf->size == (u64)count << PAGE_SHIFT)
		imp = import_new(dmabuf, fd, count);
	else
		imp = ERR_PTR(-EINVAL);
	if (IS_ERR(imp))
		dma_buf_put(dmabuf);
	return imp;
}

long gntdev_dmabuf_imp_to_refs(struct xen_ioctl_call *call)
{
	const struct ioctl_gntdev_dmabuf_imp_to_refs *arg = call->arg;
	struct ioctl_gntdev_dmabuf_imp_to_refs __user *u = call->uarg;
	struct gntdev_file *gf = call->file;
	struct gntdev_import *imp;
	int err;

	err = gntdev_check_count(arg->count);
	if (err)
		return err;
	imp = import_fd(arg->fd, arg->count);
	if (IS_ERR(imp))
		return PTR_ERR(imp);
	err = import_walk(imp, grant_page, arg->domid);
	if (!err && copy_to_user(u->refs, imp->refs,
				 imp->count * sizeof(imp->refs[0])))
		err = -EFAULT;
	if (err) {
		import_release(imp);
		return err;
	}
	mutex_lock(&imports_lock);
	list_add(&imp->node, &gf->imports);
	mutex_unlock(&imports_lock);
	return 0;
}

/* Take out the import of this dma-buf, or else of what the number once was. */
static struct gntdev_import *take_import(struct gntdev_file *gf,
					 const struct dma_buf *dmabuf, u32 fd)
{
	struct gntdev_import *imp, *found = NULL;

	mutex_lock(&imports_lock);
	list_for_each_entry(imp, &gf->imports, node) {
		if (imp->dmabuf == dmabuf) {
			found = imp;
			break;
		}
		if (!found && imp->fd == fd)
			found = imp;
	}
	if (found)
		list_del(&found->node);
	mutex_unlock(&imports_lock);
	return found;
}

long gntdev_dmabuf_imp_release(struct xen_ioctl_call *call)
{
	const struct ioctl_gntdev_dmabuf_imp_release *arg = call->arg;
	struct gntdev_file *gf = call->file;
	struct gntdev_import *imp;
	struct dma_buf *dmabuf;

	dmabuf = dma_buf_get(arg->fd);
	imp = take_import(gf, IS_ERR(dmabuf) ? NULL : dmabuf, arg->fd);
	if (!IS_ERR(dmabuf))
		dma_buf_put(dmabuf);
	if (!imp)
		return -ENOENT;
	import_release(imp);
	return 0;
}

/* The file goes, and takes its imports along. */
void gntdev_dmabuf_imp_release_all(struct gntdev_file *gf)
{
	struct gntdev_import *imp, *next;

	list_for_each_entry_safe(imp, next, &gf->imports, node)
		import_release(imp);
}

int gntdev_dmabuf_imp_init(void)
{
	int err;

	xen_pending_begin(&pending, revoke_again, import_put_pending);
	frames_dev = root_device_register("xen-gntdev");
	if (IS_ERR(frames_dev))
		return PTR_ERR(frames_dev);
	set_dma_ops(frames_dev, &frames_dma_ops);
	err = dma_coerce_mask_and_coherent(frames_dev, DMA_BIT_MASK(64));
	if (err)
		root_device_unregister(frames_dev);
	return err;
}

unsigned int gntdev_dmabuf_imp_pending(void)
{
	return xen_pending_count(&pending);
}

void gntdev_dmabuf_imp_exit(void)
{
	xen_pending_end(&pending);
	root_device_unregister(frames_dev);
}
