/* SPDX-License-Identifier: GPL-2.0-only */
/* For assembly, in place of x86's. */
#ifndef __ASSEMBLY__
#include_next <asm/alternative.h>
#elif !defined(XEN_KUNIT_ASM_ALTERNATIVE_H)
#define XEN_KUNIT_ASM_ALTERNATIVE_H

#include "../transfer.S"

#endif
