/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For loops of xen-privcmd that are as long as a caller wants them to be.
 */
#ifndef XEN_PRIVCMD_KILLED_H
#define XEN_PRIVCMD_KILLED_H

#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/types.h>

/* Of what takes a few instructions each, so many are done before anybody asks. */
#define PRIVCMD_AT_A_TIME	4096UL

/* Let others have their turn. Is it for nobody any more? */
static inline bool privcmd_killed(void)
{
	cond_resched();
	return fatal_signal_pending(current);
}

#endif
