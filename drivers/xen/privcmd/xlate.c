// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filling a mapping in an auto-translated domain (PVH, HVM).
 *
 * Each page of the mapping is one that the kernel has no memory for. Xen puts
 * foreign frames behind them, any number at a time, and takes them away again
 * one by one, but many such requests fit into one multicall. Only pages that
 * have their frame are put into the page tables: what lies behind the others
 * would be no memory at all.
 *
 * A page whose frame Xen does not take back can never be used again. It is
 * leaked, which loses a number and no memory but what describes it.
 *
 * That is what a page costs: its struct page. The kernel makes those by the
 * section, keeps what is handed back for the next who asks, and never gives the
 * memory up. So what counts is how many pages all maps have at a time: there is
 * a limit to that, of which restricted files together can have half, so that a
 * device model cannot keep the toolstack from its work. A page that is leaked
 * counts for ever. The memory control group of the caller is charged for the
 * arrays of a map, but for no struct page: it is not the caller who allocates
 * them, and no kernel exports a way to charge for what another has allocated.
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

/* Frames for one hypercall. */
#define ADD_BATCH	1024UL
#define REMOVE_BATCH	64UL

/*
 * Reserved with the map, since giving frames back must not fail, and not on the
 * stack, which Xen takes longer to find. For as many frames as there are.
 */
struct privcmd_remover {
	struct xen_remove_from_physmap *arg;
	struct multicall_entry call[];
};

static struct privcmd_remover *remover_new(unsigned long nr)
{
	const unsigned int batch = min(nr, REMOVE_BATCH);
	struct privcmd_remover *r;

	r = kzalloc(struct_size(r, call, batch) + batch * sizeof(*r->arg),
		    GFP_KERNEL_ACCOUNT);
	if (r)
		r->arg = (void *)(r->call + batch);
	return r;
}

static long memory_op(unsigned int cmd, void *arg)
{
	return xen_hypercall2(__HYPERVISOR_memory_op, cmd, (unsigned long)arg);
}

/* Pages that the maps have, and those of them of restricted files. */
static atomic_long_t held, held_restricted;

long privcmd_xlate_held(void)
{
	return atomic_long_read(&held);
}

/* As many as are described by an eighth of memory. */
static long limit_of(bool restricted)
{
	u64 bytes = (u64)totalram_pages() << PAGE_SHIFT;

	return div_u64(bytes, (restricted ? 16 : 8) * sizeof(struct page));
}

static bool hold(atomic_long_t *counter, unsigned long nr, long limit)
{
	long now = atomic_long_read(counter);

	do {
		if (now > limit || nr > limit - now)
			return false;
	} while (!atomic_long_try_cmpxchg(counter, &now, now + nr));
	return true;
}

static void unhold(unsigned long nr, bool restricted)
{
	atomic_long_sub(nr, &held);
	if (restricted)
		atomic_long_sub(nr, &held_restricted);
}

/* May there be a map of so many pages? If so, they count from now on. */
bool privcmd_xlate_hold(unsigned long nr, bool restricted)
{
	/* The kernel counts those that it hands out in 32 bits. */
	if (nr > UINT_MAX || !hold(&held, nr, limit_of(false)))
		return false;
	if (!restricted || hold(&held_restricted, nr, limit_of(true)))
		return true;
	atomic_long_sub(nr, &held);
	return false;
}

/* With the pages held. On failure they are not any more. */
int privcmd_xlate_alloc(struct privcmd_map *map)
{
	map->remover = remover_new(map->nr);
	if (!map->remover)
		goto err_held;
	map->pages = kvcalloc(map->nr, sizeof(*map->pages),
			      GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!map->pages)
		goto err_remover;
	if (xen_alloc_unpopulated_pages(map->nr, map->pages))
		goto err_pages;
	return 0;

err_pages:
	kvfree(map->pages);
	map->pages = NULL;
err_remover:
	kfree(map->remover);
	map->remover = NULL;
err_held:
	unhold(map->nr, map->restricted);
	return -ENOMEM;
}

static void remove_many(struct privcmd_remover *r, unsigned int nr)
{
	unsigned int i;
	long ret;

	for (i = 0; i < nr; i++) {
		r->call[i] = (struct multicall_entry){
			.op = __HYPERVISOR_memory_op,
			.args[0] = XENMEM_remove_from_physmap,
			.args[1] = (unsigned long)&r->arg[i],
		};
	}
	ret = xen_hypercall2(__HYPERVISOR_multicall, (unsigned long)r->call,
			     nr);
	for (i = 0; ret && i < nr; i++)
		r->call[i].result = ret;
}

/* Take the frames of @nr pages back. Returns how many Xen kept. */
static unsigned int remove_batch(struct privcmd_remover *r,
				 struct page **pages, unsigned int nr)
{
	unsigned int i, kept = 0;

