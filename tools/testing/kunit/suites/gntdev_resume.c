// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev and /dev/xen/gntalloc: the domain is saved and restored while
 * a process has grants.
 */
#include <linux/device.h>

#include <xen/gntalloc.h>
#include <xen/grant_table.h>

#include "suites/evtchn.h"
#include "suites/gntdev_dmabuf.h"
#include "suites/suites.h"

#define EVENT	UNMAP_NOTIFY_SEND_EVENT

/* Xen has forgotten them; in their place is memory that is all zero. */
TEST(resume_auto_translated)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr, calls;
	u64 value = 4711;

	fake_become(XEN_HVM_DOMAIN, true);
	grant_from(GUEST, 1, 3);
	addr = show_grants(test, file, 1, 3);
	fake_resume(false);
	calls = fake_calls(FAKE_GRANT(GNTTABOP_unmap_grant_ref));
	KUNIT_EXPECT_EQ(test, env_get64(addr), 0);
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + PAGE_SIZE));
	env_put(addr + PAGE_SIZE, &value, sizeof(value));
	KUNIT_EXPECT_EQ(test, env_get64(addr + PAGE_SIZE), value);
	KUNIT_EXPECT_EQ(test, granted64(GUEST, 2), fake_stamp(GUEST, 2));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 3), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_unmap_grant_ref)),
			calls);
	/* The file is of use in this life, too. */
	addr = show_grants(test, file, 1, 3);
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(GUEST, 1));
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, env_get64(addr), 0);
}

/* A PV domain that was restored after all: the page is lost, and nothing else. */
TEST(resume_pv)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr, calls;
	struct page *page;

	grant_from(GUEST, 1, 1);
	addr = show_grants(test, file, 1, 1);
	page = pin_page(test, addr);
	put_page(page);
	fake_resume(false);
	calls = fake_calls(FAKE_GRANT(GNTTABOP_unmap_grant_ref));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	env_close(file);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_unmap_grant_ref)),
			calls);
	ClearPageForeign(page);
	gnttab_free_pages(1, &page);
}

TEST_BOTH(resume_cancelled)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 2);
	addr = show_grants(test, file, 1, 2);
	fake_resume(true);
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, grants_mapped(), each() * 2);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* Its domain may be another by now. */
TEST_BOTH(resume_before_mmap)
{
	struct file *file = env_open(test, GNTDEV);

	grant_from(GUEST, 1, 2);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 2), 0);
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, show(file, 0, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* The page waits for its user, and goes back without a word to Xen. */
TEST(resume_pinned_page)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_census census;
	unsigned long addr;
	struct page *page;

	fake_become(XEN_HVM_DOMAIN, true);
	grant_from(GUEST, 1, 2);
	addr = show_grants(test, file, 1, 2);
	page = pin_page(test, addr);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	fake_resume(false);
	env_close(file);
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.unpopulated, 2);
	put_page(page);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY((fake_census(&census),
					    !census.unpopulated)));
}

/*
 * A notification of before does nothing to whoever has the number of its port
 * now, and gives up its reference to the IRQ.
 */
static void stale_notification(struct kunit *test, bool close_first,
			       bool no_memory)
{
	struct file *events = env_open(test, EVTCHN), *others;
	struct file *file = env_open(test, GNTDEV);
	struct fake_census census;
	u32 port;

	grant_from(GUEST, 1, 1);
	port = bind_interdomain(events, GUEST, 5);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, set_notify(file, 0, EVENT, port), 0);
	if (close_first)
		env_close(events);
	fake_resume(false);
	others = env_open(test, EVTCHN);
	KUNIT_EXPECT_EQ(test, bind_interdomain(others, GUEST, 6), port);
	if (no_memory)
		fake_fail(FAKE_REQUEST_IRQ, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 0);
	KUNIT_EXPECT_EQ(test, notify(others, port), 0);
	if (!close_first)
		env_close(events);
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.irqs, 1);
	KUNIT_EXPECT_EQ(test, unbind(others, port), 0);
}

TEST_BOTH(resume_notification)
{
	stale_notification(test, false, false);
}

TEST_BOTH(resume_notification_alone)
{
	stale_notification(test, true, false);
}

/* What gives up the reference is asked for again. */
TEST(resume_notification_without_memory)
{
	stale_notification(test, false, true);
}

/* Neither a process nor a device gets anything of it any more. */
static void expect_export_lost(struct kunit *test, struct dma_buf *dmabuf)
{
	struct device *dev = root_device_register("xen-kunit");
	struct dma_buf_attachment *attach;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_EXPECT_EQ(test, env_mmap(dmabuf->file, 1, RW, MAP_SHARED), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_mmap(dmabuf->file, 1, PROT_READ, MAP_PRIVATE),
			-EINVAL);
	attach = dma_buf_attach(dmabuf, dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, attach);
	KUNIT_EXPECT_EQ(test, PTR_ERR(dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL)),
			-EINVAL);
	dma_buf_detach(dmabuf, attach);
	root_device_unregister(dev);
}

