// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls as such.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/interface/xen.h>
#include <xen/interface/hvm/dm_op.h>
#include <xen/interface/version.h>
#include <xen/xen.h>

#include <asm/xen/hypercall.h>

#include "local.h"

int floor_xen_version(const struct floor_run *run, struct floor_timer *there,
		      struct floor_timer *back)
{
	unsigned int i;

	floor_begin(there);
	for (i = 0; i < run->times; i++)
		HYPERVISOR_xen_version(XENVER_version, NULL);
	floor_end(there);
	return 0;
}

int floor_multicall(const struct floor_run *run, struct floor_timer *there,
		    struct floor_timer *back)
{
	struct multicall_entry *call;
	unsigned int i, j;
	int err = 0;

	call = kvcalloc(run->nr, sizeof(*call), GFP_KERNEL);
	if (!call)
		return -ENOMEM;
	for (j = 0; j < run->nr; j++) {
		call[j].op = __HYPERVISOR_xen_version;
		call[j].args[0] = XENVER_version;
	}
	for (i = 0; i < run->times && !err; i++) {
		floor_begin(there);
		err = HYPERVISOR_multicall(call, run->nr);
		floor_end(there);
	}
	kvfree(call);
	return err;
}

int floor_dm_op(const struct floor_run *run, struct floor_timer *there,
		struct floor_timer *back)
{
	struct xen_dm_op_buf buf = { .size = run->len };
	unsigned int i;
	void *op;
	int ret = 0;

	op = memdup_user((void __user *)run->addr, run->len);
	if (IS_ERR(op))
		return PTR_ERR(op);
	set_xen_guest_handle(buf.h, op);
	floor_begin(there);
	for (i = 0; i < run->times && ret >= 0; i++)
		ret = HYPERVISOR_dm_op(run->domid, 1, &buf);
	floor_end(there);
	kfree(op);
	return ret < 0 ? ret : 0;
}
