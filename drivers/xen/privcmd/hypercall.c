// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_HYPERCALL: any hypercall, for a file that is not restricted.
 */
#include <linux/err.h>

#include <xen/privcmd.h>
#include <xen/xen-ops.h>

#include "hypercall/hypercall.h"
#include "lib/ioctl.h"
#include "privcmd/privcmd.h"

/* For files that are not restricted. */
long privcmd_hypercall(struct xen_ioctl_call *call)
{
	const struct privcmd_hypercall *arg = call->arg;
	long ret;

	xen_trace_enter(arg->op, arg->arg[0]);
	/* Some take seconds: let a kernel that does not preempt know. */
	xen_preemptible_hcall_begin();
	ret = xen_hypercall_user(arg->op, arg->arg[0], arg->arg[1], arg->arg[2],
				 arg->arg[3], arg->arg[4], 0);
	xen_preemptible_hcall_end();
	xen_trace_exit(arg->op, ret);
	if (IS_ERR_VALUE(ret))
		privcmd_refuse(PRIVCMD_R_HYPERCALL, ret, 0);
	return ret;
}
