/* SPDX-License-Identifier: ((GPL-2.0-only WITH Linux-syscall-note) OR MIT) */
/*
 * User-space interface of /dev/xen/gntdev.
 *
 * Model: MAP_GRANT_REF makes a map, a list of grants of other domains, in the
 * offset space of the file; mmap() of exactly that range asks Xen for the
 * pages, once in the life of the map. Two things keep a map alive: the file,
 * until UNMAP_GRANT_REF or close, and its mapping. GRANT_COPY needs no map.
 * The dma-buf commands turn grants into a dma-buf, and a dma-buf into grants.
 *
 * Include order: this header compiles alone, and before or after its namesakes
 * in linux-libc-dev and libxen-dev. Each command comes as a block, struct and
 * number together, from whichever header was first. Upstream has two names
 * for the copy segment, gntdev_grant_copy_segment in Linux and
 * ioctl_gntdev_grant_copy_segment in libxen. Both work when this header is
 * first, else only the name of the header that was. Fields of 64 bits
 * are Linux's __u64; libxen has uint64_t, another type of the same size.
 *
 * Grant references are Xen's grant_ref_t, 32 bits. Domain IDs are Xen's
 * domid_t, 16 bits, held in wider fields where the ABI says so.
 */
#ifndef _UAPI_XEN_GNTDEV_H
#define _UAPI_XEN_GNTDEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Upstream's guard, so that the other two headers become empty when they are
 * included later. All that they declare is declared here.
 */
#ifndef __LINUX_PUBLIC_GNTDEV_H__
#define __LINUX_PUBLIC_GNTDEV_H__
#endif

/* The kernel's mark for pointers to user memory; elsewhere it says nothing. */
#if !defined(__KERNEL__) && !defined(__user)
#define __user
#define __XEN_UAPI_OWN_USER
#endif

/**
 * DOC: /dev/xen/gntdev
 *
 * Errors are written as the kernel returns them; ioctl(2) turns -EXXX into -1
 * and errno EXXX. A command number that is not listed here answers
 *
 * * %-ENOTTY: unknown command, also the dma-buf commands of a kernel that was
 *   built without CONFIG_DMA_SHARED_BUFFER (the stock driver: without
 *   CONFIG_XEN_GNTDEV_DMABUF)
 *
 * mmap(2) makes a map accessible. The offset is its @index and the length its
 * number of grants times the page size. A mapping without PROT_WRITE is a
 * read-only one for Xen too, as a peer that granted its pages read-only
 * demands, and mprotect(2) cannot make it writable. A map can be mapped once,
 * also after a failure or a munmap(2) only a new map can. The grants go back
 * when the last mapping is gone: of a part of the map in a PV domain, of all of
 * it, also after fork(2), elsewhere (the stock driver waits for
 * UNMAP_GRANT_REF, too, except in a PV domain). A page that is in use by then,
 * by I/O for instance, goes back when it is not.
 *
 * In a PV domain a mapping is not inherited over fork(2) and cannot be moved or
 * have its protection changed; a refused attempt to move it, and madvise(2) that
 * drops pages, leave it without memory (SIGBUS). Writing 1, 2 or 3 to
 * /proc/PID/clear_refs of a process with such a mapping crashes the kernel, with
 * the stock driver as with this one: the kernel writes to page table entries
 * that only Xen may write, and no driver is asked.
 *
 * A page that the granter has paged out is waited for, half a minute at most for
 * a map; the process can be killed meanwhile.
 *
 * When the domain was saved and restored (migrated, hibernated, brought back from
 * a checkpoint), Xen has none of the grants from before. A mapping shows memory
 * of the process's own then, which begins as zero: to a vchan, a peer that has
 * closed it. In a PV domain it shows nothing (SIGBUS), and neither does what else
 * the process had within the same 2 MiB of addresses: Xen's toolstack does not
 * save a page table with frames of another domain in it. There a process does
 * well to unmap before the domain is saved. A map from before cannot be mapped,
 * and its notification sends no event.
 *
 * On x86 an auto-translated domain (PVH, HVM) cannot map a grant of its own: Xen
 * would move the page to where it is mapped, and its owner would never have it
 * back. The domain's number is known from Xen; where Xen does not tell it, because
 * no event channel was free or a policy forbids to ask when the module was loaded,
 * such a grant is not recognised.
 *
 * * %-EINVAL: writable but not MAP_SHARED; no map with this offset and length;
 *   the map has been mapped before, or is from before the domain was restored;
 *   or Xen refused one of the grants, in which case none stays mapped
 * * %-EOPNOTSUPP: on x86: a grant is an auto-translated domain's own
 * * %-ENOMEM: no memory
 * * %-EINTR: the process is being killed, or a signal arrived (PV domains)
 *
 * Source: stock Linux 6.12 driver; Xen public/grant_table.h,
 * GNTTABOP_map_grant_ref. The stock driver does not look whose grant it is, waits
 * for each page that is paged out and cannot be killed meanwhile, and knows
 * nothing of a restored domain.
 */

