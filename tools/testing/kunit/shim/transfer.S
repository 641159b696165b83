/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of what x86 has in <asm/alternative.h> and <asm/smap.h> for
 * assembly.
 *
 * The instruction that the kernel's module loader would patch in is chosen when
 * the file is assembled, by the features of the machine that it is assembled
 * for. Then the three instructions that enter Xen are the names of macros, and
 * what is assembled is a call of the gate that stands for the instruction.
 *
 * KUNIT_MACHINE_PV, _AMD or _INTEL names the machine.
 *
 * Whether access to user memory is open is written down, for the gate to see.
 */
#include <asm/cpufeatures.h>

#if defined(KUNIT_MACHINE_PV)
#define KUNIT_HAS_XENPV		1
/* A PV domain sees the CPU that is there, so this one decides nothing. */
#define KUNIT_HAS_VMMCALL	1
#elif defined(KUNIT_MACHINE_AMD)
#define KUNIT_HAS_XENPV		0
#define KUNIT_HAS_VMMCALL	1
#else
#define KUNIT_HAS_XENPV		0
#define KUNIT_HAS_VMMCALL	0
#endif

#undef ANNOTATE_IGNORE_ALTERNATIVE
#define ANNOTATE_IGNORE_ALTERNATIVE

.macro syscall
	call	xen_fake_gate_syscall
.endm

.macro vmmcall
	call	xen_fake_gate_vmmcall
.endm

.macro vmcall
	call	xen_fake_gate_vmcall
.endm

.macro KUNIT_HAS feature:req
	.if	(\feature) == (X86_FEATURE_XENPV)
	.set	.Lkunit_has, KUNIT_HAS_XENPV
	.elseif	(\feature) == (X86_FEATURE_VMMCALL)
	.set	.Lkunit_has, KUNIT_HAS_VMMCALL
	.else
	.error	"a feature that the unit tests do not know"
	.endif
.endm

/* As the loader does it: the last one that the machine has wins. */
.macro ALTERNATIVE_2 old, new1, feature1, new2, feature2
	KUNIT_HAS "\feature1"
	.set	.Lkunit_first, .Lkunit_has
	KUNIT_HAS "\feature2"
	.if	.Lkunit_has
	\new2
	.elseif	.Lkunit_first
	\new1
	.else
	\old
	.endif
.endm

/* Missing from the kernel's header when there is no objtool. */
#ifndef CONFIG_OBJTOOL
.macro STACK_FRAME_NON_STANDARD_FP func:req
.endm
#endif

.macro ASM_STAC
	movb	$1, xen_fake_ac(%rip)
.endm

.macro ASM_CLAC
	movb	$0, xen_fake_ac(%rip)
.endm
