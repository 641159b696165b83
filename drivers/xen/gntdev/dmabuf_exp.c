// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants of another domain as a dma-buf.
 *
 * An export is a map whose grants stay mapped as long as the dma-buf lives. It
 * does not need the file that made it, which only remembers it so that somebody
 * can wait for its end.
 *
 * In a PV domain, pages that follow each other here need not do so in the
 * machine, so devices are given them one by one; and a process can see them
 * only by a grant of its own (pv.c), which is what mmap() of the dma-buf makes.
 * What cannot be had there is a kernel mapping of several pages in a row:
 * Xen would refuse the page tables.
 */
#include <linux/completion.h>
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/iosys-map.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include <xen/gntdev.h>
#include <xen/xen.h>

#include "compat/mm.h"
#include "compat/module.h"
#include "gntdev/dma_alloc.h"
#include "gntdev/dmabuf.h"
#include "gntdev/gntdev.h"

/**
 * struct gntdev_export - an exported dma-buf
 * @node: in gntdev_file.exports, or empty; protected by exports_lock
 * @dmabuf: the dma-buf, for comparison
 * @fd: the descriptor that the caller was told
 * @users: dma-buf, and those that wait for its end
 * @released: the last user of the dma-buf has let go of it
 * @map: the grants
 * @lock: protects @mappings
 * @mappings: struct export_mapping
 */
struct gntdev_export {
	struct list_head node;
	struct dma_buf *dmabuf;
	u32 fd;
	refcount_t users;
	struct completion released;
	struct gntdev_map *map;
	/* Protects: */
	struct mutex lock;
	struct list_head mappings;
};

/**
 * struct export_mapping - what a device has of an export; one for each time
 * that it asked, because the kernel keeps none for it
 * @node: in gntdev_export.mappings
 * @dev: the device
 * @sgt: the pages as the device sees them
 */
struct export_mapping {
	struct list_head node;
	struct device *dev;
	struct sg_table sgt;
};

/* A reference to be dropped by a worker. */
struct put_work {
	struct work_struct work;
	struct dma_buf *dmabuf;
};

/* Protects the lists of exports of all files. */
static DEFINE_MUTEX(exports_lock);

static void export_put(struct gntdev_export *exp)
{
	if (!refcount_dec_and_test(&exp->users))
		return;
	mutex_destroy(&exp->lock);
	kfree(exp);
}

/*
 * The domain was restored: there is no memory behind the pages any more, and the
 * numbers of the domains that it was of may be other domains' now.
 */
static int export_check(const struct gntdev_export *exp)
{
	if (!gntdev_map_lost(exp->map))
		return 0;
	return gntdev_refuse(GNTDEV_R_RESTORED, -EINVAL, exp->fd);
}

static struct sg_table *exp_map(struct dma_buf_attachment *attach,
				enum dma_data_direction dir)
{
	const unsigned int segment = xen_pv_domain() ? PAGE_SIZE : UINT_MAX;
	struct gntdev_export *exp = attach->dmabuf->priv;
	struct export_mapping *m;
	int err;

	err = export_check(exp);
	if (err)
		return ERR_PTR(err);
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->dev = attach->dev;
	err = sg_alloc_table_from_pages_segment(&m->sgt, exp->map->pages,
						exp->map->count, 0,
						attach->dmabuf->size, segment,
						GFP_KERNEL);
	if (err)
		goto err_free;
	err = dma_map_sgtable(m->dev, &m->sgt, dir, 0);
	if (err)
		goto err_free_table;
	mutex_lock(&exp->lock);
	list_add(&m->node, &exp->mappings);
	mutex_unlock(&exp->lock);
	return &m->sgt;

err_free_table:
	sg_free_table(&m->sgt);
err_free:
	kfree(m);
	return ERR_PTR(err);
}

static void exp_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
		      enum dma_data_direction dir)
{
	struct export_mapping *m = container_of(sgt, struct export_mapping, sgt);
	struct gntdev_export *exp = attach->dmabuf->priv;

	mutex_lock(&exp->lock);
	list_del(&m->node);
	mutex_unlock(&exp->lock);
	dma_unmap_sgtable(m->dev, sgt, dir, 0);
	sg_free_table(sgt);
	kfree(m);
}

static int exp_begin_cpu_access(struct dma_buf *dmabuf,
				enum dma_data_direction dir)
{
	struct gntdev_export *exp = dmabuf->priv;
	struct export_mapping *m;

	mutex_lock(&exp->lock);
	list_for_each_entry(m, &exp->mappings, node)
		dma_sync_sgtable_for_cpu(m->dev, &m->sgt, dir);
	mutex_unlock(&exp->lock);
	return 0;
}

static int exp_end_cpu_access(struct dma_buf *dmabuf,
			      enum dma_data_direction dir)
{
	struct gntdev_export *exp = dmabuf->priv;
	struct export_mapping *m;

	mutex_lock(&exp->lock);
	list_for_each_entry(m, &exp->mappings, node)
		dma_sync_sgtable_for_device(m->dev, &m->sgt, dir);
	mutex_unlock(&exp->lock);
	return 0;
}

