// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of another domain. To find, or make, the page table entries that they
 * belong into is part of it.
 *
 * In a PV domain they go into page table entries, any number in a hypercall;
 * the entries are cleared the same way. In an auto-translated one they go behind
 * pages that have no memory; they are taken away one by one, which a multicall
 * makes one hypercall of.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/interface/xen.h>
#include <xen/interface/memory.h>
#include <xen/page.h>
#include <xen/xen.h>

#include <asm/xen/hypercall.h>
#include <asm/xen/page.h>

#include "local.h"

#define ENTRY_FLAGS	(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER |	\
			 _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SPECIAL |	\
			 _PAGE_NX)

static int note_entry(pte_t *ptep, unsigned long addr, void *data)
{
	u64 **entry = data;

	*(*entry)++ = arbitrary_virt_to_machine(ptep).maddr;
	return 0;
}

int floor_entries(const struct floor_run *run, u64 *entry)
{
	int err;

	mmap_write_lock(current->mm);
	err = apply_to_page_range(current->mm, run->addr,
				  (unsigned long)run->nr * PAGE_SIZE,
				  note_entry, &entry);
	mmap_write_unlock(current->mm);
	return err;
}

static int update_all(struct mmu_update *update, const u64 *entry,
		      const u64 *frame, unsigned int nr, domid_t domid,
		      unsigned int type)
{
	unsigned int i, done = 0;

	for (i = 0; i < nr; i++) {
		update[i].ptr = entry[i] | type;
		update[i].val = frame ? frame[i] << PAGE_SHIFT | ENTRY_FLAGS : 0;
	}
	return HYPERVISOR_mmu_update(update, nr, &done, domid);
}

/* What Xen is told of a resource, which it fills in. */
static int acquire(const struct floor_run *run, u64 *frame)
{
	struct xen_mem_acquire_resource arg = {
		.domid = run->domid,
		.type = XENMEM_resource_grant_table,
		.nr_frames = run->nr,
	};

	set_xen_guest_handle(arg.frame_list, (xen_pfn_t *)frame);
	return HYPERVISOR_memory_op(XENMEM_acquire_resource, &arg);
}

static int pv_frames(const struct floor_run *run, u64 *frame,
		     struct floor_timer *there, struct floor_timer *back)
{
	const bool resource = run->op == FLOOR_RESOURCE;
	struct mmu_update *update;
	u64 *entry;
	unsigned int i;
	int err;

	entry = kvcalloc(run->nr, sizeof(*entry), GFP_KERNEL);
	update = kvcalloc(run->nr, sizeof(*update), GFP_KERNEL);
	err = entry && update ? 0 : -ENOMEM;
	for (i = 0; i < run->times && !err; i++) {
		floor_begin(there);
		err = floor_entries(run, entry);
		if (!err && resource)
			err = acquire(run, frame);
		err = err ?: update_all(update, entry, frame, run->nr,
					run->domid, resource ?
					MMU_PT_UPDATE_NO_TRANSLATE :
					MMU_NORMAL_PT_UPDATE);
		floor_end(there);
		if (err)
			break;
		floor_begin(back);
		err = update_all(update, entry, NULL, run->nr, DOMID_SELF,
				 MMU_NORMAL_PT_UPDATE);
		floor_end(back);
	}
	kvfree(update);
	kvfree(entry);
	return err;
}

static int add_all(const struct floor_run *run, u64 *frame, u64 *gpfn, int *errs)
{
	struct xen_add_to_physmap_range range = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_gmfn_foreign,
		.foreign_domid = run->domid,
	};
	unsigned int at;
	int err = 0;

	/* The number of them has 16 bits. */
	for (at = 0; at < run->nr && !err; at += range.size) {
		range.size = min(run->nr - at, 32768u);
		set_xen_guest_handle(range.idxs, (xen_ulong_t *)frame + at);
		set_xen_guest_handle(range.gpfns, (xen_pfn_t *)gpfn + at);
		set_xen_guest_handle(range.errs, errs + at);
		err = HYPERVISOR_memory_op(XENMEM_add_to_physmap_range, &range);
	}
	return err;
}

#define REMOVERS	64u

