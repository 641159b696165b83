// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a reference, and how many there may be.
 *
 * The page belongs to the reference, and a mapped page has a reference in the
 * kernel's own count for each page table entry, as has one that is pinned. The
 * grant goes when the last user goes, whoever else still holds the page: that
 * is memory of this domain like any other by then.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <xen/grant_table.h>
#include <xen/page.h>

#include "gntalloc/gntalloc.h"
#include "gntalloc/observe.h"
#include "gntalloc/trace.h"

static int limit = 1024;
module_param(limit, int, 0644);
MODULE_PARM_DESC(limit, "Pages that may be shared at a time, by all files together; a negative number is no limit");

/* How many there are: told to user space, being made, or pending. */
static atomic_t nr_refs = ATOMIC_INIT(0);

int gntalloc_limit(void)
{
	return READ_ONCE(limit);
}

unsigned int gntalloc_used(void)
{
	return atomic_read(&nr_refs);
}

static bool try_reserve(u32 count)
{
	int old = atomic_read(&nr_refs);
	u32 most, used;

	do {
		/* As always: a negative limit is a huge one. */
		most = READ_ONCE(limit);
		used = old;
		if (used > most || count > most - used)
			return false;
	} while (!atomic_try_cmpxchg(&nr_refs, &old, used + count));
	return true;
}

/* Make room for so many. Returns -ENOSPC beyond the limit. */
int gntalloc_reserve(u32 count)
{
	if (try_reserve(count))
		return 0;
	/*
	 * On the way to an error there is time to see whether a peer that was
	 * late has unmapped something by now.
	 */
	gntalloc_pending_flush();
	if (try_reserve(count))
		return 0;
	pr_notice_ratelimited("%u pages for %s[%d] beside the %u in use are more than the parameter limit=%d\n",
			      count, current->comm, current->pid,
			      gntalloc_used(), gntalloc_limit());
	return gntalloc_refuse(GNTALLOC_R_LIMIT, -ENOSPC, count);
}

void gntalloc_unreserve(u32 count)
{
	atomic_sub(count, &nr_refs);
}

/* The caller has reserved room for it, and is its only user. */
struct gntalloc_ref *gntalloc_ref_new(domid_t domid, bool readonly)
{
	struct gntalloc_ref *ref;
	int gref, err;

	ref = kzalloc(sizeof(*ref), GFP_KERNEL_ACCOUNT);
	if (!ref)
		return ERR_PTR(gntalloc_refuse(GNTALLOC_R_MEMORY, -ENOMEM, 0));
	ref->page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!ref->page) {
		err = gntalloc_refuse(GNTALLOC_R_MEMORY, -ENOMEM, 0);
		goto err_ref;
	}
	gref = gnttab_grant_foreign_access(domid, xen_page_to_gfn(ref->page),
					   readonly);
	if (gref < 0) {
		err = gntalloc_refuse(GNTALLOC_R_GRANT_TABLE, gref, domid);
		goto err_page;
	}
	ref->gref = gref;
	refcount_set(&ref->users, 1);
	trace_grant(domid, gref, readonly);
	return ref;

err_page:
	__free_page(ref->page);
err_ref:
	kfree(ref);
	return ERR_PTR(err);
}

/* The grant has been revoked. */
void gntalloc_ref_free(struct gntalloc_ref *ref)
{
	put_page(ref->page);
	kfree(ref);
	gntalloc_unreserve(1);
}

/*
 * Xen answers whether the peer maps the page in the same step that revokes the
 * grant: there is no moment in which it could map it anew.
 */
static void revoke(struct gntalloc_ref *ref)
{
	bool revoked = gnttab_try_end_foreign_access(ref->gref);

	trace_revoke(ref->gref, revoked);
	if (revoked)
		gntalloc_ref_free(ref);
	else
		gntalloc_pending_add(ref);
}

/* One user less. The last one may sleep. */
void gntalloc_ref_put(struct gntalloc_ref *ref)
{
	struct xen_unmap_notify notify;

	if (!refcount_dec_and_test(&ref->users))
		return;
	notify = ref->notify;
	/* A peer that maps the page finds the byte, and then gets the event. */
	if (xen_unmap_notify_clears(&notify))
		xen_unmap_notify_clear_byte(&notify, page_address(ref->page));
	revoke(ref);
	xen_unmap_notify_send(&notify);
}
