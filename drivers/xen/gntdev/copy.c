// SPDX-License-Identifier: GPL-2.0-only
/*
 * GRANT_COPY: let Xen copy between memory of the caller and grants.
 *
 * Segments are taken in from user space some at a time, and made into
 * operations for Xen: one for each page of local memory, so two at most for a
 * segment, because a granted side stays within its page. Local memory is pinned
 * by runs: segments that follow each other in memory, which is how callers cut
 * up their buffers, are pinned at once. A run is either written to or read, so
 * that exactly the pages that Xen wrote to are marked dirty.
 *
 * To pin a page costs more than to copy it, so the local memory of a segment
 * that is alone is copied once more: from or to a page of ours, which Xen works
 * on instead. (Several would have to be done one after the other, because one
 * may read what the one before has written.)
 *
 * Segments of a call that fails half way may have been copied, as documented.
 */
#include <linux/build_bug.h>
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/gntdev.h>
#include <xen/grant_table.h>
#include <xen/interface/xen.h>
#include <xen/page.h>

#include "gntdev/gntdev.h"
#include "gntdev/trace.h"
#include "hypercall/hypercall.h"

/* Segments taken in at a time, and what they can become. */
#define COPY_SEGMENTS	128U
#define COPY_OPS	(2 * COPY_SEGMENTS)

/* A frame that is being paged in by the toolstack: wait so long in all. */
#define COPY_EAGAIN_TRIES	256

/* Local memory of neighbouring segments. */
struct copy_run {
	/* Its first page by address, and where in gntdev_copy.pages that is. */
	unsigned long page;
	u32 first;
	u32 nr;
	bool written;
};

struct gntdev_copy {
	struct gntdev_grant_copy_segment segments[COPY_SEGMENTS];
	/* How many operations each segment has become. */
	u8 parts[COPY_SEGMENTS];
	struct gnttab_copy ops[COPY_OPS];
	struct page *pages[COPY_OPS];
	struct copy_run runs[COPY_SEGMENTS];
	u32 nr_segments;
	u32 nr_ops;
	u32 nr_pages;
	u32 nr_runs;
	/* The page of ours, and whether it stands for what is local. */
	void *bounce;
	bool bounced;
};

static_assert(sizeof(struct gntdev_grant_copy_segment) == 24);
static_assert(XEN_PAGE_SIZE == PAGE_SIZE);

static int check_segment(const struct gntdev_grant_copy_segment *seg)
{
	const u32 source_end = seg->source.foreign.offset + seg->len;
	const u32 dest_end = seg->dest.foreign.offset + seg->len;

	if (!(seg->flags & (GNTCOPY_source_gref | GNTCOPY_dest_gref)))
		return -EINVAL;
	if ((seg->flags & GNTCOPY_source_gref) && source_end > XEN_PAGE_SIZE)
		return -EINVAL;
	if ((seg->flags & GNTCOPY_dest_gref) && dest_end > XEN_PAGE_SIZE)
		return -EINVAL;
	return 0;
}

/* The segment's local memory: returns the index of its first page. */
static u32 add_local(struct gntdev_copy *copy, unsigned long addr, u32 len,
		     bool written)
{
	const unsigned long first = addr >> PAGE_SHIFT;
	const unsigned long last = (addr + len - 1) >> PAGE_SHIFT;
	struct copy_run *run;

	run = copy->nr_runs ? &copy->runs[copy->nr_runs - 1] : NULL;
	/* Does it begin in the last run, or right behind it? */
	if (!run || run->written != written || first < run->page ||
	    first > run->page + run->nr) {
		run = &copy->runs[copy->nr_runs++];
		*run = (struct copy_run){
			.page = first,
			.first = copy->nr_pages,
			.written = written,
		};
	}
	run->nr = max_t(u32, run->nr, last - run->page + 1);
	copy->nr_pages = run->first + run->nr;
	return run->first + (first - run->page);
}

