/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a driver shows of itself, for the suites: its counters, its files in
 * debugfs, its tracepoints.
 */
#ifndef XEN_KUNIT_OBSERVE_H
#define XEN_KUNIT_OBSERVE_H

#include <linux/fs.h>

#include "lib/observe.h"
#include "suites/env.h"

typedef void refusal_fn(struct kunit *test);

/* The driver that the file is of; NULL if it counts nothing. */
struct xen_observed *observed_of(const struct file *file);
unsigned long observed_refusals(const struct xen_observed *observed);

/* A file of debugfs or tracefs, up to some size; NULL if it is not there. */
const char *observe_read(const char *path);
/* The line that begins so, up to its end; NULL if there is none. */
const char *observe_line(const char *text, const char *begin);
bool observe_trace(const char *system, bool on);
const char *observe_traced(void);
void observe_expect(struct kunit *test, const char *in_trace);

/* For each reason a way to be refused for it. */
struct refusal_ways {
	const char *path;

	refusal_fn * const *ways;
	unsigned int nr;
	/* The one for which memory has to run out: not in every kernel. */
	unsigned int memory;
	/* One that this kernel knows nothing of, or -1: in dom0 it is tested. */
	int elsewhere;
};

/*
 * Go all the ways: each reason has one, and that counts this reason once and
 * no other, and says so in the trace and in debugfs.
 */
void observe_reasons(struct kunit *test, const struct refusal_ways *all);

/* A line of a driver's stats; -1: there is none. */
long observe_stat(const char *module, const char *name);

/* Have @fn fail for lack of memory, once. */
void observe_no_memory(struct kunit *test, long (*fn)(void *data), void *data);

#endif