#ifndef UNMAP_NOTIFY_CLEAR_BYTE
/**
 * DOC: UNMAP_NOTIFY_CLEAR_BYTE
 *
 * Action: set the byte at @index to zero. The same in gntalloc.h.
 */
#define UNMAP_NOTIFY_CLEAR_BYTE 0x1
#endif

#ifndef UNMAP_NOTIFY_SEND_EVENT
/**
 * DOC: UNMAP_NOTIFY_SEND_EVENT
 *
 * Action: send an event through @event_channel_port. The same in gntalloc.h.
 */
#define UNMAP_NOTIFY_SEND_EVENT 0x2
#endif

#ifndef IOCTL_GNTDEV_MAP_GRANT_REF
/**
 * struct ioctl_gntdev_grant_ref - one grant of another domain
 * @domid: domain ID of the granter; Xen sees the low 16 bits
 * @ref: grant reference in the granter's table
 */
struct ioctl_gntdev_grant_ref {
	__u32 domid;
	__u32 ref;
};

/**
 * struct ioctl_gntdev_map_grant_ref - argument of IOCTL_GNTDEV_MAP_GRANT_REF
 * @count: number of grants
 * @pad: has always been ignored; set it to 0
 * @index: out: offset for mmap(), in bytes
 * @refs: @count grants. The array is as long as @count says; its declared
 *	length of one is part of the size that the ioctl number encodes.
 */
struct ioctl_gntdev_map_grant_ref {
	__u32 count;
	__u32 pad;
	__u64 index;
	struct ioctl_gntdev_grant_ref refs[1];
	/* ... to refs[count - 1] */
};

/**
 * DOC: IOCTL_GNTDEV_MAP_GRANT_REF
 *
 * Make a map of grants. Xen is not asked yet: a wrong domain or reference shows
 * at mmap(2). The first map of a file lies at @index 0, so that the file can be
 * handed to programs that mmap(2) a descriptor at offset 0; any other value is
 * opaque.
 *
 * Argument: &struct ioctl_gntdev_map_grant_ref with @count entries in @refs,
 * read; @index is written.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument is not readable or not writable
 * * %-EINVAL: @count is 0 or above the module parameter xen_gntdev.limit (65536
 *   by default, for each map)
 * * %-ENOMEM: no memory
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_GNTDEV_MAP_GRANT_REF \
	_IOC(_IOC_NONE, 'G', 0, sizeof(struct ioctl_gntdev_map_grant_ref))
#endif

#ifndef IOCTL_GNTDEV_UNMAP_GRANT_REF
/**
 * struct ioctl_gntdev_unmap_grant_ref - argument of
 *	IOCTL_GNTDEV_UNMAP_GRANT_REF
 * @index: offset of the map, in bytes
 * @count: number of grants of the map; 0 stands for any
 * @pad: has always been ignored; set it to 0
 */
struct ioctl_gntdev_unmap_grant_ref {
	__u64 index;
	__u32 count;
	__u32 pad;
};

/**
 * DOC: IOCTL_GNTDEV_UNMAP_GRANT_REF
 *
 * Take a map out of the file, whole. A mapping of it stays valid, and the
 * grants go back at its munmap(2).
 *
 * Argument: &struct ioctl_gntdev_unmap_grant_ref, read only.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument is not readable
 * * %-ENOENT: no map with this @index and @count in this file
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_GNTDEV_UNMAP_GRANT_REF \
	_IOC(_IOC_NONE, 'G', 1, sizeof(struct ioctl_gntdev_unmap_grant_ref))
#endif

#ifndef IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR
/**
 * struct ioctl_gntdev_get_offset_for_vaddr - argument of
 *	IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR
 * @vaddr: any address inside a mapping of this device
 * @offset: out: @index of the map, in bytes
 * @count: out: number of grants of the map
 * @pad: has always been ignored; set it to 0
 */
struct ioctl_gntdev_get_offset_for_vaddr {
	__u64 vaddr;
	__u64 offset;
	__u32 count;
	__u32 pad;
};

