/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations on open files of /dev/xen/gntalloc and /dev/xen/gntdev. Each
 * returns 0, or what is said there, or -errno: the tests compare it with what
 * they expect.
 */
#ifndef XT_GRANT_H
#define XT_GRANT_H

#include <stdbool.h>
#include <stdint.h>

#include <xen/gntalloc.h>
#include <xen/gntdev.h>

#include <xen/grant_table.h>

/* The domain that the tests run in, and one that does not exist. */
#define DOM_HERE	0
#define DOM_NONE	0x7000

#define GRANT_LIMIT_PARAM	"/sys/module/xen_gntalloc/parameters/limit"
#define MAP_LIMIT_PARAM		"/sys/module/xen_gntdev/parameters/limit"

/* What the drivers begin with. */
#define GRANT_LIMIT_DEFAULT	1024
#define MAP_LIMIT_DEFAULT	65536

/* ---- /dev/xen/gntalloc */

int ga_open(void);

/* @count pages for @domid to write to. @refs and @index may be NULL. */
int ga_alloc(int fd, uint16_t domid, uint32_t count, uint64_t *index,
	     uint32_t *refs);
/* As it stands: @flags as given, for any @count. */
int ga_alloc_flags(int fd, uint16_t domid, uint16_t flags, uint32_t count,
		   uint64_t *index, uint32_t *refs);
int ga_free(int fd, uint64_t index, uint32_t count);
int ga_notify(int fd, uint64_t index, uint32_t action, uint32_t port);

/* A shared mapping for reading and writing, or NULL with errno set. */
void *ga_map(int fd, uint64_t index, unsigned long pages);
/* The error of such a mapping: 0 when it can be made, and it is undone. */
int ga_map_error(int fd, uint64_t index, unsigned long pages);

/* Set a parameter of a module: 0 or -errno. */
int param_set(const char *path, unsigned long value);

/*
 * How many pages can be allocated until -ENOSPC, at most @most, by trying. Or
 * -errno, when another error came first.
 */
int ga_room(unsigned int most);

/* Wait until that is exactly @expected. Returns the last that was seen. */
int ga_room_wait(int expected);

/* ---- /dev/xen/gntdev */

int gd_open(void);

int gd_map_grants(int fd, uint32_t count,
		  const struct ioctl_gntdev_grant_ref *refs, uint64_t *index);
/* Of one domain. */
int gd_map_refs(int fd, uint32_t domid, uint32_t count, const uint32_t *refs,
		uint64_t *index);
int gd_unmap(int fd, uint64_t index, uint32_t count);
int gd_offset(int fd, const void *addr, uint64_t *offset, uint32_t *count);
int gd_notify(int fd, uint64_t index, uint32_t action, uint32_t port);
int gd_copy(int fd, uint32_t count, struct gntdev_grant_copy_segment *seg);

/* MAP_SHARED, or NULL with errno set. */
void *gd_mmap(int fd, uint64_t index, unsigned long pages, int prot);
/* The error of such a mapping: 0 when it can be made, and it is undone. */
int gd_mmap_error(int fd, uint64_t index, unsigned long pages, int prot);

/* Segments of a copy. */
struct gntdev_grant_copy_segment seg_in(uint16_t domid, uint32_t ref,
					unsigned int offset, void *to,
					unsigned int len);
struct gntdev_grant_copy_segment seg_out(const void *from, uint16_t domid,
					 uint32_t ref, unsigned int offset,
					 unsigned int len);
struct gntdev_grant_copy_segment seg_over(uint16_t from_domid,
					  uint32_t from_ref,
					  unsigned int from_offset,
					  uint16_t domid, uint32_t ref,
					  unsigned int offset,
					  unsigned int len);

/*
 * What Xen says to a copy out of a grant: GNTST_okay while it is granted, or
 * mapped by anyone, GNTST_general_error when it is revoked. Or INT_MIN.
 */
int grant_status(uint16_t domid, uint32_t ref);

/* Wait until a grant of this domain is revoked. Did it happen? */
bool grant_revoked(uint32_t ref);

#endif
