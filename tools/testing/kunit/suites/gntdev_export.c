// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: grants as a dma-buf.
 */
#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/iosys-map.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/sched/signal.h>

#include <xen/interface/grant_table.h>

#include "compat/module.h"
#include "suites/gntdev_dmabuf.h"
#include "suites/suites.h"

static struct dma_buf *buffer(struct kunit *test, int fd)
{
	struct dma_buf *dmabuf = dma_buf_get(fd);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dmabuf);
	return dmabuf;
}

/* The last file reference goes in a kernel thread. */
static void put_buffer(struct dma_buf *dmabuf)
{
	dma_buf_put(dmabuf);
	env_settle();
}

TEST_BOTH(export_shows_and_writes)
{
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf *dmabuf;
	unsigned long addr, part;
	u64 value = 4711;
	long fd;

	grant_from(GUEST, 1, 4);
	fd = export_grants(file, 1, 4);
	KUNIT_ASSERT_GE(test, fd, 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 4);
	dmabuf = buffer(test, fd);
	KUNIT_EXPECT_EQ(test, dmabuf->size, 4 * PAGE_SIZE);
	addr = env_mmap(dmabuf->file, 4, RW, MAP_SHARED);
	part = env_mmap_at(dmabuf->file, 2 * PAGE_SIZE, 2, PROT_READ, MAP_PRIVATE);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(part));
	KUNIT_EXPECT_EQ(test, env_get64(addr + 3 * PAGE_SIZE), fake_stamp(GUEST, 4));
	KUNIT_EXPECT_EQ(test, env_get64(part), fake_stamp(GUEST, 3));
	KUNIT_EXPECT_LT(test, env_mprotect(part, 2, RW), 0);
	env_put(addr, &value, sizeof(value));
	KUNIT_EXPECT_EQ(test, env_mmap(dmabuf->file, 4, RW, MAP_PRIVATE), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_mmap(dmabuf->file, 5, RW, MAP_SHARED), -EINVAL);
	/* It lives without the file and without the descriptor. */
	dma_buf_put(dmabuf);
	env_close(file);
	env_close_fd(fd);
	KUNIT_EXPECT_EQ(test, env_get64(part + PAGE_SIZE), fake_stamp(GUEST, 4));
	KUNIT_EXPECT_EQ(test, env_munmap(part, 2), 0);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 3)->mapped, xen_pv_domain() ? 2 : 1);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 4), 0);
	env_settle();
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	KUNIT_EXPECT_EQ(test, granted64(GUEST, 1), 4711);
}

/* A mapping of a dma-buf is no map of the file, and drops its pages for good. */
TEST_BOTH(export_mapping_is_not_a_map)
{
	struct ioctl_gntdev_get_offset_for_vaddr arg;
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf *dmabuf;
	unsigned long addr;
	long fd;

	grant_from(GUEST, 1, 2);
	fd = export_grants(file, 1, 2);
	KUNIT_ASSERT_GE(test, fd, 0);
	dmabuf = buffer(test, fd);
	addr = env_mmap(dmabuf->file, 2, RW, MAP_SHARED);
	arg.vaddr = addr;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR,
					&arg, sizeof(arg)), -EINVAL);
	env_zap(addr, 1);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	dma_buf_put(dmabuf);
	env_close_fd(fd);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

