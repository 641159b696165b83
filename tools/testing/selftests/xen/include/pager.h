/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pager: it takes frames of an HVM guest out and puts them back in when Xen
 * asks for them, which Xen does when somebody wants to map one.
 *
 * Only for programs that are linked with libxenctrl.
 */
#ifndef XT_PAGER_H
#define XT_PAGER_H

#include <stdbool.h>
#include <stdint.h>

#include <xenctrl.h>

#include <xen/vm_event.h>

#include "guest.h"

struct pager {
	struct guest *guest;
	int fd;
	void *page;
	bool enabled;
	vm_event_back_ring_t ring;
};

/*
 * Become the pager of @g; @fd is of privcmd. Returns 0 or -errno: -ENOSYS if
 * Xen is built without paging, -EOPNOTSUPP if it has none with this dom0.
 */
int pager_open(struct pager *p, struct guest *g, int fd);

/*
 * Take out a frame that nobody has mapped, and keep what was in it in @content,
 * a page. Returns 0 or -errno.
 */
int pager_evict(struct pager *p, xen_pfn_t frame, void *content);

/* The frame that Xen asks for next: 1; or 0 for none, or -errno. */
int pager_request(struct pager *p, xen_pfn_t *frame);

/* Put a frame back that was asked for, and answer. Returns 0 or -errno. */
int pager_load(struct pager *p, xen_pfn_t frame, void *content);

/* What is out stays out. The page of the ring is given back to the guest. */
void pager_close(struct pager *p);

#endif
