// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: mapping, beside few and many other maps.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "floors.h"
#include "fmap.h"
#include "granter.h"

static struct granter granter;
static uint32_t many_refs[256];

static void others_on(int fd, unsigned int others)
{
	uint64_t index;
	unsigned int i;

	for (i = 0; i < others; i++)
		bench_need(!gd_map_refs(fd, granter.domid, 1,
					&granter.ref[i % GRANTER_REFS], &index),
			   "the other maps");
}

/*
 * The same for any number of others: there is no need to know them. Nor is there
 * one to ask Xen for anything before a process maps the pages.
 */
static void report_floors(char *place, unsigned int size, unsigned int others)
{
	struct floor_cost vma, pages, grants;
	uint64_t map, unmap;

	if (!floor_have())
		return;
	vma = floor_vma(place, size);
	pages = floor_cost((struct floor_run){
		.op = FLOOR_PAGES,
		.nr = size,
	});
	grants = floor_cost((struct floor_run){
		.op = FLOOR_GRANTS,
		.nr = size,
		.domid = granter.domid,
		.addr = (uintptr_t)place,
		.list = (uintptr_t)many_refs,
	});
	map = bench_syscall + pages.there;
	unmap = bench_syscall + pages.back;
	bench_report_floor("gntdev-map", size, others, map);
	bench_report_floor("gntdev-mmap", size, others,
			   vma.there + grants.there);
	bench_report_floor("gntdev-munmap", size, others,
			   vma.back + grants.back);
	bench_report_floor("gntdev-unmap", size, others, unmap);
	bench_report_floor("gntdev-cycle", size, others, map + vma.there +
			   grants.there + vma.back + grants.back + unmap);
}

/*
 * In an auto-translated domain Xen keeps page tables of the IOMMU, too, and drops
 * one that is empty. A map has a neighbour or not, as it happens; here it has one
 * on either side, in the order in which the kernel hands out pages.
 */
#define BESIDE	32

static void no_neighbour(int fd, char *place)
{
	munmap(place, BESIDE * PG);
	close(fd);
}

static int neighbour(char *place)
{
	int fd = gd_open();
	uint64_t index;

	bench_need(fd >= 0 &&
		   !gd_map_refs(fd, granter.domid, BESIDE, granter.ref, &index) &&
		   mmap(place, BESIDE * PG, PROT_READ, MAP_SHARED | MAP_FIXED, fd,
			index) == place, "grants beside");
	return fd;
}

/*
 * At a fixed place beside a page that stays, so that making and dropping a page
 * table is not part of it.
 */
static void map_cycle(int fd, char *place, unsigned int size,
		      unsigned int others)
{
	struct bench_round map = {}, mm = {}, un = {}, unmap = {};
	uint64_t index;
	unsigned int i;
	int beside;

	bench_need(!gd_map_refs(fd, granter.domid, size, many_refs, &index), "a map");
	beside = neighbour(place + 256 * PG);
	gd_unmap(fd, index, size);
	/* The first ones pay for what the kernel keeps. */
	for (i = 0; i < BENCH_ROUNDS + 2; i++) {
		if (i == 2) {
			map.done = 0;
			mm.done = 0;
			un.done = 0;
			unmap.done = 0;
		}
		bench_begin(&map);
		gd_map_refs(fd, granter.domid, size, many_refs, &index);
		bench_end(&map, 1);
		bench_begin(&mm);
		bench_need(mmap(place, size * PG, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_FIXED, fd, index) == place,
			   "mmap of grants");
		bench_end(&mm, 1);
		bench_begin(&un);
		munmap(place, size * PG);
		bench_end(&un, 1);
		bench_begin(&unmap);
		gd_unmap(fd, index, size);
		bench_end(&unmap, 1);
	}
	bench_report("gntdev-map", size, others, &map);
	bench_report("gntdev-mmap", size, others, &mm);
	bench_report("gntdev-munmap", size, others, &un);
	bench_report("gntdev-unmap", size, others, &unmap);
	bench_report_value("gntdev-cycle", size, others,
			   bench_median(&map) + bench_median(&mm) +
			   bench_median(&un) + bench_median(&unmap));
	report_floors(place, size, others);
	no_neighbour(beside, place + 256 * PG);
}

void bench_gntdev(void)
{
	static const unsigned int others[] = { 0, 1000, 10000, 30000 };
	static const unsigned int sizes[] = { 1, 16, 256 };
	unsigned int i, j;
	int fd, beside;
	char *place;

	bench_need(!granter_create(&granter, 16), "a domain that grants");
	for (i = 0; i < 256; i++)
		many_refs[i] = granter.ref[i];
	place = mmap(NULL, 512 * PG, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	bench_need(place != MAP_FAILED, "a place");
	/* In the middle of a page table, with pages left on both sides. */
	place = (char *)(((uintptr_t)place + 128 * PG) & ~(PG - 1));
	for (i = 0; i < (bench_short ? 2 : 4); i++) {
		fd = gd_open();
		bench_need(fd >= 0, "open of gntdev");
		others_on(fd, others[i]);
		beside = neighbour(place - BESIDE * PG);
		for (j = 0; j < 3; j++)
			map_cycle(fd, place, sizes[j], others[i]);
		no_neighbour(beside, place - BESIDE * PG);
		close(fd);
	}
	granter_free(&granter);
}
