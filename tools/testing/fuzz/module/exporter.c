// SPDX-License-Identifier: GPL-2.0-only
/*
 * Somebody else's dma-buf: memory that is his, in whatever entries he likes.
 *
 * arg[0]	pages that there are, 1 to 16
 * arg[1]	the most pages in an entry
 * arg[2]	offset of the first entry, in units of 512 bytes
 * arg[3]	bytes that the last entry is shorter
 * arg[4]	what else is odd, see ODD_*
 * arg[5]	size of the dma-buf, less the pages that there are, plus 2
 */
#include <linux/bits.h>
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "compat/module.h"
#include "fake/fake.h"
#include "fuzz/module/fuzz.h"
#include "shim/dma.h"

#define ORDER_MAX	4

/* To a device neighbours are one piece: fewer entries than of memory. */
#define ODD_MERGED	BIT(0)
/* None of its memory is the CPU's. */
#define ODD_DEVICE	BIT(1)
/* The table is in two parts. */
#define ODD_CHAINED	BIT(2)
#define ODD_ATTACH	BIT(3)
#define ODD_MAP		BIT(4)
/* The last entry for the device has length 0. */
#define ODD_EMPTY	BIT(5)
#define ODD_NONE	BIT(6)

struct exporter {
	struct page *pages;
	unsigned int order, nr, most, offset, shorter, odd;
	unsigned long size;
};

struct table {
	struct sg_table sgt;
	struct scatterlist *second;
};

static unsigned long nr_exporters;

unsigned long fuzz_exporters(void)
{
	return nr_exporters;
}

static int exporter_attach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	struct exporter *e = dmabuf->priv;

	if (e->odd & ODD_ATTACH)
		return -EBUSY;
	nr_exporters++;
	return 0;
}

static void exporter_detach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	nr_exporters--;
}

static void fill(const struct exporter *e, struct sg_table *sgt)
{
	struct scatterlist *sg, *last = NULL;
	unsigned int i, pages, page = 0;

	for_each_sgtable_sg(sgt, sg, i) {
		pages = min(e->most, e->nr - page);
		sg_set_page(sg, e->pages + page, pages * PAGE_SIZE, 0);
		page += pages;
		last = sg;
	}
	if (!last)
		return;
	/* It stays within the memory. */
	sgt->sgl->offset = min_t(unsigned int, e->offset, sgt->sgl->length - 1);
	sgt->sgl->length -= sgt->sgl->offset;
	if (last->length > e->shorter)
		last->length -= e->shorter;
}

/* In one array, or in two of which the first leads to the second. */
static int table_alloc(const struct exporter *e, struct table *t)
{
	unsigned int nr = DIV_ROUND_UP(e->nr, e->most), half = nr / 2;

	if (!(e->odd & ODD_CHAINED) || !half)
		return sg_alloc_table(&t->sgt, nr, GFP_KERNEL);
	t->sgt.sgl = kcalloc(half + 1, sizeof(*t->sgt.sgl), GFP_KERNEL | __GFP_NOFAIL);
	t->second = kcalloc(nr - half, sizeof(*t->second), GFP_KERNEL | __GFP_NOFAIL);
	sg_init_table(t->sgt.sgl, half + 1);
	sg_init_table(t->second, nr - half);
	sg_chain(t->sgt.sgl, half + 1, t->second);
	t->sgt.nents = nr;
	t->sgt.orig_nents = nr;
	return 0;
}

static void table_free(struct table *t)
{
	if (t->second) {
		kfree(t->sgt.sgl);
		kfree(t->second);
	} else {
		sg_free_table(&t->sgt);
	}
	kfree(t);
}

static void merge(struct sg_table *sgt)
{
	struct scatterlist *sg, *to = sgt->sgl;
	unsigned int i, nents = 1;

	for_each_sgtable_sg(sgt, sg, i) {
		if (!i)
			continue;
		if (sg_dma_address(to) + sg_dma_len(to) == sg_dma_address(sg)) {
			sg_dma_len(to) += sg_dma_len(sg);
			continue;
		}
		to = sg_next(to);
		nents++;
		sg_dma_address(to) = sg_dma_address(sg);
		sg_dma_len(to) = sg_dma_len(sg);
	}
	sgt->nents = nents;
}