static void add_op(struct gntdev_copy *copy,
		   const struct gntdev_grant_copy_segment *seg,
		   unsigned long local, u32 page, u32 done, u32 len)
{
	struct gnttab_copy *op = &copy->ops[copy->nr_ops++];

	op->flags = seg->flags & (GNTCOPY_source_gref | GNTCOPY_dest_gref);
	op->len = len;
	op->status = GNTST_general_error;
	if (op->flags & GNTCOPY_source_gref) {
		op->source.u.ref = seg->source.foreign.ref;
		op->source.domid = seg->source.foreign.domid;
		op->source.offset = seg->source.foreign.offset + done;
	} else {
		/* Its frame comes when the page has been pinned. */
		op->source.u.gmfn = page;
		op->source.domid = DOMID_SELF;
		op->source.offset = offset_in_page(local);
	}
	if (op->flags & GNTCOPY_dest_gref) {
		op->dest.u.ref = seg->dest.foreign.ref;
		op->dest.domid = seg->dest.foreign.domid;
		op->dest.offset = seg->dest.foreign.offset + done;
	} else {
		op->dest.u.gmfn = page;
		op->dest.domid = DOMID_SELF;
		op->dest.offset = offset_in_page(local);
	}
}

/* The page of ours in place of the segment's local memory. */
static int add_bounced(struct gntdev_copy *copy,
		       const struct gntdev_grant_copy_segment *seg)
{
	if ((seg->flags & GNTCOPY_dest_gref) &&
	    copy_from_user(copy->bounce, seg->source.virt, seg->len))
		return -EFAULT;
	copy->pages[0] = virt_to_page(copy->bounce);
	add_op(copy, seg, 0, 0, 0, seg->len);
	return 0;
}

static int add_segment(struct gntdev_copy *copy,
		       const struct gntdev_grant_copy_segment *seg)
{
	const bool written = !(seg->flags & GNTCOPY_dest_gref);
	void __user *virt = written ? seg->dest.virt : seg->source.virt;
	unsigned long local = (unsigned long)virt;
	u32 done, len, page;

	if (!seg->len)
		return 0;
	if ((seg->flags & GNTCOPY_source_gref) &&
	    (seg->flags & GNTCOPY_dest_gref)) {
		add_op(copy, seg, 0, 0, 0, seg->len);
		return 0;
	}
	if (copy->bounced)
		return add_bounced(copy, seg);
	if (!access_ok(virt, seg->len))
		return -EFAULT;
	page = add_local(copy, local, seg->len, written);
	for (done = 0; done < seg->len; done += len) {
		len = min_t(u32, seg->len - done,
			    PAGE_SIZE - offset_in_page(local + done));
		add_op(copy, seg, local + done, page++, done, len);
	}
	return 0;
}

/* Pointers of a 32-bit caller have nothing in their upper half. */
static void widen_segment(struct gntdev_grant_copy_segment *seg)
{
	if (!(seg->flags & GNTCOPY_source_gref))
		seg->source.virt = compat_ptr(ptr_to_compat(seg->source.virt));
	if (!(seg->flags & GNTCOPY_dest_gref))
		seg->dest.virt = compat_ptr(ptr_to_compat(seg->dest.virt));
}

static int read_segments(struct gntdev_copy *copy,
			 const struct gntdev_grant_copy_segment __user *segments)
{
	size_t size = copy->nr_segments * sizeof(*segments);

	/* What is of a known size need not be looked up by the kernel. */
	if (copy->nr_segments == 1)
		return copy_from_user(copy->segments, segments,
				      sizeof(*segments)) ? -EFAULT : 0;
	return copy_from_user(copy->segments, segments, size) ? -EFAULT : 0;
}

