// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels: Xen's table of ports. The kernel's IRQs for them are in irq.c:
 * the two are kept apart, as they are in truth, for a port can be closed in Xen
 * while the kernel still has an IRQ for its number.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include <xen/events.h>
#include <xen/interface/event_channel.h>
#include <xen/xen.h>

#include "fake/fake.h"

#define VIRQS		24
#define OWN_DOMID	0

struct port {
	unsigned int status;
	domid_t remote_dom;
	evtchn_port_t remote_port;
	u32 virq;
	unsigned long sent;
};

static DEFINE_XARRAY_ALLOC(ports);
static evtchn_port_t highest;

unsigned int fake_evtchn_limit = 4096;
EXPORT_SYMBOL_GPL(fake_evtchn_limit);

/* The numbers below are taken. */
unsigned int fake_evtchn_lowest = 1;
EXPORT_SYMBOL_GPL(fake_evtchn_lowest);

static domid_t real_domid(domid_t domid)
{
	return domid == DOMID_SELF ? OWN_DOMID : domid;
}

/* Xen takes the lowest number that is free. */
static evtchn_port_t port_alloc(struct port **out)
{
	struct port *p = kzalloc(sizeof(*p), GFP_ATOMIC | __GFP_NOFAIL);
	u32 port;

	if (xa_alloc(&ports, &port, p,
		     XA_LIMIT(fake_evtchn_lowest, fake_evtchn_limit - 1),
		     GFP_ATOMIC)) {
		kfree(p);
		return 0;
	}
	highest = max(highest, port);
	*out = p;
	return port;
}

evtchn_port_t fake_port_new(unsigned int status, domid_t remote,
			    evtchn_port_t remote_port)
{
	struct port *p;
	evtchn_port_t port = port_alloc(&p);

	if (port) {
		p->status = status;
		p->remote_dom = remote;
		p->remote_port = remote_port;
	}
	return port;
}
EXPORT_SYMBOL_GPL(fake_port_new);

unsigned int fake_port_status(evtchn_port_t port)
{
	struct port *p = xa_load(&ports, port);

	return p ? p->status : EVTCHNSTAT_closed;
}
EXPORT_SYMBOL_GPL(fake_port_status);

unsigned long fake_port_sent(evtchn_port_t port)
{
	struct port *p = xa_load(&ports, port);

	return p ? p->sent : 0;
}
EXPORT_SYMBOL_GPL(fake_port_sent);

/* The other end of a channel between two ports of ours, or NULL. */
static struct port *peer_of(const struct port *p)
{
	if (p->status != EVTCHNSTAT_interdomain || p->remote_dom != OWN_DOMID)
		return NULL;
	return xa_load(&ports, p->remote_port);
}

int fake_port_try_close(evtchn_port_t port)
{
	struct port *p = xa_load(&ports, port), *peer;

	if (!p)
		return -EINVAL;
	peer = peer_of(p);
	if (peer) {
		peer->status = EVTCHNSTAT_unbound;
		peer->remote_dom = OWN_DOMID;
	}
	xa_erase(&ports, port);
	kfree(p);
	return 0;
}

void fake_port_close(evtchn_port_t port)
{
	WARN(fake_port_try_close(port), "port %u is closed, but is not open", port);
}
EXPORT_SYMBOL_GPL(fake_port_close);

static int op_alloc_unbound(struct evtchn_alloc_unbound *op)
{
	if (real_domid(op->dom) != OWN_DOMID)
		return -EPERM;
	op->port = fake_port_new(EVTCHNSTAT_unbound,
				 real_domid(op->remote_dom), 0);
	return op->port ? 0 : -ENOSPC;
}

static bool is_connected(domid_t domid, evtchn_port_t remote)
{
	unsigned long i;
	struct port *p;

	xa_for_each(&ports, i, p) {
		if (p->status == EVTCHNSTAT_interdomain &&
		    p->remote_dom == domid && p->remote_port == remote)
			return true;
	}
	return false;
}

