/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints that all drivers have, each in a system of its own. Included
 * by a driver's trace.h, where the kernel reads that many times over: so there
 * is no guard.
 */

TRACE_EVENT(ioctl_enter,
	    TP_PROTO(unsigned int cmd),
	    TP_ARGS(cmd),
	    TP_STRUCT__entry(__field(unsigned int, cmd)),
	    TP_fast_assign(__entry->cmd = cmd;),
	    TP_printk("nr=%u cmd=0x%x", _IOC_NR(__entry->cmd), __entry->cmd)
);

TRACE_EVENT(ioctl_exit,
	    TP_PROTO(unsigned int cmd, long ret),
	    TP_ARGS(cmd, ret),
	    TP_STRUCT__entry(__field(unsigned int, cmd)
			     __field(long, ret)),
	    TP_fast_assign(__entry->cmd = cmd;
			   __entry->ret = ret;),
	    TP_printk("nr=%u cmd=0x%x ret=%ld", _IOC_NR(__entry->cmd), __entry->cmd,
		      __entry->ret)
);

/* Why, with what errno, and a number that says about what. */
TRACE_EVENT(refused,
	    TP_PROTO(const char *reason, int err, u64 what),
	    TP_ARGS(reason, err, what),
	    TP_STRUCT__entry(__array(char, reason, 32)
			     __field(int, err)
			     __field(u64, what)),
	    TP_fast_assign(strscpy(__entry->reason, reason, sizeof(__entry->reason));
			   __entry->err = err;
			   __entry->what = what;),
	    TP_printk("reason=%s err=%d what=%llu", __entry->reason, __entry->err,
		      __entry->what)
);
