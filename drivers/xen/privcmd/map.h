/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of foreign frames: what map.c and the two backends share with the
 * ioctls. map.c tells the model.
 */
#ifndef XEN_PRIVCMD_MAP_H
#define XEN_PRIVCMD_MAP_H

#include <linux/bitmap.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/pgtable.h>
#include <linux/refcount.h>
#include <linux/slab.h>

#include <xen/interface/xen.h>

#include "lib/resume.h"

struct privcmd_remover;

/* Of a mapping whose pages fit into the bits of one word. */
#define PRIVCMD_FEW_TABLES	2

/* What lies behind one mapping that has been used. */
struct privcmd_map {
	/* One for each VMA that refers to it, one for each ioctl at work. */
	refcount_t users;
	/* Pages of the VMA, and the life of the domain. Never change. */
	unsigned long nr;
	unsigned int generation;
	/* Auto-translated: a page without memory of its own for each. */
	struct page **pages;
	/* They count as those of a restricted file. Never changes. */
	bool restricted;
	/* Auto-translated: what it takes to give the frames back. */
	struct privcmd_remover *remover;

	/* Serialises those who fill it. Taken before mmap_lock. */
	struct mutex lock;
	/*
	 * Protected by lock: pages that have a frame. Those who empty the mapping
	 * read it without: they hold the mmap_lock, as who fills it does.
	 */
	unsigned long *filled;
	/* PV, likewise: where in the machine the page tables are. */
	u64 *tables;
	/* Room for both, if the mapping is small. */
	u64 few[1 + PRIVCMD_FEW_TABLES];

	/* PV: to be told when the mapping goes (pv_empty.c). */
	struct mmu_interval_notifier notifier;
	/* Never changes after its first use: the notifier is there. */
	bool watched;
	/*
	 * The entries are the kernel's to clear: it does so already, or some are
	 * not ours any more. Only ever set, by who holds the mmap_lock in either
	 * way or the lock of the VMA.
	 */
	bool left;

	/*
	 * Protected by lock: the resource that it maps, or DOMID_INVALID. The
	 * owner and the numbers of the frames are kept in a PV domain only.
	 */
	domid_t resource_domid;
	domid_t resource_owner;
	u32 resource_type;
	u32 resource_idx;
	unsigned long resource_first, resource_nr;
	u64 *frames;
	/* Room for that, if it is one, as it is most often. */
	u64 one_frame;

	/* Protected by mmap_lock: where the VMA begins, and (PV) has it moved? */
	unsigned long start;
	bool emptied;
};

/* Its frames are gone: the mapping was moved (PV), or the domain restored. */
static inline bool privcmd_map_is_dead(const struct privcmd_map *map)
{
	return map->emptied || map->generation != xen_resume_generation();
}

/* A list of the frames of a resource: the map's own, or one that is allocated. */
static inline void privcmd_frames_free(const struct privcmd_map *map, u64 *frames)
{
	if (frames != &map->one_frame)
		kvfree(frames);
}

/* The part of a map that an ioctl works on; map->lock is held. */
struct privcmd_span {
	struct privcmd_map *map;
	unsigned long addr;
	/* In pages, from the start of the map. */
	unsigned long first;
	unsigned long nr;
};

/* What a mapping must be like for an ioctl to begin. */
enum privcmd_claim {
	/* Unused and covered as a whole, or used and empty at the place. */
	PRIVCMD_CLAIM_BATCH,
	/* Unused, and addressed from its start. */
	PRIVCMD_CLAIM_START,
	/* Unused. */
	PRIVCMD_CLAIM_UNUSED,
};

/* map.c */
int privcmd_mmap(struct file *file, struct vm_area_struct *vma);
int privcmd_span_begin(struct privcmd_span *span, unsigned long addr,
		       unsigned long nr, enum privcmd_claim claim);
void privcmd_span_end(struct privcmd_span *span);
void privcmd_span_abandon(struct privcmd_span *span);
struct vm_area_struct *privcmd_span_find_vma(struct privcmd_span *span);
struct vm_area_struct *privcmd_span_lock_vma(struct privcmd_span *span);
void privcmd_span_unlock_vma(struct privcmd_span *span);

struct privcmd_map *privcmd_map_get(unsigned long addr, unsigned long *page);
void privcmd_map_put(struct privcmd_map *map);

/*
 * The backends. Each fills a span with @frames of @domid and leaves 0 or an
 * errno for each in @errs. They return a negative errno when they did not get
 * that far.
 *
 * @resource: the numbers are Xen's own (PV).
 */
int privcmd_pv_fill(struct privcmd_span *span, const u64 *frames, int *errs,
		    domid_t domid, bool resource);
int privcmd_xlate_fill(struct privcmd_span *span, const u64 *frames, int *errs,
		       domid_t domid);

/* pv_empty.c */
void privcmd_pv_watch(struct privcmd_map *map, struct vm_area_struct *vma);
void privcmd_pv_unwatch(struct privcmd_map *map);

/* Which of its page tables the entry for @addr is in. */
static inline unsigned long privcmd_pv_table(unsigned long start,
					     unsigned long addr)
{
	return (addr >> PMD_SHIFT) - (start >> PMD_SHIFT);
}

/* pv_kmap.c: resource frames at a kernel address. */
struct privcmd_kmap {
	void *addr;
	unsigned int nr;
	/* What the kernel believes to be there. */
	struct page *page[];
};

struct privcmd_kmap *privcmd_pv_kmap(const u64 *frames, unsigned int nr,
				     domid_t owner);
void privcmd_pv_kunmap(struct privcmd_kmap *kmap);

/* xlate.c: the pages of a map, how many there may be, and their way back. */
bool privcmd_xlate_hold(unsigned long nr, bool restricted);
long privcmd_xlate_held(void);
int privcmd_xlate_alloc(struct privcmd_map *map);
void privcmd_xlate_free(struct privcmd_map *map);
int privcmd_xlate_install(struct privcmd_span *span, const int *errs);

#endif
