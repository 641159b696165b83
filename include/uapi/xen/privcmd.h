/* SPDX-License-Identifier: ((GPL-2.0-only WITH Linux-syscall-note) OR MIT) */
/*
 * User-space interface of /dev/xen/privcmd.
 *
 * Model: a file passes hypercalls to Xen and maps frames of other domains into
 * the caller. mmap() reserves a range of addresses, and one of the mapping
 * ioctls fills it, once. A file is unrestricted or restricted to one domain;
 * a restricted file passes no plain hypercalls, and its other commands answer
 * -EPERM for any other domain.
 *
 * Include order: this header compiles alone, and before or after its namesakes
 * in linux-libc-dev and libxen-dev. Each command comes as a block, struct and
 * number together, from whichever header was first.
 *
 * Vocabulary: a frame is 4096 bytes, Xen's page, numbered as the domain that it
 * belongs to numbers it. Domain IDs are Xen's domid_t, 16 bits.
 */
#ifndef _UAPI_XEN_PRIVCMD_H
#define _UAPI_XEN_PRIVCMD_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Upstream's guard, so that the other two headers become empty when they are
 * included later. All that they declare is declared here, with libxen's names
 * for the types, which a header before this one has declared if it is libxen's.
 */
#ifndef __LINUX_PUBLIC_PRIVCMD_H__
#define __LINUX_PUBLIC_PRIVCMD_H__
#ifndef __KERNEL__
typedef struct privcmd_hypercall privcmd_hypercall_t;
typedef struct privcmd_mmap_entry privcmd_mmap_entry_t;
typedef struct privcmd_mmap privcmd_mmap_t;
typedef struct privcmd_mmapbatch privcmd_mmapbatch_t;
typedef struct privcmd_mmapbatch_v2 privcmd_mmapbatch_v2_t;
typedef struct privcmd_dm_op_buf privcmd_dm_op_buf_t;
typedef struct privcmd_dm_op privcmd_dm_op_t;
typedef struct privcmd_mmap_resource privcmd_mmap_resource_t;
#endif
#endif

/*
 * The kernel's mark for pointers to user memory; elsewhere it says nothing. It
 * stays defined, as it does after libxen's header.
 */
#if !defined(__KERNEL__) && !defined(__user)
#define __user
#endif

/*
 * Arrays of frame numbers are Xen's xen_pfn_t, which cannot be named without
 * Xen's headers. It must be the very type behind that name, or callers get
 * pointer mismatches: unsigned long on x86 of either width, uint64_t on Arm of
 * either width, which is the compiler's in user space and __u64 in the kernel.
 */
#if !defined(__arm__) && !defined(__aarch64__)
#define __xen_uapi_pfn_t unsigned long
#elif defined(__KERNEL__)
#define __xen_uapi_pfn_t __u64
#else
#define __xen_uapi_pfn_t __UINT64_TYPE__
#endif

/**
 * DOC: /dev/xen/privcmd
 *
 * Errors are written as the kernel returns them; ioctl(2) turns -EXXX into -1
 * and errno EXXX. A command number that is not listed here answers
 *
 * * %-ENOTTY: unknown command
 *
 * open(2) in a domain other than dom0 waits until xenstore answers and then
 * restricts the file to the domain in the xenstore key "target", or to no
 * existing domain if there is none; the module parameter
 * xen_privcmd.unrestricted prevents that unless the kernel is locked down. In
 * dom0 a file starts unrestricted.
 *
 * * %-EINTR: a signal arrived while waiting
 * * %-ENOMEM: no memory
 *
 * mmap(2) reserves addresses and succeeds with any length and protection. An
 * access to a page that no ioctl has filled raises SIGBUS. A mapping is not
 * inherited over fork(2).
 *
 * munmap(2) and mprotect(2) do not split a mapping:
 *
 * * %-EINVAL: only a part of the mapping was named
 *
 * In a domain that is not PV the kernel needs memory of its own for each page
 * of a mapping that an ioctl has been used on, 64 bytes as a rule. All mappings
 * together can take an eighth of memory for that, those of restricted files
 * half of it, that is 8 and 4 times as many pages as the domain has. Beyond it
 * these ioctls answer %-ENOMEM, until others have unmapped theirs.
 *
 * When the domain was saved and restored (migrated, hibernated, brought back from
 * a checkpoint), no foreign frame came along. A page of a mapping from before
 * raises SIGBUS, in a PV domain it shows nothing that is another's, and no ioctl
 * fills such a mapping. A restricted file has no rights any more: the number of
 * its domain may be another's. Irqfds inject nothing, ioeventfds are not
 * signalled. Outside dom0 a file that is opened then is restricted to what the
 * key names then.
 *
 * Source: stock Linux 6.12 driver, which has no such limit, and knows nothing of
 * a restored domain.
 */

