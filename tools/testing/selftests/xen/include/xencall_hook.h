/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands between a program and xencall1(), to have hypercalls fail, and Xen
 * have another version. For programs that are linked with --wrap=xencall1.
 */
#ifndef XT_XENCALL_HOOK_H
#define XT_XENCALL_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include <xencall.h>

struct xencall_hook {
	/* While this is not set nothing is changed, and nothing counted. */
	bool on;
	unsigned int calls;
	/* Which call fails, counted from 1, and how: not carried out, or so. */
	unsigned int fail_at;
	int fail_errno;
	bool fail_late;
	/* The version of domctl that is the right one, if it is not Xen's. */
	uint32_t version;
	/* Xen's own: what it last answered. It is noted even if this is off. */
	uint32_t real;
};

extern struct xencall_hook xencall_hook;

/* What the linker makes of it. */
int __real_xencall1(xencall_handle *xcall, unsigned int op, uint64_t arg);
int __wrap_xencall1(xencall_handle *xcall, unsigned int op, uint64_t arg);

#endif