static int take_segments(struct gntdev_copy *copy, bool compat,
			 const struct gntdev_grant_copy_segment __user *segments,
			 u32 nr)
{
	struct gntdev_grant_copy_segment *seg;
	u32 i, before;
	int err;

	copy->nr_segments = nr;
	copy->nr_ops = 0;
	copy->nr_pages = 0;
	copy->nr_runs = 0;
	if (read_segments(copy, segments))
		return -EFAULT;
	copy->bounced = nr == 1;
	for (i = 0; i < nr; i++) {
		seg = &copy->segments[i];
		if (compat)
			widen_segment(seg);
		before = copy->nr_ops;
		if (check_segment(seg))
			return -EINVAL;
		err = add_segment(copy, seg);
		if (err)
			return err;
		copy->parts[i] = copy->nr_ops - before;
	}
	return 0;
}

static void unpin_runs(struct gntdev_copy *copy, u32 nr)
{
	struct copy_run *run;

	for (run = copy->runs; run < copy->runs + nr; run++)
		unpin_user_pages_dirty_lock(copy->pages + run->first, run->nr,
					    run->written);
}

static int pin_runs(struct gntdev_copy *copy)
{
	struct copy_run *run;
	int pinned;
	u32 i;

	for (i = 0; i < copy->nr_runs; i++) {
		run = &copy->runs[i];
		pinned = pin_user_pages_fast(run->page << PAGE_SHIFT, run->nr,
					     run->written ? FOLL_WRITE : 0,
					     copy->pages + run->first);
		if (pinned == run->nr)
			continue;
		if (pinned > 0)
			unpin_user_pages(copy->pages + run->first, pinned);
		unpin_runs(copy, i);
		return pinned < 0 ? pinned : -EFAULT;
	}
	return 0;
}

static void set_frames(struct gntdev_copy *copy)
{
	struct gnttab_copy *op;

	for (op = copy->ops; op < copy->ops + copy->nr_ops; op++) {
		if (!(op->flags & GNTCOPY_source_gref))
			op->source.u.gmfn =
				xen_page_to_gfn(copy->pages[op->source.u.gmfn]);
		if (!(op->flags & GNTCOPY_dest_gref))
			op->dest.u.gmfn =
				xen_page_to_gfn(copy->pages[op->dest.u.gmfn]);
	}
}

static long copy_op(struct gnttab_copy *ops, u32 nr)
{
	long ret;

	ret = xen_hypercall3(__HYPERVISOR_grant_table_op, GNTTABOP_copy,
			     (unsigned long)ops, nr);
	if (unlikely(ret))
		return gntdev_refuse(GNTDEV_R_COPY, ret, nr);
	return 0;
}

/* The frame of a grant has to be brought back from somewhere first. */
static int retry_op(struct gnttab_copy *op)
{
	int tries, err;

	for (tries = 1; tries < COPY_EAGAIN_TRIES; tries++) {
		schedule_timeout_killable(msecs_to_jiffies(tries));
		if (fatal_signal_pending(current))
			return -EINTR;
		err = copy_op(op, 1);
		if (err || op->status != GNTST_eagain)
			return err;
	}
	op->status = GNTST_bad_page;
	return 0;
}

static int copy_ops(struct gntdev_copy *copy)
{
	u32 i;
	int err;

	if (!copy->nr_ops)
		return 0;
	err = copy_op(copy->ops, copy->nr_ops);
	for (i = 0; i < copy->nr_ops && !err; i++) {
		if (unlikely(copy->ops[i].status == GNTST_eagain))
			err = retry_op(&copy->ops[i]);
	}
	return err;
}

/* Of two grants it may be either: the one that was to be written to. */
static void op_refused(const struct gnttab_copy *op)
{
	if (op->flags & GNTCOPY_dest_gref)
		gntdev_grant_refused(op->dest.domid, op->dest.u.ref, op->status);
	else
		gntdev_grant_refused(op->source.domid, op->source.u.ref,
				     op->status);
}

/* Each segment gets the first failure of its operations. */
static void set_statuses(struct gntdev_copy *copy)
{
	const struct gnttab_copy *op = copy->ops;
	s16 status;
	u32 i, part;

	for (i = 0; i < copy->nr_segments; i++) {
		status = GNTST_okay;
		for (part = 0; part < copy->parts[i]; part++, op++) {
			if (status == GNTST_okay)
				status = op->status;
			if (unlikely(op->status != GNTST_okay))
				op_refused(op);
		}
		copy->segments[i].status = status;
	}
}

