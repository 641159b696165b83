// SPDX-License-Identifier: GPL-2.0-only
/*
 * How an ioctl begins and ends its work on a mapping: it claims a span of pages,
 * and holds the lock of the map meanwhile. map.c has the locks.
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "compat/mm.h"
#include "lib/resume.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"

/*
 * Give the mapping of @pages pages a new map, with its lock held. While memory
 * was allocated for that, mmap_lock was not held: so look again whether the same
 * mapping, still unused, is there.
 */
static int privcmd_span_attach(struct privcmd_span *span, unsigned long pages,
			       bool restricted)
{
	const struct privcmd_map_ops *ops = privcmd_map_ops();
	struct vm_area_struct *vma;
	struct privcmd_map *map;
	int err;

	map = kvzalloc(size_add(ops->size, size_mul(pages, sizeof(u64))),
		       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!map)
		return -ENOMEM;
	map->ops = ops;
	refcount_set(&map->users, 1);
	mutex_init(&map->lock);
	map->nr = pages;
	map->generation = xen_resume_generation();
	err = ops->init ? ops->init(map, restricted) : 0;
	if (err) {
		kvfree(map);
		return err;
	}
	/* Nobody can see it yet; for those who will. */
	mutex_lock(&map->lock);
	err = -EINVAL;
	vma = privcmd_span_lock(span, true);
	span->map = map;
	if (vma) {
		if (!vma->vm_private_data && vma_pages(vma) == pages &&
		    span->addr - vma->vm_start == span->first << PAGE_SHIFT) {
			refcount_inc(&map->users);
			privcmd_map_count(vma, map, 1);
			map->start = vma->vm_start;
			vma->vm_private_data = map;
			if (ops->attached)
				ops->attached(map, vma);
			err = 0;
		}
		mmap_write_unlock(current->mm);
	}
	if (err)
		privcmd_span_end(span);
	return err;
}

/*
 * Find the mapping with @nr pages at @addr, check that the ioctl may begin to
 * work on it, and take the lock of its map, which an unused mapping gets here.
 * Ends with privcmd_span_end(), or with privcmd_span_abandon() if nothing came of
 * it.
 */
int privcmd_span_begin(struct privcmd_span *span, unsigned long addr,
		       unsigned long nr, enum privcmd_claim claim)
{
	const struct privcmd_file *pf;
	struct vm_area_struct *vma;
	struct privcmd_map *map;
	bool restricted, allowed;
	unsigned long pages;

	*span = (struct privcmd_span){ .addr = addr, .nr = nr };
	vma = privcmd_span_lock(span, false);
	if (!vma)
		return -EINVAL;
	span->first = (addr - vma->vm_start) >> PAGE_SHIFT;
	pages = vma_pages(vma);
	pf = vma->vm_file->private_data;
	restricted = xen_restricted(&pf->restriction);
	map = vma->vm_private_data;
	if (map)
		allowed = claim == PRIVCMD_CLAIM_BATCH;
	else if (claim == PRIVCMD_CLAIM_BATCH)
		allowed = nr == pages;
	else
		allowed = claim == PRIVCMD_CLAIM_UNUSED || !span->first;
	if (map && allowed)
		refcount_inc(&map->users);
	mmap_read_unlock(current->mm);

	if (!allowed)
		return -EINVAL;
	if (map) {
		span->map = map;
		mutex_lock(&map->lock);
		return 0;
	}
	/*
	 * A batch comes with an array as long as the mapping. The others may ask
	 * for little in a mapping that is huge, and a map is for all of it.
	 */
	if (claim != PRIVCMD_CLAIM_BATCH && pages > totalram_pages())
		return privcmd_refuse(PRIVCMD_R_MAPPING_SIZE, -ENOMEM, pages);
	return privcmd_span_attach(span, pages, restricted);
}

void privcmd_span_end(struct privcmd_span *span)
{
	mutex_unlock(&span->map->lock);
	privcmd_map_put(span->map);
}

/*
 * For a claim on an unused mapping: empty it, make it unused again, and end.
 * The lock is held for writing, so nobody is about to take a reference.
 */
void privcmd_span_abandon(struct privcmd_span *span)
{
	struct vm_area_struct *vma = privcmd_span_lock(span, true);

	if (vma) {
		zap_special_vma_range(vma, vma->vm_start, vma->vm_end - vma->vm_start);
		vma->vm_private_data = NULL;
		privcmd_map_count(vma, span->map, -1);
		/* The VMA's; ours is still there. */
		refcount_dec(&span->map->users);
		mmap_write_unlock(current->mm);
	}
	privcmd_span_end(span);
}
