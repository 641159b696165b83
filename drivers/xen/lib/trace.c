// SPDX-License-Identifier: GPL-2.0-only
/* What is traced for all drivers; part of xen-hypercall. */
#include <linux/export.h>

#include "hypercall/hypercall.h"
#include "lib/refusals.h"

#define CREATE_TRACE_POINTS
#include "lib/trace.h"

EXPORT_TRACEPOINT_SYMBOL_GPL(hypercall_enter);
EXPORT_TRACEPOINT_SYMBOL_GPL(hypercall_exit);

void xen_hypercall_trace_enter(unsigned long nr, unsigned long a1)
{
	trace_hypercall_enter(nr, a1);
}
EXPORT_SYMBOL_GPL(xen_hypercall_trace_enter);

void xen_hypercall_trace_exit(unsigned long nr, long ret)
{
	trace_hypercall_exit(nr, ret);
}
EXPORT_SYMBOL_GPL(xen_hypercall_trace_exit);

int xen_refuse(const struct xen_refusals *refusals, unsigned int reason, int err,
	       u64 what)
{
	atomic_long_inc(&refusals->count[reason]);
	trace_refused(refusals->device, refusals->reasons[reason], err, what);
	return err;
}
EXPORT_SYMBOL_GPL(xen_refuse);
