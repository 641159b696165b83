// SPDX-License-Identifier: GPL-2.0-only
/* What xen-privcmd tells as it happens: tracepoints, and what it refused. */
#include <linux/atomic.h>

#include "privcmd/privcmd.h"

#define CREATE_TRACE_POINTS
#include "privcmd/trace.h"

static const char *const reasons[PRIVCMD_REASONS] = {
	[PRIVCMD_R_RESTRICTED]		= "restricted",
	[PRIVCMD_R_HYPERCALL]		= "xen-hypercall",
	[PRIVCMD_R_MAPPING_SIZE]	= "mapping-too-large",
	[PRIVCMD_R_FRAME]		= "xen-frame",
	[PRIVCMD_R_PAGED_OUT]		= "xen-frame-paged-out",
	[PRIVCMD_R_RESOURCE]		= "xen-resource",
	[PRIVCMD_R_LIMIT_BUFS]		= "limit-dm-op-max-nr-bufs",
	[PRIVCMD_R_LIMIT_SIZE]		= "limit-dm-op-buf-max-size",
	[PRIVCMD_R_DM_OP]		= "xen-dm-op",
};

static atomic_long_t count[PRIVCMD_REASONS];

const struct xen_refusals privcmd_refusals = {
	.device		= "privcmd",
	.reasons	= reasons,
	.nr		= PRIVCMD_REASONS,
	.count		= count,
};
