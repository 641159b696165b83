/* SPDX-License-Identifier: ((GPL-2.0-only WITH Linux-syscall-note) OR MIT) */
/*
 * User-space interface of /dev/xen/evtchn.
 *
 * Model: a file owns a set of event-channel ports and one ring. A bind ioctl
 * adds a port to the set, UNBIND or the close of the file takes it out. A port
 * is either armed, and then its next event puts the port number into the ring
 * once and disarms it, or disarmed, until write() gives it back.
 *
 * Include order: this header compiles alone, and before or after its namesakes
 * in linux-libc-dev and libxen-dev. Each command comes as a block, struct and
 * number together, from whichever header was first.
 *
 * Vocabulary: "restricted" means that RESTRICT_DOMID succeeded on this file.
 * Domain IDs are Xen's domid_t, 16 bits, held in wider fields where the ABI
 * says so.
 */
#ifndef _UAPI_XEN_EVTCHN_H
#define _UAPI_XEN_EVTCHN_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Upstream's guard, so that the other two headers become empty when they are
 * included later. All that they declare is declared here.
 */
#ifndef __LINUX_PUBLIC_EVTCHN_H__
#define __LINUX_PUBLIC_EVTCHN_H__
#endif

/**
 * DOC: /dev/xen/evtchn
 *
 * Errors are written as the kernel returns them; ioctl(2) turns -EXXX into -1
 * and errno EXXX. Every ioctl that takes an argument answers
 *
 * * %-EFAULT: the argument is not readable
 *
 * and a command number that is not listed here answers
 *
 * * %-ENOSYS: unknown command (not %-ENOTTY, which other devices use)
 *
 * A bound port starts armed. read(2) returns port numbers of 4 bytes each, as
 * many as the ring holds and the buffer takes, at most one page of them. It
 * blocks while the ring is empty, unless O_NONBLOCK is set.
 *
 * * 0: the buffer is shorter than 4 bytes
 * * %-EAGAIN: ring empty and O_NONBLOCK set
 * * %-EFBIG: the ring has overflowed, see IOCTL_EVTCHN_RESET
 * * %-ENOTCONN: the domain was restored, see below
 * * %-EFAULT: the buffer is not writable; no event is lost
 * * %-EINTR: a signal arrived before an event did
 *
 * write(2) takes port numbers of 4 bytes each, at most one page of them, and
 * arms each port again. A port that is not bound to this file or is armed
 * already is skipped without an error. It returns the number of bytes taken.
 *
 * * %-EFAULT: the buffer is not readable
 * * %-ENOMEM: no memory for the copy
 *
 * poll(2) reports POLLOUT always, POLLIN with a non-empty ring, and POLLERR
 * alone after an overflow. SIGIO is supported. Closing the file unbinds all.
 *
 * When the domain was saved and restored (migrated, hibernated, brought back from
 * a checkpoint), none of the ports from before exists. They are taken out of
 * their files, and their numbers may be given out again at once. A file that had
 * one is told: until it binds a port or is reset, read(2) answers %-ENOTCONN
 * without blocking, also to whoever sleeps in it, and poll(2) reports POLLIN,
 * POLLHUP and POLLERR. NOTIFY and UNBIND of such a port answer %-ENOTCONN, as of
 * any that is not bound, and write(2) skips it. A domain that was suspended and
 * goes on has all of its ports, and nobody is told.
 *
 * Source: stock Linux 6.12 driver, which knows nothing of a restored domain.
 */

#ifndef IOCTL_EVTCHN_BIND_VIRQ
/**
 * struct ioctl_evtchn_bind_virq - argument of IOCTL_EVTCHN_BIND_VIRQ
 * @virq: number of the virtual interrupt, VIRQ_* of Xen's public/xen.h
 */
struct ioctl_evtchn_bind_virq {
	__u32 virq;
};

/**
 * DOC: IOCTL_EVTCHN_BIND_VIRQ
 *
 * Bind a virtual interrupt of vCPU 0 to a new port of this file.
 *
 * Argument: &struct ioctl_evtchn_bind_virq, read only.
 *
 * Return: the new port, 1 or more, or
 *
 * * %-EACCES: the file is restricted
 * * %-EFAULT: the argument is not readable
 * * %-EINVAL: Xen knows no such VIRQ
 * * %-EEXIST: the VIRQ has a port already, the kernel's or another file's; or
 *   the kernel has an IRQ for the new port already (see below)
 * * %-EPERM: Xen's security policy forbids it
 * * %-ENOSPC: the domain has no free port
 * * %-ENOMEM: no memory or no IRQ for the port, which is closed again
 *
 * Source: stock Linux 6.12 driver; Xen public/event_channel.h,
 * EVTCHNOP_bind_virq, whose other errors are passed on. A stale IRQ, of a port
 * that was closed behind the kernel's back, is left alone and the new port
 * closed again; the stock driver would share the IRQ.
 */
