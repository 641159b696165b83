// SPDX-License-Identifier: GPL-2.0-only
/*
 * Binding and unbinding of ports.
 *
 * A bind has three owners to line up: Xen (the port), the kernel's event
 * channel core (the IRQ, which from then on also owns the port: the last
 * reference to the IRQ closes it) and us (the index, the handler). All that can
 * fail for lack of memory of ours comes first. The port is in the index before
 * it has an IRQ: that decides between two files, and whoever reads a port whose
 * handler has run can unmask it.
 */
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/events.h>
#include <xen/evtchn.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/xen.h>
#include <xen/xen-ops.h>

#include "compat/evtchn.h"
#include "evtchn/evtchn.h"
#include "evtchn/trace.h"
#include "hypercall/hypercall.h"

static int evtchn_op(unsigned int cmd, void *arg)
{
	return xen_hypercall2(__HYPERVISOR_event_channel_op, cmd,
			      (unsigned long)arg);
}

static int evtchn_query(evtchn_port_t port, struct evtchn_status *status)
{
	*status = (struct evtchn_status){ .dom = DOMID_SELF, .port = port };
	return evtchn_op(EVTCHNOP_status, status);
}

static irqreturn_t evtchn_interrupt(int irq, void *data)
{
	struct evtchn_port *p = data;

	/* Being unbound: nobody will read it, and what stays open stays unmasked. */
	if (!refcount_read(&p->users)) {
		if (test_bit(EVTCHN_PORT_STATIC, &p->flags))
			xen_irq_lateeoi(irq, 0);
		return IRQ_HANDLED;
	}

	/*
	 * The port stays masked until write() unmasks it, unless someone else on
	 * the same IRQ did. Then it is still in the ring, or with the reader, who
	 * may have looked too early: queue it once more when it is unmasked.
	 */
	if (!test_and_set_bit(EVTCHN_PORT_FIRED, &p->flags)) {
		evtchn_ring_push(&p->file->ring, p->port);
	} else {
		set_bit(EVTCHN_PORT_AGAIN, &p->flags);
		/*
		 * Unless it is unmasked just now, by someone who missed that. Pairs
		 * with test_and_clear_bit() in evtchn_unmask_port().
		 */
		smp_mb__after_atomic();
		if (!test_bit(EVTCHN_PORT_FIRED, &p->flags))
			evtchn_port_requeue(p);
	}
	return IRQ_HANDLED;
}

/* Xen answers with the number of the domain that the caller called itself. */
static bool same_domid(domid_t now, domid_t asked)
{
	return now == asked || asked == DOMID_SELF;
}

/*
 * Has Xen still the port that it gave us? When the kernel could not make an
 * IRQ for it, it may have closed the port or not, and a closed port's number
 * may have a new owner.
 */
static bool evtchn_is_ours(const struct evtchn_status *status)
{
	struct evtchn_status now;

	if (evtchn_query(status->port, &now) || now.status != status->status)
		return false;
	switch (now.status) {
	case EVTCHNSTAT_unbound:
		return same_domid(now.u.unbound.dom, status->u.unbound.dom);
	case EVTCHNSTAT_interdomain:
		return now.u.interdomain.port == status->u.interdomain.port &&
		       same_domid(now.u.interdomain.dom,
				  status->u.interdomain.dom);
	case EVTCHNSTAT_virq:
		return now.u.virq == status->u.virq;
	default:
		return false;
	}
}

static void evtchn_close(evtchn_port_t port)
{
	struct evtchn_close close = { .port = port };

	WARN_ON_ONCE(evtchn_op(EVTCHNOP_close, &close));
}

/* On success the port holds a reference on its IRQ, and that owns the port. */
static int evtchn_make_irq(struct evtchn_port *p, bool is_static)
{
	int err, irq;

	irq = bind_evtchn_to_irq_lateeoi(p->port);
	if (irq < 0)
		return evtchn_refuse(EVTCHN_R_IRQ, irq, p->port);
	err = evtchn_make_refcounted(p->port, is_static);
	if (err)
		return evtchn_refuse(EVTCHN_R_IRQ, err, p->port);
	p->irq = irq;
	return 0;
}

