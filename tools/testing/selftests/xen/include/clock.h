/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time.
 */
#ifndef XT_CLOCK_H
#define XT_CLOCK_H

#include <stdint.h>

/*
 * How long a test waits for something that must happen. Emulation is slow, and
 * the kernel may hold back the unmasking of an event after a storm.
 */
#define SOON_MS		10000

/* How long a test watches that something does not happen. */
#define QUIET_MS	100

uint64_t now_us(void);

/* What the processor counts, for comparisons alone. */
uint64_t now_ticks(void);
void sleep_ms(unsigned int ms);

#endif
