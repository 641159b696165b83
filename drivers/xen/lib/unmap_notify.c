// SPDX-License-Identifier: GPL-2.0-only
/*
 * See unmap_notify.h.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/interrupt.h>

#include <xen/events.h>
#include <xen/interface/xen.h>

#include "hypercall/hypercall.h"
#include "lib/unmap_notify.h"

/* How often, and how far apart, memory for a handler is asked for. */
#define PUT_IRQ_TRIES	10
#define PUT_IRQ_WAIT_MS	20

int xen_unmap_notify_init(struct xen_unmap_notify *n, u64 offset, u32 action,
			  evtchn_port_t port)
{
	if (action & ~XEN_UNMAP_NOTIFY_ACTIONS)
		return -EINVAL;
	*n = (struct xen_unmap_notify){ .offset = offset, .action = action };
	if (!(action & UNMAP_NOTIFY_SEND_EVENT))
		return 0;
	/* Refuses what no file of /dev/xen/evtchn has bound. */
	if (evtchn_get(port))
		return -EINVAL;
	n->port = port;
	n->irq = irq_from_evtchn(port);
	return 0;
}
EXPORT_SYMBOL_GPL(xen_unmap_notify_init);

/* Is the port still the one that the reference was taken to? */
static bool port_is_same(const struct xen_unmap_notify *n)
{
	return irq_from_evtchn(n->port) == n->irq;
}

static irqreturn_t never_called(int irq, void *data)
{
	return IRQ_NONE;
}

/*
 * Drop a reference to an IRQ whose port is gone. The kernel offers that by the
 * port's number, which may be another's, or together with a handler: so there
 * is one. If there is no memory for it for a while, the number of an IRQ is lost.
 */
static void put_irq(struct xen_unmap_notify *n)
{
	unsigned int tries;
	int err = -ENOMEM;

	for (tries = 0; err == -ENOMEM && tries < PUT_IRQ_TRIES; tries++) {
		if (tries)
			msleep(PUT_IRQ_WAIT_MS);
		err = request_irq(n->irq, never_called, IRQF_SHARED,
				  "xen-unmap-notify", n);
	}
	if (!err)
		unbind_from_irqhandler(n->irq, n);
}

void xen_unmap_notify_drop(struct xen_unmap_notify *n)
{
	if (n->action & UNMAP_NOTIFY_SEND_EVENT) {
		if (port_is_same(n))
			evtchn_put(n->port);
		else
			put_irq(n);
	}
	n->action = 0;
}
EXPORT_SYMBOL_GPL(xen_unmap_notify_drop);

void xen_unmap_notify_send(struct xen_unmap_notify *n)
{
	struct evtchn_send send = { .port = n->port };

	/*
	 * The byte is clear when the event comes. Pairs with the barrier of the
	 * peer, who looks at the byte when it has the event.
	 */
	virt_wmb();
	if ((n->action & UNMAP_NOTIFY_SEND_EVENT) && port_is_same(n))
		/* A peer that is gone has nobody left to tell. */
		xen_hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_send,
			       (unsigned long)&send);
	xen_unmap_notify_drop(n);
}
EXPORT_SYMBOL_GPL(xen_unmap_notify_send);
