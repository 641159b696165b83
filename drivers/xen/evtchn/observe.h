/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What xen-evtchn refuses, and what of it can be seen.
 */
#ifndef XEN_EVTCHN_OBSERVE_H
#define XEN_EVTCHN_OBSERVE_H

#include <linux/types.h>

struct evtchn_file;

/* The comment says what the number is about; 0 where there is none. */
enum evtchn_reason {
	/* The file may not act on the domain: its number. */
	EVTCHN_R_RESTRICTED,
	/* RESTRICT_DOMID again: the domain that it was restricted to. */
	EVTCHN_R_RESTRICTED_BEFORE,
	/* RESTRICT_DOMID to what is no domain, or dom0: its number. */
	EVTCHN_R_DOMID,
	/* Xen has no port left for this domain. */
	EVTCHN_R_XEN_PORTS,
	/* Xen refuses for another reason, see the errno: the remote domain. */
	EVTCHN_R_XEN,
	/* Somebody else has the port: its number. */
	EVTCHN_R_TAKEN,
	/* The kernel makes no IRQ for it: the port. */
	EVTCHN_R_IRQ,
	/* The kernel takes no handler for it: the port. */
	EVTCHN_R_HANDLER,
	/* The file has not bound it: the port. */
	EVTCHN_R_NOT_BOUND,
	/* BIND_STATIC again: the port. */
	EVTCHN_R_BOUND,
	/* No number that a port can have: the number. */
	EVTCHN_R_PORT,
	/* BIND_STATIC of what is no channel to a domain: the port. */
	EVTCHN_R_CHANNEL,
	/* read() after an overflow. */
	EVTCHN_R_OVERFLOW,
	/* read() after the domain was restored. */
	EVTCHN_R_RESTORED,
	EVTCHN_R_MEMORY,
	/* No such ioctl: the command. */
	EVTCHN_R_IOCTL,
	EVTCHN_REASONS,
};

/* Count a refusal and return @err. */
int evtchn_refuse(enum evtchn_reason reason, int err, u64 what);

/* One more ring that overflowed. In the interrupt. */
void evtchn_overflowed(u32 port, unsigned int slots);

void evtchn_observe_open(struct evtchn_file *ef);
void evtchn_observe_close(struct evtchn_file *ef);
void evtchn_observe_init(void);
void evtchn_observe_exit(void);

#endif
