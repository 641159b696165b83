// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants: of another domain, and to one.
 *
 * In a PV domain a process sees a page by one mapping and the kernel by another,
 * which it needs for all that it does for the process with the page. So there
 * are two hypercalls each way, whoever makes them.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/grant_table.h>
#include <xen/interface/grant_table.h>
#include <xen/page.h>
#include <xen/xen.h>

#include <asm/xen/hypercall.h>

#include "local.h"

int floor_pages(const struct floor_run *run, struct floor_timer *there,
		struct floor_timer *back)
{
	struct page **page;
	unsigned int i;
	int err = 0;

	page = kvcalloc(run->nr, sizeof(*page), GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	for (i = 0; i < run->times && !err; i++) {
		floor_begin(there);
		err = gnttab_alloc_pages(run->nr, page);
		floor_end(there);
		if (err)
			break;
		floor_begin(back);
		gnttab_free_pages(run->nr, page);
		floor_end(back);
	}
	kvfree(page);
	return err;
}

struct grants {
	u32 *ref;
	struct page **page;
	/* PV only. */
	u64 *entry;
	struct gnttab_map_grant_ref *map;
	struct gnttab_unmap_grant_ref *unmap;
	grant_handle_t *handle;
};

static int map_at(const struct floor_run *run, struct grants *g, u32 flags)
{
	unsigned int i;
	int err;

	for (i = 0; i < run->nr; i++)
		gnttab_set_map_op(&g->map[i], flags & GNTMAP_contains_pte ?
				  g->entry[i] :
				  (unsigned long)page_to_virt(g->page[i]),
				  flags, g->ref[i], run->domid);
	err = HYPERVISOR_grant_table_op(GNTTABOP_map_grant_ref, g->map,
					run->nr);
	for (i = 0; i < run->nr; i++) {
		err = err ?: g->map[i].status;
		g->handle[i] = g->map[i].handle;
	}
	return err;
}

static int unmap_at(const struct floor_run *run, struct grants *g, u32 flags,
		    const grant_handle_t *handle)
{
	unsigned int i;

	for (i = 0; i < run->nr; i++)
		gnttab_set_unmap_op(&g->unmap[i], flags & GNTMAP_contains_pte ?
				    g->entry[i] :
				    (unsigned long)page_to_virt(g->page[i]),
				    flags, handle[i]);
	return HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, g->unmap,
					 run->nr);
}

static int grants_once(const struct floor_run *run, struct grants *g,
		       struct floor_timer *there, struct floor_timer *back)
{
	const u32 for_kernel = GNTMAP_host_map;
	const u32 for_process = GNTMAP_host_map | GNTMAP_application_map |
				GNTMAP_contains_pte;
	grant_handle_t *kernels = g->handle;
	int err;

	floor_begin(there);
	err = map_at(run, g, for_kernel);
	if (!err && g->entry) {
		g->handle += run->nr;
		err = map_at(run, g, for_process);
		g->handle = kernels;
	}
	floor_end(there);
	if (err)
		return -EIO;
	floor_begin(back);
	if (g->entry)
		err = unmap_at(run, g, for_process, kernels + run->nr);
	err = unmap_at(run, g, for_kernel, kernels) ?: err;
	floor_end(back);
	return err;
}

int floor_grants(const struct floor_run *run, struct floor_timer *there,
		 struct floor_timer *back)
{
	struct grants g = {
		.page = kvcalloc(run->nr, sizeof(*g.page), GFP_KERNEL),
		.map = kvcalloc(run->nr, sizeof(*g.map), GFP_KERNEL),
		.unmap = kvcalloc(run->nr, sizeof(*g.unmap), GFP_KERNEL),
		.handle = kvcalloc(2 * run->nr, sizeof(*g.handle), GFP_KERNEL),
	};
	unsigned int i;
	int err = -ENOMEM;

