/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The self-test's hand: calls something with a known value in every register
 * and writes down what every register holds afterwards. C cannot do that, for
 * the compiler owns the registers.
 */
#include <linux/cfi_types.h>
#include <xen/interface/xen.h>

#include "hypercall/hypercall.h"
#include "hypercall/selftest.h"
#include "hypercall/x86/transfer.h"

/*
 * void name(struct probe *p): RDI points to the registers.
 *
 * The stack while the target runs, from where RSP points at the call:
 *
 *	0	the stack argument
 *	8	RSP as it is here, to compare with
 *	16	p
 *	24...	the caller's callee-saved registers
 *
 * One indirect branch less to think about: each target has its own instance,
 * which calls it directly.
 */
.macro PROBE target:req, offset=0
	FRAME_BEGIN
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdi
	mov	%rdi, %rax
	sub	$16, %rsp
	mov	%rsp, 8(%rsp)
	mov	PROBE_STACK(%rax), %rcx
	mov	%rcx, (%rsp)

	mov	PROBE_RBX(%rax), %rbx
	mov	PROBE_RCX(%rax), %rcx
	mov	PROBE_RDX(%rax), %rdx
	mov	PROBE_RSI(%rax), %rsi
	mov	PROBE_RDI(%rax), %rdi
	mov	PROBE_RBP(%rax), %rbp
	mov	PROBE_R8(%rax), %r8
	mov	PROBE_R9(%rax), %r9
	mov	PROBE_R10(%rax), %r10
	mov	PROBE_R11(%rax), %r11
	mov	PROBE_R12(%rax), %r12
	mov	PROBE_R13(%rax), %r13
	mov	PROBE_R14(%rax), %r14
	mov	PROBE_R15(%rax), %r15
	mov	PROBE_RAX(%rax), %rax

	call	\target + \offset

	/* Neither push nor mov changes the flags before they are kept. */
	pushfq
	push	%rax
	mov	32(%rsp), %rax
	mov	%rbx, PROBE_RBX(%rax)
	mov	%rcx, PROBE_RCX(%rax)
	mov	%rdx, PROBE_RDX(%rax)
	mov	%rsi, PROBE_RSI(%rax)
	mov	%rdi, PROBE_RDI(%rax)
	mov	%rbp, PROBE_RBP(%rax)
	mov	%r8, PROBE_R8(%rax)
	mov	%r9, PROBE_R9(%rax)
	mov	%r10, PROBE_R10(%rax)
	mov	%r11, PROBE_R11(%rax)
	mov	%r12, PROBE_R12(%rax)
	mov	%r13, PROBE_R13(%rax)
	mov	%r14, PROBE_R14(%rax)
	mov	%r15, PROBE_R15(%rax)
	pop	PROBE_RAX(%rax)
	pop	PROBE_FLAGS(%rax)
	mov	(%rsp), %rcx
	mov	%rcx, PROBE_STACK(%rax)
	mov	%rsp, %rcx
	sub	8(%rsp), %rcx
	mov	%rcx, PROBE_RSP(%rax)

	add	$16, %rsp
	pop	%rdi
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	FRAME_END
	RET
.endm

/* The stub of xen_version, which takes two arguments and changes nothing. */
	.set	VERSION_OFFSET, __HYPERVISOR_xen_version * XEN_HYPERCALL_SLOT_SIZE

	.text

/*
 * The instances use RBP as a register like any other. The self-test calls them
 * by their addresses.
 */
SYM_TYPED_FUNC_START(xen_hypercall_probe_stub)
	PROBE xen_hypercall_page, VERSION_OFFSET
SYM_FUNC_END(xen_hypercall_probe_stub)
STACK_FRAME_NON_STANDARD_FP xen_hypercall_probe_stub

SYM_TYPED_FUNC_START(xen_hypercall_probe_kernel)
	PROBE xen_hypercall_kernel
SYM_FUNC_END(xen_hypercall_probe_kernel)
STACK_FRAME_NON_STANDARD_FP xen_hypercall_probe_kernel

SYM_TYPED_FUNC_START(xen_hypercall_probe_user)
	PROBE xen_hypercall_user
SYM_FUNC_END(xen_hypercall_probe_user)
STACK_FRAME_NON_STANDARD_FP xen_hypercall_probe_user

SYM_TYPED_FUNC_START(xen_hypercall_probe_kernel_captured)
	PROBE xen_hypercall_kernel_captured
SYM_FUNC_END(xen_hypercall_probe_kernel_captured)
STACK_FRAME_NON_STANDARD_FP xen_hypercall_probe_kernel_captured

SYM_TYPED_FUNC_START(xen_hypercall_probe_user_captured)
	PROBE xen_hypercall_user_captured
SYM_FUNC_END(xen_hypercall_probe_user_captured)
STACK_FRAME_NON_STANDARD_FP xen_hypercall_probe_user_captured
