/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the files with code for 32-bit callers, which UML does not have: the code
 * is compiled all the same, and called by tests.
 */
#ifndef XEN_KUNIT_COMPAT32_H
#define XEN_KUNIT_COMPAT32_H

#define CONFIG_COMPAT				1
#define CONFIG_COMPAT_FOR_U64_ALIGNMENT		1
#define is_compat_task()			false

#endif
