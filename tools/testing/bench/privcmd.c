// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: hypercalls, and frames of another domain.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/memory.h>

#include "bench.h"
#include "env.h"
#include "floors.h"
#include "fmap.h"
#include "guest.h"
#include "hcall.h"

#define TIMES	100
#define FRAMES	65536u

static void null_hypercall(int fd)
{
	struct bench_round r = {};
	struct floor_run run = {};
	unsigned int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++)
			xen_version(fd);
		bench_end(&r, TIMES);
	}
	bench_report("privcmd-hypercall", 1, 0, &r);
	if (!floor_have())
		return;
	run.op = FLOOR_XEN_VERSION;
	run.times = TIMES;
	bench_report_floor("privcmd-hypercall", 1, 0,
			   bench_syscall + floor_cost(run).there);
}

static void report_floors(const char *map, const char *unmap,
			  struct floor_run run, unsigned int rounds)
{
	struct floor_cost cost;

	if (!floor_have())
		return;
	cost = floor_fill(run, rounds);
	bench_report_floor(map, run.nr, 0, bench_syscall + cost.there);
	bench_report_floor(unmap, run.nr, 0, cost.back);
}

/* So many frames, and those that come next: see neighbour() in gntdev.c. */
#define BESIDE	32

static void *frames(int fd, struct guest *g, unsigned int nr)
{
	static int err[FRAMES];
	void *area = fm_area(fd, nr);

	bench_need(area && !fm_v2(fd, g->domid, area, nr, g->frame, err),
		   "MMAPBATCH_V2");
	return area;
}

/* Beside @nr that are given back: on either side, as they come. */
static void neighbours(int fd, struct guest *g, unsigned int nr, void **beside)
{
	void *between;

	beside[0] = frames(fd, g, BESIDE);
	between = frames(fd, g, nr);
	beside[1] = frames(fd, g, BESIDE);
	munmap(between, nr * PG);
}

static void no_neighbours(void **beside)
{
	munmap(beside[0], BESIDE * PG);
	munmap(beside[1], BESIDE * PG);
}

/* In an auto-translated domain some ten thousand instructions are for a frame. */
static unsigned int rounds_of(unsigned int nr)
{
	if (nr <= 512)
		return BENCH_ROUNDS;
	return env_is_pv() ? 3 : 1;
}

static void map_frames(int fd, struct guest *g, unsigned int nr, int *err)
{
	struct bench_round map = {}, unmap = {};
	unsigned int rounds = rounds_of(nr);
	struct floor_run run = {
		.op = FLOOR_FRAMES,
		.nr = nr,
		.domid = g->domid,
		.list = (uintptr_t)g->frame,
	};
	void *area, *beside[2];

	/* Of many, most have others of the same mapping. */
	neighbours(fd, g, nr > 512 ? 1 : nr, beside);

	while (map.done < rounds) {
		area = fm_area(fd, nr);
		bench_need(!!area, "a mapping");
		bench_begin(&map);
		bench_need(!fm_v2(fd, g->domid, area, nr, g->frame, err),
			   "MMAPBATCH_V2");
		bench_end(&map, 1);
		bench_begin(&unmap);
		munmap(area, nr * PG);
		bench_end(&unmap, 1);
	}
	bench_report("privcmd-mmapbatch", nr, 0, &map);
	bench_report("privcmd-munmap", nr, 0, &unmap);
	report_floors("privcmd-mmapbatch", "privcmd-munmap", run, rounds);
	no_neighbours(beside);
}

/* Frames of its grant table. */
static void map_resource(int fd, struct guest *g, unsigned int nr)
{
	struct bench_round map = {}, unmap = {};
	struct floor_run run = {
		.op = FLOOR_RESOURCE,
		.nr = nr,
		.domid = g->domid,
	};
	void *area, *beside[2];

	neighbours(fd, g, nr, beside);
	while (map.done < BENCH_ROUNDS) {
		area = fm_area(fd, nr);
		bench_need(!!area, "a mapping");
		bench_begin(&map);
		bench_need(!fm_resource(fd, g->domid,
					XENMEM_resource_grant_table,
					XENMEM_resource_grant_table_id_shared,
					0, nr, area, NULL), "MMAP_RESOURCE");
		bench_end(&map, 1);
		bench_begin(&unmap);
		munmap(area, nr * PG);
		bench_end(&unmap, 1);
	}
	bench_report("privcmd-resource", nr, 0, &map);
	bench_report("privcmd-resource-munmap", nr, 0, &unmap);
	report_floors("privcmd-resource", "privcmd-resource-munmap", run,
		      BENCH_ROUNDS);
	no_neighbours(beside);
}

void bench_privcmd(void)
{
	static const unsigned int sizes[] = { 1, 16, 512, FRAMES };
	struct guest g;
	unsigned int i;
	int *err;
	int fd;

	fd = privcmd_open();
	bench_need(fd >= 0, "open of privcmd");
	null_hypercall(fd);
	bench_need(!guest_create(&g, !env_is_pv(), FRAMES), "a domain");
	err = calloc(FRAMES, sizeof(*err));
	for (i = 0; i < (bench_short ? 3 : 4); i++)
		map_frames(fd, &g, sizes[i], err);
	map_resource(fd, &g, 1);
	map_resource(fd, &g, 4);
	free(err);
	guest_free(&g);
	close(fd);
}