/* Put the handler on the IRQ. From here on the port can be used. */
static int evtchn_attach(struct evtchn_port *p)
{
	struct evtchn_file *ef = p->file;
	int err;

	lockdep_assert_held(&ef->bind_lock);

	evtchn_port_enable(p);
	/* Shared, for a kernel-side consumer of the same port. */
	err = request_irq(p->irq, evtchn_interrupt, IRQF_SHARED, ef->name, p);
	if (err)
		return evtchn_refuse(EVTCHN_R_IRQ, err, p->port);
	list_add(&p->node, &ef->ports);
	WRITE_ONCE(ef->nr_ports, ef->nr_ports + 1);
	WRITE_ONCE(ef->ring.lost, false);
	trace_bind(p->port, p->irq);
	return 0;
}

/* Make the port that Xen has just given us one of the file's. */
static int evtchn_adopt(struct evtchn_port *p,
			const struct evtchn_status *status)
{
	int err;

	/*
	 * A file of ours, or the kernel, may have the number: then its port
	 * was closed behind its back. Leave it alone, and give back what we
	 * got.
	 */
	p->port = status->port;
	err = evtchn_port_publish(p);
	if (err) {
		evtchn_close(p->port);
		return err == -EBUSY ? -EEXIST : err;
	}
	if ((int)irq_from_evtchn(p->port) < 0)
		err = evtchn_make_irq(p, false);
	else if (evtchn_take_left_behind(p->port))
		p->irq = irq_from_evtchn(p->port);
	else
		err = -EEXIST;
	if (!err)
		err = evtchn_attach(p);
	if (!err)
		return 0;

	evtchn_port_unpublish(p);
	if (evtchn_port_has_irq(p))
		evtchn_put(p->port);
	else if (evtchn_is_ours(status))
		evtchn_close(p->port);
	return err;
}

/* A port that stays must not stay masked for its next owner. */
static void leave_unmasked(struct evtchn_port *p)
{
	/* A handler that began before the port was unpublished may mask it yet. */
	synchronize_irq(p->irq);
	if (test_bit(EVTCHN_PORT_FIRED, &p->flags))
		xen_irq_lateeoi(p->irq, 0);
}

/*
 * Cannot fail. The reference to the IRQ goes with the handler, and the last one
 * closes the port. By the IRQ: the number may be another's, if the domain was
 * restored.
 */
static void evtchn_detach(struct evtchn_port *p)
{
	lockdep_assert_held(&p->file->bind_lock);

	list_del(&p->node);
	WRITE_ONCE(p->file->nr_ports, p->file->nr_ports - 1);
	trace_unbind(p->port);
	evtchn_port_unpublish(p);
	if (test_bit(EVTCHN_PORT_STATIC, &p->flags))
		leave_unmasked(p);
	unbind_from_irqhandler(p->irq, p);
	evtchn_port_free(p);
}

/* Nothing of the ports from before the domain was restored is left. */
static void forget_lost(struct evtchn_file *ef)
{
	struct evtchn_port *p, *next;

	lockdep_assert_held(&ef->bind_lock);

	if (!evtchn_ring_lost(&ef->ring))
		return;
	list_for_each_entry_safe(p, next, &ef->ports, node) {
		if (test_bit(EVTCHN_PORT_LOST, &p->flags))
			evtchn_detach(p);
	}
	evtchn_ring_reset(&ef->ring);
}

/* IOCTL_EVTCHN_RESET: the ring is empty, and of use again. */
long evtchn_reset(struct xen_ioctl_call *call)
{
	struct evtchn_file *ef = call->file;

	mutex_lock(&ef->bind_lock);
	forget_lost(ef);
	evtchn_ring_reset(&ef->ring);
	WRITE_ONCE(ef->ring.lost, false);
	mutex_unlock(&ef->bind_lock);
	return 0;
}

static int make_room(struct evtchn_file *ef)
{
	return evtchn_ring_reserve(&ef->ring, ef->nr_ports + 1);
}

