// SPDX-License-Identifier: GPL-2.0-only
/* What debugfs shows of xen-gntalloc. */
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "gntalloc/gntalloc.h"

static void gntalloc_show_stats(struct seq_file *m, const struct list_head *list)
{
	struct gntalloc_file *gf;
	unsigned long grants = 0;

	list_for_each_entry(gf, list, entry.node)
		grants += READ_ONCE(gf->nr_refs);
	seq_printf(m, "grants %lu\nbytes %lu\nused %u\npending %u\nlimit %d\n",
		   grants, grants << PAGE_SHIFT, gntalloc_used(),
		   gntalloc_pending_count(), gntalloc_limit());
}

static void gntalloc_show_file(struct seq_file *m, struct xen_file *entry)
{
	struct gntalloc_file *gf = container_of(entry, struct gntalloc_file, entry);
	unsigned long grants = READ_ONCE(gf->nr_refs);

	seq_printf(m, "grants=%lu bytes=%lu limit=%d", grants,
		   grants << PAGE_SHIFT, gntalloc_limit());
}

struct xen_files gntalloc_files = {
	.name		= "gntalloc",
	.refusals	= &gntalloc_refusals,
	.show_stats	= gntalloc_show_stats,
	.show_file	= gntalloc_show_file,
};
