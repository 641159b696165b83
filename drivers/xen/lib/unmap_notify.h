/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notification of an unmap: how a process leaves word with its peer that it is
 * gone. A byte is cleared, or an event sent, when the memory that it shares goes
 * away, even if the process crashes: as gntdev and gntalloc have it. Part of
 * xen-hypercall.ko.
 *
 * The byte is cleared as long as the page is still there to write to, the event
 * sent when the pages are gone. A notification holds a reference to the IRQ of
 * its event channel, so that the port stays open and is nobody else's until
 * then. After the domain was restored the port is nobody's, and no event is
 * sent. Whoever embeds one protects it with a lock of its own.
 */
#ifndef XEN_LIB_UNMAP_NOTIFY_H
#define XEN_LIB_UNMAP_NOTIFY_H

#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/types.h>

#include <xen/gntdev.h>
#include <xen/interface/event_channel.h>

#define XEN_UNMAP_NOTIFY_ACTIONS \
	(UNMAP_NOTIFY_CLEAR_BYTE | UNMAP_NOTIFY_SEND_EVENT)

/* All zero stands for no notification. */
struct xen_unmap_notify {
	/* The byte to clear, counted from the start of the memory. */
	u64 offset : 62;
	u64 action : 2;
	evtchn_port_t port;
	/* What the reference is on: the port's number may become another's. */
	unsigned int irq;
};

/**
 * xen_unmap_notify_init() - fill in a notification.
 * @n: the notification
 * @offset: of the byte to clear
 * @action: UNMAP_NOTIFY_CLEAR_BYTE, UNMAP_NOTIFY_SEND_EVENT, both or none
 * @port: where to send the event, if one is to be sent
 *
 * Takes a reference to the port.
 *
 * Return: 0, or -EINVAL for an action or a port that does not exist: a port is
 * one that a file of /dev/xen/evtchn has bound.
 */
int xen_unmap_notify_init(struct xen_unmap_notify *n, u64 offset, u32 action,
			  evtchn_port_t port);

/**
 * xen_unmap_notify_drop() - let go of a notification that is not to happen.
 * @n: the notification
 *
 * Context: may sleep, and takes the locks that closing an event channel takes.
 */
void xen_unmap_notify_drop(struct xen_unmap_notify *n);

/**
 * xen_unmap_notify_send() - send the event, once, and let go of the port.
 * @n: the notification
 *
 * Context: as xen_unmap_notify_drop().
 */
void xen_unmap_notify_send(struct xen_unmap_notify *n);

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

#endif
