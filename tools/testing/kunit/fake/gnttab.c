// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants of other domains: Xen's side (map, unmap, copy) and the kernel's
 * services on top of it.
 *
 * What is mapped into page table entries of a process (PV) is the granted page
 * itself. What is mapped behind a page of ours is a copy; when it is unmapped,
 * whatever was changed in it is written back, if it was writable.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <xen/grant_table.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/xen.h>
#include <xen/page.h>
#include <xen/xen.h>

#include <asm/xen/hypercall.h>

#include "fake/fake.h"

#define MAX_FRAMES	64
#define UNMAP_RETRY_MS	5

/* One mapping of a grant. */
struct handle {
	struct fake_grant *grant;
	struct gnttab_map_grant_ref map;
	/* What a copy was like at first. */
	u8 *was;
};

static DEFINE_XARRAY_ALLOC1(handles);
static LIST_HEAD(grants);
static unsigned long nr_granted_pages;

unsigned int fake_maptrack_limit = 1024;
EXPORT_SYMBOL_GPL(fake_maptrack_limit);

struct fake_grant *fake_grant_new(domid_t domid, grant_ref_t ref, bool readonly)
{
	struct fake_grant *g = kzalloc(sizeof(*g), GFP_KERNEL | __GFP_NOFAIL);

	g->domid = domid;
	g->ref = ref;
	g->readonly = readonly;
	g->page = alloc_page(GFP_KERNEL | __GFP_ZERO | __GFP_NOFAIL);
	*(u64 *)page_address(g->page) = fake_stamp(domid, ref);
	list_add(&g->node, &grants);
	return g;
}
EXPORT_SYMBOL_GPL(fake_grant_new);

struct fake_grant *fake_grant(domid_t domid, grant_ref_t ref)
{
	struct fake_grant *g;

	list_for_each_entry(g, &grants, node) {
		if (g->domid == domid && g->ref == ref)
			return g;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(fake_grant);

/* What Xen says to the wish to use a grant: GNTST_*. */
static int grant_get(domid_t domid, grant_ref_t ref, bool write,
		     struct fake_grant **out)
{
	struct fake_domain *d = fake_domain(domid);
	struct fake_grant *g = fake_grant(domid, ref);

	if (!d || d->dying)
		return GNTST_bad_domain;
	if (!g)
		return GNTST_bad_gntref;
	if (g->paged_out) {
		g->paged_out--;
		return GNTST_eagain;
	}
	if (g->status)
		return g->status;
	if (write && g->readonly)
		return GNTST_permission_denied;
	*out = g;
	return GNTST_okay;
}

static pte_t *pte_at_machine(u64 address)
{
	return __va(address & ~(u64)(sizeof(pte_t) - 1));
}

/* The page of ours that a host address names: linear, or physical. */
static struct page *page_at_host(u64 address)
{
	return xen_pv_domain() ? virt_to_page((void *)address) :
				 pfn_to_page(address >> PAGE_SHIFT);
}

static void map_host(struct handle *h)
{
	pgprot_t prot = h->map.flags & GNTMAP_readonly ? PAGE_READONLY : PAGE_SHARED;

	if (h->map.flags & GNTMAP_contains_pte) {
		set_pte(pte_at_machine(h->map.host_addr),
			pte_mkspecial(pfn_pte(page_to_pfn(h->grant->page), prot)));
		fake_pte_changed();
	}
	if (h->map.flags & GNTMAP_contains_pte || !(h->map.flags & GNTMAP_host_map))
		return;
	h->was = kmemdup(page_address(h->grant->page), PAGE_SIZE,
			 GFP_KERNEL | __GFP_NOFAIL);
	copy_page(page_address(page_at_host(h->map.host_addr)), h->was);
}

/* Others may have changed the rest in the meantime. */
static void write_back(const struct handle *h, const u8 *page)
{
	u8 *to = page_address(h->grant->page);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE; i++) {
		if (page[i] != h->was[i])
			to[i] = page[i];
	}
}

static void unmap_host(const struct handle *h)
{
	void *page;

	if (h->map.flags & GNTMAP_contains_pte) {
		pte_clear(current->mm, 0, pte_at_machine(h->map.host_addr));
		fake_tlb_flush();
	} else if (h->map.flags & GNTMAP_host_map) {
		page = page_address(page_at_host(h->map.host_addr));
		if (!(h->map.flags & GNTMAP_readonly))
			write_back(h, page);
		memset(page, 0xee, PAGE_SIZE);
	}
}

static void handle_free(struct handle *h, unsigned long number)
{
	unmap_host(h);
	h->grant->mapped--;
	xa_erase(&handles, number);
	kfree(h->was);
	kfree(h);
}

static int map_one(struct gnttab_map_grant_ref *op)
{
	struct fake_grant *g;
	struct handle *h;
	u32 number;
	int status;

	status = grant_get(op->dom, op->ref, !(op->flags & GNTMAP_readonly), &g);
	if (status)
		return status;
	h = kzalloc(sizeof(*h), GFP_KERNEL | __GFP_NOFAIL);
	if (xa_alloc(&handles, &number, h, XA_LIMIT(1, fake_maptrack_limit),
		     GFP_KERNEL)) {
		kfree(h);
		return GNTST_no_space;
	}
	h->grant = g;
	h->map = *op;
	g->mapped++;
	map_host(h);
	op->handle = number;
	op->dev_bus_addr = (u64)page_to_pfn(g->page) << PAGE_SHIFT;
	return GNTST_okay;
}

static int unmap_one(struct gnttab_unmap_grant_ref *op)
{
	struct handle *h = xa_load(&handles, op->handle);

	if (!h)
		return GNTST_bad_handle;
	if (op->host_addr && op->host_addr != h->map.host_addr)
		return GNTST_general_error;
	if (h->grant->stuck)
		return GNTST_general_error;
	handle_free(h, op->handle);
	return GNTST_okay;
}

struct page *fake_grant_forget(domid_t domid, grant_ref_t ref)
{
	struct fake_grant *g = fake_grant(domid, ref);
	struct page *page = NULL;
	unsigned long i;
	struct handle *h;

