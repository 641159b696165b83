// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations on references: make some, drop the file's hold on some, say
 * what is to happen when one goes.
 *
 * References are made in blocks outside the index, where nobody finds them,
 * and their numbers and grants are told to the caller before they are put
 * there. So a call that fails, at whichever reference and be it because the
 * results cannot be written, drops them again, and another thread that guesses
 * numbers cannot have taken hold of one. (The stock driver leaves those whose
 * results it could not write allocated until the file is closed.)
 */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "gntalloc/gntalloc.h"

/* Drop references that are in no index any more. */
static void put_all(struct list_head *refs)
{
	struct gntalloc_ref *ref, *next;

	list_for_each_entry_safe(ref, next, refs, list) {
		list_del_init(&ref->list);
		gntalloc_ref_put(ref);
		cond_resched();
	}
}

/* The same, of blocks. */
static void put_blocks(struct list_head *blocks)
{
	struct gntalloc_block *block, *next;
	u32 i, count;

	list_for_each_entry_safe(block, next, blocks, list) {
		/* The last one takes the block with it. */
		count = block->count;
		for (i = 0; i < count; i++)
			gntalloc_ref_put(&block->ref[i]);
		cond_resched();
	}
}

/* On failure none is left, and nothing reserved. */
static int new_blocks(struct list_head *blocks,
		      const struct gntalloc_alloc_args *args)
{
	struct gntalloc_block *block;
	u32 left, nr;
	int err;

	err = gntalloc_reserve(args->count);
	if (err)
		return err;
	for (left = args->count; left; left -= nr) {
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			goto err_blocks;
		}
		nr = min(left, GNTALLOC_BLOCK_MAX);
		block = gntalloc_block_new(args->domid, args->readonly, nr);
		if (IS_ERR(block)) {
			err = PTR_ERR(block);
			left -= nr;
			goto err_blocks;
		}
		list_add_tail(&block->list, blocks);
		cond_resched();
	}
	return 0;

err_blocks:
	gntalloc_unreserve(left);
	put_blocks(blocks);
	return err;
}

static int put_ids(const struct gntalloc_block *block, u32 __user *ids)
{
	u32 i;

	if (!user_write_access_begin(ids, block->count * sizeof(*ids)))
		return -EFAULT;
	for (i = 0; i < block->count; i++)
		unsafe_put_user(block->ref[i].gref, ids + i, err_access);
	user_write_access_end();
	return 0;

err_access:
	user_write_access_end();
	return -EFAULT;
}

/* Give the references their numbers, and tell the caller. */
static int number_blocks(struct gntalloc_file *gf, struct list_head *blocks,
			 const struct gntalloc_alloc_args *args)
{
	u64 number = atomic64_fetch_add(args->count, &gf->next);
	struct gntalloc_block *block;
	u32 __user *ids = args->ids;

	if (put_user(number << PAGE_SHIFT, args->index))
		return -EFAULT;
	list_for_each_entry(block, blocks, list) {
		if (put_ids(block, ids))
			return -EFAULT;
		block->first = number;
		number += block->count;
		ids += block->count;
	}
	return 0;
}

int gntalloc_alloc(struct gntalloc_file *gf,
		   const struct gntalloc_alloc_args *args)
{
	struct gntalloc_block *block, *next;
	LIST_HEAD(blocks);
	int err;

	err = new_blocks(&blocks, args);
	if (err)
		return err;
	/* Numbers that could not be told are not used again: nobody has them. */
	err = number_blocks(gf, &blocks, args);
	if (err) {
		put_blocks(&blocks);
		return err;
	}
	mutex_lock(&gf->lock);
	list_for_each_entry_safe(block, next, &blocks, list)
		gntalloc_index_add(gf, block);
	mutex_unlock(&gf->lock);
	return 0;
}

int gntalloc_dealloc(struct gntalloc_file *gf, u64 index, u32 count)
{
	struct gntalloc_ref *ref, *next;
	LIST_HEAD(refs);

	if (!count || !IS_ALIGNED(index, PAGE_SIZE))
		return -EINVAL;
	mutex_lock(&gf->lock);
	ref = gntalloc_index_find(gf, index >> PAGE_SHIFT, count);
	if (!ref) {
		mutex_unlock(&gf->lock);
		return -EINVAL;
	}
	for (; ref; ref = next) {
		next = --count ? gntalloc_index_next(ref) : NULL;
		gntalloc_index_del(gf, ref);
		list_add_tail(&ref->list, &refs);
	}
	mutex_unlock(&gf->lock);
	put_all(&refs);
	return 0;
}

int gntalloc_set_notify(struct gntalloc_file *gf, u64 index, u32 action,
			evtchn_port_t port)
{
	struct xen_unmap_notify notify;
	struct gntalloc_ref *ref;
	int err = -ENOENT;

	mutex_lock(&gf->lock);
	ref = gntalloc_index_find(gf, index >> PAGE_SHIFT, 1);
	if (ref)
		err = xen_unmap_notify_init(&notify, index, action, port);
	if (!err)
		swap(ref->notify, notify);
	mutex_unlock(&gf->lock);

	/* The one before. Its port may close now, which is not for under a lock. */
	if (!err)
		xen_unmap_notify_drop(&notify);
	return err;
}

/* The file is being closed: it has no mappings and no other users. */
void gntalloc_dealloc_all(struct gntalloc_file *gf)
{
	struct gntalloc_block *block, *next;
	struct gntalloc_ref *ref;
	u32 left;

	rbtree_postorder_for_each_entry_safe(block, next, &gf->index, node) {
		left = block->nr_indexed;
		for (ref = block->ref; left; ref++) {
			if (!ref->indexed)
				continue;
			/* The last one may take the block with it. */
			left--;
			gntalloc_ref_put(ref);
		}
		cond_resched();
	}
}