TEST_BOTH(export_arguments)
{
	struct file *file = env_open(test, GNTDEV);
	struct rlimit *limit = &current->signal->rlim[RLIMIT_NOFILE];
	unsigned long was = limit->rlim_cur;
	long fd;

	grant_from(GUEST, 1, 3);
	KUNIT_EXPECT_EQ(test, export_grants(file, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, export_grants(file, 1, 65537), -EINVAL);
	KUNIT_EXPECT_EQ(test, export_flags(file, 1, 3, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, export_grants(file, 2, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, 8),
			-EFAULT);
	limit->rlim_cur = 0;
	KUNIT_EXPECT_EQ(test, export_grants(file, 1, 3), -EMFILE);
	limit->rlim_cur = was;
	env_settle();
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	/* Other flags have always been ignored. */
	fd = export_flags(file, 1, 3, 0xfc);
	KUNIT_EXPECT_GE(test, fd, 0);
	env_close_fd(fd);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* An array that ends too soon. */
TEST(export_array_unreadable)
{
	unsigned long at = env_mmap(NULL, 2, RW, MAP_PRIVATE | MAP_ANONYMOUS);
	struct ioctl_gntdev_dmabuf_exp_from_refs arg = { .count = 2, .domid = GUEST };
	struct file *file = env_open(test, GNTDEV);

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(at));
	/* Something else may lie right behind. */
	KUNIT_ASSERT_EQ(test, env_mprotect(at + PAGE_SIZE, 1, PROT_NONE), 0);
	at += PAGE_SIZE - sizeof(arg);
	env_put(at, &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, at),
			-EFAULT);
}

/* The descriptor is installed when it cannot fail any more: nobody has seen it. */
TEST(export_descriptor_comes_last)
{
	struct ioctl_gntdev_dmabuf_exp_from_refs arg = {
		.count = 1, .domid = GUEST, .refs = { 1 },
	};
	struct file *file = env_open(test, GNTDEV);
	int fd;

	grant_from(GUEST, 1, 1);
	fd = env_eventfd(test);
	env_close_fd(fd);
	env_put(env_user(), &arg, sizeof(arg));
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, env_ioctl_at(file, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS,
					   env_user()), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, RW), 0);
	KUNIT_EXPECT_TRUE(test, IS_ERR(dma_buf_get(fd)));
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 0), -ENOENT);
	env_settle();
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	KUNIT_EXPECT_EQ(test, export_grants(file, 1, 1), fd);
	env_close_fd(fd);
}

TEST(export_wait)
{
	struct file *file = env_open(test, GNTDEV), *other = env_open(test, GNTDEV);
	struct dma_buf *dmabuf;
	long fd;

	grant_from(GUEST, 1, 1);
	fd = export_grants(file, 1, 1);
	KUNIT_ASSERT_GE(test, fd, 0);
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 30), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, wait_released(other, fd, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, wait_released(file, fd + 1, 0), -ENOENT);
	/* By number, once the descriptor is closed. */
	dmabuf = buffer(test, fd);
	env_close_fd(fd);
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 0), -ETIMEDOUT);
	put_buffer(dmabuf);
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 0), -ENOENT);
}

/* The number has been given to something else meanwhile. */
TEST(export_wait_by_buffer_or_number)
{
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf *first;
	long fd;
	int event;

	grant_from(GUEST, 1, 2);
	fd = export_grants(file, 1, 1);
	KUNIT_ASSERT_GE(test, fd, 0);
	first = buffer(test, fd);
	env_close_fd(fd);
	event = env_eventfd(test);
	KUNIT_ASSERT_EQ(test, event, fd);
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 0), -ETIMEDOUT);
	env_close_fd(event);
	/* To another export: that is what it means now. */
	KUNIT_ASSERT_EQ(test, export_grants(file, 2, 1), fd);
	put_buffer(first);
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 0), -ETIMEDOUT);
	env_close_fd(fd);
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

static int put_thread(void *data)
{
	msleep(50);
	dma_buf_put(data);
	return 0;
}

/* It ends while somebody waits for that. */
TEST(export_released_while_waiting)
{
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf *dmabuf;
	long fd;

	grant_from(GUEST, 1, 1);
	fd = export_grants(file, 1, 1);
	KUNIT_ASSERT_GE(test, fd, 0);
	dmabuf = buffer(test, fd);
	env_close_fd(fd);
	kthread_run(put_thread, dmabuf, "put");
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 5000), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

static int close_thread(void *data)
{
	msleep(50);
	env_close_fd((long)data);
	return 0;
}

/*
 * The waiting itself does not keep it: the descriptor is closed, and that was
 * the last.
 */
TEST(export_wait_holds_nothing)
{
	struct file *file = env_open(test, GNTDEV);
	long fd;

	grant_from(GUEST, 1, 1);
	fd = export_grants(file, 1, 1);
	KUNIT_ASSERT_GE(test, fd, 0);
	kthread_run(close_thread, (void *)fd, "close");
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 5000), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

