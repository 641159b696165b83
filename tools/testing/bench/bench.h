/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the benchmark share.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <x86intrin.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Each figure is the median of so many rounds. */
#define BENCH_ROUNDS	9

/* The domain that the benchmark runs in, and one that does not exist. */
#define BENCH_HERE	0
#define BENCH_NOBODY	0x7000

struct bench_round {
	uint64_t ticks[BENCH_ROUNDS];
	unsigned int done;
	uint64_t begin;
};

/* What it costs to read the clock, which Xen intercepts in some domains. */
extern uint64_t bench_clock;

static inline void bench_begin(struct bench_round *r)
{
	r->begin = __rdtsc();
}

/* Of @times operations. */
static inline void bench_end(struct bench_round *r, unsigned int times)
{
	r->ticks[r->done++] = (__rdtsc() - r->begin - bench_clock) / times;
}

/* Measure less: no more than 1,000 others, and nothing that takes long. */
extern bool bench_short;

/* What a system call costs that does nothing. */
extern uint64_t bench_syscall;

uint64_t bench_median(struct bench_round *r);

/* One line of the result. The operation was on @size things beside @others. */
void bench_report(const char *op, unsigned int size, unsigned int others,
		  struct bench_round *r);
/* Something else than instructions. */
void bench_report_value(const char *op, unsigned int size, unsigned int others,
			uint64_t value);
/* What no driver could do the operation without. */
void bench_report_floor(const char *op, unsigned int size, unsigned int others,
			uint64_t value);

/* Let the kernel do what it has put off, so that it does not count. */
void bench_settle(void);

/* End the program unless @ok. */
void bench_need(int ok, const char *what);

void bench_call(void);
void bench_copy(void);
void bench_dm(void);
void bench_eventfd(void);
void bench_evtchn(void);
void bench_gntalloc(void);
void bench_gntdev(void);
void bench_memory(void);
void bench_pingpong(void);
void bench_privcmd(void);
void bench_threads(void);
void bench_vchan(void);

#endif
