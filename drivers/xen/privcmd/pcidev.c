// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_PCIDEV_GET_GSI: the interrupt line of a PCI device that was
 * given to xen-pciback.
 */
#include <linux/errno.h>
#include <linux/uaccess.h>

#include <xen/privcmd.h>

#include "compat/acpi.h"
#include "privcmd/observe.h"
#include "privcmd/privcmd.h"

int privcmd_pcidev_get_gsi(struct privcmd_file *pf, void __user *arg)
{
	struct privcmd_pcidev_get_gsi get;
	int gsi;

	/* It is about the host, not about a domain. */
	if (xen_restricted(&pf->restriction))
		return privcmd_refuse(PRIVCMD_R_RESTRICTED, -EPERM, DOMID_SELF);
	if (copy_from_user(&get, arg, sizeof(get)))
		return -EFAULT;
	gsi = xen_acpi_get_gsi_from_sbdf(get.sbdf);
	if (gsi < 0)
		return privcmd_refuse(PRIVCMD_R_GSI, gsi, get.sbdf);
	get.gsi = gsi;
	return copy_to_user(arg, &get, sizeof(get)) ? -EFAULT : 0;
}
