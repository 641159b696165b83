// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be seen of xen-gntalloc: tracepoints, and what is in debugfs.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "gntalloc/gntalloc.h"
#include "gntalloc/observe.h"
#include "lib/observe.h"

#define CREATE_TRACE_POINTS
#include "gntalloc/trace.h"

static const char *const reasons[] = {
	[GNTALLOC_R_LIMIT]		= "limit",
	[GNTALLOC_R_GRANT_TABLE]	= "grant-table-full",
	[GNTALLOC_R_NO_GRANTS]		= "no-grants",
	[GNTALLOC_R_UNALIGNED]		= "unaligned-offset",
	[GNTALLOC_R_OFFSET]		= "bad-offset",
	[GNTALLOC_R_NOTIFY_ACTION]	= "bad-notify-action",
	[GNTALLOC_R_NOTIFY_PORT]	= "bad-notify-port",
	[GNTALLOC_R_PRIVATE]		= "private-mapping",
	[GNTALLOC_R_MMAP]		= "bad-mapping",
	[GNTALLOC_R_PAGE_TABLES]	= "page-tables",
	[GNTALLOC_R_INTERRUPTED]	= "interrupted",
	[GNTALLOC_R_MEMORY]		= "no-memory",
	[GNTALLOC_R_IOCTL]		= "unknown-ioctl",
};

static_assert(ARRAY_SIZE(reasons) == GNTALLOC_REASONS);

static atomic_long_t refused[GNTALLOC_REASONS];

static void show_stats(struct seq_file *m, const struct list_head *files)
{
	struct gntalloc_file *gf;
	unsigned long grants = 0;

	list_for_each_entry(gf, files, observed.node)
		grants += READ_ONCE(gf->nr_refs);
	seq_printf(m, "grants %lu\nbytes %lu\nused %u\npending %u\nlimit %d\n",
		   grants, grants << PAGE_SHIFT, gntalloc_used(),
		   gntalloc_pending_count(), gntalloc_limit());
}

static void show_file(struct seq_file *m, struct xen_observed_file *observed)
{
	struct gntalloc_file *gf = container_of(observed, struct gntalloc_file,
						observed);
	unsigned long grants = READ_ONCE(gf->nr_refs);

	seq_printf(m, "grants=%lu bytes=%lu limit=%d", grants,
		   grants << PAGE_SHIFT, gntalloc_limit());
}

static struct xen_observed gntalloc_observed = {
	.name		= "gntalloc",
	.reasons	= reasons,
	.nr_reasons	= GNTALLOC_REASONS,
	.refused	= refused,
	.show_stats	= show_stats,
	.show_file	= show_file,
};

int gntalloc_refuse(enum gntalloc_reason reason, int err, u64 what)
{
	xen_observe_refusal(&gntalloc_observed, reason);
	trace_refused(reasons[reason], err, what);
	return err;
}

void gntalloc_observe_open(struct gntalloc_file *gf)
{
	xen_observe_open(&gntalloc_observed, &gf->observed);
}

void gntalloc_observe_close(struct gntalloc_file *gf)
{
	xen_observe_close(&gntalloc_observed, &gf->observed);
}

void __init gntalloc_observe_init(void)
{
	xen_observe(&gntalloc_observed);
}

void gntalloc_observe_exit(void)
{
	xen_unobserve(&gntalloc_observed);
}
