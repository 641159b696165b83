/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints of xen-privcmd. None of them shows a kernel address.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xen_privcmd

#if !defined(XEN_PRIVCMD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define XEN_PRIVCMD_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

/* Frames of a domain, or of one of its resources, and how many failed. */
TRACE_EVENT(map,
	    TP_PROTO(u16 domid, unsigned long pages, unsigned long failed),
	    TP_ARGS(domid, pages, failed),
	    TP_STRUCT__entry(__field(u16, domid)
			     __field(unsigned long, pages)
			     __field(unsigned long, failed)),
	    TP_fast_assign(__entry->domid = domid;
			   __entry->pages = pages;
			   __entry->failed = failed;),
	    TP_printk("domid=%u pages=%lu failed=%lu", __entry->domid,
		      __entry->pages, __entry->failed)
);

/* A mapping that had frames is gone. */
TRACE_EVENT(unmap,
	    TP_PROTO(unsigned long pages),
	    TP_ARGS(pages),
	    TP_STRUCT__entry(__field(unsigned long, pages)),
	    TP_fast_assign(__entry->pages = pages;),
	    TP_printk("pages=%lu", __entry->pages)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH privcmd
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
