/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the self-test's C and assembly share. The offsets are written out
 * because assembly has no offsetof(); selftest.c asserts each of them.
 */
#ifndef XEN_HYPERCALL_SELFTEST_H
#define XEN_HYPERCALL_SELFTEST_H

/* struct captured */
#define CAPTURED_RAX	0
#define CAPTURED_RDI	8
#define CAPTURED_RSI	16
#define CAPTURED_RDX	24
#define CAPTURED_R10	32
#define CAPTURED_R8	40
#define CAPTURED_R9	48
#define CAPTURED_SIZE	56

#define CAPTURED_RESULT	0x2a5a1e5
#define CAPTURED_POISON	0x0badc0de

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

#ifndef __ASSEMBLY__

#include <linux/types.h>

/* The registers at the moment of the transfer, in Xen's order. */
struct captured {
	u64 rax, rdi, rsi, rdx, r10, r8, r9;
};

/* The registers around a call: set before it, overwritten with those after. */
struct probe {
	u64 rax, rbx, rcx, rdx, rsi, rdi, rbp;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 stack;
	/* Out only. rsp is the change that the call made to it. */
	u64 rsp, flags;
};

extern struct captured xen_hypercall_captured;

/* probe.S: load the registers from *p, call, store them to *p. */
void xen_hypercall_probe_stub(struct probe *p);
void xen_hypercall_probe_kernel(struct probe *p);
void xen_hypercall_probe_user(struct probe *p);
void xen_hypercall_probe_kernel_captured(struct probe *p);
void xen_hypercall_probe_user_captured(struct probe *p);

/* selftest.c */
int xen_hypercall_selftest(void);
int xen_hypercall_selftest_report(char *buf, size_t size);

#endif /* !__ASSEMBLY__ */

#endif