/**
 * DOC: /dev/xen/hypercall
 *
 * Memory for the arguments of hypercalls, which neither faults nor moves while
 * Xen looks at it. There are no ioctls for it, and a command number that is not
 * listed answers
 *
 * * %-ENOTTY: any command
 *
 * mmap(2) returns new zeroed pages, whatever the offset. They are freed when
 * the last page table that maps them lets go of them; a mapping may be split,
 * moved and inherited over fork(2), and outlives the file. It cannot grow.
 *
 * * %-EINVAL: the mapping is not MAP_SHARED
 * * %-ENOMEM: no memory
 * * %-EINTR: the process is being killed
 *
 * Source: stock Linux 6.12 driver, where splitting a mapping keeps all pages
 * until its last part goes.
 */

#ifndef IOCTL_PRIVCMD_HYPERCALL
/**
 * struct privcmd_hypercall - argument of IOCTL_PRIVCMD_HYPERCALL
 * @op: number of the hypercall, __HYPERVISOR_* of Xen's public/xen.h
 * @arg: its arguments, as in registers; pointers are addresses of the caller
 *	in the 64-bit layout of Xen's structs
 */
struct privcmd_hypercall {
	__u64 op;
	__u64 arg[5];
};

/**
 * DOC: IOCTL_PRIVCMD_HYPERCALL
 *
 * Issue a hypercall for the caller. Memory that it points to must not fault
 * while Xen uses it; pages of /dev/xen/hypercall do not.
 *
 * Argument: &struct privcmd_hypercall, read only.
 *
 * Return: what Xen returns, cut to 32 bits by the system call; negative values
 * are errors. Before Xen is entered:
 *
 * * %-EPERM: the file is restricted, whatever the hypercall; checked first
 * * %-EFAULT: the argument is not readable
 * * %-ENOSYS: @op is 128 or more, or iret (23), which cannot be called
 *
 * Source: stock Linux 6.12 driver; Xen public/xen.h for the values that are
 * passed on. The two cases of %-ENOSYS are a deliberate difference: the stock
 * driver enters Xen with any number.
 */
#define IOCTL_PRIVCMD_HYPERCALL \
	_IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))
#endif

#ifndef IOCTL_PRIVCMD_MMAP
/**
 * struct privcmd_mmap_entry - a run of frames for IOCTL_PRIVCMD_MMAP
 * @va: address to map at; that of the next entry follows without a gap
 * @mfn: number of the first frame
 * @npages: number of frames
 */
struct privcmd_mmap_entry {
	__u64 va;
	__u64 mfn;
	__u64 npages;
};

/**
 * struct privcmd_mmap - argument of IOCTL_PRIVCMD_MMAP
 * @num: number of entries
 * @dom: domain that the frames belong to
 * @entry: the entries
 */
struct privcmd_mmap {
	__s32 num;
	__u16 dom;
	struct privcmd_mmap_entry __user *entry;
};

/**
 * DOC: IOCTL_PRIVCMD_MMAP
 *
 * Map runs of frames, all or none. (With the stock driver some may be mapped
 * after an error, and the mapping cannot be used again.)
 * IOCTL_PRIVCMD_MMAPBATCH_V2 is the better choice.
 *
 * Argument: &struct privcmd_mmap and its @entry array, read only.
 *
 * Return: 0 (also for a @num of 0, which does nothing), or
 *
 * * %-ENOSYS: the caller's domain is not PV; checked first
 * * %-EFAULT: the argument or an entry is not readable
 * * %-EPERM: the file is restricted to another domain
 * * %-ENOMEM: no memory for a copy of the entries
 * * %-EINTR: the process is being killed
 * * %-EINVAL: the first @va is not the start of an unused mapping, or an entry
 *   leaves a gap, exceeds the mapping or wraps
 *
 * and the error of the first frame that Xen refuses to map.
 *
 * Source: stock Linux 6.12 driver; Xen public/xen.h, mmu_update.
 */
