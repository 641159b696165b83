/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For loops of xen-privcmd whose length the caller decides: they let others run,
 * and end when the caller is killed.
 */
#ifndef XEN_PRIVCMD_KILLED_H
#define XEN_PRIVCMD_KILLED_H

#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/types.h>

/* Steps of a few instructions each, between two times that others may run. */
#define PRIVCMD_AT_A_TIME	4096UL

/* Let others run. Returns whether the caller is being killed. */
static inline bool privcmd_killed(void)
{
	cond_resched();
	return fatal_signal_pending(current);
}

#endif
