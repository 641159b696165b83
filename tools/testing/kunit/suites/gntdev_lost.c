// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: pages of the DMA allocator, and grants that do not go because
 * somebody else has the page, or Xen does not let go of it, for which the driver
 * has a warning.
 */
#include <linux/completion.h>
#include <linux/slab.h>

#include <xen/grant_table.h>

#include "suites/gntdev_dmabuf.h"
#include "suites/suites.h"

#define RW	(PROT_READ | PROT_WRITE)
#define NR	3

static unsigned long mapped(void)
{
	struct fake_census census;

	fake_census(&census);
	return census.mapped;
}

/* The page stays away, as Xen still has it for the grant's; the others go. */
TEST(lost_page)
{
	struct file *file = env_open(test, GNTDEV);
	struct page *page;
	unsigned long addr;

	fake_become(XEN_HVM_DOMAIN, true);
	grant_from(GUEST, 1, NR);
	addr = show_grants(test, file, 1, NR);
	fake_grant(GUEST, 2)->stuck = true;
	fake_want_warnings(1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, NR), 0);
	KUNIT_EXPECT_EQ(test, fake_warnings_missing(), 0);
	KUNIT_EXPECT_EQ(test, mapped(), 1);
	env_close(file);
	env_settle();
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 2)->mapped, 1);
	page = fake_grant_forget(GUEST, 2);
	gnttab_free_pages(1, &page);
}

/* None is left to give back. */
TEST(lost_every_page)
{
	struct file *file = env_open(test, GNTDEV);
	struct page *page;
	unsigned long addr;

	fake_become(XEN_HVM_DOMAIN, true);
	grant_from(GUEST, 1, 1);
	addr = show_grants(test, file, 1, 1);
	fake_grant(GUEST, 1)->stuck = true;
	fake_want_warnings(1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	env_close(file);
	env_settle();
	KUNIT_EXPECT_EQ(test, fake_warnings_missing(), 0);
	page = fake_grant_forget(GUEST, 1);
	gnttab_free_pages(1, &page);
}

struct meanwhile {
	unsigned int left;
	struct completion now, done;
};

static void come_in_between(void *data)
{
	struct meanwhile *m = data;

	if (--m->left) {
		fake_at_step("spin_lock", come_in_between, m);
		return;
	}
	complete(&m->now);
	wait_for_completion_timeout(&m->done, HZ);
}

/*
 * The worker has looked at a map that has to wait still, and before it can put it
 * back somebody else has had it put on the list. It is there once, and goes.
 */
TEST(lost_asked_for_while_looked_at)
{
	/* To add it takes the lock twice, the worker then takes it thrice. */
	struct meanwhile m = { .left = 5 };
	struct file *file = env_open(test, GNTDEV);
	int before = holders(file);
	struct page *pages[2];
	unsigned long addr;

	init_completion(&m.now);
	init_completion(&m.done);
	grant_from(GUEST, 1, 2);
	addr = show_grants(test, file, 1, 2);
	pages[0] = pin_page(test, addr);
	pages[1] = pin_page(test, addr + PAGE_SIZE);
	fake_at_step("spin_lock", come_in_between, &m);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&m.now, HZ), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr + PAGE_SIZE, 1), 0);
	complete(&m.done);
	put_page(pages[0]);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(mapped() == 1));
	put_page(pages[1]);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(mapped() == 0));
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(file) == before));
}

static const u32 dma_flags[] = { GNTDEV_DMA_FLAG_WC, GNTDEV_DMA_FLAG_COHERENT };

TEST_BOTH(dma_export)
{
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf *dmabuf;
	unsigned long addr;
	unsigned int i, k;
	u64 value;
	int fd;

	grant_from(GUEST, 1, NR);
	for (i = 0; i < ARRAY_SIZE(dma_flags); i++) {
		fd = export_flags(file, 1, NR, dma_flags[i]);
		KUNIT_ASSERT_GE(test, fd, 0);
		KUNIT_EXPECT_EQ(test, fake_dma_args()->coherent,
				dma_flags[i] == GNTDEV_DMA_FLAG_COHERENT);
		dmabuf = dma_buf_get(fd);
		addr = env_mmap(dmabuf->file, NR, RW, MAP_SHARED);
		KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
		for (k = 0; k < NR; k++)
			KUNIT_EXPECT_EQ(test, env_get64(addr + k * PAGE_SIZE),
					i && !k ? 4711 : fake_stamp(GUEST, 1 + k));
		value = 4711;
		env_put(addr, &value, sizeof(value));
		KUNIT_EXPECT_EQ(test, env_munmap(addr, NR), 0);
		dma_buf_put(dmabuf);
		env_close_fd(fd);
		KUNIT_EXPECT_EQ(test, wait_released(file, fd, 1000), -ENOENT);
		KUNIT_EXPECT_EQ(test, mapped(), 0);
		KUNIT_EXPECT_EQ(test, granted64(GUEST, 1), 4711);
		KUNIT_EXPECT_NULL(test, fake_dma_args());
	}
	/* A part of it. */
	fd = export_flags(file, 1, NR, GNTDEV_DMA_FLAG_WC);
	dmabuf = dma_buf_get(fd);
	addr = env_mmap_at(dmabuf->file, 2 * PAGE_SIZE, 1, PROT_READ, MAP_SHARED);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(GUEST, 3));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	dma_buf_put(dmabuf);
	env_close_fd(fd);
	KUNIT_EXPECT_NULL(test, fake_dma_args());
}

/* Whatever is wrong with the allocator, there is no memory. */
TEST_BOTH(dma_no_memory)
{
	struct file *file = env_open(test, GNTDEV);

	grant_from(GUEST, 1, NR);
	fake_fail(FAKE_DMA_PAGES, 1, -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, export_flags(file, 1, NR, GNTDEV_DMA_FLAG_WC), -ENOMEM);
	/* One that Xen refuses. */
	KUNIT_EXPECT_EQ(test, export_flags(file, NR, 2, GNTDEV_DMA_FLAG_WC), -EINVAL);
	env_settle();
	KUNIT_EXPECT_EQ(test, mapped(), 0);
	KUNIT_EXPECT_NULL(test, fake_dma_args());
}

/* It is in one piece: all of it stays away. */
TEST(dma_lost_page)
{
	struct file *file = env_open(test, GNTDEV);
	struct gnttab_dma_alloc_args *args;
	int fd;

	fake_become(XEN_HVM_DOMAIN, true);
	grant_from(GUEST, 1, NR);
	fd = export_flags(file, 1, NR, GNTDEV_DMA_FLAG_WC);
	KUNIT_ASSERT_GE(test, fd, 0);
	fake_grant(GUEST, 3)->stuck = true;
	fake_want_warnings(1);
	env_close_fd(fd);
	env_settle();
	KUNIT_EXPECT_EQ(test, fake_warnings_missing(), 0);
	KUNIT_EXPECT_EQ(test, mapped(), 1);
	args = fake_dma_args();
	KUNIT_ASSERT_NOT_NULL(test, args);
	fake_grant_forget(GUEST, 3);
	gnttab_dma_free_pages(args);
	/* It begins what the driver has for the area. */
	kvfree(args);
}

static struct kunit_case gntdev_lost_cases[] = {
	KUNIT_CASE(lost_page),
	KUNIT_CASE(lost_every_page),
	KUNIT_CASE(lost_asked_for_while_looked_at),
	KUNIT_CASE(dma_export),
	KUNIT_CASE(dma_no_memory),
	KUNIT_CASE(dma_lost_page),
	{}
};

ENV_SUITE(gntdev_lost, gntdev_lost_cases);