#define IOCTL_PRIVCMD_MMAP _IOC(_IOC_NONE, 'P', 2, sizeof(struct privcmd_mmap))
#endif

#ifndef IOCTL_PRIVCMD_MMAPBATCH
/* The frame could not be mapped. */
#define PRIVCMD_MMAPBATCH_MFN_ERROR 0xf0000000U
/* The frame is paged out, and may be tried again. */
#define PRIVCMD_MMAPBATCH_PAGED_ERROR 0x80000000U

/**
 * struct privcmd_mmapbatch - argument of IOCTL_PRIVCMD_MMAPBATCH
 * @num: number of frames, 1 or more
 * @dom: domain that the frames belong to
 * @addr: address to map at
 * @arr: frame numbers in; out, those that failed are ORed with
 *	PRIVCMD_MMAPBATCH_*_ERROR, which on 64-bit are bits of the number too
 */
struct privcmd_mmapbatch {
	__s32 num;
	__u16 dom;
	__u64 addr;
	__xen_uapi_pfn_t __user *arr;
};

/**
 * DOC: IOCTL_PRIVCMD_MMAPBATCH
 *
 * As IOCTL_PRIVCMD_MMAPBATCH_V2, but with the errors in the frame numbers.
 *
 * Argument: &struct privcmd_mmapbatch and its @arr array, read; @arr is written
 * where frames failed.
 *
 * Return: 0 when every frame has been tried: @arr tells which failed, and it may
 * be all. Otherwise
 *
 * * %-EFAULT: the argument is not readable, or @arr is not readable or, where a
 *   frame failed, not writable
 * * %-EPERM: the file is restricted to another domain
 * * %-EINVAL: @num is 0; or @addr and @num are not what
 *   IOCTL_PRIVCMD_MMAPBATCH_V2 wants them to be
 * * %-ENOMEM: no memory, or no address space for foreign frames, or more than
 *   may be mapped (see above)
 * * %-EINTR: the process is being killed
 * * %-ENOENT: as of IOCTL_PRIVCMD_MMAPBATCH_V2
 *
 * A negative @num counts as a huge one, and ends in %-EFAULT or %-ENOMEM.
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_PRIVCMD_MMAPBATCH \
	_IOC(_IOC_NONE, 'P', 3, sizeof(struct privcmd_mmapbatch))
#endif

#ifndef IOCTL_PRIVCMD_MMAPBATCH_V2
/**
 * struct privcmd_mmapbatch_v2 - argument of IOCTL_PRIVCMD_MMAPBATCH_V2
 * @num: number of frames, 1 or more
 * @dom: domain that the frames belong to
 * @addr: address to map at
 * @arr: frame numbers
 * @err: out: for each frame 0 or the negative error of its mapping
 */
struct privcmd_mmapbatch_v2 {
	__u32 num;
	__u16 dom;
	__u64 addr;
	const __xen_uapi_pfn_t __user *arr;
	__s32 __user *err;
};

/**
 * DOC: IOCTL_PRIVCMD_MMAPBATCH_V2
 *
 * Map frames of another domain, one for each page from @addr on. The first call
 * on a mapping covers all of it. Later calls fill holes that an earlier one
 * left, for instance frames that were paged out.
 *
 * Argument: &struct privcmd_mmapbatch_v2 and its @arr array, read; @err is
 * written.
 *
 * Return: 0 when every frame has been tried: @err tells which are mapped, and
 * it may be none. Otherwise
 *
 * * %-EFAULT: the argument or @arr is not readable, or @err is not writable
 * * %-EPERM: the file is restricted to another domain
 * * %-EINVAL: @num is 0; @addr is not in a mapping of this device; the first
 *   call does not cover the mapping exactly; or a later one exceeds it or names
 *   a page that is filled
 * * %-ENOMEM: no memory, or no address space for foreign frames, or more than
 *   may be mapped (see above)
 * * %-EINTR: the process is being killed
 * * %-ENOENT: every frame has been tried as for 0, and some were paged out; try
 *   those again whose @err is %-ENOENT. The stock driver notices it in a PV
 *   domain only where the last frames of a batch are the ones, and in other
 *   domains never: there, look at @err after a return of 0 too
 *
 * Source: stock Linux 6.12 driver; Xen public/memory.h,
 * XENMEM_add_to_physmap_range, and public/xen.h, mmu_update, for @err.
 */
