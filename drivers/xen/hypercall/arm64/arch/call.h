/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls with a number that the compiler knows, on arm64. The registers are
 * those of transfer.h.
 */
#ifndef XEN_HYPERCALL_ARCH_CALL_H
#define XEN_HYPERCALL_ARCH_CALL_H

/* How many arguments Xen knows. */
#define XEN_HYPERCALL_ARGS	5

/*
 * By this number Xen tells a hypercall from a call of the firmware's interface,
 * which uses the same instruction. Source: Xen, public/arch-arm.h.
 */
#define XEN_HYPERCALL_TAG	0xea1

#ifndef __ASSEMBLY__

#define XEN_HYPERCALL_CALL	"bl xen_hypercall_page + %c[offset]"

/* X17 belongs to the veneer of a far call, and X30 to the call. */
#define XEN_HYPERCALL_LOST	"memory", "x4", "x16", "x17", "x30"

/*
 * The argument registers are in/out: Xen changes them when it restarts a
 * preempted hypercall.
 */
static __always_inline long xen_arch_call1(unsigned int nr, unsigned long a1)
{
	register unsigned long x0 asm("x0") = a1;

	asm volatile(XEN_HYPERCALL_CALL
		     : "+r" (x0)
		     : [offset] "i" (nr * XEN_HYPERCALL_SLOT_SIZE)
		     : XEN_HYPERCALL_LOST, "x1", "x2", "x3");
	return x0;
}

static __always_inline long xen_arch_call2(unsigned int nr, unsigned long a1,
					   unsigned long a2)
{
	register unsigned long x0 asm("x0") = a1;
	register unsigned long x1 asm("x1") = a2;

	asm volatile(XEN_HYPERCALL_CALL
		     : "+r" (x0), "+r" (x1)
		     : [offset] "i" (nr * XEN_HYPERCALL_SLOT_SIZE)
		     : XEN_HYPERCALL_LOST, "x2", "x3");
	return x0;
}

static __always_inline long xen_arch_call3(unsigned int nr, unsigned long a1,
					   unsigned long a2, unsigned long a3)
{
	register unsigned long x0 asm("x0") = a1;
	register unsigned long x1 asm("x1") = a2;
	register unsigned long x2 asm("x2") = a3;

	asm volatile(XEN_HYPERCALL_CALL
		     : "+r" (x0), "+r" (x1), "+r" (x2)
		     : [offset] "i" (nr * XEN_HYPERCALL_SLOT_SIZE)
		     : XEN_HYPERCALL_LOST, "x3");
	return x0;
}

static __always_inline long xen_arch_call4(unsigned int nr, unsigned long a1,
					   unsigned long a2, unsigned long a3,
					   unsigned long a4)
{
	register unsigned long x0 asm("x0") = a1;
	register unsigned long x1 asm("x1") = a2;
	register unsigned long x2 asm("x2") = a3;
	register unsigned long x3 asm("x3") = a4;

	asm volatile(XEN_HYPERCALL_CALL
		     : "+r" (x0), "+r" (x1), "+r" (x2), "+r" (x3)
		     : [offset] "i" (nr * XEN_HYPERCALL_SLOT_SIZE)
		     : XEN_HYPERCALL_LOST);
	return x0;
}

#endif /* !__ASSEMBLY__ */

#endif
