// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages for grants from the DMA allocator: in one piece, and as with the real
 * one only the first has a count of its own.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>

#include <xen/grant_table.h>

#include "fake/fake.h"

/* The area that there is, as the driver described it. */
static struct gnttab_dma_alloc_args *area;

int gnttab_dma_alloc_pages(struct gnttab_dma_alloc_args *args)
{
	unsigned int saved = fake_enter();
	long err = 0;
	int i;

	if (fake_call(FAKE_DMA_PAGES, -ENOMEM, &err))
		goto out;
	args->vaddr = (void *)__get_free_pages(GFP_KERNEL,
					       get_order(args->nr_pages << PAGE_SHIFT));
	if (!args->vaddr) {
		err = -ENOMEM;
		goto out;
	}
	memset(args->vaddr, 0xee, args->nr_pages << PAGE_SHIFT);
	for (i = 0; i < args->nr_pages; i++) {
		args->pages[i] = virt_to_page(args->vaddr + i * PAGE_SIZE);
		args->frames[i] = page_to_pfn(args->pages[i]);
		SetPagePrivate(args->pages[i]);
	}
	WARN(area, "a second area");
	area = args;
out:
	fake_leave(saved);
	return err;
}
EXPORT_SYMBOL_GPL(gnttab_dma_alloc_pages);

int gnttab_dma_free_pages(struct gnttab_dma_alloc_args *args)
{
	struct page *page;
	int i;

	for (i = 0; i < args->nr_pages; i++) {
		page = virt_to_page(args->vaddr + i * PAGE_SIZE);
		WARN(args->frames[i] != page_to_pfn(page),
		     "a frame is given back that is another's");
		WARN(PageForeign(page), "a page goes, and is a grant's still");
		ClearPagePrivate(page);
		set_page_private(page, 0);
	}
	free_pages((unsigned long)args->vaddr,
		   get_order(args->nr_pages << PAGE_SHIFT));
	area = NULL;
	return 0;
}
EXPORT_SYMBOL_GPL(gnttab_dma_free_pages);

struct gnttab_dma_alloc_args *fake_dma_args(void)
{
	return area;
}
EXPORT_SYMBOL_GPL(fake_dma_args);
