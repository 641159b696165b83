// SPDX-License-Identifier: GPL-2.0-only
/*
 * What no driver can do without.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "floors.h"
#include "fmap.h"

#define TIMES	100

static int floor_open(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/" FLOOR_DEVICE, O_RDWR | O_CLOEXEC);
	return fd;
}

bool floor_have(void)
{
	return floor_open() >= 0;
}

void floor_report_null(void)
{
	struct bench_round control = {}, rd = {}, wr = {};
	char byte = 0;
	int i;

	if (!floor_have())
		return;
	while (control.done < BENCH_ROUNDS) {
		bench_begin(&control);
		for (i = 0; i < TIMES; i++)
			ioctl(floor_open(), FLOOR_NULL);
		bench_end(&control, TIMES);
		bench_begin(&rd);
		for (i = 0; i < TIMES; i++)
			read(floor_open(), &byte, 1);
		bench_end(&rd, TIMES);
		bench_begin(&wr);
		for (i = 0; i < TIMES; i++)
			write(floor_open(), &byte, 1);
		bench_end(&wr, TIMES);
	}
	bench_report_floor("null-ioctl", 1, 0, bench_median(&control));
	bench_report_floor("null-read", 1, 0, bench_median(&rd));
	bench_report_floor("null-write", 1, 0, bench_median(&wr));
}

struct floor_cost floor_cost(struct floor_run run)
{
	struct bench_round there = {}, back = {};

	run.nr = run.nr ?: 1;
	run.times = run.times ?: 1;
	while (there.done < BENCH_ROUNDS) {
		bench_need(!ioctl(floor_open(), FLOOR_RUN, &run), "a floor");
		there.ticks[there.done++] = run.there;
		back.ticks[back.done++] = run.back;
	}
	return (struct floor_cost){ bench_median(&there), bench_median(&back) };
}

struct floor_cost floor_once(struct floor_run run)
{
	bench_need(!ioctl(floor_open(), FLOOR_RUN, &run), "a floor");
	return (struct floor_cost){ run.there, run.back };
}

struct floor_cost floor_vma(char *place, unsigned int nr)
{
	struct bench_round map = {}, unmap = {};

	while (map.done < BENCH_ROUNDS) {
		bench_begin(&map);
		bench_need(mmap(place, nr * PG, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_FIXED, floor_open(),
				0) == place, "an empty mapping");
		bench_end(&map, 1);
		bench_begin(&unmap);
		munmap(place, nr * PG);
		bench_end(&unmap, 1);
	}
	return (struct floor_cost){ bench_median(&map), bench_median(&unmap) };
}

uint64_t floor_memory(unsigned int nr)
{
	struct bench_round r = {};
	void *p;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		p = mmap(NULL, nr * PG, PROT_READ | PROT_WRITE, MAP_SHARED,
			 floor_open(), FLOOR_FILLED);
		bench_need(p != MAP_FAILED, "a mapping with memory");
		munmap(p, nr * PG);
		bench_end(&r, 1);
	}
	return bench_median(&r);
}

struct floor_cost floor_fill(struct floor_run run, unsigned int rounds)
{
	struct bench_round there = {}, back = {};
	void *area;

	run.times = 1;
	while (there.done < rounds) {
		area = mmap(NULL, run.nr * PG, PROT_READ | PROT_WRITE,
			    MAP_SHARED, floor_open(), 0);
		bench_need(area != MAP_FAILED, "an empty mapping");
		run.addr = (uintptr_t)area;
		bench_need(!ioctl(floor_open(), FLOOR_RUN, &run), "a floor");
		there.ticks[there.done++] = run.there;
		bench_begin(&back);
		munmap(area, run.nr * PG);
		bench_end(&back, 1);
		back.ticks[back.done - 1] += run.back;
	}
	return (struct floor_cost){ bench_median(&there), bench_median(&back) };
}