#define IOCTL_PRIVCMD_MMAPBATCH_V2 \
	_IOC(_IOC_NONE, 'P', 4, sizeof(struct privcmd_mmapbatch_v2))
#endif

#ifndef IOCTL_PRIVCMD_DM_OP
/**
 * struct privcmd_dm_op_buf - a buffer of a device-model operation
 * @uptr: address in the caller; must be writable if Xen writes to it. The
 *	stock driver wants that of every buffer
 * @size: its length in bytes
 */
struct privcmd_dm_op_buf {
	void __user *uptr;
	__kernel_size_t size;
};

/**
 * struct privcmd_dm_op - argument of IOCTL_PRIVCMD_DM_OP
 * @dom: domain that the operation is about
 * @num: number of buffers
 * @ubufs: the buffers; the first is a struct xen_dm_op of Xen's
 *	public/hvm/dm_op.h
 */
struct privcmd_dm_op {
	__u16 dom;
	__u16 num;
	const struct privcmd_dm_op_buf __user *ubufs;
};

/**
 * DOC: IOCTL_PRIVCMD_DM_OP
 *
 * Issue a device-model hypercall. Unlike IOCTL_PRIVCMD_HYPERCALL it can be
 * restricted to one domain, and its buffers may be any writable memory.
 *
 * Argument: &struct privcmd_dm_op and its @ubufs array, read only; Xen reads
 * and writes the buffers.
 *
 * Return: 0 for a @num of 0, without asking Xen, else what Xen returns. Before
 * that:
 *
 * * %-EFAULT: the argument or @ubufs is not readable, or a buffer is not
 *   writable
 * * %-EPERM: the file is restricted to another domain; checked before @num
 * * %-E2BIG: more buffers than the module parameter
 *   xen_privcmd.dm_op_max_nr_bufs (16 by default), or a buffer longer than
 *   xen_privcmd.dm_op_buf_max_size (4096 bytes by default)
 * * %-EINVAL: fewer buffers than the operation has, for operations that are
 *   known to have two (XSA-506)
 * * %-ENOMEM: no memory
 *
 * Source: stock Linux 6.12 driver; Xen public/hvm/dm_op.h.
 */
#define IOCTL_PRIVCMD_DM_OP \
	_IOC(_IOC_NONE, 'P', 5, sizeof(struct privcmd_dm_op))
#endif

#ifndef IOCTL_PRIVCMD_RESTRICT
/**
 * DOC: IOCTL_PRIVCMD_RESTRICT
 *
 * Restrict the file to one domain, for as long as it is open.
 *
 * Argument: pointer to a 16-bit domain ID, read only. DOMID_INVALID (0x7ff4)
 * stands for no restriction. Other values are not checked.
 *
 * Return: 0 (also when the file is restricted to this domain already), or
 *
 * * %-EFAULT: the argument is not readable
 * * %-EINVAL: the file is restricted to another domain
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_PRIVCMD_RESTRICT _IOC(_IOC_NONE, 'P', 6, sizeof(__u16))
#endif

#ifndef IOCTL_PRIVCMD_MMAP_RESOURCE
/**
 * struct privcmd_mmap_resource - argument of IOCTL_PRIVCMD_MMAP_RESOURCE
 * @dom: domain that the resource belongs to
 * @type: 0 ioreq server, 1 grant table, 2 trace buffer of a vCPU;
 *	XENMEM_resource_* of Xen's public/memory.h. Xen sees the low 16 bits
 * @id: which one of its type: number of the ioreq server, 0 shared or 1 status
 *	frames of the grant table, number of the vCPU
 * @idx: first frame of the resource to map
 * @num: number of frames; out: size of the resource, if a query
 * @addr: address to map at, 0 if a query
 */
struct privcmd_mmap_resource {
	__u16 dom;
	__u32 type;
	__u32 id;
	__u32 idx;
	__u64 num;
	__u64 addr;
};

/**
 * DOC: IOCTL_PRIVCMD_MMAP_RESOURCE
 *
 * Map frames that Xen holds for a domain, or, with @num and @addr both 0, ask
 * how many there are.
 *
 * Argument: &struct privcmd_mmap_resource, read; a query writes @num.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument is not readable, or @num is not writable
 * * %-EPERM: the file is restricted to another domain
 * * %-EINVAL: only one of @num and @addr is 0; or @addr is not in an unused
 *   mapping of this device
 * * %-ENOMEM: no memory, or no address space for foreign frames, or more than
 *   may be mapped (see above)
 * * %-EINTR: the process is being killed
 *
 * and errors of Xen, for instance
 *
 * * %-ESRCH: no such domain
 * * %-EIO: the domain goes away while Xen maps its frames, outside PV
 * * %-EOPNOTSUPP: Xen does not know this type
 * * %-ENOSYS: Xen does not know the operation
 *
 * Source: stock Linux 6.12 driver; Xen public/memory.h,
 * XENMEM_acquire_resource.
 */
