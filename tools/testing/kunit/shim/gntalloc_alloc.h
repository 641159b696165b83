/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file of xen-gntalloc that makes references: before it takes the lock
 * to put them in the index, another thread may do so.
 */
#ifndef XEN_KUNIT_GNTALLOC_ALLOC_H
#define XEN_KUNIT_GNTALLOC_ALLOC_H

#include <linux/mutex.h>

#include "shim/seams.h"

static inline void xen_fake_mutex_lock(struct mutex *lock)
{
	xen_fake_step("mutex_lock");
	mutex_lock(lock);
}

#undef mutex_lock
#define mutex_lock(lock) xen_fake_mutex_lock(lock)

#endif
