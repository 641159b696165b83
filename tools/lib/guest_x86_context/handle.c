// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Handles, and whether their domain runs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xentoollog.h>

#include "internal.h"

/*
 * The version of Xen 4.16 and 4.17, and more than there have been. That of 4.21
 * is 0x17.
 */
#define VERSION_FIRST	0x15
#define VERSION_LAST	0x1f

static int find_version(struct vm_vcpu *v, struct xen_domctl_getdomaininfo *info)
{
	for (v->version = VERSION_FIRST; v->version <= VERSION_LAST;
	     v->version++) {
		if (!vm_domain_info(v, info))
			return 0;
		if (errno != EACCES)
			return -1;
	}
	errno = EPROTONOSUPPORT;
	return -1;
}

static int find_kind(struct vm_vcpu *v, const struct xen_domctl_getdomaininfo *i)
{
	struct xen_domctl op;

	if (i->flags & XEN_DOMINF_hvm_guest) {
		v->kind = VM_HVM;
		return 0;
	}
	memset(&op, 0, sizeof(op));
	if (vm_domctl(v, XEN_DOMCTL_get_address_size, &op))
		return -1;
	v->kind = op.u.address_size.size == 32 ? VM_PV32 : VM_PV64;
	return 0;
}

static int find_vcpu(struct vm_vcpu *v)
{
	struct xen_domctl_getvcpuinfo info;
	struct xen_domctl_getdomaininfo domain;

	if (!vm_vcpu_state(v, &info))
		return 0;
	/* Both mean that, now that there is such a domain. */
	if (errno == EINVAL || errno == ESRCH)
		errno = vm_domain_info(v, &domain) ? ESRCH : ENOENT;
	return -1;
}

static int vcpu_find(struct vm_vcpu *v)
{
	struct xen_domctl_getdomaininfo info;

	if (v->domid >= DOMID_FIRST_RESERVED) {
		errno = ESRCH;
		return -1;
	}
	if (find_version(v, &info) || find_kind(v, &info))
		return -1;
	return find_vcpu(v);
}

/* Errors are for the caller to tell, not for libxencall. */
static void say_nothing(struct xentoollog_logger *logger,
			xentoollog_level level, int errnoval,
			const char *context, const char *format, va_list al)
{
	(void)logger;
	(void)level;
	(void)errnoval;
	(void)context;
	(void)format;
	(void)al;
}

static struct xentoollog_logger quiet = { .vmessage = say_nothing };

vm_vcpu_t *vm_vcpu_open(uint32_t domid, uint32_t vcpu)
{
	struct vm_vcpu *v = calloc(1, sizeof(*v));
	int err;

	if (!v)
		return NULL;
	v->domid = domid;
	v->vcpu = vcpu;
	v->xcall = xencall_open(&quiet, 0);
	if (v->xcall && !vcpu_find(v)) {
		pthread_mutex_init(&v->lock, NULL);
		return v;
	}
	err = errno;
	/* Which is not to be mistaken for a vCPU that is not there. */
	if (!v->xcall && err == ENOENT)
		err = ENODEV;
	if (v->xcall)
		xencall_close(v->xcall);
	free(v);
	errno = err;
	return NULL;
}

static int no_handle(void)
{
	errno = EINVAL;
	return -1;
}

int vm_vcpu_close(vm_vcpu_t *vcpu)
{
	int err = 0;

	if (!vcpu)
		return no_handle();
	while (vcpu->pauses) {
		/* A domain that is not there any more is no error here. */
		if (vm_vcpu_resume(vcpu)) {
			err = errno == ESRCH ? 0 : errno;
			break;
		}
	}
	if (xencall_close(vcpu->xcall) && !err)
		err = errno;
	pthread_mutex_destroy(&vcpu->lock);
	free(vcpu);
	if (!err)
		return 0;
	errno = err;
	return -1;
}

int vm_vcpu_fd(vm_vcpu_t *vcpu)
{
	return vcpu ? xencall_fd(vcpu->xcall) : no_handle();
}

int vm_domain_pause(struct vm_vcpu *v, bool pause)
{
	struct xen_domctl op;

	memset(&op, 0, sizeof(op));
	return vm_domctl(v, pause ? XEN_DOMCTL_pausedomain
				  : XEN_DOMCTL_unpausedomain, &op);
}

int vm_vcpu_pause(vm_vcpu_t *vcpu)
{
	struct xen_domctl_getdomaininfo info;
	int ret;

	if (!vcpu)
		return no_handle();
	/* Xen pauses dead domains, too. */
	if (vm_domain_info(vcpu, &info))
		return -1;
	pthread_mutex_lock(&vcpu->lock);
	ret = vm_domain_pause(vcpu, true);
	if (!ret)
		vcpu->pauses++;
	pthread_mutex_unlock(&vcpu->lock);
	return ret;
}

int vm_vcpu_resume(vm_vcpu_t *vcpu)
{
	int ret;

	if (!vcpu)
		return no_handle();
	pthread_mutex_lock(&vcpu->lock);
	ret = vcpu->pauses ? vm_domain_pause(vcpu, false) : no_handle();
	if (!ret)
		vcpu->pauses--;
	pthread_mutex_unlock(&vcpu->lock);
	return ret;
}

int vm_vcpu_while_paused(vm_vcpu_t *vcpu, int (*fn)(vm_vcpu_t *vcpu, void *arg),
			 void *arg)
{
	int ret, err;

	if (!fn)
		return no_handle();
	if (vm_vcpu_pause(vcpu))
		return -1;
	ret = fn(vcpu, arg);
	err = errno;
	if (vm_vcpu_resume(vcpu) && !ret)
		return -1;
	errno = err;
	return ret;
}

int vm_vcpu_info(vm_vcpu_t *vcpu, struct vm_vcpu_info *info)
{
	struct xen_domctl_getdomaininfo d;
	struct xen_domctl_getvcpuinfo s;

	if (!vcpu || !info)
		return no_handle();
	if (vm_domain_info(vcpu, &d) || vm_vcpu_state(vcpu, &s))
		return -1;
	info->vcpus = d.max_vcpu_id + 1;
	info->hvm = vcpu->kind == VM_HVM;
	info->width = vcpu->kind == VM_PV32 ? 32 : 64;
	info->paused = d.flags & XEN_DOMINF_paused;
	info->shutdown = d.flags & XEN_DOMINF_shutdown;
	info->online = s.online;
	info->blocked = s.blocked;
	info->running = s.running;
	return 0;
}
