/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A view of a map in a PV domain, and the kernel's notifier: a model for SPIN.
 *
 * Of pv.c: gntdev_pv_mmap() with view_insert(), view_map() and view_drop(),
 * view_invalidate(), pv_vma_open() and pv_vma_close() with view_leave(); of
 * grants.c that a part of the grants is released, or all. Of the kernel:
 * mmu_interval_notifier_insert(), _read_begin() and _remove(), and the start and
 * end of an invalidation, as Linux 6.12 has them; and who holds mmap_lock how.
 *
 * One view of two pages. The mmap() fails in any way, or two threads unmap a
 * page each, or one of them both; a third drops a page by madvise(), and two
 * invalidations of other addresses, with a notifier or without, come without
 * mmap_lock. Those of our addresses come with it, and when there is a VMA.
 *
 * What it shows:
 *
 *	no entry is there when the kernel takes it out, after the notifier
 *	no grant is released while an entry shows its page, once the mmap() has
 *	  been made; the one that fails releases first, but nobody has seen it
 *	nobody uses the view after it was freed
 *	all comes to an end, and then there is no grant, no entry and no view
 *
 * What it leaves out: pages that something else uses (lib/pending.c), the views
 * of dma-bufs, a domain that is restored, and a notifier that may not sleep.
 */

#define PAGES		2
#define BOTH		2	/* in place of a page */

/* mmap_lock */
bool writer;
byte readers;

/* Of each page: the VMA, the entry, the grant. */
bool vma[PAGES], entry[PAGES], granted[PAGES];

/* The view. */
bool view_lock, view_freed;
byte vmas;
byte view_seq;

/* mmu_notifier_subscriptions */
byte ranges;
byte seq = 2;
bool in_tree, deferred;

#define invalidating	(seq & 1)
#define mmap_write()	atomic { !writer && !readers -> writer = true }
#define mmap_read()	atomic { !writer -> readers++ }
#define covers(r, i)	(r == i || r == BOTH)

inline release(r)
{
	d_step {
		assert(!covers(r, 0) || !entry[0]);
		assert(!covers(r, 1) || !entry[1]);
		granted[0] = granted[0] && !covers(r, 0);
		granted[1] = granted[1] && !covers(r, 1)
	}
}

inline view_unmap(r)
{
	d_step {
		assert(!view_freed);
		entry[0] = entry[0] && !covers(r, 0);
		entry[1] = entry[1] && !covers(r, 1)
	}
}

inline lock_view()
{
	atomic { !view_lock -> view_lock = true }
}

/* mmu_notifier_invalidate_range_start(), of our addresses. */
inline invalidate_start(r)
{
	d_step {
		ranges++;
		called = in_tree;
		seq = (called -> seq | 1 : seq)
	}
	if
	:: called ->
		/* view_invalidate() */
		lock_view();
		view_seq = seq;
		view_unmap(r);
		view_lock = false
	:: else
	fi
}

inline invalidate_end()
{
	d_step {
		ranges--;
		if
		:: !ranges && invalidating ->
			seq++;
			if
			:: deferred ->
				assert(!view_freed);
				in_tree = !in_tree;
				deferred = false
			:: else
			fi
		:: else
		fi
	}
}

/* The kernel takes the entries out: the notifier has done so before. */
inline zap(r)
{
	d_step {
		assert(!covers(r, 0) || !entry[0]);
		assert(!covers(r, 1) || !entry[1])
	}
}

inline notifier_insert()
{
	d_step {
		if
		:: ranges && invalidating -> deferred = true; view_seq = seq
		:: ranges && !invalidating -> seq = seq | 1; in_tree = true; view_seq = seq
		:: else -> in_tree = true; view_seq = seq - 1
		fi
	}
}

inline notifier_remove()
{
	d_step {
		assert(!view_freed);
		wait_for = 0;
		if
		:: invalidating && !in_tree -> deferred = false
		:: invalidating && in_tree -> deferred = true; wait_for = seq
		:: else -> in_tree = false
		fi
	}
	seq != wait_for
}

