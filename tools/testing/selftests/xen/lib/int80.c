// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls by the 32-bit entry.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "int80.h"

#ifdef __x86_64__

int int80(uint32_t nr, uint32_t a1, uint32_t a2, uint32_t a3)
{
	uint32_t ret;

	/* The 32-bit entry does not keep the registers that i386 lacks. */
	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" (nr), "b" (a1), "c" (a2), "d" (a3)
		     : "memory", "cc", "r8", "r9", "r10", "r11");
	return (int)ret;
}

#else

/* A process on another machine has one entry: what needs this one is skipped. */
int int80(uint32_t nr, uint32_t a1, uint32_t a2, uint32_t a3)
{
	(void)nr;
	(void)a1;
	(void)a2;
	(void)a3;
	return -ENOSYS;
}

#endif

static int check_getpid(void *unused)
{
	(void)unused;
	return int80(INT80_GETPID, 0, 0, 0) == getpid() ? 0 : 1;
}

/* A kernel without the entry answers with a signal, hence the child. */
bool int80_works(void)
{
	return child_run(check_getpid, NULL) == 0;
}

void *int80_page(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT | MAP_POPULATE,
		       -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int int80_ioctl(int fd, uint32_t cmd, const void *arg)
{
	return int80(INT80_IOCTL, fd, cmd, (uintptr_t)arg);
}