	for (i = 0; i < nr; i++) {
		r->arg[i].domid = DOMID_SELF;
		r->arg[i].gpfn = page_to_pfn(pages[i]);
	}
	/* Of one, a multicall is only more for Xen to read. */
	if (nr == 1)
		r->call[0].result = memory_op(XENMEM_remove_from_physmap, r->arg);
	else
		remove_many(r, nr);
	for (i = 0; i < nr; i++) {
		/* -ENOENT: there was nothing, and so there is nothing now. */
		if (r->call[i].result &&
		    r->call[i].result != -ENOENT) {
			/* Forget the page: it must not be handed out again. */
			pages[i] = NULL;
			kept++;
		}
	}
	return kept;
}

/* Hand back runs of pages that may be used again. */
static void free_pages_but_leaked(struct page **pages, unsigned long nr)
{
	unsigned long i, from = 0;

	for (i = 0; i <= nr; i++) {
		if (i < nr && pages[i])
			continue;
		if (i > from)
			xen_free_unpopulated_pages(i - from, pages + from);
		from = i + 1;
	}
}

/* Give back all frames of the map, and its pages. Nothing maps them now. */
void privcmd_xlate_free(struct privcmd_map *map)
{
	unsigned long at = 0, end, nr, kept = 0;

	for (;;) {
		at = find_next_bit(map->filled, map->nr, at);
		if (at >= map->nr)
			break;
		end = find_next_zero_bit(map->filled, map->nr, at);
		nr = min(end - at, REMOVE_BATCH);
		kept += remove_batch(map->remover, map->pages + at, nr);
		at += nr;
		cond_resched();
	}
	if (kept)
		pr_warn_ratelimited("Xen keeps %lu foreign frames, their page numbers are lost\n",
				    kept);
	free_pages_but_leaked(map->pages, map->nr);
	unhold(map->nr - kept, map->restricted);
	kvfree(map->pages);
	kfree(map->remover);
}

struct install {
	struct page **page;
	const int *err;
	pgprot_t prot;
	struct mm_struct *mm;
};

static int install_one(pte_t *ptep, unsigned long addr, void *data)
{
	struct install *in = data;
	struct page *page = *in->page++;

	if (!in->err || !*in->err++)
		set_pte_at(in->mm, addr, ptep,
			   pte_mkspecial(pfn_pte(page_to_pfn(page), in->prot)));
	return 0;
}

/* Map the pages of a span that have their frame: all, without @errs. */
int privcmd_xlate_install(struct privcmd_span *span, const int *errs)
{
	struct install in = {
		.page = span->map->pages + span->first,
		.err = errs,
	};
	struct vm_area_struct *vma;
	int err;

	vma = privcmd_span_lock_vma(span);
	if (!vma)
		return -EINVAL;
	in.prot = vma->vm_page_prot;
	in.mm = vma->vm_mm;
	err = apply_to_page_range(vma->vm_mm, span->addr,
				  span->nr * PAGE_SIZE, install_one, &in);
	privcmd_span_unlock_vma(span);
	return err;
}

/* One hypercall. Afterwards errs[] is right for each frame. */
static void add_batch(struct page **pages, xen_pfn_t *gpfns, const u64 *frames,
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
		gpfns[i] = page_to_pfn(pages[i]);
		/* No errno, and not 0: Xen has not come to it. */
		errs[i] = 1;
	}
	set_xen_guest_handle(range.idxs, (xen_ulong_t *)frames);
	set_xen_guest_handle(range.gpfns, gpfns);
	set_xen_guest_handle(range.errs, errs);
	ret = memory_op(XENMEM_add_to_physmap_range, &range);
	for (i = 0; i < nr; i++) {
		if (errs[i] > 0)
			errs[i] = ret < 0 ? ret : -EINVAL;
	}
}

int privcmd_xlate_fill(struct privcmd_span *span, const u64 *frames, int *errs,
		       domid_t domid)
{
	struct page **pages = span->map->pages + span->first;
	unsigned long i, at, nr, size = min(span->nr, ADD_BATCH);
	xen_pfn_t *gpfns;

	gpfns = kmalloc_array(size, sizeof(*gpfns), GFP_KERNEL);
	if (!gpfns)
		return -ENOMEM;
	for (at = 0; at < span->nr; at += nr) {
		/* What there is already goes with the mapping. */
		if (privcmd_killed()) {
			kfree(gpfns);
			return -EINTR;
		}
		nr = min(span->nr - at, ADD_BATCH);
		add_batch(pages + at, gpfns, frames + at, errs + at, nr, domid);
		for (i = at; i < at + nr; i++) {
			if (!errs[i])
				__set_bit(span->first + i, span->map->filled);
		}
	}
	kfree(gpfns);
	return privcmd_xlate_install(span, errs);
}
