/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest's code and the tests know of each other: addresses, which are
 * frame numbers in both kinds of guests, and where the code leaves what it saw.
 */
#ifndef XT_VCPU_CODE_H
#define XT_VCPU_CODE_H

/* Page tables are in frames 0 to 3, and one more for a change of CR3. */
#define VC_CODE		0x4000
#define VC_DATA		0x5000
#define VC_STACK_END	0x7000
#define VC_OTHER_L4	0x7000
#define VC_SEGMENTS	0x8000
#define VC_FRAMES	16

/* In the code. */
#define VC_SPIN		(VC_CODE + 0x000)
#define VC_SPIN_OTHER	(VC_CODE + 0x040)
#define VC_YIELD	(VC_CODE + 0x080)
#define VC_DUMP		(VC_CODE + 0x100)
#define VC_DUMP_AGAIN	(VC_CODE + 0x600)
#define VC_SEGMENTS_32	(VC_CODE + 0xc00)
#define VC_SPIN_32	(VC_CODE + 0xc80)
#define VC_DUMP_32	(VC_CODE + 0xd00)

/* In the data: rounds of either vCPU, dumps that are complete. */
#define VC_COUNT	(VC_DATA + 0x000)
#define VC_COUNT_OTHER	(VC_DATA + 0x008)
#define VC_DONE		(VC_DATA + 0x010)
/* Not 0 in an HVM guest. */
#define VC_HVM		(VC_DATA + 0x018)
#define VC_SLOTS	(VC_DATA + 0x100)

/* In the page of the data segment: what each segment begins with, and the end. */
#define VC_SEEN		0x100
#define VC_SEEN_ALL	0x200

/* A slot of 8 bytes for each. */
#define VC_RAX		0
#define VC_RBX		1
#define VC_RCX		2
#define VC_RDX		3
#define VC_RSI		4
#define VC_RDI		5
#define VC_RBP		6
#define VC_R8		7
#define VC_R9		8
#define VC_R10		9
#define VC_R11		10
#define VC_R12		11
#define VC_R13		12
#define VC_R14		13
#define VC_R15		14
#define VC_RSP		15
#define VC_RIP		16
#define VC_RFLAGS	17
#define VC_CS		18
#define VC_DS		19
#define VC_ES		20
#define VC_FS		21
#define VC_GS		22
#define VC_SS		23
#define VC_CR0		24
#define VC_CR3		25
#define VC_CR4		26
#define VC_DR7		27
#define VC_FS_BASE	28
#define VC_GS_BASE	29
/* HVM only. A descriptor table takes two: 2 bytes of limit, 8 of base. */
#define VC_TR		30
#define VC_LDTR		31
#define VC_GDTR		32
#define VC_IDTR		34
#define VC_EFER		36
#define VC_SYSENTER_CS	37
#define VC_SYSENTER_ESP	38
#define VC_SYSENTER_EIP	39

#endif
