/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A port from its place in the index to its end: a model for SPIN.
 *
 * Of port.c: evtchn_port_publish(), evtchn_port_enable(),
 * evtchn_port_unpublish(), evtchn_port_get(), evtchn_port_put(),
 * evtchn_port_free() and evtchn_port_lose_all(); of bind.c: evtchn_detach(),
 * evtchn_adopt(), and evtchn_interrupt() as far as it uses the port; of main.c:
 * evtchn_notify(), with which evtchn_unmask() is one here.
 *
 * There is one number. Port 1 has it at first. Its file unbinds it or is closed,
 * two threads of that file notify, it fires, and another file binds what Xen
 * gives it as port 2. The domain may be restored when no ioctl runs; the close
 * of a file may run then, for a worker of the kernel does it.
 *
 * What it shows:
 *
 *	a notification goes out on the caller's own port, or not at all
 *	nobody but its owner clears the place of a port, and who binds a number
 *	  that Xen gave finds the place free
 *	nobody but its owner closes a port
 *	nobody uses a port, or its file, after it was freed
 *	an unbind ends
 *
 * What it leaves out: the tables of the index, which stay for as long as the
 * module; static ports, see fired.pml; of the kernel's IRQs all but whether it
 * still has a port for them. refcount_dec_and_test() is a full barrier, as it is
 * on x86. Where it is none, BROKEN_weak_put is what evtchn_port_put() does.
 */

#define NOTIFIERS	2
#define RESTORE		NOTIFIERS	/* behind them in the arrays */

/* The place in the index, and whose the number is in Xen: 0 is nobody's. */
byte place = 1;
byte xen = 1;

/* Of each port, as it is before Bind makes the second; 0 is not used. */
byte users[3] = 1;
bool lost[3];
bool freed[3];
bool irq_has_port[3] = true;
bool has_handler[3] = true;
bool in_handler[3];

/* The file of port 1. */
bool closed, file_freed;

/* Ioctls that run, those of the file of port 1, and user space is frozen. */
byte ioctls, file_ioctls;
bool frozen;

/* Who looks a port up, and who of them kfree_rcu() waits for. */
bool reading[NOTIFIERS + 1];
bool waited_for[NOTIFIERS + 1];

/* The unbind in wait_var_event(). */
bool waits, woken;

inline port_get_at(me, any)
{
	reading[me] = true;
	p = place;
	if
	:: p == 1 || (p && any) ->
		d_step {
			assert(!freed[p]);
			if
#ifdef BROKEN_plain_reference
			:: users[p]++
#else
			:: users[p] > 0 -> users[p]++
			:: else -> p = 0
#endif
			fi
		}
	:: else -> p = 0
	fi;
	d_step { reading[me] = false; waited_for[me] = false }
}

/* evtchn_port_put(): the decrement, and then a look at the wait queue. */
inline put()
{
#ifdef BROKEN_weak_put
	last = waits;
	d_step { users[p]--; last = last && users[p] == 0 }
#else
	d_step { users[p]--; last = users[p] == 0 }
	last = last && waits;
#endif
	d_step { woken = woken || last; last = false }
}

inline port_clear_slot(p)
{
#ifdef BROKEN_plain_store
	place = 0
#else
	d_step { place = (place == p -> 0 : place) }
#endif
}

active [NOTIFIERS] proctype Notifier()
{
	byte p;
	bool last;

	if
	:: closed -> goto out
	:: atomic { !frozen && !closed -> ioctls++; file_ioctls++ }
	fi;
	port_get_at(_pid, false);
	if
	:: p ->
		d_step { assert(!freed[p]); assert(xen == p) }
		put()
	:: else
	fi;
	atomic { ioctls--; file_ioctls-- }
out:
	p = 0
}

/* Whoever has the number fires, and does so twice at most. */
active proctype Interrupt()
{
	byte n, p;

end:	do
	:: atomic {
		n < 2 && xen && irq_has_port[xen] && has_handler[xen] ->
		p = xen;
		in_handler[p] = true
	   }
		assert(!freed[p]);
		if
		:: users[p] > 0 ->
			/* evtchn_ring_push() */
			assert(!freed[p] && !(p == 1 && file_freed))
		:: else
		fi;
		d_step { in_handler[p] = false; p = 0; n++ }
	od
}

/* evtchn_detach(): of an unbind, a bind of the same file, or its close. */
active proctype Detach()
{
	bool ioctl;

	if
	:: atomic { !frozen -> ioctls++; file_ioctls++; ioctl = true }
	:: atomic { !file_ioctls -> closed = true }
	fi;
	port_clear_slot(1);
#ifdef BROKEN_no_wait
	users[1]--;
#else
	if
	:: d_step { users[1] > 0 -> users[1]-- }
	fi;
	do
	:: waits = true;
		if
		:: users[1] == 0 -> break
		:: else
		fi;
		d_step { woken -> woken = false }
	od;
	waits = false;
#endif
	/* unbind_from_irqhandler() */
	has_handler[1] = false;
	!in_handler[1];
	d_step {
#ifdef BROKEN_close_by_number
		if
		:: xen -> assert(xen == 1)
		:: else
		fi;
#endif
		if
		:: irq_has_port[1] -> assert(xen == 1); xen = 0
		:: else
		fi;
		irq_has_port[1] = false
	}
#ifndef BROKEN_free_at_once
	/* kfree_rcu() */
	d_step {
		waited_for[0] = reading[0];
		waited_for[1] = reading[1];
		waited_for[RESTORE] = reading[RESTORE]
	}
	/* It does not wait itself, and neither does what is left of a close. */
	file_freed = closed;
	if
	:: ioctl -> atomic { ioctls--; file_ioctls-- }
	:: else
	fi;
	!waited_for[0] && !waited_for[1] && !waited_for[RESTORE];
#endif
	freed[1] = true
}

/* A bind of another file, to which Xen may give the number. */
active proctype Bind()
{
end:	atomic {
		!frozen && !xen ->
		ioctls++;
		xen = 2;
		users[2] = 0;
		irq_has_port[2] = false;
		has_handler[2] = false
	}
	/* evtchn_port_publish() */
	d_step { assert(place == 0); place = 2 }
	irq_has_port[2] = true;
	users[2] = 1;
	has_handler[2] = true;
	ioctls--
}

active proctype Restore()
{
	byte p;
	bool last;

	if
	:: true -> goto out
	:: atomic { !ioctls -> frozen = true }
	fi;
	/* The kernel stops all processors, and Xen knows nothing of before. */
	d_step {
		!in_handler[1] && !in_handler[2] ->
		xen = 0;
		irq_has_port[1] = false;
		irq_has_port[2] = false
	}
	/* evtchn_port_lose_all() */
	port_get_at(RESTORE, true);
	if
	:: p ->
		if
		:: !irq_has_port[p] ->
			lost[p] = true;
			port_clear_slot(p);
			/* evtchn_ring_lose() */
			assert(!freed[p] && !(p == 1 && file_freed))
		:: else
		fi;
		put()
	:: else
	fi;
	frozen = false;
out:
	p = 0
}

active proctype Quiet()
{
	timeout;
	assert(freed[1]);
	assert(place == (xen == 2 -> 2 : 0))
}
