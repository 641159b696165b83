/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses at which a driver must not find its argument, and commands that are
 * none.
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
 * Do @cmd with its argument at each of them, which is to fail with EFAULT.
 * Returns what came of it elsewhere, by the name of the address, or "".
 */
const char *bad_arguments(int fd, unsigned int cmd);

#define EXPECT_EFAULT(fd, cmd)	EXPECT_STREQ("", bad_arguments(fd, cmd))

struct bad_command {
	const char *name;
	unsigned int cmd;
};

/*
 * Do each of @nr commands, with an argument that is there and without one. It is
 * to fail with @err, for nothing looks at the argument. Returns what else came of
 * it, by the name of the command, or "".
 */
const char *bad_commands(int fd, const struct bad_command *bad, unsigned int nr,
			 int err);

/*
 * Two pages, the second of which is a hole until something else is mapped.
 * Returns the address of the hole or NULL.
 */
char *before_a_hole(void);

#endif
