// SPDX-License-Identifier: GPL-2.0-only
/* What debugfs shows of xen-gntdev. */
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "gntdev/dmabuf.h"
#include "gntdev/gntdev.h"

static void gntdev_show_stats(struct seq_file *m, const struct list_head *list)
{
	unsigned long maps = 0, grants = 0;
	struct gntdev_file *gf;
	unsigned int pending;

	list_for_each_entry(gf, list, entry.node) {
		maps += READ_ONCE(gf->nr_maps);
		grants += READ_ONCE(gf->nr_grants);
	}
	pending = gntdev_grants_pending() + gntdev_dmabuf_imp_pending();
	seq_printf(m, "maps %lu\ngrants %lu\nbytes %lu\npending %u\nlimit %u\n",
		   maps, grants, grants << PAGE_SHIFT, pending,
		   gntdev_limit());
	gntdev_show_statuses(m);
}

static void gntdev_show_file(struct seq_file *m, struct xen_file *entry)
{
	struct gntdev_file *gf = container_of(entry, struct gntdev_file, entry);
	unsigned long grants = READ_ONCE(gf->nr_grants);

	seq_printf(m, "maps=%lu grants=%lu bytes=%lu limit=%u",
		   READ_ONCE(gf->nr_maps), grants, grants << PAGE_SHIFT,
		   gntdev_limit());
}

struct xen_files gntdev_files = {
	.name		= "gntdev",
	.refusals	= &gntdev_refusals,
	.show_stats	= gntdev_show_stats,
	.show_file	= gntdev_show_file,
};
