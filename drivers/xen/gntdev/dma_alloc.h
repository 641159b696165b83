/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages for grants that a device likes better than others: write-combining or
 * coherent. Few kernels are built with the service behind it.
 */
#ifndef XEN_GNTDEV_DMA_ALLOC_H
#define XEN_GNTDEV_DMA_ALLOC_H

#include <linux/err.h>
#include <linux/mm_types.h>
#include <linux/types.h>

struct device;
struct gntdev_dma;
struct page;

#ifdef CONFIG_XEN_GRANT_DMA_ALLOC

struct gntdev_dma *gntdev_dma_alloc(struct device *dev, u32 flags, u32 count,
				    struct page **pages);
void gntdev_dma_free(struct gntdev_dma *dma);
pgprot_t gntdev_dma_pgprot(const struct gntdev_dma *dma, pgprot_t prot);

#else

static inline struct gntdev_dma *gntdev_dma_alloc(struct device *dev, u32 flags,
						  u32 count,
						  struct page **pages)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline void gntdev_dma_free(struct gntdev_dma *dma)
{
}

static inline pgprot_t gntdev_dma_pgprot(const struct gntdev_dma *dma,
					 pgprot_t prot)
{
	return prot;
}

#endif

#endif
