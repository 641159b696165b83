/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The step from the kernel into Xen, for the assembly files.
 *
 * All machines of this architecture have one instruction for it, so there is
 * nothing to choose and nothing to patch.
 *
 * Register contract (Xen, public/arch-arm.h):
 *
 *	in	X16	hypercall number
 *		X0 to X4	arguments 1 to 5
 *	out	X0	result
 *	lost	X16
 *		the argument registers: Xen writes them when it restarts a
 *		preempted hypercall, and a debug Xen poisons those that the
 *		hypercall takes
 *	kept	everything else, the flags as well
 *
 * There is no sixth argument.
 */
#ifndef XEN_HYPERCALL_ARM64_TRANSFER_H
#define XEN_HYPERCALL_ARM64_TRANSFER_H

#include <linux/linkage.h>
#include <asm/assembler.h>

#include "arch/call.h"

.macro XEN_TRANSFER
	hvc	#XEN_HYPERCALL_TAG
.endm

#endif
