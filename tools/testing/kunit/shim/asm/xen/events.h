/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of x86's: UML has no event-channel upcall. */
#ifndef XEN_KUNIT_ASM_XEN_EVENTS_H
#define XEN_KUNIT_ASM_XEN_EVENTS_H

enum ipi_vector {
	XEN_NR_IPIS,
};

#endif
