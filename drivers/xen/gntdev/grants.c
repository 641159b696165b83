// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants in Xen: the kernel's mapping of each page of a map.
 *
 * A grant is released when its slot is *unmap_pending* and nothing but the map holds
 * its page. When somebody does (I/O in flight, a pipe, a reader of another
 * process), the map waits (lib/pending.c). Until it has been released the page
 * is not given back, and the peer is not told that it has been.
 *
 * When the domain was restored, Xen has none of the grants: a map of before is
 * *lost*. Its slots are released in the same way, without asking Xen. Behind a
 * page of an auto-translated domain there is nothing then, as before it was used,
 * and it is given back. What is behind one of a PV domain is not for us to know:
 * it is not used again.
 *
 * In an auto-translated domain a grant of its own cannot be mapped: Xen would put
 * the page behind a second number and take away the first, for good. So it is
 * refused, by the domain's number.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include <xen/grant_table.h>
#include <xen/page.h>
#include <xen/xen.h>

#include "arch/grant.h"
#include "gntdev/gntdev.h"
#include "gntdev/trace.h"
#include "hypercall/hypercall.h"
#include "lib/domid.h"
#include "lib/pending.h"

/* As often Xen is asked for what it has to page in, in all of a map: 33 s. */
#define MAP_EAGAIN_TRIES	256

/* Maps with pages that somebody else uses. */
static struct xen_pending_queue pending;

/* Of this domain, or DOMID_INVALID: Xen does not tell. */
static domid_t own_domid;

static unsigned long page_vaddr(const struct page *page)
{
	return (unsigned long)page_to_virt(page);
}

static long map_op(struct gnttab_map_grant_ref *ops, u32 nr)
{
	return xen_hypercall3(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref,
			      (unsigned long)ops, nr);
}

/* The frame of a grant has to be brought back from somewhere first. */
static int grants_ask_again(struct gnttab_map_grant_ref *op, unsigned int *tries)
{
	int err = 0;

	while (op->status == GNTST_eagain && !err) {
		if (*tries >= MAP_EAGAIN_TRIES) {
			op->status = GNTST_bad_page;
			break;
		}
		schedule_timeout_killable(msecs_to_jiffies(++*tries));
		if (fatal_signal_pending(current))
			return -EINTR;
		err = map_op(op, 1);
	}
	return err;
}

/*
 * Ask Xen to map grants. What is paged out is asked for again, as often as @tries
 * leaves it and until the process is killed. On failure, too, what is mapped has
 * GNTST_okay.
 */
int gntdev_grants_ask(struct gnttab_map_grant_ref *ops, u32 nr,
		      unsigned int *tries)
{
	int err = map_op(ops, nr);
	u32 i;

	if (err)
		return gntdev_refuse(GNTDEV_R_GRANT, err, ops[0].ref);
	for (i = 0; i < nr && !err; i++)
		err = grants_ask_again(&ops[i], tries);
	return err;
}

/* What the kernel is to know of a page: whose it is. */
static void set_foreign(struct page *page, const struct gnttab_map_grant_ref *op)
{
	struct xen_page_foreign *foreign;

	SetPageForeign(page);
	foreign = xen_page_foreign(page);
	foreign->domid = op->dom;
	foreign->gref = op->ref;
}

/*
 * In an auto-translated domain that and what arch/grant.h says is all there is to
 * do, and it can be killed.
 * In a PV domain the kernel has to note what is behind the page, for which it has
 * a service that asks by itself, and waits by itself. There a process's mapping
 * comes first (pv.c), and what is mapped is not paged out.
 */
static int map_pages(struct gnttab_map_grant_ref *ops, struct page **pages,
		     u32 nr, unsigned int *tries)
{
	int err;
	u32 i;

	if (xen_pv_domain()) {
		err = gnttab_map_refs(ops, NULL, pages, nr);
		return err ? gntdev_refuse(GNTDEV_R_GRANT, err, ops[0].ref) : 0;
	}
	err = gntdev_grants_ask(ops, nr, tries);
	for (i = 0; i < nr; i++) {
		if (ops[i].status != GNTST_okay)
			continue;
		set_foreign(pages[i], &ops[i]);
		if (!xen_arch_grant_mapped(&ops[i]))
			err = err ?: -ENOMEM;
	}
	return err;
}

/* Returns -EINVAL, or what is wrong besides with the call. */
static int refuse_grant(const struct gntdev_grant *grant, int err)
{
	gntdev_grant_refused(grant->domid, grant->ref, grant->status);
	/* One is enough. */
	return err ?: gntdev_refuse(GNTDEV_R_GRANT, -EINVAL, grant->ref);
}

