// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses at which a driver must not find its argument.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "badptr.h"

#define PAGE		4096UL

char *before_a_hole(void)
{
	char *p;

	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	memset(p, 0, PAGE);
	if (munmap(p + PAGE, PAGE))
		return NULL;
	return p + PAGE;
}

int bad_pointers(struct bad_pointer bad[BAD_POINTERS], size_t size)
{
	uintptr_t hole;
	void *none;

	none = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	hole = (uintptr_t)before_a_hole();
	if (!hole || none == MAP_FAILED)
		return -ENOMEM;

	const struct bad_pointer table[BAD_POINTERS] = {
		{ "null", 0 },
		{ "never mapped", 16 },
		{ "unmapped", hole },
		{ "half in a hole", hole - size / 2 },
		{ "last byte in a hole", hole - size + 1 },
		{ "no access", (uintptr_t)none },
		{ "kernel", 0xffff888000100000 },
		{ "hypervisor", 0xffff828000000000 },
		{ "not canonical", 0x0000900000000000 },
		{ "all ones", UINTPTR_MAX },
	};
	memcpy(bad, table, sizeof(table));
	return 0;
}
