// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the kernel that a mapped grant, an allocated one and a port keep:
 * objects of all slab caches, allocations too large for them, and vmalloc, while
 * there are many less while there are none. In bytes. The pages that are granted
 * are not in it, nor page tables.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "evtchn_ops.h"
#include "fmap.h"
#include "granter.h"

#define GRANTS	10000u
#define PORTS	3000u

/* Xen lets nobody map a grant more than some hundred times: they take turns. */
#define LARGEST	256u
#define TURN	(GRANTER_REFS - LARGEST)

static struct granter granter;

/* Free objects that a processor keeps count as used. Have it keep none. */
static void shrink_slabs(void)
{
	glob_t caches;
	size_t i;
	FILE *f;

	bench_need(!glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches),
		   "the slab caches");
	for (i = 0; i < caches.gl_pathc; i++) {
		f = fopen(caches.gl_pathv[i], "we");
		if (!f)
			continue;
		fputs("1", f);
		fclose(f);
	}
	globfree(&caches);
}

/* Objects, and what the slabs that they are in take. */
static uint64_t slab_bytes(uint64_t *slabs)
{
	static const char of_cache[] =
		"%*s %lu %*u %lu %*u %lu : tunables %*u %*u %*u : slabdata %*u %lu";
	unsigned long used, size, pages, nr;
	uint64_t bytes = 0;
	char line[256];
	FILE *f;

	*slabs = 0;
	f = fopen("/proc/slabinfo", "re");
	bench_need(!!f, "slabinfo");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, of_cache, &used, &size, &pages, &nr) != 4)
			continue;
		bytes += used * size;
		*slabs += nr * pages * PG;
	}
	fclose(f);
	bench_need(bytes > 0, "objects in slabinfo");
	return bytes;
}

static uint64_t meminfo_bytes(const char *what)
{
	char line[128];
	uint64_t kib = 0;
	FILE *f;

	f = fopen("/proc/meminfo", "re");
	bench_need(!!f, "meminfo");
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, what, strlen(what)))
			kib = strtoull(line + strlen(what), NULL, 10);
	}
	fclose(f);
	return kib * 1024;
}

static int64_t used_bytes(void)
{
	uint64_t objects, slabs, all;

	bench_settle();
	shrink_slabs();
	/* Processors count for themselves until they are told to add it up. */
	bench_need(!system("cat /proc/sys/vm/stat_refresh"), "stat_refresh");
	objects = slab_bytes(&slabs);
	all = meminfo_bytes("Slab:");
	return objects + (all - slabs) + meminfo_bytes("VmallocUsed:");
}

/* Of all, and after a first time, which fills what the kernel keeps. */
static uint64_t each(void (*make)(unsigned int size), void (*end)(void),
		     unsigned int size, unsigned int nr)
{
	int64_t before, after;

	make(size);
	end();
	before = used_bytes();
	make(size);
	after = used_bytes();
	end();
	return after > before ? (after - before) / nr : 0;
}

static char *place;
static int fd;

static void map_all(unsigned int size)
{
	unsigned int at;
	uint64_t index;

	fd = gd_open();
	bench_need(fd >= 0, "open of gntdev");
	for (at = 0; at + size <= GRANTS; at += size) {
		bench_need(!gd_map_refs(fd, granter.domid, size,
					granter.ref + at % TURN, &index), "the maps");
		bench_need(mmap(place + at * PG, size * PG,
				PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
				fd, index) != MAP_FAILED, "mmap of grants");
	}
}

/* The place stays, with page tables, of which it needs the same each time. */
static void unmap_all(void)
{
	bench_need(mmap(place, GRANTS * PG, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			0) == place, "the place");
	close(fd);
}

static void bind_all(unsigned int nr)
{
	fd = ev_open(O_RDWR);
	bench_need(fd >= 0, "open of evtchn");
	while (nr--)
		bench_need(ev_bind_unbound(fd, BENCH_HERE) >= 0, "a port");
}

static void close_all(void)
{
	close(fd);
}

static void alloc_all(unsigned int size)
{
	static uint32_t refs[LARGEST];
	unsigned int at;

	fd = ga_open();
	bench_need(fd >= 0, "open of gntalloc");
	for (at = 0; at + size <= GRANTS; at += size)
		bench_need(!ga_alloc(fd, BENCH_NOBODY, size, NULL, refs),
			   "the grants");
}

void bench_memory(void)
{
	static const unsigned int sizes[] = { 1, 16, LARGEST };
	unsigned int i, size, nr;

	if (bench_short)
		return;
	bench_need(!granter_create(&granter, 16), "a domain that grants");
	place = mmap(NULL, GRANTS * PG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	bench_need(place != MAP_FAILED, "the place");
	bench_need(!param_set(GRANT_LIMIT_PARAM, 1000000), "the limit");
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size = sizes[i];
		nr = GRANTS / size * size;
		bench_report_value("bytes-mapped-grant", size, nr,
				   each(map_all, unmap_all, size, nr));
		bench_report_value("bytes-allocated-grant", size, nr,
				   each(alloc_all, close_all, size, nr));
	}
	param_set(GRANT_LIMIT_PARAM, GRANT_LIMIT_DEFAULT);
	bench_report_value("bytes-bound-port", 1, PORTS,
			   each(bind_all, close_all, PORTS, PORTS));
	munmap(place, GRANTS * PG);
	granter_free(&granter);
}
