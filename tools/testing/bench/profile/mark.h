/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the profiled program talks to the counter in QEMU: by instructions that
 * do nothing, with a number in them.
 */
#ifndef PROFILE_MARK_H
#define PROFILE_MARK_H

/* Count from the next instruction on, until the end. */
#define MARK_BEGIN	1
#define MARK_END	2
/* The operation has been measured: write down its cheapest round. */
#define MARK_DONE	3

/* "nopl number(%rax)": MARK_NOP and which mark it is. */
#define MARK_NOP	0x50524600
#define MARK_CODE	"nopl %c0(%%rax)"

static inline void mark_begin(void)
{
	asm volatile(MARK_CODE : : "i" (MARK_NOP + MARK_BEGIN) : "memory");
}

static inline void mark_end(void)
{
	asm volatile(MARK_CODE : : "i" (MARK_NOP + MARK_END) : "memory");
}

static inline void mark_done(void)
{
	asm volatile(MARK_CODE : : "i" (MARK_NOP + MARK_DONE) : "memory");
}

#endif
