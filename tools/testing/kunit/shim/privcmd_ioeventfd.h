/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file with the interrupt handler of ioeventfd: between finding an
 * eventfd and signalling it, another thread may do something.
 */
#ifndef XEN_KUNIT_PRIVCMD_IOEVENTFD_H
#define XEN_KUNIT_PRIVCMD_IOEVENTFD_H

#include "compat/eventfd.h"
#include "shim/seams.h"

static inline void xen_fake_eventfd_signal(struct eventfd_ctx *ctx)
{
	xen_fake_step("eventfd_signal");
	eventfd_signal(ctx);
}

#undef eventfd_signal
#define eventfd_signal(ctx) xen_fake_eventfd_signal(ctx)

#endif
