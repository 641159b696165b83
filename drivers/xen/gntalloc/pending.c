// SPDX-License-Identifier: GPL-2.0-only
/*
 * References without users whose page a peer still maps.
 *
 * Nothing tells when a peer unmaps a page, so each is tried from time to time:
 * a few of them in one run, those that were not tried for longest first. Runs
 * follow each other quickly while they are of use, and ever more slowly while
 * they are not. While nothing is pending, nothing runs.
 *
 * The page stays allocated and stays counted, because the peer can use it.
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include <xen/grant_table.h>

#include "gntalloc/gntalloc.h"

/* Tried in one run. */
#define RUN_MAX		256u

/* Between two runs, in milliseconds. */
#define DELAY_MIN	10u
#define DELAY_MAX	1000u

static void pending_run(struct work_struct *work);

static DECLARE_DELAYED_WORK(pending_work, pending_run);

static DEFINE_MUTEX(pending_lock);
/* Protected by pending_lock. The work is queued while there is one. */
static LIST_HEAD(pending_refs);
static unsigned int pending_nr;
static unsigned int pending_delay;

/* Try so many, all of them at most once. Returns how many are gone. */
static unsigned int try_some(unsigned int count)
{
	struct gntalloc_ref *ref;
	unsigned int gone = 0;

	lockdep_assert_held(&pending_lock);

	while (count--) {
		ref = list_first_entry(&pending_refs, struct gntalloc_ref,
				       list);
		if (!gnttab_try_end_foreign_access(ref->gref)) {
			list_move_tail(&ref->list, &pending_refs);
			continue;
		}
		list_del(&ref->list);
		gntalloc_ref_free(ref);
		gone++;
	}
	WRITE_ONCE(pending_nr, pending_nr - gone);
	return gone;
}

static void pending_queue(void)
{
	lockdep_assert_held(&pending_lock);
	schedule_delayed_work(&pending_work, msecs_to_jiffies(pending_delay));
}

static void pending_run(struct work_struct *work)
{
	mutex_lock(&pending_lock);
	if (try_some(min(pending_nr, RUN_MAX)))
		pending_delay = DELAY_MIN;
	else
		pending_delay = min(2 * pending_delay, DELAY_MAX);
	if (pending_nr)
		pending_queue();
	mutex_unlock(&pending_lock);
}

/* The last user is gone, and Xen has refused to revoke the grant. */
void gntalloc_pending_add(struct gntalloc_ref *ref)
{
	mutex_lock(&pending_lock);
	list_add_tail(&ref->list, &pending_refs);
	WRITE_ONCE(pending_nr, pending_nr + 1);
	if (pending_nr == 1) {
		pending_delay = DELAY_MIN;
		pending_queue();
	}
	mutex_unlock(&pending_lock);
}

unsigned int gntalloc_pending_count(void)
{
	return READ_ONCE(pending_nr);
}

/* Try all of them, now. */
void gntalloc_pending_flush(void)
{
	unsigned int left, n;

	mutex_lock(&pending_lock);
	for (left = pending_nr; left; left -= n) {
		n = min(left, RUN_MAX);
		try_some(n);
		cond_resched();
	}
	mutex_unlock(&pending_lock);
}

/*
 * Nobody is left who could add one. The kernel does for the rest what we did:
 * it takes over the page, and tries.
 */
void gntalloc_pending_exit(void)
{
	struct gntalloc_ref *ref, *next;

	cancel_delayed_work_sync(&pending_work);
	list_for_each_entry_safe(ref, next, &pending_refs, list) {
		gnttab_end_foreign_access(ref->gref, ref->page);
		gntalloc_block_put(gntalloc_block_of(ref));
	}
}
