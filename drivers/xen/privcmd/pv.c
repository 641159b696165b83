// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filling a mapping in a PV domain: page table entries with foreign frames.
 *
 * Only Xen can write such an entry, by mmu_update with the name of the domain
 * that owns the frame. It takes hundreds at a time. The entries were empty, and
 * an empty entry is in no TLB, so there is nothing to flush.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <xen/interface/xen.h>
#include <xen/page.h>

#include <asm/xen/page.h>

#include "hypercall/hypercall.h"
#include "privcmd/killed.h"
#include "privcmd/map.h"

/* Entries for one hypercall: two pages of them, or so few on the stack. */
#define PV_BATCH	512UL
#define PV_FEW		16

struct pv_batch {
	struct mmu_update *update;
	const u64 *frame;
	pgprot_t prot;
	unsigned int type;
	/* The page table of the last entry, where it is noted, and for whom. */
	void *table;
	u64 maddr;
	u64 *tables;
	unsigned long start;
};

/* Machine address of an entry. A page table is a page. */
static u64 entry_maddr(struct pv_batch *batch, pte_t *ptep, unsigned long addr)
{
	void *table = PTR_ALIGN_DOWN((void *)ptep, PAGE_SIZE);

	if (table != batch->table) {
		batch->table = table;
		batch->maddr = arbitrary_virt_to_machine(table).maddr;
		batch->tables[privcmd_pv_table(batch->start, addr)] = batch->maddr;
	}
	return batch->maddr + offset_in_page(ptep);
}

/* Called for each page table entry of a batch, in order. */
static int pv_prepare(pte_t *ptep, unsigned long addr, void *data)
{
	struct pv_batch *batch = data;
	pte_t pte = pte_mkspecial(mfn_pte(*batch->frame++, batch->prot));

	batch->update->ptr = entry_maddr(batch, ptep, addr) | batch->type;
	batch->update->val = pte_val_ma(pte);
	batch->update++;
	return 0;
}

/*
 * Xen stops at the first entry that it refuses. Note the reason, go on behind.
 */
static void pv_submit(struct mmu_update *update, unsigned int nr, int *errs,
		      domid_t domid)
{
	unsigned int at = 0, done;
	long ret;

	while (at < nr) {
		done = 0;
		ret = xen_hypercall4(__HYPERVISOR_mmu_update,
				     (unsigned long)(update + at), nr - at,
				     (unsigned long)&done, domid);
		memset(errs + at, 0, done * sizeof(*errs));
		at += done;
		if (ret < 0 && at < nr)
			errs[at++] = ret;
		else if (!done)
			break;
	}
}

static void pv_mark_filled(struct privcmd_span *span, const int *errs)
{
	unsigned long i;

	for (i = 0; i < span->nr; i++) {
		if (i % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
		if (!errs[i])
			__set_bit(span->first + i, span->map->filled);
	}
}

int privcmd_pv_fill(struct privcmd_span *span, const u64 *frames, int *errs,
		    domid_t domid, bool resource)
{
	unsigned long at, nr, size = min(span->nr, PV_BATCH);
	struct mmu_update few[PV_FEW], *updates = few;
	struct vm_area_struct *vma;
	struct pv_batch batch = {
		.frame = frames,
		.type = resource ? MMU_PT_UPDATE_NO_TRANSLATE :
				   MMU_NORMAL_PT_UPDATE,
		.tables = span->map->tables,
		.start = span->addr - span->first * PAGE_SIZE,
	};
	int err = 0;

	if (size > PV_FEW) {
		updates = kmalloc_array(size, sizeof(*updates), GFP_KERNEL);
		if (!updates)
			return -ENOMEM;
	}
	/* What is not tried, because something else fails, has failed too. */
	for (at = 0; at < span->nr; at++) {
		errs[at] = -EFAULT;
		if (at % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
	}

	vma = privcmd_span_lock_vma(span);
	if (!vma) {
		err = -EINVAL;
		goto out;
	}
	batch.prot = vma->vm_page_prot;
	for (at = 0; at < span->nr; at += nr) {
		if (privcmd_killed()) {
			err = -EINTR;
			break;
		}
		nr = min(span->nr - at, PV_BATCH);
		batch.update = updates;
		err = apply_to_page_range(vma->vm_mm,
					  span->addr + at * PAGE_SIZE,
					  nr * PAGE_SIZE, pv_prepare, &batch);
		if (err)
			break;
		pv_submit(updates, nr, errs + at, domid);
	}
	pv_mark_filled(span, errs);
	privcmd_span_unlock_vma(span);
out:
	if (updates != few)
		kfree(updates);
	return err;
}
