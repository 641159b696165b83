// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings in a PV domain: page table entries with foreign frames.
 *
 * Only Xen can write such an entry, by mmu_update with the name of the domain
 * that owns the frame. It takes hundreds at a time. The entries were empty, and
 * an empty entry is in no TLB, so there is nothing to flush.
 *
 * Clearing: the kernel clears one entry at a time, by an instruction that traps
 * and that Xen has to emulate. It calls a notifier before it does, and the
 * notifier has Xen clear them by the hundred; then the kernel finds nothing left
 * to clear. Entries that Xen does not clear, the kernel does. So it does when a
 * process ends: its page tables are ordinary memory by then.
 *
 * The notifier does it once, when the whole mapping is unmapped: parts of it
 * never are. But a part can be replaced: a write to a private mapping copies the
 * page, and the copy is counted by the kernel, which alone may clear its entry.
 * From then on all entries are left to the kernel. Its event for the copy of a
 * page, which may be the only page of the mapping, is MMU_NOTIFY_CLEAR, and that
 * for unmapping is MMU_NOTIFY_UNMAP.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <xen/interface/xen.h>
#include <xen/interface/memory.h>
#include <xen/page.h>

#include <asm/xen/page.h>

#include "hypercall/hypercall.h"
#include "lib/resume.h"
#include "privcmd/killed.h"
#include "privcmd/privcmd.h"
#include "privcmd/pv.h"

/* Entries to fill by one hypercall: two pages of them, or so few on the stack. */
#define PV_BATCH	512UL
#define PV_FEW		16

/* Entries to clear by one hypercall, on the stack. */
#define PV_CLEAR_BATCH	32

/* The type of an update is in these bits of the address. */
#define PV_TYPE_MASK	((u64)sizeof(u64) - 1)

static struct privcmd_pv_map *pv_of(struct privcmd_map *map)
{
	return container_of(map, struct privcmd_pv_map, map);
}

/* Entries to fill by one hypercall. */
struct pv_batch {
	unsigned int nr;
	struct mmu_update *update;
	const u64 *frame;
	/* Where the outcomes go: errno, or NULL, and the address of the entry. */
	int *err;
	u64 *entry;
	domid_t domid;
	unsigned int type;
	pgprot_t prot;
	/* The page table of the last entry, and its machine address. */
	void *table;
	u64 maddr;
};

/* Called for each page table entry of a batch, in order. */
static int pv_prepare(pte_t *ptep, unsigned long addr, void *data)
{
	struct pv_batch *batch = data;
	struct mmu_update *update = &batch->update[batch->nr];
	void *table = PTR_ALIGN_DOWN((void *)ptep, PAGE_SIZE);

	if (table != batch->table) {
		batch->table = table;
		batch->maddr = arbitrary_virt_to_machine(table).maddr;
	}
	update->ptr = (batch->maddr + offset_in_page(ptep)) | batch->type;
	update->val = pte_val_ma(pte_mkspecial(mfn_pte(batch->frame[batch->nr++],
						       batch->prot)));
	return 0;
}

/* Xen stops at the first entry that it refuses: note why, and go on behind it. */
static int pv_submit(struct pv_batch *batch)
{
	unsigned int at = 0, end, done;
	long ret;

	while (at < batch->nr) {
		done = 0;
		ret = xen_hypercall4(__HYPERVISOR_mmu_update,
				     (unsigned long)(batch->update + at),
				     batch->nr - at, (unsigned long)&done,
				     batch->domid);
		for (end = at + done; at < end; at++) {
			batch->entry[at] = batch->update[at].ptr & ~PV_TYPE_MASK;
			if (batch->err)
				batch->err[at] = 0;
		}
		if (at == batch->nr || (ret >= 0 && done))
			continue;
		if (ret >= 0)
			ret = -EFAULT;
		if (!batch->err)
			return privcmd_refuse(PRIVCMD_R_FRAME, ret,
					      batch->frame[at]);
		batch->err[at++] = ret;
	}
	return 0;
}

