// SPDX-License-Identifier: GPL-2.0-only
/*
 * An ioreq server on an HVM guest.
 */
#include <errno.h>

#include "ioreq.h"

#include <xen/hvm/hvm_op.h>

int ioreq_create(struct ioreq_server *s, struct guest *g)
{
	s->domid = g->domid;
	s->dm = xendevicemodel_open(NULL, 0);
	if (!s->dm)
		return errno ? -errno : -ENODEV;
	if (xendevicemodel_create_ioreq_server(s->dm, s->domid,
					       HVM_IOREQSRV_BUFIOREQ_ATOMIC,
					       &s->id))
		return -errno;
	return 0;
}

int ioreq_enable(struct ioreq_server *s)
{
	return xendevicemodel_set_ioreq_server_state(s->dm, s->domid, s->id,
						     1) ? -errno : 0;
}

int ioreq_destroy(struct ioreq_server *s)
{
	int ret = 0;

	if (!s->dm)
		return 0;
	if (xendevicemodel_destroy_ioreq_server(s->dm, s->domid, s->id))
		ret = -errno;
	xendevicemodel_close(s->dm);
	s->dm = NULL;
	return ret;
}
