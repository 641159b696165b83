/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gates: what stands in the page and in the C entries in place of the
 * instruction that enters Xen, one gate for each.
 *
 * A gate keeps what Xen keeps and loses what Xen loses: RCX and R11 to syscall,
 * and the argument registers, which a debug Xen poisons.
 */
#include <linux/cfi_types.h>
#include <linux/linkage.h>

#define POISON	0x0badc0de

.macro GATE number:req
	push	%rbp
	mov	%rsp, %rbp
	push	%r9
	push	%r8
	push	%r10
	push	%rdx
	push	%rsi
	push	%rdi
	push	%rax
	mov	%rsp, %rdi
	mov	$\number, %esi
	and	$-16, %rsp
	call	xen_fake_enter
	mov	$POISON, %ecx
	mov	%rcx, %rdx
	mov	%rcx, %rsi
	mov	%rcx, %rdi
	mov	%rcx, %r8
	mov	%rcx, %r9
	mov	%rcx, %r10
	mov	%rcx, %r11
	mov	%rbp, %rsp
	pop	%rbp
	RET
.endm

	.text

SYM_TYPED_FUNC_START(xen_fake_gate_syscall)
	GATE 0
SYM_FUNC_END(xen_fake_gate_syscall)

SYM_TYPED_FUNC_START(xen_fake_gate_vmmcall)
	GATE 1
SYM_FUNC_END(xen_fake_gate_vmmcall)

SYM_TYPED_FUNC_START(xen_fake_gate_vmcall)
	GATE 2
SYM_FUNC_END(xen_fake_gate_vmcall)
