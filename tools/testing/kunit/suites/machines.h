/* SPDX-License-Identifier: GPL-2.0-only */
/* What gate.S makes, once for each machine. */
#ifndef XEN_KUNIT_MACHINES_H
#define XEN_KUNIT_MACHINES_H

MACHINE_DECLARE(pv);
MACHINE_DECLARE(amd);
MACHINE_DECLARE(intel);

/* For gate.S. */
extern struct captured kunit_captured;
extern const void *kunit_target;

#endif
