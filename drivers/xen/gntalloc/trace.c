// SPDX-License-Identifier: GPL-2.0-only
/* What xen-gntalloc tells as it happens: tracepoints, and what it refused. */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include "gntalloc/gntalloc.h"

#define CREATE_TRACE_POINTS
#include "gntalloc/trace.h"

static const char *const reasons[GNTALLOC_REASONS] = {
	[GNTALLOC_R_LIMIT]		= "limit",
	[GNTALLOC_R_GRANT_TABLE]	= "grant-table-full",
};

static atomic_long_t count[GNTALLOC_REASONS];

const struct xen_refusals gntalloc_refusals = {
	.device		= "gntalloc",
	.reasons	= reasons,
	.nr		= GNTALLOC_REASONS,
	.count		= count,
};
