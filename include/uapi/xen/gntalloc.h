/* SPDX-License-Identifier: ((GPL-2.0-only WITH Linux-syscall-note) OR MIT) */
/*
 * User-space interface of /dev/xen/gntalloc.
 *
 * Model: ALLOC_GREF makes zeroed pages of this domain and one grant reference
 * for each, so that a peer domain can map them. The pages lie in the file's
 * offset space from @index on, one page of bytes each, and mmap() of that range
 * gives the owner its view. Two things keep a page alive: the file, until
 * DEALLOC_GREF or close, and every mapping of it. A mapping keeps all of its
 * pages until the last part of it is unmapped. When the last of them goes, the
 * grant is revoked; while the peer still maps the page, that is put off, and
 * the page goes on counting towards the limit.
 *
 * Include order: this header compiles alone, and before or after its namesakes
 * in linux-libc-dev and libxen-dev. Each command comes as a block, struct and
 * number together, from whichever header was first. Fields of 64 bits
 * are Linux's __u64; libxen has uint64_t, another type of the same size.
 */
#ifndef _UAPI_XEN_GNTALLOC_H
#define _UAPI_XEN_GNTALLOC_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Upstream's guard, so that the other two headers become empty when they are
 * included later. All that they declare is declared here.
 */
#ifndef __LINUX_PUBLIC_GNTALLOC_H__
#define __LINUX_PUBLIC_GNTALLOC_H__
#endif

/**
 * DOC: /dev/xen/gntalloc
 *
 * Errors are written as the kernel returns them; ioctl(2) turns -EXXX into -1
 * and errno EXXX. A command number that is not listed here answers
 *
 * * %-ENOTTY: unknown command
 *
 * mmap(2) maps pages of this file; a range may be mapped more than once, and a
 * mapping is inherited over fork(2). The offset is an @index, the length covers
 * whole pages, all of which must exist in this file.
 *
 * * %-EINVAL: the mapping is not MAP_SHARED
 * * %-ENOENT: some page of the range does not belong to this file (any more)
 * * %-ENOMEM: no memory for the bookkeeping
 *
 * When the domain was saved and restored (migrated, hibernated, brought back from
 * a checkpoint), the pages and their mappings are as they were, but no peer has
 * or can get access to them: the grants are gone, and are not made anew, because
 * the number of a peer may be another domain's. Notifications send no event.
 *
 * Source: stock Linux 6.12 driver.
 */

#ifndef UNMAP_NOTIFY_CLEAR_BYTE
/**
 * DOC: UNMAP_NOTIFY_CLEAR_BYTE
 *
 * Action: set the byte at @index to zero. The same in gntdev.h.
 */
#define UNMAP_NOTIFY_CLEAR_BYTE 0x1
#endif

#ifndef UNMAP_NOTIFY_SEND_EVENT
/**
 * DOC: UNMAP_NOTIFY_SEND_EVENT
 *
 * Action: send an event through @event_channel_port. The same in gntdev.h.
 */
#define UNMAP_NOTIFY_SEND_EVENT 0x2
#endif

#ifndef IOCTL_GNTALLOC_ALLOC_GREF
/* The peer may write to the pages; without it, only read them. */
#define GNTALLOC_FLAG_WRITABLE 1

/**
 * struct ioctl_gntalloc_alloc_gref - argument of IOCTL_GNTALLOC_ALLOC_GREF
 * @domid: domain ID of the peer, Xen's domid_t
 * @flags: GNTALLOC_FLAG_*; other bits have always been ignored
 * @count: number of pages to allocate and grant
 * @index: out: offset of the first page for mmap(), in bytes; page n follows
 *	at n times the page size
 * @gref_ids: out: @count grant references, one for each page. The array is as
 *	long as @count says; its declared length of one is part of the size
 *	that the ioctl number encodes.
 */
struct ioctl_gntalloc_alloc_gref {
	__u16 domid;
	__u16 flags;
	__u32 count;
	__u64 index;
	__u32 gref_ids[1];
	/* ... to gref_ids[count - 1] */
};

