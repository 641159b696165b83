/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_DEVICES_COMPAT_WORKQUEUE_H
#define XEN_DEVICES_COMPAT_WORKQUEUE_H

#include <linux/workqueue.h>

#ifndef COMPAT_HAVE_WQ_PERCPU
/* 6.17, "workqueue: Add new WQ_PERCPU flag": what is not unbound was that. */
#define WQ_PERCPU	0
#endif

#endif
