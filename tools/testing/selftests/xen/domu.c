// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in a guest and says on its console what the modules allow there. The
 * program "guests" in dom0 reads it. No verdict here: dom0 knows what it set up.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xen/evtchn.h>
#include <xen/privcmd.h>

#include "env.h"

#define HYPERCALL_XEN_VERSION	17

static int do_ioctl(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static int dm_op(int fd, uint16_t domid)
{
	struct privcmd_dm_op op = { .dom = domid };

	return do_ioctl(fd, IOCTL_PRIVCMD_DM_OP, &op);
}

static int restrict_to(int fd, uint16_t domid)
{
	return do_ioctl(fd, IOCTL_PRIVCMD_RESTRICT, &domid);
}

static int hypercall(int fd)
{
	struct privcmd_hypercall call = { .op = HYPERCALL_XEN_VERSION };

	return do_ioctl(fd, IOCTL_PRIVCMD_HYPERCALL, &call);
}

/* A channel to itself, and one event through it. */
static int event_to_itself(void)
{
	struct ioctl_evtchn_bind_unbound_port unbound = {
		.remote_domain = 0x7ff0,
	};
	struct ioctl_evtchn_bind_interdomain bind = { .remote_domain = 0x7ff0 };
	struct ioctl_evtchn_notify notify;
	uint32_t port = 0;
	int fd, a, b;

	fd = open(XEN_DEV_EVTCHN, O_RDWR);
	if (fd < 0)
		return -errno;
	a = do_ioctl(fd, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &unbound);
	bind.remote_port = a;
	b = do_ioctl(fd, IOCTL_EVTCHN_BIND_INTERDOMAIN, &bind);
	if (a < 0 || b < 0)
		return a < 0 ? a : b;
	/* The end that was bound last begins with an event. */
	if (read(fd, &port, sizeof(port)) != sizeof(port) || (int)port != b)
		return -EIO;
	notify.port = b;
	if (do_ioctl(fd, IOCTL_EVTCHN_NOTIFY, &notify))
		return -EIO;
	if (read(fd, &port, sizeof(port)) != sizeof(port) || (int)port != a)
		return -EIO;
	close(fd);
	return 0;
}

int main(void)
{
	int fd = open(XEN_DEV_PRIVCMD, O_RDWR);

	printf("guest: open %d\n", fd < 0 ? -errno : 0);
	printf("guest: hypercall %d\n", hypercall(fd));
	printf("guest: dm_op 0 %d\n", dm_op(fd, 0));
	printf("guest: dm_op 1 %d\n", dm_op(fd, 1));
	printf("guest: restrict 0 %d\n", restrict_to(fd, 0));
	printf("guest: event %d\n", event_to_itself());
	printf("guest: done\n");
	return 0;
}
