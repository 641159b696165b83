/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file with the interrupt handler of xen-evtchn: between any two of its
 * atomic operations another CPU may do something.
 */
#ifndef XEN_KUNIT_EVTCHN_BIND_H
#define XEN_KUNIT_EVTCHN_BIND_H

#include <linux/bitops.h>

#include "shim/seams.h"

static inline void xen_fake_set_bit(long nr, unsigned long *addr)
{
	xen_fake_step("set_bit");
	set_bit(nr, addr);
}

#define set_bit xen_fake_set_bit

static inline void xen_fake_barrier(void)
{
	/* As strong as the one that it stands for. */
	smp_mb();
	xen_fake_step("smp_mb");
}

#undef smp_mb__after_atomic
#define smp_mb__after_atomic xen_fake_barrier

#endif
