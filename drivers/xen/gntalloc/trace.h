/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints of xen-gntalloc. None of them shows a kernel address.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xen_gntalloc

#if !defined(XEN_GNTALLOC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define XEN_GNTALLOC_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

/* A page is granted. */
TRACE_EVENT(grant,
	    TP_PROTO(u16 domid, u32 ref, bool readonly),
	    TP_ARGS(domid, ref, readonly),
	    TP_STRUCT__entry(__field(u16, domid)
			     __field(u32, ref)
			     __field(bool, readonly)),
	    TP_fast_assign(__entry->domid = domid;
			   __entry->ref = ref;
			   __entry->readonly = readonly;),
	    TP_printk("domid=%u ref=%u readonly=%d", __entry->domid,
		      __entry->ref, __entry->readonly)
);

/* Nobody uses the page any more: is the grant revoked, or does the peer map it? */
TRACE_EVENT(revoke,
	    TP_PROTO(u32 ref, bool revoked),
	    TP_ARGS(ref, revoked),
	    TP_STRUCT__entry(__field(u32, ref)
			     __field(bool, revoked)),
	    TP_fast_assign(__entry->ref = ref;
			   __entry->revoked = revoked;),
	    TP_printk("ref=%u revoked=%d", __entry->ref, __entry->revoked)
);

TRACE_EVENT(map,
	    TP_PROTO(u64 offset, unsigned long pages),
	    TP_ARGS(offset, pages),
	    TP_STRUCT__entry(__field(u64, offset)
			     __field(unsigned long, pages)),
	    TP_fast_assign(__entry->offset = offset;
			   __entry->pages = pages;),
	    TP_printk("offset=0x%llx pages=%lu", __entry->offset,
		      __entry->pages)
);

TRACE_EVENT(unmap,
	    TP_PROTO(unsigned long pages),
	    TP_ARGS(pages),
	    TP_STRUCT__entry(__field(unsigned long, pages)),
	    TP_fast_assign(__entry->pages = pages;),
	    TP_printk("pages=%lu", __entry->pages)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH gntalloc
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
