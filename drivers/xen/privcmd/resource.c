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
#include <xen/xen.h>

#include "hypercall/hypercall.h"
#include "lib/ioctl.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"
#include "privcmd/trace.h"

static int acquire(struct xen_mem_acquire_resource *op)
{
	int ret;

	xen_preemptible_hcall_begin();
	ret = xen_hypercall2(__HYPERVISOR_memory_op, XENMEM_acquire_resource,
			     (unsigned long)op);
	xen_preemptible_hcall_end();
	return ret;
}

/* Most are of a frame or a few: for them, an allocation less. */
#define RESOURCE_FEW	32

/* PV: Xen tells the frames, which we then map as any others. */
static int map_pv(struct privcmd_span *span,
		  struct xen_mem_acquire_resource *op, u64 *frames)
{
	int few[RESOURCE_FEW], *errs = few;
	unsigned long i;
	domid_t owner;
	int err;

	err = acquire(op);
	if (err)
		return privcmd_refuse(PRIVCMD_R_RESOURCE, err, op->type);
	owner = op->flags & XENMEM_rsrc_acq_caller_owned ? DOMID_SELF :
							   op->domid;
	if (span->nr > RESOURCE_FEW)
		errs = kvmalloc_array(span->nr, sizeof(*errs), GFP_KERNEL_ACCOUNT);
	if (!errs)
		return -ENOMEM;
	err = privcmd_pv_fill(span, frames, errs, owner, true);
	for (i = 0; !err && i < span->nr; i++) {
		if (errs[i])
			err = privcmd_refuse(PRIVCMD_R_FRAME, errs[i], frames[i]);
	}
	if (errs != few)
		kvfree(errs);
	return err;
}

/* Auto-translated: we tell where the frames are to appear. */
static int map_xlate(struct privcmd_span *span,
		     struct xen_mem_acquire_resource *op, u64 *gpfns)
{
	unsigned long i;
	int err;

	for (i = 0; i < span->nr; i++)
		gpfns[i] = page_to_pfn(span->map->pages[span->first + i]);
	err = acquire(op);
	/*
	 * Xen may have come half-way. Taking back what is not there does no
	 * harm, but a page that was not taken back is lost.
	 */
	bitmap_set(span->map->filled, span->first, span->nr);
	if (err)
		return privcmd_refuse(PRIVCMD_R_RESOURCE, err, op->type);
	return privcmd_xlate_install(span, NULL);
}

/* For those who want to know what is mapped there. Takes the frames. */
static void remember(struct privcmd_span *span,
		     const struct xen_mem_acquire_resource *op, u64 *frames)
{
	struct privcmd_map *map = span->map;

	map->resource_domid = op->domid;
	map->resource_owner = op->flags & XENMEM_rsrc_acq_caller_owned ?
			      DOMID_SELF : op->domid;
	map->resource_type = op->type;
	map->resource_idx = op->frame;
	map->resource_first = span->first;
	map->resource_nr = span->nr;
	map->frames = frames;
}

static int map_resource(const struct privcmd_mmap_resource *args)
{
	struct xen_mem_acquire_resource op = {
		.domid = args->dom,
		.type = args->type,
		.id = args->id,
		.nr_frames = args->num,
		.frame = args->idx,
	};
	struct privcmd_span span;
	u64 *frames;
	int err;

	if (args->num > U32_MAX)
		return -EINVAL;
	err = privcmd_span_begin(&span, args->addr, args->num,
				 PRIVCMD_CLAIM_UNUSED);
	if (err)
		return err;

	frames = &span.map->one_frame;
	if (args->num > 1)
		frames = kvcalloc(args->num, sizeof(*frames),
				  GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (frames) {
		set_xen_guest_handle(op.frame_list, (xen_pfn_t *)frames);
		err = xen_pv_domain() ? map_pv(&span, &op, frames) :
					map_xlate(&span, &op, frames);
	} else {
		err = -ENOMEM;
	}
	trace_map(args->dom, args->num, err ? args->num : 0);

	if (err) {
		privcmd_frames_free(span.map, frames);
		privcmd_span_abandon(&span);
		return err;
	}
	remember(&span, &op, frames);
	privcmd_span_end(&span);
	return 0;
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
		return map_resource(arg);

	query = (struct xen_mem_acquire_resource){
		.domid = arg->dom,
		.type = arg->type,
		.id = arg->id,
	};
	err = acquire(&query);
	/* Xen 4.17 gives the errno of a type it does not know as the size. */
	if (!err && IS_ERR_VALUE((long)(int)query.nr_frames))
		err = query.nr_frames;
	if (err)
		return privcmd_refuse(PRIVCMD_R_RESOURCE, err, arg->type);
	return put_user((u64)query.nr_frames, &uarg->num);
}
