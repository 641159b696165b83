// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of a map in a PV domain.
 *
 * A frame of another domain gets into a page table entry of ours, and out of it
 * again, by a grant operation that names the machine address of the entry. So a
 * mapping is a *view*: for each page the handle of that second mapping, next to
 * the kernel's own. The kernel must not touch the entries. Before it takes down
 * or changes a range of the address space it calls the notifier, and by the
 * time that the notifier has returned, Xen has cleared the entries.
 *
 * What a process can do to a view:
 *
 *	munmap of a part	the entries go at once; the grants when the VMA of
 *				that part is closed
 *	fork			not inherited: VM_DONTCOPY; after MADV_DOFORK the
 *				child has a VMA that shows nothing: SIGBUS
 *	growing			refused: VM_DONTEXPAND
 *	mprotect		refused, Xen would have to be told
 *	moving			refused, but the entries are gone by the time that
 *				we are asked: SIGBUS from then on
 *	madvise			the entries are gone: SIGBUS from then on
 *
 *	/proc/PID/clear_refs	1, 2 and 3 crash the kernel: it clears the accessed
 *				bit without telling anybody, which Xen refuses. 4
 *				tells: SIGBUS from then on
 *
 * Kernel code that wants the page of an address is given the map's page: the
 * entries are special, and ->find_normal_page() says what is behind them.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/overflow.h>
#include <linux/refcount.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include <xen/grant_table.h>
#include <xen/interface/xen.h>
#include <xen/page.h>

#include "compat/mm.h"
#include "gntdev/gntdev.h"
#include "gntdev/trace.h"
#include "hypercall/hypercall.h"

/**
 * struct pv_view - a mapping
 * @notifier: for the range that was mapped first
 * @map: the pages; the view has a reference
 * @vmas: VMAs that are left of the mapping
 * @start: address of the first page
 * @pgoff: its offset in what was mapped, a file of gntdev or a dma-buf
 * @first: the page of the map that it shows
 * @count: number of pages
 * @owner: the grants are there for this view alone
 * @readonly: the process may only read
 * @mapped: entries that are in place; written with the lock held. After the
 *	domain was restored they and @tables are of another life, and mean nothing
 * @lock: protects what follows once the mapping has been made
 * @handles: Xen's names for the entries, or INVALID_GRANT_HANDLE
 * @ops: operations, as a map has them
 * @tables: machine address of each page table
 *
 * One allocation holds it all.
 */
struct pv_view {
	struct mmu_interval_notifier notifier;
	struct gntdev_map *map;
	unsigned long start;
	unsigned long pgoff;
	refcount_t vmas;
	u32 first;
	u32 count;
	u32 mapped;
	bool owner;
	bool readonly;

	/* Protects: */
	struct mutex lock;
	grant_handle_t *handles;
	union gntdev_op *ops;
	u64 tables[];
};

/* Page tables that so many pages can be in, wherever they begin. */
static size_t view_max_tables(u32 count)
{
	return (count + PTRS_PER_PTE - 2) / PTRS_PER_PTE + 1;
}

/* The operations come before the handles, which need less alignment. */
static size_t view_ops_size(u32 count)
{
	return gntdev_batch(count) * sizeof(union gntdev_op);
}

static u32 view_flags(const struct pv_view *view)
{
	u32 flags = GNTMAP_host_map | GNTMAP_application_map |
		    GNTMAP_contains_pte | (1 << _GNTMAP_guest_avail0);

	return view->readonly ? flags | GNTMAP_readonly : flags;
}

/* Machine address of the entry of page @i. */
static u64 entry_of(const struct pv_view *view, u32 i)
{
	unsigned long addr = view->start + i * PAGE_SIZE;
	unsigned long table = (addr >> PMD_SHIFT) - (view->start >> PMD_SHIFT);

	return view->tables[table] + pte_index(addr) * sizeof(pte_t);
}

/* That of page @i, behind the one at @entry. */
static u64 next_entry(const struct pv_view *view, u32 i, u64 entry)
{
	entry += sizeof(pte_t);
	/* A page table is a page. */
	return offset_in_page(entry) ? entry : entry_of(view, i);
}

