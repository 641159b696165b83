/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of /dev/xen/privcmd and the ioctls that fill them. Each returns 0
 * or -errno.
 */
#ifndef XT_FMAP_H
#define XT_FMAP_H

#include <stdbool.h>
#include <stdint.h>

#include <xen/xen.h>

#include <xen/privcmd.h>

#define PG		4096UL

/* An empty mapping of @pages pages, or NULL. */
void *fm_area(int fd, unsigned long pages);

/* Unmap all of it. */
int fm_unmap(void *addr, unsigned long pages);

int fm_v2(int fd, uint16_t dom, void *addr, unsigned int num,
	  const xen_pfn_t *arr, int *err);
int fm_v1(int fd, uint16_t dom, void *addr, int num, xen_pfn_t *arr);
int fm_runs(int fd, uint16_t dom, int num, const struct privcmd_mmap_entry *e);

/* Size 0 and address NULL ask for the size, which is stored in @size. */
int fm_resource(int fd, uint16_t dom, uint32_t type, uint32_t id, uint32_t idx,
		uint64_t num, void *addr, uint64_t *size);

/*
 * Look whether memory can be read or written. Returns the byte, or minus the
 * number of the signal that came: -SIGBUS, -SIGSEGV. One thread at a time.
 */
int peek(const void *addr);
int poke(void *addr, uint8_t byte);

/* The number that a page of a pattern begins with. */
uint64_t pattern(uint64_t seed, unsigned long page);

/* Write a pattern to all pages; how many pages of @addr do not have it. */
void pattern_write(void *addr, unsigned long pages, uint64_t seed);
unsigned long pattern_wrong(const void *addr, unsigned long pages,
			    uint64_t seed);

#endif