TEST(export_wait_killed)
{
	struct file *file = env_open(test, GNTDEV);
	long fd;

	grant_from(GUEST, 1, 1);
	fd = export_grants(file, 1, 1);
	KUNIT_ASSERT_GE(test, fd, 0);
	env_kill(true);
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 5000), -ERESTARTSYS);
	env_kill(false);
	/* The file goes, and with it the knowledge of what it exported. */
	env_close(file);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 1);
	env_close_fd(fd);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

static void check_pages(struct kunit *test, struct sg_table *sgt, u32 first)
{
	struct sg_page_iter iter;

	for_each_sgtable_page(sgt, &iter, 0)
		KUNIT_EXPECT_EQ(test, *(u64 *)page_address(sg_page_iter_page(&iter)),
				fake_stamp(GUEST, first++));
}

/* A device has the pages: in pieces where the machine may not have a row. */
TEST_BOTH(export_device)
{
	struct device *dev = root_device_register("xen-kunit");
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf_attachment *attach;
	struct dma_buf *dmabuf;
	struct fake_census census;
	struct sg_table *sgt;
	struct scatterlist *sg;
	unsigned int i;
	long fd;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	grant_from(GUEST, 1, 4);
	fd = export_grants(file, 1, 4);
	KUNIT_ASSERT_GE(test, fd, 0);
	dmabuf = buffer(test, fd);
	attach = dma_buf_attach(dmabuf, dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, attach);
	fake_fail(FAKE_DMA_MAP, 1, -ENOMEM);
	KUNIT_EXPECT_PTR_EQ(test, dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL),
			    (struct sg_table *)ERR_PTR(-ENOMEM));
	sgt = dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sgt);
	check_pages(test, sgt, 1);
	for_each_sgtable_sg(sgt, sg, i) {
		if (xen_pv_domain())
			KUNIT_EXPECT_EQ(test, sg->length, PAGE_SIZE);
	}
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.dma, 1);
	KUNIT_EXPECT_EQ(test, dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fake_dma_syncs[1], 1);
	KUNIT_EXPECT_EQ(test, dma_buf_end_cpu_access(dmabuf, DMA_FROM_DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fake_dma_syncs[0], 1);
	dma_buf_unmap_attachment_unlocked(attach, sgt, DMA_BIDIRECTIONAL);
	dma_buf_detach(dmabuf, attach);
	/* Nobody has it any more. */
	KUNIT_EXPECT_EQ(test, dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fake_dma_syncs[1], 1);
	dma_buf_put(dmabuf);
	env_close_fd(fd);
	root_device_unregister(dev);
}

/* A device may ask again before it has given back what it has. */
TEST_BOTH(export_mapped_twice)
{
	struct device *dev = root_device_register("xen-kunit");
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf_attachment *attach;
	struct sg_table *first, *second;
	struct dma_buf *dmabuf;
	struct fake_census census;
	long fd;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	grant_from(GUEST, 1, 4);
	fd = export_grants(file, 1, 4);
	KUNIT_ASSERT_GE(test, fd, 0);
	dmabuf = buffer(test, fd);
	attach = dma_buf_attach(dmabuf, dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, attach);
	first = dma_buf_map_attachment_unlocked(attach, DMA_TO_DEVICE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, first);
	second = dma_buf_map_attachment_unlocked(attach, DMA_FROM_DEVICE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, second);
	KUNIT_EXPECT_PTR_NE(test, first, second);
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.dma, 2);
	KUNIT_EXPECT_EQ(test, dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fake_dma_syncs[1], 2);
	dma_buf_unmap_attachment_unlocked(attach, first, DMA_TO_DEVICE);
	check_pages(test, second, 1);
	KUNIT_EXPECT_EQ(test, dma_buf_end_cpu_access(dmabuf, DMA_FROM_DEVICE), 0);
	KUNIT_EXPECT_EQ(test, fake_dma_syncs[0], 1);
	dma_buf_unmap_attachment_unlocked(attach, second, DMA_FROM_DEVICE);
	dma_buf_detach(dmabuf, attach);
	dma_buf_put(dmabuf);
	env_close_fd(fd);
	root_device_unregister(dev);
}

