// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an operation on one of the devices costs. Runs on a machine whose time
 * counts instructions (ICOUNT=1 of the rig), so the figures repeat.
 *
 * usage: bench [-s] LABEL [part ...]
 *
 * Prints "bench,LABEL,operation,size,others,instructions" for each, and with the
 * module of floor/ what no driver could do it without, with "floor" for LABEL.
 * -s: less of it. The part "threads" measures rates; it is done only when it is
 * asked for.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floors.h"

bool bench_short;
uint64_t bench_clock;
uint64_t bench_syscall;

static const char *label;

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

uint64_t bench_median(struct bench_round *r)
{
	qsort(r->ticks, r->done, sizeof(r->ticks[0]), compare);
	return r->ticks[r->done / 2];
}

static void print(const char *what, const char *op, unsigned int size,
		  unsigned int others, uint64_t value)
{
	printf("bench,%s,%s,%u,%u,%llu\n", what, op, size, others,
	       (unsigned long long)value);
	fflush(stdout);
}

void bench_report(const char *op, unsigned int size, unsigned int others,
		  struct bench_round *r)
{
	print(label, op, size, others, bench_median(r));
}

void bench_report_value(const char *op, unsigned int size, unsigned int others,
			uint64_t value)
{
	print(label, op, size, others, value);
}

void bench_report_floor(const char *op, unsigned int size, unsigned int others,
			uint64_t value)
{
	print("floor", op, size, others, value);
}

void bench_need(int ok, const char *what)
{
	if (ok)
		return;
	printf("bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

void bench_settle(void)
{
	usleep(500000);
}

static void calibrate(void)
{
	struct bench_round r = {};

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		bench_end(&r, 1);
	}
	bench_clock = bench_median(&r);
}

static void bench_null(void)
{
	struct bench_round r = {};
	unsigned int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < 100; i++)
			syscall(SYS_getppid);
		bench_end(&r, 100);
	}
	bench_syscall = bench_median(&r);
	bench_report("null-syscall", 1, 0, &r);
	floor_report_null();
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "privcmd", bench_privcmd },
	{ "call", bench_call },
	{ "dm", bench_dm },
	{ "evtchn", bench_evtchn },
	{ "pingpong", bench_pingpong },
	{ "gntdev", bench_gntdev },
	{ "copy", bench_copy },
	{ "gntalloc", bench_gntalloc },
	{ "vchan", bench_vchan },
	{ "eventfd", bench_eventfd },
	{ "memory", bench_memory },
	{ "threads", bench_threads },
};

static bool is_part(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!strcmp(name, parts[i].name))
			return true;
	}
	errno = EINVAL;
	return false;
}

static bool wanted(unsigned int part, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], parts[part].name))
			return true;
	}
	return !argc && parts[part].run != bench_threads;
}

/* In a process of its own: the others are done even if it breaks off. */
static bool run_part(unsigned int part)
{
	pid_t child = fork();
	int status;

	bench_need(child >= 0, "fork");
	if (!child) {
		bench_settle();
		parts[part].run();
		exit(0);
	}
	return waitpid(child, &status, 0) == child && !status;
}

int main(int argc, char **argv)
{
	bool good = true;
	unsigned int i;

	if (argc > 1 && !strcmp(argv[1], "-s")) {
		bench_short = true;
		argc--;
		argv++;
	}
	if (argc < 2) {
		fprintf(stderr, "usage: bench [-s] LABEL [part ...]\n");
		return 2;
	}
	label = argv[1];
	for (i = 2; i < (unsigned int)argc; i++)
		bench_need(is_part(argv[i]), argv[i]);
	calibrate();
	bench_null();
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (wanted(i, argc - 2, argv + 2))
			good &= run_part(i);
	}
	return good ? 0 : 1;
}
