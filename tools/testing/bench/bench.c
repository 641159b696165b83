// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an operation on one of the devices costs. Runs on a machine whose time
 * counts instructions (ICOUNT=1 of the rig), so the figures repeat.
 *
 * usage: bench LABEL [part ...]
 *
 * Prints "bench,LABEL,operation,size,others,instructions" for each.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

static const char *label;

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void bench_report(const char *op, unsigned int size, unsigned int others,
		  struct bench_round *r)
{
	qsort(r->ticks, r->done, sizeof(r->ticks[0]), compare);
	printf("bench,%s,%s,%u,%u,%llu\n", label, op, size, others,
	       (unsigned long long)r->ticks[r->done / 2]);
	fflush(stdout);
}

void bench_need(int ok, const char *what)
{
	if (ok)
		return;
	printf("bench: %s: %s\n", what, strerror(errno));
	exit(1);
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
	bench_report("null-syscall", 1, 0, &r);
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "null", bench_null },
	{ "privcmd", bench_privcmd },
	{ "evtchn", bench_evtchn },
	{ "gntdev", bench_gntdev },
	{ "gntalloc", bench_gntalloc },
};

static int wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 2; i < argc; i++) {
		if (!strcmp(argv[i], name))
			return 1;
	}
	return argc <= 2;
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc < 2) {
		fprintf(stderr, "usage: bench LABEL [part ...]\n");
		return 2;
	}
	label = argv[1];
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (wanted(parts[i].name, argc, argv))
			parts[i].run();
	}
	return 0;
}
