// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_MMAPBATCH, its second version, and IOCTL_PRIVCMD_MMAP: frames
 * of another domain by their numbers.
 *
 * All that the caller passes is copied before anything is done, and the errors
 * are written when all is done.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/privcmd.h>
#include <xen/xen.h>

#include "lib/ioctl.h"
#include "privcmd/killed.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"
#include "privcmd/trace.h"

/* The frames of one call, and what became of each. */
struct frames {
	unsigned long nr;
	u64 *frame;
	int *err;
};

static int frames_alloc(struct frames *f, unsigned long nr)
{
	size_t size = size_mul(nr, sizeof(*f->frame) + sizeof(*f->err));

	f->nr = nr;
	f->frame = kvmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!f->frame)
		return -ENOMEM;
	f->err = (int *)(f->frame + nr);
	return 0;
}

static void frames_free(struct frames *f)
{
	kvfree(f->frame);
}

/* Some at a time, since there may be gigabytes. */
static int copy_some(void *to, const void __user *from, size_t size)
{
	const size_t most = PRIVCMD_AT_A_TIME * sizeof(u64);
	size_t at;

	for (at = 0; at < size; at += most) {
		if (privcmd_killed())
			return -EINTR;
		if (copy_from_user(to + at, from + at, min(size - at, most)))
			return -EFAULT;
	}
	return 0;
}

static size_t frame_size(bool compat)
{
	return compat ? sizeof(u32) : sizeof(u64);
}

