// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of a map.
 *
 * In an auto-translated domain the pages of a map are ordinary pages to a
 * process; the page tables hold references to them, and fork, munmap of a part
 * and mremap work as for any other. A PV domain is in pv.c.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include <xen/gntdev.h>
#include <xen/xen.h>

#include "compat/mm.h"
#include "gntdev/gntdev.h"

static void xlate_vma_open(struct vm_area_struct *vma)
{
	struct gntdev_map *map = vma->vm_private_data;

	atomic_inc(&map->vmas);
	refcount_inc(&map->users);
}

/* The page table entries are gone already. */
static void xlate_vma_close(struct vm_area_struct *vma)
{
	struct gntdev_map *map = vma->vm_private_data;

	if (atomic_dec_and_test(&map->vmas))
		gntdev_grants_close(map);
	gntdev_map_put(map);
}

/*
 * A page whose entry was dropped, by madvise for instance, is gone: SIGBUS. One
 * whose grant went when the domain was restored is replaced by memory of the
 * process's own, which is all zero: the peer of a vchan that has closed it leaves
 * a zero behind, too.
 */
vm_fault_t gntdev_fault(const struct gntdev_map *map, struct vm_fault *vmf)
{
	if (!gntdev_map_lost(map))
		return VM_FAULT_SIGBUS;
	vmf->page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	return vmf->page ? 0 : VM_FAULT_OOM;
}

static vm_fault_t xlate_vma_fault(struct vm_fault *vmf)
{
	return gntdev_fault(vmf->vma->vm_private_data, vmf);
}

/*
 * The domain was restored: take out of the page tables what has no memory behind
 * it any more. In a PV domain there is nothing to take out: the toolstack does not
 * save a page table that has such an entry. All files of a node have one mapping,
 * as a rule.
 */
void gntdev_vma_restored(const struct list_head *files)
{
	struct address_space *last = NULL;
	struct gntdev_file *gf;

	if (xen_pv_domain())
		return;
	list_for_each_entry(gf, files, entry.node) {
		if (gf->mapping != last)
			unmap_mapping_range(gf->mapping, 0, 0, 1);
		last = gf->mapping;
	}
}

static const struct vm_operations_struct xlate_vm_ops = {
	.open	= xlate_vma_open,
	.close	= xlate_vma_close,
	.fault	= xlate_vma_fault,
};

static int xlate_mmap(struct gntdev_map *map, struct vm_area_struct *vma)
{
	unsigned long left = map->count;
	int err;

	err = gntdev_grants_map(map);
	if (err)
		return err;
	err = vm_insert_pages(vma, vma->vm_start, map->pages, &left);
	if (err) {
		/* What was inserted goes when the kernel undoes the mmap. */
		gntdev_grants_release(map, 0, map->count);
		return err;
	}
	vma->vm_ops = &xlate_vm_ops;
	vma->vm_private_data = map;
	xlate_vma_open(vma);
	return 0;
}

int gntdev_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct gntdev_file *gf = file->private_data;
	struct gntdev_map *map;
	int err;

	/* A copy on write would be a copy of the granter's memory. */
	if ((vma->vm_flags & VM_WRITE) && !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	map = gntdev_index_claim(gf, vma->vm_pgoff, vma_pages(vma));
	if (!map)
		return -EINVAL;

	/* The numbers of its domains may be other domains' now. */
	if (gntdev_map_lost(map)) {
		err = gntdev_refuse(GNTDEV_R_RESTORED, -EINVAL,
				    (u64)vma->vm_pgoff << PAGE_SHIFT);
		goto out;
	}
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_MIXEDMAP);
	if (!(vma->vm_flags & VM_WRITE)) {
		/* Nor may it become writable: Xen maps it for reading. */
		vm_flags_clear(vma, VM_MAYWRITE);
		mutex_lock(&map->lock);
		map->readonly = true;
		mutex_unlock(&map->lock);
	}
	if (xen_pv_domain())
		err = gntdev_pv_mmap(map, vma);
	else
		err = xlate_mmap(map, vma);
out:
	gntdev_map_put(map);
	return err;
}

static struct gntdev_map *vma_map(const struct vm_area_struct *vma)
{
	if (vma->vm_ops == &xlate_vm_ops)
		return vma->vm_private_data;
	return gntdev_pv_vma_map(vma);
}

long gntdev_get_offset_for_vaddr(struct xen_ioctl_call *call)
{
	struct ioctl_gntdev_get_offset_for_vaddr *arg = call->arg;
	struct mm_struct *mm = current->mm;
	struct gntdev_map *map = NULL;
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, arg->vaddr);
	if (vma)
		map = vma_map(vma);
	if (map) {
		arg->offset = map->index << PAGE_SHIFT;
		arg->count = map->count;
	}
	mmap_read_unlock(mm);
	if (!map)
		return -EINVAL;
	if (copy_to_user(call->uarg, arg, sizeof(*arg)))
		return -EFAULT;
	return 0;
}
