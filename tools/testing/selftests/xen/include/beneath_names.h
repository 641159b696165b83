/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of what the devices are asked.
 */
#ifndef XT_BENEATH_NAMES_H
#define XT_BENEATH_NAMES_H

#include <stddef.h>

/*
 * The name of an ioctl of any node of /dev/xen, without its prefix; with that
 * of the hypercall, or of the operation of a device model, which lies at @arg.
 * What is not known is a number.
 */
void ioctl_name(unsigned long cmd, const void *arg, char *buf, size_t size);

#endif
