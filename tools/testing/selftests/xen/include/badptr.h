/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses at which a driver must not find its argument.
 */
#ifndef XT_BADPTR_H
#define XT_BADPTR_H

#include <stddef.h>
#include <stdint.h>

#define BAD_POINTERS	10

struct bad_pointer {
	const char *name;
	uintptr_t addr;
};

/*
 * Fill in addresses where an object of @size bytes, 2 or more, cannot be read
 * or written. Returns 0 or -errno.
 */
int bad_pointers(struct bad_pointer bad[BAD_POINTERS], size_t size);

/*
 * Two pages, the second of which is a hole until something else is mapped.
 * Returns the address of the hole or NULL.
 */
char *before_a_hole(void);

#endif
