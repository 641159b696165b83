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
 * fired stays masked until user space has written it back. So the ring overflows
 * only when ports that are in it are unbound and bound again, or written back
 * before they were read.
 *
 * After the domain was restored no port of the file exists, and no event will
 * come. Whoever reads or polls is told so until the file binds a port again.
 */
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "evtchn/evtchn.h"
#include "evtchn/trace.h"

#define RING_MIN_SLOTS	64u

static atomic_long_t overflows;

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

/*
 * Wake whoever sleeps, whatever else is in the ring: another producer may have
 * seen it empty and not have come here yet, and a reader may have taken one port
 * of several. A reader that is about to sleep:
 *
 *	producer			reader
 *	prod = n + 1			joins the wait queue
 *	smp_mb() in wq_has_sleeper()	smp_mb() in prepare_to_wait()
 *	does somebody wait?		prod == cons ?
 *
 * At least one of them sees the other's store: either the reader does not sleep,
 * or the producer wakes it.
 */
static void ring_wake(struct evtchn_ring *ring, int band)
{
	if (wq_has_sleeper(&ring->wait))
		wake_up_interruptible(&ring->wait);
	kill_fasync(&ring->fasync, SIGIO, band);
}

/* As a rule in the interrupt. */
void evtchn_ring_push(struct evtchn_ring *ring, evtchn_port_t port)
{
	struct evtchn_slots *slots;
	unsigned long flags;
	unsigned int prod;

	spin_lock_irqsave(&ring->prod_lock, flags);
	slots = ring->slots;
	prod = ring->prod;
	/* Pairs with the release in ring_read_locked(): the slot has been read. */
	if (prod - smp_load_acquire(&ring->cons) >= slots->size) {
		WRITE_ONCE(ring->overflow, true);
		atomic_long_inc(&overflows);
		trace_overflow(port, slots->size);
		spin_unlock_irqrestore(&ring->prod_lock, flags);
		/* A reader may have emptied it meanwhile, and sleep. */
		ring_wake(ring, POLL_ERR);
		return;
	}
	slots->port[prod & (slots->size - 1)] = port;
	/* Pairs with the acquire in ring_read_locked(). */
	smp_store_release(&ring->prod, prod + 1);
	spin_unlock_irqrestore(&ring->prod_lock, flags);

	ring_wake(ring, POLL_IN);
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

	if (evtchn_ring_lost(ring))
		return evtchn_refuse(EVTCHN_R_RESTORED, -ENOTCONN, 0);
	if (evtchn_ring_overflow(ring))
		return -EFBIG;

	cons = ring->cons;
	/* Pairs with the release in evtchn_ring_push(). */
	todo = smp_load_acquire(&ring->prod) - cons;
	if (!todo)
		return -EAGAIN;
	todo = min_t(size_t, todo, max_ports);

	if (ring_copy(ring->slots, cons, todo, (evtchn_port_t __user *)buf))
		return -EFAULT;
	/*
	 * Only now: after a fault the ring is as it was, and the slots are free
	 * when they have been read. Pairs with the acquire in evtchn_ring_push().
	 */
	smp_store_release(&ring->cons, cons + todo);
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

/* No event will come. Takes no lock: a reader may hold one for long. */
void evtchn_ring_lose(struct evtchn_ring *ring)
{
	WRITE_ONCE(ring->lost, true);
	ring_wake(ring, POLL_HUP);
}

bool evtchn_ring_lost(const struct evtchn_ring *ring)
{
	return READ_ONCE(ring->lost);
}

/* Has a reader nothing to wait for: a port, or what makes reading fail? */
bool evtchn_ring_ready(const struct evtchn_ring *ring)
{
	return evtchn_ring_pending(ring) || evtchn_ring_overflow(ring) ||
	       evtchn_ring_lost(ring);
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

/* How many rings ever overflowed, of any file. */
long evtchn_ring_overflows(void)
{
	return atomic_long_read(&overflows);
}
