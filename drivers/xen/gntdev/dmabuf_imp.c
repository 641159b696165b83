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
 * The grants go back when the import is released. One that the peer has still
 * mapped cannot be taken from it; until it can, the whole import stays, so that
 * the exporter does not give the memory to somebody else (pending.c).
 */
#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/gntdev.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "compat/dma.h"
#include "gntdev/dmabuf.h"
#include "gntdev/gntdev.h"
#include "gntdev/observe.h"

/**
 * struct gntdev_import - an imported dma-buf
 * @node: in gntdev_file.imports; protected by imports_lock
 * @fd: the descriptor that the caller had
 * @count: number of pages
 * @dmabuf: the dma-buf, with a reference
 * @attach: our device there
 * @sgt: its memory
 * @pending: to wait for the peer
 * @refs: grant reference of each page, 0 for none
 */
struct gntdev_import {
	struct list_head node;
	u32 fd;
	u32 count;
	struct dma_buf *dmabuf;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	struct gntdev_pending pending;
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

/* Whole pages, as many as was said, and all of them memory? */
static int import_check(const struct gntdev_import *imp)
{
	struct scatterlist *sg;
	u64 pages = 0;
	int i;

	for_each_sgtable_dma_sg(imp->sgt, sg, i) {
		if (!PAGE_ALIGNED(sg_dma_address(sg) | sg_dma_len(sg)))
			return -EINVAL;
		if (!pfn_valid(PHYS_PFN(sg_dma_address(sg))))
			return -EINVAL;
		pages += sg_dma_len(sg) >> PAGE_SHIFT;
	}
	return pages == imp->count ? 0 : -EINVAL;
}

/* Returns how many the peer still has. */
static u32 import_revoke(struct gntdev_import *imp)
{
	u32 i, left = 0;

	for (i = 0; i < imp->count; i++) {
		if (!imp->refs[i])
			continue;
		if (gnttab_try_end_foreign_access(imp->refs[i]))
			imp->refs[i] = 0;
		else
			left++;
	}
	return left;
}

static int import_grant(struct gntdev_import *imp, domid_t domid)
{
	struct sg_dma_page_iter iter;
	unsigned long gfn;
	u32 i = 0;
	int ref;

	for_each_sgtable_dma_page(imp->sgt, &iter, 0) {
		gfn = pfn_to_gfn(PHYS_PFN(sg_page_iter_dma_address(&iter)));
		ref = gnttab_grant_foreign_access(domid, gfn, 0);
		if (ref < 0)
			return gntdev_refuse(GNTDEV_R_GRANT_TABLE, ref, i);
		imp->refs[i++] = ref;
	}
	return 0;
}

static void import_free(struct gntdev_import *imp)
{
	import_detach(imp);
	dma_buf_put(imp->dmabuf);
	kvfree(imp);
}

/* Nobody finds it any more. */
static void import_release(struct gntdev_import *imp)
{
	if (import_revoke(imp))
		gntdev_pending_add(&imp->pending);
	else
		import_free(imp);
}

static bool import_look(struct gntdev_pending *p)
{
	return import_revoke(container_of(p, struct gntdev_import, pending));
}

static void import_put(struct gntdev_pending *p)
{
	import_free(container_of(p, struct gntdev_import, pending));
}

/* The reference to the dma-buf goes to the import. */
static struct gntdev_import *import_new(struct dma_buf *dmabuf, u32 fd,
					u32 count)
{
	struct gntdev_import *imp;
	int err;

	imp = kvzalloc(struct_size(imp, refs, count),
		       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!imp)
		return ERR_PTR(gntdev_refuse(GNTDEV_R_MEMORY, -ENOMEM, count));
	imp->fd = fd;
	imp->count = count;
	imp->dmabuf = dmabuf;
	imp->pending.look = import_look;
	imp->pending.put = import_put;
	err = import_attach(imp);
	if (err) {
		gntdev_refuse(GNTDEV_R_ATTACH, err, fd);
		goto err_imp;
	}
	err = import_check(imp);
	if (err) {
		gntdev_refuse(GNTDEV_R_NOT_PAGES, err, fd);
		goto err_attach;
	}
	return imp;

err_attach:
	import_detach(imp);
err_imp:
	kvfree(imp);
	return ERR_PTR(err);
}

static struct gntdev_import *import_fd(u32 fd, u32 count)
{
	struct gntdev_import *imp;
	struct dma_buf *dmabuf;

	dmabuf = dma_buf_get(fd);
	if (IS_ERR(dmabuf)) {
		gntdev_refuse(GNTDEV_R_NO_DMABUF, PTR_ERR(dmabuf), fd);
		return ERR_CAST(dmabuf);
	}
	if (dmabuf->size == (u64)count << PAGE_SHIFT)
		imp = import_new(dmabuf, fd, count);
	else
		imp = ERR_PTR(gntdev_refuse(GNTDEV_R_DMABUF_SIZE, -EINVAL, count));
	if (IS_ERR(imp))
		dma_buf_put(dmabuf);
	return imp;
}

int gntdev_dmabuf_imp_to_refs(struct gntdev_file *gf, void __user *uarg)
{
	struct ioctl_gntdev_dmabuf_imp_to_refs __user *u = uarg;
	struct ioctl_gntdev_dmabuf_imp_to_refs arg;
	struct gntdev_import *imp;
	int err;

	if (copy_from_user(&arg, u, sizeof(arg)))
		return -EFAULT;
	err = gntdev_check_count(arg.count);
	if (err)
		return err;
	imp = import_fd(arg.fd, arg.count);
	if (IS_ERR(imp))
		return PTR_ERR(imp);
	err = import_grant(imp, arg.domid);
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

int gntdev_dmabuf_imp_release(struct gntdev_file *gf, void __user *uarg)
{
	struct ioctl_gntdev_dmabuf_imp_release arg;
	struct gntdev_import *imp;
	struct dma_buf *dmabuf;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	dmabuf = dma_buf_get(arg.fd);
	imp = take_import(gf, IS_ERR(dmabuf) ? NULL : dmabuf, arg.fd);
	if (!IS_ERR(dmabuf))
		dma_buf_put(dmabuf);
	if (!imp)
		return gntdev_refuse(GNTDEV_R_NOT_IMPORTED, -ENOENT, arg.fd);
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

	frames_dev = root_device_register("xen-gntdev");
	if (IS_ERR(frames_dev))
		return PTR_ERR(frames_dev);
	set_dma_ops(frames_dev, &frames_dma_ops);
	err = dma_coerce_mask_and_coherent(frames_dev, DMA_BIT_MASK(64));
	if (err)
		root_device_unregister(frames_dev);
	return err;
}

void gntdev_dmabuf_imp_exit(void)
{
	root_device_unregister(frames_dev);
}
