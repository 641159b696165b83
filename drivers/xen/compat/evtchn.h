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
 * the IRQ stays behind, masked, for the next bind of the port.
 */
#ifdef COMPAT_HAVE_STATIC_EVTCHN

/* Nothing stays behind: an IRQ that exists has an owner. */
static inline bool evtchn_share_left_behind(evtchn_port_t port)
{
	return false;
}

static inline bool evtchn_take_left_behind(evtchn_port_t port)
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
 * For a port without one of our files behind it: did an earlier static bind
 * leave its IRQ behind? Only ports that were exposed to user space have
 * references, the kernel's own refuse. If so, take a reference beside the one
 * that stays: for a static port again.
 */
static inline bool evtchn_share_left_behind(evtchn_port_t port)
{
	return evtchn_get(port) == 0;
}

/*
 * The same, but take over the one that stayed: for a number whose static port
 * was closed in Xen and that Xen has given out anew.
 */
static inline bool evtchn_take_left_behind(evtchn_port_t port)
{
	if (evtchn_get(port))
		return false;
	evtchn_put(port);
	return true;
}

#endif

#endif
