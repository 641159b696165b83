/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_DEVICES_COMPAT_ACPI_H
#define XEN_DEVICES_COMPAT_ACPI_H

#include <linux/errno.h>
#include <linux/types.h>

#if defined(COMPAT_HAVE_GET_GSI) && defined(CONFIG_XEN_ACPI)
#include <xen/acpi.h>
#else
/* 6.12, "xen/privcmd: Add new syscall to get gsi from dev". */
static inline int xen_acpi_get_gsi_from_sbdf(u32 sbdf)
{
	return -EINVAL;
}
#endif

#endif
