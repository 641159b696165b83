// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on open files of /dev/xen/gntalloc and /dev/xen/gntdev.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "env.h"
#include "grant.h"

#define PAGE		4096UL

static int open_node(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int do_ioctl(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static void *map_shared(int fd, uint64_t index, unsigned long pages, int prot)
{
	void *p = mmap(NULL, pages * PAGE, prot, MAP_SHARED, fd, index);

	return p == MAP_FAILED ? NULL : p;
}

static int map_error(int fd, uint64_t index, unsigned long pages, int prot)
{
	void *p = map_shared(fd, index, pages, prot);

	if (!p)
		return -errno;
	return munmap(p, pages * PAGE) ? -errno : 0;
}

int ga_open(void)
{
	return open_node(XEN_DEV_GNTALLOC);
}

int ga_alloc_flags(int fd, uint16_t domid, uint16_t flags, uint32_t count,
		   uint64_t *index, uint32_t *refs)
{
	struct ioctl_gntalloc_alloc_gref *arg;
	int ret;

	/* One entry is part of the structure. */
	arg = calloc(1, sizeof(*arg) + (count < 1U << 20 ? count : 0) *
		     sizeof(*refs));
	if (!arg)
		return -ENOMEM;
	arg->domid = domid;
	arg->flags = flags;
	arg->count = count;
	ret = do_ioctl(fd, IOCTL_GNTALLOC_ALLOC_GREF, arg);
	if (index)
		*index = arg->index;
	if (!ret && refs)
		memcpy(refs, arg->gref_ids, count * sizeof(*refs));
	free(arg);
	return ret;
}

int ga_alloc(int fd, uint16_t domid, uint32_t count, uint64_t *index,
	     uint32_t *refs)
{
	return ga_alloc_flags(fd, domid, GNTALLOC_FLAG_WRITABLE, count, index,
			      refs);
}

int ga_free(int fd, uint64_t index, uint32_t count)
{
	struct ioctl_gntalloc_dealloc_gref arg = {
		.index = index,
		.count = count,
	};

	return do_ioctl(fd, IOCTL_GNTALLOC_DEALLOC_GREF, &arg);
}

int ga_notify(int fd, uint64_t index, uint32_t action, uint32_t port)
{
	struct ioctl_gntalloc_unmap_notify arg = {
		.index = index,
		.action = action,
		.event_channel_port = port,
	};

	return do_ioctl(fd, IOCTL_GNTALLOC_SET_UNMAP_NOTIFY, &arg);
}

void *ga_map(int fd, uint64_t index, unsigned long pages)
{
	return map_shared(fd, index, pages, PROT_READ | PROT_WRITE);
}

int ga_map_error(int fd, uint64_t index, unsigned long pages)
{
	return map_error(fd, index, pages, PROT_READ | PROT_WRITE);
}

int param_set(const char *path, unsigned long value)
{
	char text[32];
	int fd, len, ret = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = snprintf(text, sizeof(text), "%lu\n", value);
	if (write(fd, text, len) != len)
		ret = errno ? -errno : -EIO;
	close(fd);
	return ret;
}

int ga_room(unsigned int most)
{
	int fd = ga_open(), ret = 0;
	unsigned int i;

	if (fd < 0)
		return fd;
	for (i = 0; i < most && !ret; i++)
		ret = ga_alloc(fd, DOM_HERE, 1, NULL, NULL);
	/* The last one did not count. */
	if (ret == -ENOSPC)
		ret = i - 1;
	else if (!ret)
		ret = i;
	close(fd);
	return ret;
}

int ga_room_wait(int expected)
{
	uint64_t end = now_us() + SOON_MS * 1000ULL;
	int room;

	for (;;) {
		room = ga_room(expected + 1);
		if (room == expected || now_us() > end)
			return room;
		sleep_ms(20);
	}
}

int gd_open(void)
{
	return open_node(XEN_DEV_GNTDEV);
}

int gd_map_grants(int fd, uint32_t count,
		  const struct ioctl_gntdev_grant_ref *refs, uint64_t *index)
{
	struct ioctl_gntdev_map_grant_ref *arg;
	int ret;

	arg = calloc(1, sizeof(*arg) + count * sizeof(*refs));
	if (!arg)
		return -ENOMEM;
	arg->count = count;
	memcpy(arg->refs, refs, count * sizeof(*refs));
	ret = do_ioctl(fd, IOCTL_GNTDEV_MAP_GRANT_REF, arg);
	*index = arg->index;
	free(arg);
	return ret;
}

int gd_map_refs(int fd, uint32_t domid, uint32_t count, const uint32_t *refs,
		uint64_t *index)
{
	struct ioctl_gntdev_grant_ref *grant;
	uint32_t i;
	int ret;

	grant = calloc(count ?: 1, sizeof(*grant));
	if (!grant)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		grant[i].domid = domid;
		grant[i].ref = refs[i];
	}
	ret = gd_map_grants(fd, count, grant, index);
	free(grant);
	return ret;
}

int gd_unmap(int fd, uint64_t index, uint32_t count)
{
	struct ioctl_gntdev_unmap_grant_ref arg = {
		.index = index,
		.count = count,
	};

	return do_ioctl(fd, IOCTL_GNTDEV_UNMAP_GRANT_REF, &arg);
}

int gd_offset(int fd, const void *addr, uint64_t *offset, uint32_t *count)
{
	struct ioctl_gntdev_get_offset_for_vaddr arg = {
		.vaddr = (uintptr_t)addr,
	};
	int ret = do_ioctl(fd, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, &arg);

	*offset = arg.offset;
	*count = arg.count;
	return ret;
}

int gd_notify(int fd, uint64_t index, uint32_t action, uint32_t port)
{
	struct ioctl_gntdev_unmap_notify arg = {
		.index = index,
		.action = action,
		.event_channel_port = port,
	};

	return do_ioctl(fd, IOCTL_GNTDEV_SET_UNMAP_NOTIFY, &arg);
}

int gd_copy(int fd, uint32_t count, struct gntdev_grant_copy_segment *seg)
{
	struct ioctl_gntdev_grant_copy arg = {
		.count = count,
		.segments = seg,
	};

	return do_ioctl(fd, IOCTL_GNTDEV_GRANT_COPY, &arg);
}

void *gd_mmap(int fd, uint64_t index, unsigned long pages, int prot)
{
	return map_shared(fd, index, pages, prot);
}

int gd_mmap_error(int fd, uint64_t index, unsigned long pages, int prot)
{
	return map_error(fd, index, pages, prot);
}

/* A status that Xen never gives: so that one is seen to have been written. */
#define STATUS_UNSET	0x5555

struct gntdev_grant_copy_segment seg_in(uint16_t domid, uint32_t ref,
					unsigned int offset, void *to,
					unsigned int len)
{
	return (struct gntdev_grant_copy_segment) {
		.source.foreign = { ref, offset, domid },
		.dest.virt = to,
		.len = len,
		.flags = GNTCOPY_source_gref,
		.status = STATUS_UNSET,
	};
}

struct gntdev_grant_copy_segment seg_out(const void *from, uint16_t domid,
					 uint32_t ref, unsigned int offset,
					 unsigned int len)
{
	return (struct gntdev_grant_copy_segment) {
		.source.virt = (void *)from,
		.dest.foreign = { ref, offset, domid },
		.len = len,
		.flags = GNTCOPY_dest_gref,
		.status = STATUS_UNSET,
	};
}

struct gntdev_grant_copy_segment seg_over(uint16_t from_domid,
					  uint32_t from_ref,
					  unsigned int from_offset,
					  uint16_t domid, uint32_t ref,
					  unsigned int offset,
					  unsigned int len)
{
	return (struct gntdev_grant_copy_segment) {
		.source.foreign = { from_ref, from_offset, from_domid },
		.dest.foreign = { ref, offset, domid },
		.len = len,
		.flags = GNTCOPY_source_gref | GNTCOPY_dest_gref,
		.status = STATUS_UNSET,
	};
}

int grant_status(uint16_t domid, uint32_t ref)
{
	struct gntdev_grant_copy_segment seg;
	uint64_t word;
	int fd, ret;

	fd = gd_open();
	if (fd < 0)
		return INT_MIN;
	seg = seg_in(domid, ref, 0, &word, sizeof(word));
	ret = gd_copy(fd, 1, &seg);
	close(fd);
	return ret ? INT_MIN : seg.status;
}

bool grant_revoked(uint32_t ref)
{
	uint64_t end = now_us() + SOON_MS * 1000ULL;

	while (grant_status(DOM_HERE, ref) != GNTST_general_error) {
		if (now_us() > end)
			return false;
		sleep_ms(20);
	}
	return true;
}
