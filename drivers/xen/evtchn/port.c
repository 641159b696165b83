// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of ports, and the life of a port.
 *
 * A port number belongs to the domain, so one index serves all open files: a
 * port has at most one owner, and a file finds only its own. The index is a
 * table of tables: a slot in it is claimed by cmpxchg. Tables stay until the
 * module goes, so only what they point to needs RCU.
 *
 * A look-up takes a reference, which keeps the binding alive, not just the
 * memory: unbinding waits for the last one before it closes the port. Without
 * that, a notification could go out on a port that Xen has given to someone
 * else meanwhile. References are held across one hypercall and never across a
 * wait, so the wait is short.
 */
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include <xen/events.h>
#include <xen/interface/event_channel.h>

#include "evtchn/evtchn.h"

#define TABLE_PORTS	512u
/* As many ports as Xen can give to a domain. */
#define TABLES		(EVTCHN_FIFO_NR_CHANNELS / TABLE_PORTS)

struct evtchn_table {
	struct evtchn_port __rcu *port[TABLE_PORTS];
};

/* Serialises those who make one. */
static DEFINE_MUTEX(tables_lock);
static struct evtchn_table *tables[TABLES];

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

/* The slot of a number that may be anything: NULL if there is none. */
static struct evtchn_port __rcu **port_slot(evtchn_port_t port)
{
	struct evtchn_table *table;

	if (port >= EVTCHN_FIFO_NR_CHANNELS)
		return NULL;
	/* A processor that guesses does not look beyond the tables either. */
	port = array_index_nospec(port, EVTCHN_FIFO_NR_CHANNELS);
	/* Pairs with port_make_table(). */
	table = smp_load_acquire(&tables[port / TABLE_PORTS]);
	return table ? &table->port[port % TABLE_PORTS] : NULL;
}

static int port_make_table(evtchn_port_t port)
{
	struct evtchn_table *table;

	if (port >= EVTCHN_FIFO_NR_CHANNELS)
		return -EINVAL;
	mutex_lock(&tables_lock);
	table = tables[port / TABLE_PORTS];
	if (!table) {
		table = kzalloc(sizeof(*table), GFP_KERNEL);
		/* Pairs with port_slot(): it is seen empty, or later. */
		smp_store_release(&tables[port / TABLE_PORTS], table);
	}
	mutex_unlock(&tables_lock);
	return table ? 0 : -ENOMEM;
}

void evtchn_port_exit(void)
{
	unsigned int i;

	for (i = 0; i < TABLES; i++)
		kfree(tables[i]);
}

/*
 * Claim the number. Nobody can use the port yet. Returns -EBUSY when it has an
 * owner, -EINVAL when there is no such port, -ENOMEM.
 */
int evtchn_port_publish(struct evtchn_port *p)
{
	struct evtchn_port __rcu **slot = port_slot(p->port);
	int err;

	if (!slot) {
		err = port_make_table(p->port);
		if (err)
			return err;
		slot = port_slot(p->port);
	}
	if (cmpxchg(slot, RCU_INITIALIZER(NULL), RCU_INITIALIZER(p)))
		return -EBUSY;
	return 0;
}

/* From here on the port is found. */
void evtchn_port_enable(struct evtchn_port *p)
{
	/* Pairs with port_get_at(): whoever finds the port finds its IRQ, too. */
	smp_wmb();
	refcount_set(&p->users, 1);
}

/* After the domain was restored the number may be another port's. */
static void port_clear_slot(struct evtchn_port *p)
{
	cmpxchg(port_slot(p->port), RCU_INITIALIZER(p), RCU_INITIALIZER(NULL));
}

/* On return nobody uses the port and nobody can find it. */
void evtchn_port_unpublish(struct evtchn_port *p)
{
	port_clear_slot(p);
	if (!refcount_read(&p->users) || refcount_dec_and_test(&p->users))
		return;
	wait_var_event(&p->users, !refcount_read(&p->users));
	/*
	 * What the last user has done to the port is seen from here on. Pairs with
	 * the release in evtchn_port_put().
	 */
	smp_acquire__after_ctrl_dep();
}