/* pv_vma_close() */
inline vma_close(r)
{
	assert(!view_freed);
#ifndef BROKEN_leave_trusts_the_notifier
	if
	:: entry[0] || entry[1] ->
		lock_view();
		view_unmap(r);
		view_lock = false
	:: else
	fi;
#endif
#ifdef BROKEN_a_part_releases_all
	release(BOTH);
#else
	if
	:: vmas > 1 -> release(r)
	:: else
	fi;
#endif
	d_step { vmas--; last = vmas == 0 }
	if
	:: last ->
		notifier_remove();
		release(BOTH);
		view_freed = true
	:: else
	fi
}

/* What it could map stays, for view_drop(). */
inline view_map()
{
	lock_view();
	if
	:: entry[0] = true;
	   if
	   :: entry[1] = true
	   :: failed = true
	   fi
	:: failed = true
	fi;
	view_lock = false
}

inline view_drop()
{
	lock_view();
	view_unmap(BOTH);
	view_lock = false;
	notifier_remove()
}

/* view_insert() */
inline insert_and_map()
{
#ifdef BROKEN_insert_after_map
	view_map();
#endif
	/* It may fail: a signal comes, or there is no memory. */
	if
	:: true -> goto err
	:: true -> notifier_insert()
	fi;
#ifndef BROKEN_no_read_begin
	seq != view_seq;
#endif
#ifndef BROKEN_insert_after_map
	view_map();
#endif
	/* gntdev_grants_map(), which leaves none when it fails. */
	if
	:: !failed -> atomic { granted[0] = true; granted[1] = true }
	:: true -> failed = true
	fi;
	if
	:: failed -> view_drop(); goto err
	:: else
	fi
}

active proctype Mmap()
{
	bool failed, last;
	byte wait_for;

	mmap_write();
	insert_and_map();
	vmas = 1;
	if
	:: atomic { vma[0] = true; vma[1] = true }
	:: /* The kernel's mmap() fails after ours has not; no notifier is left. */
	   vma_close(BOTH);
	   zap(BOTH)
	fi;
	goto out;
err:
	/* view_free() */
	view_freed = true;
out:
	writer = false
}

/* A page each, or the first both. What is left is one VMA or two. */
active [PAGES] proctype Munmap()
{
	bool called, last;
	byte wait_for;
	byte r = _pid - 1;

	mmap_write();
	if
	:: vma[0] && vma[1] && _pid == 1 -> r = BOTH
	:: true
	fi;
	if
	:: (vma[0] || vma[1]) && (r == BOTH || vma[r]) ->
		/* pv_vma_open(), when the VMA is split. */
		if
		:: r != BOTH && vma[0] && vma[1] -> vmas++
		:: else
		fi;
		d_step {
			vma[0] = vma[0] && !covers(r, 0);
			vma[1] = vma[1] && !covers(r, 1)
		}
		atomic { writer = false; readers++ }
		invalidate_start(r);
		zap(r);
		invalidate_end();
		vma_close(r);
		readers--
	:: else -> writer = false
	fi
}

active proctype Madvise()
{
	bool called;

	mmap_read();
	if
	:: vma[0] ->
		invalidate_start(0);
		zap(0);
		invalidate_end()
	:: else
	fi;
	readers--
}

/* Of other addresses, for instance to reclaim their pages. */
active [2] proctype Reclaim()
{
	if
	:: d_step { ranges++; seq = seq | 1 }
	:: ranges++
	fi;
	invalidate_end()
}

active proctype Quiet()
{
	timeout;
	assert(!entry[0] || vma[0]);
	assert(!entry[1] || vma[1]);
	assert(view_freed || vma[0] || vma[1]);
	assert(!view_freed || (!granted[0] && !granted[1] && !in_tree))
}
