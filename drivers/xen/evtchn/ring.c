// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of ports that fired, one for each open file.
 *
 * Producers are interrupt handlers on any CPU, consumers are readers of the
 * file. They share no lock. The slots are replaced when the ring grows: a
 * producer sees that under prod_lock, a consumer through RCU. What lies
 * between cons and prod never changes, so a consumer that still looks at the
 * old slots finds the same ports there.
 *
 * The ring has at least as many slots as the file has ports, and a port that
 * fired stays masked until user space has dealt with it. The ring overflows
 * only when ports are unbound while they are in it and bound again.
 */
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "evtchn/evtchn.h"

#define RING_MIN_SLOTS	64u

/* What a reader copies at a time: user memory may fault, RCU may not wait. */
#define READ_CHUNK	64u

struct evtchn_slots {
	struct rcu_head rcu;
	/* A power of two. */
	unsigned int size;
	evtchn_port_t port[];
};

void evtchn_ring_init(struct evtchn_ring *ring)
{
	spin_lock_init(&ring->prod_lock);
	mutex_init(&ring->cons_lock);
	init_waitqueue_head(&ring->wait);
}

/* The last user is gone: no producer and no consumer is left. */
void evtchn_ring_destroy(struct evtchn_ring *ring)
{
	kvfree(rcu_dereference_protected(ring->slots, 1));
}

static unsigned int slots_size(const struct evtchn_slots *slots)
{
	return slots ? slots->size : 0;
}

/* Make room for one port in each slot. The caller holds the bind lock. */
int evtchn_ring_reserve(struct evtchn_ring *ring, unsigned int ports)
{
	struct evtchn_slots *old, *new;
	unsigned int i, size;

	/* Only this function writes it, and its callers take turns. */
	old = rcu_dereference_protected(ring->slots, 1);
	if (ports <= slots_size(old))
		return 0;

	size = max_t(unsigned int, roundup_pow_of_two(ports), RING_MIN_SLOTS);
	new = kvzalloc(struct_size(new, port, size), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	new->size = size;

	spin_lock_irq(&ring->prod_lock);
	for (i = READ_ONCE(ring->cons); i != ring->prod; i++)
		new->port[i & (size - 1)] = old->port[i & (old->size - 1)];
	rcu_assign_pointer(ring->slots, new);
	spin_unlock_irq(&ring->prod_lock);

	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

/* As a rule in the interrupt. */
void evtchn_ring_push(struct evtchn_ring *ring, evtchn_port_t port)
{
	struct evtchn_slots *slots;
	unsigned long flags;
	unsigned int prod;
	bool first;

	spin_lock_irqsave(&ring->prod_lock, flags);
	slots = rcu_dereference_protected(ring->slots,
					  lockdep_is_held(&ring->prod_lock));
	prod = ring->prod;
	if (prod - READ_ONCE(ring->cons) >= slots->size) {
		WRITE_ONCE(ring->overflow, true);
		spin_unlock_irqrestore(&ring->prod_lock, flags);
		return;
	}
	slots->port[prod & (slots->size - 1)] = port;
	/* Pairs with the acquire in ring_read_locked(). */
	smp_store_release(&ring->prod, prod + 1);
	spin_unlock_irqrestore(&ring->prod_lock, flags);

	/*
	 * Wake when the ring was empty. A reader that empties it meanwhile:
	 *
	 *	producer		reader
	 *	prod = n + 1		cons = n
	 *	smp_mb()		smp_mb() in prepare_to_wait()
	 *	cons == n ?		prod == cons ?
	 *
	 * At least one of them sees the other's store: either the reader does
	 * not sleep, or the producer wakes it.
	 */
	smp_mb();
	first = READ_ONCE(ring->cons) == prod;
	if (first) {
		wake_up_interruptible(&ring->wait);
		kill_fasync(&ring->fasync, SIGIO, POLL_IN);
	}
}

/* Copy a few ports out of slots that may go away. Returns how many. */
static unsigned int ring_peek(struct evtchn_ring *ring, unsigned int from,
			      unsigned int ports, evtchn_port_t *out)
{
	const struct evtchn_slots *slots;
	unsigned int i;

	ports = min(ports, READ_CHUNK);
	rcu_read_lock();
	slots = rcu_dereference(ring->slots);
	for (i = 0; i < ports; i++)
		out[i] = slots->port[(from + i) & (slots->size - 1)];
	rcu_read_unlock();
	return ports;
}

static ssize_t ring_read_locked(struct evtchn_ring *ring, char __user *buf,
				size_t max_ports)
{
	evtchn_port_t chunk[READ_CHUNK];
	unsigned int cons, todo, done, n;

	lockdep_assert_held(&ring->cons_lock);

	if (evtchn_ring_overflow(ring))
		return -EFBIG;

	cons = ring->cons;
	/* Pairs with the release in evtchn_ring_push(). */
	todo = smp_load_acquire(&ring->prod) - cons;
	if (!todo)
		return -EAGAIN;
	todo = min_t(size_t, todo, max_ports);

	for (done = 0; done < todo; done += n) {
		n = ring_peek(ring, cons + done, todo - done, chunk);
		if (copy_to_user(buf + done * sizeof(*chunk), chunk,
				 n * sizeof(*chunk)))
			return -EFAULT;
	}
	/* Only now: after a fault the ring is as it was. */
	WRITE_ONCE(ring->cons, cons + done);
	return done * sizeof(*chunk);
}

/* Returns bytes; -EAGAIN when the ring is empty. */
ssize_t evtchn_ring_read(struct evtchn_ring *ring, char __user *buf,
			 size_t ports)
{
	ssize_t ret;

	mutex_lock(&ring->cons_lock);
	ret = ring_read_locked(ring, buf, ports);
	mutex_unlock(&ring->cons_lock);
	return ret;
}

/* Forget what was not read. The ports in question stay masked. */
void evtchn_ring_reset(struct evtchn_ring *ring)
{
	mutex_lock(&ring->cons_lock);
	spin_lock_irq(&ring->prod_lock);
	WRITE_ONCE(ring->cons, ring->prod);
	WRITE_ONCE(ring->overflow, false);
	spin_unlock_irq(&ring->prod_lock);
	mutex_unlock(&ring->cons_lock);
}

bool evtchn_ring_pending(const struct evtchn_ring *ring)
{
	return READ_ONCE(ring->cons) != READ_ONCE(ring->prod);
}

bool evtchn_ring_overflow(const struct evtchn_ring *ring)
{
	return READ_ONCE(ring->overflow);
}
