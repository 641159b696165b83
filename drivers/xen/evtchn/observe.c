// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be seen of xen-evtchn: tracepoints, and what is in debugfs.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/seq_file.h>

#include "evtchn/evtchn.h"
#include "evtchn/observe.h"
#include "lib/observe.h"

#define CREATE_TRACE_POINTS
#include "evtchn/trace.h"

static const char *const reasons[] = {
	[EVTCHN_R_RESTRICTED]		= "restricted",
	[EVTCHN_R_RESTRICTED_BEFORE]	= "restricted-before",
	[EVTCHN_R_DOMID]		= "bad-domain",
	[EVTCHN_R_XEN_PORTS]		= "xen-ports-exhausted",
	[EVTCHN_R_XEN]			= "xen",
	[EVTCHN_R_TAKEN]		= "port-taken",
	[EVTCHN_R_IRQ]			= "no-irq",
	[EVTCHN_R_HANDLER]		= "no-handler",
	[EVTCHN_R_NOT_BOUND]		= "not-bound",
	[EVTCHN_R_BOUND]		= "bound-before",
	[EVTCHN_R_PORT]			= "bad-port",
	[EVTCHN_R_CHANNEL]		= "no-channel",
	[EVTCHN_R_OVERFLOW]		= "overflow",
	[EVTCHN_R_RESTORED]		= "restored",
	[EVTCHN_R_MEMORY]		= "no-memory",
	[EVTCHN_R_IOCTL]		= "unknown-ioctl",
};

static_assert(ARRAY_SIZE(reasons) == EVTCHN_REASONS);

static atomic_long_t refused[EVTCHN_REASONS];
static atomic_long_t overflows;

static void show_stats(struct seq_file *m, const struct list_head *files)
{
	unsigned long ports = 0, unread = 0;
	struct evtchn_file *ef;

	list_for_each_entry(ef, files, observed.node) {
		ports += READ_ONCE(ef->nr_ports);
		unread += evtchn_ring_unread(&ef->ring);
	}
	seq_printf(m, "ports %lu\nunread %lu\noverflows %ld\n", ports, unread,
		   atomic_long_read(&overflows));
}

static void show_file(struct seq_file *m, struct xen_observed_file *observed)
{
	struct evtchn_file *ef = container_of(observed, struct evtchn_file,
					      observed);

	seq_printf(m, "ports=%u slots=%u unread=%u overflow=%d ",
		   READ_ONCE(ef->nr_ports), evtchn_ring_slots(&ef->ring),
		   evtchn_ring_unread(&ef->ring),
		   evtchn_ring_overflow(&ef->ring));
	xen_observe_restriction(m, READ_ONCE(ef->restriction.domid));
}

static struct xen_observed evtchn_observed = {
	.name		= "evtchn",
	.reasons	= reasons,
	.nr_reasons	= EVTCHN_REASONS,
	.refused	= refused,
	.show_stats	= show_stats,
	.show_file	= show_file,
};

int evtchn_refuse(enum evtchn_reason reason, int err, u64 what)
{
	xen_observe_refusal(&evtchn_observed, reason);
	trace_refused(reasons[reason], err, what);
	return err;
}

void evtchn_overflowed(u32 port, unsigned int slots)
{
	atomic_long_inc(&overflows);
	trace_overflow(port, slots);
}

void evtchn_observe_open(struct evtchn_file *ef)
{
	xen_observe_open(&evtchn_observed, &ef->observed);
}

void evtchn_observe_close(struct evtchn_file *ef)
{
	xen_observe_close(&evtchn_observed, &ef->observed);
}

void __init evtchn_observe_init(void)
{
	xen_observe(&evtchn_observed);
}

void evtchn_observe_exit(void)
{
	xen_unobserve(&evtchn_observed);
}