#define IOCTL_PRIVCMD_MMAP_RESOURCE \
	_IOC(_IOC_NONE, 'P', 7, sizeof(struct privcmd_mmap_resource))
#endif

#ifndef IOCTL_PRIVCMD_IRQFD
/* Undo the assignment of the eventfd. */
#define PRIVCMD_IRQFD_FLAG_DEASSIGN 0x1

/**
 * struct privcmd_irqfd - argument of IOCTL_PRIVCMD_IRQFD
 * @dm_op: address of a struct xen_dm_op; it is copied at assignment
 * @size: length of that struct, in bytes
 * @fd: eventfd that triggers the operation
 * @flags: 0 or PRIVCMD_IRQFD_FLAG_DEASSIGN
 * @dom: domain that the operation is about
 * @pad: has always been ignored; set it to 0
 */
struct privcmd_irqfd {
	__u64 dm_op;
	__u32 size;
	__u32 fd;
	__u32 flags;
	__u16 dom;
	__u8 pad[2];
};

/**
 * DOC: IOCTL_PRIVCMD_IRQFD
 *
 * Issue one device-model operation, as a rule an interrupt, each time an
 * eventfd is signalled, without a return to user space. Its result is not
 * reported. Signals that follow each other closely may be one operation. The
 * assignment belongs to the file, and ends with it or with the eventfd; when
 * the command that takes it back returns, nothing is under way any more.
 *
 * Argument: &struct privcmd_irqfd, and @dm_op at assignment, read only.
 *
 * Return: 0 (also for taking back an eventfd that is not assigned), or
 *
 * * %-EFAULT: the argument or @dm_op is not readable
 * * %-EINVAL: unknown bits in @flags; @fd is not an eventfd; or the operation
 *   needs a second buffer
 * * %-EPERM: the file is restricted to another domain
 * * %-E2BIG: @size is more than xen_privcmd.dm_op_buf_max_size
 * * %-ENOMEM: no memory
 * * %-EBADF: @fd is not open
 * * %-EBUSY: the eventfd is assigned already, by whichever file
 *
 * Source: stock Linux 6.12 driver built with CONFIG_XEN_PRIVCMD_EVENTFD, which
 * bounds @size by the allocator only and lets every file take back the
 * assignments of every other. Built without, it answers %-EOPNOTSUPP.
 */
#define IOCTL_PRIVCMD_IRQFD \
	_IOC(_IOC_WRITE, 'P', 8, sizeof(struct privcmd_irqfd))
#endif

#ifndef IOCTL_PRIVCMD_IOEVENTFD
/* Undo the assignment of the eventfd. */
#define PRIVCMD_IOEVENTFD_FLAG_DEASSIGN 0x1

/**
 * struct privcmd_ioeventfd - argument of IOCTL_PRIVCMD_IOEVENTFD
 * @ioreq: address where the caller has mapped the ioreq page of @dom
 * @ports: address of an array of @vcpus event-channel ports of 32 bits, for
 *	each vCPU the one that is bound to the vp_eport of its slot
 * @addr: guest address of the virtio-mmio device
 * @addr_len: length of the write in bytes: 1, 2, 4 or 8
 * @event_fd: eventfd to signal
 * @vcpus: number of vCPUs of the guest, 1 to 4096
 * @vq: number of the virtqueue
 * @flags: 0 or PRIVCMD_IOEVENTFD_FLAG_DEASSIGN
 * @dom: domain of the guest
 * @pad: has always been ignored; set it to 0
 */
struct privcmd_ioeventfd {
	__u64 ioreq;
	__u64 ports;
	__u64 addr;
	__u32 addr_len;
	__u32 event_fd;
	__u32 vcpus;
	__u32 vq;
	__u32 flags;
	__u16 dom;
	__u8 pad[2];
};

