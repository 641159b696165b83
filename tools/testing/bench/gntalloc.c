// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntalloc: allocation, beside few and many others.
 */
#include <unistd.h>

#include "bench.h"
#include "floors.h"
#include "fmap.h"
#include "grant.h"

#define TIMES	20

static uint32_t refs[256];

static void others_on(int fd, unsigned int others)
{
	unsigned int n;

	for (; others; others -= n) {
		n = others < 256 ? others : 256;
		bench_need(!ga_alloc(fd, BENCH_NOBODY, n, NULL, refs),
			   "the others");
	}
}

static void alloc_release(int fd, unsigned int size, unsigned int others)
{
	unsigned int i, times = size > 16 ? 1 : TIMES;
	struct bench_round r = {};
	struct floor_cost cost;
	uint64_t index;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < times; i++) {
			ga_alloc(fd, BENCH_NOBODY, size, &index, refs);
			ga_free(fd, index, size);
		}
		bench_end(&r, times);
	}
	bench_report("gntalloc-alloc-dealloc", size, others, &r);
	if (!floor_have())
		return;
	cost = floor_cost((struct floor_run){
		.op = FLOOR_ALLOC,
		.nr = size,
		.times = times,
		.domid = BENCH_NOBODY,
	});
	bench_report_floor("gntalloc-alloc-dealloc", size, others,
			   2 * bench_syscall + cost.there + cost.back);
}

void bench_gntalloc(void)
{
	static const unsigned int others[] = { 0, 1000, 10000, 30000 };
	static const unsigned int sizes[] = { 1, 16, 256 };
	unsigned int i, j;
	int fd, other;

	bench_need(!param_set(GRANT_LIMIT_PARAM, 1000000), "the limit");
	for (i = 0; i < (bench_short ? 2 : 4); i++) {
		fd = ga_open();
		other = ga_open();
		bench_need(fd >= 0 && other >= 0, "open of gntalloc");
		others_on(other, others[i]);
		for (j = 0; j < 3; j++)
			alloc_release(fd, sizes[j], others[i]);
		close(fd);
		close(other);
	}
	param_set(GRANT_LIMIT_PARAM, GRANT_LIMIT_DEFAULT);
}
