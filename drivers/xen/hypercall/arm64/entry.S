/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two C entries, and their twins for the self-test.
 *
 * All four are one macro. The twins differ in one line: where the real ones
 * leave for Xen, they enter a gate that writes down the registers. What the
 * self-test finds of the twins is therefore true of the real ones.
 */
#include <linux/cfi_types.h>
#include <asm/asm-uaccess.h>
#include <asm/errno.h>

#include "hypercall/arm64/transfer.h"
#include "hypercall/hypercall.h"
#include "hypercall/selftest.h"

/*
 * The gate: all that Xen would see goes into xen_hypercall_captured, a result
 * comes back, and what Xen may write is lost. X9 is anybody's.
 */
.macro XEN_TRANSFER_CAPTURE
	adr_l	x9, xen_hypercall_captured
	str	x16, [x9, #CAPTURED_NR]
	str	x0, [x9, #CAPTURED_ARG(1)]
	str	x1, [x9, #CAPTURED_ARG(2)]
	str	x2, [x9, #CAPTURED_ARG(3)]
	str	x3, [x9, #CAPTURED_ARG(4)]
	str	x4, [x9, #CAPTURED_ARG(5)]
	mov_q	x16, CAPTURED_POISON
	mov	x1, x16
	mov	x2, x16
	mov	x3, x16
	mov	x4, x16
	mov_q	x0, CAPTURED_RESULT
.endm

/*
 * long name(nr, a1, a2, a3, a4, a5, a6)
 *
 *		C	Xen
 *	nr	X0	X16
 *	a1	X1	X0
 *	a2	X2	X1
 *	a3	X3	X2
 *	a4	X4	X3
 *	a5	X5	X4
 *	a6	X6	ignored: Xen on Arm has five arguments, and the kernel's own
 *			driver passes five
 *
 * A number without a slot in the page is answered with -ENOSYS without entering
 * Xen, as Xen answers a number that it does not know: so it does with that of
 * iret, which is x86's. The registers that are lost to Xen are all
 * caller-saved, and so are X6 to X8.
 *
 * @user opens access to user memory for the transfer and for nothing else. Xen
 * asks the MMU where the caller's pointers lead. The answer does not depend on
 * the processor's PAN, but where the kernel makes up for a processor without it,
 * it has taken the process's page tables away. Without that the two macros are
 * empty.
 */
.macro HYPERCALL_ENTRY user=0, capture=0
	cmp	x0, #XEN_HYPERCALL_SLOTS
	b.hs	.Lenosys\@
	mov	x16, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	.if \user
	uaccess_ttbr0_enable x6, x7, x8
	.endif
	.if \capture
	XEN_TRANSFER_CAPTURE
	.else
	XEN_TRANSFER
	.endif
	.if \user
	uaccess_ttbr0_disable x6, x7
	.endif
	ret
.Lenosys\@:
	mov	x0, #-ENOSYS
	ret
.endm

	.text

/*
 * These are exported, so somebody may take their address: their first
 * instruction is one where an indirect branch may land.
 *
 * Pointers among the arguments are kernel memory.
 */
SYM_TYPED_FUNC_START(xen_hypercall_kernel)
	HYPERCALL_ENTRY
SYM_FUNC_END(xen_hypercall_kernel)

/* Pointers among the arguments are memory of the calling process. */
SYM_TYPED_FUNC_START(xen_hypercall_user)
	HYPERCALL_ENTRY user=1
SYM_FUNC_END(xen_hypercall_user)

SYM_FUNC_START(xen_hypercall_kernel_captured)
	HYPERCALL_ENTRY capture=1
SYM_FUNC_END(xen_hypercall_kernel_captured)

SYM_FUNC_START(xen_hypercall_user_captured)
	HYPERCALL_ENTRY user=1 capture=1
SYM_FUNC_END(xen_hypercall_user_captured)

	.bss
	.balign	8
SYM_DATA(xen_hypercall_captured, .skip CAPTURED_SIZE)
