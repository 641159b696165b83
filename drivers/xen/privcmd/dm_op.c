// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_DM_OP: what a device model asks of Xen about its guest.
 *
 * Xen reads the operation from the first buffer. It is given a copy of ours:
 * so the operation that Xen sees is the one that was looked at here, whatever
 * another thread does to the caller's memory meanwhile, and most operations,
 * which have no other buffer, pin no page and allocate nothing. The other
 * buffers are pinned, for reading only if the operation only reads them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <xen/interface/xen.h>
#include <xen/interface/hvm/dm_op.h>
#include <xen/privcmd.h>
#include <xen/xen-ops.h>

#include "hypercall/hypercall.h"
#include "lib/ioctl.h"
#include "privcmd/dm_op.h"
#include "privcmd/privcmd.h"
#include "privcmd/trace.h"

static unsigned int dm_op_max_nr_bufs = 16;
module_param(dm_op_max_nr_bufs, uint, 0644);
MODULE_PARM_DESC(dm_op_max_nr_bufs, "Most buffers of one DM_OP");

static unsigned int dm_op_buf_max_size = 4096;
module_param(dm_op_buf_max_size, uint, 0644);
MODULE_PARM_DESC(dm_op_buf_max_size, "Most bytes in one buffer of a DM_OP");

/* So much needs no allocation. */
#define STACK_BUFS	4
#define STACK_PAGES	8
#define STACK_OP_SIZE	128

unsigned int privcmd_dm_op_max_bufs(void)
{
	return READ_ONCE(dm_op_max_nr_bufs);
}

unsigned int privcmd_dm_op_max_size(void)
{
	return READ_ONCE(dm_op_buf_max_size);
}

int privcmd_refuse_dm_op_size(u64 size, unsigned int max)
{
	pr_notice_ratelimited("a buffer of %llu bytes for %s[%d] is more than the parameter dm_op_buf_max_size=%u\n",
			      size, current->comm, current->pid, max);
	return privcmd_refuse(PRIVCMD_R_LIMIT_SIZE, -E2BIG, size);
}

/* One call. Arrays point into the stack, or into memory. */
struct dm_op {
	unsigned int num;
	struct privcmd_dm_op_buf *ubuf;
	struct xen_dm_op_buf *xbuf;
	/* The copy of the first buffer, before and as Xen left it. */
	void *op;
	void *op_before;
	/* Pinned pages of the other buffers, in order. */
	struct page **page;
	unsigned int pages, pinned;
};

static unsigned int buf_pages(const struct privcmd_dm_op_buf *buf)
{
	return DIV_ROUND_UP(offset_in_page(buf->uptr) + buf->size, PAGE_SIZE);
}

static int copy_bufs(struct dm_op *d, const void __user *ubufs, bool compat)
{
	const struct {
		compat_uptr_t uptr;
		compat_size_t size;
	} __user *from = ubufs;
	compat_uptr_t uptr;
	compat_size_t size;
	unsigned int i;

	if (!compat)
		return copy_from_user(d->ubuf, ubufs,
				      d->num * sizeof(*d->ubuf)) ? -EFAULT : 0;
	for (i = 0; i < d->num; i++) {
		if (get_user(uptr, &from[i].uptr) ||
		    get_user(size, &from[i].size))
			return -EFAULT;
		d->ubuf[i].uptr = compat_ptr(uptr);
		d->ubuf[i].size = size;
	}
	return 0;
}

static int check_bufs(struct dm_op *d)
{
	unsigned int i, max = privcmd_dm_op_max_size();

	d->pages = 0;
	for (i = 0; i < d->num; i++) {
		if (d->ubuf[i].size > max)
			return privcmd_refuse_dm_op_size(d->ubuf[i].size, max);
		if (!access_ok(d->ubuf[i].uptr, d->ubuf[i].size))
			return -EFAULT;
		if (i && check_add_overflow(d->pages, buf_pages(d->ubuf + i),
					    &d->pages))
			return -E2BIG;
	}
	return 0;
}

/* Does Xen only read the buffers behind the first? When in doubt, no. */
static bool reads_only(u32 code)
{
	return code == DMOP_MODIFIED_MEMORY;
}

/* Does Xen leave the first buffer as it is? When in doubt, no. */
static bool op_is_const(u32 code)
{
	switch (code) {
	case DMOP_CREATE_IOREQ_SERVER:
	case DMOP_GET_IOREQ_SERVER_INFO:
	case DMOP_MODIFIED_MEMORY:
	case DMOP_SET_MEM_TYPE:
		return false;
	case DMOP_MAP_IO_RANGE:
	case DMOP_UNMAP_IO_RANGE:
	case DMOP_SET_IOREQ_SERVER_STATE:
	case DMOP_DESTROY_IOREQ_SERVER:
	case DMOP_SET_PCI_INTX_LEVEL:
	case DMOP_SET_ISA_IRQ_LEVEL:
	case DMOP_SET_PCI_LINK_ROUTE:
	case DMOP_INJECT_EVENT:
	case DMOP_INJECT_MSI:
	case DMOP_REMOTE_SHUTDOWN:
	case DMOP_PIN_MEMORY_CACHEATTR:
	case DMOP_SET_IRQ_LEVEL:
		return true;
	default:
		return false;
	}
}