TEST(resume_export)
{
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf *dmabuf;
	int fd;

	fake_become(XEN_HVM_DOMAIN, true);
	grant_from(GUEST, 1, 2);
	fd = export_grants(file, 1, 2);
	KUNIT_ASSERT_GE(test, fd, 0);
	fake_resume(false);
	dmabuf = dma_buf_get(fd);
	KUNIT_EXPECT_EQ(test, dmabuf->size, 2 * PAGE_SIZE);
	expect_export_lost(test, dmabuf);
	dma_buf_put(dmabuf);
	env_close_fd(fd);
	env_settle();
	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 1000), -ENOENT);
}

/* The page behind the grant is lost, as in resume_pv. */
TEST(resume_export_pv)
{
	struct file *file = env_open(test, GNTDEV);
	struct dma_buf *dmabuf;
	unsigned long addr;
	struct page *page;
	int fd;

	grant_from(GUEST, 1, 1);
	fd = export_grants(file, 1, 1);
	KUNIT_ASSERT_GE(test, fd, 0);
	dmabuf = dma_buf_get(fd);
	addr = env_mmap(dmabuf->file, 1, RW, MAP_SHARED);
	page = pin_page(test, addr);
	put_page(page);
	fake_resume(false);
	expect_export_lost(test, dmabuf);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	dma_buf_put(dmabuf);
	env_close_fd(fd);
	env_settle();
	ClearPageForeign(page);
	gnttab_free_pages(1, &page);
}

/* The peer has nothing mapped any more, and the grants go as ever. */
TEST(resume_import)
{
	struct file *file = env_open(test, GNTDEV);
	struct fake_exporter e;

	exporter_new(test, &e, 2);
	KUNIT_ASSERT_EQ(test, import_fd(file, e.fd, 2), 0);
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, imported_ref(0), true));
	fake_resume(false);
	KUNIT_EXPECT_NULL(test, fake_peer_maps(GUEST, imported_ref(0), true));
	KUNIT_EXPECT_EQ(test, release_fd(file, e.fd), 0);
	exporter_end(test, &e);
}

static long alloc_gref(struct file *file, u32 *gref)
{
	struct ioctl_gntalloc_alloc_gref arg = {
		.domid = GUEST, .flags = GNTALLOC_FLAG_WRITABLE, .count = 1,
	};
	long err = env_ioctl(file, IOCTL_GNTALLOC_ALLOC_GREF, &arg, sizeof(arg));

	*gref = arg.gref_ids[0];
	return err ?: arg.index;
}

static long dealloc_gref(struct file *file, u64 index)
{
	struct ioctl_gntalloc_dealloc_gref arg = { .index = index, .count = 1 };

	return env_ioctl(file, IOCTL_GNTALLOC_DEALLOC_GREF, &arg, sizeof(arg));
}

/* The memory is the process's still; the peer is out. */
TEST_BOTH(resume_gntalloc)
{
	struct file *file = env_open(test, GNTALLOC);
	u32 kept, late;
	unsigned long addr;
	u64 value = 4711;

	KUNIT_ASSERT_EQ(test, alloc_gref(file, &kept), 0);
	KUNIT_ASSERT_EQ(test, alloc_gref(file, &late), PAGE_SIZE);
	addr = env_mmap(file, 1, RW, MAP_SHARED);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	env_put(addr, &value, sizeof(value));
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, kept, true));
	KUNIT_EXPECT_NOT_NULL(test, fake_peer_maps(GUEST, late, true));
	KUNIT_EXPECT_EQ(test, dealloc_gref(file, PAGE_SIZE), 0);
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, env_get64(addr), value);
	KUNIT_EXPECT_NULL(test, fake_peer_maps(GUEST, kept, true));
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(fake_own_grants() == 1));
	KUNIT_EXPECT_EQ(test, dealloc_gref(file, 0), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_own_grants(), 0);
}

static struct kunit_case resume_cases[] = {
	KUNIT_CASE(resume_auto_translated),
	KUNIT_CASE(resume_pv),
	KUNIT_CASE(resume_cancelled),
	KUNIT_CASE(resume_before_mmap),
	KUNIT_CASE(resume_pinned_page),
	KUNIT_CASE(resume_notification),
	KUNIT_CASE(resume_notification_alone),
	KUNIT_CASE(resume_notification_without_memory),
	KUNIT_CASE(resume_export),
	KUNIT_CASE(resume_export_pv),
	KUNIT_CASE(resume_import),
	KUNIT_CASE(resume_gntalloc),
	{}
};

ENV_SUITE(gntdev_resume, resume_cases);
