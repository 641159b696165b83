/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a driver shows of itself, for the suites: its counters, its files in
 * debugfs, its tracepoints.
 */
#ifndef XEN_KUNIT_OBSERVE_H
#define XEN_KUNIT_OBSERVE_H

#include <linux/fs.h>

#include "lib/files.h"
#include "suites/env.h"

typedef void refusal_fn(struct kunit *test);

/* A file of debugfs or tracefs, up to some size; NULL if it is not there. */
const char *observe_read(const char *path);
/* The line that begins so, up to its end; NULL if there is none. */
const char *observe_line(const char *text, const char *begin);
/* The events of the device, and those that all have. */
bool observe_trace(const char *device, bool on);
const char *observe_traced(void);
void observe_expect(struct kunit *test, const char *in_trace);

/*
 * Go all the ways, one for each reason: each counts this reason once and no
 * other, and says so in the trace and in debugfs.
 */
void observe_reasons(struct kunit *test, const char *path,
		     refusal_fn * const *ways, unsigned int nr);
/* Make all the mistakes: none is counted. */
void observe_mistakes(struct kunit *test, const char *path,
		      refusal_fn * const *mistakes, unsigned int nr);

/* A line of a driver's stats; -1: there is none. */
long observe_stat(const char *module, const char *name);

/* Have @fn fail for lack of memory, once. */
void observe_no_memory(struct kunit *test, long (*fn)(void *data), void *data);

#endif
