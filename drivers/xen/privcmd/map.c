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
 *	  mmap_lock, write	the same where a notifier begins (PV), and when
 *				a mapping is given up
 *	    the kernel's	page tables, notifiers
 *
 * The kernel holds mmap_lock, or the lock of one VMA, when it tells us what
 * becomes of a VMA (privcmd_vm_ops) or of its entries (pv_empty.c). Then we take
 * no lock of ours, but the last reference on a map may go: Xen is asked to take
 * the frames back, and the kernel waits for those who are still being told.
 *
 * vma->vm_private_data goes from NULL to a map by cmpxchg with mmap_lock held
 * for reading (for writing in a PV domain, where a notifier begins at once),
 * and back with it held for writing. While user memory is copied, and what a map
 * or an ioctl needs is allocated, mmap_lock is not held, so that page faults of
 * other threads go on meanwhile. It is held while the kernel allocates page
 * tables and what it keeps of a notifier, and in a PV domain during the
 * hypercalls that fill entries.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <xen/features.h>
#include <xen/xen.h>

#include "compat/mm.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"
#include "privcmd/trace.h"

static const struct vm_operations_struct privcmd_vm_ops;

/* Wherever the mapping begins. */
static unsigned long max_tables(unsigned long nr)
{
	return (nr + PTRS_PER_PTE - 2) / PTRS_PER_PTE + 1;
}

/* Most mappings are of a page or a few: for them, an allocation less. */
static int filled_alloc(struct privcmd_map *map)
{
	const unsigned long words = BITS_TO_LONGS(map->nr);
	u64 *room = map->few;

	static_assert(sizeof(long) == sizeof(u64));
	if (words > 1)
		room = kvcalloc(words + max_tables(map->nr), sizeof(*room),
				GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	map->filled = (unsigned long *)room;
	map->tables = room + words;
	return room ? 0 : -ENOMEM;
}

static void filled_free(struct privcmd_map *map)
{
	if (map->filled != (unsigned long *)map->few)
		kvfree(map->filled);
}

/* What is set aside for all pages of it. */
static int map_equip(struct privcmd_map *map)
{
	if (filled_alloc(map))
		goto err_memory;
	if (xen_pv_domain())
		return 0;
	if (!privcmd_xlate_hold(map->nr, map->restricted)) {
		filled_free(map);
		return privcmd_refuse(PRIVCMD_R_MAPPING_SIZE, -ENOMEM, map->nr);
	}
	if (!privcmd_xlate_alloc(map))
		return 0;
	filled_free(map);
err_memory:
	return -ENOMEM;
}

static struct privcmd_map *map_new(unsigned long nr, bool restricted)
{
	struct privcmd_map *map;
	int err;

	map = kzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
	if (!map)
		return ERR_PTR(-ENOMEM);
	refcount_set(&map->users, 1);
	mutex_init(&map->lock);
	map->nr = nr;
	map->generation = xen_resume_generation();
	map->restricted = restricted;
	map->resource_domid = DOMID_INVALID;
	err = map_equip(map);
	if (!err)
		return map;
	kfree(map);
	return ERR_PTR(err);
}

void privcmd_map_put(struct privcmd_map *map)
{
	if (!refcount_dec_and_test(&map->users))
		return;
	if (map->pages)
		privcmd_xlate_free(map);
	privcmd_pv_unwatch(map);
	privcmd_frames_free(map, map->frames);
	filled_free(map);
	kfree(map);
}

/* One VMA more, or less, that refers to a map: for the file that it is of. */
static void count_mapping(const struct vm_area_struct *vma,
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
	count_mapping(vma, map, 1);
	if (!xen_pv_domain())
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
	if (xen_pv_domain())
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
	count_mapping(vma, map, -1);
	privcmd_map_put(map);
}

static int privcmd_vma_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	return -EINVAL;
}

