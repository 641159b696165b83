// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_HYPERCALL: any hypercall, for a file that is not restricted.
 */
#include <linux/errno.h>
#include <linux/uaccess.h>

#include <xen/privcmd.h>
#include <xen/xen-ops.h>

#include "hypercall/hypercall.h"
#include "privcmd/privcmd.h"

long privcmd_hypercall(struct privcmd_file *pf, void __user *arg)
{
	struct privcmd_hypercall call;
	long ret;

	if (xen_restricted(&pf->restriction))
		return -EPERM;
	if (copy_from_user(&call, arg, sizeof(call)))
		return -EFAULT;

	/* Some take seconds: let a kernel that does not preempt know. */
	xen_preemptible_hcall_begin();
	ret = xen_hypercall_user(call.op, call.arg[0], call.arg[1],
				 call.arg[2], call.arg[3], call.arg[4], 0);
	xen_preemptible_hcall_end();
	return ret;
}
