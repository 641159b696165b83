// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants in Xen: the kernel's mapping of each page of a map.
 *
 * A grant is released when its slot is *leaving* and nothing but the map holds
 * its page. When somebody does (I/O in flight, a pipe, a reader of another
 * process), the map waits (pending.c). Until it has been released the page is
 * not given back, and the peer is not told that it has been.
 */
#include <linux/bug.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include <xen/grant_table.h>

#include "gntdev/gntdev.h"
#include "gntdev/observe.h"
#include "gntdev/trace.h"

static unsigned long page_vaddr(const struct page *page)
{
	return (unsigned long)page_to_virt(page);
}

/* Returns -EINVAL, or what is wrong besides with the call. */
static int refuse_grant(const struct gntdev_grant *grant, int err)
{
	gntdev_grant_refused(grant->domid, grant->ref, grant->status);
	/* One is enough. */
	return err ?: gntdev_refuse(GNTDEV_R_GRANT, -EINVAL, grant->ref);
}

/* Ask Xen for slots @first to @first + @nr - 1. */
static int map_batch(struct gntdev_map *map, u32 first, u32 nr)
{
	const u32 flags = GNTMAP_host_map |
			  (map->readonly ? GNTMAP_readonly : 0);
	union gntdev_op one;
	struct gnttab_map_grant_ref *ops = gntdev_map_ops(map, &one);
	struct gntdev_grant *grant;
	int err;
	u32 i;

	for (i = 0; i < nr; i++) {
		grant = &map->grants[first + i];
		gnttab_set_map_op(&ops[i], page_vaddr(map->pages[first + i]),
				  flags, grant->ref, grant->domid);
		ops[i].status = GNTST_general_error;
	}
	err = gnttab_map_refs(ops, NULL, map->pages + first, nr);
	if (err)
		gntdev_refuse(GNTDEV_R_GRANT, err, map->grants[first].ref);
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

/*
 * Map all grants of a map, which nobody else works with yet. On failure the
 * ones that were mapped are on their way back. -EINVAL: Xen refused one; the
 * slot has the reason.
 */
int gntdev_grants_map(struct gntdev_map *map)
{
	int err = 0;
	u32 i, nr;

	for (i = 0; i < map->count && !err; i += nr) {
		nr = min(GNTDEV_BATCH, map->count - i);
		err = map_batch(map, i, nr);
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

/* All of them are mapped, and nobody uses the pages. */
static void unmap_batch(struct gntdev_map *map, u32 first, u32 nr)
{
	union gntdev_op one;
	struct gnttab_unmap_grant_ref *ops = gntdev_map_ops(map, &one);
	u32 i;

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
		map->grants[first + i].leaving = false;
		/* Xen knows the handle, or our books are wrong. */
		if (WARN_ON_ONCE(ops[i].status != GNTST_okay))
			continue;
		map->grants[first + i].handle = INVALID_GRANT_HANDLE;
		map->live--;
	}
}

/* Memory of the DMA allocator may have no count for each page. */
static bool can_leave(struct gntdev_map *map, u32 slot)
{
	return map->grants[slot].leaving && page_count(map->pages[slot]) <= 1;
}

/* Returns how many have to wait. */
static u32 release_leaving(struct gntdev_map *map, u32 first, u32 end)
{
	u32 i, nr, waiting = 0;

	lockdep_assert_held(&map->lock);
	for (i = first; i < end; i += nr) {
		for (nr = 0; nr < GNTDEV_BATCH && i + nr < end; nr++) {
			if (!can_leave(map, i + nr))
				break;
		}
		if (nr) {
			unmap_batch(map, i, nr);
			continue;
		}
		waiting += map->grants[i].leaving;
		nr = 1;
	}
	return waiting;
}

static u32 mark_and_release(struct gntdev_map *map, u32 first, u32 end)
{
	u32 i;

	lockdep_assert_held(&map->lock);
	if (!map->live)
		return 0;
	for (i = first; i < end; i++)
		map->grants[i].leaving |=
			map->grants[i].handle != INVALID_GRANT_HANDLE;
	return release_leaving(map, first, end);
}

static void wait_for_pages(struct gntdev_map *map)
{
	refcount_inc(&map->users);
	if (!gntdev_pending_add(&map->pending))
		gntdev_map_put(map);
}

/*
 * What the peer is to be told, if that is due: the pages are gone, and nobody
 * will come back for them.
 */
static struct xen_unmap_notify take_notify(struct gntdev_map *map)
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
	waiting = mark_and_release(map, first, first + count);
	mutex_unlock(&map->lock);
	if (waiting)
		wait_for_pages(map);
}

/* Let go of everything, for good. */
void gntdev_grants_close(struct gntdev_map *map)
{
	struct xen_unmap_notify notify;
	u32 waiting;

	mutex_lock(&map->lock);
	map->closed = true;
	waiting = mark_and_release(map, 0, map->count);
	notify = take_notify(map);
	mutex_unlock(&map->lock);
	if (waiting)
		wait_for_pages(map);
	xen_unmap_notify_send(&notify);
}

/* The pages that had to wait: may they leave now? */
static bool look_again(struct gntdev_pending *p)
{
	struct gntdev_map *map = container_of(p, struct gntdev_map, pending);
	struct xen_unmap_notify notify;
	u32 waiting;

	mutex_lock(&map->lock);
	waiting = release_leaving(map, 0, map->count);
	notify = take_notify(map);
	mutex_unlock(&map->lock);
	xen_unmap_notify_send(&notify);
	return waiting;
}

static void put_pending(struct gntdev_pending *p)
{
	gntdev_map_put(container_of(p, struct gntdev_map, pending));
}

void gntdev_grants_init(struct gntdev_map *map)
{
	map->pending.look = look_again;
	map->pending.put = put_pending;
}
