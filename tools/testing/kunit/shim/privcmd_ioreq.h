/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file with the interrupt handler of ioeventfd: between finding an
 * eventfd and signalling it, another thread may do something, and while the
 * ports are read from the caller's memory.
 */
#ifndef XEN_KUNIT_PRIVCMD_IOREQ_H
#define XEN_KUNIT_PRIVCMD_IOREQ_H

#include <linux/uaccess.h>

#include "compat/eventfd.h"
#include "shim/seams.h"

static inline void xen_fake_eventfd_signal(struct eventfd_ctx *ctx)
{
	xen_fake_step("eventfd_signal");
	eventfd_signal(ctx);
}

#undef eventfd_signal
#define eventfd_signal(ctx) xen_fake_eventfd_signal(ctx)

static inline int xen_fake_get_u32(u32 *to, const u32 __user *from)
{
	xen_fake_step("get_user");
	return get_user(*to, from);
}

#undef get_user
#define get_user(to, from) xen_fake_get_u32(&(to), from)

#endif
