/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_GNTDEV_PENDING_H
#define XEN_GNTDEV_PENDING_H

#include <linux/list.h>
#include <linux/types.h>

/**
 * struct gntdev_pending - part of what can have to wait
 * @look: try again; returns true if it has to wait on
 * @put: drop the reference that the list has had
 * @node: in the list
 * @queued: it is there
 */
struct gntdev_pending {
	bool (*look)(struct gntdev_pending *p);
	void (*put)(struct gntdev_pending *p);
	struct list_head node;
	bool queued;
};

bool gntdev_pending_add(struct gntdev_pending *p);
unsigned int gntdev_pending_count(void);
int gntdev_pending_init(void);
void gntdev_pending_exit(void);

#endif
