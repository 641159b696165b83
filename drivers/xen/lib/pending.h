/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What waits for somebody else to let go: a page of a map that I/O still uses, a
 * grant of ours that the peer still has mapped. Part of xen-hypercall.ko.
 *
 * Nobody tells when it is worth another try. So whatever waits is in a queue,
 * and a worker tries all of it, soon at first and then less and less often, and
 * soon again when a try was of use or something new has come. Every entry has
 * its turn in every run, so nobody's peers can delay another's; and the worker
 * rests for some time of what a run takes. Nothing runs while a queue is empty.
 *
 * The workqueue is frozen while the domain is saved, so that no run is half in
 * this life of the domain and half in the next.
 */
#ifndef XEN_LIB_PENDING_H
#define XEN_LIB_PENDING_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

/**
 * struct xen_pending_queue - entries of one kind
 * @retry: try again; returns false if the entry has to wait on. Must not wait
 *	for anybody, or all others wait, too
 * @put: drop the reference that the queue has had
 * @work: the worker
 * @lock: protects what follows, and the node of every entry
 * @list: the entries; the worker takes them out while it tries them
 * @nr: how many, with those that the worker has taken out
 * @backoff: runs without success since the last one with, up to a limit
 * @rest: jiffies between two runs, at least
 */
struct xen_pending_queue {
	bool (*retry)(struct list_head *node);
	void (*put)(struct list_head *node);
	struct delayed_work work;

	/* Protects: */
	spinlock_t lock;
	struct list_head list;
	unsigned int nr;
	unsigned int backoff;
	unsigned long rest;
};

/**
 * xen_pending_begin() - set up a queue.
 * @q: the queue
 * @retry: see &struct xen_pending_queue
 * @put: likewise
 *
 * For the init of a module. xen_pending_end() is its counterpart.
 */
void xen_pending_begin(struct xen_pending_queue *q,
		       bool (*retry)(struct list_head *node),
		       void (*put)(struct list_head *node));

/**
 * xen_pending_add() - have an entry tried.
 * @q: the queue
 * @node: the entry's; empty while it is in no queue
 *
 * The caller's reference goes to the queue.
 *
 * Return: false if the entry is there already, and the reference is still the
 * caller's.
 */
bool xen_pending_add(struct xen_pending_queue *q, struct list_head *node);

/**
 * xen_pending_flush() - try all entries, now.
 * @q: the queue
 *
 * Context: may sleep.
 */
void xen_pending_flush(struct xen_pending_queue *q);

/**
 * xen_pending_end() - stop the worker.
 * @q: the queue, to which nobody adds any more
 *
 * What is in the queue stays there. No function of @q, and none that was given
 * to xen_pending_schedule(), is running on return.
 */
void xen_pending_end(struct xen_pending_queue *q);

/**
 * xen_pending_schedule() - run something that may have to wait, by itself.
 * @work: what; it delays nothing else
 */
void xen_pending_schedule(struct work_struct *work);

/* Changes at once: for those who only show it. */
static inline unsigned int xen_pending_count(const struct xen_pending_queue *q)
{
	return READ_ONCE(q->nr);
}

/* For xen-hypercall itself. */
int xen_pending_init(void);
void xen_pending_exit(void);

#endif
