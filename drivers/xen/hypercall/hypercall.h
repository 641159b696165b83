/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls for the drivers: what xen-hypercall.ko offers. What is of one
 * architecture is in the directory of its name; Kbuild has "arch/" point there.
 *
 * A driver that knows the number at compile time uses xen_hypercall1() to
 * xen_hypercall4(): one direct call into the page. Pointers among the arguments
 * are kernel memory.
 *
 * A number that comes from user space goes through xen_hypercall_user() or
 * xen_hypercall_kernel(), which check it.
 */
#ifndef XEN_HYPERCALL_H
#define XEN_HYPERCALL_H

/* Distance of two stubs in the page, and their count. Xen defines both. */
#define XEN_HYPERCALL_SLOT_SIZE		32
#define XEN_HYPERCALL_SLOTS		128

#include "arch/call.h"

#ifndef __ASSEMBLY__

#include <linux/tracepoint-defs.h>
#include <linux/types.h>

/**
 * DOC: xen_hypercall_page
 *
 * The stubs of all hypercalls, 32 bytes apart in the order of their numbers.
 * Called through xen_hypercall1() and its siblings only: the registers are
 * Xen's, not C's. Source of the layout: Xen, public/xen.h.
 */
extern const u8 xen_hypercall_page[];

/**
 * xen_hypercall_kernel() - a hypercall whose pointers are kernel memory.
 * @nr: hypercall number, 0 to 127
 * @a1: first argument
 * @a2: second argument
 * @a3: third argument
 * @a4: fourth argument
 * @a5: fifth argument
 * @a6: sixth argument; ignored on arm64, where Xen knows five
 *
 * Xen ignores the arguments that the hypercall does not take. It may restart
 * the hypercall any number of times before it returns. Source of the range of
 * @nr: Xen, public/xen.h (the page has 128 slots).
 *
 * Context: any in which the hypercall itself is allowed.
 * Return: what Xen returned, on failure a negative errno of Xen's; -ENOSYS
 * without entering Xen for a number outside the range, and on x86 for iret.
 */
long xen_hypercall_kernel(unsigned long nr, unsigned long a1, unsigned long a2,
			  unsigned long a3, unsigned long a4, unsigned long a5,
			  unsigned long a6);

/**
 * xen_hypercall_user() - a hypercall whose pointers are user memory.
 * @nr: hypercall number, 0 to 127
 * @a1: first argument
 * @a2: second argument
 * @a3: third argument
 * @a4: fourth argument
 * @a5: fifth argument
 * @a6: sixth argument; ignored on arm64
 *
 * As xen_hypercall_kernel(), with access to user memory open while Xen runs and
 * at no other time.
 *
 * Context: process context, in the address space that the pointers are of.
 * Return: as xen_hypercall_kernel(); also -EFAULT from Xen for a bad pointer.
 */
long xen_hypercall_user(unsigned long nr, unsigned long a1, unsigned long a2,
			unsigned long a3, unsigned long a4, unsigned long a5,
			unsigned long a6);

/* Of all drivers; lib/trace.h has what is told. */
DECLARE_TRACEPOINT(hypercall_enter);
DECLARE_TRACEPOINT(hypercall_exit);

void xen_hypercall_trace_enter(unsigned long nr, unsigned long a1);
void xen_hypercall_trace_exit(unsigned long nr, long ret);

static __always_inline void xen_trace_enter(unsigned long nr, unsigned long a1)
{
	if (tracepoint_enabled(hypercall_enter))
		xen_hypercall_trace_enter(nr, a1);
}

static __always_inline void xen_trace_exit(unsigned long nr, long ret)
{
	if (tracepoint_enabled(hypercall_exit))
		xen_hypercall_trace_exit(nr, ret);
}

static __always_inline long xen_hypercall1(unsigned int nr, unsigned long a1)
{
	long ret;

	xen_trace_enter(nr, a1);
	ret = xen_arch_call1(nr, a1);
	xen_trace_exit(nr, ret);
	return ret;
}

static __always_inline long xen_hypercall2(unsigned int nr, unsigned long a1,
					   unsigned long a2)
{
	long ret;

	xen_trace_enter(nr, a1);
	ret = xen_arch_call2(nr, a1, a2);
	xen_trace_exit(nr, ret);
	return ret;
}

static __always_inline long xen_hypercall3(unsigned int nr, unsigned long a1,
					   unsigned long a2, unsigned long a3)
{
	long ret;

	xen_trace_enter(nr, a1);
	ret = xen_arch_call3(nr, a1, a2, a3);
	xen_trace_exit(nr, ret);
	return ret;
}

static __always_inline long xen_hypercall4(unsigned int nr, unsigned long a1,
					   unsigned long a2, unsigned long a3,
					   unsigned long a4)
{
	long ret;

	xen_trace_enter(nr, a1);
	ret = xen_arch_call4(nr, a1, a2, a3, a4);
	xen_trace_exit(nr, ret);
	return ret;
}

#endif /* !__ASSEMBLY__ */

#endif
