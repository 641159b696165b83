// SPDX-License-Identifier: GPL-2.0-only
/* What debugfs shows of xen-evtchn. */
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/seq_file.h>

#include "evtchn/evtchn.h"

static void evtchn_show_stats(struct seq_file *m, const struct list_head *list)
{
	unsigned long ports = 0, unread = 0;
	struct evtchn_file *ef;

	list_for_each_entry(ef, list, entry.node) {
		ports += READ_ONCE(ef->nr_ports);
		unread += evtchn_ring_unread(&ef->ring);
	}
	seq_printf(m, "ports %lu\nunread %lu\noverflows %ld\n", ports, unread,
		   evtchn_ring_overflows());
}

static void evtchn_show_file(struct seq_file *m, struct xen_file *entry)
{
	struct evtchn_file *ef = container_of(entry, struct evtchn_file, entry);

	seq_printf(m, "ports=%u slots=%u unread=%u overflow=%d ",
		   READ_ONCE(ef->nr_ports), evtchn_ring_slots(&ef->ring),
		   evtchn_ring_unread(&ef->ring),
		   evtchn_ring_overflow(&ef->ring));
	xen_files_show_restriction(m, READ_ONCE(ef->restriction.domid));
}

struct xen_files evtchn_files = {
	.name		= "evtchn",
	.refusals	= &evtchn_refusals,
	.show_stats	= evtchn_show_stats,
	.show_file	= evtchn_show_file,
};
