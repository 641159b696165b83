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
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <xen/grant_table.h>
#include <xen/page.h>

#include "gntalloc/gntalloc.h"
#include "gntalloc/trace.h"
#include "lib/pending.h"

/*
 * References without users whose page a peer still maps. The page stays
 * allocated and stays counted, because the peer can use it.
 */
static struct xen_pending_queue pending;

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
	u32 max, used;

	do {
		/* As always: a negative limit is a huge one. */
		max = READ_ONCE(limit);
		used = old;
		if (used > max || count > max - used)
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
	xen_pending_flush(&pending);
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

static_assert(sizeof(struct gntalloc_block) +
	      GNTALLOC_BLOCK_MAX * sizeof(struct gntalloc_ref) <= PAGE_SIZE);

static void ref_init(struct gntalloc_block *block, u32 slot, struct page *page,
		     grant_ref_t gref)
{
	struct gntalloc_ref *ref = &block->ref[slot];

	ref->page = page;
	ref->gref = gref;
	refcount_set(&ref->users, 1);
	ref->notify = (struct xen_unmap_notify){};
	INIT_LIST_HEAD(&ref->list);
	ref->slot = slot;
	ref->indexed = false;
}

/*
 * Grant a page to @domid with each of the references that were taken from the
 * kernel's grant table. Returns how many there was memory for.
 */
static u32 make_refs(struct gntalloc_block *block, grant_ref_t *grefs,
		     domid_t domid, bool readonly)
{
	struct page *page;
	grant_ref_t gref;
	u32 i;

	for (i = 0; i < block->count; i++) {
		page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!page)
			break;
		gref = gnttab_claim_grant_reference(grefs);
		ref_init(block, i, page, gref);
		gnttab_grant_foreign_access_ref(gref, domid,
						xen_page_to_gfn(page), readonly);
		trace_grant(domid, gref, readonly);
	}
	return i;
}

/* Not all could be made: drop those that were. */
static void drop_refs(struct gntalloc_block *block, u32 made)
{
	gntalloc_unreserve(block->count - made);
	if (!made) {
		kfree(block);
		return;
	}
	refcount_set(&block->live, made);
	/* The last one takes the block with it. */
	while (made--)
		gntalloc_ref_put(&block->ref[made]);
}

/*
 * A block of @nr references, for which the caller has reserved room and whose
 * only user it is. On failure nothing is reserved for them any more.
 */
struct gntalloc_block *gntalloc_block_new(domid_t domid, bool readonly, u32 nr)
{
	struct gntalloc_block *block;
	grant_ref_t grefs;
	u32 made;
	int err;

	block = kmalloc(struct_size(block, ref, nr), GFP_KERNEL_ACCOUNT);
	if (!block) {
		err = -ENOMEM;
		goto err_room;
	}
	block->count = nr;
	block->nr_indexed = 0;
	refcount_set(&block->live, nr);
	err = gnttab_alloc_grant_references(nr, &grefs);
	if (err) {
		gntalloc_refuse(GNTALLOC_R_GRANT_TABLE, err, domid);
		goto err_block;
	}
	made = make_refs(block, &grefs, domid, readonly);
	if (made == nr)
		return block;
	gnttab_free_grant_references(grefs);
	drop_refs(block, made);
	return ERR_PTR(-ENOMEM);

err_block:
	kfree(block);
err_room:
	gntalloc_unreserve(nr);
	return ERR_PTR(err);
}

struct gntalloc_block *gntalloc_block_of(struct gntalloc_ref *ref)
{
	return container_of(ref - ref->slot, struct gntalloc_block, ref[0]);
}

/* One of its references is gone. */
static void block_put(struct gntalloc_block *block)
{
	if (refcount_dec_and_test(&block->live))
		kfree(block);
}

/* The grant has been revoked. */
static void ref_free(struct gntalloc_ref *ref)
{
	put_page(ref->page);
	block_put(gntalloc_block_of(ref));
	gntalloc_unreserve(1);
}

static struct gntalloc_ref *pending_ref(struct list_head *node)
{
	return list_entry(node, struct gntalloc_ref, list);
}

static bool retry_revoke(struct list_head *node)
{
	return gnttab_try_end_foreign_access(pending_ref(node)->gref);
}

static void free_revoked(struct list_head *node)
{
	ref_free(pending_ref(node));
}

unsigned int gntalloc_pending_count(void)
{
	return xen_pending_count(&pending);
}

void __init gntalloc_ref_init(void)
{
	xen_pending_begin(&pending, retry_revoke, free_revoked);
}

/*
 * Nobody is left who could add one. The kernel does for the rest what we did:
 * it takes over the page, and tries.
 */
void gntalloc_ref_exit(void)
{
	struct gntalloc_ref *ref, *next;

	xen_pending_end(&pending);
	list_for_each_entry_safe(ref, next, &pending.list, list) {
		gnttab_end_foreign_access(ref->gref, ref->page);
		block_put(gntalloc_block_of(ref));
	}
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
		ref_free(ref);
	else
		xen_pending_add(&pending, &ref->list);
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