/* What Xen wrote to the page of ours, and nothing that was there before. */
static int put_bounced(const struct gntdev_copy *copy)
{
	const struct gntdev_grant_copy_segment *seg = copy->segments;
	const struct gnttab_copy *op = copy->ops;

	if (!copy->nr_ops || (op->flags & GNTCOPY_dest_gref) ||
	    op->status != GNTST_okay)
		return 0;
	return copy_to_user(seg->dest.virt, copy->bounce, seg->len) ? -EFAULT : 0;
}

static int put_statuses(const struct gntdev_copy *copy,
			struct gntdev_grant_copy_segment __user *segments)
{
	/* A pointer, so that no check of an array's bounds calls out from below. */
	const struct gntdev_grant_copy_segment *from = copy->segments;
	u32 i;

	if (!user_write_access_begin(segments, copy->nr_segments * sizeof(*segments)))
		return -EFAULT;
	for (i = 0; i < copy->nr_segments; i++)
		unsafe_put_user(from[i].status, &segments[i].status, err_access);
	user_write_access_end();
	return 0;

err_access:
	user_write_access_end();
	return -EFAULT;
}

static int copy_segments(struct gntdev_copy *copy, bool compat,
			 struct gntdev_grant_copy_segment __user *segments,
			 u32 nr)
{
	int err;

	err = take_segments(copy, compat, segments, nr);
	if (err)
		return err;
	err = pin_runs(copy);
	if (err)
		return err;
	set_frames(copy);
	err = copy_ops(copy);
	trace_copy(nr, copy->nr_ops, err);
	unpin_runs(copy, copy->nr_runs);
	if (!err && copy->bounced)
		err = put_bounced(copy);
	if (err)
		return err;
	set_statuses(copy);
	return put_statuses(copy, segments);
}

static struct gntdev_copy *copy_new(void)
{
	struct gntdev_copy *copy;

	copy = kvmalloc(sizeof(*copy), GFP_KERNEL_ACCOUNT);
	if (!copy)
		return NULL;
	copy->bounce = (void *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (copy->bounce)
		return copy;
	kvfree(copy);
	return NULL;
}

static void copy_free(struct gntdev_copy *copy)
{
	if (!copy)
		return;
	free_page((unsigned long)copy->bounce);
	kvfree(copy);
}

static int grant_copy(struct gntdev_file *gf, bool compat,
		      struct gntdev_grant_copy_segment __user *segments, u32 count)
{
	struct gntdev_copy *copy;
	int err = 0;
	u32 nr;

	/* One is kept with the file; threads that copy at once have their own. */
	copy = xchg(&gf->copy, NULL) ?: copy_new();
	if (!copy)
		return -ENOMEM;
	for (; count && !err; count -= nr, segments += nr) {
		nr = min(count, COPY_SEGMENTS);
		err = copy_segments(copy, compat, segments, nr);
		cond_resched();
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
	}
	copy_free(xchg(&gf->copy, copy));
	return err;
}

void gntdev_copy_free(struct gntdev_file *gf)
{
	copy_free(gf->copy);
}

long gntdev_grant_copy(struct xen_ioctl_call *call)
{
	const struct ioctl_gntdev_grant_copy *arg = call->arg;

	return grant_copy(call->file, call->compat, arg->segments, arg->count);
}

struct compat_gntdev_grant_copy {
	compat_uint_t count;
	compat_uptr_t segments;
};

static_assert(sizeof(struct compat_gntdev_grant_copy) ==
	      GNTDEV_COMPAT_GRANT_COPY_SIZE);

void gntdev_expand_grant_copy(void *arg)
{
	const struct compat_gntdev_grant_copy compat = *(typeof(compat) *)arg;

	*(struct ioctl_gntdev_grant_copy *)arg = (struct ioctl_gntdev_grant_copy){
		.count = compat.count,
		.segments = compat_ptr(compat.segments),
	};
}