/**
 * DOC: IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR
 *
 * Find the map behind an address of the caller, for instance to undo it with
 * munmap(2) and IOCTL_GNTDEV_UNMAP_GRANT_REF without having kept its numbers.
 *
 * Argument: &struct ioctl_gntdev_get_offset_for_vaddr; @vaddr is read, @offset
 * and @count are written.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument is not readable or not writable
 * * %-EINVAL: no mapping of this device at @vaddr
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR \
	_IOC(_IOC_NONE, 'G', 2, sizeof(struct ioctl_gntdev_get_offset_for_vaddr))
#endif

#ifndef IOCTL_GNTDEV_SET_MAX_GRANTS
/**
 * struct ioctl_gntdev_set_max_grants - argument of IOCTL_GNTDEV_SET_MAX_GRANTS
 * @count: number of grants that the file may have mapped
 */
struct ioctl_gntdev_set_max_grants {
	__u32 count;
};

/**
 * DOC: IOCTL_GNTDEV_SET_MAX_GRANTS
 *
 * Reserved. A limit for the file in drivers older than Linux 2.6.39, never
 * implemented since; libxengnttab still tries it and takes %-ENOTTY for
 * "not needed".
 *
 * Argument: &struct ioctl_gntdev_set_max_grants, not looked at.
 *
 * Return:
 *
 * * %-ENOTTY: always
 *
 * Source: stock Linux 6.12 driver; Xen tools/libs/gnttab.
 */
#define IOCTL_GNTDEV_SET_MAX_GRANTS \
	_IOC(_IOC_NONE, 'G', 3, sizeof(struct ioctl_gntdev_set_max_grants))
#endif

#ifndef IOCTL_GNTDEV_SET_UNMAP_NOTIFY
/**
 * struct ioctl_gntdev_unmap_notify - argument of IOCTL_GNTDEV_SET_UNMAP_NOTIFY
 * @index: offset in bytes of the byte to clear; without
 *	UNMAP_NOTIFY_CLEAR_BYTE, of any byte of the map
 * @action: UNMAP_NOTIFY_* bits; 0 takes the notification back
 * @event_channel_port: port for UNMAP_NOTIFY_SEND_EVENT, else ignored
 */
struct ioctl_gntdev_unmap_notify {
	__u64 index;
	__u32 action;
	__u32 event_channel_port;
};

/**
 * DOC: IOCTL_GNTDEV_SET_UNMAP_NOTIFY
 *
 * Say what happens when the grants of a map go back, even if the process
 * crashes: so the peer can notice. The byte is cleared before, the event sent
 * after the pages are unmapped; of a map that was never mapped, when it goes.
 * A map has one notification, whichever page @index lies in, and a second call
 * replaces the first.
 *
 * Argument: &struct ioctl_gntdev_unmap_notify, read only.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument is not readable
 * * %-EINVAL: unknown bits in @action; the port is not one that a file of
 *   /dev/xen/evtchn has bound in this domain; or a byte is to be cleared in a
 *   map that is mapped read-only
 * * %-ENOENT: @index does not lie in a map of this file
 *
 * Source: stock Linux 6.12 driver. The number is the same as that of
 * IOCTL_GNTALLOC_SET_UNMAP_NOTIFY.
 */
#define IOCTL_GNTDEV_SET_UNMAP_NOTIFY \
	_IOC(_IOC_NONE, 'G', 7, sizeof(struct ioctl_gntdev_unmap_notify))
#endif

#ifndef IOCTL_GNTDEV_GRANT_COPY
/**
 * struct gntdev_grant_copy_segment - one piece of a copy
 * @source: where from
 * @source.virt: address in the caller, without GNTCOPY_source_gref
 * @source.foreign: part of a granted page, with GNTCOPY_source_gref
 * @source.foreign.ref: grant reference
 * @source.foreign.offset: first byte in the page, 0 to 4095
 * @source.foreign.domid: domain ID of the granter, Xen's domid_t
 * @dest: where to
 * @dest.virt: address in the caller, without GNTCOPY_dest_gref
 * @dest.foreign: part of a granted page, with GNTCOPY_dest_gref
 * @dest.foreign.ref: grant reference
 * @dest.foreign.offset: first byte in the page, 0 to 4095
 * @dest.foreign.domid: domain ID of the granter, Xen's domid_t
 * @len: number of bytes; on a granted side @foreign.offset plus @len is at most
 *	4096, the size of a Xen page
 * @flags: GNTCOPY_source_gref (1), GNTCOPY_dest_gref (2) or both; other bits
 *	have always been ignored
 * @status: out: GNTST_* of Xen's public/grant_table.h, 0 for done; the first
 *	failure where a piece took several operations
 */
struct gntdev_grant_copy_segment {
	union {
		void __user *virt;
		struct {
			__u32 ref;
			__u16 offset;
			__u16 domid;
		} foreign;
	} source, dest;
	__u16 len;
	__u16 flags;
	__s16 status;
};

