// SPDX-License-Identifier: GPL-2.0-only
/* /dev/xen/gntdev: a dma-buf, which a test makes as it wants it, as grants. */
#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "shim/dma.h"
#include "suites/gntdev_dmabuf.h"
#include "suites/suites.h"

static int exporter_attach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	struct fake_exporter *e = dmabuf->priv;

	if (e->attach_error)
		return e->attach_error;
	e->attached++;
	return 0;
}

static void exporter_detach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	struct fake_exporter *e = dmabuf->priv;

	e->attached--;
}

/* As the test has described the entries. */
static void fill_table(const struct fake_exporter *e, struct sg_table *sgt)
{
	struct scatterlist *sg;
	unsigned int i, page = 0;

	for_each_sgtable_sg(sgt, sg, i) {
		const unsigned int nr = e->chain ? 1 : e->entries[i];

		if (e->folio)
			sg_set_page(sg, e->pages[0], nr * PAGE_SIZE,
				    (page + 1) * PAGE_SIZE);
		else
			sg_set_page(sg, e->pages[page], nr * PAGE_SIZE, 0);
		page += e->chain ? 0 : nr;
	}
	sgt->sgl->offset = e->offset;
	sgt->sgl->length -= e->shorter;
}

/* What the device is told is not what the entries say. */
static void change_addresses(const struct fake_exporter *e, struct sg_table *sgt)
{
	if (e->merged) {
		sg_dma_len(sgt->sgl) = e->nr * PAGE_SIZE;
		sgt->nents = 1;
	}
	if (e->empty_entry)
		sg_dma_len(sgt->sgl) = 0;
}

static struct sg_table *exporter_map(struct dma_buf_attachment *attach,
				     enum dma_data_direction dir)
{
	struct fake_exporter *e = attach->dmabuf->priv;
	unsigned int saved, nr = 0;
	struct sg_table *sgt;

	if (e->map_error)
		return ERR_PTR(e->map_error);
	saved = fake_enter();
	while (nr < ARRAY_SIZE(e->entries) && e->entries[nr])
		nr++;
	if (e->chain)
		nr = e->chain;
	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL | __GFP_NOFAIL);
	WARN_ON(sg_alloc_table(sgt, nr, GFP_KERNEL));
	fill_table(e, sgt);
	fake_leave(saved);
	if (dma_map_sgtable(attach->dev, sgt, dir, 0)) {
		sg_free_table(sgt);
		kfree(sgt);
		return ERR_PTR(-ENOMEM);
	}
	/* Memory of a device, say. */
	if (e->no_memory)
		sg_dma_address(sgt->sgl) = 1ull << 50;
	change_addresses(e, sgt);
	e->mapped++;
	return sgt;
}

static void exporter_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
			   enum dma_data_direction dir)
{
	struct fake_exporter *e = attach->dmabuf->priv;

	if (e->unmap_waits)
		wait_for_completion(e->unmap_waits);
	dma_unmap_sgtable(attach->dev, sgt, dir, 0);
	sg_free_table(sgt);
	kfree(sgt);
	e->mapped--;
}

static void exporter_release(struct dma_buf *dmabuf)
{
	struct fake_exporter *e = dmabuf->priv;

	e->released = true;
}

static const struct dma_buf_ops exporter_ops = {
	.attach		= exporter_attach,
	.detach		= exporter_detach,
	.map_dma_buf	= exporter_map,
	.unmap_dma_buf	= exporter_unmap,
	.release	= exporter_release,
};

/* In one entry for each page, until a test says otherwise. */
void exporter_new(struct kunit *test, struct fake_exporter *e, unsigned int nr)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct page *pages;
	unsigned int i;

	memset(e, 0, sizeof(*e));
	/* In a row, so that an entry can have several. */
	pages = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	split_page(pages, 3);
	e->nr = nr;
	for (i = 0; i < ARRAY_SIZE(e->pages); i++) {
		e->pages[i] = pages + i;
		e->entries[i] = i < nr;
	}
	info.ops = &exporter_ops;
	info.size = nr * PAGE_SIZE;
	info.flags = O_RDWR;
	info.priv = e;
	e->dmabuf = dma_buf_export(&info);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, e->dmabuf);
	e->fd = dma_buf_fd(e->dmabuf, O_CLOEXEC);
	KUNIT_ASSERT_GE(test, e->fd, 0);
}

