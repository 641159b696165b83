// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_MMAP_RESOURCE: frames that Xen holds for a domain, by their
 * place in a resource.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/interface/xen.h>
#include <xen/interface/memory.h>
#include <xen/privcmd.h>
#include <xen/xen-ops.h>

#include "hypercall/hypercall.h"
#include "lib/ioctl.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"
#include "privcmd/trace.h"

static int privcmd_acquire(struct xen_mem_acquire_resource *op)
{
	int ret;

	xen_preemptible_hcall_begin();
	ret = xen_hypercall2(__HYPERVISOR_memory_op, XENMEM_acquire_resource,
			     (unsigned long)op);
	xen_preemptible_hcall_end();
	return ret;
}

static int privcmd_map_resource(const struct privcmd_mmap_resource *args)
{
	struct xen_mem_acquire_resource op = {
		.domid = args->dom,
		.type = args->type,
		.id = args->id,
		.nr_frames = args->num,
		.frame = args->idx,
	};
	const struct privcmd_map_ops *ops;
	struct privcmd_resource *resource;
	struct privcmd_span span;
	int err;

	if (args->num > U32_MAX)
		return -EINVAL;
	err = privcmd_span_begin(&span, args->addr, args->num,
				 PRIVCMD_CLAIM_UNUSED);
	if (err)
		return err;

	ops = span.map->ops;
	err = -ENOMEM;
	resource = kvzalloc(struct_size(resource, frame, args->num),
			    GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!resource)
		goto err_span;
	if (ops->prepare_resource)
		ops->prepare_resource(&span, resource->frame);
	set_xen_guest_handle(op.frame_list, (xen_pfn_t *)resource->frame);
	err = privcmd_acquire(&op);
	if (err) {
		privcmd_refuse(PRIVCMD_R_RESOURCE, err, op.type);
		goto err_resource;
	}
	err = ops->fill_resource(&span, &op, resource->frame);
	if (err)
		goto err_resource;

	resource->domid = op.domid;
	resource->owner = op.flags & XENMEM_rsrc_acq_caller_owned ? DOMID_SELF :
								    op.domid;
	resource->type = op.type;
	resource->idx = op.frame;
	resource->first = span.first;
	resource->nr = span.nr;
	span.map->resource = resource;
	privcmd_span_end(&span);
	trace_map(args->dom, args->num, 0);
	return 0;

err_resource:
	kvfree(resource);
err_span:
	privcmd_span_abandon(&span);
	trace_map(args->dom, args->num, args->num);
	return err;
}

long privcmd_mmap_resource(struct xen_ioctl_call *call)
{
	struct privcmd_mmap_resource __user *uarg = call->uarg;
	const struct privcmd_mmap_resource *arg = call->arg;
	struct xen_mem_acquire_resource query;
	int err;

	err = privcmd_check_domid(call->file, arg->dom);
	if (err)
		return err;
	/* Both, to map, or none, to ask for the size. */
	if (!arg->addr != !arg->num)
		return -EINVAL;
	if (arg->addr)
		return privcmd_map_resource(arg);

	query = (struct xen_mem_acquire_resource){
		.domid = arg->dom,
		.type = arg->type,
		.id = arg->id,
	};
	err = privcmd_acquire(&query);
	/* Xen 4.17 gives the errno of a type it does not know as the size. */
	if (!err && IS_ERR_VALUE((long)(int)query.nr_frames))
		err = query.nr_frames;
	if (err)
		return privcmd_refuse(PRIVCMD_R_RESOURCE, err, arg->type);
	return put_user((u64)query.nr_frames, &uarg->num);
}