static int pin_bufs(struct dm_op *d, bool write)
{
	unsigned int i, n, done;
	unsigned long start;
	int ret;

	for (i = 1; i < d->num; i++) {
		start = (unsigned long)d->ubuf[i].uptr & PAGE_MASK;
		n = buf_pages(d->ubuf + i);
		for (done = 0; done < n; done += ret) {
			ret = pin_user_pages_fast(start + done * PAGE_SIZE,
						  n - done,
						  write ? FOLL_WRITE : 0,
						  d->page + d->pinned);
			if (ret <= 0)
				return ret ?: -EFAULT;
			d->pinned += ret;
		}
	}
	return 0;
}

static long call_xen(struct dm_op *d, domid_t domid)
{
	unsigned int i;
	long ret;

	for (i = 0; i < d->num; i++) {
		/* Xen follows pointers of either kind: access is open. */
		if (i)
			set_xen_guest_handle(d->xbuf[i].h,
					     (__force void *)d->ubuf[i].uptr);
		else
			set_xen_guest_handle(d->xbuf[i].h, d->op);
		d->xbuf[i].size = d->ubuf[i].size;
	}
	xen_trace_enter(__HYPERVISOR_dm_op, domid);
	xen_preemptible_hcall_begin();
	ret = xen_hypercall_user(__HYPERVISOR_dm_op, domid, d->num,
				 (unsigned long)d->xbuf, 0, 0, 0);
	xen_preemptible_hcall_end();
	xen_trace_exit(__HYPERVISOR_dm_op, ret);
	if (ret < 0)
		privcmd_refuse(PRIVCMD_R_DM_OP, ret,
			       privcmd_dm_op_code(d->op_before, d->ubuf[0].size));
	return ret;
}

/* With all buffers described and memory for everything. */
static long dm_op_run(struct dm_op *d, domid_t domid)
{
	size_t size = d->ubuf[0].size;
	bool write;
	u32 code;
	long ret;

	if (copy_from_user(d->op, d->ubuf[0].uptr, size))
		return -EFAULT;
	memcpy(d->op_before, d->op, size);
	code = privcmd_dm_op_code(d->op, size);
	if (d->num < privcmd_dm_op_min_bufs(code))
		return -EINVAL;
	/* Better now than when Xen has done it. Writes nothing. */
	if (!op_is_const(code) &&
	    fault_in_safe_writeable((char __user *)d->ubuf[0].uptr, size))
		return -EFAULT;

	write = !reads_only(code);
	ret = pin_bufs(d, write);
	if (!ret)
		ret = call_xen(d, domid);
	unpin_user_pages_dirty_lock(d->page, d->pinned, write);

	if (memcmp(d->op, d->op_before, size) &&
	    copy_to_user(d->ubuf[0].uptr, d->op, size))
		return -EFAULT;
	return ret;
}

/* The buffers are described. Find room for the operation and the pages. */
static long dm_op_with_bufs(struct dm_op *d, domid_t domid)
{
	struct page *stack_page[STACK_PAGES];
	u64 stack_op[2][STACK_OP_SIZE / sizeof(u64)];
	size_t op_size;
	void *mem = NULL;
	long ret;

	ret = check_bufs(d);
	if (ret)
		return ret;

	op_size = ALIGN(d->ubuf[0].size, sizeof(u64));
	d->page = stack_page;
	d->op = stack_op[0];
	d->op_before = stack_op[1];
	if (d->pages > STACK_PAGES || op_size > STACK_OP_SIZE) {
		mem = kvmalloc(size_add(size_mul(d->pages, sizeof(*d->page)),
					size_mul(2, op_size)),
			       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!mem)
			return -ENOMEM;
		d->op = mem;
		d->op_before = mem + op_size;
		d->page = mem + 2 * op_size;
	}
	ret = dm_op_run(d, domid);
	kvfree(mem);
	return ret;
}

static int refuse_bufs(unsigned int num)
{
	pr_notice_ratelimited("%u buffers for %s[%d] are more than the parameter dm_op_max_nr_bufs=%u\n",
			      num, current->comm, current->pid,
			      privcmd_dm_op_max_bufs());
	return privcmd_refuse(PRIVCMD_R_LIMIT_BUFS, -E2BIG, num);
}

long privcmd_dm_op(struct xen_ioctl_call *call)
{
	const struct privcmd_dm_op *arg = call->arg;
	struct privcmd_dm_op_buf stack_ubuf[STACK_BUFS];
	struct xen_dm_op_buf stack_xbuf[STACK_BUFS];
	struct dm_op d = {
		.num = arg->num,
		.ubuf = stack_ubuf,
		.xbuf = stack_xbuf,
	};
	void *mem = NULL;
	long ret;

	ret = privcmd_check_domid(call->file, arg->dom);
	if (ret)
		return ret;
	/* How a library asks whether there is such an ioctl. */
	if (!arg->num)
		return 0;
	if (arg->num > privcmd_dm_op_max_bufs())
		return refuse_bufs(arg->num);

	if (arg->num > STACK_BUFS) {
		mem = kmalloc_array(arg->num, sizeof(*d.ubuf) + sizeof(*d.xbuf),
				    GFP_KERNEL_ACCOUNT);
		if (!mem)
			return -ENOMEM;
		d.ubuf = mem;
		d.xbuf = mem + arg->num * sizeof(*d.ubuf);
	}
	ret = copy_bufs(&d, arg->ubufs, call->compat);
	if (!ret)
		ret = dm_op_with_bufs(&d, arg->dom);
	kfree(mem);
	return ret;
}
