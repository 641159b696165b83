/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Restriction of an open file to one domain, as privcmd and evtchn have it.
 *
 * A restriction is set once and never lifted or changed. It is one word, so
 * threads that race to set it need no lock: one of them wins.
 */
#ifndef XEN_LIB_RESTRICT_H
#define XEN_LIB_RESTRICT_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include <xen/interface/xen.h>

/* DOMID_INVALID stands for no restriction. */
struct xen_restrict {
	domid_t domid;
};

static inline void xen_restrict_init(struct xen_restrict *r, domid_t domid)
{
	r->domid = domid;
}

static inline bool xen_restricted(const struct xen_restrict *r)
{
	return READ_ONCE(r->domid) != DOMID_INVALID;
}

/* May the file act on this domain? Wider than domid_t: ioctls carry a u32. */
static inline bool xen_restrict_allows(const struct xen_restrict *r, u32 domid)
{
	domid_t only = READ_ONCE(r->domid);

	return only == DOMID_INVALID || only == domid;
}

/* Returns false when the file was restricted already, to any domain. */
static inline bool xen_restrict_set(struct xen_restrict *r, domid_t domid)
{
	return cmpxchg(&r->domid, DOMID_INVALID, domid) == DOMID_INVALID;
}

#endif
