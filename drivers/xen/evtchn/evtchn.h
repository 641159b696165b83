/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-evtchn, shared by its files. main.c tells the model.
 */
#ifndef XEN_EVTCHN_EVTCHN_H
#define XEN_EVTCHN_EVTCHN_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <xen/interface/event_channel.h>

#include "lib/files.h"
#include "lib/ioctl.h"
#include "lib/refusals.h"
#include "lib/restrict.h"

struct evtchn_slots;

/* The comment says what the number is about. */
enum evtchn_reason {
	/* The file may not act on the domain: its number. */
	EVTCHN_R_RESTRICTED,
	/* Xen has no port left for this domain: the remote domain. */
	EVTCHN_R_XEN_PORTS,
	/* Xen refuses for another reason, see the errno: the remote domain. */
	EVTCHN_R_XEN,
	/* The kernel makes no IRQ for it, or takes no handler: the port. */
	EVTCHN_R_IRQ,
	/* read() after the domain was restored: 0. */
	EVTCHN_R_RESTORED,
	EVTCHN_REASONS,
};

/*
 * Ports that fired and were not read yet, in order. The indices run freely;
 * prod - cons is the number of ports in the ring.
 */
struct evtchn_ring {
	/* Serialises producers, growth and reset. Taken in the interrupt. */
	spinlock_t prod_lock;
	/* Written under prod_lock and cons_lock, read under either. */
	struct evtchn_slots *slots;
	unsigned int prod;
	bool overflow;
	/* All ports of the file went when the domain was restored. */
	bool lost;

	/* Serialises consumers. */
	struct mutex cons_lock;
	/* Written under cons_lock. */
	unsigned int cons;

	wait_queue_head_t wait;
	struct fasync_struct *fasync;
};

/* One open file. */
struct evtchn_file {
	struct evtchn_ring ring;
	struct xen_restrict restriction;

	/* Serialises bind, unbind and restrict on this file. */
	struct mutex bind_lock;
	/* Protected by bind_lock. */
	struct list_head ports;
	unsigned int nr_ports;

	/* What /proc/interrupts shows. */
	char *name;

	struct xen_file entry;
};

/* Set from the interrupt until user space unmasks the port. */
#define EVTCHN_PORT_FIRED	0
/* Stays open in Xen when it is unbound. */
#define EVTCHN_PORT_STATIC	1
/* Fired once more meanwhile, unmasked by another consumer of its IRQ. */
#define EVTCHN_PORT_AGAIN	2
/* Xen has no such port any more: the domain was restored. */
#define EVTCHN_PORT_LOST	3

/* One port that is bound to an open file. */
struct evtchn_port {
	evtchn_port_t port;
	/* -1 until there is one, and with it a reference on it. */
	int irq;
	struct evtchn_file *file;
	unsigned long flags;
	/*
	 * The binding itself, and each operation under way on the port. None
	 * before the port is enabled: then only its number is taken.
	 */
	refcount_t users;
	struct list_head node;
	struct rcu_head rcu;
};

static inline bool evtchn_port_has_irq(const struct evtchn_port *p)
{
	return p->irq >= 0;
}

/* trace.c */
extern const struct xen_refusals evtchn_refusals;

/* Count a refusal, and return @err. */
static inline int evtchn_refuse(enum evtchn_reason reason, int err, u64 what)
{
	return xen_refuse(&evtchn_refusals, reason, err, what);
}

/* debugfs.c */
extern struct xen_files evtchn_files;

/* port.c */
struct evtchn_port *evtchn_port_new(struct evtchn_file *ef);
int evtchn_port_publish(struct evtchn_port *p);
void evtchn_port_enable(struct evtchn_port *p);
void evtchn_port_unpublish(struct evtchn_port *p);
struct evtchn_port *evtchn_port_get(struct evtchn_file *ef,
				    evtchn_port_t port);
void evtchn_port_put(struct evtchn_port *p);
bool evtchn_port_requeue(struct evtchn_port *p);
void evtchn_port_free(struct evtchn_port *p);
void evtchn_port_lose_all(void);
void evtchn_port_exit(void);

/* bind.c */
int evtchn_check_unrestricted(void *file);
long evtchn_bind_virq(struct xen_ioctl_call *call);
long evtchn_bind_interdomain(struct xen_ioctl_call *call);
long evtchn_bind_unbound(struct xen_ioctl_call *call);
long evtchn_bind_static(struct xen_ioctl_call *call);
long evtchn_unbind(struct xen_ioctl_call *call);
void evtchn_unbind_all(struct evtchn_file *ef);
long evtchn_reset(struct xen_ioctl_call *call);

/* ring.c */
void evtchn_ring_init(struct evtchn_ring *ring);
void evtchn_ring_destroy(struct evtchn_ring *ring);
int evtchn_ring_reserve(struct evtchn_ring *ring, unsigned int ports);
void evtchn_ring_push(struct evtchn_ring *ring, evtchn_port_t port);
ssize_t evtchn_ring_read(struct evtchn_ring *ring, char __user *buf,
			 size_t ports);
void evtchn_ring_reset(struct evtchn_ring *ring);
void evtchn_ring_lose(struct evtchn_ring *ring);
bool evtchn_ring_pending(const struct evtchn_ring *ring);
bool evtchn_ring_lost(const struct evtchn_ring *ring);
bool evtchn_ring_ready(const struct evtchn_ring *ring);
bool evtchn_ring_overflow(const struct evtchn_ring *ring);
unsigned int evtchn_ring_unread(const struct evtchn_ring *ring);
unsigned int evtchn_ring_slots(struct evtchn_ring *ring);
long evtchn_ring_overflows(void);

#endif