/* Nobody has anything of it any more. */
void exporter_end(struct kunit *test, struct fake_exporter *e)
{
	unsigned int i;

	if (e->fd >= 0)
		env_close_fd(e->fd);
	env_settle();
	KUNIT_EXPECT_EQ(test, e->mapped, 0);
	KUNIT_EXPECT_EQ(test, e->attached, 0);
	KUNIT_EXPECT_TRUE(test, e->released);
	for (i = 0; i < ARRAY_SIZE(e->pages); i++)
		put_page(e->pages[i]);
}

static unsigned long nr_grants(void)
{
	struct fake_census census;

	fake_census(&census);
	return census.grants;
}

static void entries(struct fake_exporter *e, unsigned int a, unsigned int b,
		    unsigned int c)
{
	memset(e->entries, 0, sizeof(e->entries));
	e->entries[0] = a;
	e->entries[1] = b;
	e->entries[2] = c;
}

TEST_BOTH(import_grants_each_page)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;
	unsigned int i;

	exporter_new(test, &e, 4);
	entries(&e, 1, 2, 1);
	KUNIT_ASSERT_EQ(test, import_fd(file, e.fd, 4), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 4);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_PTR_EQ(test, fake_peer_maps(GUEST, imported_ref(i), true),
				    e.pages[i]);
		fake_peer_unmaps(imported_ref(i));
		KUNIT_EXPECT_NULL(test, fake_peer_maps(OTHER, imported_ref(i), false));
	}
	KUNIT_EXPECT_EQ(test, e.mapped, 1);
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	KUNIT_EXPECT_EQ(test, e.mapped, 0);
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), -ENOENT);
	exporter_end(test, &e);
}

/* A page that begins behind others of its folio: that one is granted. */
TEST_BOTH(import_grants_part_of_folio)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;

	exporter_new(test, &e, 1);
	e.offset = PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 1), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 1);
	KUNIT_EXPECT_PTR_EQ(test, fake_peer_maps(GUEST, imported_ref(0), true),
			    e.pages[1]);
	fake_peer_unmaps(imported_ref(0));
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	exporter_end(test, &e);
}

static void expect_pages(struct kunit *test, struct fake_exporter *e,
			 unsigned int first)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, import_fd(file, e->fd, e->nr), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), e->nr);
	for (i = 0; i < e->nr; i++) {
		KUNIT_EXPECT_PTR_EQ(test, fake_peer_maps(GUEST, imported_ref(i), true),
				    e->pages[first + i]);
		fake_peer_unmaps(imported_ref(i));
	}
	KUNIT_EXPECT_EQ(test, release_fd(file, e->fd), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	env_close(file);
	exporter_end(test, e);
}

/* Each shape of table that an exporter may have. */
TEST(import_shapes_of_tables)
{
	struct fake_exporter e;

	exporter_new(test, &e, 4);
	e.folio = true;
	e.offset = PAGE_SIZE;
	expect_pages(test, &e, 1);
	/* Fewer entries than there are pages, for the device. */
	exporter_new(test, &e, 4);
	e.merged = true;
	expect_pages(test, &e, 0);
	/* All in one entry, behind the start of the folio. */
	exporter_new(test, &e, 4);
	entries(&e, 4, 0, 0);
	e.offset = 3 * PAGE_SIZE;
	expect_pages(test, &e, 3);
	/* An entry without anything. */
	exporter_new(test, &e, 3);
	entries(&e, 1, 2, 1);
	e.empty_entry = true;
	expect_pages(test, &e, 1);
}

