/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page of requests that eventfds are signalled for: what ioeventfd.c, which
 * tells the model, has of ioreq.c.
 */
#ifndef XEN_PRIVCMD_IOREQ_H
#define XEN_PRIVCMD_IOREQ_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/types.h>

#include <xen/events.h>
#include <xen/interface/xen.h>

struct eventfd_ctx;
struct ioreq_slot;
struct privcmd_file;
struct privcmd_ioeventfd;
struct privcmd_kmap;
struct privcmd_map;

struct ioeventfd {
	struct hlist_node node;
	struct eventfd_ctx *eventfd;
	u64 addr;
	u32 len;
	u32 vq;
};

/*
 * The IRQ is what we hold, with a reference and a handler. The port is a number
 * of Xen's, and good for nothing but to send.
 */
struct ioreq_port {
	struct ioreq_server *server;
	struct ioreq_slot *slot;
	evtchn_port_t port;
	int irq;
};

/* Where the slots begin: a page of a map. */
struct place {
	struct privcmd_map *map;
	unsigned long page;
};

struct ioreq_server {
	struct privcmd_file *file;
	struct list_head node;
	/* The domain, its ports, and as long as this is the same. */
	domid_t domid;
	unsigned int generation;
	/* It has a reference on the map. */
	struct place place;
	/* Its address when it was made, for DEASSIGN when it is there no more. */
	unsigned long uaddr;

	/* PV: our own mapping of the page. */
	struct privcmd_kmap *kmap;

	unsigned int nr_eventfds;
	DECLARE_HASHTABLE(eventfds, 6);

	unsigned int vcpus;
	struct ioreq_port ports[];
};

static inline u64 doorbell_key(u64 addr, u32 vq)
{
	return addr ^ ((u64)vq << 48);
}

struct ioreq_server *privcmd_ioreq_new(struct privcmd_file *pf,
				       const struct privcmd_ioeventfd *args,
				       const struct place *place);
void privcmd_ioreq_free(struct ioreq_server *server);

#endif
