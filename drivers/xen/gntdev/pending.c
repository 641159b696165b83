// SPDX-License-Identifier: GPL-2.0-only
/*
 * What waits for somebody else to let go: a page of a map that I/O still uses,
 * a grant of ours that the peer still has mapped.
 *
 * Whatever waits is on a list, and a worker looks at everything on it, soon at
 * first and then less and less often; nobody tells when it is worth it. Nothing
 * runs while the list is empty.
 *
 * An entry stands for a reference to what it is part of, and for one to the
 * module: it cannot be unloaded before the last has come back.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "gntdev/pending.h"

#define FIRST_MS	5
/* The longest interval is 5 << 7 = 640 ms. */
#define SHIFT_MAX	7

static struct workqueue_struct *wq;
static void pending_work_fn(struct work_struct *unused);
static DECLARE_DELAYED_WORK(pending_work, pending_work_fn);

static DEFINE_SPINLOCK(pending_lock);
/* Protected by pending_lock, as the queued and node of every entry: */
static LIST_HEAD(pending_list);
static unsigned int age;
/* Also those that the worker has taken from the list. */
static unsigned int nr_queued;

static bool enqueue(struct gntdev_pending *p)
{
	bool queued;

	spin_lock(&pending_lock);
	queued = p->queued;
	p->queued = true;
	if (!queued) {
		list_add_tail(&p->node, &pending_list);
		WRITE_ONCE(nr_queued, nr_queued + 1);
	}
	spin_unlock(&pending_lock);
	return !queued;
}

/*
 * Have it looked at. The caller has a reference, which goes to the list; the
 * result is false if it is there already, and the reference is still the
 * caller's.
 */
bool gntdev_pending_add(struct gntdev_pending *p)
{
	unsigned int late;

	/* There is an open file, a mapping or a dma-buf, which has one, too. */
	__module_get(THIS_MODULE);
	if (!enqueue(p)) {
		module_put(THIS_MODULE);
		return false;
	}
	spin_lock(&pending_lock);
	late = age;
	age = 0;
	spin_unlock(&pending_lock);
	/* Sooner than it would be, but never later: more may follow this one. */
	if (late)
		mod_delayed_work(wq, &pending_work, msecs_to_jiffies(FIRST_MS));
	else
		queue_delayed_work(wq, &pending_work,
				   msecs_to_jiffies(FIRST_MS));
	return true;
}

unsigned int gntdev_pending_count(void)
{
	return READ_ONCE(nr_queued);
}

static struct gntdev_pending *dequeue(struct list_head *list)
{
	struct gntdev_pending *p;

	spin_lock(&pending_lock);
	p = list_first_entry_or_null(list, struct gntdev_pending, node);
	if (p) {
		list_del_init(&p->node);
		/* Whoever has more to wait for from here on adds it again. */
		p->queued = false;
		WRITE_ONCE(nr_queued, nr_queued - 1);
	}
	spin_unlock(&pending_lock);
	return p;
}

static void pending_work_fn(struct work_struct *unused)
{
	struct gntdev_pending *p;
	unsigned int delay;
	LIST_HEAD(list);
	bool more;

	spin_lock(&pending_lock);
	list_splice_init(&pending_list, &list);
	spin_unlock(&pending_lock);
	while ((p = dequeue(&list))) {
		if (!p->look(p) || !enqueue(p)) {
			p->put(p);
			module_put(THIS_MODULE);
		}
		cond_resched();
	}

	spin_lock(&pending_lock);
	more = !list_empty(&pending_list);
	delay = FIRST_MS << age;
	if (age < SHIFT_MAX)
		age++;
	spin_unlock(&pending_lock);
	/* Does nothing if somebody has asked for a look meanwhile. */
	if (more)
		queue_delayed_work(wq, &pending_work, msecs_to_jiffies(delay));
}

int gntdev_pending_init(void)
{
	wq = alloc_workqueue("xen-gntdev", WQ_UNBOUND, 1);
	return wq ? 0 : -ENOMEM;
}

/* The list is empty, or the module would be in use. The worker may be leaving. */
void gntdev_pending_exit(void)
{
	cancel_delayed_work_sync(&pending_work);
	destroy_workqueue(wq);
}
