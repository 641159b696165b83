/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The self-test's hand: calls something with a known value in every register
 * and writes down what every register holds afterwards. C cannot do that, for
 * the compiler owns the registers. X18 is left alone: the kernel may keep its
 * shadow stack there.
 */
#include <linux/cfi_types.h>
#include <xen/interface/xen.h>

#include "hypercall/arm64/transfer.h"
#include "hypercall/hypercall.h"
#include "hypercall/selftest.h"

/*
 * void name(struct probe *p): X0 points to the registers.
 *
 * The stack while the target runs, from where SP points at the call:
 *
 *	0	a word that the target has no business with
 *	8	p
 *	16...	the frame record, and the caller's callee-saved registers
 *
 * SP and the interrupt mask as they are here are kept in *p, to compare with.
 *
 * One indirect branch less to think about: each target has its own instance,
 * which calls it directly.
 */
.macro PROBE target:req, offset=0
	stp	x29, x30, [sp, #-96]!
	mov	x29, sp
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	ldr	x1, [x0, #PROBE_STACK]
	stp	x1, x0, [sp, #-16]!
	mov	x1, sp
	str	x1, [x0, #PROBE_SP]
	mrs	x1, daif
	str	x1, [x0, #PROBE_DAIF]

	ldp	x2, x3, [x0, #PROBE_X(2)]
	ldp	x4, x5, [x0, #PROBE_X(4)]
	ldp	x6, x7, [x0, #PROBE_X(6)]
	ldp	x8, x9, [x0, #PROBE_X(8)]
	ldp	x10, x11, [x0, #PROBE_X(10)]
	ldp	x12, x13, [x0, #PROBE_X(12)]
	ldp	x14, x15, [x0, #PROBE_X(14)]
	ldp	x16, x17, [x0, #PROBE_X(16)]
	ldr	x19, [x0, #PROBE_X(19)]
	ldp	x20, x21, [x0, #PROBE_X(20)]
	ldp	x22, x23, [x0, #PROBE_X(22)]
	ldp	x24, x25, [x0, #PROBE_X(24)]
	ldp	x26, x27, [x0, #PROBE_X(26)]
	ldp	x28, x29, [x0, #PROBE_X(28)]
	ldp	x0, x1, [x0, #PROBE_X(0)]

	bl	\target + \offset

	stp	x0, x1, [sp, #-16]!
	ldr	x0, [sp, #24]
	stp	x2, x3, [x0, #PROBE_X(2)]
	stp	x4, x5, [x0, #PROBE_X(4)]
	stp	x6, x7, [x0, #PROBE_X(6)]
	stp	x8, x9, [x0, #PROBE_X(8)]
	stp	x10, x11, [x0, #PROBE_X(10)]
	stp	x12, x13, [x0, #PROBE_X(12)]
	stp	x14, x15, [x0, #PROBE_X(14)]
	stp	x16, x17, [x0, #PROBE_X(16)]
	str	x19, [x0, #PROBE_X(19)]
	stp	x20, x21, [x0, #PROBE_X(20)]
	stp	x22, x23, [x0, #PROBE_X(22)]
	stp	x24, x25, [x0, #PROBE_X(24)]
	stp	x26, x27, [x0, #PROBE_X(26)]
	stp	x28, x29, [x0, #PROBE_X(28)]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0, #PROBE_X(0)]

	ldr	x1, [sp]
	str	x1, [x0, #PROBE_STACK]
	mov	x1, sp
	ldr	x2, [x0, #PROBE_SP]
	sub	x1, x1, x2
	str	x1, [x0, #PROBE_SP]
	mrs	x1, daif
	ldr	x2, [x0, #PROBE_DAIF]
	eor	x1, x1, x2
	str	x1, [x0, #PROBE_DAIF]

	add	sp, sp, #16
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret
.endm

/* The stub of xen_version, which takes two arguments and changes nothing. */
	.set	VERSION_OFFSET, __HYPERVISOR_xen_version * XEN_HYPERCALL_SLOT_SIZE

	.text

/* The self-test calls the instances by their addresses. */
SYM_TYPED_FUNC_START(xen_hypercall_probe_stub)
	PROBE xen_hypercall_page, VERSION_OFFSET
SYM_FUNC_END(xen_hypercall_probe_stub)

SYM_TYPED_FUNC_START(xen_hypercall_probe_kernel)
	PROBE xen_hypercall_kernel
SYM_FUNC_END(xen_hypercall_probe_kernel)

SYM_TYPED_FUNC_START(xen_hypercall_probe_user)
	PROBE xen_hypercall_user
SYM_FUNC_END(xen_hypercall_probe_user)

SYM_TYPED_FUNC_START(xen_hypercall_probe_kernel_captured)
	PROBE xen_hypercall_kernel_captured
SYM_FUNC_END(xen_hypercall_probe_kernel_captured)

SYM_TYPED_FUNC_START(xen_hypercall_probe_user_captured)
	PROBE xen_hypercall_user_captured
SYM_FUNC_END(xen_hypercall_probe_user_captured)
