// SPDX-License-Identifier: GPL-2.0-only
/*
 * See pending.h.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "lib/pending.h"

#define FIRST_MS	5
/* The longest interval is 5 << 7 = 640 ms. */
#define SHIFT_MAX	7
/* For each jiffy that a run took. */
#define REST		8

static struct workqueue_struct *wq;

static bool enqueue(struct xen_pending_queue *q, struct list_head *node)
{
	bool added;

	spin_lock(&q->lock);
	added = list_empty(node);
	if (added) {
		list_add_tail(node, &q->list);
		WRITE_ONCE(q->nr, q->nr + 1);
	}
	spin_unlock(&q->lock);
	return added;
}

bool xen_pending_add(struct xen_pending_queue *q, struct list_head *node)
{
	unsigned long delay;
	bool reset;

	if (!enqueue(q, node))
		return false;
	spin_lock(&q->lock);
	reset = q->backoff;
	q->backoff = 0;
	delay = max(msecs_to_jiffies(FIRST_MS), q->rest);
	spin_unlock(&q->lock);
	/* Sooner than it would be, but never later: more may follow this one. */
	if (reset)
		mod_delayed_work(wq, &q->work, delay);
	else
		queue_delayed_work(wq, &q->work, delay);
	return true;
}
EXPORT_SYMBOL_GPL(xen_pending_add);

static struct list_head *dequeue(struct xen_pending_queue *q, struct list_head *list)
{
	struct list_head *node = NULL;

	spin_lock(&q->lock);
	if (!list_empty(list)) {
		node = list->next;
		/* Whoever has more to wait for from here on adds it again. */
		list_del_init(node);
		WRITE_ONCE(q->nr, q->nr - 1);
	}
	spin_unlock(&q->lock);
	return node;
}

/* Returns how many have not to wait any more. */
static unsigned int retry_all(struct xen_pending_queue *q)
{
	struct list_head *node;
	unsigned int done = 0;
	LIST_HEAD(list);

	spin_lock(&q->lock);
	list_splice_init(&q->list, &list);
	spin_unlock(&q->lock);
	while ((node = dequeue(q, &list))) {
		if (q->retry(node)) {
			q->put(node);
			done++;
		} else if (!enqueue(q, node)) {
			q->put(node);
		}
		cond_resched();
	}
	return done;
}

static void run(struct work_struct *work)
{
	struct xen_pending_queue *q = container_of(to_delayed_work(work),
						   struct xen_pending_queue, work);
	unsigned long delay, start = jiffies;
	unsigned int done = retry_all(q);
	bool more;

	spin_lock(&q->lock);
	more = !list_empty(&q->list);
	q->backoff = done ? 0 : min(q->backoff + 1, SHIFT_MAX);
	q->rest = REST * (jiffies - start);
	delay = max(msecs_to_jiffies(FIRST_MS << q->backoff), q->rest);
	spin_unlock(&q->lock);
	/* Does nothing if somebody has asked for a run meanwhile. */
	if (more)
		queue_delayed_work(wq, &q->work, delay);
}

void xen_pending_begin(struct xen_pending_queue *q,
		       bool (*retry)(struct list_head *node),
		       void (*put)(struct list_head *node))
{
	q->retry = retry;
	q->put = put;
	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->list);
	INIT_DELAYED_WORK(&q->work, run);
}
EXPORT_SYMBOL_GPL(xen_pending_begin);

void xen_pending_flush(struct xen_pending_queue *q)
{
	if (xen_pending_count(q))
		mod_delayed_work(wq, &q->work, 0);
	/* Also when there is none left: the worker may be at the last of them. */
	flush_delayed_work(&q->work);
}
EXPORT_SYMBOL_GPL(xen_pending_flush);

void xen_pending_end(struct xen_pending_queue *q)
{
	cancel_delayed_work_sync(&q->work);
	flush_workqueue(wq);
}
EXPORT_SYMBOL_GPL(xen_pending_end);

void xen_pending_schedule(struct work_struct *work)
{
	queue_work(wq, work);
}
EXPORT_SYMBOL_GPL(xen_pending_schedule);

int __init xen_pending_init(void)
{
	wq = alloc_workqueue("xen-pending", WQ_UNBOUND | WQ_FREEZABLE, 0);
	return wq ? 0 : -ENOMEM;
}

void xen_pending_exit(void)
{
	destroy_workqueue(wq);
}