static int privcmd_vma_mprotect(struct vm_area_struct *vma, unsigned long start,
				unsigned long end, unsigned long newflags)
{
	return xen_pv_domain() && vma->vm_private_data ? -EINVAL : 0;
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

/* The mapping of ours that holds the whole range, or NULL. */
static struct vm_area_struct *find_vma_of_ours(unsigned long addr,
					       unsigned long nr)
{
	struct vm_area_struct *vma;

	mmap_assert_locked(current->mm);

	if (!PAGE_ALIGNED(addr))
		return NULL;
	vma = vma_lookup(current->mm, addr);
	if (!vma || vma->vm_ops != &privcmd_vm_ops)
		return NULL;
	if (nr > (vma->vm_end - addr) >> PAGE_SHIFT)
		return NULL;
	return vma;
}

/* The map behind an address, and the page of it, with a reference. */
struct privcmd_map *privcmd_map_get(unsigned long addr, unsigned long *page)
{
	struct privcmd_map *map = ERR_PTR(-EFAULT);
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, addr);
	if (vma)
		map = ERR_PTR(-EINVAL);
	vma = find_vma_of_ours(addr, 1);
	if (vma && READ_ONCE(vma->vm_private_data) &&
	    !privcmd_map_is_dead(vma->vm_private_data)) {
		map = vma->vm_private_data;
		refcount_inc(&map->users);
		*page = (addr - vma->vm_start) >> PAGE_SHIFT;
	}
	mmap_read_unlock(current->mm);
	return map;
}

static bool claim_allows(struct vm_area_struct *vma, unsigned long addr,
			 unsigned long nr, enum privcmd_claim claim)
{
	const struct privcmd_map *used = READ_ONCE(vma->vm_private_data);

	if (used && privcmd_map_is_dead(used))
		return false;
	switch (claim) {
	case PRIVCMD_CLAIM_BATCH:
		return used || (addr == vma->vm_start && nr == vma_pages(vma));
	case PRIVCMD_CLAIM_START:
		return !used && addr == vma->vm_start;
	case PRIVCMD_CLAIM_UNUSED:
		return !used;
	}
	return false;
}

/* The map to make, if there is none. */
struct wanted {
	unsigned long pages;
	bool restricted;
};

static void wanted_for(struct wanted *wanted, struct vm_area_struct *vma)
{
	const struct privcmd_file *pf = vma->vm_file->private_data;

	wanted->pages = vma_pages(vma);
	wanted->restricted = xen_restricted(&pf->restriction);
}

/*
 * Look for the mapping. Returns 0 with a reference on its map, or with no map
 * and what the one to make has to be like.
 */
static int span_find(struct privcmd_span *span, enum privcmd_claim claim,
		     struct wanted *wanted)
{
	struct vm_area_struct *vma;
	int err = -EINVAL;

	mmap_read_lock(current->mm);
	vma = find_vma_of_ours(span->addr, span->nr);
	if (vma && claim_allows(vma, span->addr, span->nr, claim)) {
		span->first = (span->addr - vma->vm_start) >> PAGE_SHIFT;
		span->map = READ_ONCE(vma->vm_private_data);
		if (span->map)
			refcount_inc(&span->map->users);
		wanted_for(wanted, vma);
		err = 0;
	}
	mmap_read_unlock(current->mm);
	return err;
}

/* Give the mapping its map, unless something happened to it meanwhile. */
static int span_attach(struct privcmd_span *span, enum privcmd_claim claim)
{
	struct privcmd_map *map = span->map;
	const bool watch = xen_pv_domain();
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int err = -EINVAL;

	if (watch)
		mmap_write_lock(mm);
	else
		mmap_read_lock(mm);
	vma = find_vma_of_ours(span->addr, span->nr);
	if (vma && vma_pages(vma) == map->nr &&
	    span->addr - vma->vm_start == span->first << PAGE_SHIFT &&
	    claim_allows(vma, span->addr, span->nr, claim) &&
	    !cmpxchg(&vma->vm_private_data, NULL, map)) {
		map->start = vma->vm_start;
		refcount_inc(&map->users);
		count_mapping(vma, map, 1);
		if (watch)
			privcmd_pv_watch(map, vma);
		err = 0;
	}
	if (watch)
		mmap_write_unlock(mm);
	else
		mmap_read_unlock(mm);
	return err;
}

