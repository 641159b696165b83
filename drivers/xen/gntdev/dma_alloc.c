// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages for grants from the DMA allocator: contiguous, and mapped as the flag
 * of the export says. Xen takes their memory away for as long as they have
 * grants behind them.
 */
#include <linux/err.h>
#include <linux/pgtable.h>
#include <linux/slab.h>

#include <xen/gntdev.h>
#include <xen/grant_table.h>

#include "gntdev/dma_alloc.h"

struct gntdev_dma {
	struct gnttab_dma_alloc_args args;
	xen_pfn_t frames[];
};

/* Fills in @pages, which stay the caller's. -ENOMEM: there is no such memory. */
struct gntdev_dma *gntdev_dma_alloc(struct device *dev, u32 flags, u32 count,
				    struct page **pages)
{
	struct gntdev_dma *dma;

	dma = kvzalloc(struct_size(dma, frames, count),
		       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!dma)
		return ERR_PTR(-ENOMEM);
	dma->args = (struct gnttab_dma_alloc_args){
		.dev = dev,
		.coherent = flags & GNTDEV_DMA_FLAG_COHERENT,
		.nr_pages = count,
		.pages = pages,
		.frames = dma->frames,
	};
	if (gnttab_dma_alloc_pages(&dma->args)) {
		kvfree(dma);
		return ERR_PTR(-ENOMEM);
	}
	return dma;
}

void gntdev_dma_free(struct gntdev_dma *dma)
{
	gnttab_dma_free_pages(&dma->args);
	kvfree(dma);
}

/* The CPU has to see it in the same way everywhere. */
pgprot_t gntdev_dma_pgprot(const struct gntdev_dma *dma, pgprot_t prot)
{
	return dma->args.coherent ? prot : pgprot_writecombine(prot);
}
