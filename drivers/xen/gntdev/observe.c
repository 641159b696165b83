// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be seen of xen-gntdev: tracepoints, and what is in debugfs.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>

#include <xen/interface/grant_table.h>

#include "gntdev/dmabuf.h"
#include "gntdev/gntdev.h"
#include "gntdev/observe.h"
#include "lib/observe.h"

#define CREATE_TRACE_POINTS
#include "gntdev/trace.h"

static const char *const reasons[] = {
	[GNTDEV_R_LIMIT]		= "limit",
	[GNTDEV_R_NO_GRANTS]		= "no-grants",
	[GNTDEV_R_OFFSET]		= "bad-offset",
	[GNTDEV_R_NOTIFY_ACTION]	= "bad-notify-action",
	[GNTDEV_R_NOTIFY_PORT]		= "bad-notify-port",
	[GNTDEV_R_NOTIFY_READONLY]	= "notify-read-only",
	[GNTDEV_R_PRIVATE]		= "private-mapping",
	[GNTDEV_R_MMAP]			= "bad-mapping",
	[GNTDEV_R_GRANT]		= "xen-grant",
	[GNTDEV_R_PAGE_TABLES]		= "page-tables",
	[GNTDEV_R_VADDR]		= "bad-address",
	[GNTDEV_R_RESTORED]		= "restored",
	[GNTDEV_R_OWN_GRANT]		= "own-grant",
	[GNTDEV_R_IMPORT_LIMIT]		= "import-limit",
	[GNTDEV_R_SEGMENT]		= "bad-segment",
	[GNTDEV_R_COPY]			= "xen-copy",
	[GNTDEV_R_INTERRUPTED]		= "interrupted",
	[GNTDEV_R_DMA_FLAGS]		= "bad-dma-flags",
	[GNTDEV_R_DMA_KIND]		= "no-dma-memory",
	[GNTDEV_R_DESCRIPTOR]		= "no-descriptor",
	[GNTDEV_R_NOT_EXPORTED]		= "not-exported",
	[GNTDEV_R_IN_USE]		= "still-in-use",
	[GNTDEV_R_NO_DMABUF]		= "no-dma-buf",
	[GNTDEV_R_DMABUF_SIZE]		= "wrong-size",
	[GNTDEV_R_ATTACH]		= "not-attachable",
	[GNTDEV_R_NOT_PAGES]		= "not-pages",
	[GNTDEV_R_GRANT_TABLE]		= "grant-table-full",
	[GNTDEV_R_NOT_IMPORTED]		= "not-imported",
	[GNTDEV_R_MEMORY]		= "no-memory",
	[GNTDEV_R_IOCTL]		= "unknown-ioctl",
};

static_assert(ARRAY_SIZE(reasons) == GNTDEV_REASONS);

static atomic_long_t refused[GNTDEV_REASONS];

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

static void show_statuses(struct seq_file *m)
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

static void show_stats(struct seq_file *m, const struct list_head *files)
{
	unsigned long maps = 0, grants = 0;
	struct gntdev_file *gf;
	unsigned int pending;

	list_for_each_entry(gf, files, observed.node) {
		maps += READ_ONCE(gf->nr_maps);
		grants += READ_ONCE(gf->nr_grants);
	}
	pending = gntdev_grants_pending() + gntdev_dmabuf_imp_pending();
	seq_printf(m, "maps %lu\ngrants %lu\nbytes %lu\npending %u\nlimit %u\n",
		   maps, grants, grants << PAGE_SHIFT, pending,
		   gntdev_limit());
	show_statuses(m);
}

static void show_file(struct seq_file *m, struct xen_observed_file *observed)
{
	struct gntdev_file *gf = container_of(observed, struct gntdev_file,
					      observed);
	unsigned long grants = READ_ONCE(gf->nr_grants);

	seq_printf(m, "maps=%lu grants=%lu bytes=%lu limit=%u",
		   READ_ONCE(gf->nr_maps), grants, grants << PAGE_SHIFT,
		   gntdev_limit());
}

static struct xen_observed gntdev_observed = {
	.name		= "gntdev",
	.reasons	= reasons,
	.nr_reasons	= GNTDEV_REASONS,
	.refused	= refused,
	.show_stats	= show_stats,
	.show_file	= show_file,
};

int gntdev_refuse(enum gntdev_reason reason, int err, u64 what)
{
	xen_observe_refusal(&gntdev_observed, reason);
	trace_refused(reasons[reason], err, what);
	return err;
}

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

void gntdev_observe_open(struct gntdev_file *gf)
{
	xen_observe_open(&gntdev_observed, &gf->observed);
}

void gntdev_observe_close(struct gntdev_file *gf)
{
	xen_observe_close(&gntdev_observed, &gf->observed);
}

void gntdev_observe_files(void (*fn)(const struct list_head *files))
{
	mutex_lock(&gntdev_observed.lock);
	fn(&gntdev_observed.files);
	mutex_unlock(&gntdev_observed.lock);
}

void __init gntdev_observe_init(void)
{
	xen_observe(&gntdev_observed);
}

void gntdev_observe_exit(void)
{
	xen_unobserve(&gntdev_observed);
}
