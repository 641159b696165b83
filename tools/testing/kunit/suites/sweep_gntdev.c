// SPDX-License-Identifier: GPL-2.0-only
/* /dev/xen/gntdev, with each thing that an operation takes failing in turn. */
#include <xen/interface/grant_table.h>

#include "suites/evtchn.h"
#include "suites/gntdev_dmabuf.h"
#include "suites/sweep.h"

#define GRANTS	140

static long op_gntdev_open(struct kunit *test, void *data)
{
	return open_and_close(GNTDEV);
}

static void *setup_gntdev(struct kunit *test)
{
	grant_from(GUEST, 1, GRANTS);
	return env_open(test, GNTDEV);
}

static void *setup_gntdev_xlate(struct kunit *test)
{
	fake_become(XEN_HVM_DOMAIN, true);
	return setup_gntdev(test);
}

static long op_map_grants(struct kunit *test, void *file)
{
	return map_grants(file, 1, GRANTS);
}

/* What is small has no second kind of memory to fall back on. */
static long op_map_one(struct kunit *test, void *file)
{
	return map_grants(file, 1, 1);
}

static void undo_map_one(struct kunit *test, void *file, long index)
{
	KUNIT_EXPECT_EQ(test, unmap_grants(file, index, 1), 0);
}

static void undo_map_grants(struct kunit *test, void *file, long index)
{
	KUNIT_EXPECT_EQ(test, unmap_grants(file, index, GRANTS), 0);
}

/* It may fail to be asked, never to be done. */
static long op_unmap_grants(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long index = map_grants(file, 1, 1), err;

	own_end(saved);
	err = unmap_grants(file, index, 1);
	if (err)
		KUNIT_EXPECT_EQ(test, unmap_grants(file, index, 1), 0);
	return err;
}

/* Which frees the map, mapped or not. */
static long op_show_grants(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long index = map_grants(file, 1, GRANTS);
	unsigned long addr;

	own_end(saved);
	addr = map_far(file, index, GRANTS);
	saved = own_begin();
	KUNIT_EXPECT_EQ(test, unmap_grants(file, index, GRANTS), 0);
	own_end(saved);
	return unmap_far(addr, GRANTS);
}

/* All of it goes with the file. */
static long op_gntdev_release(struct kunit *test, void *data)
{
	unsigned int saved = own_begin();
	struct file *file = env_try_open(GNTDEV, 0);

	map_grants(file, 1, 1);
	map_grants(file, 2, 2);
	own_end(saved);
	env_close(file);
	return 0;
}

static unsigned long shown_at;

static void *setup_gntdev_shown(struct kunit *test)
{
	struct file *file = setup_gntdev(test);

	shown_at = show_grants(test, file, 1, GRANTS);
	return file;
}

static long op_get_offset(struct kunit *test, void *file)
{
	struct ioctl_gntdev_get_offset_for_vaddr arg = { .vaddr = shown_at };

	return env_ioctl(file, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, &arg, sizeof(arg));
}

static void *setup_notify(struct kunit *test)
{
	struct file *file = setup_gntdev(test);
	struct file *events = env_open(test, EVTCHN);

	KUNIT_EXPECT_EQ(test, bind_interdomain(events, GUEST, 4), 1);
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 1), 0);
	return file;
}

static long op_notify_set(struct kunit *test, void *file)
{
	return set_notify(file, 0, UNMAP_NOTIFY_SEND_EVENT |
			  UNMAP_NOTIFY_CLEAR_BYTE, 1);
}

static void undo_notify(struct kunit *test, void *file, long result)
{
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, 0, 0), 0);
}

/* Either way, from and to several pages. */
static long op_copy(struct kunit *test, void *file)
{
	static struct gntdev_grant_copy_segment s[140];
	struct ioctl_gntdev_grant_copy arg = {
		.count = ARRAY_SIZE(s), .segments = (void __user *)env_user(),
	};
	unsigned int saved, i;

	memset(s, 0, sizeof(s));
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		s[i].len = 100;
		s[i].flags = i % 50 < 25 ? GNTCOPY_source_gref : GNTCOPY_dest_gref;
		if (i % 50 < 25) {
			s[i].source.foreign.ref = 1 + i;
			s[i].source.foreign.domid = GUEST;
			s[i].dest.virt = (void __user *)env_user() + 5000 + 100 * i;
		} else {
			s[i].dest.foreign.ref = 1 + i;
			s[i].dest.foreign.domid = GUEST;
			s[i].source.virt = (void __user *)env_user() + 5000 + 100 * i;
		}
	}
	saved = own_begin();
	env_put(env_user(), s, sizeof(s));
	own_end(saved);
	return env_ioctl(file, IOCTL_GNTDEV_GRANT_COPY, &arg, sizeof(arg));
}

/* With a file of its own, which keeps the memory for copies. */
static long op_open_and_copy(struct kunit *test, void *data)
{
	unsigned int saved = own_begin();
	struct file *file = env_try_open(GNTDEV, 0);
	long ret;

	own_end(saved);
	ret = op_copy(test, file);
	saved = own_begin();
	env_close(file);
	own_end(saved);
	return ret;
}

/* The last reference to a dma-buf goes by way of a worker. */
static void close_dmabuf(int fd)
{
	unsigned int saved = own_begin();

	env_close_fd(fd);
	own_end(saved);
}