/*
 * Begin to work on @nr pages at @addr. Ends with privcmd_span_end(), or with
 * privcmd_span_abandon() if nothing came of it.
 */
int privcmd_span_begin(struct privcmd_span *span, unsigned long addr,
		       unsigned long nr, enum privcmd_claim claim)
{
	struct wanted wanted;
	int err;

	span->addr = addr;
	span->nr = nr;
	err = span_find(span, claim, &wanted);
	if (err)
		return err;

	if (!span->map) {
		/*
		 * A batch comes with an array as long as the mapping. The others
		 * may ask for little in a mapping that is huge, and what is set
		 * aside is for all of it.
		 */
		if (claim != PRIVCMD_CLAIM_BATCH &&
		    wanted.pages > totalram_pages())
			return privcmd_refuse(PRIVCMD_R_MAPPING_SIZE, -ENOMEM,
					      wanted.pages);
		span->map = map_new(wanted.pages, wanted.restricted);
		if (IS_ERR(span->map))
			return PTR_ERR(span->map);
		/* Nobody can see it yet; for those who will. */
		mutex_lock(&span->map->lock);
		err = span_attach(span, claim);
	} else {
		mutex_lock(&span->map->lock);
		if (find_next_bit(span->map->filled, span->first + nr,
				  span->first) < span->first + nr)
			err = -EINVAL;
	}
	if (!err)
		return 0;
	privcmd_span_end(span);
	return err;
}

void privcmd_span_end(struct privcmd_span *span)
{
	mutex_unlock(&span->map->lock);
	privcmd_map_put(span->map);
}

/* The same map, and not moved so that another part of it is at the address. */
static bool span_is_at(const struct privcmd_span *span,
		       const struct vm_area_struct *vma)
{
	return READ_ONCE(vma->vm_private_data) == span->map &&
	       span->addr - vma->vm_start == span->first << PAGE_SHIFT;
}

/* NULL when the mapping is not there any more. */
struct vm_area_struct *privcmd_span_find_vma(struct privcmd_span *span)
{
	struct vm_area_struct *vma;

	vma = find_vma_of_ours(span->addr, span->nr);
	return vma && span_is_at(span, vma) ? vma : NULL;
}

/*
 * For a claim on an unused mapping: empty it, make it unused again, and end.
 * The lock is held for writing, so nobody is about to take a reference.
 */
void privcmd_span_abandon(struct privcmd_span *span)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	mmap_write_lock(mm);
	vma = privcmd_span_find_vma(span);
	if (vma) {
		zap_special_vma_range(vma, vma->vm_start, vma->vm_end - vma->vm_start);
		vma->vm_private_data = NULL;
		count_mapping(vma, span->map, -1);
		/* The VMA's; ours is still there. */
		refcount_dec(&span->map->users);
	}
	mmap_write_unlock(mm);
	privcmd_span_end(span);
}

/*
 * Lock the page tables of the span, for filling. Returns NULL, with nothing
 * locked, when the mapping is not there any more.
 */
struct vm_area_struct *privcmd_span_lock_vma(struct privcmd_span *span)
{
	struct vm_area_struct *vma;

	lockdep_assert_held(&span->map->lock);

	mmap_read_lock(current->mm);
	vma = privcmd_span_find_vma(span);
	if (!vma)
		mmap_read_unlock(current->mm);
	return vma;
}

void privcmd_span_unlock_vma(struct privcmd_span *span)
{
	mmap_read_unlock(current->mm);
}
