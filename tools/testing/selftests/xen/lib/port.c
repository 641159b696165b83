// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels as Xen sees them.
 */
#include <errno.h>

#include "hcall.h"
#include "port.h"

static int port_op(int fd, unsigned int cmd, void *arg)
{
	return hcall2(fd, __HYPERVISOR_event_channel_op, cmd, (uintptr_t)arg);
}

int port_status(int fd, uint32_t port, struct evtchn_status *status)
{
	*status = (struct evtchn_status){ .dom = DOMID_SELF, .port = port };
	return port_op(fd, EVTCHNOP_status, status);
}

int port_state(int fd, uint32_t port)
{
	struct evtchn_status status;
	int ret = port_status(fd, port, &status);

	return ret < 0 ? ret : (int)status.status;
}

int port_alloc(int fd, uint16_t remote)
{
	struct evtchn_alloc_unbound op = {
		.dom = DOMID_SELF,
		.remote_dom = remote,
	};
	int ret = port_op(fd, EVTCHNOP_alloc_unbound, &op);

	return ret < 0 ? ret : (int)op.port;
}

int port_connect(int fd, uint16_t remote, uint32_t remote_port)
{
	struct evtchn_bind_interdomain op = {
		.remote_dom = remote,
		.remote_port = remote_port,
	};
	int ret = port_op(fd, EVTCHNOP_bind_interdomain, &op);

	return ret < 0 ? ret : (int)op.local_port;
}

int port_close(int fd, uint32_t port)
{
	struct evtchn_close op = { .port = port };

	return port_op(fd, EVTCHNOP_close, &op);
}

int port_send(int fd, uint32_t port)
{
	struct evtchn_send op = { .port = port };

	return port_op(fd, EVTCHNOP_send, &op);
}

int ports_open(int fd)
{
	uint32_t port;
	int open = 0;

	for (port = 1; port < PORT_RANGE; port++) {
		if (port_state(fd, port) > EVTCHNSTAT_closed)
			open++;
	}
	return open;
}

int port_closed(int fd)
{
	uint32_t port;

	/* From above: the lowest free number is given out next. */
	for (port = PORT_RANGE - 1; port; port--) {
		if (port_state(fd, port) == EVTCHNSTAT_closed)
			return port;
	}
	return -ENOSPC;
}
