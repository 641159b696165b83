// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls through an open privcmd file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include <xen/privcmd.h>

#include <xen/sysctl.h>
#include <xen/version.h>

#include "env.h"
#include "hcall.h"

int privcmd_open(void)
{
	int fd = open(XEN_DEV_PRIVCMD, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int hcall(int fd, uint64_t op, uint64_t a1, uint64_t a2, uint64_t a3,
	  uint64_t a4, uint64_t a5)
{
	struct privcmd_hypercall call = {
		.op = op,
		.arg = { a1, a2, a3, a4, a5 },
	};
	int ret = ioctl(fd, IOCTL_PRIVCMD_HYPERCALL, &call);

	return ret < 0 ? -errno : ret;
}

int privcmd_restrict(int fd, uint16_t domid)
{
	return ioctl(fd, IOCTL_PRIVCMD_RESTRICT, &domid) ? -errno : 0;
}

int xen_version(int fd)
{
	return hcall2(fd, __HYPERVISOR_xen_version, XENVER_version, 0);
}

/* A few lines, and nothing else happens: statistics of NMIs, or of memory. */
#ifdef __x86_64__
#define HARMLESS_KEY	'n'
#else
#define HARMLESS_KEY	'm'
#endif

int xen_print_something(int fd)
{
	char key = HARMLESS_KEY;
	struct xen_sysctl op;

	memset(&op, 0, sizeof(op));
	op.cmd = XEN_SYSCTL_debug_keys;
	op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	set_xen_guest_handle(op.u.debug_keys.keys, &key);
	op.u.debug_keys.nr_keys = 1;
	return hcall1(fd, __HYPERVISOR_sysctl, (uintptr_t)&op);
}
