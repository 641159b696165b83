// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time.
 */
#include <errno.h>
#include <time.h>

#include "clock.h"

uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

void sleep_ms(unsigned int ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L,
	};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

#ifdef __x86_64__

uint64_t now_ticks(void)
{
	return __builtin_ia32_rdtsc();
}

#else

uint64_t now_ticks(void)
{
	uint64_t count;

	asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r" (count));
	return count;
}

#endif
