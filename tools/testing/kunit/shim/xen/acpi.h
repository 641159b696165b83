/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of the kernel's, which wants an ACPI that UML does not have. */
#ifndef XEN_KUNIT_XEN_ACPI_H
#define XEN_KUNIT_XEN_ACPI_H

#include <linux/types.h>

int xen_acpi_get_gsi_from_sbdf(u32 sbdf);

#endif
