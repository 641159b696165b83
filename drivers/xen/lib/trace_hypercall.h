/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints of drivers that ask Xen: included as trace_ioctl.h is. @op is
 * the number of the hypercall, @cmd its first argument, which for most of them
 * is a command.
 */

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
	    TP_PROTO(unsigned long op, unsigned long cmd, long ret),
	    TP_ARGS(op, cmd, ret),
	    TP_STRUCT__entry(__field(unsigned long, op)
			     __field(unsigned long, cmd)
			     __field(long, ret)),
	    TP_fast_assign(__entry->op = op;
			   __entry->cmd = cmd;
			   __entry->ret = ret;),
	    TP_printk("op=%lu cmd=%lu ret=%ld", __entry->op, __entry->cmd,
		      __entry->ret)
);
