// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations on references: make some, drop the file's hold on some, say
 * what is to happen when one goes.
 *
 * References are made outside the index, where nobody finds them, and their
 * numbers and grants are told to the caller before they are put there. So a
 * call that fails, at whichever reference and be it because the results cannot
 * be written, drops them again, and another thread that guesses numbers cannot
 * have taken hold of one. (The stock driver leaves those whose results it could
 * not write allocated until the file is closed.)
 */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "gntalloc/gntalloc.h"
#include "gntalloc/observe.h"

/* Drop references that are in no index any more, or not yet. */
static void put_all(struct list_head *refs)
{
	struct gntalloc_ref *ref, *next;

	list_for_each_entry_safe(ref, next, refs, list) {
		gntalloc_ref_put(ref);
		cond_resched();
	}
}

/* On failure none is left, and nothing reserved. */
static int new_refs(struct list_head *refs,
		    const struct gntalloc_alloc_args *args)
{
	struct gntalloc_ref *ref;
	u32 done;
	int err;

	err = gntalloc_reserve(args->count);
	if (err)
		return err;
	for (done = 0; done < args->count; done++) {
		if (fatal_signal_pending(current)) {
			err = gntalloc_refuse(GNTALLOC_R_INTERRUPTED, -EINTR, 0);
			goto err_refs;
		}
		ref = gntalloc_ref_new(args->domid, args->readonly);
		if (IS_ERR(ref)) {
			err = PTR_ERR(ref);
			goto err_refs;
		}
		list_add_tail(&ref->list, refs);
		cond_resched();
	}
	return 0;

err_refs:
	gntalloc_unreserve(args->count - done);
	put_all(refs);
	return err;
}

/* Give the references their numbers, and tell the caller. */
static int number_refs(struct gntalloc_file *gf, struct list_head *refs,
		       const struct gntalloc_alloc_args *args)
{
	u64 number = atomic64_fetch_add(args->count, &gf->next);
	u32 __user *id = args->ids;
	struct gntalloc_ref *ref;

	if (put_user(number << PAGE_SHIFT, args->index))
		return -EFAULT;
	list_for_each_entry(ref, refs, list) {
		ref->number = number++;
		if (put_user(ref->gref, id++))
			return -EFAULT;
	}
	return 0;
}

int gntalloc_alloc(struct gntalloc_file *gf,
		   const struct gntalloc_alloc_args *args)
{
	struct gntalloc_ref *ref, *next;
	LIST_HEAD(refs);
	int err;

	err = new_refs(&refs, args);
	if (err)
		return err;
	/* Numbers that could not be told are not used again: nobody has them. */
	err = number_refs(gf, &refs, args);
	if (err) {
		put_all(&refs);
		return err;
	}
	mutex_lock(&gf->lock);
	list_for_each_entry_safe(ref, next, &refs, list)
		gntalloc_index_add(gf, ref);
	mutex_unlock(&gf->lock);
	return 0;
}

int gntalloc_dealloc(struct gntalloc_file *gf, u64 index, u32 count)
{
	struct gntalloc_ref *ref, *next;
	LIST_HEAD(refs);

	if (!count)
		return gntalloc_refuse(GNTALLOC_R_NO_GRANTS, -EINVAL, 0);
	if (!IS_ALIGNED(index, PAGE_SIZE))
		return gntalloc_refuse(GNTALLOC_R_UNALIGNED, -EINVAL, index);
	mutex_lock(&gf->lock);
	ref = gntalloc_index_find(gf, index >> PAGE_SHIFT, count);
	if (!ref) {
		mutex_unlock(&gf->lock);
		return gntalloc_refuse(GNTALLOC_R_OFFSET, -EINVAL, index);
	}
	for (; count--; ref = next) {
		next = gntalloc_index_next(ref);
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
	else if (err == -ENOENT)
		gntalloc_refuse(GNTALLOC_R_OFFSET, err, index);
	else if (action & ~XEN_UNMAP_NOTIFY_ACTIONS)
		gntalloc_refuse(GNTALLOC_R_NOTIFY_ACTION, err, action);
	else
		gntalloc_refuse(GNTALLOC_R_NOTIFY_PORT, err, port);
	return err;
}

/* The file is being closed: it has no mappings and no other users. */
void gntalloc_dealloc_all(struct gntalloc_file *gf)
{
	struct gntalloc_ref *ref, *next;

	rbtree_postorder_for_each_entry_safe(ref, next, &gf->index, node) {
		gntalloc_ref_put(ref);
		cond_resched();
	}
}