	xa_for_each(&handles, i, h) {
		if (h->grant != g)
			continue;
		page = page_at_host(h->map.host_addr);
		handle_free(h, i);
		ClearPageForeign(page);
	}
	return page;
}
EXPORT_SYMBOL_GPL(fake_grant_forget);

/* One side of a copy. */
static int copy_side(const struct gnttab_copy_ptr *p, bool is_grant, bool write,
		     unsigned int len, void **out)
{
	struct fake_grant *g;
	int status;

	if (p->offset + len > PAGE_SIZE)
		return GNTST_bad_copy_arg;
	if (is_grant) {
		status = grant_get(p->domid, p->u.ref, write, &g);
		if (status)
			return status;
		*out = page_address(g->page) + p->offset;
		return GNTST_okay;
	}
	if (p->domid != DOMID_SELF)
		return GNTST_permission_denied;
	if (!pfn_valid(p->u.gmfn))
		return GNTST_bad_page;
	*out = page_address(pfn_to_page(p->u.gmfn)) + p->offset;
	return GNTST_okay;
}

static int copy_one(struct gnttab_copy *op)
{
	void *from, *to;
	int status;

	status = copy_side(&op->source, op->flags & GNTCOPY_source_gref, false,
			   op->len, &from);
	if (!status)
		status = copy_side(&op->dest, op->flags & GNTCOPY_dest_gref,
				   true, op->len, &to);
	if (!status)
		memcpy(to, from, op->len);
	return status;
}

static long query_size(struct gnttab_query_size *op, unsigned int count)
{
	if (count != 1)
		return -EINVAL;
	op->nr_frames = 1;
	op->max_nr_frames = MAX_FRAMES;
	op->status = GNTST_okay;
	return 0;
}

long fake_grant_op(unsigned int cmd, unsigned long arg, unsigned int count)
{
	struct gnttab_unmap_grant_ref *unmap = (void *)arg;
	struct gnttab_map_grant_ref *map = (void *)arg;
	struct gnttab_copy *copy = (void *)arg;
	unsigned int i;

	for (i = 0; i < count; i++) {
		switch (cmd) {
		case GNTTABOP_map_grant_ref:
			map[i].status = map_one(&map[i]);
			break;
		case GNTTABOP_unmap_grant_ref:
			unmap[i].status = unmap_one(&unmap[i]);
			break;
		case GNTTABOP_copy:
			copy[i].status = copy_one(&copy[i]);
			break;
		}
	}
	switch (cmd) {
	case GNTTABOP_map_grant_ref:
	case GNTTABOP_unmap_grant_ref:
	case GNTTABOP_copy:
		return 0;
	case GNTTABOP_query_size:
		return query_size((void *)arg, count);
	default:
		return -ENOSYS;
	}
}

/* The kernel's services. */

int gnttab_alloc_pages(int nr, struct page **pages)
{
	int err = xen_alloc_unpopulated_pages(nr, pages);
	int i;

	for (i = 0; !err && i < nr; i++)
		SetPagePrivate(pages[i]);
	return err;
}
EXPORT_SYMBOL_GPL(gnttab_alloc_pages);

void gnttab_free_pages(int nr, struct page **pages)
{
	int i;

	for (i = 0; i < nr; i++) {
		WARN(PageForeign(pages[i]), "a page goes, and is a grant's still");
		ClearPagePrivate(pages[i]);
		set_page_private(pages[i], 0);
	}
	xen_free_unpopulated_pages(nr, pages);
}
EXPORT_SYMBOL_GPL(gnttab_free_pages);

static long grant_op(unsigned int cmd, void *ops, unsigned int count)
{
	return HYPERVISOR_grant_table_op(cmd, ops, count);
}

/* What is not there yet is asked for again, until it is. */
void gnttab_batch_map(struct gnttab_map_grant_ref *batch, unsigned int count)
{
	unsigned int i, tries;

	grant_op(GNTTABOP_map_grant_ref, batch, count);
	for (i = 0; i < count; i++) {
		for (tries = 0; batch[i].status == GNTST_eagain && tries < 256; tries++)
			grant_op(GNTTABOP_map_grant_ref, &batch[i], 1);
		if (batch[i].status == GNTST_eagain)
			batch[i].status = GNTST_bad_page;
	}
}
EXPORT_SYMBOL_GPL(gnttab_batch_map);

void gnttab_batch_copy(struct gnttab_copy *batch, unsigned int count)
{
	unsigned int i, tries;

	grant_op(GNTTABOP_copy, batch, count);
	for (i = 0; i < count; i++) {
		for (tries = 0; batch[i].status == GNTST_eagain && tries < 256; tries++)
			grant_op(GNTTABOP_copy, &batch[i], 1);
		if (batch[i].status == GNTST_eagain)
			batch[i].status = GNTST_bad_page;
	}
}
EXPORT_SYMBOL_GPL(gnttab_batch_copy);

int gnttab_map_refs(struct gnttab_map_grant_ref *map_ops,
		    struct gnttab_map_grant_ref *kmap_ops,
		    struct page **pages, unsigned int count)
{
	struct xen_page_foreign *foreign;
	unsigned int i;
	long err;