/* Before 6.2 whoever calls need not hold the lock of the dma-buf. */
#ifndef KUNIT_HAVE_DMA_BUF_VMAP_UNLOCKED
#define dma_buf_vmap_unlocked dma_buf_vmap
#define dma_buf_vunmap_unlocked dma_buf_vunmap
#endif

static void see_vmap(struct kunit *test, struct file *file, u32 nr, bool works)
{
	long fd = export_grants(file, 1, nr);
	struct dma_buf *dmabuf;
	struct iosys_map map;
	unsigned int i;

	KUNIT_ASSERT_GE(test, fd, 0);
	dmabuf = buffer(test, fd);
	KUNIT_EXPECT_EQ(test, dma_buf_vmap_unlocked(dmabuf, &map), works ? 0 : -EINVAL);
	for (i = 0; works && i < nr; i++)
		KUNIT_EXPECT_EQ(test, *(u64 *)(map.vaddr + i * PAGE_SIZE),
				fake_stamp(GUEST, 1 + i));
	if (works)
		dma_buf_vunmap_unlocked(dmabuf, &map);
	dma_buf_put(dmabuf);
	env_close_fd(fd);
}

/* In one piece of kernel memory: not several pages of a PV domain. */
TEST_BOTH(export_vmap)
{
	struct file *file = env_open(test, GNTDEV);

	grant_from(GUEST, 1, 3);
	see_vmap(test, file, 1, true);
	see_vmap(test, file, 3, !xen_pv_domain());
}

/* Of a dma-buf, too, a page that is in use goes back later. */
TEST_BOTH(export_pinned_page_waits)
{
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf *dmabuf;
	struct page *page;
	unsigned long addr;
	long fd;

	grant_from(GUEST, 1, 2);
	fd = export_grants(file, 1, 2);
	KUNIT_ASSERT_GE(test, fd, 0);
	dmabuf = buffer(test, fd);
	addr = env_mmap_at(dmabuf->file, PAGE_SIZE, 1, RW, MAP_SHARED);
	page = pin_page(test, addr);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(page), fake_stamp(GUEST, 2));
	dma_buf_put(dmabuf);
	env_close_fd(fd);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	env_settle();
	KUNIT_EXPECT_EQ(test, grants_mapped(), 1);
	KUNIT_EXPECT_EQ(test, holders(file), 2);
	put_page(page);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!grants_mapped()));
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(file) == 1));
}

/* What a PV domain asks Xen for when a dma-buf is mapped, and cannot get. */
TEST(export_pv_mmap_refused)
{
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf *dmabuf;
	unsigned long addr;
	long fd;

	grant_from(GUEST, 1, 2);
	fd = export_grants(file, 1, 2);
	KUNIT_ASSERT_GE(test, fd, 0);
	dmabuf = buffer(test, fd);
	fake_maptrack_limit = 3;
	KUNIT_EXPECT_EQ(test, env_mmap(dmabuf->file, 2, RW, MAP_SHARED), -EINVAL);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 2);
	/* The kernel's own are not touched by that. */
	fake_maptrack_limit = 1024;
	addr = env_mmap(dmabuf->file, 2, RW, MAP_SHARED);
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	dma_buf_put(dmabuf);
	env_close_fd(fd);
}

static struct kunit_case export_cases[] = {
	KUNIT_CASE(export_shows_and_writes),
	KUNIT_CASE(export_mapping_is_not_a_map),
	KUNIT_CASE(export_arguments),
	KUNIT_CASE(export_array_unreadable),
	KUNIT_CASE(export_descriptor_comes_last),
	KUNIT_CASE(export_wait),
	KUNIT_CASE(export_wait_by_buffer_or_number),
	KUNIT_CASE(export_released_while_waiting),
	KUNIT_CASE(export_wait_holds_nothing),
	KUNIT_CASE(export_wait_killed),
	KUNIT_CASE(export_device),
	KUNIT_CASE(export_mapped_twice),
	KUNIT_CASE(export_vmap),
	KUNIT_CASE(export_pinned_page_waits),
	KUNIT_CASE(export_pv_mmap_refused),
	{}
};

ENV_SUITE(gntdev_export, export_cases);

MODULE_IMPORT_NS("DMA_BUF");
