// SPDX-License-Identifier: GPL-2.0-only
/* Calls of /dev/xen/evtchn and /dev/xen/gntalloc. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xen/evtchn.h>
#include <xen/gntalloc.h>

#include "machine.h"

static long bind(int fd, unsigned int cmd, const void *arg, size_t size, __u32 keep,
		 __u32 how, int thread)
{
	long port = ioctl(fd, cmd, give(how, arg, size, thread));

	if (port > 0)
		machine.ports[keep % NR_KEPT] = port;
	return port;
}

long evtchn_virq(const __u32 *a, int thread)
{
	struct ioctl_evtchn_bind_virq arg = { .virq = a[1] };

	return bind(get_fd(a[0]), IOCTL_EVTCHN_BIND_VIRQ, &arg, sizeof(arg), a[2], a[3],
		    thread);
}

/* In one of two cases a loop to a port that is known. */
long evtchn_interdomain(const __u32 *a, int thread)
{
	struct ioctl_evtchn_bind_interdomain arg = {
		.remote_domain = get_domid(a[1]),
		.remote_port = get_port(a[2]),
	};

	return bind(get_fd(a[0]), IOCTL_EVTCHN_BIND_INTERDOMAIN, &arg, sizeof(arg), a[3],
		    a[4], thread);
}

long evtchn_unbound(const __u32 *a, int thread)
{
	struct ioctl_evtchn_bind_unbound_port arg = { .remote_domain = get_domid(a[1]) };

	return bind(get_fd(a[0]), IOCTL_EVTCHN_BIND_UNBOUND_PORT, &arg, sizeof(arg), a[2],
		    a[3], thread);
}

static long of_port(const __u32 *a, unsigned int cmd, int thread)
{
	__u32 port = get_port(a[1]);

	return ioctl(get_fd(a[0]), cmd, give(a[2], &port, sizeof(port), thread));
}

long evtchn_unbind(const __u32 *a, int thread)
{
	return of_port(a, IOCTL_EVTCHN_UNBIND, thread);
}

long evtchn_notify(const __u32 *a, int thread)
{
	return of_port(a, IOCTL_EVTCHN_NOTIFY, thread);
}

long evtchn_static(const __u32 *a, int thread)
{
	return of_port(a, IOCTL_EVTCHN_BIND_STATIC, thread);
}

long evtchn_reset(const __u32 *a, int thread)
{
	return ioctl(get_fd(a[0]), IOCTL_EVTCHN_RESET);
}

long evtchn_restrict(const __u32 *a, int thread)
{
	__u16 domid = get_domid(a[1]);

	return ioctl(get_fd(a[0]), IOCTL_EVTCHN_RESTRICT_DOMID,
		     give(a[2], &domid, sizeof(domid), thread));
}

long evtchn_read(const __u32 *a, int thread)
{
	return read(get_fd(a[0]), place(a[2], LIST, a[1], thread), a[1]);
}

/* That port and those after it; or all that are known. */
long evtchn_write(const __u32 *a, int thread)
{
	__u32 list[64], i;
	void *to = place(a[3], LIST, a[2] * 4ul, thread);

	for (i = 0; i < 64; i++)
		list[i] = machine.ports[(a[1] + i) % NR_KEPT];
	put(to, list, sizeof(list));
	return write(get_fd(a[0]), to, a[2] * 4ul);
}

long gntalloc_alloc(const __u32 *a, int thread)
{
	struct ioctl_gntalloc_alloc_gref arg = {
		.domid = get_domid(a[1]), .flags = a[2], .count = a[3],
	};
	void *at;
	long ret;

	at = place(a[5], MAIN, sizeof(arg) + (a[3] % 1024) * 4, thread);
	put(at, &arg, sizeof(arg));
	ret = ioctl(get_fd(a[0]), IOCTL_GNTALLOC_ALLOC_GREF, at);
	if (ret)
		return ret;
	get(&arg, at, sizeof(arg));
	keep_index(a[0], a[4], arg.index, arg.count);
	machine.grefs[a[4] % NR_KEPT] = arg.gref_ids[0];
	return 0;
}

long gntalloc_dealloc(const __u32 *a, int thread)
{
	struct ioctl_gntalloc_dealloc_gref arg = {
		.index = get_offset(a[0], a[1]),
		/* Mostly the right one. */
		.count = a[2] & 3 ? get_index(a[0], a[1])->count : a[2],
	};

	return ioctl(get_fd(a[0]), IOCTL_GNTALLOC_DEALLOC_GREF,
		     give(a[3], &arg, sizeof(arg), thread));
}

long gntalloc_notify(const __u32 *a, int thread)
{
	struct ioctl_gntalloc_unmap_notify arg = {
		.index = get_offset(a[0], a[1]) + a[2], .action = a[3],
		.event_channel_port = get_port(a[4]),
	};

	return ioctl(get_fd(a[0]), IOCTL_GNTALLOC_SET_UNMAP_NOTIFY,
		     give(a[5], &arg, sizeof(arg), thread));
}