/* Ask Xen for slots @first to @first + @nr - 1. */
static int grants_map_batch(struct gntdev_map *map, u32 first, u32 nr,
			    unsigned int *tries)
{
	const u32 flags = GNTMAP_host_map |
			  (map->readonly ? GNTMAP_readonly : 0);
	struct gnttab_map_grant_ref *ops = &map->ops->map;
	struct gntdev_grant *grant;
	int err;
	u32 i;

	for (i = 0; i < nr; i++) {
		grant = &map->grants[first + i];
		gnttab_set_map_op(&ops[i], page_vaddr(map->pages[first + i]),
				  flags, grant->ref, grant->domid);
		ops[i].status = GNTST_general_error;
	}
	err = map_pages(ops, map->pages + first, nr, tries);
	for (i = 0; i < nr; i++) {
		grant = &map->grants[first + i];
		grant->status = ops[i].status;
		if (ops[i].status == GNTST_okay) {
			grant->handle = ops[i].handle;
			map->live++;
		} else {
			err = refuse_grant(grant, err);
		}
	}
	return err;
}

/* An event for each run of grants of one domain. */
static void trace_map_runs(const struct gntdev_map *map, int err)
{
	const struct gntdev_grant *grants = map->grants;
	u32 i, nr;

	for (i = 0; i < map->count; i += nr) {
		for (nr = 1; i + nr < map->count; nr++) {
			if (grants[i + nr].domid != grants[i].domid)
				break;
		}
		trace_map(grants[i].domid, grants[i].ref, nr, map->readonly, err);
	}
}

static bool is_own(const struct gntdev_grant *grant)
{
	return grant->domid == READ_ONCE(own_domid) || grant->domid == DOMID_SELF;
}

static int check_owners(const struct gntdev_map *map)
{
	u32 i;

	if (xen_pv_domain() || !xen_arch_loses_own_grants())
		return 0;
	for (i = 0; i < map->count; i++) {
		if (is_own(&map->grants[i]))
			return gntdev_refuse(GNTDEV_R_OWN_GRANT, -EOPNOTSUPP,
					     map->grants[i].ref);
	}
	return 0;
}

/*
 * Map all grants of a map, which nobody else works with yet. On failure the
 * ones that were mapped are on their way back. -EINVAL: Xen refused one; the
 * slot has the reason. -EOPNOTSUPP: one is this domain's own, and would be lost.
 * -EINTR: the process is being killed.
 */
