// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other domains: their memory and their resources. Each frame has a page
 * behind it, stamped with the names of its domain and of itself.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "fake/fake.h"

static LIST_HEAD(domains);

struct fake_domain *fake_domain(domid_t domid)
{
	struct fake_domain *d;

	list_for_each_entry(d, &domains, node) {
		if (d->domid == domid)
			return d;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(fake_domain);

u64 fake_stamp(domid_t domid, unsigned long gfn)
{
	return 0xf4a3000000000000 | (u64)domid << 32 | gfn;
}
EXPORT_SYMBOL_GPL(fake_stamp);

static struct page *page_stamped(u64 stamp)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO | __GFP_NOFAIL);

	*(u64 *)page_address(page) = stamp;
	return page;
}

struct fake_domain *fake_domain_new(domid_t domid, unsigned long frames)
{
	struct fake_domain *d = kzalloc(sizeof(*d), GFP_KERNEL | __GFP_NOFAIL);
	struct fake_frame *f;
	unsigned long gfn;

	d->domid = domid;
	xa_init(&d->frames);
	xa_init(&d->resources);
	for (gfn = 0; gfn < frames; gfn++) {
		f = kzalloc(sizeof(*f), GFP_KERNEL | __GFP_NOFAIL);
		f->page = page_stamped(fake_stamp(domid, gfn));
		WARN_ON(xa_err(xa_store(&d->frames, gfn, f, GFP_KERNEL)));
	}
	list_add(&d->node, &domains);
	return d;
}
EXPORT_SYMBOL_GPL(fake_domain_new);

struct fake_frame *fake_frame(domid_t domid, unsigned long gfn)
{
	struct fake_domain *d = fake_domain(domid);

	return d ? xa_load(&d->frames, gfn) : NULL;
}
EXPORT_SYMBOL_GPL(fake_frame);

unsigned long fake_frames_in_a_row(domid_t domid, unsigned int frames)
{
	unsigned int order = get_order(frames * PAGE_SIZE), gfn;
	/* Linux 6.1 has something against as many that must not fail. */
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, order);
	struct fake_frame *f;

	if (WARN_ON(!page))
		return 0;
	split_page(page, order);
	for (gfn = 0; gfn < 1u << order; gfn++) {
		f = gfn < frames ? fake_frame(domid, gfn) : NULL;
		if (!f) {
			__free_page(page + gfn);
			continue;
		}
		put_page(f->page);
		f->page = page + gfn;
		*(u64 *)page_address(f->page) = fake_stamp(domid, gfn);
	}
	return page_to_pfn(page);
}
EXPORT_SYMBOL_GPL(fake_frames_in_a_row);

static unsigned long resource_key(u32 type, u32 id, unsigned int frame)
{
	return type << 24 | id << 16 | frame;
}

void fake_resource(domid_t domid, u32 type, u32 id, unsigned int frames)
{
	struct fake_domain *d = fake_domain(domid);
	unsigned int i;

	for (i = 0; i < frames; i++)
		WARN_ON(xa_err(xa_store(&d->resources,
					resource_key(type, id, i),
					page_stamped(fake_stamp(domid, resource_key(type, id, i))),
					GFP_KERNEL)));
}
EXPORT_SYMBOL_GPL(fake_resource);

struct page *fake_resource_page(domid_t domid, u32 type, u32 id,
				unsigned int frame)
{
	struct fake_domain *d = fake_domain(domid);

	return d ? xa_load(&d->resources, resource_key(type, id, frame)) : NULL;
}
EXPORT_SYMBOL_GPL(fake_resource_page);

/* From here on Xen knows it no more, but what is mapped stays mapped. */
void fake_domain_kill(domid_t domid)
{
	struct fake_domain *d = fake_domain(domid);

	d->dying = true;
	fake_evtchn_domain_died(domid);
}
EXPORT_SYMBOL_GPL(fake_domain_kill);

void fake_domains_free(void)
{
	struct fake_domain *d, *next;
	struct fake_frame *f;
	struct page *page;
	unsigned long i;

	list_for_each_entry_safe(d, next, &domains, node) {
		xa_for_each(&d->frames, i, f) {
			put_page(f->page);
			kfree(f);
		}
		xa_for_each(&d->resources, i, page)
			put_page(page);
		xa_destroy(&d->frames);
		xa_destroy(&d->resources);
		list_del(&d->node);
		kfree(d);
	}
}
