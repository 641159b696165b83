/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers of x86-64, for the self-test. */
#ifndef XEN_HYPERCALL_ARCH_SELFTEST_H
#define XEN_HYPERCALL_ARCH_SELFTEST_H

/* struct probe */
#define PROBE_RAX	0
#define PROBE_RBX	8
#define PROBE_RCX	16
#define PROBE_RDX	24
#define PROBE_RSI	32
#define PROBE_RDI	40
#define PROBE_RBP	48
#define PROBE_R8	56
#define PROBE_R9	64
#define PROBE_R10	72
#define PROBE_R11	80
#define PROBE_R12	88
#define PROBE_R13	96
#define PROBE_R14	104
#define PROBE_R15	112
#define PROBE_STACK	120	/* the stack argument, and so the word at RSP */
#define PROBE_RSP	128
#define PROBE_FLAGS	136
#define PROBE_SIZE	144

/* So much of it is set before the call. */
#define PROBE_IN_SIZE	PROBE_RSP

/* A number below the end of the page that an entry refuses: it has no return. */
#define PROBE_REFUSED_NR	__HYPERVISOR_iret

#ifndef __ASSEMBLY__

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <asm/processor-flags.h>

/* The registers around a call: set before it, overwritten with those after. */
struct probe {
	u64 rax, rbx, rcx, rdx, rsi, rdi, rbp;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 stack;
	/* Out only. rsp is the change that the call made to it. */
	u64 rsp, flags;
};

static_assert(offsetof(struct probe, rax) == PROBE_RAX);
static_assert(offsetof(struct probe, rbx) == PROBE_RBX);
static_assert(offsetof(struct probe, rcx) == PROBE_RCX);
static_assert(offsetof(struct probe, rdx) == PROBE_RDX);
static_assert(offsetof(struct probe, rsi) == PROBE_RSI);
static_assert(offsetof(struct probe, rdi) == PROBE_RDI);
static_assert(offsetof(struct probe, rbp) == PROBE_RBP);
static_assert(offsetof(struct probe, r8) == PROBE_R8);
static_assert(offsetof(struct probe, r9) == PROBE_R9);
static_assert(offsetof(struct probe, r10) == PROBE_R10);
static_assert(offsetof(struct probe, r11) == PROBE_R11);
static_assert(offsetof(struct probe, r12) == PROBE_R12);
static_assert(offsetof(struct probe, r13) == PROBE_R13);
static_assert(offsetof(struct probe, r14) == PROBE_R14);
static_assert(offsetof(struct probe, r15) == PROBE_R15);
static_assert(offsetof(struct probe, stack) == PROBE_STACK);
static_assert(offsetof(struct probe, rsp) == PROBE_RSP);
static_assert(offsetof(struct probe, flags) == PROBE_FLAGS);
static_assert(sizeof(struct probe) == PROBE_SIZE);

/* Where C passes parameter @i of an entry: 0 is the number. */
static inline u64 *probe_entry_arg(struct probe *p, unsigned int i)
{
	u64 *const arg[] = {
		&p->rdi, &p->rsi, &p->rdx, &p->rcx, &p->r8, &p->r9, &p->stack,
	};

	return arg[i];
}

/* Where a stub takes argument @i, from 1: for Xen. */
static inline u64 *probe_stub_arg(struct probe *p, unsigned int i)
{
	u64 *const arg[] = {
		NULL, &p->rdi, &p->rsi, &p->rdx, &p->r10, &p->r8, &p->r9,
	};

	return arg[i];
}

static inline u64 probe_result(const struct probe *after)
{
	return after->rax;
}

/* What the ABI of C promises a caller. */
static inline bool probe_intact(const struct probe *before,
				const struct probe *after)
{
	return after->rbx == before->rbx && after->rbp == before->rbp &&
	       after->r12 == before->r12 && after->r13 == before->r13 &&
	       after->r14 == before->r14 && after->r15 == before->r15 &&
	       after->stack == before->stack && after->rsp == 0 &&
	       !(after->flags & (X86_EFLAGS_DF | X86_EFLAGS_AC));
}

#endif /* !__ASSEMBLY__ */

#endif
