/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_DEVICES_COMPAT_EVENTFD_H
#define XEN_DEVICES_COMPAT_EVENTFD_H

#include <linux/eventfd.h>

#ifdef COMPAT_EVENTFD_SIGNAL_COUNTS
/* 6.8, "eventfd: simplify eventfd_signal()": it always adds one. */
#define eventfd_signal(ctx) ((void)eventfd_signal(ctx, 1))
#endif

#endif
