/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KUNIT_COUNTS_H
#define KUNIT_COUNTS_H

/*
 * Copy what the compiler's counters say into the directory of the host that the
 * runner names, if it names one. Returns 0, or -1 and says why.
 */
int save_counts(void);

#endif