/* Xen has forgotten them, and so has whoever restored the page tables. */
static void view_forget_batch(struct pv_view *view, u32 first, u32 nr)
{
	grant_handle_t *handles = view->handles + first;
	u32 i;

	for (i = 0; i < nr; i++)
		handles[i] = INVALID_GRANT_HANDLE;
	WRITE_ONCE(view->mapped, view->mapped - nr);
}

/* Only those that are mapped. */
static void view_unmap_batch(struct pv_view *view, u32 first, u32 nr)
{
	struct gnttab_unmap_grant_ref *ops = &view->ops->unmap;
	grant_handle_t *handles = view->handles + first;
	u64 entry = entry_of(view, first);
	u32 i;

	if (gntdev_map_lost(view->map)) {
		view_forget_batch(view, first, nr);
		return;
	}
	for (i = 0; i < nr; i++) {
		gnttab_set_unmap_op(&ops[i], entry, GNTMAP_contains_pte,
				    handles[i]);
		ops[i].status = GNTST_general_error;
		if (i + 1 < nr)
			entry = next_entry(view, first + i + 1, entry);
	}
	xen_hypercall3(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref,
		       (unsigned long)ops, nr);
	for (i = 0; i < nr; i++) {
		/* Xen knows the handle, or our books are wrong. */
		WARN_ON_ONCE(ops[i].status != GNTST_okay);
		handles[i] = INVALID_GRANT_HANDLE;
	}
	WRITE_ONCE(view->mapped, view->mapped - nr);
}

/* Take the entries of a range out, where there are any. */
static void view_unmap(struct pv_view *view, u32 first, u32 end)
{
	const grant_handle_t *handles = view->handles;
	u32 i, nr;

	lockdep_assert_held(&view->lock);
	for (i = first; i < end; i += nr ?: 1) {
		for (nr = 0; nr < GNTDEV_BATCH && i + nr < end; nr++) {
			if (handles[i + nr] == INVALID_GRANT_HANDLE)
				break;
		}
		if (nr)
			view_unmap_batch(view, i, nr);
	}
}

static int view_map_batch(struct pv_view *view, u32 first, u32 nr,
			  unsigned int *tries)
{
	struct gntdev_grant *grants = view->map->grants + view->first + first;
	grant_handle_t *handles = view->handles + first;
	struct gnttab_map_grant_ref *ops = &view->ops->map;
	const u32 flags = view_flags(view);
	u64 entry = entry_of(view, first);
	int err;
	u32 i;

	for (i = 0; i < nr; i++) {
		gnttab_set_map_op(&ops[i], entry, flags, grants[i].ref,
				  grants[i].domid);
		ops[i].status = GNTST_general_error;
		if (i + 1 < nr)
			entry = next_entry(view, first + i + 1, entry);
	}
	err = gntdev_grants_ask(ops, nr, tries);
	for (i = 0; i < nr; i++) {
		if (view->owner)
			grants[i].status = ops[i].status;
		if (ops[i].status == GNTST_okay) {
			handles[i] = ops[i].handle;
			WRITE_ONCE(view->mapped, view->mapped + 1);
			continue;
		}
		gntdev_grant_refused(grants[i].domid, grants[i].ref, ops[i].status);
		err = err ?: gntdev_refuse(GNTDEV_R_GRANT, -EINVAL, grants[i].ref);
	}
	return err;
}

