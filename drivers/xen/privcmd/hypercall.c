// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_HYPERCALL: any hypercall, for a file that is not restricted.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/uaccess.h>

#include <xen/privcmd.h>
#include <xen/xen-ops.h>

#include "hypercall/hypercall.h"
#include "privcmd/observe.h"
#include "privcmd/privcmd.h"
#include "privcmd/trace.h"

/* Word by word: for six of them the way to copy_from_user() is the longer. */
static __always_inline int get_call(struct privcmd_hypercall *call,
				    struct privcmd_hypercall __user *arg)
{
	if (!user_access_begin(arg, sizeof(*arg)))
		return -EFAULT;
	unsafe_get_user(call->op, &arg->op, fault);
	unsafe_get_user(call->arg[0], &arg->arg[0], fault);
	unsafe_get_user(call->arg[1], &arg->arg[1], fault);
	unsafe_get_user(call->arg[2], &arg->arg[2], fault);
	unsafe_get_user(call->arg[3], &arg->arg[3], fault);
	unsafe_get_user(call->arg[4], &arg->arg[4], fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

static __always_inline long call_xen(u64 op, u64 a1, u64 a2, u64 a3, u64 a4,
				     u64 a5)
{
	long ret;

	/* Some take seconds: let a kernel that does not preempt know. */
	xen_preemptible_hcall_begin();
	ret = xen_hypercall_user(op, a1, a2, a3, a4, a5, 0);
	xen_preemptible_hcall_end();
	return ret;
}

/* Apart, so that a call that nobody traces need not remember what it was. */
static noinline long traced_call(u64 op, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5)
{
	long ret;

	trace_hypercall_enter(op, a1);
	ret = call_xen(op, a1, a2, a3, a4, a5);
	trace_hypercall_exit(op, a1, ret);
	return ret;
}

long privcmd_hypercall(struct privcmd_file *pf,
		       struct privcmd_hypercall __user *arg)
{
	struct privcmd_hypercall call;
	long ret;

	if (xen_restricted(&pf->restriction))
		return privcmd_refuse(PRIVCMD_R_RESTRICTED, -EPERM, DOMID_SELF);
	if (get_call(&call, arg))
		return -EFAULT;

	if (trace_hypercall_enter_enabled() || trace_hypercall_exit_enabled())
		ret = traced_call(call.op, call.arg[0], call.arg[1],
				  call.arg[2], call.arg[3], call.arg[4]);
	else
		ret = call_xen(call.op, call.arg[0], call.arg[1], call.arg[2],
			       call.arg[3], call.arg[4]);
	if (IS_ERR_VALUE(ret))
		return privcmd_refuse(PRIVCMD_R_HYPERCALL, ret, 0);
	return ret;
}
