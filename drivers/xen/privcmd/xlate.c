// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings in an auto-translated domain (PVH, HVM).
 *
 * Each page of the mapping is one that the kernel has no memory for. Xen puts
 * foreign frames behind them, any number at a time, and takes them away again
 * one by one, but many such requests fit into one multicall. Only pages that
 * have their frame are put into the page tables: the others have no memory at
 * all. A page that has a frame has a page_private() of 1.
 *
 * A page whose frame Xen does not take back can never be used again. It is
 * leaked, which loses a page number and a struct page, but no memory.
 *
 * The kernel makes those structures by the section, keeps the pages that are
 * handed back for the next caller, and never frees the structures. So the pages
 * that all maps have at a time are limited; restricted files together can have
 * half of them, so that a device model cannot keep the toolstack from its work.
 * A page that is leaked counts for ever. The memory control group of the caller
 * is charged for a map and its array, but for no struct page: no kernel exports a
 * way to charge for what another has allocated.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <xen/balloon.h>
#include <xen/interface/xen.h>
#include <xen/interface/memory.h>
#include <xen/page.h>
#include <xen/xen.h>

#include "hypercall/hypercall.h"
#include "privcmd/killed.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"

/* Frames for one hypercall. */
#define XLATE_ADD_BATCH		1024UL
#define XLATE_REMOVE_BATCH	64UL

struct xlate_map {
	struct privcmd_map map;
	/* Its pages count as those of a restricted file. Never changes. */
	bool restricted;
	/*
	 * For giving frames back, which must not fail: one batch. Not on the
	 * stack, which Xen takes longer to find. No calls for a single page.
	 */
	struct xen_remove_from_physmap *arg;
	struct multicall_entry *call;
	struct page *page[];
};

static struct xlate_map *xlate_of(struct privcmd_map *map)
{
	return container_of(map, struct xlate_map, map);
}

static long xlate_memory_op(unsigned int cmd, void *arg)
{
	return xen_hypercall2(__HYPERVISOR_memory_op, cmd, (unsigned long)arg);
}

/* Pages that the maps have, and those of them of restricted files. */
static atomic_long_t xlate_held, xlate_held_restricted;

long privcmd_xlate_held(void)
{
	return atomic_long_read(&xlate_held);
}

/* Of all, as many as are described by an eighth of memory. */
static bool xlate_hold(atomic_long_t *counter, unsigned long nr, bool restricted)
{
	const u64 bytes = (u64)totalram_pages() << PAGE_SHIFT;
	const long limit = div_u64(bytes, (restricted ? 16 : 8) *
				   sizeof(struct page));
	long now = atomic_long_read(counter);

	do {
		if (now > limit || nr > limit - now)
			return false;
	} while (!atomic_long_try_cmpxchg(counter, &now, now + nr));
	return true;
}

static void xlate_unhold(unsigned long nr, bool restricted)
{
	atomic_long_sub(nr, &xlate_held);
	if (restricted)
		atomic_long_sub(nr, &xlate_held_restricted);
}

static void xlate_free(struct xlate_map *x, unsigned long leaked)
{
	xlate_unhold(x->map.nr - leaked, x->restricted);
	kfree(x->call);
	kfree(x->arg);
}

