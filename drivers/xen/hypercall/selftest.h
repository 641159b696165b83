/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the self-test's C and assembly share. The offsets are written out
 * because assembly has no offsetof(); the C files assert each of them.
 *
 * The registers of a machine are in arch/selftest.h: struct probe, and where the
 * arguments are in it.
 */
#ifndef XEN_HYPERCALL_SELFTEST_H
#define XEN_HYPERCALL_SELFTEST_H

#include "hypercall/hypercall.h"

/* struct captured; arguments are counted from 1 */
#define CAPTURED_NR		0
#define CAPTURED_ARG(i)		(8 * (i))
#define CAPTURED_SIZE		(8 + 8 * XEN_HYPERCALL_ARGS)

#define CAPTURED_RESULT		0x2a5a1e5
#define CAPTURED_POISON		0x0badc0de

#include "arch/selftest.h"

#ifndef __ASSEMBLY__

#include <linux/types.h>

/* What Xen would see at the moment of the transfer. */
struct captured {
	u64 nr;
	u64 arg[XEN_HYPERCALL_ARGS];
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
