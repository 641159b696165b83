/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file of xen-privcmd that fills page tables: before it takes the lock
 * to do so, another thread may do something to the mapping.
 */
#ifndef XEN_KUNIT_PRIVCMD_PV_H
#define XEN_KUNIT_PRIVCMD_PV_H

#include <linux/slab.h>

#include "shim/seams.h"

static inline void *xen_fake_kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	xen_fake_step("kmalloc_array");
	return kmalloc_array(n, size, flags);
}

#undef kmalloc_array
#define kmalloc_array(n, size, flags) xen_fake_kmalloc_array(n, size, flags)

#endif
