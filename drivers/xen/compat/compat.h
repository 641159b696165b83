/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The supported range, checked ahead of every C file (the command line includes
 * this one).
 *
 * This directory is the only place that knows kernel versions. The drivers are
 * written for the newest interface and include the header of the subsystem
 * that changed; a shim there gives an older kernel the same interface, says
 * which release changed it, and goes when that release is the oldest supported.
 * COMPAT_HAVE_* come from Kbuild.probes.
 */
#ifndef XEN_DEVICES_COMPAT_H
#define XEN_DEVICES_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "xen-devices needs Linux 6.1 or newer"
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
#error "xen-devices has not been tested on Linux newer than 7.2"
#endif

#endif
