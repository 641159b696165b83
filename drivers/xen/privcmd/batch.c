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

#include "arch/compat32.h"
#include "lib/ioctl.h"
#include "privcmd/killed.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"
#include "privcmd/trace.h"

/* By parts, since there may be gigabytes. */
static int privcmd_copy(void *to, const void __user *from, size_t size)
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

static size_t privcmd_frame_size(const struct xen_ioctl_call *call)
{
	return call->compat ? sizeof(xen_compat_pfn_t) : sizeof(u64);
}

/* The numbers of a 32-bit caller may have 32 bits: widen them, from the end. */
static void privcmd_widen(u64 *frame, unsigned long nr)
{
	const xen_compat_pfn_t *compat = (xen_compat_pfn_t *)frame;

	if (sizeof(*compat) == sizeof(*frame))
		return;
	while (nr--) {
		frame[nr] = compat[nr];
		if (nr % PRIVCMD_AT_A_TIME == 0)
			cond_resched();
	}
}

/*
 * Tell the caller which frames failed: by @args->err, or in the first version of
 * the ioctl by bits in the numbers of the frames. The first frame for each reason
 * is counted as a refusal. Returns -ENOENT if frames are paged out: the caller is
 * to try again.
 */
static int privcmd_report(const struct xen_ioctl_call *call,
			  const struct privcmd_mmapbatch_v2 *args,
			  const u64 *frames, const int *errs)
{
	const unsigned long nr = args->num;
	unsigned long i, failed = 0, refused = nr, paged_out = nr;
	void __user *arr = (void __user *)args->arr;
	int ret = 0;
	u64 value;

	for (i = 0; i < nr; i++) {
		if (i % PRIVCMD_AT_A_TIME == 0 && privcmd_killed())
			return -EINTR;
		if (!errs[i])
			continue;
		failed++;
		if (errs[i] == -ENOENT)
			paged_out = min(paged_out, i);
		else
			refused = min(refused, i);
		if (args->err || ret)
			continue;
		value = frames[i] | (errs[i] == -ENOENT ?
					PRIVCMD_MMAPBATCH_PAGED_ERROR :
					PRIVCMD_MMAPBATCH_MFN_ERROR);
		ret = call->compat ?
		      put_user((xen_compat_pfn_t)value, (xen_compat_pfn_t __user *)arr + i) :
		      put_user(value, (u64 __user *)arr + i);
	}
	trace_map(args->dom, nr, failed);
	if (failed && args->err && copy_to_user(args->err, errs, nr * sizeof(*errs)))
		ret = -EFAULT;
	if (refused < nr)
		privcmd_refuse(PRIVCMD_R_FRAME, errs[refused], frames[refused]);
	if (paged_out == nr)
		return ret;
	privcmd_refuse(PRIVCMD_R_PAGED_OUT, -ENOENT, frames[paged_out]);
	return ret ?: -ENOENT;
}

/* Either version. In the first there is no array for the errors. */
static int privcmd_batch(const struct xen_ioctl_call *call,
			 const struct privcmd_mmapbatch_v2 *args)
{
	const unsigned long nr = args->num;
	struct privcmd_span span;
	int err, *errs;
	u64 *frames;

	err = privcmd_check_domid(call->file, args->dom);
	if (err)
		return err;
	if (!nr)
		return -EINVAL;

	/* One allocation for both arrays. */
	frames = kvmalloc(size_mul(nr, sizeof(*frames) + sizeof(*errs)),
			  GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!frames)
		return -ENOMEM;
	errs = (int *)(frames + nr);
	err = privcmd_copy(frames, args->arr, nr * privcmd_frame_size(call));
	if (err)
		goto out;
	if (call->compat)
		privcmd_widen(frames, nr);
	err = -EFAULT;
	if (args->err && clear_user(args->err, nr * sizeof(*errs)))
		goto out;

	err = privcmd_span_begin(&span, args->addr, nr, PRIVCMD_CLAIM_BATCH);
	if (err)
		goto out;
	err = span.map->ops->fill(&span, frames, errs, args->dom, false);
	privcmd_span_end(&span);
	if (!err)
		err = privcmd_report(call, args, frames, errs);
out:
	kvfree(frames);
	return err;
}

long privcmd_mmapbatch(struct xen_ioctl_call *call)
{
	const struct privcmd_mmapbatch *arg = call->arg;
	const struct privcmd_mmapbatch_v2 args = {
		.num = arg->num,
		.dom = arg->dom,
		.addr = arg->addr,
		.arr = arg->arr,
	};

	if (!access_ok(args.arr, args.num * privcmd_frame_size(call)))
		return -EFAULT;
	return privcmd_batch(call, &args);
}

long privcmd_mmapbatch_v2(struct xen_ioctl_call *call)
{
	const struct privcmd_mmapbatch_v2 *arg = call->arg;

	if (!arg->err || !access_ok(arg->err, arg->num * sizeof(int)))
		return -EFAULT;
	return privcmd_batch(call, arg);
}

/*
 * Are the runs one behind the other, without a gap? Returns how many frames
 * they are, or 0.
 */
static unsigned long privcmd_runs_total(const struct privcmd_mmap_entry *run,
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

static void privcmd_runs_expand(const struct privcmd_mmap_entry *run,
				unsigned long nr, u64 *frame)
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
static int privcmd_map_runs(const struct privcmd_mmap_entry *run,
			    unsigned long nr, domid_t domid)
{
	const unsigned long total = privcmd_runs_total(run, nr);
	struct privcmd_span span;
	u64 *frames;
	int err;

	if (!total)
		return -EINVAL;
	err = privcmd_span_begin(&span, run[0].va, total, PRIVCMD_CLAIM_START);
	if (err)
		return err;
	err = -ENOMEM;
	frames = kvmalloc_array(total, sizeof(*frames),
				GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (frames) {
		privcmd_runs_expand(run, nr, frames);
		err = span.map->ops->fill(&span, frames, NULL, domid, false);
		kvfree(frames);
		trace_map(domid, total, err ? total : 0);
	}
	if (err)
		privcmd_span_abandon(&span);
	else
		privcmd_span_end(&span);
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
	err = privcmd_copy(run, arg->entry, nr * sizeof(*run));
	if (!err)
		err = privcmd_map_runs(run, nr, arg->dom);
	kvfree(run);
	return err;
}
