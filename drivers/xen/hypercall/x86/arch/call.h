/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls with a number that the compiler knows, on x86. The registers are
 * those of transfer.h.
 */
#ifndef XEN_HYPERCALL_ARCH_CALL_H
#define XEN_HYPERCALL_ARCH_CALL_H

/* How many arguments Xen knows. */
#define XEN_HYPERCALL_ARGS	6

#ifndef __ASSEMBLY__

#include <asm/asm.h>

#define XEN_HYPERCALL_CALL	"call xen_hypercall_page + %c[offset]"

/*
 * The argument registers are in/out: Xen changes them when it restarts a
 * preempted hypercall.
 */
static __always_inline long xen_arch_call1(unsigned int nr, unsigned long a1)
{
	long ret;

	asm volatile(XEN_HYPERCALL_CALL
		     : "=a" (ret), "+D" (a1), ASM_CALL_CONSTRAINT
		     : [offset] "i" (nr * XEN_HYPERCALL_SLOT_SIZE)
		     : "memory", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11");
	return ret;
}

static __always_inline long xen_arch_call2(unsigned int nr, unsigned long a1,
					   unsigned long a2)
{
	long ret;

	asm volatile(XEN_HYPERCALL_CALL
		     : "=a" (ret), "+D" (a1), "+S" (a2), ASM_CALL_CONSTRAINT
		     : [offset] "i" (nr * XEN_HYPERCALL_SLOT_SIZE)
		     : "memory", "rcx", "rdx", "r8", "r9", "r10", "r11");
	return ret;
}

static __always_inline long xen_arch_call3(unsigned int nr, unsigned long a1,
					   unsigned long a2, unsigned long a3)
{
	long ret;

	asm volatile(XEN_HYPERCALL_CALL
		     : "=a" (ret), "+D" (a1), "+S" (a2), "+d" (a3),
		       ASM_CALL_CONSTRAINT
		     : [offset] "i" (nr * XEN_HYPERCALL_SLOT_SIZE)
		     : "memory", "rcx", "r8", "r9", "r10", "r11");
	return ret;
}

static __always_inline long xen_arch_call4(unsigned int nr, unsigned long a1,
					   unsigned long a2, unsigned long a3,
					   unsigned long a4)
{
	register unsigned long r10 asm("r10") = a4;
	long ret;

	asm volatile(XEN_HYPERCALL_CALL
		     : "=a" (ret), "+D" (a1), "+S" (a2), "+d" (a3), "+r" (r10),
		       ASM_CALL_CONSTRAINT
		     : [offset] "i" (nr * XEN_HYPERCALL_SLOT_SIZE)
		     : "memory", "rcx", "r8", "r9", "r11");
	return ret;
}

#endif /* !__ASSEMBLY__ */

#endif
