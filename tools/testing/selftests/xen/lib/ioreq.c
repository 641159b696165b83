// SPDX-License-Identifier: GPL-2.0-only
/*
 * An ioreq server on an HVM guest.
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "ioreq.h"

#include <xen/hvm/dm_op.h>
#include <xen/hvm/hvm_op.h>
#include <xen/privcmd.h>

bool ioreq_missing(int fd)
{
	struct xen_dm_op op = { .op = XEN_DMOP_nr_vcpus };
	struct privcmd_dm_op_buf buf = { &op, sizeof(op) };
	/* There is no such domain, but that comes second. */
	struct privcmd_dm_op arg = { .dom = 0x7000, .num = 1, .ubufs = &buf };

	return ioctl(fd, IOCTL_PRIVCMD_DM_OP, &arg) < 0 && errno == ENOSYS;
}

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
