/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a mapping has in a PV domain. pv.c explains who clears the entries.
 */
#ifndef XEN_PRIVCMD_PV_H
#define XEN_PRIVCMD_PV_H

#include <linux/mmu_notifier.h>

#include "privcmd/map.h"

/* Who clears the entries. Only changes to a later one. */
enum privcmd_pv_clearing {
	/* The kernel: the notifier could not be inserted. */
	PRIVCMD_PV_CLEARS_UNNOTIFIED,
	/* The notifier, when the mapping is unmapped. */
	PRIVCMD_PV_CLEARS_NOTIFIER,
	/* The kernel: the notifier has cleared them, or some are not foreign. */
	PRIVCMD_PV_CLEARS_KERNEL,
};

struct privcmd_pv_map {
	struct privcmd_map map;
	struct mmu_interval_notifier notifier;
	/* Changed with mmap_lock held in either way, or the lock of the VMA. */
	enum privcmd_pv_clearing clearing;
	/*
	 * The machine address of the entry of each page that has a frame, or 0.
	 * Protected by map.lock; the notifier reads it without, which is safe
	 * since those who fill hold mmap_lock.
	 */
	u64 entry[];
};

#endif
