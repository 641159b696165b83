// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/hypercall: memory for the arguments of hypercalls, which neither
 * faults nor moves while Xen looks at it.
 *
 * A mapping is populated with kernel pages when it is made. They belong to the
 * page tables that map them: there is no list of them and no other reference.
 * So a part that is unmapped is freed, a fork or a move adds or carries the
 * references along, and the file may be closed at any time. A page that is gone
 * does not come back; touching the place is SIGBUS.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "compat/mm.h"
#include "privcmd/privcmd.h"

/* Pages allocated and inserted at a time. */
#define BUF_CHUNK	16

/* Put a few zeroed pages at @addr. */
static int buf_populate_chunk(struct vm_area_struct *vma, unsigned long addr,
			      unsigned long count)
{
	struct page *pages[BUF_CHUNK];
	unsigned long left = count;
	unsigned int i, n;
	int err = 0;

	for (n = 0; n < count; n++) {
		pages[n] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!pages[n]) {
			err = -ENOMEM;
			break;
		}
	}
	if (!err)
		err = vm_insert_pages(vma, addr, pages, &left);
	/* What is mapped has a reference of its own. */
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	return err;
}

/* On failure the kernel takes down what there is of the mapping. */
static int buf_populate(struct vm_area_struct *vma)
{
	unsigned long addr, count;
	int err;

	for (addr = vma->vm_start; addr < vma->vm_end;
	     addr += count * PAGE_SIZE) {
		if (fatal_signal_pending(current))
			return -EINTR;
		count = min_t(unsigned long, BUF_CHUNK,
			      (vma->vm_end - addr) / PAGE_SIZE);
		err = buf_populate_chunk(vma, addr, count);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static vm_fault_t buf_fault(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct buf_vm_ops = {
	.fault = buf_fault,
};

static int buf_mmap(struct file *file, struct vm_area_struct *vma)
{
	/* A private mapping would be copied on write and then move. */
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	/* Do not let a size that can never be met push everyone else out. */
	if (vma_pages(vma) > totalram_pages())
		return -ENOMEM;

	vm_flags_set(vma, VM_IO | VM_DONTEXPAND);
	vma->vm_ops = &buf_vm_ops;
	return buf_populate(vma);
}

const struct file_operations xen_privcmdbuf_fops = {
	.owner	= THIS_MODULE,
	.mmap	= buf_mmap,
};

/**
 * DOC: xen_privcmdbuf_fops
 *
 * File operations of /dev/xen/hypercall. Exported because the stock module
 * exports them.
 */
EXPORT_SYMBOL_GPL(xen_privcmdbuf_fops);

struct miscdevice privcmd_buf_miscdev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "xen/hypercall",
	.fops	= &xen_privcmdbuf_fops,
};
