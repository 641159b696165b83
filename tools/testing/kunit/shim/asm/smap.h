/* SPDX-License-Identifier: GPL-2.0-only */
/* For assembly, in place of x86's: ASM_STAC and ASM_CLAC are in transfer.S. */
#ifndef __ASSEMBLY__
#include_next <asm/smap.h>
#endif