int gntdev_grants_map(struct gntdev_map *map)
{
	int err = check_owners(map);
	unsigned int tries = 0;
	u32 i, nr;

	for (i = 0; i < map->count && !err; i += nr) {
		nr = min(GNTDEV_BATCH, map->count - i);
		err = grants_map_batch(map, i, nr, &tries);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	if (trace_map_enabled())
		trace_map_runs(map, err);
	if (err)
		gntdev_grants_release(map, 0, map->count);
	return err;
}

/* Only while the page is still ours to write to. */
static void clear_notify_byte(struct gntdev_map *map, u32 first, u32 nr)
{
	u64 slot = map->notify.offset >> PAGE_SHIFT;

	if (!xen_unmap_notify_clears(&map->notify) || map->readonly ||
	    slot < first || slot - first >= nr)
		return;
	xen_unmap_notify_clear_byte(&map->notify,
				    page_to_virt(map->pages[slot]));
}

/* Xen has forgotten them, and nobody uses the pages. */
static void grants_forget_batch(struct gntdev_map *map, u32 first, u32 nr)
{
	u32 i;

	for (i = first; i < first + nr; i++) {
		map->grants[i].unmap_pending = false;
		/* With its handle, as a page that Xen has kept: it is lost. */
		if (xen_pv_domain())
			continue;
		ClearPageForeign(map->pages[i]);
		xen_arch_grant_forgotten(map->pages[i]);
		map->grants[i].handle = INVALID_GRANT_HANDLE;
		map->live--;
	}
}

/* All of them are mapped, and nobody uses the pages. */
static void grants_unmap_batch(struct gntdev_map *map, u32 first, u32 nr)
{
	struct gnttab_unmap_grant_ref *ops = &map->ops->unmap;
	u32 i;

	if (gntdev_map_lost(map)) {
		grants_forget_batch(map, first, nr);
		return;
	}
	trace_unmap(map->grants[first].domid, map->grants[first].ref, nr);
	clear_notify_byte(map, first, nr);
	for (i = 0; i < nr; i++) {
		gnttab_set_unmap_op(&ops[i], page_vaddr(map->pages[first + i]),
				    GNTMAP_host_map,
				    map->grants[first + i].handle);
		ops[i].status = GNTST_general_error;
	}
	gnttab_unmap_refs(ops, NULL, map->pages + first, nr);
	for (i = 0; i < nr; i++) {
		map->grants[first + i].unmap_pending = false;
		/* Xen knows the handle, or our books are wrong. */
		if (WARN_ON_ONCE(ops[i].status != GNTST_okay))
			continue;
		map->grants[first + i].handle = INVALID_GRANT_HANDLE;
		map->live--;
	}
}

/* Memory of the DMA allocator may have no count for each page. */
static bool grants_can_release(struct gntdev_map *map, u32 slot)
{
	return map->grants[slot].unmap_pending && page_count(map->pages[slot]) <= 1;
}

/* Returns how many have to wait. */
static u32 grants_release_pending(struct gntdev_map *map, u32 first, u32 end)
{
	u32 i, nr, waiting = 0;

	lockdep_assert_held(&map->lock);
	for (i = first; i < end; i += nr) {
		for (nr = 0; nr < GNTDEV_BATCH && i + nr < end; nr++) {
			if (!grants_can_release(map, i + nr))
				break;
		}
		if (nr) {
			grants_unmap_batch(map, i, nr);
			cond_resched();
			continue;
		}
		waiting += map->grants[i].unmap_pending;
		nr = 1;
	}
	return waiting;
}

static u32 grants_mark_and_release(struct gntdev_map *map, u32 first, u32 end)
{
	u32 i;

	lockdep_assert_held(&map->lock);
	if (!map->live)
		return 0;
	for (i = first; i < end; i++)
		map->grants[i].unmap_pending |=
			map->grants[i].handle != INVALID_GRANT_HANDLE;
	return grants_release_pending(map, first, end);
}

static struct gntdev_map *pending_map(struct list_head *node)
{
	return list_entry(node, struct gntdev_map, pending);
}

static void grants_put_pending(struct list_head *node)
{
	gntdev_map_put(pending_map(node));
	module_put(THIS_MODULE);
}

static void grants_wait_for_pages(struct gntdev_map *map)
{
	refcount_inc(&map->users);
	/* There is an open file, a mapping or a dma-buf, which has one, too. */
	__module_get(THIS_MODULE);
	if (!xen_pending_add(&pending, &map->pending))
		grants_put_pending(&map->pending);
}

/*
 * What the peer is to be told, if that is due: the pages are gone, and nobody
 * will come back for them.
 */
static struct xen_unmap_notify grants_take_notify(struct gntdev_map *map)
{
	struct xen_unmap_notify notify = {};

	lockdep_assert_held(&map->lock);
	if (map->closed && !map->live)
		swap(notify, map->notify);
	return notify;
}

/* Let go of a part that nobody can reach any more. */
void gntdev_grants_release(struct gntdev_map *map, u32 first, u32 count)
{
	u32 waiting;

	mutex_lock(&map->lock);
	waiting = grants_mark_and_release(map, first, first + count);
	mutex_unlock(&map->lock);
	if (waiting)
		grants_wait_for_pages(map);
}

/* Let go of everything, for good. */
void gntdev_grants_close(struct gntdev_map *map)
{
	struct xen_unmap_notify notify;
	u32 waiting;

	mutex_lock(&map->lock);
	map->closed = true;
	waiting = grants_mark_and_release(map, 0, map->count);
	notify = grants_take_notify(map);
	mutex_unlock(&map->lock);
	if (waiting)
		grants_wait_for_pages(map);
	xen_unmap_notify_send(&notify);
}

/* The pages that had to wait: may they leave now? */
static bool grants_retry_release(struct list_head *node)
{
	struct gntdev_map *map = pending_map(node);
	struct xen_unmap_notify notify;
	u32 waiting;

	mutex_lock(&map->lock);
	waiting = grants_release_pending(map, 0, map->count);
	notify = grants_take_notify(map);
	mutex_unlock(&map->lock);
	xen_unmap_notify_send(&notify);
	return !waiting;
}

unsigned int gntdev_grants_pending(void)
{
	return xen_pending_count(&pending);
}

/* Also for the first life of the domain. */
void gntdev_grants_restored(void)
{
	WRITE_ONCE(own_domid, xen_own_domid());
}

void __init gntdev_grants_init(void)
{
	xen_pending_begin(&pending, grants_retry_release, grants_put_pending);
	gntdev_grants_restored();
}

/* The queue is empty, or the module would be in use. The worker may be leaving. */
void gntdev_grants_exit(void)
{
	xen_pending_end(&pending);
}
