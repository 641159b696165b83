// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a mapping of foreign frames.
 *
 * mmap() of /dev/xen/privcmd makes an empty VMA. The first ioctl on it gives it
 * a map, which lives until the VMA is gone, and fills pages with frames. A page
 * is filled at most once. In a PV domain the frame is in the page table entry
 * and nowhere else (pv.c). In an auto-translated one it is put behind a page of
 * ours that has no memory (xlate.c), and that page is what is mapped.
 *
 * What a process can do to a VMA:
 *
 *	munmap, mprotect of a part	refused: may_split
 *	fork				not inherited: VM_DONTCOPY
 *	growing				refused: VM_DONTEXPAND
 *	moving				auto-translated: the map goes along.
 *					PV: refused, see privcmd_vma_open()
 *	mprotect			PV: refused, Xen would have to be told
 *	anything, while an ioctl runs	the ioctl holds a reference on the map
 *					and looks for the VMA again before it
 *					touches page tables
 *
 * Lock hierarchy:
 *
 *	privcmd_map.lock	filling; what is mapped, for ioeventfd.c
 *	  mmap_lock, read	page tables, the map's place in the VMA
 *	  mmap_lock, write	when a mapping gets its map, and when it loses it
 *	    the kernel's	page tables, notifiers
 *
 * The kernel holds mmap_lock, or the lock of one VMA, when it tells us what
 * becomes of a VMA (privcmd_vm_ops) or of its entries (pv.c). Then we take no
 * lock of ours, but the last reference on a map may go: Xen is asked to take the
 * frames back, and the kernel waits for those who are still being told.
 *
 * vma->vm_private_data, the map, changes with mmap_lock held for writing. While
 * user memory is copied, and what a map or an ioctl needs is allocated, mmap_lock
 * is not held, so that page faults of other threads go on meanwhile. It is held
 * while the kernel allocates page tables and what it keeps of a notifier, and in
 * a PV domain during the hypercalls that fill entries.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "compat/mm.h"
#include "lib/resume.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"
#include "privcmd/trace.h"

void privcmd_map_put(struct privcmd_map *map)
{
	if (!refcount_dec_and_test(&map->users))
		return;
	map->ops->release(map);
	kvfree(map->resource);
	kvfree(map);
}

/* One VMA more, or less, refers to the map: debugfs shows that of each file. */
void privcmd_map_count(const struct vm_area_struct *vma,
		       const struct privcmd_map *map, int by)
{
	struct privcmd_file *pf = vma->vm_file->private_data;

	atomic_add(by, &pf->mappings);
	atomic_long_add(by * (long)map->nr, &pf->pages);
}

/*
 * The VMA is being copied in order to be moved. By the time that mremap() asks
 * us it has moved the page table entries. Xen would refuse to have entries with
 * foreign frames written by anybody but us, so there must be none: the mapping
 * is emptied for good, and the move refused.
 */
static void privcmd_vma_open(struct vm_area_struct *vma)
{
	struct privcmd_map *map = vma->vm_private_data;
	struct vm_area_struct *old;

	if (!map)
		return;
	refcount_inc(&map->users);
	privcmd_map_count(vma, map, 1);
	if (map->ops->movable)
		return;
	old = vma_lookup(vma->vm_mm, map->start);
	if (WARN_ON_ONCE(!old || old->vm_private_data != map))
		return;
	zap_special_vma_range(old, old->vm_start, old->vm_end - old->vm_start);
	map->emptied = true;
}

static int privcmd_vma_mremap(struct vm_area_struct *vma)
{
	struct privcmd_map *map = vma->vm_private_data;

	if (!map)
		return 0;
	if (!map->ops->movable)
		return -EINVAL;
	map->start = vma->vm_start;
	return 0;
}

static void privcmd_vma_close(struct vm_area_struct *vma)
{
	struct privcmd_map *map = vma->vm_private_data;

	if (!map)
		return;
	trace_unmap(map->nr);
	privcmd_map_count(vma, map, -1);
	privcmd_map_put(map);
}

static int privcmd_vma_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	return -EINVAL;
}

static int privcmd_vma_mprotect(struct vm_area_struct *vma, unsigned long start,
				unsigned long end, unsigned long newflags)
{
	const struct privcmd_map *map = vma->vm_private_data;

	return !map || map->ops->movable ? 0 : -EINVAL;
}

static vm_fault_t privcmd_vma_fault(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct privcmd_vm_ops = {
	.open		= privcmd_vma_open,
	.close		= privcmd_vma_close,
	.may_split	= privcmd_vma_may_split,
	.mremap		= privcmd_vma_mremap,
	.mprotect	= privcmd_vma_mprotect,
	.fault		= privcmd_vma_fault,
};

int privcmd_mmap(struct file *file, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTCOPY | VM_DONTEXPAND |
			  VM_DONTDUMP);
	vma->vm_ops = &privcmd_vm_ops;
	vma->vm_private_data = NULL;
	return 0;
}

/*
 * Lock the address space, and find the mapping of ours that has the whole span:
 * if the span has a map already, the mapping of that map, not moved since.
 * Returns NULL, with nothing locked, if there is none, or no frames can be in it
 * any more.
 */
struct vm_area_struct *privcmd_span_lock(struct privcmd_span *span, bool write)
{
	struct mm_struct *mm = current->mm;
	const struct privcmd_map *map;
	struct vm_area_struct *vma;

	if (write)
		mmap_write_lock(mm);
	else
		mmap_read_lock(mm);
	vma = vma_lookup(mm, span->addr);
	if (!vma || vma->vm_ops != &privcmd_vm_ops || !PAGE_ALIGNED(span->addr) ||
	    span->nr > (vma->vm_end - span->addr) >> PAGE_SHIFT)
		goto err;
	map = vma->vm_private_data;
	if (map && (map->emptied || map->generation != xen_resume_generation()))
		goto err;
	if (!span->map ||
	    (map == span->map &&
	     span->addr - vma->vm_start == span->first << PAGE_SHIFT))
		return vma;
err:
	if (write)
		mmap_write_unlock(mm);
	else
		mmap_read_unlock(mm);
	return NULL;
}

/* The map behind an address, and the page of it, with a reference. */
struct privcmd_map *privcmd_map_get(unsigned long addr, unsigned long *page)
{
	struct privcmd_span span = { .addr = addr, .nr = 1 };
	struct vm_area_struct *vma = privcmd_span_lock(&span, false);
	struct privcmd_map *map;

	if (!vma) {
		/* Only an address where there is nothing at all is a bad one. */
		mmap_read_lock(current->mm);
		vma = vma_lookup(current->mm, addr);
		mmap_read_unlock(current->mm);
		return ERR_PTR(vma ? -EINVAL : -EFAULT);
	}
	map = vma->vm_private_data;
	if (map)
		refcount_inc(&map->users);
	*page = (addr - vma->vm_start) >> PAGE_SHIFT;
	mmap_read_unlock(current->mm);
	return map ?: ERR_PTR(-EINVAL);
}
