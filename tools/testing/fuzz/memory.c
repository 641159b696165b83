// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the arguments of calls lie: in memory of the thread, at its end or across
 * it, in memory that can only be read, in the other thread's, in a mapping of a
 * device, and where nothing is.
 *
 * The same memory is mapped a second time, for us to fill it.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine.h"

/* Below the kernel's own memory, see is_user() of the fake. */
#define BASE		0x30000000ul
#define ALIAS		0x32000000ul
#define STRIDE		0x20000ul
#define SIZE		(4 * ROOM)
#define READ_ONLY	(BASE + 2 * STRIDE)
#define END		(READ_ONLY + SIZE)

/*
 * Mappings of the program's lie one behind the other, with a gap between. The C
 * library's are above 0x40000000, the heap is far below.
 */
#define MAPS		0x18000000ul
#define MAPS_END	0x2f000000ul
#define MAPS_BLOCK	0x10000ul

static unsigned long maps_at = MAPS;

static __thread sigjmp_buf on_fault;
static __thread int expecting;

static void fault(int number, siginfo_t *info, void *unused)
{
	if (expecting)
		siglongjmp(on_fault, 1);
	printf("fuzz: signal %d at %p\n", number, info->si_addr);
	_exit(3);
}

static void map(unsigned long at, size_t size, int prot, int fd, off_t offset)
{
	if (mmap((void *)at, size, prot, MAP_SHARED | MAP_FIXED, fd, offset) == MAP_FAILED) {
		perror("fuzz: memory");
		exit(1);
	}
}

void memory_init(void)
{
	struct sigaction action = {
		.sa_sigaction = fault, .sa_flags = SA_NODEFER | SA_SIGINFO,
	};
	int fd = memfd_create("arguments", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, END - BASE))
		exit(1);
	map(BASE, SIZE, PROT_READ | PROT_WRITE, fd, 0);
	map(BASE + STRIDE, SIZE, PROT_READ | PROT_WRITE, fd, STRIDE);
	map(READ_ONLY, SIZE, PROT_READ, fd, 2 * STRIDE);
	map(ALIAS, END - BASE, PROT_READ | PROT_WRITE, fd, 0);
	close(fd);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

void *memory_for(size_t size)
{
	unsigned long at = maps_at;

	size = (size + 2 * MAPS_BLOCK - 1) & -MAPS_BLOCK;
	if (size > MAPS_END - at)
		return NULL;
	maps_at += size;
	return (void *)at;
}

void memory_clear(void)
{
	munmap((void *)MAPS, maps_at - MAPS);
	maps_at = MAPS;
}

/*
 * All of it is there from the beginning: where there is no memory for a page
 * table, copying from and to a process is not what it should be in User-mode
 * Linux.
 */
void memory_fill(void)
{
	unsigned long at;

	for (at = BASE; at < END; at += 4096)
		touch(at, 0);
	memset((void *)ALIAS, 0, END - BASE);
}

static unsigned long nowhere(__u32 which, unsigned long place)
{
	static const unsigned long bad[] = {
		0, 8, 0x60001000, -4096ul, -1ul, 0x7ffffffff000, 1ul << 63,
	};

	/* The last is not aligned, and otherwise good. */
	return which % 8 < 7 ? bad[which % 8] : place + 1;
}

void *place(__u32 how, unsigned int what, size_t size, int thread)
{
	unsigned long area = BASE + thread * STRIDE, at = area + what * ROOM;
	unsigned long which = how / 8;

	if (size > SIZE)
		size = SIZE;
	switch (how % 8) {
	case 2:
		return (void *)(area + SIZE - size);
	case 3:
		return (void *)(area + SIZE - (size + 1) / 2);
	case 4:
		return (void *)(READ_ONLY + what * ROOM);
	case 5:
		if (machine.failing[thread])
			return (void *)at;
		return (void *)address_in(get_map(which), 0);
	case 6:
		return (void *)(BASE + !thread * STRIDE + what * ROOM);
	case 7:
		return (void *)nowhere(which, at);
	default:
		return (void *)at;
	}
}

static char *alias(const void *at, size_t *size)
{
	unsigned long addr = (unsigned long)at;

	if (addr < BASE || addr >= END)
		return NULL;
	if (*size > END - addr)
		*size = END - addr;
	return (char *)(addr - BASE + ALIAS);
}

void put(void *to, const void *from, size_t size)
{
	char *at = alias(to, &size);

	if (at)
		memcpy(at, from, size);
}

void get(void *to, const void *from, size_t size)
{
	const char *at = alias(from, &size);

	if (at)
		memcpy(to, at, size);
}

void *give(__u32 how, const void *from, size_t size, int thread)
{
	void *to = place(how, MAIN, size, thread);

	put(to, from, size);
	return to;
}

/* The other thread's argument is not what it was. */
void poke(int thread, __u32 offset, __u32 value)
{
	__u32 *at = place(6, offset / 64 % 4, 4, thread);

	put(at + offset % 64, &value, sizeof(value));
}

int touch(unsigned long addr, int write)
{
	char *at = (char *)addr;

	expecting = 1;
	if (sigsetjmp(on_fault, 0)) {
		expecting = 0;
		return -1;
	}
	/* Such an access is made, whether its result is used or not. */
	if (write)
		__atomic_store_n(at, write, __ATOMIC_RELAXED);
	else
		__atomic_load_n(at, __ATOMIC_RELAXED);
	expecting = 0;
	return 0;
}
