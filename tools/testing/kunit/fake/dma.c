// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: what is mapped for one, and how often the CPU and it took turns.
 *
 * The address of memory is the same to a device as to the CPU, unless somebody
 * has given the device operations of its own.
 */
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/scatterlist.h>

#include "fake/fake.h"
#include "shim/dma.h"

static struct {
	struct device *dev;
	const struct dma_map_ops *ops;
} own;

static unsigned long nr_mapped;

unsigned int fake_dma_syncs[2];
EXPORT_SYMBOL_GPL(fake_dma_syncs);

/* Of the device that has its own. */
const struct dma_map_ops *fake_dma_ops(struct device **dev)
{
	*dev = own.dev;
	return own.ops;
}
EXPORT_SYMBOL_GPL(fake_dma_ops);

void xen_fake_set_dma_ops(struct device *dev, const struct dma_map_ops *ops)
{
	own.dev = dev;
	own.ops = ops;
}
EXPORT_SYMBOL_GPL(xen_fake_set_dma_ops);

struct device *xen_fake_device(const char *name)
{
	long err;

	if (fake_call(FAKE_DEVICE, -ENOMEM, &err))
		return ERR_PTR(err);
	return __root_device_register(name, THIS_MODULE);
}
EXPORT_SYMBOL_GPL(xen_fake_device);

int xen_fake_dma_mask(struct device *dev, u64 mask)
{
	long err;

	if (fake_call(FAKE_DMA_MASK, -EIO, &err))
		return err;
	if (dev == own.dev && !own.ops->dma_supported(dev, mask))
		return -EIO;
	return 0;
}
EXPORT_SYMBOL_GPL(xen_fake_dma_mask);

static int map_same(struct sg_table *sgt)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(sgt, sg, i)
		sg_dma_address(sg) = sg_phys(sg);
	return sgt->orig_nents;
}

int xen_fake_dma_map(struct device *dev, struct sg_table *sgt,
		     enum dma_data_direction dir, unsigned long attrs)
{
	unsigned int saved = fake_enter();
	long err;

	if (!fake_call(FAKE_DMA_MAP, -ENOMEM, &err)) {
		sgt->nents = dev == own.dev ?
			     own.ops->map_sg(dev, sgt->sgl, sgt->orig_nents, dir, attrs) :
			     map_same(sgt);
		nr_mapped++;
		err = 0;
	}
	fake_leave(saved);
	return err;
}
EXPORT_SYMBOL_GPL(xen_fake_dma_map);

void xen_fake_dma_unmap(struct device *dev, struct sg_table *sgt,
			enum dma_data_direction dir, unsigned long attrs)
{
	WARN(!nr_mapped, "a table is unmapped that is not mapped");
	if (dev == own.dev)
		own.ops->unmap_sg(dev, sgt->sgl, sgt->orig_nents, dir, attrs);
	nr_mapped--;
}
EXPORT_SYMBOL_GPL(xen_fake_dma_unmap);

void xen_fake_dma_sync(struct device *dev, struct sg_table *sgt,
		       enum dma_data_direction dir, bool for_cpu)
{
	fake_dma_syncs[for_cpu]++;
}
EXPORT_SYMBOL_GPL(xen_fake_dma_sync);

void fake_dma_census(struct fake_census *census)
{
	census->dma = nr_mapped + !!fake_dma_args();
}

void fake_dma_reset(void)
{
	nr_mapped = 0;
	fake_dma_syncs[0] = 0;
	fake_dma_syncs[1] = 0;
}
