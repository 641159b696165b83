/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints that all drivers share. None of them shows a kernel address.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xen_devices

#if !defined(XEN_LIB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define XEN_LIB_TRACE_H

#include <linux/ioctl.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

TRACE_EVENT(ioctl_enter,
	    TP_PROTO(const char *device, unsigned int cmd),
	    TP_ARGS(device, cmd),
	    TP_STRUCT__entry(__array(char, device, 16)
			     __field(unsigned int, cmd)),
	    TP_fast_assign(strscpy(__entry->device, device, sizeof(__entry->device));
			   __entry->cmd = cmd;),
	    TP_printk("device=%s nr=%u cmd=0x%x", __entry->device,
		      _IOC_NR(__entry->cmd), __entry->cmd)
);

TRACE_EVENT(ioctl_exit,
	    TP_PROTO(const char *device, unsigned int cmd, long ret),
	    TP_ARGS(device, cmd, ret),
	    TP_STRUCT__entry(__array(char, device, 16)
			     __field(unsigned int, cmd)
			     __field(long, ret)),
	    TP_fast_assign(strscpy(__entry->device, device, sizeof(__entry->device));
			   __entry->cmd = cmd;
			   __entry->ret = ret;),
	    TP_printk("device=%s nr=%u cmd=0x%x ret=%ld", __entry->device,
		      _IOC_NR(__entry->cmd), __entry->cmd, __entry->ret)
);

/* @op: the number; @cmd: the first argument, which for most hypercalls is a command. */
TRACE_EVENT(hypercall_enter,
	    TP_PROTO(unsigned long op, unsigned long cmd),
	    TP_ARGS(op, cmd),
	    TP_STRUCT__entry(__field(unsigned long, op)
			     __field(unsigned long, cmd)),
	    TP_fast_assign(__entry->op = op;
			   __entry->cmd = cmd;),
	    TP_printk("op=%lu cmd=%lu", __entry->op, __entry->cmd)
);

TRACE_EVENT(hypercall_exit,
	    TP_PROTO(unsigned long op, long ret),
	    TP_ARGS(op, ret),
	    TP_STRUCT__entry(__field(unsigned long, op)
			     __field(long, ret)),
	    TP_fast_assign(__entry->op = op;
			   __entry->ret = ret;),
	    TP_printk("op=%lu ret=%ld", __entry->op, __entry->ret)
);

/* @err: the errno; @what: a number that says about what. */
TRACE_EVENT(refused,
	    TP_PROTO(const char *device, const char *reason, int err, u64 what),
	    TP_ARGS(device, reason, err, what),
	    TP_STRUCT__entry(__array(char, device, 16)
			     __array(char, reason, 32)
			     __field(int, err)
			     __field(u64, what)),
	    TP_fast_assign(strscpy(__entry->device, device, sizeof(__entry->device));
			   strscpy(__entry->reason, reason, sizeof(__entry->reason));
			   __entry->err = err;
			   __entry->what = what;),
	    TP_printk("device=%s reason=%s err=%d what=%llu", __entry->device,
		      __entry->reason, __entry->err, __entry->what)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH lib
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