static int view_map(struct pv_view *view)
{
	unsigned int tries = 0;
	int err = 0;
	u32 i, nr;

	mutex_lock(&view->lock);
	for (i = 0; i < view->count && !err; i += nr) {
		nr = min(GNTDEV_BATCH, view->count - i);
		err = view_map_batch(view, i, nr, &tries);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	mutex_unlock(&view->lock);
	return err;
}

static int table_of(pte_t *pte, unsigned long addr, void *data)
{
	u64 *table = data;

	*table = arbitrary_virt_to_machine(pte).maddr -
		 pte_index(addr) * sizeof(*pte);
	return 0;
}

/* Make the page tables of the range and note where in the machine they are. */
static int view_find_tables(struct pv_view *view, struct mm_struct *mm)
{
	const unsigned long end = view->start + view->count * PAGE_SIZE;
	unsigned long addr = view->start;
	u64 *table = view->tables;
	int err;

	while (addr < end) {
		err = apply_to_page_range(mm, addr, PAGE_SIZE, table_of,
					  table++);
		if (err)
			return err;
		addr = (addr & PMD_MASK) + PMD_SIZE;
	}
	return 0;
}

static bool view_invalidate(struct mmu_interval_notifier *notifier,
			    const struct mmu_notifier_range *range,
			    unsigned long seq)
{
	struct pv_view *view = container_of(notifier, struct pv_view, notifier);
	const unsigned long view_end = view->start + view->count * PAGE_SIZE;
	unsigned long start, end;

	/* Held for hypercalls only, once the mapping has been made. */
	if (mmu_notifier_range_blockable(range))
		mutex_lock(&view->lock);
	else if (!mutex_trylock(&view->lock))
		return false;
	mmu_interval_set_seq(notifier, seq);
	start = max(range->start, view->start);
	end = min(range->end, view_end);
	if (start < end)
		view_unmap(view, (start - view->start) >> PAGE_SHIFT,
			   (end - view->start) >> PAGE_SHIFT);
	mutex_unlock(&view->lock);
	return true;
}

static const struct mmu_interval_notifier_ops view_notifier_ops = {
	.invalidate = view_invalidate,
};

/* Room for a mapping of the map, at @first, by the VMA. */
static struct pv_view *view_new(struct gntdev_map *map, u32 first,
				struct vm_area_struct *vma)
{
	const u32 count = vma_pages(vma);
	const size_t handles = size_mul(count, sizeof(grant_handle_t));
	struct pv_view *view;
	size_t head;
	u32 i;

	head = struct_size(view, tables, view_max_tables(count));
	view = kvmalloc(size_add(head, size_add(view_ops_size(count), handles)),
			GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!view)
		return NULL;
	view->map = map;
	refcount_set(&view->vmas, 1);
	view->start = vma->vm_start;
	view->pgoff = vma->vm_pgoff;
	view->first = first;
	view->count = count;
	view->owner = false;
	view->readonly = !(vma->vm_flags & VM_WRITE);
	view->mapped = 0;
	mutex_init(&view->lock);
	view->ops = (void *)view + head;
	view->handles = (void *)view->ops + view_ops_size(count);
	for (i = 0; i < count; i++)
		view->handles[i] = INVALID_GRANT_HANDLE;
	return view;
}

static void view_free(struct pv_view *view)
{
	mutex_destroy(&view->lock);
	kvfree(view);
}

static vm_fault_t pv_vma_fault(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

/* What shows nothing. */
static const struct vm_operations_struct forked_vm_ops = {
	.fault = pv_vma_fault,
};

/*
 * A copy in another process, which madvise(MADV_DOFORK) makes fork() try, shows
 * nothing and is not of the view: what it does, and how long it lives, says
 * nothing about the pages.
 */
static void pv_vma_open(struct vm_area_struct *vma)
{
	struct pv_view *view = vma->vm_private_data;

	if (vma->vm_mm == view->notifier.mm) {
		refcount_inc(&view->vmas);
		return;
	}
	vma->vm_ops = &forked_vm_ops;
	vma->vm_private_data = NULL;
	/* fork() asks these before it copies any entry. */
	vm_flags_set(vma, VM_WIPEONFORK | VM_DONTCOPY);
}

/* The part of the view that a VMA shows is not needed any more. */
static void view_leave(struct pv_view *view, struct vm_area_struct *vma)
{
	const u32 first = vma->vm_pgoff - view->pgoff;
	const u32 nr = vma_pages(vma);

	/*
	 * The notifier has done that, unless this is an mmap() that fails after
	 * ours has succeeded: it comes here with the entries still in place.
	 */
	if (READ_ONCE(view->mapped)) {
		mutex_lock(&view->lock);
		view_unmap(view, first, first + nr);
		mutex_unlock(&view->lock);
	}
	/* The end of the last one is the end of all. */
	if (view->owner && refcount_read(&view->vmas) > 1)
		gntdev_grants_release(view->map, first, nr);
}

static void pv_vma_close(struct vm_area_struct *vma)
{
	struct pv_view *view = vma->vm_private_data;
	struct gntdev_map *map = view->map;

	view_leave(view, vma);
	if (!refcount_dec_and_test(&view->vmas))
		return;
	mmu_interval_notifier_remove(&view->notifier);
	if (view->owner)
		gntdev_grants_close(map);
	view_free(view);
	gntdev_map_put(map);
}

static int pv_vma_mremap(struct vm_area_struct *vma)
{
	return -EINVAL;
}

static int pv_vma_mprotect(struct vm_area_struct *vma, unsigned long start,
			   unsigned long end, unsigned long newflags)
{
	return -EINVAL;
}

static struct page *pv_vma_find_normal_page(struct vm_area_struct *vma,
					    unsigned long addr)
{
	struct pv_view *view = vma->vm_private_data;

	return view->map->pages[view->first +
				((addr - view->start) >> PAGE_SHIFT)];
}

static const struct vm_operations_struct pv_vm_ops = {
	.open			= pv_vma_open,
	.close			= pv_vma_close,
	.mremap			= pv_vma_mremap,
	.mprotect		= pv_vma_mprotect,
	.fault			= pv_vma_fault,
	.find_normal_page	= pv_vma_find_normal_page,
};

/* The map that an mmap() of gntdev has made visible; NULL for all else. */
struct gntdev_map *gntdev_pv_vma_map(const struct vm_area_struct *vma)
{
	const struct pv_view *view = vma->vm_private_data;

	if (vma->vm_ops != &pv_vm_ops)
		return NULL;
	return view->owner ? view->map : NULL;
}

/* All of it, before anybody has seen it. */
static void view_drop(struct pv_view *view)
{
	mutex_lock(&view->lock);
	view_unmap(view, 0, view->count);
	mutex_unlock(&view->lock);
	mmu_interval_notifier_remove(&view->notifier);
}

static int view_insert(struct pv_view *view, struct vm_area_struct *vma)
{
	int err;

	/* -EINTR: a signal came, and the process has never had a notifier. */
	err = mmu_interval_notifier_insert_locked(&view->notifier, vma->vm_mm,
						  vma->vm_start,
						  vma->vm_end - vma->vm_start,
						  &view_notifier_ops);
	if (err)
		return err;
	/*
	 * While any range of the address space is being invalidated, a new
	 * notifier is not called. Wait until this one is.
	 */
	mmu_interval_read_begin(&view->notifier);
	err = view_find_tables(view, vma->vm_mm) ?: view_map(view);
	/* Only now, see map_pages(): what the process has mapped is not paged out. */
	if (!err && view->owner)
		err = gntdev_grants_map(view->map);
	if (err) {
		view_drop(view);
		return err;
	}
	refcount_inc(&view->map->users);
	vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP |
			  VM_MIXEDMAP);
	vma->vm_ops = &pv_vm_ops;
	vma->vm_private_data = view;
	return 0;
}

static int view_mmap(struct pv_view *view, struct vm_area_struct *vma)
{
	int err;

	if (!view)
		return -ENOMEM;
	err = view_insert(view, vma);
	if (err)
		view_free(view);
	return err;
}

/*
 * The one mapping of a map. On failure nothing is mapped any more, and the
 * caller's reference remains.
 */
int gntdev_pv_mmap(struct gntdev_map *map, struct vm_area_struct *vma)
{
	struct pv_view *view = view_new(map, 0, vma);

	if (view)
		view->owner = true;
	return view_mmap(view, vma);
}

/*
 * Show pages of a map whose grants are mapped and stay so until the reference
 * that the mapping takes is dropped. The VMA lies within the map.
 */
int gntdev_pv_mmap_shared(struct gntdev_map *map, struct vm_area_struct *vma)
{
	return view_mmap(view_new(map, vma->vm_pgoff, vma), vma);
}