static int op_bind_interdomain(struct evtchn_bind_interdomain *op)
{
	domid_t domid = real_domid(op->remote_dom);
	struct port *remote = NULL;

	if (domid == OWN_DOMID) {
		remote = xa_load(&ports, op->remote_port);
		if (!remote || remote->status != EVTCHNSTAT_unbound ||
		    remote->remote_dom != OWN_DOMID)
			return -EINVAL;
	} else if (!fake_domain(domid) || fake_domain(domid)->dying) {
		return -ESRCH;
	} else if (is_connected(domid, op->remote_port)) {
		return -EINVAL;
	}
	op->local_port = fake_port_new(EVTCHNSTAT_interdomain, domid,
				       op->remote_port);
	if (!op->local_port)
		return -ENOSPC;
	if (remote) {
		remote->status = EVTCHNSTAT_interdomain;
		remote->remote_port = op->local_port;
	}
	return 0;
}

static int op_bind_virq(struct evtchn_bind_virq *op)
{
	unsigned long i;
	struct port *p;

	if (op->virq >= VIRQS)
		return -EINVAL;
	if (op->vcpu)
		return -ENOENT;
	xa_for_each(&ports, i, p) {
		if (p->status == EVTCHNSTAT_virq && p->virq == op->virq)
			return -EEXIST;
	}
	op->port = fake_port_new(EVTCHNSTAT_virq, 0, 0);
	if (!op->port)
		return -ENOSPC;
	((struct port *)xa_load(&ports, op->port))->virq = op->virq;
	return 0;
}

static int op_send(const struct evtchn_send *op)
{
	struct port *p = xa_load(&ports, op->port);

	if (!p || p->status == EVTCHNSTAT_virq)
		return -EINVAL;
	p->sent++;
	if (peer_of(p))
		fake_fire(p->remote_port);
	return 0;
}

static int op_status(struct evtchn_status *op)
{
	struct port *p = xa_load(&ports, op->port);

	if (real_domid(op->dom) != OWN_DOMID)
		return -ESRCH;
	if (op->port >= fake_evtchn_limit)
		return -EINVAL;
	op->status = p ? p->status : EVTCHNSTAT_closed;
	switch (op->status) {
	case EVTCHNSTAT_unbound:
		op->u.unbound.dom = p->remote_dom;
		break;
	case EVTCHNSTAT_interdomain:
		op->u.interdomain.dom = p->remote_dom;
		op->u.interdomain.port = p->remote_port;
		break;
	case EVTCHNSTAT_virq:
		op->u.virq = p->virq;
		break;
	}
	return 0;
}

long fake_evtchn_op(unsigned int cmd, unsigned long arg)
{
	void *op = (void *)arg;

	switch (cmd) {
	case EVTCHNOP_alloc_unbound:
		return op_alloc_unbound(op);
	case EVTCHNOP_bind_interdomain:
		return op_bind_interdomain(op);
	case EVTCHNOP_bind_virq:
		return op_bind_virq(op);
	case EVTCHNOP_close:
		return fake_port_try_close(((struct evtchn_close *)op)->port);
	case EVTCHNOP_send:
		return op_send(op);
	case EVTCHNOP_status:
		return op_status(op);
	default:
		return -ENOSYS;
	}
}

/* Its end of the channels is gone. */
void fake_evtchn_domain_died(domid_t domid)
{
	unsigned long i;
	struct port *p;

	xa_for_each(&ports, i, p) {
		if (p->status == EVTCHNSTAT_interdomain &&
		    p->remote_dom == domid)
			p->status = EVTCHNSTAT_unbound;
	}
}

unsigned int xen_evtchn_nr_channels(void)
{
	return min(round_up(highest + 1, 1024), fake_evtchn_limit);
}
EXPORT_SYMBOL_GPL(xen_evtchn_nr_channels);

void fake_evtchn_census(struct fake_census *census)
{
	unsigned long i;
	struct port *p;

	xa_for_each(&ports, i, p)
		census->ports++;
}

/* Another domain of the same content: without a port. */
void fake_evtchn_resume(void)
{
	unsigned long i;
	struct port *p;

	xa_for_each(&ports, i, p)
		kfree(p);
	xa_destroy(&ports);
	xa_init_flags(&ports, XA_FLAGS_ALLOC);
	highest = 0;
}

void fake_evtchn_reset(void)
{
	fake_evtchn_resume();
	fake_evtchn_limit = 4096;
	fake_evtchn_lowest = 1;
}
