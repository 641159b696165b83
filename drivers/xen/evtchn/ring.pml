/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of an open file, and who sleeps on it: a model for SPIN.
 *
 * Of ring.c: evtchn_ring_push() in two interrupts, evtchn_ring_read(),
 * ring_wake(), and evtchn_ring_reserve(), evtchn_ring_reset() or
 * evtchn_ring_lose(); of main.c: evtchn_read() and evtchn_poll(). Two processes
 * read, or one of them polls and reads, and each may stop after any read.
 *
 * What it shows:
 *
 *	nobody sleeps for ever on a ring that has a port, that is lost, or that
 *	  has overflowed
 *	no port is lost, but to a reset or to an overflow
 *	none is delivered twice, or in the place of another
 *	no slot is overwritten before its reader has copied it
 *
 * What it leaves out: a ring has two slots and then four, in place of 64 and
 * more. Copying to user memory does not fault, and no signal comes.
 *
 * Memory is that of x86: what a producer has stored, others see later, in the
 * order of the stores, and a barrier waits until they do. Who joins the wait
 * queue has a barrier behind that, in prepare_to_wait() or in poll_wait(). An
 * architecture that reorders more needs the acquire and the release of cons:
 * without them it does what BROKEN_cons_before_copy does.
 */

#define SMALL		2	/* slots before the growth: 0 and 1 */
#define BIG		4	/* and after it: 2 to 5 */
#define PUSHES		3	/* two of one producer, one of the other */

/* Process identifiers, in the order of what follows. */
#define MEMORY		0
#define PRODUCER	1
#define PROCESS		3

byte slot[SMALL + BIG];
bool grown;
byte prod, cons;
bool overflow, lost;
bool prod_lock, cons_lock;
bool begun;

/* Who has stored prod and the release of prod_lock, and others do not see it. */
byte unseen;
byte unseen_prod;

/* The wait queue. An entry of poll() stays in it when it is woken. */
bool queued[2], asleep[2];
bool polls;

/* What became of the pushes. The port that belongs at an index is index + 1. */
byte got, forgotten, dropped;

#define size		(grown -> BIG : SMALL)
#define place(i)	(grown -> SMALL + ((i) & (BIG - 1)) : ((i) & (SMALL - 1)))
#define pending		(cons != prod)

#define lock(l)		atomic { !l -> l = true }

/* wake_up_interruptible(), which holds the lock of the wait queue. */
inline wake_all()
{
	asleep[0] = asleep[0] && !queued[0];
	asleep[1] = asleep[1] && !queued[1];
	queued[0] = false;
	queued[1] = queued[1] && polls
}

/* ring_wake(): nobody to be woken, and nothing done, is the same here. */
inline ring_wake()
{
	d_step { wake_all() }
}

/* The store buffers: others see prod, and then that the lock is free. */
active proctype Memory()
{
end:	do
	:: d_step {
		unseen ->
		prod = unseen_prod;
		prod_lock = false;
		unseen = 0;
		unseen_prod = 0
	   }
	od
}

/* evtchn_ring_push(). */
active [2] proctype Producer()
{
	byte left = _pid;
	byte mine;
	bool room;

	begun;
	do
	:: left > 0 ->
		d_step {
			!prod_lock ->
			prod_lock = true;
			mine = prod;
			room = mine - cons < size
		}
		if
		:: !room ->
			d_step {
				overflow = true;
				dropped++;
				prod_lock = false
			}
#ifndef BROKEN_overflow_wakes_nobody
			/* A reader may have emptied it meanwhile, and sleep. */
			ring_wake()
#endif
		:: else ->
			d_step {
				slot[place(mine)] = mine + 1;
				unseen = _pid;
				unseen_prod = mine + 1
			}
#ifndef BROKEN_no_barrier
			unseen != _pid;
#endif
#ifdef BROKEN_wake_when_it_was_empty
			if
			:: cons == mine -> ring_wake()
			:: else
			fi
#else
			ring_wake()
#endif
		fi;
		d_step { mine = 0; room = false; left-- }
	:: else -> break
	od
}

/* evtchn_ring_read(). It leaves todo at 0 for -EAGAIN, or sets refused. */
inline ring_read()
{
	d_step {
		!cons_lock ->
		cons_lock = true;
		refused = lost || overflow;
		todo = (refused -> 0 : prod - cons);
		from = cons
	}
	/* The caller has room for one, or for all. */
	if
	:: todo > 1 -> todo = 1
	:: todo > 1
	:: else
	fi;
#ifdef BROKEN_cons_before_copy
	cons = from + todo;
#endif
	do
	:: i < todo ->
		d_step {
			assert(slot[place(from + i)] == from + i + 1);
			got++;
			i++
		}
	:: else -> break
	od;
	atomic {
#ifndef BROKEN_cons_before_copy
		cons = from + todo;
#endif
		cons_lock = false
	}
}

/* wait_event_interruptible() in evtchn_read(). */
inline wait_to_read(me)
{
	do
	:: atomic { queued[me] = true; asleep[me] = true }
		if
#ifdef BROKEN_overflow_wakes_nobody
		:: pending || lost -> break
#else
		:: pending || lost || overflow -> break
#endif
		:: else
		fi;
end_read:	!asleep[me]
	od;
	atomic { queued[me] = false; asleep[me] = false }
}

/* evtchn_poll(), which is asked again when it was woken. */
inline wait_to_poll(me)
{
	queued[me] = true;
	do
	:: asleep[me] = true;
		if
		:: lost || overflow || pending -> break
		:: else
		fi;
end_poll:	!asleep[me]
	od;
	atomic { queued[me] = false; asleep[me] = false }
}

active [2] proctype Process()
{
	byte todo, i, from;
	bool refused;

	begun;
	do
	:: ring_read();
		if
		:: refused || todo > 0 -> break
		:: todo > 0
		:: else ->
			if
			:: polls && _pid > PROCESS -> wait_to_poll(1)
			:: else -> wait_to_read(_pid - PROCESS)
			fi
		fi;
		d_step { todo = 0; i = 0; from = 0 }
	od;
	atomic { todo = 0; i = 0; from = 0; refused = false }
}

/* What else happens: one of these, or nothing. */
active proctype Other()
{
	byte i;

	if
	:: begun = true
	:: atomic { polls = true; begun = true }
	:: atomic { polls = true; begun = true }
	   /* evtchn_ring_lose() */
	   lost = true;
	   ring_wake()
	:: begun = true;
	   /* evtchn_ring_reserve() */
	   lock(cons_lock);
	   d_step {
		!prod_lock ->
		i = cons;
		do
		:: i != prod ->
			slot[SMALL + (i & (BIG - 1))] = slot[i & (SMALL - 1)];
			i++
		:: else -> break
		od;
		i = 0;
		grown = true;
		cons_lock = false
	   }
	:: begun = true;
	   /* evtchn_ring_reset() */
	   lock(cons_lock);
	   d_step {
		!prod_lock ->
		forgotten = prod - cons;
		cons = prod;
		overflow = false;
		cons_lock = false
	   }
	fi
}

active proctype Quiet()
{
	timeout;
	assert(!(asleep[0] || asleep[1]) || !(pending || lost || overflow));
	assert(got + forgotten + (prod - cons) == prod);
	assert(prod + dropped == PUSHES)
}
