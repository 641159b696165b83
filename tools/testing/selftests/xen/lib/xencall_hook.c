// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands between a program and xencall1().
 */
#include <errno.h>
#include <stdint.h>

#include <xen/xen.h>

#include <xen/domctl.h>

#include "xencall_hook.h"

struct xencall_hook xencall_hook;

static int fail(void)
{
	errno = xencall_hook.fail_errno;
	return -1;
}

static int domctl(xencall_handle *xcall, struct xen_domctl *d)
{
	bool translated = xencall_hook.on && xencall_hook.version;
	int ret;

	if (translated) {
		if (d->interface_version != xencall_hook.version) {
			errno = EACCES;
			return -1;
		}
		d->interface_version = xencall_hook.real;
	}
	ret = __real_xencall1(xcall, __HYPERVISOR_domctl, (uintptr_t)d);
	if (translated)
		d->interface_version = xencall_hook.version;
	else if (ret >= 0)
		xencall_hook.real = d->interface_version;
	return ret;
}

int __wrap_xencall1(xencall_handle *xcall, unsigned int op, uint64_t arg)
{
	bool fails;
	int ret;

	if (op != __HYPERVISOR_domctl)
		return __real_xencall1(xcall, op, arg);
	fails = xencall_hook.on &&
		++xencall_hook.calls == xencall_hook.fail_at;
	if (fails && !xencall_hook.fail_late)
		return fail();
	ret = domctl(xcall, (void *)(uintptr_t)arg);
	return fails ? fail() : ret;
}
