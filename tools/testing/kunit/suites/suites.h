/* SPDX-License-Identifier: GPL-2.0-only */
/* All suites: main.c lists them. */
#ifndef XEN_KUNIT_SUITES_H
#define XEN_KUNIT_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite suite_fake_grants;
extern struct kunit_suite suite_hypercall;
extern struct kunit_suite suite_ioctl;
extern struct kunit_suite suite_evtchn;
extern struct kunit_suite suite_evtchn_ring;
extern struct kunit_suite suite_evtchn_race;
extern struct kunit_suite suite_evtchn_observe;
extern struct kunit_suite suite_evtchn_resume;
extern struct kunit_suite suite_privcmd_map;
extern struct kunit_suite suite_privcmd_vma;
extern struct kunit_suite suite_privcmd_resource;
extern struct kunit_suite suite_privcmd_ops;
extern struct kunit_suite suite_privcmd_irqfd;
extern struct kunit_suite suite_privcmd_ioeventfd;
extern struct kunit_suite suite_privcmd_compat;
extern struct kunit_suite suite_privcmd_observe;
extern struct kunit_suite suite_privcmd_resume;
extern struct kunit_suite suite_gntdev_index;
extern struct kunit_suite suite_gntdev_map;
extern struct kunit_suite suite_gntdev_vma;
extern struct kunit_suite suite_gntdev_notify;
extern struct kunit_suite suite_gntdev_copy;
extern struct kunit_suite suite_gntdev_export;
extern struct kunit_suite suite_gntdev_import;
extern struct kunit_suite suite_gntdev_lost;
extern struct kunit_suite suite_gntdev_resume;
extern struct kunit_suite suite_gntdev_observe;
extern struct kunit_suite suite_gntalloc;
extern struct kunit_suite suite_gntalloc_observe;
extern struct kunit_suite suite_sweep;

#endif