/**
 * DOC: IOCTL_PRIVCMD_IOEVENTFD
 *
 * Signal an eventfd each time the guest notifies a virtqueue, without a return
 * to user space: a write of @addr_len bytes at @addr plus 0x50 (the register
 * QueueNotify) whose low 16 data bits are @vq. Other requests are left to the
 * device model, whose event channels @ports are. The assignment belongs to the
 * file, and ends with it; until then the page at @ioreq stays in use, even if
 * it is unmapped. It can be taken back by the same @ioreq then, too, also if
 * another page has been mapped and assigned there: that one comes first.
 *
 * Argument: &struct privcmd_ioeventfd, and the array at @ports at assignment,
 * read only.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument or @ports is not readable, or nothing is mapped at
 *   @ioreq
 * * %-EINVAL: unknown bits in @flags; @addr plus @addr_len wraps; @addr_len or
 *   @vcpus out of range; @event_fd is not an eventfd; @ioreq is in use with
 *   another @dom or @vcpus; it is not where the first ioreq page of an ioreq
 *   server of @dom was mapped by IOCTL_PRIVCMD_MMAP_RESOURCE, or what is mapped
 *   there has fewer slots than @vcpus; or a port does not lead to @dom, leads
 *   to another port than the vp_eport of its slot, or is the kernel's
 * * %-ENOENT: a port is not bound by a file of /dev/xen/evtchn
 * * %-EPERM: the file is restricted to another domain
 * * %-EBADF: @event_fd is not open
 * * %-EBUSY: the eventfd is assigned to this @ioreq already
 * * %-ENOMEM: no memory, or no IRQ for a port
 * * %-EINTR: the process is being killed
 * * %-ENODEV: taking back an eventfd that is not assigned
 *
 * Source: stock Linux 6.12 driver built with CONFIG_XEN_PRIVCMD_EVENTFD, which
 * takes any mapping for an ioreq page and any port; Xen public/hvm/ioreq.h.
 * Built without, it answers %-EOPNOTSUPP.
 */
#define IOCTL_PRIVCMD_IOEVENTFD \
	_IOC(_IOC_WRITE, 'P', 9, sizeof(struct privcmd_ioeventfd))
#endif

#ifndef IOCTL_PRIVCMD_PCIDEV_GET_GSI
/**
 * struct privcmd_pcidev_get_gsi - argument of IOCTL_PRIVCMD_PCIDEV_GET_GSI
 * @sbdf: PCI device: segment in bits 31:16, bus 15:8, device 7:3, function 2:0
 * @gsi: out: its global system interrupt
 */
struct privcmd_pcidev_get_gsi {
	__u32 sbdf;
	__u32 gsi;
};

/**
 * DOC: IOCTL_PRIVCMD_PCIDEV_GET_GSI
 *
 * Look up the interrupt of a PCI device that xen-pciback holds.
 *
 * Argument: &struct privcmd_pcidev_get_gsi; @sbdf is read, @gsi written.
 *
 * Return: 0, or
 *
 * * %-EPERM: the file is restricted: the answer is about the host
 * * %-EFAULT: the argument is not readable or not writable
 * * %-EINVAL: the kernel has no such service (before Linux 6.12, or without
 *   CONFIG_XEN_ACPI)
 * * %-EOPNOTSUPP: xen-pciback is not loaded
 * * %-ENODEV: xen-pciback does not hold the device
 * * %-EPERM: the interrupt is not known, as always outside a PVH dom0
 *
 * Source: stock Linux 6.12 driver, which answers a restricted file too. The one
 * of Linux 6.1 has no such command (%-ENOTTY).
 */
#define IOCTL_PRIVCMD_PCIDEV_GET_GSI \
	_IOC(_IOC_NONE, 'P', 10, sizeof(struct privcmd_pcidev_get_gsi))
#endif

#ifndef IOCTL_PRIVCMD_UNIMPLEMENTED
/**
 * DOC: IOCTL_PRIVCMD_UNIMPLEMENTED
 *
 * Reserved, and never to be given a meaning. libxenforeignmemory issues it to
 * learn how a driver answers a command that it does not know.
 *
 * Return:
 *
 * * %-ENOTTY: always
 *
 * Source: stock Linux 6.12 driver; Xen tools/libs/foreignmemory.
 */
#define IOCTL_PRIVCMD_UNIMPLEMENTED _IOC(_IOC_NONE, 'P', 0xFF, 0)
#endif

#undef __xen_uapi_pfn_t

#endif /* _UAPI_XEN_PRIVCMD_H */
