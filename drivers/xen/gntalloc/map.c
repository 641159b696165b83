// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a mapping of pages that are shared.
 *
 * mmap() makes a map, which is a user of each reference in its range, and puts
 * the pages into the page tables. The map lives until the last VMA that shows a
 * part of it is gone, and until then keeps all of its references.
 *
 * What a process can do to a VMA:
 *
 *	fork, munmap of a part		each VMA that results counts
 *	moving				the new VMA counts before the old goes
 *	growing				refused: VM_DONTEXPAND
 *	becoming one with another	impossible: the same
 *	dropping the pages (madvise)	they do not come back: SIGBUS
 *
 * A VMA also holds the file, so there is no map without its file.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "compat/mm.h"
#include "gntalloc/gntalloc.h"
#include "gntalloc/trace.h"

/* Pages inserted at a time. */
#define MAP_CHUNK	16ul

/* What is behind one mapping. */
struct gntalloc_map {
	/* One for each VMA that shows a part of it. */
	refcount_t users;
	unsigned long nr;
	struct gntalloc_ref *ref[];
};

/* A user of @count references from @number on, all of which must be there. */
static struct gntalloc_map *gntalloc_map_new(struct gntalloc_file *gf,
					     u64 number, unsigned long count)
{
	struct gntalloc_map *map;
	struct gntalloc_ref *ref;
	unsigned long i;

	mutex_lock(&gf->lock);
	ref = gntalloc_index_find(gf, number, count);
	if (!ref) {
		map = ERR_PTR(-ENOENT);
		goto out;
	}
	/* No more than there are references: the size is not the caller's. */
	map = kvmalloc(struct_size(map, ref, count), GFP_KERNEL_ACCOUNT);
	if (!map) {
		map = ERR_PTR(-ENOMEM);
		goto out;
	}
	refcount_set(&map->users, 1);
	map->nr = count;
	for (i = 0; i < count; i++) {
		refcount_inc(&ref->users);
		map->ref[i] = ref;
		ref = gntalloc_index_next(ref);
	}
out:
	mutex_unlock(&gf->lock);
	return map;
}

static void gntalloc_map_put(struct gntalloc_map *map)
{
	unsigned long i;

	if (!refcount_dec_and_test(&map->users))
		return;
	trace_unmap(map->nr);
	for (i = 0; i < map->nr; i++) {
		gntalloc_ref_put(map->ref[i]);
		cond_resched();
	}
	kvfree(map);
}

/* On failure the kernel takes the pages out that are in already. */
static int gntalloc_map_insert(const struct gntalloc_map *map,
			       struct vm_area_struct *vma)
{
	struct page *pages[MAP_CHUNK];
	unsigned long done, i, n, left;
	int err;

	for (done = 0; done < map->nr; done += n) {
		n = min(map->nr - done, MAP_CHUNK);
		for (i = 0; i < n; i++)
			pages[i] = map->ref[done + i]->page;
		left = n;
		err = vm_insert_pages(vma, vma->vm_start + done * PAGE_SIZE,
				      pages, &left);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static void gntalloc_vma_open(struct vm_area_struct *vma)
{
	struct gntalloc_map *map = vma->vm_private_data;

	refcount_inc(&map->users);
}

/* The page table entries are gone, in this VMA. */
static void gntalloc_vma_close(struct vm_area_struct *vma)
{
	gntalloc_map_put(vma->vm_private_data);
}

static const struct vm_operations_struct gntalloc_vm_ops = {
	.open	= gntalloc_vma_open,
	.close	= gntalloc_vma_close,
};

int gntalloc_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct gntalloc_map *map;
	int err;

	/* A copy on write would not be seen by the peer. */
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	map = gntalloc_map_new(file->private_data, vma->vm_pgoff, vma_pages(vma));
	if (IS_ERR(map))
		return PTR_ERR(map);

	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	err = gntalloc_map_insert(map, vma);
	if (err) {
		gntalloc_map_put(map);
		return err;
	}
	trace_map((u64)vma->vm_pgoff << PAGE_SHIFT, map->nr);
	/* Only now: a mapping that failed is not closed. */
	vma->vm_private_data = map;
	vma->vm_ops = &gntalloc_vm_ops;
	return 0;
}
