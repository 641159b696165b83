/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the benchmark asks /dev/xen-bench-floor: how long it takes the kernel to
 * do an operation's hypercalls, and what belongs to them, without a driver.
 *
 * A mapping of that file is empty: what mmap() and munmap() cost any driver. At
 * the offset FLOOR_FILLED it has pages of memory.
 */
#ifndef FLOOR_H
#define FLOOR_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define FLOOR_DEVICE	"xen-bench-floor"

enum floor_op {
	/* Null hypercall. */
	FLOOR_XEN_VERSION,
	/* @nr of them in a multicall, from kernel memory. */
	FLOOR_MULTICALL,
	/* Device-model operation for @domid: @len bytes at @addr. */
	FLOOR_DM_OP,
	/* Send through port @addr. */
	FLOOR_SEND,
	/* Send through a port of the module's own, and take the interrupt. */
	FLOOR_ARRIVE,
	/* Make @nr ports with an interrupt each, and @back: take them down. */
	FLOOR_PORTS,
	/* Take the interrupts of @nr ports, and @back: unmask them. */
	FLOOR_UNMASK,
	/*
	 * Put the @nr frames of @domid in the list at @list into page table
	 * entries from @addr on (PV) or behind pages that have no memory
	 * (auto-translated); @back: take them out.
	 */
	FLOOR_FRAMES,
	/* The same with @nr frames of its grant table. */
	FLOOR_RESOURCE,
	/* Get @nr pages without memory, for grants, and @back: give them back. */
	FLOOR_PAGES,
	/*
	 * Map the @nr grants of @domid in the list at @list for the kernel, and
	 * in a PV domain into page table entries from @addr on; @back: unmap.
	 */
	FLOOR_GRANTS,
	/* Copy @len bytes of each of them to memory of the kernel, or from it. */
	FLOOR_COPY_IN,
	FLOOR_COPY_OUT,
	/* Allocate @nr pages and grant them to @domid; @back: revoke, free. */
	FLOOR_ALLOC,
	FLOOR_OPS,
};

/**
 * struct floor_run - argument of FLOOR_RUN
 * @op: one of enum floor_op
 * @nr: how many things each operation is on
 * @times: how often to do it
 * @domid: another domain
 * @addr: see enum floor_op
 * @list: address of @nr frames (__u64) or grants (__u32)
 * @len: number of bytes
 * @there: instructions of one operation, or of its first half
 * @back: instructions of its second half
 */
struct floor_run {
	__u32 op;
	__u32 nr;
	__u32 times;
	__u32 domid;
	__u64 addr;
	__u64 list;
	__u64 len;
	__u64 there;
	__u64 back;
};

#define FLOOR_FILLED	4096
#define FLOOR_FILLED_MAX	16

#define FLOOR_RUN	_IOWR('F', 0, struct floor_run)

/* Nothing, as do read() and write(). */
#define FLOOR_NULL	_IO('F', 1)

#endif