static int pv_fill(struct privcmd_span *span, const u64 *frames, int *errs,
		   domid_t domid, bool resource)
{
	u64 *entry = pv_of(span->map)->entry + span->first;
	unsigned long at, nr, size = min(span->nr, PV_BATCH);
	struct mmu_update few[PV_FEW], *updates = few;
	struct vm_area_struct *vma;
	struct pv_batch batch = {
		.domid = domid,
		.type = resource ? MMU_PT_UPDATE_NO_TRANSLATE :
				   MMU_NORMAL_PT_UPDATE,
	};
	int err = -EINVAL;

	for (at = 0; at < span->nr; at++) {
		if (entry[at])
			return -EINVAL;
		if (at % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
	}
	if (size > PV_FEW) {
		updates = kmalloc_array(size, sizeof(*updates), GFP_KERNEL);
		if (!updates)
			return -ENOMEM;
	}
	/* Since the span began, mmap_lock was not held: memory was allocated. */
	vma = privcmd_span_lock(span, false);
	if (!vma)
		goto out;
	batch.prot = vma->vm_page_prot;
	batch.update = updates;
	for (at = 0, err = 0; !err && at < span->nr; at += nr) {
		nr = min(span->nr - at, PV_BATCH);
		batch.nr = 0;
		batch.frame = frames + at;
		batch.err = errs ? errs + at : NULL;
		batch.entry = entry + at;
		err = privcmd_killed() ? -EINTR :
		      apply_to_page_range(vma->vm_mm, span->addr + at * PAGE_SIZE,
					  nr * PAGE_SIZE, pv_prepare, &batch);
		if (!err)
			err = pv_submit(&batch);
	}
	mmap_read_unlock(current->mm);
out:
	if (updates != few)
		kfree(updates);
	return err;
}

static int pv_fill_resource(struct privcmd_span *span,
			    const struct xen_mem_acquire_resource *op,
			    const u64 *frames)
{
	return pv_fill(span, frames, NULL,
		       op->flags & XENMEM_rsrc_acq_caller_owned ? DOMID_SELF :
								  op->domid,
		       true);
}

static void pv_clear(const struct privcmd_pv_map *pv)
{
	struct mmuext_op flush = { .cmd = MMUEXT_TLB_FLUSH_ALL };
	struct mmu_update update[PV_CLEAR_BATCH];
	unsigned int used = 0;
	unsigned long i;

	for (i = 0; i < pv->map.nr; i++) {
		if (pv->entry[i]) {
			update[used].ptr = pv->entry[i] | MMU_NORMAL_PT_UPDATE;
			update[used++].val = 0;
		}
		if (used < PV_CLEAR_BATCH && i + 1 < pv->map.nr)
			continue;
		if (used)
			xen_hypercall4(__HYPERVISOR_mmu_update,
				       (unsigned long)update, used, 0, DOMID_SELF);
		used = 0;
		cond_resched();
	}
	/* The kernel flushes only for entries that it finds. */
	xen_hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)&flush, 1, 0,
		       DOMID_SELF);
}

static bool pv_unmaps_all(const struct mmu_interval_notifier *notifier,
			  const struct mmu_notifier_range *range)
{
	return range->event == MMU_NOTIFY_UNMAP &&
	       range->start <= notifier->interval_tree.start &&
	       range->end > notifier->interval_tree.last;
}

/*
 * Those who unmap hold the mmap_lock for writing, or did until the VMA was out
 * of reach. Those who copy a page hold it for reading, or the VMA's own lock:
 * some at a time, and none beside one who unmaps. After a restore the addresses
 * of the entries are those of other memory.
 */
static bool pv_invalidate(struct mmu_interval_notifier *notifier,
			  const struct mmu_notifier_range *range,
			  unsigned long seq)
{
	struct privcmd_pv_map *pv = container_of(notifier, struct privcmd_pv_map, notifier);

	mmu_interval_set_seq(notifier, seq);
	/* Others only look at the entries, or may not touch them. */
	if (range->event != MMU_NOTIFY_UNMAP &&
	    range->event != MMU_NOTIFY_CLEAR &&
	    range->event != MMU_NOTIFY_RELEASE)
		return true;
	if (pv_unmaps_all(notifier, range) &&
	    READ_ONCE(pv->clearing) == PRIVCMD_PV_CLEARS_NOTIFIER &&
	    pv->map.generation == xen_resume_generation())
		pv_clear(pv);
	WRITE_ONCE(pv->clearing, PRIVCMD_PV_CLEARS_KERNEL);
	return true;
}

static const struct mmu_interval_notifier_ops pv_notifier_ops = {
	.invalidate = pv_invalidate,
};

/*
 * The notifier begins when the mapping is first used. If it cannot, because of a
 * signal for instance, the kernel clears the entries.
 */
static void pv_attached(struct privcmd_map *map, struct vm_area_struct *vma)
{
	struct privcmd_pv_map *pv = pv_of(map);

	pv->clearing = PRIVCMD_PV_CLEARS_NOTIFIER;
	if (mmu_interval_notifier_insert_locked(&pv->notifier, vma->vm_mm,
						vma->vm_start,
						map->nr * PAGE_SIZE,
						&pv_notifier_ops)) {
		pv->clearing = PRIVCMD_PV_CLEARS_UNNOTIFIED;
		return;
	}
	/*
	 * While any range of the address space is being invalidated, a new
	 * notifier is not called. Wait until this one is.
	 */
	mmu_interval_read_begin(&pv->notifier);
}

static void pv_release(struct privcmd_map *map)
{
	if (pv_of(map)->clearing != PRIVCMD_PV_CLEARS_UNNOTIFIED)
		mmu_interval_notifier_remove(&pv_of(map)->notifier);
}

const struct privcmd_map_ops privcmd_pv_ops = {
	.size		= sizeof(struct privcmd_pv_map),
	.attached	= pv_attached,
	.release	= pv_release,
	.fill		= pv_fill,
	.fill_resource	= pv_fill_resource,
};
