/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypercall page: 128 stubs, 32 bytes apart, in the order of the hypercall
 * numbers of Xen's public/xen.h. "bl xen_hypercall_page + 32 * nr" is a
 * hypercall; the registers are those of transfer.h.
 *
 * A stub is only ever called directly. But where the caller's module is too far
 * away for "bl", the kernel puts a veneer between them, which jumps by way of
 * X16: hence the landing pad, and hence X16 is written here and not by callers.
 * Whatever runs on behind a stub traps: the bytes there are zero.
 */
#include <xen/interface/xen.h>

#include "hypercall/arm64/transfer.h"
#include "hypercall/hypercall.h"

/* In Xen's public/xen.h, not yet in the kernel's copy. */
#ifndef __HYPERVISOR_hypfs_op
#define __HYPERVISOR_hypfs_op	42
#endif

/* The assembler refuses to go back: a stub that outgrows its slot is an error. */
.macro STUB nr:req, name:req
	.org	xen_hypercall_page + \nr * XEN_HYPERCALL_SLOT_SIZE, 0
SYM_START(xen_hypercall_\name, SYM_L_LOCAL, SYM_A_NONE)
	bti	c
	mov	x16, #\nr
	XEN_TRANSFER
	ret
SYM_FUNC_END(xen_hypercall_\name)
.endm

/* A number that Xen on Arm has not given out. It answers with -ENOSYS. */
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
	.balign	XEN_HYPERCALL_SLOTS * XEN_HYPERCALL_SLOT_SIZE
SYM_ENTRY(xen_hypercall_page, SYM_L_GLOBAL, SYM_A_NONE)
	STUBS_RESERVED 0, 6
	STUB __HYPERVISOR_platform_op, platform_op
	STUBS_RESERVED 8, 11
	STUB __HYPERVISOR_memory_op, memory_op
	STUB __HYPERVISOR_multicall, multicall
	STUBS_RESERVED 14, 16
	STUB __HYPERVISOR_xen_version, xen_version
	STUB __HYPERVISOR_console_io, console_io
	STUBS_RESERVED 19, 19
	STUB __HYPERVISOR_grant_table_op, grant_table_op
	STUB __HYPERVISOR_vm_assist, vm_assist
	STUBS_RESERVED 22, 23
	STUB __HYPERVISOR_vcpu_op, vcpu_op
	STUBS_RESERVED 25, 26
	STUB __HYPERVISOR_xsm_op, xsm_op
	STUBS_RESERVED 28, 28
	STUB __HYPERVISOR_sched_op, sched_op
	STUBS_RESERVED 30, 31
	STUB __HYPERVISOR_event_channel_op, event_channel_op
	STUB __HYPERVISOR_physdev_op, physdev_op
	STUB __HYPERVISOR_hvm_op, hvm_op
	STUB __HYPERVISOR_sysctl, sysctl
	STUB __HYPERVISOR_domctl, domctl
	STUBS_RESERVED 37, 38
	STUB __HYPERVISOR_xc_reserved_op, argo_op
	STUBS_RESERVED 40, 40
	STUB __HYPERVISOR_dm_op, dm_op
	STUB __HYPERVISOR_hypfs_op, hypfs_op
	STUBS_RESERVED 43, 127
	.org	xen_hypercall_page + XEN_HYPERCALL_SLOTS * XEN_HYPERCALL_SLOT_SIZE, 0
