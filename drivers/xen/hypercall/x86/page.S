/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypercall page: 128 stubs, 32 bytes apart, in the order of the hypercall
 * numbers of Xen's public/xen.h. "call xen_hypercall_page + 32 * nr" is a
 * hypercall; the registers are those of transfer.h.
 *
 * Xen can fill such a page itself, but returns from it with a bare "ret" and
 * marks no landing pad. Ours returns through the kernel's return thunk and is
 * only ever called directly, hence no ENDBR. The bytes behind a stub are nops,
 * because a kernel that tracks call depth puts its accounting in front of what
 * is called. So that the first stub has such bytes too, the page is not the
 * first thing in its section.
 */
#include <xen/interface/xen.h>
#include <asm/page_types.h>

#include "hypercall/hypercall.h"
#include "hypercall/x86/transfer.h"

/* In Xen's public/xen.h, not yet in the kernel's copy. */
#ifndef __HYPERVISOR_hypfs_op
#define __HYPERVISOR_hypfs_op	42
#endif

/* The assembler refuses to go back: a stub that outgrows its slot is an error. */
.macro STUB nr:req, name:req
	.org	xen_hypercall_page + \nr * XEN_HYPERCALL_SLOT_SIZE, 0x90
SYM_START(xen_hypercall_\name, SYM_L_LOCAL, SYM_A_NONE)
	ANNOTATE_NOENDBR
	.if	\nr == __HYPERVISOR_iret
	/* It never returns to its caller, so no module can have a use for it. */
	ud2
	.else
	mov	$\nr, %eax
	XEN_TRANSFER
	RET
	.endif
SYM_FUNC_END(xen_hypercall_\name)
.endm

/* A number that Xen has not given out. It answers with -ENOSYS. */
.macro STUB_RESERVED nr:req
	STUB	\nr, reserved_\@
.endm

.macro STUBS_RESERVED first:req, last:req
	.set	.Lnr, \first
	.rept	\last - \first + 1
	STUB_RESERVED .Lnr
	.set	.Lnr, .Lnr + 1
	.endr
.endm

	.text
	.balign	PAGE_SIZE, 0x90
	.skip	PAGE_SIZE, 0x90
SYM_ENTRY(xen_hypercall_page, SYM_L_GLOBAL, SYM_A_NONE)
	STUB __HYPERVISOR_set_trap_table, set_trap_table
	STUB __HYPERVISOR_mmu_update, mmu_update
	STUB __HYPERVISOR_set_gdt, set_gdt
	STUB __HYPERVISOR_stack_switch, stack_switch
	STUB __HYPERVISOR_set_callbacks, set_callbacks
	STUB __HYPERVISOR_fpu_taskswitch, fpu_taskswitch
	STUB __HYPERVISOR_sched_op_compat, sched_op_compat
	STUB __HYPERVISOR_platform_op, platform_op
	STUB __HYPERVISOR_set_debugreg, set_debugreg
	STUB __HYPERVISOR_get_debugreg, get_debugreg
	STUB __HYPERVISOR_update_descriptor, update_descriptor
	STUBS_RESERVED 11, 11
	STUB __HYPERVISOR_memory_op, memory_op
	STUB __HYPERVISOR_multicall, multicall
	STUB __HYPERVISOR_update_va_mapping, update_va_mapping
	STUB __HYPERVISOR_set_timer_op, set_timer_op
	STUB __HYPERVISOR_event_channel_op_compat, event_channel_op_compat
	STUB __HYPERVISOR_xen_version, xen_version
	STUB __HYPERVISOR_console_io, console_io
	STUB __HYPERVISOR_physdev_op_compat, physdev_op_compat
	STUB __HYPERVISOR_grant_table_op, grant_table_op
	STUB __HYPERVISOR_vm_assist, vm_assist
	STUB __HYPERVISOR_update_va_mapping_otherdomain, update_va_mapping_otherdomain
	STUB __HYPERVISOR_iret, iret
	STUB __HYPERVISOR_vcpu_op, vcpu_op
	STUB __HYPERVISOR_set_segment_base, set_segment_base
	STUB __HYPERVISOR_mmuext_op, mmuext_op
	STUB __HYPERVISOR_xsm_op, xsm_op
	STUB __HYPERVISOR_nmi_op, nmi_op
	STUB __HYPERVISOR_sched_op, sched_op
	STUB __HYPERVISOR_callback_op, callback_op
	STUB __HYPERVISOR_xenoprof_op, xenoprof_op
	STUB __HYPERVISOR_event_channel_op, event_channel_op
	STUB __HYPERVISOR_physdev_op, physdev_op
	STUB __HYPERVISOR_hvm_op, hvm_op
	STUB __HYPERVISOR_sysctl, sysctl
	STUB __HYPERVISOR_domctl, domctl
	STUB __HYPERVISOR_kexec_op, kexec_op
	STUB __HYPERVISOR_tmem_op, tmem_op
	STUB __HYPERVISOR_xc_reserved_op, argo_op
	STUB __HYPERVISOR_xenpmu_op, xenpmu_op
	STUB __HYPERVISOR_dm_op, dm_op
	STUB __HYPERVISOR_hypfs_op, hypfs_op
	STUBS_RESERVED 43, 47
	STUB __HYPERVISOR_arch_0, mca
	STUBS_RESERVED 49, 127
	.org	xen_hypercall_page + XEN_HYPERCALL_SLOTS * XEN_HYPERCALL_SLOT_SIZE, 0x90
