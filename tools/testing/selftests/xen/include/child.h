/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that a test starts. They must not use the assertions of the
 * harness: they report through their exit status.
 */
#ifndef XT_CHILD_H
#define XT_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A child that was ended by a signal has this plus the signal's number. */
#define CHILD_SIGNAL	256

/*
 * One that met SIGSEGV, SIGBUS or SIGILL has this plus the signal's number: it
 * handles them, for the kernel reports those that nobody handles.
 */
#define CHILD_FAULT	128

/*
 * Run @fn(@arg) in a child, which exits with its result. The child dies with
 * its parent, and after a minute in any case. Returns the PID or -errno.
 */
pid_t child_start(int (*fn)(void *arg), void *arg);

/*
 * Wait for a child. Returns its exit status, CHILD_SIGNAL plus the signal, or
 * -ETIMEDOUT, and then it was killed.
 */
int child_wait(pid_t pid, unsigned int ms);

/* Both at once. */
int child_run(int (*fn)(void *arg), void *arg);

/* Wait until a child has made a word of shared memory other than 0. */
bool child_says(const uint32_t *word);

#endif