#ifndef __KERNEL__
#define ioctl_gntdev_grant_copy_segment gntdev_grant_copy_segment
#endif

/**
 * struct ioctl_gntdev_grant_copy - argument of IOCTL_GNTDEV_GRANT_COPY
 * @count: number of segments
 * @segments: the segments; @status of each is written
 */
struct ioctl_gntdev_grant_copy {
	__u32 count;
	struct gntdev_grant_copy_segment __user *segments;
};

/**
 * DOC: IOCTL_GNTDEV_GRANT_COPY
 *
 * Let Xen copy between memory of the caller and granted pages, or between two
 * granted pages, without mapping them. Local memory may be anywhere and may
 * cross pages.
 *
 * Argument: &struct ioctl_gntdev_grant_copy, read only, and its @segments,
 * read, with @status written.
 *
 * Return: 0 when every segment has been tried: @status of each tells how it
 * went, and segments may have failed. Otherwise no @status means anything, and
 * segments may have been copied:
 *
 * * %-EFAULT: the argument, a segment or local memory of a segment is not
 *   accessible
 * * %-EINVAL: neither side of a segment is a grant, or a granted side crosses
 *   the end of its page
 * * %-ENOMEM: no memory
 *
 * Source: stock Linux 6.12 driver; Xen public/grant_table.h, GNTTABOP_copy.
 */
#define IOCTL_GNTDEV_GRANT_COPY \
	_IOC(_IOC_NONE, 'G', 8, sizeof(struct ioctl_gntdev_grant_copy))
#endif

#ifndef IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS
/* Back the dma-buf with write-combining memory. */
#define GNTDEV_DMA_FLAG_WC (1 << 0)
/* Back the dma-buf with coherent memory. */
#define GNTDEV_DMA_FLAG_COHERENT (1 << 1)

/**
 * struct ioctl_gntdev_dmabuf_exp_from_refs - argument of
 *	IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS
 * @flags: 0 for ordinary pages, or one of GNTDEV_DMA_FLAG_*; other bits have
 *	always been ignored
 * @count: number of grants
 * @fd: out: descriptor of the dma-buf, close-on-exec
 * @domid: domain ID of the granter; Xen sees the low 16 bits
 * @refs: @count grant references. The array is as long as @count says; its
 *	declared length of one is part of the size that the ioctl number
 *	encodes.
 */
struct ioctl_gntdev_dmabuf_exp_from_refs {
	__u32 flags;
	__u32 count;
	__u32 fd;
	__u32 domid;
	__u32 refs[1];
	/* ... to refs[count - 1] */
};

/**
 * DOC: IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS
 *
 * Map grants of one domain and export the pages as a dma-buf. The grants go
 * back when the last user of the dma-buf has let go of it; it may outlive the
 * file. mmap(2) of the descriptor shows the pages to a process. In a PV domain
 * a driver that imports the dma-buf cannot have its pages in one piece of kernel
 * memory, unless it is a single page. After the domain was restored neither a
 * process nor a device can map it any more: %-EINVAL.
 *
 * Argument: &struct ioctl_gntdev_dmabuf_exp_from_refs with @count entries in
 * @refs, read; @fd is written.
 *
 * Return: 0, or
 *
 * * %-ENOTTY: the kernel has no dma-bufs, see above
 * * %-EINVAL: @count is 0 or above the module parameter xen_gntdev.limit; both
 *   flags are set; or Xen refused one of the grants (the stock driver: also in
 *   every PV domain)
 * * %-EOPNOTSUPP: the kernel cannot provide memory of the kind that a flag asks
 *   for: it was built without CONFIG_XEN_GRANT_DMA_ALLOC; or a grant is this
 *   domain's own, and it is auto-translated, on x86
 * * %-EINTR: the process is being killed
 * * %-EFAULT: the argument is not readable or not writable
 * * %-ENOMEM: no memory of the requested kind
 * * %-EMFILE: the process has no free descriptor
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS \
	_IOC(_IOC_NONE, 'G', 9, sizeof(struct ioctl_gntdev_dmabuf_exp_from_refs))
#endif

#ifndef IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED
/**
 * struct ioctl_gntdev_dmabuf_exp_wait_released - argument of
 *	IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED
 * @fd: a descriptor of the dma-buf; or else, after it has been closed, the
 *	number that IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS returned
 * @wait_to_ms: longest time to wait, in milliseconds; 0 only asks
 */
struct ioctl_gntdev_dmabuf_exp_wait_released {
	__u32 fd;
	__u32 wait_to_ms;
};

