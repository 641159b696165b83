// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_PCIDEV_GET_GSI: the interrupt line of a PCI device that was
 * given to xen-pciback.
 */
#include <linux/errno.h>
#include <linux/uaccess.h>

#include <xen/privcmd.h>

#include "compat/acpi.h"
#include "lib/ioctl.h"
#include "privcmd/privcmd.h"

/* It is about the host, not about a domain: for files that are not restricted. */
long privcmd_pcidev_get_gsi(struct xen_ioctl_call *call)
{
	struct privcmd_pcidev_get_gsi *get = call->arg;
	int gsi;

	gsi = xen_acpi_get_gsi_from_sbdf(get->sbdf);
	if (gsi < 0)
		return gsi;
	get->gsi = gsi;
	return copy_to_user(call->uarg, get, sizeof(*get)) ? -EFAULT : 0;
}