static vm_fault_t exp_fault(struct vm_fault *vmf)
{
	struct dma_buf *dmabuf = vmf->vma->vm_file->private_data;
	struct gntdev_export *exp = dmabuf->priv;

	return gntdev_fault(exp->map, vmf);
}

static const struct vm_operations_struct exp_vm_ops = {
	.fault = exp_fault,
};

static pgprot_t export_prot(const struct gntdev_export *exp, pgprot_t prot)
{
	return exp->map->dma ? gntdev_dma_pgprot(exp->map->dma, prot) : prot;
}

/* The VMA holds the dma-buf, and lies within it. */
static int exp_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct gntdev_export *exp = dmabuf->priv;
	unsigned long left = vma_pages(vma);
	int err;

	err = export_check(exp);
	if (err)
		return err;
	if (!(vma->vm_flags & VM_SHARED)) {
		if (vma->vm_flags & VM_WRITE)
			return -EINVAL;
		vm_flags_clear(vma, VM_MAYWRITE);
	}
	if (xen_pv_domain())
		return gntdev_pv_mmap_shared(exp->map, vma);
	vma->vm_ops = &exp_vm_ops;
	/* Of the DMA allocator: in one piece, and no pages to count. */
	if (exp->map->dma)
		return remap_pfn_range(vma, vma->vm_start,
				       page_to_pfn(exp->map->pages[0]) +
				       vma->vm_pgoff, left << PAGE_SHIFT,
				       export_prot(exp, vma->vm_page_prot));
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_MIXEDMAP);
	return vm_insert_pages(vma, vma->vm_start,
			       exp->map->pages + vma->vm_pgoff, &left);
}

static int exp_vmap(struct dma_buf *dmabuf, struct iosys_map *iosys)
{
	struct gntdev_export *exp = dmabuf->priv;
	struct gntdev_map *map = exp->map;
	void *vaddr;
	int err;

	err = export_check(exp);
	if (err)
		return err;
	if (map->count == 1)
		vaddr = page_to_virt(map->pages[0]);
	else
		vaddr = vmap(map->pages, map->count, VM_MAP, export_prot(exp, PAGE_KERNEL));
	if (!vaddr)
		return -ENOMEM;
	iosys_map_set_vaddr(iosys, vaddr);
	return 0;
}

static void exp_vunmap(struct dma_buf *dmabuf, struct iosys_map *iosys)
{
	if (is_vmalloc_addr(iosys->vaddr))
		vunmap(iosys->vaddr);
}

static void exp_release(struct dma_buf *dmabuf)
{
	struct gntdev_export *exp = dmabuf->priv;

	gntdev_grants_close(exp->map);
	gntdev_map_put(exp->map);
	mutex_lock(&exports_lock);
	list_del_init(&exp->node);
	mutex_unlock(&exports_lock);
	complete_all(&exp->released);
	export_put(exp);
}

#define EXP_OPS					\
	.map_dma_buf		= exp_map,		\
	.unmap_dma_buf		= exp_unmap,		\
	.begin_cpu_access	= exp_begin_cpu_access,	\
	.end_cpu_access		= exp_end_cpu_access,	\
	.mmap			= exp_mmap,		\
	.release		= exp_release

static const struct dma_buf_ops exp_ops = {
	EXP_OPS,
	.vmap			= exp_vmap,
	.vunmap			= exp_vunmap,
};

/* One that cannot be had in one piece says so by having no such operation. */
static const struct dma_buf_ops exp_pieces_ops = {
	EXP_OPS,
};

static bool is_in_pieces(const struct gntdev_map *map)
{
	return xen_pv_domain() && map->count > 1;
}

/* A dma-buf of the map, whose reference goes to it. */
static struct gntdev_export *export_new(struct gntdev_map *map)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct gntdev_export *exp;
	struct dma_buf *dmabuf;

	exp = kzalloc(sizeof(*exp), GFP_KERNEL_ACCOUNT);
	if (!exp)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&exp->node);
	refcount_set(&exp->users, 1);
	init_completion(&exp->released);
	exp->map = map;
	mutex_init(&exp->lock);
	INIT_LIST_HEAD(&exp->mappings);

	info.ops = is_in_pieces(map) ? &exp_pieces_ops : &exp_ops;
	info.size = (size_t)map->count << PAGE_SHIFT;
	info.flags = O_RDWR;
	info.priv = exp;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		export_put(exp);
		return ERR_CAST(dmabuf);
	}
	exp->dmabuf = dmabuf;
	return exp;
}

static int copy_refs(struct gntdev_map *map, const u32 __user *uref, u32 domid)
{
	const u32 room = gntdev_batch(map->count) * sizeof(*map->ops) / sizeof(*uref);
	u32 *ref = (void *)map->ops;
	u32 i, k, nr;

	for (i = 0; i < map->count; i += nr) {
		nr = min(room, map->count - i);
		if (copy_from_user(ref, uref + i, nr * sizeof(*ref)))
			return -EFAULT;
		for (k = 0; k < nr; k++)
			gntdev_grant_init(&map->grants[i + k], domid, ref[k]);
	}
	return 0;
}

