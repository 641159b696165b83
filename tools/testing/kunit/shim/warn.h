/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the files that warn when Xen does what it must not: a test may have it do
 * so, and then the warning is counted. One that no test asked for is as before.
 */
#ifndef XEN_KUNIT_WARN_H
#define XEN_KUNIT_WARN_H

#include <linux/bug.h>
#include <linux/types.h>

bool xen_fake_warn(bool wrong, const char *condition);

#undef WARN_ON_ONCE
#define WARN_ON_ONCE(condition)	xen_fake_warn(!!(condition), #condition)

#endif
