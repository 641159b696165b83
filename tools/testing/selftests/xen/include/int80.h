/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls by the 32-bit entry, from a 64-bit program: a driver then sees a
 * 32-bit caller.
 */
#ifndef XT_INT80_H
#define XT_INT80_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/* Not on a machine without the entry. */
#ifndef MAP_32BIT
#define MAP_32BIT	0
#endif

/* Numbers of the i386 ABI. */
#define INT80_READ	3
#define INT80_WRITE	4
#define INT80_GETPID	20
#define INT80_IOCTL	54

/* The result as the kernel gives it: 0 or more, or -errno. */
int int80(uint32_t nr, uint32_t a1, uint32_t a2, uint32_t a3);

/* Does this kernel have the 32-bit entry? */
bool int80_works(void);

/* A zeroed page below 4 GiB, or NULL. */
void *int80_page(void);

/* The same for a test, which it leaves where there are no 32-bit callers. */
#define LOW_PAGE(leave) ({						\
	void *__page;							\
									\
	if (!int80_works())						\
		SKIP(leave, "this kernel has no 32-bit system calls");	\
	__page = int80_page();						\
	ASSERT_NE(NULL, __page);					\
	__page;								\
})

/* An ioctl whose argument lies at @arg, below 4 GiB. */
int int80_ioctl(int fd, uint32_t cmd, const void *arg);

#endif
