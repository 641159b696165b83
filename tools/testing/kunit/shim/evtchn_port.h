/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file with the index of xen-evtchn: between finding a port and looking
 * at it, another thread may do something.
 */
#ifndef XEN_KUNIT_EVTCHN_PORT_H
#define XEN_KUNIT_EVTCHN_PORT_H

#include <linux/xarray.h>

#include "shim/seams.h"

static inline void *xen_fake_xa_load(struct xarray *xa, unsigned long index)
{
	void *entry = xa_load(xa, index);

	xen_fake_step("xa_load");
	return entry;
}

#define xa_load xen_fake_xa_load

#endif