static int refuse_restricted(u32 domid)
{
	return evtchn_refuse(EVTCHN_R_RESTRICTED, -EACCES, domid);
}

/* For the commands of which a restricted file may give none. */
int evtchn_check_unrestricted(void *file)
{
	struct evtchn_file *ef = file;

	return xen_restricted(&ef->restriction) ? refuse_restricted(DOMID_SELF) : 0;
}

/* What Xen says to a bind. */
static int refuse_if(int err, domid_t domid)
{
	if (!err)
		return 0;
	return evtchn_refuse(err == -ENOSPC ? EVTCHN_R_XEN_PORTS : EVTCHN_R_XEN, err,
		      domid);
}

/*
 * Issue the hypercall of a bind verb: fills in @status. Returns 0 or what the
 * ioctl is to return. Runs under the bind lock, and so has the last word on
 * whether the file is restricted.
 */
typedef int evtchn_acquire_fn(struct evtchn_file *ef, const void *arg,
			      struct evtchn_status *status);

static int evtchn_bind(struct evtchn_file *ef, evtchn_acquire_fn *acquire,
		       const void *arg)
{
	struct evtchn_status status = {};
	struct evtchn_port *p;
	int err;

	mutex_lock(&ef->bind_lock);
	forget_lost(ef);
	p = evtchn_port_new(ef);
	if (!p) {
		err = -ENOMEM;
		goto out;
	}
	err = make_room(ef);
	if (!err)
		err = acquire(ef, arg, &status);
	if (!err)
		err = evtchn_adopt(p, &status);
	if (err)
		evtchn_port_free(p);
	else
		err = status.port;
out:
	mutex_unlock(&ef->bind_lock);
	return err;
}

static int acquire_virq(struct evtchn_file *ef, const void *arg,
			struct evtchn_status *status)
{
	const struct ioctl_evtchn_bind_virq *bind = arg;
	struct evtchn_bind_virq op = {
		.virq = bind->virq,
		.vcpu = xen_vcpu_nr(0),
	};
	int err;

	if (xen_restricted(&ef->restriction))
		return refuse_restricted(DOMID_SELF);
	err = evtchn_op(EVTCHNOP_bind_virq, &op);
	status->port = op.port;
	status->status = EVTCHNSTAT_virq;
	status->u.virq = op.virq;
	return refuse_if(err, DOMID_SELF);
}

long evtchn_bind_virq(struct xen_ioctl_call *call)
{
	return evtchn_bind(call->file, acquire_virq, call->arg);
}

static int acquire_interdomain(struct evtchn_file *ef, const void *arg,
			       struct evtchn_status *status)
{
	const struct ioctl_evtchn_bind_interdomain *bind = arg;
	/* The ABI has 32 bits for what is 16 wide, and always cut it. */
	struct evtchn_bind_interdomain op = {
		.remote_dom = bind->remote_domain,
		.remote_port = bind->remote_port,
	};
	int err;

	if (!xen_restrict_allows(&ef->restriction, bind->remote_domain))
		return refuse_restricted(bind->remote_domain);
	err = evtchn_op(EVTCHNOP_bind_interdomain, &op);
	status->port = op.local_port;
	status->status = EVTCHNSTAT_interdomain;
	status->u.interdomain.dom = op.remote_dom;
	status->u.interdomain.port = op.remote_port;
	return refuse_if(err, op.remote_dom);
}

long evtchn_bind_interdomain(struct xen_ioctl_call *call)
{
	return evtchn_bind(call->file, acquire_interdomain, call->arg);
}

static int acquire_unbound(struct evtchn_file *ef, const void *arg,
			   struct evtchn_status *status)
{
	const struct ioctl_evtchn_bind_unbound_port *bind = arg;
	struct evtchn_alloc_unbound op = {
		.dom = DOMID_SELF,
		.remote_dom = bind->remote_domain,
	};
	int err;

	if (xen_restricted(&ef->restriction))
		return refuse_restricted(op.remote_dom);
	err = evtchn_op(EVTCHNOP_alloc_unbound, &op);
	status->port = op.port;
	status->status = EVTCHNSTAT_unbound;
	status->u.unbound.dom = op.remote_dom;
	return refuse_if(err, op.remote_dom);
}

