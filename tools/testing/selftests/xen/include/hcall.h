/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls through an open privcmd file.
 *
 * Memory that Xen is to write must have been written by the caller since the
 * last fork(): Xen does not resolve copy-on-write.
 */
#ifndef XT_HCALL_H
#define XT_HCALL_H

#include <stdint.h>

#include <xen/xen.h>

/* Value of XENVER_version for the oldest Xen that is supported. */
#define XEN_OLDEST	((4 << 16) | 17)

/* An open file on /dev/xen/privcmd, or -errno. */
int privcmd_open(void);

/* What Xen, or the driver, answers: 0 or more, or -errno. */
int hcall(int fd, uint64_t op, uint64_t a1, uint64_t a2, uint64_t a3,
	  uint64_t a4, uint64_t a5);

#define hcall1(fd, op, a1)		hcall(fd, op, a1, 0, 0, 0, 0)
#define hcall2(fd, op, a1, a2)		hcall(fd, op, a1, a2, 0, 0, 0)
#define hcall3(fd, op, a1, a2, a3)	hcall(fd, op, a1, a2, a3, 0, 0)
#define hcall4(fd, op, a1, a2, a3, a4)	hcall(fd, op, a1, a2, a3, a4, 0)

/* RESTRICT on a privcmd file: 0 or -errno. */
int privcmd_restrict(int fd, uint16_t domid);

/* XENVER_version, or -errno. */
int xen_version(int fd);

/*
 * Have Xen print something on its console, by a harmless debug key. Returns 0
 * or -errno; -EACCES when Xen's toolstack interface is another version's.
 */
int xen_print_something(int fd);

#endif
