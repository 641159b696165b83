/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a driver refuses for a reason that the caller cannot know from his
 * arguments: a limit, what Xen or the grant table says. Counted for debugfs and
 * traced. A mistake of the caller's is not: the tracepoint ioctl_exit has it.
 */
#ifndef XEN_LIB_REFUSALS_H
#define XEN_LIB_REFUSALS_H

#include <linux/atomic.h>
#include <linux/types.h>

/**
 * struct xen_refusals - the reasons of one driver
 * @device: its name, for the tracepoint
 * @reasons: the names of the reasons, by number
 * @nr: how many
 * @count: how often, for each of them
 */
struct xen_refusals {
	const char *device;
	const char *const *reasons;
	unsigned int nr;
	atomic_long_t *count;
};

/**
 * xen_refuse() - count a refusal.
 * @refusals: the reasons of the driver
 * @reason: which of them
 * @err: the errno that the caller gets
 * @what: a number that says about what; each reason tells which
 *
 * Context: any.
 * Return: @err.
 */
int xen_refuse(const struct xen_refusals *refusals, unsigned int reason, int err,
	       u64 what);

#endif