static int remove_all(struct multicall_entry *call,
		      struct xen_remove_from_physmap *arg, const u64 *gpfn,
		      unsigned int nr)
{
	unsigned int i, at, some;
	int err = 0;

	for (at = 0; at < nr && !err; at += some) {
		some = min(nr - at, REMOVERS);
		for (i = 0; i < some; i++) {
			arg[i].domid = DOMID_SELF;
			arg[i].gpfn = gpfn[at + i];
			call[i].op = __HYPERVISOR_memory_op;
			call[i].args[0] = XENMEM_remove_from_physmap;
			call[i].args[1] = (unsigned long)&arg[i];
		}
		err = HYPERVISOR_multicall(call, some);
	}
	return err;
}

struct xlate {
	struct page **page;
	u64 *entry;
	u64 *gpfn;
	int *errs;
	struct multicall_entry *call;
	struct xen_remove_from_physmap *arg;
};

static int xlate_loop(const struct floor_run *run, u64 *frame, struct xlate *x,
		      struct floor_timer *there, struct floor_timer *back)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < run->nr; i++)
		x->gpfn[i] = page_to_pfn(x->page[i]);
	for (i = 0; i < run->times && !err; i++) {
		/* Xen puts a resource where it is told to. */
		if (run->op == FLOOR_RESOURCE)
			memcpy(frame, x->gpfn, run->nr * sizeof(*frame));
		floor_begin(there);
		err = floor_entries(run, x->entry);
		if (!err && run->op == FLOOR_RESOURCE)
			err = acquire(run, frame);
		else if (!err)
			err = add_all(run, frame, x->gpfn, x->errs);
		floor_end(there);
		floor_begin(back);
		err = err ?: remove_all(x->call, x->arg, x->gpfn, run->nr);
		floor_end(back);
	}
	return err;
}

static int xlate_frames(const struct floor_run *run, u64 *frame,
			struct floor_timer *there, struct floor_timer *back)
{
	struct xlate x = {
		.page = kvcalloc(run->nr, sizeof(*x.page), GFP_KERNEL),
		.entry = kvcalloc(run->nr, sizeof(*x.entry), GFP_KERNEL),
		.gpfn = kvcalloc(run->nr, sizeof(*x.gpfn), GFP_KERNEL),
		.errs = kvcalloc(run->nr, sizeof(*x.errs), GFP_KERNEL),
		.call = kcalloc(REMOVERS, sizeof(*x.call), GFP_KERNEL),
		.arg = kcalloc(REMOVERS, sizeof(*x.arg), GFP_KERNEL),
	};
	int err = -ENOMEM;

	if (x.page && x.entry && x.gpfn && x.errs && x.call && x.arg)
		err = xen_alloc_unpopulated_pages(run->nr, x.page);
	if (!err) {
		err = xlate_loop(run, frame, &x, there, back);
		xen_free_unpopulated_pages(run->nr, x.page);
	}
	kfree(x.arg);
	kfree(x.call);
	kvfree(x.errs);
	kvfree(x.gpfn);
	kvfree(x.entry);
	kvfree(x.page);
	return err;
}

static int any_frames(const struct floor_run *run, u64 *frame,
		      struct floor_timer *there, struct floor_timer *back)
{
	if (xen_pv_domain())
		return pv_frames(run, frame, there, back);
	return xlate_frames(run, frame, there, back);
}

int floor_frames(const struct floor_run *run, struct floor_timer *there,
		 struct floor_timer *back)
{
	u64 *frame;
	int err;

	frame = vmemdup_user((void __user *)run->list,
			     run->nr * sizeof(*frame));
	if (IS_ERR(frame))
		return PTR_ERR(frame);
	err = any_frames(run, frame, there, back);
	kvfree(frame);
	return err;
}

int floor_resource(const struct floor_run *run, struct floor_timer *there,
		   struct floor_timer *back)
{
	u64 *frame;
	int err;

	frame = kvcalloc(run->nr, sizeof(*frame), GFP_KERNEL);
	if (!frame)
		return -ENOMEM;
	err = any_frames(run, frame, there, back);
	kvfree(frame);
	return err;
}
