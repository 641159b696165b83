// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of ports, and the life of a port.
 *
 * A port number belongs to the domain, so one index serves all open files: a
 * port has at most one owner, and a file finds only its own. Look-up takes no
 * lock. The index is written under its own short spinlock.
 *
 * A look-up takes a reference, which keeps the binding alive, not just the
 * memory: unbinding waits for the last one before it closes the port. Without
 * that, a notification could go out on a port that Xen has given to someone
 * else meanwhile. References are held across one hypercall and never across a
 * wait, so the wait is short.
 */
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <linux/xarray.h>

#include "evtchn/evtchn.h"

static DEFINE_XARRAY(evtchn_ports);

struct evtchn_port *evtchn_port_new(struct evtchn_file *ef)
{
	struct evtchn_port *p;

	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return NULL;
	p->file = ef;
	p->irq = -1;
	return p;
}

/*
 * Claim the number. Nobody can use the port yet. Returns -EBUSY when it has an
 * owner, -ENOMEM.
 */
int evtchn_port_publish(struct evtchn_port *p)
{
	return xa_insert(&evtchn_ports, p->port, p, GFP_KERNEL);
}

/* From here on the port is found. */
void evtchn_port_enable(struct evtchn_port *p)
{
	refcount_set(&p->users, 1);
}

/* On return nobody uses the port and nobody can find it. */
void evtchn_port_unpublish(struct evtchn_port *p)
{
	xa_erase(&evtchn_ports, p->port);
	if (refcount_read(&p->users) && !refcount_dec_and_test(&p->users))
		wait_var_event(&p->users, !refcount_read(&p->users));
}

struct evtchn_port *evtchn_port_get(struct evtchn_file *ef,
				    evtchn_port_t port)
{
	struct evtchn_port *p;

	rcu_read_lock();
	p = xa_load(&evtchn_ports, port);
	if (p && (p->file != ef || !refcount_inc_not_zero(&p->users)))
		p = NULL;
	rcu_read_unlock();
	return p;
}

void evtchn_port_put(struct evtchn_port *p)
{
	/* The address is only a key: the port may be gone when it is used. */
	if (refcount_dec_and_test(&p->users))
		wake_up_var(&p->users);
}

/*
 * Queue a port again that fired once more while its reader had it. The handler
 * and whoever unmasks it may both try: one does. Returns false if it did not
 * fire again.
 */
bool evtchn_port_requeue(struct evtchn_port *p)
{
	if (!test_and_clear_bit(EVTCHN_PORT_AGAIN, &p->flags))
		return false;
	if (!test_and_set_bit(EVTCHN_PORT_FIRED, &p->flags))
		evtchn_ring_push(&p->file->ring, p->port);
	return true;
}

/* A look-up may still be reading it. */
void evtchn_port_free(struct evtchn_port *p)
{
	kfree_rcu(p, rcu);
}