/* The grants, mapped. */
static struct gntdev_map *
map_refs(struct device *dev, const struct ioctl_gntdev_dmabuf_exp_from_refs *arg,
	 const u32 __user *uref)
{
	struct gntdev_map *map;
	int err;

	map = gntdev_map_new(arg->count, dev, arg->flags);
	if (IS_ERR(map))
		return map;
	err = copy_refs(map, uref, arg->domid) ?: gntdev_grants_map(map);
	if (err) {
		gntdev_map_put(map);
		return ERR_PTR(err);
	}
	return map;
}

/* Tell the caller and the file, and then make it visible. */
static int export_install(struct gntdev_file *gf, struct gntdev_export *exp,
			  u32 __user *ufd)
{
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	if (put_user(fd, ufd)) {
		put_unused_fd(fd);
		return -EFAULT;
	}
	exp->fd = fd;
	mutex_lock(&exports_lock);
	list_add(&exp->node, &gf->exports);
	mutex_unlock(&exports_lock);
	fd_install(fd, exp->dmabuf->file);
	return 0;
}

long gntdev_dmabuf_exp_from_refs(struct xen_ioctl_call *call)
{
	struct ioctl_gntdev_dmabuf_exp_from_refs *arg = call->arg;
	struct ioctl_gntdev_dmabuf_exp_from_refs __user *u = call->uarg;
	struct gntdev_file *gf = call->file;
	struct gntdev_export *exp;
	struct gntdev_map *map;
	int err;

	err = gntdev_check_count(arg->count);
	if (err)
		return err;
	arg->flags &= GNTDEV_DMA_FLAG_WC | GNTDEV_DMA_FLAG_COHERENT;
	if (arg->flags == (GNTDEV_DMA_FLAG_WC | GNTDEV_DMA_FLAG_COHERENT))
		return -EINVAL;
	map = map_refs(gf->dev, arg, u->refs);
	if (IS_ERR(map))
		return PTR_ERR(map);
	exp = export_new(map);
	if (IS_ERR(exp)) {
		gntdev_grants_close(map);
		gntdev_map_put(map);
		return PTR_ERR(exp);
	}
	err = export_install(gf, exp, &u->fd);
	if (err)
		dma_buf_put(exp->dmabuf);
	return err;
}

/*
 * The export that @fd is, or else was when the caller was told: the number may
 * have been given to something else since. With a reference; NULL: none.
 */
static struct gntdev_export *find_export(struct gntdev_file *gf,
					 const struct dma_buf *dmabuf, u32 fd)
{
	struct gntdev_export *exp, *found = NULL;

	mutex_lock(&exports_lock);
	list_for_each_entry(exp, &gf->exports, node) {
		if (exp->dmabuf == dmabuf) {
			found = exp;
			break;
		}
		if (!found && exp->fd == fd)
			found = exp;
	}
	if (found)
		refcount_inc(&found->users);
	mutex_unlock(&exports_lock);
	return found;
}

/*
 * Drop a reference that may be the last. From here the dma-buf would end when
 * this call returns, which may be waiting for that; from a kernel thread it ends
 * soon.
 */
static void put_elsewhere_fn(struct work_struct *work)
{
	struct put_work *put = container_of(work, struct put_work, work);

	dma_buf_put(put->dmabuf);
}

static void put_elsewhere(struct dma_buf *dmabuf)
{
	struct put_work put = { .dmabuf = dmabuf };

	INIT_WORK_ONSTACK(&put.work, put_elsewhere_fn);
	schedule_work(&put.work);
	flush_work(&put.work);
	destroy_work_on_stack(&put.work);
}

static int export_wait(struct gntdev_export *exp, u32 ms)
{
	long left;

	left = wait_for_completion_killable_timeout(&exp->released,
						    msecs_to_jiffies(ms));
	if (left < 0)
		return left;
	if (!left)
		return -ETIMEDOUT;
	return 0;
}

long gntdev_dmabuf_exp_wait_released(struct xen_ioctl_call *call)
{
	const struct ioctl_gntdev_dmabuf_exp_wait_released *arg = call->arg;
	struct gntdev_file *gf = call->file;
	struct gntdev_export *exp;
	struct dma_buf *dmabuf;
	int err;

	dmabuf = dma_buf_get(arg->fd);
	if (IS_ERR(dmabuf))
		dmabuf = NULL;
	exp = find_export(gf, dmabuf, arg->fd);
	if (dmabuf)
		put_elsewhere(dmabuf);
	if (!exp)
		return -ENOENT;
	err = export_wait(exp, arg->wait_to_ms);
	export_put(exp);
	return err;
}

/* The file goes. What it exported does not. */
void gntdev_dmabuf_exp_forget(struct gntdev_file *gf)
{
	struct gntdev_export *exp, *next;

	mutex_lock(&exports_lock);
	list_for_each_entry_safe(exp, next, &gf->exports, node)
		list_del_init(&exp->node);
	mutex_unlock(&exports_lock);
}

MODULE_IMPORT_NS("DMA_BUF");
