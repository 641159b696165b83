/* SPDX-License-Identifier: GPL-2.0-only */
/* What gate.S makes, once for each machine. */
#ifndef XEN_KUNIT_MACHINES_H
#define XEN_KUNIT_MACHINES_H

#include <linux/types.h>

struct probe;

extern const u8 kunit_pv_page[], kunit_amd_page[], kunit_intel_page[];

void kunit_pv_probe_any(struct probe *p);
void kunit_pv_probe_kernel(struct probe *p);
void kunit_pv_probe_user(struct probe *p);
void kunit_amd_probe_any(struct probe *p);
void kunit_amd_probe_kernel(struct probe *p);
void kunit_amd_probe_user(struct probe *p);
void kunit_intel_probe_any(struct probe *p);
void kunit_intel_probe_kernel(struct probe *p);
void kunit_intel_probe_user(struct probe *p);

/* For gate.S. */
extern const void *kunit_target;

#endif
