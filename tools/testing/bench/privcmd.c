// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: hypercalls, and frames of another domain.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "fmap.h"
#include "guest.h"
#include "hcall.h"

#define TIMES	100
#define FRAMES	65536u

static void null_hypercall(int fd)
{
	struct bench_round r = {};
	unsigned int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++)
			xen_version(fd);
		bench_end(&r, TIMES);
	}
	bench_report("privcmd-hypercall", 1, 0, &r);
}

static void map_frames(int fd, struct guest *g, unsigned int nr, int *err)
{
	struct bench_round map = {}, unmap = {};
	unsigned int rounds = nr > 512 ? 3 : BENCH_ROUNDS;
	void *area;

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
	bench_need(!guest_create(&g, false, FRAMES), "a domain");
	err = calloc(FRAMES, sizeof(*err));
	for (i = 0; i < 4; i++)
		map_frames(fd, &g, sizes[i], err);
	free(err);
	guest_free(&g);
	close(fd);
}