/* A 32-bit caller's numbers have 32 bits. Widen them in place, from the end. */
static int frames_copy(struct frames *f, const void __user *arr, bool compat)
{
	u32 *half = (u32 *)f->frame;
	unsigned long i;
	int err;

	err = copy_some(f->frame, arr, f->nr * frame_size(compat));
	if (err || !compat)
		return err;
	for (i = f->nr; i-- > 0; ) {
		f->frame[i] = half[i];
		if (i % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
	}
	return 0;
}

static int fill(struct privcmd_span *span, struct frames *f, domid_t domid)
{
	if (xen_pv_domain())
		return privcmd_pv_fill(span, f->frame, f->err, domid, false);
	return privcmd_xlate_fill(span, f->frame, f->err, domid);
}

/* The numbers of frames that failed come back with bits set in them. */
static int report_in_band(const struct frames *f, void __user *arr,
			  bool compat)
{
	unsigned long i;
	u64 value;
	int err;

	for (i = 0; i < f->nr; i++) {
		if (i % PRIVCMD_AT_A_TIME == 0 && privcmd_killed())
			return -EINTR;
		if (!f->err[i])
			continue;
		value = f->frame[i] | (f->err[i] == -ENOENT ?
				       PRIVCMD_MMAPBATCH_PAGED_ERROR :
				       PRIVCMD_MMAPBATCH_MFN_ERROR);
		if (compat)
			err = put_user((u32)value, (u32 __user *)arr + i);
		else
			err = put_user(value, (u64 __user *)arr + i);
		if (err)
			return err;
	}
	return 0;
}

/* What came of them: how many failed, and the first for each reason. */
struct frames_result {
	unsigned long failed;
	unsigned long refused;
	unsigned long paged_out;
};

static void frames_result(const struct frames *f, struct frames_result *r)
{
	unsigned long i;

	*r = (struct frames_result){ .refused = f->nr, .paged_out = f->nr };
	for (i = 0; i < f->nr; i++) {
		if (i % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
		if (!f->err[i])
			continue;
		r->failed++;
		if (f->err[i] == -ENOENT)
			r->paged_out = min(r->paged_out, i);
		else
			r->refused = min(r->refused, i);
	}
}

/* Returns 0, or -ENOENT for frames that are paged out: to be tried again. */
static int refuse_frames(const struct frames *f, const struct frames_result *r)
{
	if (r->refused < f->nr)
		privcmd_refuse(PRIVCMD_R_FRAME, f->err[r->refused],
			       f->frame[r->refused]);
	if (r->paged_out == f->nr)
		return 0;
	return privcmd_refuse(PRIVCMD_R_PAGED_OUT, -ENOENT,
			      f->frame[r->paged_out]);
}

/* Either version, from either kind of caller. */
struct batch_args {
	unsigned long num;
	unsigned long addr;
	/* Frame numbers, of 32 bits if compat. */
	void __user *arr;
	bool compat;
	/* Second version: where the errors go. */
	int __user *err;
	domid_t dom;
};

static int mmapbatch(struct privcmd_file *pf, const struct batch_args *args)
{
	struct frames_result result;
	struct privcmd_span span;
	struct frames f;
	int err, ret;

	err = privcmd_check_domid(pf, args->dom);
	if (err)
		return err;
	if (!args->num)
		return -EINVAL;

	err = frames_alloc(&f, args->num);
	if (err)
		return err;
	err = frames_copy(&f, args->arr, args->compat);
	if (err)
		goto out;
	err = -EFAULT;
	if (args->err && clear_user(args->err, f.nr * sizeof(*f.err)))
		goto out;

	err = privcmd_span_begin(&span, args->addr, f.nr, PRIVCMD_CLAIM_BATCH);
	if (err)
		goto out;
	err = fill(&span, &f, args->dom);
	privcmd_span_end(&span);
	if (err)
		goto out;

	frames_result(&f, &result);
	trace_map(args->dom, f.nr, result.failed);
	ret = refuse_frames(&f, &result);
	if (result.failed && args->err) {
		if (copy_to_user(args->err, f.err, f.nr * sizeof(*f.err)))
			err = -EFAULT;
	} else if (result.failed) {
		err = report_in_band(&f, (void __user *)args->arr, args->compat);
	}
	err = err ?: ret;
out:
	frames_free(&f);
	return err;
}

long privcmd_mmapbatch(struct xen_ioctl_call *call)
{
	const struct privcmd_mmapbatch *arg = call->arg;
	struct batch_args args = {
		.num = (unsigned int)arg->num,
		.addr = arg->addr,
		.arr = arg->arr,
		.compat = call->compat,
		.dom = arg->dom,
	};

	if (!access_ok(args.arr, args.num * frame_size(args.compat)))
		return -EFAULT;
	return mmapbatch(call->file, &args);
}

long privcmd_mmapbatch_v2(struct xen_ioctl_call *call)
{
	const struct privcmd_mmapbatch_v2 *arg = call->arg;
	struct batch_args args = {
		.num = arg->num,
		.addr = arg->addr,
		.arr = (void __user *)arg->arr,
		.compat = call->compat,
		.err = arg->err,
		.dom = arg->dom,
	};

	if (!args.err || !access_ok(args.err, args.num * sizeof(int)))
		return -EFAULT;
	return mmapbatch(call->file, &args);
}

/*
 * Are the runs one behind the other, without a gap? Returns how many frames
 * they are, or 0.
 */
static unsigned long runs_total(const struct privcmd_mmap_entry *run,
				unsigned long nr)
{
	unsigned long i, total = 0, va = run[0].va;

	for (i = 0; i < nr; i++) {
		if (run[i].va != va || run[i].npages > LONG_MAX >> PAGE_SHIFT ||
		    check_add_overflow(va, (unsigned long)run[i].npages << PAGE_SHIFT, &va))
			return 0;
		total += run[i].npages;
		if (i % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
	}
	return total;
}

static void runs_expand(const struct privcmd_mmap_entry *run, unsigned long nr,
			u64 *frame)
{
	unsigned long i, k, done = 0;

	for (i = 0; i < nr; i++) {
		for (k = 0; k < run[i].npages; k++) {
			*frame++ = run[i].mfn + k;
			if (++done % PRIVCMD_AT_A_TIME == 0)
				cond_resched();
		}
		/* There are runs of no frames, too. */
		if (i % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
	}
}

/* All runs or none. */
static int map_runs(const struct privcmd_mmap_entry *run, unsigned long nr,
		    domid_t domid)
{
	unsigned long i, total = runs_total(run, nr);
	struct privcmd_span span;
	struct frames f;
	int err;

	if (!total)
		return -EINVAL;
	err = privcmd_span_begin(&span, run[0].va, total, PRIVCMD_CLAIM_START);
	if (err)
		return err;
	err = frames_alloc(&f, total);
	if (err)
		goto err_span;
	runs_expand(run, nr, f.frame);
	err = privcmd_pv_fill(&span, f.frame, f.err, domid, false);
	for (i = 0; !err && i < total; i++) {
		if (f.err[i])
			err = privcmd_refuse(PRIVCMD_R_FRAME, f.err[i], f.frame[i]);
	}
	frames_free(&f);
	trace_map(domid, total, err ? total : 0);
	if (err)
		goto err_span;
	privcmd_span_end(&span);
	return 0;

err_span:
	privcmd_span_abandon(&span);
	return err;
}

/* Never was there, for a caller in an auto-translated domain. */
int privcmd_check_pv(void *file)
{
	return xen_pv_domain() ? 0 : -ENOSYS;
}

/* The entries are the same for every caller. */
long privcmd_mmap_runs(struct xen_ioctl_call *call)
{
	const struct privcmd_mmap *arg = call->arg;
	unsigned long nr = (unsigned int)arg->num;
	struct privcmd_mmap_entry *run;
	int err;

	err = privcmd_check_domid(call->file, arg->dom);
	if (err || !nr)
		return err;

	run = kvmalloc(size_mul(nr, sizeof(*run)),
		       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!run)
		return -ENOMEM;
	err = copy_some(run, arg->entry, nr * sizeof(*run));
	if (!err)
		err = map_runs(run, nr, arg->dom);
	kvfree(run);
	return err;
}
