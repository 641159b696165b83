// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Commands to Xen about a domain.
 *
 * What this library uses has had the same layout since Xen 4.16, whatever the
 * version of the interface: the rest of the interface is why the version
 * changed. The state of a vCPU is in structures that guests and save files
 * know, so it will stay as it is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

_Static_assert(sizeof(struct xen_domctl) == 144, "struct xen_domctl");
_Static_assert(offsetof(struct xen_domctl, u) == 16, "struct xen_domctl");
_Static_assert(offsetof(struct xen_domctl_getdomaininfo, flags) == 4,
	       "struct xen_domctl_getdomaininfo");
_Static_assert(offsetof(struct xen_domctl_getdomaininfo, max_vcpu_id) == 68,
	       "struct xen_domctl_getdomaininfo");

int vm_domctl(struct vm_vcpu *v, uint32_t cmd, struct xen_domctl *op)
{
	struct xen_domctl *buf;
	int ret, err;

	buf = xencall_alloc_buffer(v->xcall, sizeof(*buf));
	if (!buf)
		return -1;
	op->cmd = cmd;
	op->interface_version = v->version;
	op->domain = v->domid;
	memcpy(buf, op, sizeof(*buf));
	ret = xencall1(v->xcall, __HYPERVISOR_domctl, (uintptr_t)buf);
	err = errno;
	memcpy(op, buf, sizeof(*op));
	xencall_free_buffer(v->xcall, buf);
	if (ret >= 0)
		return 0;
	/* xentoolcore_restrict_all() puts another device in its place. */
	errno = err == ENOTTY ? EPERM : err;
	return -1;
}

void *vm_buffer(struct vm_vcpu *v, struct vm_record *r, size_t size)
{
	unsigned int i = r->buffer[0] ? 1 : 0;

	r->buffer[i] = xencall_alloc_buffer(v->xcall, size);
	if (r->buffer[i])
		memset(r->buffer[i], 0, size);
	return r->buffer[i];
}

void vm_record_free(struct vm_vcpu *v, struct vm_record *r)
{
	int err = errno;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(r->buffer); i++) {
		if (r->buffer[i])
			xencall_free_buffer(v->xcall, r->buffer[i]);
	}
	errno = err;
}

int vm_domain_info(struct vm_vcpu *v, struct xen_domctl_getdomaininfo *info)
{
	struct xen_domctl op;

	memset(&op, 0, sizeof(op));
	if (vm_domctl(v, XEN_DOMCTL_getdomaininfo, &op))
		return -1;
	*info = op.u.getdomaininfo;
	/* Until Xen 4.18 it may be about the next domain that there is. */
	if (info->domain != v->domid || info->flags & XEN_DOMINF_dying) {
		errno = ESRCH;
		return -1;
	}
	return 0;
}

int vm_vcpu_state(struct vm_vcpu *v, struct xen_domctl_getvcpuinfo *info)
{
	struct xen_domctl op;

	memset(&op, 0, sizeof(op));
	op.u.getvcpuinfo.vcpu = v->vcpu;
	if (vm_domctl(v, XEN_DOMCTL_getvcpuinfo, &op))
		return -1;
	*info = op.u.getvcpuinfo;
	return 0;
}
