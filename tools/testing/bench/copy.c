// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: copies.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "floors.h"
#include "fmap.h"
#include "granter.h"

#define COPY_SEGMENTS	1024

static struct granter granter;

static void copy_some(int fd, char *local, unsigned int nr, unsigned int len,
		      int out)
{
	static struct gntdev_grant_copy_segment seg[COPY_SEGMENTS];
	static uint32_t refs[COPY_SEGMENTS];
	struct floor_run run = {
		.op = out ? FLOOR_COPY_OUT : FLOOR_COPY_IN,
		.nr = nr,
		.domid = granter.domid,
		.list = (uintptr_t)refs,
		.len = len,
	};
	struct bench_round r = {};
	char name[32], *at;
	uint32_t ref;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		at = local + (size_t)i * len;
		ref = granter.ref[i % 16];
		refs[i] = ref;
		seg[i] = seg_in(granter.domid, ref, 0, at, len);
		if (out)
			seg[i] = seg_out(at, granter.domid, ref, 0, len);
	}
	bench_need(!gd_copy(fd, nr, seg) && !seg[0].status, "copy");
	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		gd_copy(fd, nr, seg);
		bench_end(&r, 1);
	}
	snprintf(name, sizeof(name), "gntdev-copy-%s-%u", out ? "out" : "in",
		 len);
	bench_report(name, nr, 0, &r);
	if (floor_have())
		bench_report_floor(name, nr, 0, bench_syscall +
				   floor_cost(run).there);
}

void bench_copy(void)
{
	static const unsigned int sizes[] = { 1, 16, COPY_SEGMENTS };
	unsigned int i;
	char *local;
	int fd;

	bench_need(!granter_create(&granter, 16), "a domain that grants");
	fd = gd_open();
	bench_need(fd >= 0, "open of gntdev");
	local = mmap(NULL, COPY_SEGMENTS * PG, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	bench_need(local != MAP_FAILED, "memory");
	memset(local, 1, COPY_SEGMENTS * PG);
	for (i = 0; i < 3; i++) {
		copy_some(fd, local, sizes[i], PG, 0);
		copy_some(fd, local, sizes[i], PG, 1);
		copy_some(fd, local, sizes[i], 64, 0);
		copy_some(fd, local, sizes[i], 64, 1);
	}
	munmap(local, COPY_SEGMENTS * PG);
	close(fd);
	granter_free(&granter);
}