#define IOCTL_EVTCHN_BIND_VIRQ \
	_IOC(_IOC_NONE, 'E', 0, sizeof(struct ioctl_evtchn_bind_virq))
#endif

#ifndef IOCTL_EVTCHN_BIND_INTERDOMAIN
/**
 * struct ioctl_evtchn_bind_interdomain - argument of
 *	IOCTL_EVTCHN_BIND_INTERDOMAIN
 * @remote_domain: domain ID of the peer, or DOMID_SELF for a loop; Xen sees the
 *	low 16 bits
 * @remote_port: port that the peer has offered to this domain
 */
struct ioctl_evtchn_bind_interdomain {
	__u32 remote_domain;
	__u32 remote_port;
};

/**
 * DOC: IOCTL_EVTCHN_BIND_INTERDOMAIN
 *
 * Connect a new port of this file to a port that another domain holds open for
 * this domain. Xen marks the new port pending at once, so that an event sent
 * before the bind is not lost.
 *
 * Argument: &struct ioctl_evtchn_bind_interdomain, read only.
 *
 * Return: the new local port, 1 or more, or
 *
 * * %-EFAULT: the argument is not readable
 * * %-EACCES: the file is restricted to another domain
 * * %-ESRCH: no such domain
 * * %-EINVAL: the remote port does not exist or does not wait for this domain
 * * %-EPERM: Xen's security policy forbids it
 * * %-ENOSPC: the domain has no free port
 * * %-EEXIST: the kernel has an IRQ for the new port already, as for
 *   IOCTL_EVTCHN_BIND_VIRQ
 * * %-ENOMEM: no memory or no IRQ for the port, which is closed again
 *
 * Source: stock Linux 6.12 driver; Xen public/event_channel.h,
 * EVTCHNOP_bind_interdomain, whose other errors are passed on.
 */
#define IOCTL_EVTCHN_BIND_INTERDOMAIN \
	_IOC(_IOC_NONE, 'E', 1, sizeof(struct ioctl_evtchn_bind_interdomain))
#endif

#ifndef IOCTL_EVTCHN_BIND_UNBOUND_PORT
/**
 * struct ioctl_evtchn_bind_unbound_port - argument of
 *	IOCTL_EVTCHN_BIND_UNBOUND_PORT
 * @remote_domain: domain ID of the peer that may connect, or DOMID_SELF for a
 *	loop; Xen sees the low 16 bits
 */
struct ioctl_evtchn_bind_unbound_port {
	__u32 remote_domain;
};

/**
 * DOC: IOCTL_EVTCHN_BIND_UNBOUND_PORT
 *
 * Open a new port of this file that waits for one peer domain to connect.
 *
 * Argument: &struct ioctl_evtchn_bind_unbound_port, read only.
 *
 * Return: the new port, 1 or more, or
 *
 * * %-EACCES: the file is restricted
 * * %-EFAULT: the argument is not readable
 * * %-EPERM: Xen's security policy forbids it
 * * %-ENOSPC: the domain has no free port
 * * %-EEXIST: the kernel has an IRQ for the new port already, as for
 *   IOCTL_EVTCHN_BIND_VIRQ
 * * %-ENOMEM: no memory or no IRQ for the port, which is closed again
 *
 * Source: stock Linux 6.12 driver; Xen public/event_channel.h,
 * EVTCHNOP_alloc_unbound, whose other errors are passed on.
 */
#define IOCTL_EVTCHN_BIND_UNBOUND_PORT \
	_IOC(_IOC_NONE, 'E', 2, sizeof(struct ioctl_evtchn_bind_unbound_port))
#endif

#ifndef IOCTL_EVTCHN_UNBIND
/**
 * struct ioctl_evtchn_unbind - argument of IOCTL_EVTCHN_UNBIND
 * @port: a port of this file
 */
struct ioctl_evtchn_unbind {
	__u32 port;
};

/**
 * DOC: IOCTL_EVTCHN_UNBIND
 *
 * Take a port out of this file and close it; a port that came from
 * IOCTL_EVTCHN_BIND_STATIC stays open in Xen.
 *
 * Argument: &struct ioctl_evtchn_unbind, read only.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument is not readable
 * * %-EINVAL: the port is above all ports allocated so far (with Xen's FIFO
 *   events a bound that grows by 1024, else the fixed maximum)
 * * %-ENOTCONN: the port is not bound to this file
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_EVTCHN_UNBIND \
	_IOC(_IOC_NONE, 'E', 3, sizeof(struct ioctl_evtchn_unbind))
#endif

#ifndef IOCTL_EVTCHN_NOTIFY
/**
 * struct ioctl_evtchn_notify - argument of IOCTL_EVTCHN_NOTIFY
 * @port: a port of this file
 */