/* More entries than there are pages, and more than a part of a table holds. */
TEST(import_chained_table)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;

	exporter_new(test, &e, 4);
	e.chain = 300;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	e.dmabuf->size = 300 * PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 300), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 300);
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	exporter_end(test, &e);
}

/* All files together have no more than the parameter says. */
TEST(import_limit)
{
	struct file *a = env_open(test, GNTDEV), *b = env_open(test, GNTDEV);
	struct fake_exporter e;
	u32 ref;

	env_set_param(test, "xen_gntdev", "import_limit", "5");
	exporter_new(test, &e, 3);
	KUNIT_EXPECT_EQ(test, import_fd(a, e.fd, 3), 0);
	ref = imported_ref(0);
	KUNIT_EXPECT_EQ(test, import_fd(b, e.fd, 3), -ENOSPC);
	KUNIT_EXPECT_EQ(test, nr_grants(), 3);
	/* What a peer has still is not free. */
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, ref, false));
	KUNIT_EXPECT_EQ(test, release_fd(a, e.fd), 0);
	KUNIT_EXPECT_EQ(test, import_fd(b, e.fd, 3), -ENOSPC);
	fake_peer_unmaps(ref);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!import_fd(b, e.fd, 3)));
	KUNIT_EXPECT_EQ(test, release_fd(b, e.fd), 0);
	/* A failure keeps nothing of it. */
	e.attach_error = -EBUSY;
	KUNIT_EXPECT_EQ(test, import_fd(a, e.fd, 3), -EBUSY);
	KUNIT_EXPECT_EQ(test, import_fd(a, e.fd, 3), -EBUSY);
	e.attach_error = 0;
	KUNIT_EXPECT_EQ(test, import_fd(a, e.fd, 3), 0);
	KUNIT_EXPECT_EQ(test, release_fd(a, e.fd), 0);
	env_set_param(test, "xen_gntdev", "import_limit", "16384");
	exporter_end(test, &e);
}

/* An exporter that does not come back from unmapping delays nobody else. */
TEST(import_exporter_blocks)
{
	struct file *file = env_open(test, GNTDEV);
	DECLARE_COMPLETION_ONSTACK(go_on);
	struct fake_exporter a, b;
	unsigned long addr;
	struct page *page;
	u32 ref[2];

	exporter_new(test, &a, 1);
	exporter_new(test, &b, 1);
	a.unmap_waits = &go_on;
	KUNIT_ASSERT_EQ(test, import_fd(file, a.fd, 1), 0);
	ref[0] = imported_ref(0);
	KUNIT_ASSERT_EQ(test, import_fd(file, b.fd, 1), 0);
	ref[1] = imported_ref(0);
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, ref[0], false));
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, ref[1], false));
	KUNIT_EXPECT_EQ(test, release_fd(file, a.fd), 0);
	KUNIT_EXPECT_EQ(test, release_fd(file, b.fd), 0);
	fake_peer_unmaps(ref[0]);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(nr_grants() == 1));
	/* A late map, and another import. */
	grant_from(GUEST, 1, 1);
	addr = show_grants(test, file, 1, 1);
	page = pin_page(test, addr);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	put_page(page);
	fake_peer_unmaps(ref[1]);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!grants_mapped()));
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!READ_ONCE(b.attached)));
	KUNIT_EXPECT_EQ(test, a.mapped, 1);
	complete(&go_on);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!READ_ONCE(a.attached)));
	exporter_end(test, &a);
	exporter_end(test, &b);
}

TEST(import_arguments)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;
	int event = env_eventfd(test);

	exporter_new(test, &e, 3);
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 65537), -EINVAL);
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, import_fd(file, event, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, import_fd(file, 9999, 3), -EBADF);
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), -ENOENT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_DMABUF_IMP_RELEASE, 8),
			-EFAULT);
	env_close_fd(event);
	exporter_end(test, &e);
}

