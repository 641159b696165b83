// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses at which a driver must not find its argument, and commands that are
 * none.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "badptr.h"

#define PAGE		4096UL

/* What the driver did otherwise than it was to, as text. */
static char complaints[1024];

/* Does @cmd fail with @err? If not, that is a complaint. */
static void try_one(int fd, unsigned int cmd, const void *arg, int err,
		    const char *name)
{
	size_t len = strlen(complaints);

	errno = 0;
	if (ioctl(fd, cmd, arg) != -1 || errno != err)
		snprintf(complaints + len, sizeof(complaints) - len, "%s: %s; ",
			 name, strerror(errno));
}

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

const char *bad_arguments(int fd, unsigned int cmd)
{
	struct bad_pointer bad[BAD_POINTERS];
	unsigned int i;
	int err;

	err = bad_pointers(bad, _IOC_SIZE(cmd));
	if (err)
		return strerror(-err);
	complaints[0] = '\0';
	for (i = 0; i < BAD_POINTERS; i++)
		try_one(fd, cmd, (void *)bad[i].addr, EFAULT, bad[i].name);
	return complaints;
}

const char *bad_commands(int fd, const struct bad_command *bad, unsigned int nr,
			 int err)
{
	static const char arg[256];
	unsigned int i;

	complaints[0] = '\0';
	for (i = 0; i < nr; i++) {
		try_one(fd, bad[i].cmd, arg, err, bad[i].name);
		try_one(fd, bad[i].cmd, NULL, err, bad[i].name);
	}
	return complaints;
}
