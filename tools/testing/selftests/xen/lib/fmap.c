// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of /dev/xen/privcmd.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "fmap.h"

void *fm_area(int fd, unsigned long pages)
{
	void *p = mmap(NULL, pages * PG, PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

int fm_unmap(void *addr, unsigned long pages)
{
	return munmap(addr, pages * PG) ? -errno : 0;
}

int fm_v2(int fd, uint16_t dom, void *addr, unsigned int num,
	  const xen_pfn_t *arr, int *err)
{
	struct privcmd_mmapbatch_v2 arg = {
		.num = num,
		.dom = dom,
		.addr = (uintptr_t)addr,
		.arr = arr,
		.err = err,
	};

	return ioctl(fd, IOCTL_PRIVCMD_MMAPBATCH_V2, &arg) ? -errno : 0;
}

int fm_v1(int fd, uint16_t dom, void *addr, int num, xen_pfn_t *arr)
{
	struct privcmd_mmapbatch arg = {
		.num = num,
		.dom = dom,
		.addr = (uintptr_t)addr,
		.arr = arr,
	};

	return ioctl(fd, IOCTL_PRIVCMD_MMAPBATCH, &arg) ? -errno : 0;
}

int fm_runs(int fd, uint16_t dom, int num, const struct privcmd_mmap_entry *e)
{
	struct privcmd_mmap arg = {
		.num = num,
		.dom = dom,
		.entry = (struct privcmd_mmap_entry *)e,
	};

	return ioctl(fd, IOCTL_PRIVCMD_MMAP, &arg) ? -errno : 0;
}

int fm_resource(int fd, uint16_t dom, uint32_t type, uint32_t id, uint32_t idx,
		uint64_t num, void *addr, uint64_t *size)
{
	struct privcmd_mmap_resource arg = {
		.dom = dom,
		.type = type,
		.id = id,
		.idx = idx,
		.num = num,
		.addr = (uintptr_t)addr,
	};
	int ret;

	ret = ioctl(fd, IOCTL_PRIVCMD_MMAP_RESOURCE, &arg) ? -errno : 0;
	if (size)
		*size = arg.num;
	return ret;
}

static sigjmp_buf fault_env;

static void on_fault(int sig)
{
	siglongjmp(fault_env, sig);
}

static int probe(uint8_t *addr, int byte)
{
	struct sigaction action = { .sa_handler = on_fault };
	struct sigaction old_bus, old_segv;
	int ret;

	sigaction(SIGBUS, &action, &old_bus);
	sigaction(SIGSEGV, &action, &old_segv);
	ret = -sigsetjmp(fault_env, 1);
	if (!ret) {
		if (byte >= 0)
			__atomic_store_n(addr, byte, __ATOMIC_RELAXED);
		ret = __atomic_load_n(addr, __ATOMIC_RELAXED);
	}
	sigaction(SIGBUS, &old_bus, NULL);
	sigaction(SIGSEGV, &old_segv, NULL);
	return ret;
}

int peek(const void *addr)
{
	return probe((uint8_t *)addr, -1);
}

int poke(void *addr, uint8_t byte)
{
	return probe(addr, byte);
}

uint64_t pattern(uint64_t seed, unsigned long page)
{
	return (seed + page + 1) * 0x9e3779b97f4a7c15ULL;
}

/* The first word of the page, and the last with all bits the other way. */
void pattern_write(void *addr, unsigned long pages, uint64_t seed)
{
	uint64_t *p = addr;
	unsigned long i;

	for (i = 0; i < pages; i++, p += PG / sizeof(*p)) {
		p[0] = pattern(seed, i);
		p[PG / sizeof(*p) - 1] = ~pattern(seed, i);
	}
}

unsigned long pattern_wrong(const void *addr, unsigned long pages,
			    uint64_t seed)
{
	const uint64_t *p = addr;
	unsigned long i, wrong = 0;

	for (i = 0; i < pages; i++, p += PG / sizeof(*p)) {
		if (p[0] != pattern(seed, i) ||
		    p[PG / sizeof(*p) - 1] != ~pattern(seed, i))
			wrong++;
	}
	return wrong;
}