struct ioctl_evtchn_notify {
	__u32 port;
};

/**
 * DOC: IOCTL_EVTCHN_NOTIFY
 *
 * Send an event to the other end of a port. Whether Xen could deliver it is not
 * reported: a port without a peer succeeds as well.
 *
 * Argument: &struct ioctl_evtchn_notify, read only.
 *
 * Return: 0, or
 *
 * * %-EFAULT: the argument is not readable
 * * %-ENOTCONN: the port is not bound to this file, in or out of range
 *
 * Source: stock Linux 6.12 driver; Xen public/event_channel.h, EVTCHNOP_send.
 */
#define IOCTL_EVTCHN_NOTIFY \
	_IOC(_IOC_NONE, 'E', 4, sizeof(struct ioctl_evtchn_notify))
#endif

#ifndef IOCTL_EVTCHN_RESET
/**
 * DOC: IOCTL_EVTCHN_RESET
 *
 * Empty the ring and clear its overflow. Ports stay bound and keep their
 * state: one whose event was thrown away is disarmed until write() arms it. A
 * file whose ports went when the domain was restored can be read again.
 *
 * Argument: none.
 *
 * Return: 0, always.
 *
 * Source: stock Linux 6.12 driver.
 */
#define IOCTL_EVTCHN_RESET \
	_IOC(_IOC_NONE, 'E', 5, 0)
#endif

#ifndef IOCTL_EVTCHN_RESTRICT_DOMID
/**
 * struct ioctl_evtchn_restrict_domid - argument of IOCTL_EVTCHN_RESTRICT_DOMID
 * @domid: domain ID, 1 to 0x7fef (below DOMID_FIRST_RESERVED)
 */
struct ioctl_evtchn_restrict_domid {
	__u16 domid;
};

/**
 * DOC: IOCTL_EVTCHN_RESTRICT_DOMID
 *
 * Limit all later binds of this file to one peer domain, for as long as the
 * file is open. Only IOCTL_EVTCHN_BIND_INTERDOMAIN and
 * IOCTL_EVTCHN_BIND_STATIC remain, and only towards @domid. Ports that are
 * bound already stay and work.
 *
 * Argument: &struct ioctl_evtchn_restrict_domid, read only.
 *
 * Return: 0, or
 *
 * * %-EACCES: the file is restricted already, even to the same domain
 * * %-EFAULT: the argument is not readable
 * * %-EINVAL: the domain ID is 0 or a reserved one
 *
 * Source: stock Linux 6.12 driver, except for IOCTL_EVTCHN_BIND_STATIC, which
 * the stock driver does not restrict.
 */
#define IOCTL_EVTCHN_RESTRICT_DOMID \
	_IOC(_IOC_NONE, 'E', 6, sizeof(struct ioctl_evtchn_restrict_domid))
#endif

#ifndef IOCTL_EVTCHN_BIND_STATIC
/**
 * struct ioctl_evtchn_bind - argument of IOCTL_EVTCHN_BIND_STATIC
 * @port: a port of this domain that exists already
 */
struct ioctl_evtchn_bind {
	__u32 port;
};

/**
 * DOC: IOCTL_EVTCHN_BIND_STATIC
 *
 * Add a port to this file that was set up for this domain beforehand, for
 * example by Xen at boot. The port is never closed by this device: UNBIND and
 * the close of the file leave it as it was for the next user.
 *
 * Argument: &struct ioctl_evtchn_bind, read only.
 *
 * Return: 0 (not the port, which the caller knows), or
 *
 * * %-EFAULT: the argument is not readable
 * * %-EISCONN: the port is bound to this file already
 * * %-EBUSY: the port belongs to another file or to the kernel itself
 * * %-EINVAL: the port is not an unbound or interdomain channel of this domain
 * * %-EACCES: the file is restricted to another domain than the remote end
 * * %-ENOMEM: no memory or no IRQ for the port
 *
 * Source: stock Linux 6.12 driver for %-EFAULT, %-EISCONN and %-ENOMEM. The
 * other errors are deliberate differences: the stock driver checks neither
 * owner, kind nor restriction of the port. The stock driver of Linux 6.1 has
 * no such command (%-ENOSYS); here it works on every supported kernel.
 */
#define IOCTL_EVTCHN_BIND_STATIC \
	_IOC(_IOC_NONE, 'E', 7, sizeof(struct ioctl_evtchn_bind))
#endif

#endif /* _UAPI_XEN_EVTCHN_H */
