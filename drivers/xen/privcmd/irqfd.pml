/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ends of an irqfd: a model for SPIN.
 *
 * Of irqfd.c: irqfd_publish() with irqfd_listen(), irqfd_wakeup(),
 * irqfd_inject(), irqfd_hangup(), irqfd_deassign(), privcmd_irqfd_release(),
 * irqfd_end() and irqfd_free(). One irqfd, whose eventfd is signalled twice, at
 * any time, and closed at any time after the irqfd was assigned. Two threads
 * DEASSIGN it, or none does and the file is closed. The workqueue has two
 * workers or, when there is no memory for the second, one.
 *
 * What it shows:
 *
 *	one of the three ends it, and one only
 *	each signal before the end is followed by an injection, also those that
 *	  came before it was assigned
 *	nobody uses the irqfd, or the file, after it was freed
 *	all of them come to an end: nobody waits for a worker that waits for him
 *
 * What it leaves out: the waitqueue's lock makes a step of what is done under
 * it, and the table has one place. The hypercall is not refused.
 */

#define SIGNALS		2
#define LAST_WORKER	7	/* its process, in the order of what follows */

/* Work items. */
#define INJECT		0
#define HANGUP		1

bool irqfd_lock;
bool assigned, in_table, listening;
bool irqfd_freed, file_freed;
/* Who came to free it. */
byte ended;

/* The eventfd. */
bool count, hung_up;
/* A signal that no injection has followed yet. */
bool owed;

bool queued[2], running[2];
byte ioctls = 2;

#define lock()		atomic { !irqfd_lock -> irqfd_lock = true }
#define unlock()	irqfd_lock = false

/* The hypercall, after a look at the file's restriction. */
inline inject()
{
	d_step { assert(!irqfd_freed && !file_freed); owed = false }
}

/* cancel_work_sync() */
inline cancel(work)
{
	d_step { was_queued = queued[work]; queued[work] = false }
	!running[work]
}

/* eventfd_ctx_remove_wait_queue() */
inline unlisten()
{
	d_step {
		assert(!irqfd_freed && listening);
		listening = false;
		count = false
	}
}

inline irqfd_free()
{
#ifdef BROKEN_flush_in_worker
	was_queued = false;
	!queued[INJECT] && !running[INJECT];
#else
	cancel(INJECT);
#endif
#ifndef BROKEN_pending_dropped
	if
	:: was_queued -> inject()
	:: else
	fi;
#endif
	d_step {
		assert(!irqfd_freed);
		irqfd_freed = true;
		ended++
	}
}

inline irqfd_end()
{
	unlisten();
#ifndef BROKEN_hangup_left
	cancel(HANGUP);
#endif
	irqfd_free()
}

/* irqfd_wakeup(): EPOLLIN, with the waitqueue locked. */
active proctype Signaller()
{
	byte n;

	do
	:: n < SIGNALS ->
		d_step {
			n++;
			count = true;
			if
			:: !assigned || listening -> owed = true
			:: else
			fi;
			if
			:: listening ->
				assert(!irqfd_freed);
				count = false;
				queued[INJECT] = true
			:: else
			fi
		}
	:: else -> break
	od
}

/* irqfd_wakeup(): EPOLLHUP. The ioctl that assigns holds the eventfd open. */
active proctype Closer()
{
	if
	:: true
	:: d_step {
		assigned ->
		if
		:: listening -> assert(!irqfd_freed); queued[HANGUP] = true
		:: else
		fi
	   }
	fi
}

active proctype Assign()
{
	bool signalled;

	lock();
	in_table = true;
#ifdef BROKEN_look_before_listen
	signalled = count;
	listening = true;
#else
	listening = true;
	signalled = count;
#endif
	if
	:: signalled ->
		d_step { signalled = count; count = false }
		if
		:: signalled -> queued[INJECT] = true
		:: else
		fi
	:: else
	fi;
	unlock();
	assigned = true
}

active [2] proctype Deassign()
{
	bool ours, was_queued;

	assigned;
	if
	:: true ->
		lock();
		atomic { ours = in_table; in_table = false }
#ifdef BROKEN_end_under_lock
		if
		:: ours -> irqfd_end()
		:: else
		fi;
		unlock()
#else
		unlock();
		if
		:: ours -> irqfd_end()
		:: else
		fi
#endif
	:: true
	fi;
	ioctls--
}

/* privcmd_irqfd_release(): no ioctl runs. */
active proctype Release()
{
	bool ours, was_queued;

	ioctls == 0;
	lock();
	atomic { ours = in_table; in_table = false }
	unlock();
	if
	:: ours -> irqfd_end()
	:: else
	fi;
#ifndef BROKEN_no_flush
	/* flush_workqueue() */
	!queued[INJECT] && !running[INJECT] && !queued[HANGUP] && !running[HANGUP];
#endif
	file_freed = true
}

inline irqfd_hangup()
{
	assert(!irqfd_freed);
	lock();
	assert(!irqfd_freed);
	atomic { ours = in_table; in_table = false }
	unlock();
#ifdef BROKEN_hangup_does_not_look
	ours = true;
#endif
	if
	:: ours -> unlisten(); irqfd_free()
	:: else
	fi
}

/* A work item runs on one worker at a time. */
#define begin(work)	atomic { idle(work) -> queued[work] = false; running[work] = true }
#define idle(work)	queued[work] && !running[work]

active [2] proctype Worker()
{
	bool ours, was_queued;

	/* The second may never come. */
	if
	:: true
	:: _pid == LAST_WORKER -> goto out
	fi;
end:	do
	:: begin(INJECT);
		inject();
		running[INJECT] = false
	:: begin(HANGUP);
		irqfd_hangup();
		d_step { running[HANGUP] = false; ours = false; was_queued = false }
	od;
out:
	skip
}

active proctype Quiet()
{
	timeout;
	assert(ended == 1 && irqfd_freed && file_freed);
	assert(!owed)
}
