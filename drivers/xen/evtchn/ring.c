// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of ports that fired, one for each open file.
 *
 * Producers are interrupt handlers on any CPU, consumers are readers of the
 * file. They share no lock. The slots are replaced when the ring grows, under
 * the locks of both. A reader copies straight from the slots to user memory, so
 * a ring does not grow while its reader waits for a page.
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
#include "evtchn/observe.h"

#define RING_MIN_SLOTS	64u

struct evtchn_slots {
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
	kvfree(ring->slots);
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
	old = ring->slots;
	if (ports <= slots_size(old))
		return 0;

	size = max_t(unsigned int, roundup_pow_of_two(ports), RING_MIN_SLOTS);
	new = kvzalloc(struct_size(new, port, size), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	new->size = size;

	mutex_lock(&ring->cons_lock);
	spin_lock_irq(&ring->prod_lock);
	for (i = ring->cons; i != ring->prod; i++)
		new->port[i & (size - 1)] = old->port[i & (old->size - 1)];
	ring->slots = new;
	spin_unlock_irq(&ring->prod_lock);
	mutex_unlock(&ring->cons_lock);

	kvfree(old);
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
	slots = ring->slots;
	prod = ring->prod;
	if (prod - READ_ONCE(ring->cons) >= slots->size) {
		WRITE_ONCE(ring->overflow, true);
		evtchn_overflowed(port, slots->size);
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

/* Copy ports to the caller, in two pieces where they go around the end. */
static int ring_copy(const struct evtchn_slots *slots, unsigned int from,
		     unsigned int ports, evtchn_port_t __user *out)
{
	const unsigned int first = from & (slots->size - 1);
	const unsigned int straight = min(ports, slots->size - first);

	/* Most reads find one: it is stored, without the checks of a copy. */
	if (ports == 1)
		return put_user(slots->port[first], out);
	if (copy_to_user(out, slots->port + first, straight * sizeof(*out)))
		return -EFAULT;
	if (straight == ports)
		return 0;
	if (copy_to_user(out + straight, slots->port,
			 (ports - straight) * sizeof(*out)))
		return -EFAULT;
	return 0;
}

static ssize_t ring_read_locked(struct evtchn_ring *ring, char __user *buf,
				size_t max_ports)
{
	unsigned int cons, todo;

	lockdep_assert_held(&ring->cons_lock);

	if (evtchn_ring_overflow(ring))
		return evtchn_refuse(EVTCHN_R_OVERFLOW, -EFBIG, 0);

	cons = ring->cons;
	/* Pairs with the release in evtchn_ring_push(). */
	todo = smp_load_acquire(&ring->prod) - cons;
	if (!todo)
		return -EAGAIN;
	todo = min_t(size_t, todo, max_ports);

	if (ring_copy(ring->slots, cons, todo, (evtchn_port_t __user *)buf))
		return -EFAULT;
	/* Only now: after a fault the ring is as it was. */
	WRITE_ONCE(ring->cons, cons + todo);
	return todo * sizeof(evtchn_port_t);
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

/* For those who only want to know: it changes at once. */
unsigned int evtchn_ring_unread(const struct evtchn_ring *ring)
{
	unsigned int cons = READ_ONCE(ring->cons);

	return READ_ONCE(ring->prod) - cons;
}

unsigned int evtchn_ring_slots(struct evtchn_ring *ring)
{
	unsigned int size;

	spin_lock_irq(&ring->prod_lock);
	size = slots_size(ring->slots);
	spin_unlock_irq(&ring->prod_lock);
	return size;
}
