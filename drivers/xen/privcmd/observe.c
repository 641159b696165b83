// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be seen of xen-privcmd: tracepoints, and what is in debugfs.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

#include "lib/observe.h"
#include "privcmd/dm_op.h"
#include "privcmd/map.h"
#include "privcmd/observe.h"
#include "privcmd/privcmd.h"

#define CREATE_TRACE_POINTS
#include "privcmd/trace.h"

static const char *const reasons[] = {
	[PRIVCMD_R_RESTRICTED]		= "restricted",
	[PRIVCMD_R_RESTRICTED_BEFORE]	= "restricted-before",
	[PRIVCMD_R_HYPERCALL]		= "xen-hypercall",
	[PRIVCMD_R_NOT_PV]		= "not-pv",
	[PRIVCMD_R_NO_FRAMES]		= "no-frames",
	[PRIVCMD_R_MAPPING]		= "bad-mapping",
	[PRIVCMD_R_MAPPING_SIZE]	= "mapping-too-large",
	[PRIVCMD_R_FRAME]		= "xen-frame",
	[PRIVCMD_R_PAGED_OUT]		= "xen-frame-paged-out",
	[PRIVCMD_R_RUNS]		= "bad-runs",
	[PRIVCMD_R_RESOURCE_ARGS]	= "bad-resource-arguments",
	[PRIVCMD_R_RESOURCE]		= "xen-resource",
	[PRIVCMD_R_LIMIT_BUFS]		= "limit-dm-op-max-nr-bufs",
	[PRIVCMD_R_LIMIT_SIZE]		= "limit-dm-op-buf-max-size",
	[PRIVCMD_R_DM_OP_PAGES]		= "dm-op-too-many-pages",
	[PRIVCMD_R_DM_OP_BUFS]		= "dm-op-without-buffers",
	[PRIVCMD_R_DM_OP]		= "xen-dm-op",
	[PRIVCMD_R_FLAGS]		= "bad-flags",
	[PRIVCMD_R_IRQFD_OP]		= "irqfd-operation",
	[PRIVCMD_R_EVENTFD]		= "no-eventfd",
	[PRIVCMD_R_EVENTFD_BUSY]	= "eventfd-busy",
	[PRIVCMD_R_DOORBELL]		= "bad-doorbell",
	[PRIVCMD_R_VCPUS]		= "bad-vcpus",
	[PRIVCMD_R_IOREQ]		= "no-requests",
	[PRIVCMD_R_IOREQ_OTHER]		= "requests-of-another",
	[PRIVCMD_R_IOREQ_PORT]		= "bad-port",
	[PRIVCMD_R_NOT_ASSIGNED]	= "not-assigned",
	[PRIVCMD_R_GSI]			= "no-gsi",
	[PRIVCMD_R_INTERRUPTED]		= "interrupted",
	[PRIVCMD_R_MEMORY]		= "no-memory",
	[PRIVCMD_R_IOCTL]		= "unknown-ioctl",
};

static_assert(ARRAY_SIZE(reasons) == PRIVCMD_REASONS);

static atomic_long_t refused[PRIVCMD_REASONS];

/* Of one file, or of all. */
struct sums {
	unsigned long mappings, pages, irqfds, servers;
};

static void sums_add(struct sums *sums, struct privcmd_file *pf)
{
	sums->mappings += atomic_read(&pf->mappings);
	sums->pages += atomic_long_read(&pf->pages);
	sums->irqfds += privcmd_irqfd_count(pf);
	sums->servers += privcmd_ioeventfd_count(pf);
}

static void show_stats(struct seq_file *m, const struct list_head *files)
{
	struct privcmd_file *pf;
	struct sums sums = {};

	list_for_each_entry(pf, files, observed.node)
		sums_add(&sums, pf);
	seq_printf(m, "mappings %lu\nbytes %lu\nirqfds %lu\nioreq-servers %lu\n",
		   sums.mappings, sums.pages << PAGE_SHIFT, sums.irqfds,
		   sums.servers);
	seq_printf(m, "foreign-pages %ld\n", privcmd_xlate_held());
	seq_printf(m, "dm-op-max-nr-bufs %u\ndm-op-buf-max-size %u\n",
		   privcmd_dm_op_max_bufs(), privcmd_dm_op_max_size());
}

static void show_file(struct seq_file *m, struct xen_observed_file *observed)
{
	struct privcmd_file *pf = container_of(observed, struct privcmd_file,
					       observed);
	struct sums sums = {};

	sums_add(&sums, pf);
	seq_printf(m, "mappings=%lu bytes=%lu irqfds=%lu ioreq-servers=%lu ",
		   sums.mappings, sums.pages << PAGE_SHIFT, sums.irqfds,
		   sums.servers);
	xen_observe_restriction(m, READ_ONCE(pf->restriction.domid));
}

static struct xen_observed privcmd_observed = {
	.name		= "privcmd",
	.reasons	= reasons,
	.nr_reasons	= PRIVCMD_REASONS,
	.refused	= refused,
	.show_stats	= show_stats,
	.show_file	= show_file,
};

int privcmd_refuse(enum privcmd_reason reason, int err, u64 what)
{
	xen_observe_refusal(&privcmd_observed, reason);
	trace_refused(reasons[reason], err, what);
	return err;
}

int privcmd_refuse_mapping(int err, unsigned long addr)
{
	switch (err) {
	case -ENOMEM:
		return privcmd_refuse(PRIVCMD_R_MEMORY, err, addr);
	case -EINTR:
		return privcmd_refuse(PRIVCMD_R_INTERRUPTED, err, 0);
	default:
		return privcmd_refuse(PRIVCMD_R_MAPPING, err, addr);
	}
}

void privcmd_observe_open(struct privcmd_file *pf)
{
	xen_observe_open(&privcmd_observed, &pf->observed);
}

void privcmd_observe_close(struct privcmd_file *pf)
{
	xen_observe_close(&privcmd_observed, &pf->observed);
}

void privcmd_observe_files(void (*fn)(struct privcmd_file *pf))
{
	struct privcmd_file *pf;

	mutex_lock(&privcmd_observed.lock);
	list_for_each_entry(pf, &privcmd_observed.files, observed.node)
		fn(pf);
	mutex_unlock(&privcmd_observed.lock);
}

void __init privcmd_observe_init(void)
{
	xen_observe(&privcmd_observed);
}

void privcmd_observe_exit(void)
{
	xen_unobserve(&privcmd_observed);
}