/**
 * DOC: IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED
 *
 * Wait until the last user of an exported dma-buf has let go of it.
 *
 * Argument: &struct ioctl_gntdev_dmabuf_exp_wait_released, read only.
 *
 * Return: 0 when it has been released, or
 *
 * * %-ENOTTY: the kernel has no dma-bufs, see above
 * * %-EFAULT: the argument is not readable
 * * %-ENOENT: this file exported no such dma-buf, or it was released before the
 *   call, which is success for most callers
 * * %-ENOMEM: no memory
 * * %-ETIMEDOUT: still in use after @wait_to_ms
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED \
	_IOC(_IOC_NONE, 'G', 10, \
	     sizeof(struct ioctl_gntdev_dmabuf_exp_wait_released))
#endif

#ifndef IOCTL_GNTDEV_DMABUF_IMP_TO_REFS
/**
 * struct ioctl_gntdev_dmabuf_imp_to_refs - argument of
 *	IOCTL_GNTDEV_DMABUF_IMP_TO_REFS
 * @fd: descriptor of a dma-buf
 * @count: number of pages of the dma-buf, all of them
 * @domid: domain ID of the peer that may map them; Xen sees the low 16 bits
 * @reserved: has always been ignored; set it to 0
 * @refs: out: @count grant references. The array is as long as @count says;
 *	its declared length of one is part of the size that the ioctl number
 *	encodes.
 */
struct ioctl_gntdev_dmabuf_imp_to_refs {
	__u32 fd;
	__u32 count;
	__u32 domid;
	__u32 reserved;
	__u32 refs[1];
	/* ... to refs[count - 1] */
};

/**
 * DOC: IOCTL_GNTDEV_DMABUF_IMP_TO_REFS
 *
 * Grant the pages of a dma-buf to a domain, for reading and writing.
 *
 * Argument: &struct ioctl_gntdev_dmabuf_imp_to_refs with room for @count
 * entries in @refs, which are written; the rest is read.
 *
 * Return: 0, or
 *
 * * %-ENOTTY: the kernel has no dma-bufs, see above
 * * %-EFAULT: the argument is not readable or not writable
 * * %-EINVAL: @count is 0 or above the module parameter xen_gntdev.limit; it is
 *   not the size of the dma-buf; the dma-buf consists of something other than
 *   whole pages of memory; or @fd is no dma-buf
 * * %-EBADF: @fd is not open
 * * %-ENOMEM: no memory
 * * %-ENOSPC: the grant table is full, or all imports together would grant more
 *   pages than the module parameter xen_gntdev.import_limit (16384 by default,
 *   which is half of the table that Xen gives a domain by default)
 *
 * Errors of the dma-buf's exporter are passed on.
 *
 * Source: stock Linux 6.12 driver, which has no such limit. Exactly the pages of
 * the dma-buf are granted, whatever the exporter's table looks like.
 */
#define IOCTL_GNTDEV_DMABUF_IMP_TO_REFS \
	_IOC(_IOC_NONE, 'G', 11, sizeof(struct ioctl_gntdev_dmabuf_imp_to_refs))
#endif

#ifndef IOCTL_GNTDEV_DMABUF_IMP_RELEASE
/**
 * struct ioctl_gntdev_dmabuf_imp_release - argument of
 *	IOCTL_GNTDEV_DMABUF_IMP_RELEASE
 * @fd: a descriptor of the dma-buf; or else, after it has been closed, the
 *	number that was given to IOCTL_GNTDEV_DMABUF_IMP_TO_REFS
 * @reserved: has always been ignored; set it to 0
 */
struct ioctl_gntdev_dmabuf_imp_release {
	__u32 fd;
	__u32 reserved;
};

/**
 * DOC: IOCTL_GNTDEV_DMABUF_IMP_RELEASE
 *
 * Revoke the grants of an imported dma-buf and let go of it. While the peer
 * still maps one of them, the dma-buf stays in use, also after this.
 *
 * Argument: &struct ioctl_gntdev_dmabuf_imp_release, read only.
 *
 * Return: 0, or
 *
 * * %-ENOTTY: the kernel has no dma-bufs, see above
 * * %-EFAULT: the argument is not readable
 * * %-ENOENT: this file imported no such dma-buf
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_GNTDEV_DMABUF_IMP_RELEASE \
	_IOC(_IOC_NONE, 'G', 12, sizeof(struct ioctl_gntdev_dmabuf_imp_release))
#endif

#ifdef __XEN_UAPI_OWN_USER
#undef __XEN_UAPI_OWN_USER
#undef __user
#endif

#endif /* _UAPI_XEN_GNTDEV_H */