static long export_as(struct kunit *test, struct file *file, u32 flags)
{
	long fd = export_flags(file, 1, GRANTS, flags);
	unsigned int saved = own_begin();

	if (fd < 0)
		env_settle();
	own_end(saved);
	return fd;
}

static long op_export(struct kunit *test, void *file)
{
	return export_as(test, file, 0);
}

static long op_export_dma(struct kunit *test, void *file)
{
	return export_as(test, file, GNTDEV_DMA_FLAG_COHERENT);
}

static void undo_export(struct kunit *test, void *file, long fd)
{
	close_dmabuf(fd);
}

static int an_export;

static void *setup_export(struct kunit *test)
{
	struct file *file = setup_gntdev(test);

	an_export = export_grants(file, 1, 2);
	KUNIT_ASSERT_GE(test, an_export, 0);
	return file;
}

static void *setup_export_xlate(struct kunit *test)
{
	fake_become(XEN_HVM_DOMAIN, true);
	return setup_export(test);
}

static long op_wait_released(struct kunit *test, void *file)
{
	long err = wait_released(file, an_export, 0);

	return err == -ETIMEDOUT ? 0 : err;
}

static long op_show_export(struct kunit *test, void *file)
{
	struct dma_buf *dmabuf = dma_buf_get(an_export);
	unsigned long addr;

	addr = map_far(dmabuf->file, 0, 2);
	dma_buf_put(dmabuf);
	return unmap_far(addr, 2);
}

/* A device that has it for a while. */
static long op_device(struct kunit *test, void *file)
{
	struct dma_buf *dmabuf = dma_buf_get(an_export);
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	struct device *dev;
	long err = 0;

	fake_dma_ops(&dev);
	attach = dma_buf_attach(dmabuf, dev);
	if (IS_ERR(attach)) {
		err = PTR_ERR(attach);
		goto out;
	}
	sgt = dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(sgt))
		err = PTR_ERR(sgt);
	else
		dma_buf_unmap_attachment_unlocked(attach, sgt, DMA_BIDIRECTIONAL);
	dma_buf_detach(dmabuf, attach);
out:
	dma_buf_put(dmabuf);
	return err;
}

static struct fake_exporter exporter;

static void *setup_import(struct kunit *test)
{
	exporter_new(test, &exporter, 6);
	return env_open(test, GNTDEV);
}

static long op_import(struct kunit *test, void *file)
{
	return import_fd(file, exporter.fd, 6);
}

static void undo_import(struct kunit *test, void *file, long result)
{
	KUNIT_EXPECT_EQ(test, release_fd(file, exporter.fd), 0);
}

static long op_release_import(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long err = import_fd(file, exporter.fd, 6);

	own_end(saved);
	if (err)
		return 0;
	err = release_fd(file, exporter.fd);
	if (err)
		undo_import(test, file, 0);
	return err;
}

void gntdev_dmabuf_sweep(struct kunit *test)
{
	static const struct sweep exports[] = {
		{ "EXP_FROM_REFS", setup_gntdev, op_export, undo_export },
		{ "EXP_FROM_REFS, DMA", setup_gntdev, op_export_dma, undo_export },
	};
	static const struct sweep exported[] = {
		{ "EXP_WAIT_RELEASED", setup_export, op_wait_released },
		{ "dma-buf of a device", setup_export, op_device },
		{ "mmap of a dma-buf, PV", setup_export, op_show_export },
		{ "mmap of a dma-buf, HVM", setup_export_xlate, op_show_export },
	};
	static const struct sweep imports[] = {
		{ "IMP_TO_REFS", setup_import, op_import, undo_import },
		{ "IMP_RELEASE", setup_import, op_release_import },
	};
	unsigned int i;

	sweep_rows(test, exports, ARRAY_SIZE(exports));
	for (i = 0; i < ARRAY_SIZE(exported); i++) {
		sweep_again(test);
		sweep_row(test, &exported[i]);
		close_dmabuf(an_export);
	}
	for (i = 0; i < ARRAY_SIZE(imports); i++) {
		sweep_again(test);
		sweep_row(test, &imports[i]);
		exporter_end(test, &exporter);
	}
}

void gntdev_sweep(struct kunit *test)
{
	static const struct sweep rows[] = {
		{ "open", NULL, op_gntdev_open },
		{ "MAP_GRANT_REF", setup_gntdev, op_map_grants, undo_map_grants },
		{ "MAP_GRANT_REF of one", setup_gntdev, op_map_one, undo_map_one },
		{ "UNMAP_GRANT_REF", setup_gntdev, op_unmap_grants },
		{ "mmap, PV", setup_gntdev, op_show_grants },
		{ "mmap, HVM", setup_gntdev_xlate, op_show_grants },
		{ "GET_OFFSET_FOR_VADDR", setup_gntdev_shown, op_get_offset },
		{ "SET_UNMAP_NOTIFY", setup_notify, op_notify_set, undo_notify },
		{ "GRANT_COPY", setup_gntdev, op_copy },
		{ "GRANT_COPY, first of a file", setup_gntdev, op_open_and_copy },
		{ "release", setup_gntdev, op_gntdev_release },
	};

	sweep_rows(test, rows, ARRAY_SIZE(rows));
}