/**
 * DOC: IOCTL_GNTALLOC_ALLOC_GREF
 *
 * Allocate pages and grant them to a domain.
 *
 * Argument: &struct ioctl_gntalloc_alloc_gref with room for @count entries in
 * @gref_ids, read and written.
 *
 * Return: 0 (also for a @count of 0, which allocates nothing), or
 *
 * * %-EFAULT: the argument is not readable, or a result is not writable; then
 *   nothing is allocated (the stock driver keeps the pages until close)
 * * %-ENOSPC: more pages than the module parameter xen_gntalloc.limit allows
 *   (1024 by default, for all files of the system together), or the grant
 *   table is full
 * * %-ENOMEM: no memory
 *
 * Source: stock Linux 6.12 driver; Xen public/grant_table.h. Whether the peer
 * exists is not checked.
 */
#define IOCTL_GNTALLOC_ALLOC_GREF \
	_IOC(_IOC_NONE, 'G', 5, sizeof(struct ioctl_gntalloc_alloc_gref))
#endif

#ifndef IOCTL_GNTALLOC_DEALLOC_GREF
/**
 * struct ioctl_gntalloc_dealloc_gref - argument of IOCTL_GNTALLOC_DEALLOC_GREF
 * @index: offset of the first page, in bytes
 * @count: number of pages, 1 or more
 */
struct ioctl_gntalloc_dealloc_gref {
	__u64 index;
	__u32 count;
};

/**
 * DOC: IOCTL_GNTALLOC_DEALLOC_GREF
 *
 * Drop the file's hold on a range of pages. They need not come from one
 * allocation. Mappings of the pages stay valid and keep them granted.
 *
 * Argument: &struct ioctl_gntalloc_dealloc_gref, read only.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument is not readable
 * * %-EINVAL: @count is 0, or some page of the range does not belong to this
 *   file (any more); nothing is dropped
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_GNTALLOC_DEALLOC_GREF \
	_IOC(_IOC_NONE, 'G', 6, sizeof(struct ioctl_gntalloc_dealloc_gref))
#endif

#ifndef IOCTL_GNTALLOC_SET_UNMAP_NOTIFY
/**
 * struct ioctl_gntalloc_unmap_notify - argument of
 *	IOCTL_GNTALLOC_SET_UNMAP_NOTIFY
 * @index: offset in bytes of the byte to clear; without
 *	UNMAP_NOTIFY_CLEAR_BYTE, of any byte of the page
 * @action: UNMAP_NOTIFY_* bits; 0 takes the notification back
 * @event_channel_port: port for UNMAP_NOTIFY_SEND_EVENT, else ignored
 */
struct ioctl_gntalloc_unmap_notify {
	__u64 index;
	__u32 action;
	__u32 event_channel_port;
};

/**
 * DOC: IOCTL_GNTALLOC_SET_UNMAP_NOTIFY
 *
 * Say what happens to a page when its last local user goes, the file or a
 * mapping, even if the process crashes: so the peer can notice. A page has one
 * notification, and a second call replaces the first. Clear it before
 * IOCTL_GNTALLOC_DEALLOC_GREF if it is not wanted.
 *
 * Argument: &struct ioctl_gntalloc_unmap_notify, read only.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument is not readable
 * * %-ENOENT: @index does not lie in a page of this file; checked first
 * * %-EINVAL: unknown bits in @action, or the port is not one that a file of
 *   /dev/xen/evtchn has bound in this domain
 *
 * Source: stock Linux 6.12 driver. The number is the same as that of
 * IOCTL_GNTDEV_SET_UNMAP_NOTIFY.
 */
#define IOCTL_GNTALLOC_SET_UNMAP_NOTIFY \
	_IOC(_IOC_NONE, 'G', 7, sizeof(struct ioctl_gntalloc_unmap_notify))
#endif

#endif /* _UAPI_XEN_GNTALLOC_H */