/* What is in a slot, with a reference: NULL if it is not @ef's. */
static struct evtchn_port *port_get_at(struct evtchn_port __rcu **slot,
				       const struct evtchn_file *ef)
{
	struct evtchn_port *p;

	/* As good as rcu_read_lock(), and two calls less. */
	rcu_read_lock_sched();
	p = rcu_dereference_sched(*slot);
	if (p && ((ef && p->file != ef) || !refcount_inc_not_zero(&p->users)))
		p = NULL;
	/* Pairs with evtchn_port_enable(). */
	smp_acquire__after_ctrl_dep();
	rcu_read_unlock_sched();
	return p;
}

struct evtchn_port *evtchn_port_get(struct evtchn_file *ef,
				    evtchn_port_t port)
{
	struct evtchn_port __rcu **slot = port_slot(port);

	return slot ? port_get_at(slot, ef) : NULL;
}

void evtchn_port_put(struct evtchn_port *p)
{
	/* A release; pairs with evtchn_port_unpublish(). */
	if (!refcount_dec_and_test(&p->users))
		return;
	/*
	 * Between the count and the look for one who waits for it. Pairs with the
	 * barrier in wait_var_event(), between joining and looking at the count.
	 */
	smp_mb__after_atomic();
	/* The address is only a key: the port may be gone when it is used. */
	wake_up_var(&p->users);
}

/*
 * Queue a port again that fired once more while its reader had it. The handler
 * and whoever unmasks it may both try: one does. Returns false if it did not
 * fire again.
 */
bool evtchn_port_requeue(struct evtchn_port *p)
{
	while (test_and_clear_bit(EVTCHN_PORT_AGAIN, &p->flags)) {
		if (!test_and_set_bit(EVTCHN_PORT_FIRED, &p->flags)) {
			evtchn_ring_push(&p->file->ring, p->port);
			return true;
		}
		/*
		 * It has been queued meanwhile, and fired again since its new
		 * reader looked: leave the note to who unmasks it next, unless
		 * that was just now.
		 */
		set_bit(EVTCHN_PORT_AGAIN, &p->flags);
		/* Pairs with the atomic operations of who unmasks it. */
		smp_mb__after_atomic();
		if (test_bit(EVTCHN_PORT_FIRED, &p->flags))
			return true;
	}
	return false;
}

/* The kernel knows the port by an IRQ, unless it went with the last life. */
static void lose_if_gone(struct evtchn_port *p)
{
	if (irq_from_evtchn(p->port) == p->irq)
		return;
	set_bit(EVTCHN_PORT_LOST, &p->flags);
	port_clear_slot(p);
	evtchn_ring_lose(&p->file->ring);
}

static void lose_table(struct evtchn_table *table)
{
	struct evtchn_port *p;
	unsigned int i;

	for (i = 0; i < TABLE_PORTS; i++) {
		p = port_get_at(&table->port[i], NULL);
		if (!p)
			continue;
		lose_if_gone(p);
		evtchn_port_put(p);
	}
}

/*
 * The domain was restored: let go of the numbers of the ports from before. They
 * stay in the lists of their files until those bind again, or are closed. What
 * has no reference is being bound or unbound, by a task that the kernel froze
 * before or after.
 */
void evtchn_port_lose_all(void)
{
	struct evtchn_table *table;
	unsigned int i;

	for (i = 0; i < TABLES; i++) {
		/* Pairs with port_make_table(). */
		table = smp_load_acquire(&tables[i]);
		if (table)
			lose_table(table);
		cond_resched();
	}
}

/* A look-up may still be reading it. */
void evtchn_port_free(struct evtchn_port *p)
{
	kfree_rcu(p, rcu);
}