long evtchn_bind_unbound(struct xen_ioctl_call *call)
{
	return evtchn_bind(call->file, acquire_unbound, call->arg);
}

/* Who may be at the other end? Only channels to a domain can be static. */
static int evtchn_check_static(struct evtchn_file *ef, evtchn_port_t port)
{
	struct evtchn_status status;
	domid_t remote;

	if (evtchn_query(port, &status))
		return -EINVAL;
	switch (status.status) {
	case EVTCHNSTAT_unbound:
		remote = status.u.unbound.dom;
		break;
	case EVTCHNSTAT_interdomain:
		remote = status.u.interdomain.dom;
		break;
	default:
		return -EINVAL;
	}
	if (!xen_restrict_allows(&ef->restriction, remote))
		return refuse_restricted(remote);
	return 0;
}

/* The port is published, and so no other file's. */
static int evtchn_adopt_static_port(struct evtchn_port *p)
{
	int err;

	/* An IRQ without one of our files behind it is the kernel's. */
	if ((int)irq_from_evtchn(p->port) >= 0) {
		if (!evtchn_share_left_behind(p->port))
			return -EBUSY;
		p->irq = irq_from_evtchn(p->port);
	}

	err = evtchn_check_static(p->file, p->port);
	if (err)
		return err;
	err = make_room(p->file);
	if (err)
		return err;
	if (!evtchn_port_has_irq(p))
		err = evtchn_make_irq(p, true);
	return err ?: evtchn_attach(p);
}

static int evtchn_bind_static_locked(struct evtchn_file *ef,
				     evtchn_port_t port)
{
	struct evtchn_port *p;
	int err;

	lockdep_assert_held(&ef->bind_lock);

	/* Never a port, though the kernel may have it down as one of its own. */
	if (!port)
		return -EINVAL;
	p = evtchn_port_get(ef, port);
	if (p) {
		evtchn_port_put(p);
		return -EISCONN;
	}

	p = evtchn_port_new(ef);
	if (!p)
		return -ENOMEM;
	p->port = port;
	__set_bit(EVTCHN_PORT_STATIC, &p->flags);
	err = evtchn_port_publish(p);
	if (err)
		goto err_free;
	err = evtchn_adopt_static_port(p);
	if (err)
		goto err_unpublish;
	return 0;

err_unpublish:
	evtchn_port_unpublish(p);
	if (evtchn_port_has_irq(p))
		evtchn_put(p->port);
err_free:
	evtchn_port_free(p);
	return err;
}

long evtchn_bind_static(struct xen_ioctl_call *call)
{
	const struct ioctl_evtchn_bind *bind = call->arg;
	struct evtchn_file *ef = call->file;
	int err;

	mutex_lock(&ef->bind_lock);
	forget_lost(ef);
	err = evtchn_bind_static_locked(ef, bind->port);
	mutex_unlock(&ef->bind_lock);
	return err;
}

long evtchn_unbind(struct xen_ioctl_call *call)
{
	const struct ioctl_evtchn_unbind *unbind = call->arg;
	struct evtchn_file *ef = call->file;
	struct evtchn_port *p;
	int err = 0;

	if (unbind->port >= xen_evtchn_nr_channels())
		return -EINVAL;

	mutex_lock(&ef->bind_lock);
	p = evtchn_port_get(ef, unbind->port);
	if (p) {
		/* The lock keeps it bound; the reference would block us. */
		evtchn_port_put(p);
		evtchn_detach(p);
	} else {
		err = -ENOTCONN;
	}
	mutex_unlock(&ef->bind_lock);
	return err;
}

void evtchn_unbind_all(struct evtchn_file *ef)
{
	struct evtchn_port *p, *next;

	mutex_lock(&ef->bind_lock);
	list_for_each_entry_safe(p, next, &ef->ports, node)
		evtchn_detach(p);
	mutex_unlock(&ef->bind_lock);
}
