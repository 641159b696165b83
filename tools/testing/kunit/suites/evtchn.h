/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/xen/evtchn, for the suites. */
#ifndef XEN_KUNIT_EVTCHN_H
#define XEN_KUNIT_EVTCHN_H

#include <xen/evtchn.h>

#include "suites/env.h"

static inline long bind_unbound(struct file *file, u32 domid)
{
	struct ioctl_evtchn_bind_unbound_port arg = { .remote_domain = domid };

	return env_ioctl(file, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &arg, sizeof(arg));
}

static inline long bind_interdomain(struct file *file, u32 domid, u32 port)
{
	struct ioctl_evtchn_bind_interdomain arg = {
		.remote_domain = domid, .remote_port = port,
	};

	return env_ioctl(file, IOCTL_EVTCHN_BIND_INTERDOMAIN, &arg, sizeof(arg));
}

static inline long bind_virq(struct file *file, u32 virq)
{
	struct ioctl_evtchn_bind_virq arg = { .virq = virq };

	return env_ioctl(file, IOCTL_EVTCHN_BIND_VIRQ, &arg, sizeof(arg));
}

static inline long bind_static(struct file *file, u32 port)
{
	struct ioctl_evtchn_bind arg = { .port = port };

	return env_ioctl(file, IOCTL_EVTCHN_BIND_STATIC, &arg, sizeof(arg));
}

static inline long unbind(struct file *file, u32 port)
{
	struct ioctl_evtchn_unbind arg = { .port = port };

	return env_ioctl(file, IOCTL_EVTCHN_UNBIND, &arg, sizeof(arg));
}

static inline long notify(struct file *file, u32 port)
{
	struct ioctl_evtchn_notify arg = { .port = port };

	return env_ioctl(file, IOCTL_EVTCHN_NOTIFY, &arg, sizeof(arg));
}

static inline long evtchn_restrict_to(struct file *file, u16 domid)
{
	struct ioctl_evtchn_restrict_domid arg = { .domid = domid };

	return env_ioctl(file, IOCTL_EVTCHN_RESTRICT_DOMID, &arg, sizeof(arg));
}

static inline long reset_ring(struct file *file)
{
	return env_ioctl_at(file, IOCTL_EVTCHN_RESET, 0);
}

/* Reads into the memory of the test, without waiting. Returns bytes. */
static inline ssize_t read_ports(struct file *file, size_t size)
{
	loff_t pos = 0;

	file->f_flags |= O_NONBLOCK;
	return file->f_op->read(file, (char __user *)env_user(), size, &pos);
}

/* The next port that fired, or an errno. */
static inline long read_port(struct file *file)
{
	ssize_t ret = read_ports(file, sizeof(u32));
	u32 port;

	if (ret != sizeof(u32))
		return ret;
	env_get(&port, env_user(), sizeof(port));
	return port;
}

/* Writes what is in the memory of the test. */
static inline ssize_t write_ports(struct file *file, size_t size)
{
	loff_t pos = 0;

	return file->f_op->write(file, (const char __user *)env_user(), size,
				 &pos);
}

static inline ssize_t unmask(struct file *file, u32 port)
{
	env_put(env_user(), &port, sizeof(port));
	return write_ports(file, sizeof(port));
}

#endif
