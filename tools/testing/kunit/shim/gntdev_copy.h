/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the files of xen-gntdev that wait, for half a minute in all, for a frame
 * that is paged out: here that is no time.
 */
#ifndef XEN_KUNIT_GNTDEV_COPY_H
#define XEN_KUNIT_GNTDEV_COPY_H

#include <linux/sched.h>

#include "shim/seams.h"

static inline long xen_fake_wait(long timeout)
{
	might_sleep();
	xen_fake_step("wait");
	return timeout;
}

#define schedule_timeout_killable(timeout) xen_fake_wait(timeout)

#endif
