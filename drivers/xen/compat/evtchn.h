/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_DEVICES_COMPAT_EVTCHN_H
#define XEN_DEVICES_COMPAT_EVTCHN_H

#include <xen/events.h>

/*
 * 6.6, "xen/evtchn: Introduce new IOCTL to bind static evtchn": the kernel can
 * be told that a port is static, which means that giving up its IRQ leaves the
 * port open in Xen.
 *
 * An older kernel closes the port with the last reference. A static port is
 * therefore given one reference more than it has users. It is never dropped:
 * the IRQ stays behind, masked, and the next bind of the port adopts it.
 */
#ifdef COMPAT_HAVE_STATIC_EVTCHN

/* Nothing stays behind: an IRQ that exists has an owner. */
static inline bool evtchn_adopt_static(evtchn_port_t port)
{
	return false;
}

#else

static inline int compat_evtchn_make_refcounted(evtchn_port_t port,
						bool is_static)
{
	int err;

	err = evtchn_make_refcounted(port);
	if (!err && is_static)
		err = evtchn_get(port);
	return err;
}

#define evtchn_make_refcounted(port, is_static) \
	compat_evtchn_make_refcounted(port, is_static)

/*
 * Take a reference on the IRQ of a port that an earlier static bind left
 * behind. Only ports that were exposed to user space have references: the
 * kernel's own refuse. The caller has found that no open file has the port.
 */
static inline bool evtchn_adopt_static(evtchn_port_t port)
{
	return evtchn_get(port) == 0;
}

#endif

#endif
