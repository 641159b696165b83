/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers of arm64, for the self-test. */
#ifndef XEN_HYPERCALL_ARCH_SELFTEST_H
#define XEN_HYPERCALL_ARCH_SELFTEST_H

/* struct probe */
#define PROBE_X(n)	(8 * (n))
#define PROBE_STACK	240	/* the word at SP */
#define PROBE_SP	248
#define PROBE_DAIF	256
#define PROBE_SIZE	264

/* So much of it is set before the call. */
#define PROBE_IN_SIZE	PROBE_SP

/* A number that an entry refuses; none below the end of the page is special. */
#define PROBE_REFUSED_NR	(XEN_HYPERCALL_SLOTS + 1)

#ifndef __ASSEMBLY__

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

/* The registers around a call: set before it, overwritten with those after. */
struct probe {
	/* x[18] is neither. */
	u64 x[30];
	u64 stack;
	/* Out only: the change that the call made. */
	u64 sp, daif;
};

static_assert(offsetof(struct probe, x[29]) == PROBE_X(29));
static_assert(offsetof(struct probe, stack) == PROBE_STACK);
static_assert(offsetof(struct probe, sp) == PROBE_SP);
static_assert(offsetof(struct probe, daif) == PROBE_DAIF);
static_assert(sizeof(struct probe) == PROBE_SIZE);

/* Where C passes parameter @i of an entry: 0 is the number. */
static inline u64 *probe_entry_arg(struct probe *p, unsigned int i)
{
	return &p->x[i];
}

/* Where a stub takes argument @i, from 1: for Xen. */
static inline u64 *probe_stub_arg(struct probe *p, unsigned int i)
{
	return &p->x[i - 1];
}

static inline u64 probe_result(const struct probe *after)
{
	return after->x[0];
}

/* What the ABI of C promises a caller: X19 to X29 and the stack. */
static inline bool probe_intact(const struct probe *before,
				const struct probe *after)
{
	return !memcmp(&after->x[19], &before->x[19], 11 * sizeof(u64)) &&
	       after->stack == before->stack && !after->sp && !after->daif;
}

#endif /* !__ASSEMBLY__ */

#endif
