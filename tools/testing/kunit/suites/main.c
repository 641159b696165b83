// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module with the suites. KUnit runs them while it is being loaded.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "suites/suites.h"

kunit_test_suites(&suite_fake_grants, &suite_hypercall, &suite_ioctl, &suite_evtchn,
		  &suite_evtchn_ring, &suite_evtchn_race,
		  &suite_evtchn_observe, &suite_evtchn_resume,
		  &suite_privcmd_map, &suite_privcmd_vma,
		  &suite_privcmd_resource,
		  &suite_privcmd_ops, &suite_privcmd_irqfd,
		  &suite_privcmd_ioeventfd, &suite_privcmd_compat,
		  &suite_privcmd_observe, &suite_privcmd_resume,
		  &suite_gntdev_index, &suite_gntdev_map, &suite_gntdev_vma,
		  &suite_gntdev_notify, &suite_gntdev_copy,
		  &suite_gntdev_export, &suite_gntdev_import, &suite_gntdev_lost,
		  &suite_gntdev_resume,
		  &suite_gntdev_observe, &suite_gntalloc,
		  &suite_gntalloc_observe, &suite_sweep);

MODULE_DESCRIPTION("Unit tests of the drivers for /dev/xen/*");
MODULE_LICENSE("GPL");
