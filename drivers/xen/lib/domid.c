// SPDX-License-Identifier: GPL-2.0-only
/*
 * See domid.h. Part of xen-hypercall.ko.
 */
#include <linux/export.h>

#include <xen/interface/event_channel.h>
#include <xen/interface/xen.h>

#include "hypercall/hypercall.h"
#include "lib/domid.h"

static long domid_evtchn_op(unsigned int cmd, void *arg)
{
	return xen_hypercall2(__HYPERVISOR_event_channel_op, cmd, (unsigned long)arg);
}

domid_t xen_own_domid(void)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF, .remote_dom = DOMID_SELF,
	};
	struct evtchn_status status = { .dom = DOMID_SELF };
	struct evtchn_close close;
	domid_t domid = DOMID_INVALID;

	if (domid_evtchn_op(EVTCHNOP_alloc_unbound, &alloc))
		return DOMID_INVALID;
	status.port = alloc.port;
	if (!domid_evtchn_op(EVTCHNOP_status, &status) &&
	    status.status == EVTCHNSTAT_unbound)
		domid = status.u.unbound.dom;
	close.port = alloc.port;
	domid_evtchn_op(EVTCHNOP_close, &close);
	return domid;
}
EXPORT_SYMBOL_GPL(xen_own_domid);
