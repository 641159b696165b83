// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels. A port gets an interrupt from the kernel's own functions:
 * without one it can tell nobody anything.
 */
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/slab.h>

#include <xen/events.h>
#include <xen/interface/event_channel.h>
#include <xen/xen.h>

#include <asm/xen/hypercall.h>

#include "local.h"

static unsigned int arrived;

static irqreturn_t floor_interrupt(int irq, void *data)
{
	arrived++;
	xen_irq_lateeoi(irq, 0);
	return IRQ_HANDLED;
}

/* The process unmasks it, some time. */
static irqreturn_t floor_interrupt_only(int irq, void *data)
{
	arrived++;
	return IRQ_HANDLED;
}

static void port_close(evtchn_port_t port)
{
	struct evtchn_close close = { .port = port };

	HYPERVISOR_event_channel_op(EVTCHNOP_close, &close);
}

/* A port that somebody of this domain can connect to. Returns its interrupt. */
static int port_make(evtchn_port_t *port, irq_handler_t handler)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF,
		.remote_dom = DOMID_SELF,
	};
	int err, irq;

	err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);
	if (err)
		return err;
	*port = alloc.port;
	irq = bind_evtchn_to_irqhandler_lateeoi(alloc.port, handler, 0,
						"bench-floor", &arrived);
	if (irq < 0)
		port_close(alloc.port);
	return irq;
}

int floor_send(const struct floor_run *run, struct floor_timer *there,
	       struct floor_timer *back)
{
	struct evtchn_send send = { .port = run->addr };
	unsigned int i;
	int err = 0;

	floor_begin(there);
	for (i = 0; i < run->times && !err; i++)
		err = HYPERVISOR_event_channel_op(EVTCHNOP_send, &send);
	floor_end(there);
	return err;
}

struct channel {
	evtchn_port_t here;
	evtchn_port_t there;
	int irq;
};

/* It begins with an event, but at the end that has no interrupt. */
static int channel_make(struct channel *ch, irq_handler_t handler)
{
	struct evtchn_bind_interdomain bind = { .remote_dom = DOMID_SELF };
	int err;

	ch->irq = port_make(&ch->here, handler);
	if (ch->irq < 0)
		return ch->irq;
	bind.remote_port = ch->here;
	err = HYPERVISOR_event_channel_op(EVTCHNOP_bind_interdomain, &bind);
	if (err) {
		unbind_from_irqhandler(ch->irq, &arrived);
		return err;
	}
	ch->there = bind.local_port;
	return 0;
}

static void channel_end(struct channel *ch)
{
	port_close(ch->there);
	unbind_from_irqhandler(ch->irq, &arrived);
}

int floor_arrive(const struct floor_run *run, struct floor_timer *there,
		 struct floor_timer *back)
{
	struct evtchn_send send;
	unsigned int i, before;
	struct channel ch;
	int err;

	err = channel_make(&ch, floor_interrupt);
	if (err)
		return err;
	send.port = ch.there;
	before = READ_ONCE(arrived);
	floor_begin(there);
	for (i = 0; i < run->times && !err; i++)
		err = HYPERVISOR_event_channel_op(EVTCHNOP_send, &send);
	floor_end(there);
	if (!err && READ_ONCE(arrived) - before != run->times)
		err = -EIO;
	channel_end(&ch);
	return err;
}

static int unmask_once(struct channel *ch, unsigned int nr,
		       struct floor_timer *there, struct floor_timer *back)
{
	unsigned int i, before = READ_ONCE(arrived);
	struct evtchn_send send;
	int err = 0;

	floor_begin(there);
	for (i = 0; i < nr && !err; i++) {
		send.port = ch[i].there;
		err = HYPERVISOR_event_channel_op(EVTCHNOP_send, &send);
	}
	floor_end(there);
	if (!err && READ_ONCE(arrived) - before != nr)
		err = -EIO;
	floor_begin(back);
	for (i = 0; i < nr; i++)
		xen_irq_lateeoi(ch[i].irq, 0);
	floor_end(back);
	return err;
}

int floor_unmask(const struct floor_run *run, struct floor_timer *there,
		 struct floor_timer *back)
{
	struct channel *ch;
	unsigned int i, made;
	int err = 0;

	ch = kvcalloc(run->nr, sizeof(*ch), GFP_KERNEL);
	if (!ch)
		return -ENOMEM;
	for (made = 0; made < run->nr; made++) {
		err = channel_make(&ch[made], floor_interrupt_only);
		if (err)
			break;
	}
	for (i = 0; i < run->times && !err; i++)
		err = unmask_once(ch, run->nr, there, back);
	while (made--)
		channel_end(&ch[made]);
	kvfree(ch);
	return err;
}

int floor_ports(const struct floor_run *run, struct floor_timer *there,
		struct floor_timer *back)
{
	evtchn_port_t port;
	unsigned int i, j;
	int *irq;
	int err = 0;

	irq = kvcalloc(run->nr, sizeof(*irq), GFP_KERNEL);
	if (!irq)
		return -ENOMEM;
	for (i = 0; i < run->times && !err; i++) {
		floor_begin(there);
		for (j = 0; j < run->nr; j++) {
			irq[j] = port_make(&port, floor_interrupt);
			if (irq[j] < 0) {
				err = irq[j];
				break;
			}
		}
		floor_end(there);
		floor_begin(back);
		while (j--)
			unbind_from_irqhandler(irq[j], &arrived);
		floor_end(back);
	}
	kvfree(irq);
	return err;
}