	err = grant_op(GNTTABOP_map_grant_ref, map_ops, count);
	if (err)
		return err;
	for (i = 0; i < count; i++) {
		if (map_ops[i].status == GNTST_eagain)
			gnttab_batch_map(&map_ops[i], 1);
		if (map_ops[i].status != GNTST_okay)
			continue;
		SetPageForeign(pages[i]);
		foreign = xen_page_foreign(pages[i]);
		foreign->domid = map_ops[i].dom;
		foreign->gref = map_ops[i].ref;
	}
	return kmap_ops ? grant_op(GNTTABOP_map_grant_ref, kmap_ops, count) : 0;
}
EXPORT_SYMBOL_GPL(gnttab_map_refs);

int gnttab_unmap_refs(struct gnttab_unmap_grant_ref *unmap_ops,
		      struct gnttab_unmap_grant_ref *kunmap_ops,
		      struct page **pages, unsigned int count)
{
	unsigned int i;
	long err;

	err = grant_op(GNTTABOP_unmap_grant_ref, unmap_ops, count);
	if (err)
		return err;
	for (i = 0; i < count; i++) {
		if (unmap_ops[i].status == GNTST_okay)
			ClearPageForeign(pages[i]);
	}
	return kunmap_ops ? grant_op(GNTTABOP_unmap_grant_ref, kunmap_ops, count) : 0;
}
EXPORT_SYMBOL_GPL(gnttab_unmap_refs);

static bool in_use(const struct gntab_unmap_queue_data *item)
{
	unsigned int i;

	for (i = 0; i < item->count; i++) {
		if (page_count(item->pages[i]) > 1)
			return true;
	}
	return false;
}

static void try_unmap(struct gntab_unmap_queue_data *item)
{
	int ret;

	if (in_use(item)) {
		schedule_delayed_work(&item->gnttab_work,
				      msecs_to_jiffies(UNMAP_RETRY_MS * ++item->age));
		return;
	}
	ret = gnttab_unmap_refs(item->unmap_ops, item->kunmap_ops, item->pages,
				item->count);
	item->done(ret, item);
}

static void unmap_later(struct work_struct *work)
{
	try_unmap(container_of(to_delayed_work(work),
			       struct gntab_unmap_queue_data, gnttab_work));
}

/* Not before nobody uses the pages any more. */
void gnttab_unmap_refs_async(struct gntab_unmap_queue_data *item)
{
	INIT_DELAYED_WORK(&item->gnttab_work, unmap_later);
	item->age = 0;
	try_unmap(item);
}
EXPORT_SYMBOL_GPL(gnttab_unmap_refs_async);

static void unmap_is_done(int result, struct gntab_unmap_queue_data *item)
{
	struct completion *done = item->data;

	item->age = result;
	complete(done);
}

int gnttab_unmap_refs_sync(struct gntab_unmap_queue_data *item)
{
	DECLARE_COMPLETION_ONSTACK(done);

	item->data = &done;
	item->done = unmap_is_done;
	gnttab_unmap_refs_async(item);
	wait_for_completion(&done);
	return (int)item->age;
}
EXPORT_SYMBOL_GPL(gnttab_unmap_refs_sync);

/* For gnttab_own.c. */
void fake_granted_pages(int change)
{
	nr_granted_pages += change;
}

void fake_gnttab_census(struct fake_census *census)
{
	struct fake_grant *g;
	unsigned long i;
	struct handle *h;

	list_for_each_entry(g, &grants, node)
		census->mapped += g->mapped;
	xa_for_each(&handles, i, h)
		census->handles++;
	census->granted_pages = nr_granted_pages;
	census->grants = fake_own_grants();
}

/*
 * Xen's other domain of the same content has no handles, and no memory behind a
 * page that one was for. A page table of a process is restored without such an
 * entry.
 */
void fake_gnttab_resume(void)
{
	struct handle *h;
	unsigned long i;

	xa_for_each(&handles, i, h) {
		h->grant->mapped--;
		if (h->map.flags & GNTMAP_contains_pte)
			pte_clear(current->mm, 0, pte_at_machine(h->map.host_addr));
		else
			memset(page_address(page_at_host(h->map.host_addr)), 0xff,
			       PAGE_SIZE);
		kfree(h->was);
		kfree(h);
	}
	xa_destroy(&handles);
	xa_init_flags(&handles, XA_FLAGS_ALLOC1);
	fake_tlb_flush();
}

void fake_gnttab_reset(void)
{
	struct fake_grant *g, *next;
	struct handle *h;
	unsigned long i;

	xa_for_each(&handles, i, h) {
		kfree(h->was);
		kfree(h);
	}
	xa_destroy(&handles);
	list_for_each_entry_safe(g, next, &grants, node) {
		list_del(&g->node);
		put_page(g->page);
		kfree(g);
	}
	fake_maptrack_limit = 1024;
	fake_own_grants_reset();
}