	g.ref = vmemdup_user((void __user *)run->list,
			     run->nr * sizeof(*g.ref));
	if (IS_ERR(g.ref)) {
		err = PTR_ERR(g.ref);
		g.ref = NULL;
		goto out;
	}
	if (!g.page || !g.map || !g.unmap || !g.handle)
		goto out;
	if (xen_pv_domain()) {
		g.entry = kvcalloc(run->nr, sizeof(*g.entry), GFP_KERNEL);
		if (!g.entry)
			goto out;
		err = floor_entries(run, g.entry);
		if (err)
			goto out;
	}
	err = gnttab_alloc_pages(run->nr, g.page);
	if (err)
		goto out;
	for (i = 0; i < run->times && !err; i++)
		err = grants_once(run, &g, there, back);
	gnttab_free_pages(run->nr, g.page);
out:
	kvfree(g.entry);
	kvfree(g.ref);
	kvfree(g.handle);
	kvfree(g.unmap);
	kvfree(g.map);
	kvfree(g.page);
	return err;
}

static void copy_fill(const struct floor_run *run, struct gnttab_copy *op,
		      u32 ref, char *here)
{
	struct gnttab_copy_ptr *mine = &op->dest, *theirs = &op->source;

	op->flags = GNTCOPY_source_gref;
	if (run->op == FLOOR_COPY_OUT) {
		mine = &op->source;
		theirs = &op->dest;
		op->flags = GNTCOPY_dest_gref;
	}
	mine->domid = DOMID_SELF;
	mine->u.gmfn = virt_to_gfn(here);
	mine->offset = offset_in_page(here);
	theirs->domid = run->domid;
	theirs->u.ref = ref;
	op->len = run->len;
}

int floor_copy(const struct floor_run *run, struct floor_timer *there,
	       struct floor_timer *back)
{
	struct gnttab_copy *op;
	unsigned int i, j;
	char *memory;
	int err = 0;
	u32 *ref;

	ref = vmemdup_user((void __user *)run->list, run->nr * sizeof(*ref));
	if (IS_ERR(ref))
		return PTR_ERR(ref);
	op = kvcalloc(run->nr, sizeof(*op), GFP_KERNEL);
	memory = kzalloc(run->nr * run->len, GFP_KERNEL);
	if (!op || !memory)
		err = -ENOMEM;
	for (i = 0; i < run->times && !err; i++) {
		floor_begin(there);
		for (j = 0; j < run->nr; j++)
			copy_fill(run, &op[j], ref[j], memory + j * run->len);
		err = HYPERVISOR_grant_table_op(GNTTABOP_copy, op, run->nr);
		floor_end(there);
		for (j = 0; j < run->nr && !err; j++)
			err = op[j].status ? -EIO : 0;
	}
	kfree(memory);
	kvfree(op);
	kvfree(ref);
	return err;
}

struct granted {
	struct page *page;
	int ref;
};

static int granted_make(struct granted *granted, domid_t domid)
{
	granted->page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!granted->page)
		return -ENOMEM;
	granted->ref = gnttab_grant_foreign_access(domid,
						   xen_page_to_gfn(granted->page),
						   0);
	if (granted->ref < 0)
		__free_page(granted->page);
	return granted->ref < 0 ? granted->ref : 0;
}

int floor_alloc(const struct floor_run *run, struct floor_timer *there,
		struct floor_timer *back)
{
	struct granted *granted;
	unsigned int i, j;
	int err = 0;

	granted = kvcalloc(run->nr, sizeof(*granted), GFP_KERNEL);
	if (!granted)
		return -ENOMEM;
	for (i = 0; i < run->times && !err; i++) {
		floor_begin(there);
		for (j = 0; j < run->nr; j++) {
			err = granted_make(&granted[j], run->domid);
			if (err)
				break;
		}
		floor_end(there);
		floor_begin(back);
		while (j--)
			gnttab_end_foreign_access(granted[j].ref,
						  granted[j].page);
		floor_end(back);
	}
	kvfree(granted);
	return err;
}