static int xlate_init(struct privcmd_map *map, bool restricted)
{
	const unsigned long batch = min(map->nr, XLATE_REMOVE_BATCH);
	struct xlate_map *x = xlate_of(map);
	unsigned long i;

	/* The kernel counts the pages that it hands out in 32 bits. */
	if (map->nr > UINT_MAX || !xlate_hold(&xlate_held, map->nr, false))
		goto refuse;
	if (restricted && !xlate_hold(&xlate_held_restricted, map->nr, true)) {
		atomic_long_sub(map->nr, &xlate_held);
		goto refuse;
	}
	x->restricted = restricted;
	x->arg = kmalloc_array(batch, sizeof(*x->arg), GFP_KERNEL_ACCOUNT);
	if (batch > 1)
		x->call = kmalloc_array(batch, sizeof(*x->call),
					GFP_KERNEL_ACCOUNT);
	if (!x->arg || (batch > 1 && !x->call) ||
	    xen_alloc_unpopulated_pages(map->nr, x->page)) {
		xlate_free(x, 0);
		return -ENOMEM;
	}
	for (i = 0; i < map->nr; i++) {
		set_page_private(x->page[i], 0);
		if (i % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
	}
	return 0;

refuse:
	return privcmd_refuse(PRIVCMD_R_MAPPING_SIZE, -ENOMEM, map->nr);
}

/* Take the frames of @nr pages back; those that Xen keeps stay marked. */
static void xlate_remove(struct xlate_map *x, struct page **page, unsigned int nr)
{
	unsigned int i, n = 0;
	long ret = 0, result;

	for (i = 0; i < nr; i++) {
		if (!page_private(page[i]))
			continue;
		x->arg[n].domid = DOMID_SELF;
		x->arg[n++].gpfn = page_to_pfn(page[i]);
	}
	for (i = 0; n > 1 && i < n; i++)
		x->call[i] = (struct multicall_entry){
			.op = __HYPERVISOR_memory_op,
			.args[0] = XENMEM_remove_from_physmap,
			.args[1] = (unsigned long)&x->arg[i],
		};
	/* For one page, a multicall is only more for Xen to read. */
	if (n > 1)
		ret = xen_hypercall2(__HYPERVISOR_multicall,
				     (unsigned long)x->call, n);
	else if (n)
		ret = xlate_memory_op(XENMEM_remove_from_physmap, x->arg);
	for (i = 0; i < n; i++) {
		result = ret || n == 1 ? ret : (long)x->call[i].result;
		/* -ENOENT: there was nothing, and so there is nothing now. */
		if (!result || result == -ENOENT)
			set_page_private(pfn_to_page(x->arg[i].gpfn), 0);
	}
}

/* Hand the pages back by runs, but not those that still have a frame. */
static void xlate_release(struct privcmd_map *map)
{
	struct xlate_map *x = xlate_of(map);
	unsigned long i, from = 0, leaked = 0;

	for (i = 0; i < map->nr; i += XLATE_REMOVE_BATCH) {
		xlate_remove(x, x->page + i, min(map->nr - i, XLATE_REMOVE_BATCH));
		cond_resched();
	}
	for (i = 0; i <= map->nr; i++) {
		if (i < map->nr && !page_private(x->page[i]))
			continue;
		if (i > from)
			xen_free_unpopulated_pages(i - from, x->page + from);
		from = i + 1;
		leaked += i < map->nr;
	}
	if (leaked)
		pr_warn_ratelimited("Xen keeps %lu foreign frames, their page numbers are lost\n",
				    leaked);
	xlate_free(x, leaked);
}

struct xlate_install {
	struct page **page;
	struct vm_area_struct *vma;
};

static int xlate_install_one(pte_t *ptep, unsigned long addr, void *data)
{
	struct xlate_install *in = data;
	struct page *page = *in->page++;

	if (page_private(page))
		set_pte_at(in->vma->vm_mm, addr, ptep,
			   pte_mkspecial(pfn_pte(page_to_pfn(page),
						 in->vma->vm_page_prot)));
	return 0;
}

/* Map the pages of a span that have their frame. */
static int xlate_install(struct privcmd_span *span)
{
	struct xlate_install in = { xlate_of(span->map)->page + span->first };
	int err;

	/* During the hypercalls mmap_lock was not held. */
	in.vma = privcmd_span_lock(span, false);
	if (!in.vma)
		return -EINVAL;
	err = apply_to_page_range(in.vma->vm_mm, span->addr,
				  span->nr * PAGE_SIZE, xlate_install_one, &in);
	mmap_read_unlock(current->mm);
	return err;
}

/* One hypercall. Afterwards errs[] is right for each frame. */
static void xlate_add(struct page **page, xen_pfn_t *gpfns, const u64 *frames,
		      int *errs, unsigned int nr, domid_t domid)
{
	struct xen_add_to_physmap_range range = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_gmfn_foreign,
		.size = nr,
		.foreign_domid = domid,
	};
	unsigned int i;
	long ret;

	for (i = 0; i < nr; i++) {
		gpfns[i] = page_to_pfn(page[i]);
		/* No errno, and not 0: Xen has not come to it. */
		errs[i] = 1;
	}
	set_xen_guest_handle(range.idxs, (xen_ulong_t *)frames);
	set_xen_guest_handle(range.gpfns, gpfns);
	set_xen_guest_handle(range.errs, errs);
	ret = xlate_memory_op(XENMEM_add_to_physmap_range, &range);
	for (i = 0; i < nr; i++) {
		if (errs[i] > 0)
			errs[i] = ret < 0 ? ret : -EINVAL;
		set_page_private(page[i], !errs[i]);
	}
}

static int xlate_fill(struct privcmd_span *span, const u64 *frames, int *errs,
		      domid_t domid, bool resource)
{
	struct page **page = xlate_of(span->map)->page + span->first;
	unsigned long at, nr, size = min(span->nr, XLATE_ADD_BATCH);
	xen_pfn_t *gpfns;

	for (at = 0; at < span->nr; at++) {
		if (page_private(page[at]))
			return -EINVAL;
		if (at % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
	}
	gpfns = kmalloc_array(size, sizeof(*gpfns), GFP_KERNEL);
	if (!gpfns)
		return -ENOMEM;
	for (at = 0; at < span->nr; at += nr) {
		/* The frames that are there already go with the mapping. */
		if (privcmd_killed()) {
			kfree(gpfns);
			return -EINTR;
		}
		nr = min(span->nr - at, XLATE_ADD_BATCH);
		xlate_add(page + at, gpfns, frames + at, errs + at, nr, domid);
	}
	kfree(gpfns);
	return xlate_install(span);
}

/*
 * If Xen fails to acquire the resource, it may have come half-way. Taking back
 * what is not there does no harm, but a page that is not taken back is lost.
 */
static void xlate_prepare_resource(struct privcmd_span *span, u64 *gpfns)
{
	struct page **page = xlate_of(span->map)->page + span->first;
	unsigned long i;

	for (i = 0; i < span->nr; i++) {
		gpfns[i] = page_to_pfn(page[i]);
		set_page_private(page[i], 1);
	}
}

static int xlate_fill_resource(struct privcmd_span *span,
			       const struct xen_mem_acquire_resource *op,
			       const u64 *gpfns)
{
	return xlate_install(span);
}

const struct privcmd_map_ops privcmd_xlate_ops = {
	.size			= sizeof(struct xlate_map),
	.movable		= true,
	.init			= xlate_init,
	.release		= xlate_release,
	.fill			= xlate_fill,
	.prepare_resource	= xlate_prepare_resource,
	.fill_resource		= xlate_fill_resource,
};
