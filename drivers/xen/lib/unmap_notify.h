/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a process wants to happen when memory that it shares goes away, even if
 * the process crashes: as gntdev and gntalloc have it.
 *
 * The byte is cleared as long as the page is still there to write to, the event
 * sent when the pages are gone. A notification holds a reference to its event
 * channel, so that the port stays open and is nobody else's until then. Whoever
 * embeds one protects it with a lock of its own.
 */
#ifndef XEN_LIB_UNMAP_NOTIFY_H
#define XEN_LIB_UNMAP_NOTIFY_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/types.h>

#include <xen/events.h>
#include <xen/gntdev.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/xen.h>

#include "hypercall/hypercall.h"

#define XEN_UNMAP_NOTIFY_ACTIONS \
	(UNMAP_NOTIFY_CLEAR_BYTE | UNMAP_NOTIFY_SEND_EVENT)

/* All zero stands for no notification. */
struct xen_unmap_notify {
	/* The byte to clear, counted from the start of the memory. */
	u64 offset;
	u32 action;
	evtchn_port_t port;
};

/*
 * Fill in a notification from the arguments of the ioctl and take the reference
 * to its port. Returns -EINVAL for an action or a port that does not exist.
 */
static inline int xen_unmap_notify_init(struct xen_unmap_notify *n, u64 offset,
					u32 action, evtchn_port_t port)
{
	if (action & ~XEN_UNMAP_NOTIFY_ACTIONS)
		return -EINVAL;
	/* Refuses what no file of /dev/xen/evtchn has bound. */
	if ((action & UNMAP_NOTIFY_SEND_EVENT) && evtchn_get(port))
		return -EINVAL;
	n->offset = offset;
	n->action = action;
	n->port = port;
	return 0;
}

/*
 * Let go of a notification that is not to happen. May sleep, and take the locks
 * that closing an event channel takes.
 */
static inline void xen_unmap_notify_drop(struct xen_unmap_notify *n)
{
	if (n->action & UNMAP_NOTIFY_SEND_EVENT)
		evtchn_put(n->port);
	n->action = 0;
}

static inline bool xen_unmap_notify_clears(const struct xen_unmap_notify *n)
{
	return n->action & UNMAP_NOTIFY_CLEAR_BYTE;
}

/*
 * Clear the byte, which is in the page at @addr. The memory is another
 * domain's, too.
 */
static inline void
xen_unmap_notify_clear_byte(const struct xen_unmap_notify *n, void *addr)
{
	u8 *byte = (u8 *)addr + offset_in_page(n->offset);

	WRITE_ONCE(*byte, 0);
}

/* Send the event, once, and let go of the port. May sleep. */
static inline void xen_unmap_notify_send(struct xen_unmap_notify *n)
{
	struct evtchn_send send = { .port = n->port };

	if (n->action & UNMAP_NOTIFY_SEND_EVENT)
		/* A peer that is gone has nobody left to tell. */
		xen_hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_send,
			       (unsigned long)&send);
	xen_unmap_notify_drop(n);
}

#endif
