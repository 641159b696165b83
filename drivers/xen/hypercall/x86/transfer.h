/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The step from the kernel into Xen, for the assembly files.
 *
 * XEN_TRANSFER is the one instruction that this machine needs. The kernel
 * patches it when it loads the module, from the same facts by which it chose
 * its own: there is no branch and nothing left to decide at run time.
 *
 *	syscall	PV, 64 bit	0f 05, and a one-byte nop
 *	vmmcall	HVM, PVH on AMD and Hygon	0f 01 d9
 *	vmcall	HVM, PVH on everything else	0f 01 c1
 *
 * Register contract (Xen, public/arch-x86/xen-x86_64.h):
 *
 *	in	RAX	hypercall number
 *		RDI RSI RDX R10 R8 R9	arguments 1 to 6
 *	out	RAX	result
 *	lost	RCX R11	(syscall)
 *		the argument registers: Xen advances them when it restarts a
 *		preempted hypercall, and a debug Xen poisons them
 *	kept	everything else
 *
 * objtool would take a bare syscall for the end of a function, so it is told
 * not to look at it. Older ones want that said of the instruction that is
 * replaced, newer ones of the one that replaces it. All three leave the stack
 * alone, so the unwind data of the one is right for the others.
 */
#ifndef XEN_HYPERCALL_X86_TRANSFER_H
#define XEN_HYPERCALL_X86_TRANSFER_H

#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/alternative.h>
#include <asm/asm.h>
#include <asm/cpufeatures.h>
#include <asm/frame.h>
#include <asm/nospec-branch.h>
#include <asm/smap.h>

.macro XEN_SYSCALL
	ANNOTATE_IGNORE_ALTERNATIVE
	syscall
.endm

.macro XEN_TRANSFER
	ANNOTATE_IGNORE_ALTERNATIVE
	ALTERNATIVE_2 "vmcall", "vmmcall", X86_FEATURE_VMMCALL, "XEN_SYSCALL", X86_FEATURE_XENPV
.endm

#endif