/* Anything but whole pages of memory, exactly as many as were said. */
TEST(import_bad_tables)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;

	exporter_new(test, &e, 4);
	entries(&e, 1, 2, 0);
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 4), -EINVAL);
	entries(&e, 2, 2, 1);
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 4), -EINVAL);
	entries(&e, 2, 2, 0);
	e.offset = 512;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 4), -EINVAL);
	e.shorter = 512;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 4), -EINVAL);
	e.offset = 0;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 4), -EINVAL);
	e.shorter = 0;
	e.no_memory = true;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 4), -EINVAL);
	e.no_memory = false;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 4), 0);
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), 0);
	exporter_end(test, &e);
}

TEST(import_exporter_fails)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;

	exporter_new(test, &e, 2);
	e.attach_error = -EBUSY;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 2), -EBUSY);
	e.attach_error = 0;
	e.map_error = -EIO;
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 2), -EIO);
	e.map_error = 0;
	fake_fail(FAKE_DMA_MAP, 1, -EIO);
	KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 2), -ENOMEM);
	exporter_end(test, &e);
}

/* P6, of an import: at whichever page it fails. */
TEST(import_p6_every_page)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;
	unsigned int i;

	exporter_new(test, &e, 6);
	for (i = 1; i <= 6; i++) {
		fake_fail(FAKE_GRANT_ALLOC, i, -ENOSPC);
		KUNIT_EXPECT_EQ(test, import_fd(file, e.fd, 6), -ENOSPC);
		KUNIT_EXPECT_EQ(test, nr_grants(), 0);
		KUNIT_EXPECT_EQ(test, e.attached, 0);
	}
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), -ENOENT);
	exporter_end(test, &e);
}

/* The references cannot be told: nobody has them. */
TEST(import_unwritable)
{
	struct ioctl_gntdev_dmabuf_imp_to_refs arg = { .count = 2, .domid = GUEST };
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;

	exporter_new(test, &e, 2);
	arg.fd = e.fd;
	env_put(env_user(), &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS,
					   env_user()), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, PROT_READ | PROT_WRITE), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	exporter_end(test, &e);
}

/* While the peer maps a page the exporter may not have any of it back. */
TEST(import_revoke_waits_for_peer)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;
	u32 ref[3], i;

	exporter_new(test, &e, 3);
	KUNIT_ASSERT_EQ(test, import_fd(file, e.fd, 3), 0);
	for (i = 0; i < 3; i++)
		ref[i] = imported_ref(i);
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, ref[0], true));
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, ref[2], true));
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 2);
	KUNIT_EXPECT_EQ(test, e.mapped, 1);
	KUNIT_EXPECT_EQ(test, holders(file), 2);
	/* It is not the file's any more. */
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), -ENOENT);
	fake_peer_unmaps(ref[2]);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(nr_grants() == 1));
	KUNIT_EXPECT_EQ(test, e.mapped, 1);
	env_close_fd(e.fd);
	e.fd = -1;
	KUNIT_EXPECT_FALSE(test, e.released);
	fake_peer_unmaps(ref[0]);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(e.released));
	KUNIT_EXPECT_EQ(test, nr_grants(), 0);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(file) == 1));
	exporter_end(test, &e);
}

/* The file goes while the peer has a page of one of its imports. */
TEST(import_file_goes)
{
	struct file *file = env_open(test, GNTDEV), *other = env_open(test, GNTDEV);
	struct fake_exporter a, b;
	u32 ref;

	exporter_new(test, &a, 2);
	exporter_new(test, &b, 1);
	KUNIT_ASSERT_EQ(test, import_fd(file, b.fd, 1), 0);
	KUNIT_ASSERT_EQ(test, import_fd(file, a.fd, 2), 0);
	ref = imported_ref(1);
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, ref, false));
	env_close(file);
	KUNIT_EXPECT_EQ(test, nr_grants(), 1);
	exporter_end(test, &b);
	fake_peer_unmaps(ref);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!nr_grants()));
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(other) == 1));
	exporter_end(test, &a);
}

