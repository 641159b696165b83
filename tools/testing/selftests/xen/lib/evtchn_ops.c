// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on an open /dev/xen/evtchn.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xen/evtchn.h>
#include <xen/xen.h>

#include "clock.h"
#include "env.h"
#include "evtchn_ops.h"

/* More than any driver puts into a ring that serves a single port. */
#define OVERFLOW_MAX	4096

static int ev_ioctl(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

int ev_open(int flags)
{
	int fd = open(XEN_DEV_EVTCHN, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int ev_bind_virq(int fd, uint32_t virq)
{
	struct ioctl_evtchn_bind_virq arg = { .virq = virq };

	return ev_ioctl(fd, IOCTL_EVTCHN_BIND_VIRQ, &arg);
}

int ev_bind_unbound(int fd, uint32_t domain)
{
	struct ioctl_evtchn_bind_unbound_port arg = { .remote_domain = domain };

	return ev_ioctl(fd, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &arg);
}

int ev_bind_interdomain(int fd, uint32_t domain, uint32_t port)
{
	struct ioctl_evtchn_bind_interdomain arg = {
		.remote_domain = domain,
		.remote_port = port,
	};

	return ev_ioctl(fd, IOCTL_EVTCHN_BIND_INTERDOMAIN, &arg);
}

int ev_bind_static(int fd, uint32_t port)
{
	struct ioctl_evtchn_bind arg = { .port = port };

	return ev_ioctl(fd, IOCTL_EVTCHN_BIND_STATIC, &arg);
}

int ev_unbind(int fd, uint32_t port)
{
	struct ioctl_evtchn_unbind arg = { .port = port };

	return ev_ioctl(fd, IOCTL_EVTCHN_UNBIND, &arg);
}

int ev_notify(int fd, uint32_t port)
{
	struct ioctl_evtchn_notify arg = { .port = port };

	return ev_ioctl(fd, IOCTL_EVTCHN_NOTIFY, &arg);
}

int ev_reset(int fd)
{
	return ev_ioctl(fd, IOCTL_EVTCHN_RESET, NULL);
}

int ev_restrict(int fd, uint16_t domid)
{
	struct ioctl_evtchn_restrict_domid arg = { .domid = domid };

	return ev_ioctl(fd, IOCTL_EVTCHN_RESTRICT_DOMID, &arg);
}

int ev_bind_free_virq(int fd, uint32_t *virq)
{
	/* The last two have users, but only when a toolstack runs. */
	static const uint32_t numbers[] = {
		VIRQ_ARGO, VIRQ_ENOMEM, VIRQ_MEM_EVENT, VIRQ_TBUF, VIRQ_DOM_EXC,
	};
	int port = -EEXIST;
	unsigned int i;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		port = ev_bind_virq(fd, numbers[i]);
		*virq = numbers[i];
		if (port != -EEXIST)
			break;
	}
	return port;
}

ssize_t ev_read(int fd, void *buf, size_t bytes)
{
	ssize_t ret = read(fd, buf, bytes);

	return ret < 0 ? -errno : ret;
}

ssize_t ev_write(int fd, const void *buf, size_t bytes)
{
	ssize_t ret = write(fd, buf, bytes);

	return ret < 0 ? -errno : ret;
}

int ev_unmask(int fd, uint32_t port)
{
	ssize_t ret = ev_write(fd, &port, sizeof(port));

	if (ret < 0)
		return ret;
	return ret == sizeof(port) ? 0 : -EIO;
}

void ev_settle(void)
{
	static long cpus;

	if (!cpus)
		cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus > 1)
		sleep_ms(2);
}

static int ev_poll_for(int fd, short events, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int ret;

	do {
		ret = poll(&pfd, 1, ms);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : pfd.revents;
}

int ev_poll(int fd)
{
	return ev_poll_for(fd, POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM |
			   POLLPRI | POLLRDHUP, 0);
}

int ev_wait(int fd, unsigned int ms)
{
	return ev_poll_for(fd, POLLIN, ms);
}

int ev_next(int fd)
{
	uint32_t port;
	ssize_t ret;

	ret = ev_wait(fd, SOON_MS);
	if (ret <= 0)
		return ret ? ret : -ETIMEDOUT;
	ret = ev_read(fd, &port, sizeof(port));
	if (ret < 0)
		return ret;
	return ret == sizeof(port) ? (int)port : -EIO;
}

int ev_take(int fd)
{
	int port = ev_next(fd);
	int ret;

	if (port < 0)
		return port;
	ret = ev_unmask(fd, port);
	return ret < 0 ? ret : port;
}

int ev_pair_queued(int fd_a, int fd_b, struct ev_pair *pair)
{
	int port;

	port = ev_bind_unbound(fd_a, DOM_HERE);
	if (port < 0)
		return port;
	pair->a = port;
	port = ev_bind_interdomain(fd_b, DOM_HERE, port);
	if (port < 0)
		return port;
	pair->b = port;
	return 0;
}

int ev_pair(int fd_a, int fd_b, struct ev_pair *pair)
{
	int ret;

	ret = ev_pair_queued(fd_a, fd_b, pair);
	if (ret < 0)
		return ret;
	ret = ev_take(fd_b);
	if (ret < 0)
		return ret;
	return ret == (int)pair->b ? 0 : -EIO;
}

/* One channel that comes, leaves its first event in the ring, and goes. */
static int ev_stale_one(int fd_b, uint32_t port_a)
{
	int port, ret;

	port = ev_bind_interdomain(fd_b, DOM_HERE, port_a);
	if (port < 0)
		return port;
	ret = ev_wait(fd_b, SOON_MS);
	if (ret <= 0)
		return ret ? ret : -ETIMEDOUT;
	ev_settle();
	return ev_unbind(fd_b, port);
}

int ev_stale(int fd_a, int fd_b, unsigned int events)
{
	int port = ev_bind_unbound(fd_a, DOM_HERE);
	int ret = 0;

	if (port < 0)
		return port;
	while (events-- && !ret)
		ret = ev_stale_one(fd_b, port);
	return ret ? ret : ev_unbind(fd_a, port);
}

int ev_overflow(int fd_a, int fd_b)
{
	int port = ev_bind_unbound(fd_a, DOM_HERE);
	int events, ret;

	if (port < 0)
		return port;
	for (events = 0; events < OVERFLOW_MAX; events++) {
		if (ev_poll(fd_b) & POLLERR) {
			ret = ev_unbind(fd_a, port);
			return ret ? ret : events;
		}
		ret = ev_stale_one(fd_b, port);
		if (ret)
			return ret;
	}
	return -E2BIG;
}
