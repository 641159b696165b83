// SPDX-License-Identifier: GPL-2.0-only
/* What xen-gntdev tells as it happens: tracepoints, and what it and Xen refused. */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>

#include <xen/interface/grant_table.h>

#include "gntdev/gntdev.h"

#define CREATE_TRACE_POINTS
#include "gntdev/trace.h"

static const char *const reasons[GNTDEV_REASONS] = {
	[GNTDEV_R_LIMIT]	= "limit",
	[GNTDEV_R_IMPORT_LIMIT]	= "import-limit",
	[GNTDEV_R_GRANT]	= "xen-grant",
	[GNTDEV_R_COPY]		= "xen-copy",
	[GNTDEV_R_OWN_GRANT]	= "own-grant",
	[GNTDEV_R_RESTORED]	= "restored",
	[GNTDEV_R_ATTACH]	= "not-attachable",
	[GNTDEV_R_NOT_PAGES]	= "not-pages",
	[GNTDEV_R_GRANT_TABLE]	= "grant-table-full",
};

static atomic_long_t count[GNTDEV_REASONS];

const struct xen_refusals gntdev_refusals = {
	.device		= "gntdev",
	.reasons	= reasons,
	.nr		= GNTDEV_REASONS,
	.count		= count,
};

/* What Xen has against grants, by -GNTST_*; a code that is new, at 0. */
static const char *const statuses[] = {
	[0]				= "other",
	[-GNTST_general_error]		= "general-error",
	[-GNTST_bad_domain]		= "bad-domain",
	[-GNTST_bad_gntref]		= "bad-reference",
	[-GNTST_bad_handle]		= "bad-handle",
	[-GNTST_bad_virt_addr]		= "bad-virtual-address",
	[-GNTST_bad_dev_addr]		= "bad-device-address",
	[-GNTST_no_device_space]	= "no-device-space",
	[-GNTST_permission_denied]	= "permission-denied",
	[-GNTST_bad_page]		= "bad-page",
	[-GNTST_bad_copy_arg]		= "bad-copy-argument",
	[-GNTST_address_too_big]	= "address-too-big",
	[-GNTST_eagain]			= "paged-out",
	[-GNTST_no_space]		= "no-space",
};

static atomic_long_t refused_grants[ARRAY_SIZE(statuses)];
/* The last of them: domain << 48 | reference << 16 | -GNTST_*; 0: none yet. */
static u64 last_refused_grant;

/* Xen refuses a grant. Counts no refusal: one may be enough for many. */
void gntdev_grant_refused(u16 domid, u32 ref, int status)
{
	unsigned int code = -status;

	if (code >= ARRAY_SIZE(statuses))
		code = 0;
	atomic_long_inc(&refused_grants[code]);
	WRITE_ONCE(last_refused_grant,
		   (u64)domid << 48 | (u64)ref << 16 | (u16)-status);
	trace_grant_refused(domid, ref, status);
}

/* For debugfs. */
void gntdev_show_statuses(struct seq_file *m)
{
	u64 last = READ_ONCE(last_refused_grant);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(statuses); i++)
		seq_printf(m, "gntst-%s %ld\n", statuses[i],
			   atomic_long_read(&refused_grants[i]));
	if (last)
		seq_printf(m, "gntst-last domid=%u ref=%u gntst=%d\n",
			   (unsigned int)(last >> 48), (u32)(last >> 16),
			   (s16)-(u16)last);
}
