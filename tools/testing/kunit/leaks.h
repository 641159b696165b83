/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KUNIT_LEAKS_H
#define KUNIT_LEAKS_H

/* Print what kmemleak finds: how many objects, or -1 if the kernel has none. */
int tell_leaks(void);

#endif
