/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-bufs of /dev/xen/gntdev, for the suites. */
#ifndef XEN_KUNIT_GNTDEV_DMABUF_H
#define XEN_KUNIT_GNTDEV_DMABUF_H

#include <linux/completion.h>
#include <linux/dma-buf.h>

#include "suites/gntdev.h"

/* Grants @first to @first + @nr - 1 of the guest. A descriptor or an errno. */
static inline long export_flags(struct file *file, u32 first, u32 nr, u32 flags)
{
	struct ioctl_gntdev_dmabuf_exp_from_refs arg = {
		.flags = flags, .count = nr, .domid = GUEST, .fd = -1,
	};
	unsigned long to = env_user() + offsetof(typeof(arg), refs);
	unsigned int saved = fake_enter();
	u32 i, ref;
	long err;

	env_put(env_user(), &arg, offsetof(typeof(arg), refs));
	for (i = 0; i < nr && nr < 10000; i++) {
		ref = first + i;
		env_put(to + i * sizeof(ref), &ref, sizeof(ref));
	}
	fake_leave(saved);
	err = env_ioctl_at(file, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, env_user());
	if (err)
		return err;
	saved = fake_enter();
	env_get(&arg, env_user(), sizeof(arg));
	fake_leave(saved);
	return arg.fd;
}

static inline long export_grants(struct file *file, u32 first, u32 nr)
{
	return export_flags(file, first, nr, 0);
}

static inline long wait_released(struct file *file, u32 fd, u32 ms)
{
	struct ioctl_gntdev_dmabuf_exp_wait_released arg = {
		.fd = fd, .wait_to_ms = ms,
	};

	return env_ioctl(file, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &arg,
			 sizeof(arg));
}

static inline long import_fd(struct file *file, u32 fd, u32 nr)
{
	struct ioctl_gntdev_dmabuf_imp_to_refs arg = {
		.fd = fd, .count = nr, .domid = GUEST,
	};
	unsigned int saved = fake_enter();

	env_put(env_user(), &arg, sizeof(arg));
	fake_leave(saved);
	return env_ioctl_at(file, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, env_user());
}

/* Of the last import. */
static inline u32 imported_ref(unsigned int i)
{
	u32 ref;

	env_get(&ref, env_user() +
		offsetof(struct ioctl_gntdev_dmabuf_imp_to_refs, refs) +
		i * sizeof(ref), sizeof(ref));
	return ref;
}

static inline long release_fd(struct file *file, u32 fd)
{
	struct ioctl_gntdev_dmabuf_imp_release arg = { .fd = fd };

	return env_ioctl(file, IOCTL_GNTDEV_DMABUF_IMP_RELEASE, &arg, sizeof(arg));
}

/* gntdev_import.c: somebody else's dma-buf, of pages of its own. */
struct fake_exporter {
	struct page *pages[8];
	unsigned int nr;
	/* Pages of each entry that it tells of; 0 ends them. */
	unsigned int entries[8];
	/* What is wrong with the first entry. */
	unsigned int offset, shorter;
	bool no_memory;
	/* Its entries are parts of one folio, as those of udmabuf. */
	bool folio;
	/* The device sees one piece, though there are several entries. */
	bool merged;
	/* Of no length, in front of the others. */
	bool empty_entry;
	/* So many entries that the table is a chain; all are the first page. */
	unsigned int chain;
	/* It takes its time to take the memory back: until this is completed. */
	struct completion *unmap_waits;
	/* What it answers, other than 0. */
	int attach_error, map_error;
	/* What of it is in use. */
	int attached, mapped;
	bool released;
	struct dma_buf *dmabuf;
	int fd;
};

void exporter_new(struct kunit *test, struct fake_exporter *e, unsigned int nr);
void exporter_end(struct kunit *test, struct fake_exporter *e);

#endif
