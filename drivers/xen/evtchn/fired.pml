/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FIRED and AGAIN: no event is lost between the interrupt and write(). A model
 * for SPIN.
 *
 * Of bind.c: evtchn_interrupt(), leave_unmasked() and what evtchn_detach() does
 * before and after it; of main.c: evtchn_unmask_port(); of port.c:
 * evtchn_port_requeue(). One static port, whose peer sends three events; two
 * threads that read it, look at what they share with the peer, and write it; and
 * another consumer of the same IRQ, which unmasks the port or leaves that to
 * us. It is called before or after our handler. The port may be unbound.
 *
 * What it shows:
 *
 *	each event is followed by a read of the port
 *	when all has been read and written, the port is unmasked
 *	it is in the ring once at most
 *	when it was unbound, it is unmasked for its next owner
 *
 * What it leaves out: the handlers of an IRQ run one after the other, and an
 * event that comes meanwhile waits for the last of them. The ring is a number,
 * see ring.pml. That users holds off an unbind is in port.pml.
 */

#define EVENTS		3

/* Xen's bits for the port, and whether the peer has anything that nobody saw. */
bool pending, masked, news;

bool fired, again;
byte users = 1;
bool in_handler;
bool has_handler = true;
byte ring;

/* xen_irq_lateeoi() */
#define lateeoi()	masked = false

inline push()
{
	d_step { assert(ring == 0); ring++ }
}

/*
 * evtchn_port_requeue(). When somebody else has queued it meanwhile, its reader
 * may have looked before it fired again, so AGAIN is put back for that one.
 */
inline requeue()
{
	do
	:: atomic { was_again = again; again = false }
		if
		:: was_again
		:: else -> break
		fi;
		d_step { was_fired = fired; fired = true }
		if
		:: !was_fired -> push(); break
		:: else
		fi;
#ifdef BROKEN_again_taken
		break;
#endif
		again = true;
		if
		:: fired -> break
		:: else
		fi
	od
}

active proctype Peer()
{
	byte n;

	do
	:: n < EVENTS -> atomic { news = true; pending = true; n++ }
	:: else -> break
	od
}

/* Answers a request by itself, or knows nothing of it. */
inline other_consumer()
{
	if
	:: lateeoi()
	:: true
	fi
}

inline evtchn_interrupt()
{
	if
	:: users == 0 -> lateeoi()
	:: else ->
		d_step { was_fired = fired; fired = true }
		if
		:: !was_fired -> push()
		:: else ->
#ifdef BROKEN_look_before_again
			/* No barrier: the look overtakes the store. */
			was_fired = fired;
			again = true;
#else
#ifndef BROKEN_no_again
			again = true;
#endif
			was_fired = fired;
#endif
#ifndef BROKEN_no_second_look
			if
			:: !was_fired -> requeue()
			:: else
			fi;
#endif
			skip
		fi
	fi
}

active proctype Interrupt()
{
	bool was_fired, was_again, late;

end:	do
	:: atomic {
		pending && !masked && has_handler ->
		pending = false;
		masked = true;
		in_handler = true
	   }
		/* Which of the two is called first. */
		if
		:: other_consumer()
		:: true -> late = true
		fi;
		evtchn_interrupt();
		if
		:: late -> other_consumer()
		:: else
		fi;
		d_step {
			was_fired = false;
			was_again = false;
			late = false;
			in_handler = false
		}
	od
}

active [2] proctype Thread()
{
	bool was_fired, was_again;

end:	do
	:: atomic { ring > 0 -> ring-- }
		news = false;
		/* evtchn_write() */
		if
		:: atomic { users > 0 -> users++ }
			d_step { was_fired = fired; fired = false }
			if
			:: was_fired ->
				requeue();
				if
				:: !was_again -> lateeoi()
				:: else
				fi
			:: else
			fi;
			users--
		:: users == 0
		fi;
		d_step { was_fired = false; was_again = false }
	od
}

/* evtchn_detach() of a static port, or nothing. */
active proctype Detach()
{
	if
	:: true
	:: users--;
	   users == 0;
#ifndef BROKEN_no_synchronize_irq
	   !in_handler;
#endif
	   if
	   :: fired -> lateeoi()
	   :: else
	   fi;
	   has_handler = false;
	   !in_handler
	fi
}

active proctype Quiet()
{
	timeout;
	assert(!masked);
	assert(!has_handler || (!pending && !news && !fired))
}
