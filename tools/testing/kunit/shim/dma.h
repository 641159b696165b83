/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the files that have to do with devices: UML has no DMA, so a device is
 * the fake Xen's (fake/dma.c).
 */
#ifndef XEN_KUNIT_DMA_H
#define XEN_KUNIT_DMA_H

/* Ahead of the drivers' own, see seams.h. */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dma-map-ops.h>

int xen_fake_dma_map(struct device *dev, struct sg_table *sgt,
		     enum dma_data_direction dir, unsigned long attrs);
void xen_fake_dma_unmap(struct device *dev, struct sg_table *sgt,
			enum dma_data_direction dir, unsigned long attrs);
void xen_fake_dma_sync(struct device *dev, struct sg_table *sgt,
		       enum dma_data_direction dir, bool for_cpu);
void xen_fake_set_dma_ops(struct device *dev, const struct dma_map_ops *ops);
struct device *xen_fake_device(const char *name);
int xen_fake_dma_mask(struct device *dev, u64 mask);

#define dma_map_sgtable(dev, sgt, dir, attrs)		\
	xen_fake_dma_map(dev, sgt, dir, attrs)
#define dma_unmap_sgtable(dev, sgt, dir, attrs)		\
	xen_fake_dma_unmap(dev, sgt, dir, attrs)
#define dma_sync_sgtable_for_cpu(dev, sgt, dir)		\
	xen_fake_dma_sync(dev, sgt, dir, true)
#define dma_sync_sgtable_for_device(dev, sgt, dir)	\
	xen_fake_dma_sync(dev, sgt, dir, false)
#undef root_device_register
#define root_device_register(name)			\
	xen_fake_device(name)
#define set_dma_ops(dev, ops)				\
	xen_fake_set_dma_ops(dev, ops)
#define dma_coerce_mask_and_coherent(dev, mask)		\
	xen_fake_dma_mask(dev, mask)

#endif
