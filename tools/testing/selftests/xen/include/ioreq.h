/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An ioreq server on an HVM guest, created through libxendevicemodel, as a
 * device model does it.
 *
 * Only for programs that are linked with it.
 */
#ifndef XT_IOREQ_H
#define XT_IOREQ_H

#include <stdbool.h>
#include <stdint.h>

#include <xendevicemodel.h>

#include "guest.h"

/* Frames of the resource: buffered requests, then the slots of vCPUs. */
#define IOREQ_FRAMES		2
#define IOREQ_SLOT_FRAME	1

struct ioreq_server {
	xendevicemodel_handle *dm;
	uint32_t domid;
	ioservid_t id;
};

/* Debian's Xen for Arm has no DM_OP at all. @fd: /dev/xen/privcmd. */
bool ioreq_missing(int fd);

/* All return 0 or -errno. */
int ioreq_create(struct ioreq_server *s, struct guest *g);

/* Xen fills the slots now, if they are mapped. */
int ioreq_enable(struct ioreq_server *s);

int ioreq_destroy(struct ioreq_server *s);

#endif
