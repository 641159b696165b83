/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file with the interrupt handler of ioeventfd: between finding an
 * eventfd and signalling it, another thread may do something.
 */
#ifndef XEN_KUNIT_PRIVCMD_IOEVENTFD_H
#define XEN_KUNIT_PRIVCMD_IOEVENTFD_H

#include <linux/eventfd.h>

#include "shim/seams.h"

#define eventfd_signal(ctx)				\
	do {						\
		xen_fake_step("eventfd_signal");	\
		(eventfd_signal)(ctx);			\
	} while (0)

#endif
