/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two C entries, and their twins for the self-test.
 *
 * All four are one macro. The twins differ in one line: where the real ones
 * leave for Xen, they enter a gate that writes down the registers. What the
 * self-test finds of the twins is therefore true of the real ones.
 */
#include <linux/cfi_types.h>
#include <xen/interface/xen.h>
#include <asm/errno.h>

#include "hypercall/hypercall.h"
#include "hypercall/selftest.h"
#include "hypercall/x86/transfer.h"

/*
 * The gate: all that Xen would see goes into xen_hypercall_captured, a result
 * comes back, and RCX and R11 are lost as they are to syscall.
 */
.macro XEN_TRANSFER_CAPTURE
	mov	%rax, xen_hypercall_captured + CAPTURED_NR(%rip)
	mov	%rdi, xen_hypercall_captured + CAPTURED_ARG(1)(%rip)
	mov	%rsi, xen_hypercall_captured + CAPTURED_ARG(2)(%rip)
	mov	%rdx, xen_hypercall_captured + CAPTURED_ARG(3)(%rip)
	mov	%r10, xen_hypercall_captured + CAPTURED_ARG(4)(%rip)
	mov	%r8, xen_hypercall_captured + CAPTURED_ARG(5)(%rip)
	mov	%r9, xen_hypercall_captured + CAPTURED_ARG(6)(%rip)
	mov	$CAPTURED_POISON, %ecx
	mov	$CAPTURED_POISON, %r11d
	mov	$CAPTURED_RESULT, %eax
.endm

/*
 * long name(nr, a1, a2, a3, a4, a5, a6)
 *
 *		C			Xen
 *	nr	RDI			RAX
 *	a1	RSI			RDI
 *	a2	RDX			RSI
 *	a3	RCX			RDX
 *	a4	R8			R10
 *	a5	R9			R8
 *	a6	8(%rsp) at entry	R9
 *
 * A number without a slot in the page, and iret, which would not come back,
 * are answered with -ENOSYS without entering Xen, as Xen answers a number that
 * it does not know. The registers that are lost to Xen are all caller-saved.
 *
 * @user opens access to user memory for the transfer and for nothing else: Xen
 * honours SMAP when it follows the caller's pointers.
 */
.macro HYPERCALL_ENTRY user=0, capture=0
	FRAME_BEGIN
	cmp	$XEN_HYPERCALL_SLOTS, %rdi
	jae	.Lenosys\@
	cmp	$__HYPERVISOR_iret, %rdi
	je	.Lenosys\@
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %r10
	mov	%r9, %r8
	mov	(8 + FRAME_OFFSET)(%rsp), %r9
	.if \user
	ANNOTATE_IGNORE_ALTERNATIVE
	ASM_STAC
	.endif
	.if \capture
	XEN_TRANSFER_CAPTURE
	.else
	XEN_TRANSFER
	.endif
	.if \user
	ANNOTATE_IGNORE_ALTERNATIVE
	ASM_CLAC
	.endif
.Lout\@:
	FRAME_END
	RET
.Lenosys\@:
	mov	$-ENOSYS, %rax
	jmp	.Lout\@
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