static void make_odd(const struct exporter *e, struct sg_table *sgt)
{
	struct scatterlist *sg, *last = sgt->sgl;
	unsigned int i;

	if (e->odd & ODD_MERGED)
		merge(sgt);
	for_each_sgtable_dma_sg(sgt, sg, i)
		last = sg;
	if (e->odd & ODD_DEVICE)
		sg_dma_address(last) = 1ull << 50;
	if (e->odd & ODD_EMPTY)
		sg_dma_len(last) = 0;
	if (e->odd & ODD_NONE)
		sgt->nents = 0;
}

static struct sg_table *exporter_map(struct dma_buf_attachment *attach,
				     enum dma_data_direction dir)
{
	struct exporter *e = attach->dmabuf->priv;
	unsigned int saved;
	struct table *t;

	if (e->odd & ODD_MAP)
		return ERR_PTR(-EIO);
	saved = fake_enter();
	t = kzalloc(sizeof(*t), GFP_KERNEL | __GFP_NOFAIL);
	if (table_alloc(e, t)) {
		kfree(t);
		fake_leave(saved);
		return ERR_PTR(-ENOMEM);
	}
	fill(e, &t->sgt);
	fake_leave(saved);
	if (dma_map_sgtable(attach->dev, &t->sgt, dir, 0)) {
		table_free(t);
		return ERR_PTR(-ENOMEM);
	}
	make_odd(e, &t->sgt);
	nr_exporters++;
	return &t->sgt;
}

static void exporter_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
			   enum dma_data_direction dir)
{
	dma_unmap_sgtable(attach->dev, sgt, dir, 0);
	table_free(container_of(sgt, struct table, sgt));
	nr_exporters--;
}

static void exporter_release(struct dma_buf *dmabuf)
{
	struct exporter *e = dmabuf->priv;
	unsigned int i;

	for (i = 0; i < 1u << e->order; i++)
		put_page(e->pages + i);
	kfree(e);
	nr_exporters--;
}

static const struct dma_buf_ops exporter_ops = {
	.attach		= exporter_attach,
	.detach		= exporter_detach,
	.map_dma_buf	= exporter_map,
	.unmap_dma_buf	= exporter_unmap,
	.release	= exporter_release,
};

static struct exporter *exporter_new(const u32 *arg)
{
	struct exporter *e = kzalloc(sizeof(*e), GFP_KERNEL | __GFP_NOFAIL);

	e->order = ORDER_MAX;
	e->nr = arg[0] % (1 << ORDER_MAX) + 1;
	e->most = arg[1] % e->nr + 1;
	e->offset = arg[2] % 64 * 512;
	e->shorter = arg[3] % PAGE_SIZE;
	e->odd = arg[4];
	e->size = max_t(int, e->nr + arg[5] % 5 - 2, 1) * PAGE_SIZE;
	e->pages = alloc_pages(GFP_KERNEL | __GFP_ZERO, ORDER_MAX);
	if (!e->pages) {
		kfree(e);
		return NULL;
	}
	/* Neighbours, so that entries can be of several. */
	split_page(e->pages, ORDER_MAX);
	return e;
}

long fuzz_exporter(const u32 *arg)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	unsigned int saved = fake_enter();
	struct exporter *e = exporter_new(arg);
	struct dma_buf *dmabuf;
	int fd = -ENOMEM;

	if (!e)
		goto out;
	info.ops = &exporter_ops;
	info.size = e->size;
	info.flags = O_RDWR;
	info.priv = e;
	nr_exporters++;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		struct dma_buf nobody = { .priv = e };

		exporter_release(&nobody);
		goto out;
	}
	fd = dma_buf_fd(dmabuf, O_CLOEXEC);
	if (fd < 0)
		dma_buf_put(dmabuf);
out:
	fake_leave(saved);
	return fd;
}

MODULE_IMPORT_NS("DMA_BUF");
