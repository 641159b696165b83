/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who answers a request of a guest, and what the end of an ioeventfd waits for:
 * a model for SPIN.
 *
 * Of ioeventfd.c: ioreq_interrupt() with match_request() and answer_request(),
 * ioeventfd_remove(), server_free() and privcmd_ioeventfd_release(). One vCPU
 * makes three requests in its slot, each a write to the doorbell or something
 * else. The handler of xen-evtchn is on the same IRQ, before ours, and tells the
 * device model. One eventfd is on the doorbell; it goes by DEASSIGN, as the last
 * of its server or not, or with the file, or it stays.
 *
 * What it shows:
 *
 *	a request is taken once, by us or by the device model, and answered
 *	we take none but a write to the doorbell
 *	an eventfd is not signalled after it was put
 *	nobody reads the slots after they were released
 *
 * It takes for granted that the device model's look at the slot, and its taking
 * of the request, do not fall into our handler. Nothing makes that so: the
 * handler of xen-evtchn has told it just before ours looks, or it comes late for
 * an earlier request. Then both find the same request, and both take it: that is
 * BROKEN_device_model_in_between. To take is a load and a store for the device
 * model, so that no operation of ours can be atomic with them.
 *
 * What it leaves out: the restriction of the file, buffered requests, and the
 * bits of xen-evtchn, see fired.pml.
 */

#define REQUESTS	3

mtype = { none, ready, inprocess, response };
mtype = { doorbell, other };

/* The slot. */
mtype state = none;
mtype kind = other;
/* What became of the request: each is taken once. */
bool taken;
bool done;

/* Xen's bits for the port, and that the device model has it to read. */
bool pending, masked, told;

bool in_handler, in_rcu;
bool attached = true;
bool in_hash = true;
bool eventfd_put, slots_released;

inline take()
{
	assert(state == ready && !taken);
	state = inprocess;
	taken = true
}

active proctype VCpu()
{
	byte n;

	do
	:: n < REQUESTS ->
		if
		:: kind = doorbell
		:: kind = other
		fi;
		d_step { taken = false; state = ready }
		pending = true;
		d_step { state == response -> state = none }
		n++
	:: else -> break
	od;
	done = true
}

inline ioreq_interrupt()
{
#ifdef BROKEN_no_read_barrier
	k = kind;
	s = state;
#else
	s = state;
	k = kind;
#endif
	assert(!slots_released);
	if
	:: s == ready ->
		in_rcu = true;
		found = k == doorbell && in_hash;
		if
		:: found ->
			d_step { assert(kind == doorbell); take() }
			assert(!eventfd_put);
			state = response
		:: else
		fi;
		in_rcu = false;
		if
		:: found -> masked = false
		:: else
		fi
	:: else
	fi
}

active proctype Interrupt()
{
	mtype s = none, k = none;
	bool found;

end:	do
	:: d_step {
		pending && !masked ->
		pending = false;
		masked = true;
		in_handler = true
	   }
		told = true;
		if
		:: attached -> ioreq_interrupt()
		:: else
		fi;
		d_step { s = none; k = none; found = false; in_handler = false }
	od
}

active proctype DeviceModel()
{
	bool mine;

end:	do
	:: d_step { told -> told = false }
		masked = false;
#ifdef BROKEN_device_model_in_between
		mine = state == ready;
		if
		:: mine -> d_step { take() }
		:: else
		fi;
#else
		d_step {
			!in_handler ->
			mine = state == ready;
			if
			:: mine -> take()
			:: else
			fi
		}
#endif
		if
		:: mine -> state = response
		:: else
		fi;
		mine = false
	od
}

/* free_irq() of our handler; that of xen-evtchn stays. */
inline ports_detach()
{
	attached = false;
	!in_handler
}

active proctype End()
{
	if
	:: true
	:: /* ioeventfd_remove() */
	   in_hash = false;
#ifndef BROKEN_no_synchronize_rcu
	   !in_rcu;
#endif
	   eventfd_put = true;
	   if
	   :: true
	   :: /* server_free() */
#ifdef BROKEN_slots_first
	      slots_released = true;
	      ports_detach()
#else
	      ports_detach();
	      slots_released = true
#endif
	   fi
	:: /* privcmd_ioeventfd_release() */
	   ports_detach();
	   eventfd_put = true;
	   slots_released = true
	fi
}

active proctype Quiet()
{
	timeout;
	assert(done && state == none)
}
