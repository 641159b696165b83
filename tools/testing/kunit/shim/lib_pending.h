/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file with what waits for others: whenever its worker is
 * about to take the lock, another thread may have had it.
 */
#ifndef XEN_KUNIT_LIB_PENDING_H
#define XEN_KUNIT_LIB_PENDING_H

#include <linux/spinlock.h>

#include "shim/seams.h"

static inline void xen_fake_spin_lock(spinlock_t *lock)
{
	xen_fake_step("spin_lock");
	spin_lock(lock);
}

#define spin_lock xen_fake_spin_lock

#endif
