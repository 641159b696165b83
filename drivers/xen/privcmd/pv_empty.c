// SPDX-License-Identifier: GPL-2.0-only
/*
 * Emptying a mapping in a PV domain.
 *
 * The kernel clears one page table entry at a time, by an instruction that
 * traps and that Xen has to emulate. It tells a notifier before it does, and
 * the notifier has Xen clear them by the hundred; then the kernel finds nothing
 * left to do. What Xen should refuse is left to the kernel. So is a process that
 * ends: its page tables are ordinary memory by the time that they are emptied.
 *
 * It is done once, for all of the mapping and when all of it is unmapped. Parts
 * of it never are. But a part can be replaced: who writes to a private mapping
 * gets a copy of the page, a page of the kernel's that is counted and that only
 * the kernel may take away. From then on all that is left to the kernel. It says
 * "clear" for that, for one page, which may be the whole mapping; and it says
 * "unmap" when it unmaps.
 */
#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>

#include <xen/interface/xen.h>

#include "hypercall/hypercall.h"
#include "privcmd/map.h"

/* Entries for one hypercall, on the stack. */
#define EMPTY_BATCH	32

/* Machine address of the entry of page @i, which has been filled. */
static u64 entry_of(const struct privcmd_map *map, unsigned long start,
		    unsigned long i)
{
	const unsigned long addr = start + i * PAGE_SIZE;

	return map->tables[privcmd_pv_table(start, addr)] +
	       pte_index(addr) * sizeof(pte_t);
}

static void clear_entries(struct mmu_update *update, unsigned int nr)
{
	xen_hypercall4(__HYPERVISOR_mmu_update, (unsigned long)update, nr, 0,
		       DOMID_SELF);
}

static void empty(const struct privcmd_map *map, unsigned long start)
{
	struct mmuext_op flush = { .cmd = MMUEXT_TLB_FLUSH_ALL };
	struct mmu_update update[EMPTY_BATCH];
	unsigned int used = 0;
	unsigned long i;

	for_each_set_bit(i, map->filled, map->nr) {
		update[used].ptr = entry_of(map, start, i) |
				   MMU_NORMAL_PT_UPDATE;
		update[used++].val = 0;
		if (used < EMPTY_BATCH)
			continue;
		clear_entries(update, used);
		used = 0;
		cond_resched();
	}
	if (used)
		clear_entries(update, used);
	/* The kernel flushes for what it finds itself. */
	xen_hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)&flush, 1, 0,
		       DOMID_SELF);
}

static bool unmaps_all(const struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range)
{
	return range->event == MMU_NOTIFY_UNMAP &&
	       range->start <= notifier->interval_tree.start &&
	       range->end > notifier->interval_tree.last;
}

/*
 * Those who unmap hold the mmap_lock for writing, or did until the VMA was out
 * of reach. Those who copy a page hold it for reading, or the VMA's own lock:
 * some at a time, and none beside one who unmaps.
 */
static bool map_invalidate(struct mmu_interval_notifier *notifier,
			   const struct mmu_notifier_range *range,
			   unsigned long seq)
{
	struct privcmd_map *map = container_of(notifier, struct privcmd_map,
					       notifier);

	mmu_interval_set_seq(notifier, seq);
	/* Others only look at the entries, or may not touch them. */
	if (range->event != MMU_NOTIFY_UNMAP &&
	    range->event != MMU_NOTIFY_CLEAR &&
	    range->event != MMU_NOTIFY_RELEASE)
		return true;
	if (unmaps_all(notifier, range) && !READ_ONCE(map->left) &&
	    map->generation == xen_resume_generation())
		empty(map, notifier->interval_tree.start);
	WRITE_ONCE(map->left, true);
	return true;
}

static const struct mmu_interval_notifier_ops map_notifier_ops = {
	.invalidate = map_invalidate,
};

/*
 * To be told about a mapping from when it is first used, with the mmap_lock held
 * for writing. If the notifier cannot begin, which a signal may be the reason
 * for, then there is none.
 */
void privcmd_pv_watch(struct privcmd_map *map, struct vm_area_struct *vma)
{
	mmap_assert_write_locked(vma->vm_mm);
	if (mmu_interval_notifier_insert_locked(&map->notifier, vma->vm_mm,
						vma->vm_start,
						map->nr * PAGE_SIZE,
						&map_notifier_ops))
		return;
	map->watched = true;
	/*
	 * While any range of the address space is being invalidated, a new
	 * notifier is not called. Wait until this one is.
	 */
	mmu_interval_read_begin(&map->notifier);
}

/* The mapping is gone, and nobody works on it. */
void privcmd_pv_unwatch(struct privcmd_map *map)
{
	if (map->watched)
		mmu_interval_notifier_remove(&map->notifier);
}
