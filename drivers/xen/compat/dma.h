/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_DEVICES_COMPAT_DMA_H
#define XEN_DEVICES_COMPAT_DMA_H

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>

/*
 * 6.19, "dma-mapping: remove unused map_page callback": in its place is
 * ->map_phys(), which is told an address. DMA_OPS_PHYS() is the two members of
 * struct dma_map_ops; an older kernel gets a function that takes a page and an
 * offset. What is not memory, it does not map that way.
 */
#ifdef COMPAT_HAVE_DMA_MAP_PHYS

#define DEFINE_DMA_OPS_PHYS(...)

#define DMA_OPS_PHYS(map, unmap) \
	.map_phys = (map), \
	.unmap_phys = (unmap)

#else

#ifndef DMA_ATTR_MMIO
#define DMA_ATTR_MMIO	0
#endif

#define DEFINE_DMA_OPS_PHYS(map) \
static dma_addr_t map##_page(struct device *dev, struct page *page, \
			     unsigned long offset, size_t size, \
			     enum dma_data_direction dir, unsigned long attrs) \
{ \
	return map(dev, page_to_phys(page) + offset, size, dir, attrs); \
}

#define DMA_OPS_PHYS(map, unmap) \
	.map_page = map##_page, \
	.unmap_page = (unmap)

#endif

#endif