/* Released by the number, when the descriptor is closed or is another's. */
TEST(import_release_by_number)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter a, b;
	int number;

	exporter_new(test, &a, 1);
	KUNIT_ASSERT_EQ(test, import_fd(file, a.fd, 1), 0);
	number = a.fd;
	env_close_fd(a.fd);
	a.fd = -1;
	/* The same number, and imported too: that is what it means first. */
	exporter_new(test, &b, 1);
	KUNIT_ASSERT_EQ(test, b.fd, number);
	KUNIT_ASSERT_EQ(test, import_fd(file, b.fd, 1), 0);
	KUNIT_EXPECT_EQ(test, release_fd(file, number), 0);
	KUNIT_EXPECT_EQ(test, b.attached, 0);
	KUNIT_EXPECT_EQ(test, a.attached, 1);
	KUNIT_EXPECT_EQ(test, release_fd(file, number), 0);
	KUNIT_EXPECT_EQ(test, a.attached, 0);
	KUNIT_EXPECT_EQ(test, release_fd(file, number), -ENOENT);
	exporter_end(test, &a);
	exporter_end(test, &b);
}

/* Twice: each import has its own references. */
TEST(import_twice)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;

	exporter_new(test, &e, 2);
	KUNIT_ASSERT_EQ(test, import_fd(file, e.fd, 2), 0);
	KUNIT_ASSERT_EQ(test, import_fd(file, e.fd, 2), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 4);
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), 0);
	KUNIT_EXPECT_EQ(test, nr_grants(), 2);
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), 0);
	exporter_end(test, &e);
}

/* What an exporter may ask for that maps page by page. */
TEST(import_device_operations)
{
	const struct dma_map_ops *ops;
	struct page *page = alloc_page(GFP_KERNEL);
	struct device *dev;
	dma_addr_t addr;

	KUNIT_ASSERT_NOT_NULL(test, page);
	ops = fake_dma_ops(&dev);
	KUNIT_ASSERT_NOT_NULL(test, ops);
#ifdef COMPAT_HAVE_DMA_MAP_PHYS
	addr = ops->map_phys(dev, page_to_phys(page) + 16, 32, DMA_BIDIRECTIONAL, 0);
	KUNIT_EXPECT_EQ(test, addr, page_to_phys(page) + 16);
	ops->unmap_phys(dev, addr, 32, DMA_BIDIRECTIONAL, 0);
	addr = ops->map_phys(dev, page_to_phys(page), 32, DMA_BIDIRECTIONAL,
			     DMA_ATTR_MMIO);
	KUNIT_EXPECT_EQ(test, addr, DMA_MAPPING_ERROR);
#else
	addr = ops->map_page(dev, page, 16, 32, DMA_BIDIRECTIONAL, 0);
	KUNIT_EXPECT_EQ(test, addr, page_to_phys(page) + 16);
	ops->unmap_page(dev, addr, 32, DMA_BIDIRECTIONAL, 0);
#endif
	KUNIT_EXPECT_TRUE(test, ops->dma_supported(dev, DMA_BIT_MASK(64)));
	put_page(page);
}

static struct kunit_case import_cases[] = {
	KUNIT_CASE(import_grants_each_page),
	KUNIT_CASE(import_grants_part_of_folio),
	KUNIT_CASE(import_shapes_of_tables),
	KUNIT_CASE(import_chained_table),
	KUNIT_CASE(import_limit),
	KUNIT_CASE(import_exporter_blocks),
	KUNIT_CASE(import_arguments),
	KUNIT_CASE(import_bad_tables),
	KUNIT_CASE(import_exporter_fails),
	KUNIT_CASE(import_p6_every_page),
	KUNIT_CASE(import_unwritable),
	KUNIT_CASE(import_revoke_waits_for_peer),
	KUNIT_CASE(import_file_goes),
	KUNIT_CASE(import_release_by_number),
	KUNIT_CASE(import_twice),
	KUNIT_CASE(import_device_operations),
	{}
};

ENV_SUITE(gntdev_import, import_cases);
