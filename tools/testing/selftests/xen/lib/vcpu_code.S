/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code for a guest's vCPU, one page of it. It runs at VC_CODE, in 64-bit mode but
 * for the pieces at the end, and uses absolute addresses, whatever is in the
 * registers.
 *
 * No piece returns: each ends in a loop, for the test to pause and end.
 */
#include "vcpu_code.h"

#define __HYPERVISOR_sched_op	29
#define SCHEDOP_yield		0

#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176
#define MSR_EFER		0xc0000080
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101

	.section .rodata
	.balign 16
	.globl vcpu_code, vcpu_code_end

/* RBP is where the slots are. */
.macro SAVE reg:req slot:req
	mov	\reg, 8 * \slot(%rbp)
.endm

/* By way of RBX, which is saved already. */
.macro SAVE_FROM reg:req slot:req
	mov	\reg, %rbx
	SAVE	%rbx, \slot
.endm

.macro SAVE_MSR msr:req slot:req
	mov	$\msr, %ecx
	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	SAVE	%rax, \slot
.endm

.macro SAVE_32 reg:req slot:req
	mov	\reg, VC_SLOTS + 8 * \slot
.endm

.macro SAVE_FROM_32 reg:req slot:req
	mov	\reg, %ebx
	SAVE_32	%ebx, \slot
.endm

.macro STOP
.Lstop\@:
	pause
	jmp	.Lstop\@
.endm

/*
 * Everything that can be seen from inside, general registers first. Nothing is
 * changed before it is saved: RBP only when RAX, which needs no register for
 * its address, made room for it, and the flags only when they are saved.
 */
.macro DUMP
.Ldump\@:
	movabs	%rax, VC_SLOTS + 8 * VC_RAX
	mov	%rbp, %rax
	movabs	%rax, VC_SLOTS + 8 * VC_RBP
	mov	$VC_SLOTS, %ebp
	SAVE	%rbx, VC_RBX
	SAVE	%rcx, VC_RCX
	SAVE	%rdx, VC_RDX
	SAVE	%rsi, VC_RSI
	SAVE	%rdi, VC_RDI
	SAVE	%r8, VC_R8
	SAVE	%r9, VC_R9
	SAVE	%r10, VC_R10
	SAVE	%r11, VC_R11
	SAVE	%r12, VC_R12
	SAVE	%r13, VC_R13
	SAVE	%r14, VC_R14
	SAVE	%r15, VC_R15
	SAVE	%rsp, VC_RSP
	mov	$VC_STACK_END, %esp
	pushfq
	pop	%rbx
	SAVE	%rbx, VC_RFLAGS
	lea	.Ldump\@(%rip), %rbx
	SAVE	%rbx, VC_RIP
	SAVE_FROM %cs, VC_CS
	SAVE_FROM %ds, VC_DS
	SAVE_FROM %es, VC_ES
	SAVE_FROM %fs, VC_FS
	SAVE_FROM %gs, VC_GS
	SAVE_FROM %ss, VC_SS
	SAVE_FROM %cr0, VC_CR0
	SAVE_FROM %cr3, VC_CR3
	SAVE_FROM %cr4, VC_CR4
	SAVE_FROM %dr7, VC_DR7
	SAVE_MSR MSR_FS_BASE, VC_FS_BASE
	SAVE_MSR MSR_GS_BASE, VC_GS_BASE
	cmpq	$0, VC_HVM
	je	.Ldone\@
	str	%rbx
	SAVE	%rbx, VC_TR
	sldt	%rbx
	SAVE	%rbx, VC_LDTR
	sgdt	8 * VC_GDTR(%rbp)
	sidt	8 * VC_IDTR(%rbp)
	SAVE_MSR MSR_EFER, VC_EFER
	SAVE_MSR MSR_SYSENTER_CS, VC_SYSENTER_CS
	SAVE_MSR MSR_SYSENTER_ESP, VC_SYSENTER_ESP
	SAVE_MSR MSR_SYSENTER_EIP, VC_SYSENTER_EIP
.Ldone\@:
	lock incq VC_DONE
	STOP
.endm

	.code64
vcpu_code:
	/* VC_SPIN */
1:	lock incq VC_COUNT
	pause
	jmp	1b

	.org	vcpu_code + VC_SPIN_OTHER - VC_CODE
1:	lock incq VC_COUNT_OTHER
	pause
	jmp	1b

	/* PV only: nearly always in Xen, which it entered by SYSCALL. */
	.org	vcpu_code + VC_YIELD - VC_CODE
1:	mov	$__HYPERVISOR_sched_op, %eax
	mov	$SCHEDOP_yield, %edi
	xor	%esi, %esi
	syscall
	lock incq VC_COUNT
	jmp	1b

	.org	vcpu_code + VC_DUMP - VC_CODE
	DUMP

	.org	vcpu_code + VC_DUMP_AGAIN - VC_CODE
	DUMP

	/* What lies where each segment begins, seen with 32-bit code. */
	.org	vcpu_code + VC_SEGMENTS_32 - VC_CODE
	.code32
	mov	%ds:0, %eax
	mov	%es:0, %ebx
	mov	%ss:0, %ecx
	mov	%fs:0, %edx
	mov	%gs:0, %esi
	mov	%eax, %ds:VC_SEEN
	mov	%ebx, %ds:VC_SEEN + 4
	mov	%ecx, %ds:VC_SEEN + 8
	mov	%edx, %ds:VC_SEEN + 12
	mov	%esi, %ds:VC_SEEN + 16
	lock incl %ds:VC_SEEN_ALL
	STOP

	.org	vcpu_code + VC_SPIN_32 - VC_CODE
1:	lock incl VC_COUNT
	pause
	jmp	1b

	/* As DUMP, of a 32-bit PV guest: the slots' upper halves stay 0. */
	.org	vcpu_code + VC_DUMP_32 - VC_CODE
vcpu_dump_32:
	SAVE_32	%eax, VC_RAX
	SAVE_32	%ebx, VC_RBX
	SAVE_32	%ecx, VC_RCX
	SAVE_32	%edx, VC_RDX
	SAVE_32	%esi, VC_RSI
	SAVE_32	%edi, VC_RDI
	SAVE_32	%ebp, VC_RBP
	SAVE_32	%esp, VC_RSP
	mov	$VC_STACK_END, %esp
	pushf
	pop	%ebx
	SAVE_32	%ebx, VC_RFLAGS
	call	1f
1:	pop	%ebx
	sub	$(1b - vcpu_dump_32), %ebx
	SAVE_32	%ebx, VC_RIP
	SAVE_FROM_32 %cs, VC_CS
	SAVE_FROM_32 %ds, VC_DS
	SAVE_FROM_32 %es, VC_ES
	SAVE_FROM_32 %fs, VC_FS
	SAVE_FROM_32 %gs, VC_GS
	SAVE_FROM_32 %ss, VC_SS
	SAVE_FROM_32 %cr0, VC_CR0
	SAVE_FROM_32 %cr4, VC_CR4
	SAVE_FROM_32 %dr7, VC_DR7
	lock incl VC_DONE
	STOP
	.code64
vcpu_code_end:

	.section .note.GNU-stack, "", @progbits
