/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of x86's: nothing in it is the drivers' business. */
#ifndef XEN_KUNIT_ASM_XEN_HYPERVISOR_H
#define XEN_KUNIT_ASM_XEN_HYPERVISOR_H

#include <linux/types.h>

#endif
