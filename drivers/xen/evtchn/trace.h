/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints of xen-evtchn. None of them shows a kernel address.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xen_evtchn

#if !defined(XEN_EVTCHN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define XEN_EVTCHN_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

TRACE_EVENT(bind,
	    TP_PROTO(u32 port, int irq),
	    TP_ARGS(port, irq),
	    TP_STRUCT__entry(__field(u32, port)
			     __field(int, irq)),
	    TP_fast_assign(__entry->port = port;
			   __entry->irq = irq;),
	    TP_printk("port=%u irq=%d", __entry->port, __entry->irq)
);

TRACE_EVENT(unbind,
	    TP_PROTO(u32 port),
	    TP_ARGS(port),
	    TP_STRUCT__entry(__field(u32, port)),
	    TP_fast_assign(__entry->port = port;),
	    TP_printk("port=%u", __entry->port)
);

/* What Xen answered, which the caller is not told. */
TRACE_EVENT(notify,
	    TP_PROTO(u32 port, long ret),
	    TP_ARGS(port, ret),
	    TP_STRUCT__entry(__field(u32, port)
			     __field(long, ret)),
	    TP_fast_assign(__entry->port = port;
			   __entry->ret = ret;),
	    TP_printk("port=%u ret=%ld", __entry->port, __entry->ret)
);

/* In the interrupt: the port for which there was no room. */
TRACE_EVENT(overflow,
	    TP_PROTO(u32 port, unsigned int slots),
	    TP_ARGS(port, slots),
	    TP_STRUCT__entry(__field(u32, port)
			     __field(unsigned int, slots)),
	    TP_fast_assign(__entry->port = port;
			   __entry->slots = slots;),
	    TP_printk("port=%u slots=%u", __entry->port, __entry->slots)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH evtchn
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
