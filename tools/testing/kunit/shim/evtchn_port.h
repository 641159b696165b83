/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file with the index of xen-evtchn: between finding a port and looking
 * at it, and before a note about it is taken, another thread may do something.
 */
#ifndef XEN_KUNIT_EVTCHN_PORT_H
#define XEN_KUNIT_EVTCHN_PORT_H

#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include "shim/seams.h"

static inline bool xen_fake_refcount_inc_not_zero(refcount_t *r)
{
	/* The other thread is to run now, and nothing to be freed. */
	rcu_read_lock();
	rcu_read_unlock_sched();
	xen_fake_step("refcount_inc_not_zero");
	rcu_read_lock_sched();
	rcu_read_unlock();
	return refcount_inc_not_zero(r);
}

#define refcount_inc_not_zero xen_fake_refcount_inc_not_zero

static inline bool xen_fake_test_and_clear_bit(long nr, unsigned long *addr)
{
	xen_fake_step("test_and_clear_bit");
	return test_and_clear_bit(nr, addr);
}

#define test_and_clear_bit xen_fake_test_and_clear_bit

#endif
