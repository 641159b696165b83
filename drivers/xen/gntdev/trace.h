/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints of xen-gntdev. None of them shows a kernel address.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xen_gntdev

#if !defined(XEN_GNTDEV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define XEN_GNTDEV_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

/* Grants of one domain in a map, from the first of them on: tried, or mapped. */
TRACE_EVENT(map,
	    TP_PROTO(u16 domid, u32 ref, u32 count, bool readonly, int err),
	    TP_ARGS(domid, ref, count, readonly, err),
	    TP_STRUCT__entry(__field(u16, domid)
			     __field(u32, ref)
			     __field(u32, count)
			     __field(bool, readonly)
			     __field(int, err)),
	    TP_fast_assign(__entry->domid = domid;
			   __entry->ref = ref;
			   __entry->count = count;
			   __entry->readonly = readonly;
			   __entry->err = err;),
	    TP_printk("domid=%u ref=%u count=%u readonly=%d err=%d",
		      __entry->domid, __entry->ref, __entry->count,
		      __entry->readonly, __entry->err)
);

/* Grants that go back, the first of them and how many. */
TRACE_EVENT(unmap,
	    TP_PROTO(u16 domid, u32 ref, u32 count),
	    TP_ARGS(domid, ref, count),
	    TP_STRUCT__entry(__field(u16, domid)
			     __field(u32, ref)
			     __field(u32, count)),
	    TP_fast_assign(__entry->domid = domid;
			   __entry->ref = ref;
			   __entry->count = count;),
	    TP_printk("domid=%u ref=%u count=%u", __entry->domid, __entry->ref,
		      __entry->count)
);

/* What Xen has against a grant: GNTST_*. */
TRACE_EVENT(grant_refused,
	    TP_PROTO(u16 domid, u32 ref, int status),
	    TP_ARGS(domid, ref, status),
	    TP_STRUCT__entry(__field(u16, domid)
			     __field(u32, ref)
			     __field(int, status)),
	    TP_fast_assign(__entry->domid = domid;
			   __entry->ref = ref;
			   __entry->status = status;),
	    TP_printk("domid=%u ref=%u gntst=%d", __entry->domid, __entry->ref,
		      __entry->status)
);

/* A part of a GRANT_COPY: segments, and what they became for Xen. */
TRACE_EVENT(copy,
	    TP_PROTO(u32 segments, u32 ops, int err),
	    TP_ARGS(segments, ops, err),
	    TP_STRUCT__entry(__field(u32, segments)
			     __field(u32, ops)
			     __field(int, err)),
	    TP_fast_assign(__entry->segments = segments;
			   __entry->ops = ops;
			   __entry->err = err;),
	    TP_printk("segments=%u ops=%u err=%d", __entry->segments,
		      __entry->ops, __entry->err)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH gntdev
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
