// SPDX-License-Identifier: GPL-2.0-only
/* What debugfs shows of xen-privcmd. */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "privcmd/dm_op.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"

/* Of one file, or of all. */
struct privcmd_sums {
	unsigned long mappings, pages, irqfds, servers;
};

static void privcmd_sums_add(struct privcmd_sums *sums, struct privcmd_file *pf)
{
	sums->mappings += atomic_read(&pf->mappings);
	sums->pages += atomic_long_read(&pf->pages);
	sums->irqfds += privcmd_irqfd_count(pf);
	sums->servers += privcmd_ioeventfd_count(pf);
}

static void privcmd_show_stats(struct seq_file *m, const struct list_head *list)
{
	struct privcmd_file *pf;
	struct privcmd_sums sums = {};

	list_for_each_entry(pf, list, entry.node)
		privcmd_sums_add(&sums, pf);
	seq_printf(m, "mappings %lu\nbytes %lu\nirqfds %lu\nioreq-servers %lu\n",
		   sums.mappings, sums.pages << PAGE_SHIFT, sums.irqfds,
		   sums.servers);
	seq_printf(m, "foreign-pages %ld\n", privcmd_xlate_held());
	seq_printf(m, "dm-op-max-nr-bufs %u\ndm-op-buf-max-size %u\n",
		   privcmd_dm_op_max_bufs(), privcmd_dm_op_max_size());
}

static void privcmd_show_file(struct seq_file *m, struct xen_file *entry)
{
	struct privcmd_file *pf = container_of(entry, struct privcmd_file, entry);
	struct privcmd_sums sums = {};

	privcmd_sums_add(&sums, pf);
	seq_printf(m, "mappings=%lu bytes=%lu irqfds=%lu ioreq-servers=%lu ",
		   sums.mappings, sums.pages << PAGE_SHIFT, sums.irqfds,
		   sums.servers);
	xen_files_show_restriction(m, READ_ONCE(pf->restriction.domid));
}

struct xen_files privcmd_files = {
	.name		= "privcmd",
	.refusals	= &privcmd_refusals,
	.show_stats	= privcmd_show_stats,
	.show_file	= privcmd_show_file,
};
