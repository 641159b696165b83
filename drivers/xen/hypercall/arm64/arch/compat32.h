/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a 32-bit caller passes that is of the architecture. The kernel's
 * compat_u64 knows how such a caller aligns a u64: to 8.
 */
#ifndef XEN_HYPERCALL_ARCH_COMPAT32_H
#define XEN_HYPERCALL_ARCH_COMPAT32_H

#include <linux/types.h>

/* Frame numbers have 64 bits, to every caller. */
typedef u64 xen_compat_pfn_t;

#endif
