// SPDX-License-Identifier: GPL-2.0-only
/* What xen-evtchn tells as it happens: tracepoints, and what it refused. */
#include <linux/atomic.h>

#include "evtchn/evtchn.h"

#define CREATE_TRACE_POINTS
#include "evtchn/trace.h"

static const char *const reasons[EVTCHN_REASONS] = {
	[EVTCHN_R_RESTRICTED]	= "restricted",
	[EVTCHN_R_XEN_PORTS]	= "xen-ports-exhausted",
	[EVTCHN_R_XEN]		= "xen",
	[EVTCHN_R_IRQ]		= "no-irq",
	[EVTCHN_R_RESTORED]	= "restored",
};

static atomic_long_t count[EVTCHN_REASONS];

const struct xen_refusals evtchn_refusals = {
	.device		= "evtchn",
	.reasons	= reasons,
	.nr		= EVTCHN_REASONS,
	.count		= count,
};
