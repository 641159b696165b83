/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file of xen-privcmd that gives auto-translated mappings their pages:
 * the memory that it takes its limits from may be less than there is.
 */
#ifndef XEN_KUNIT_PRIVCMD_XLATE_H
#define XEN_KUNIT_PRIVCMD_XLATE_H

#include <linux/mm.h>

#include "shim/seams.h"

/* In pages; 0: all that there is. */
extern unsigned long xen_fake_ram;

static inline unsigned long xen_fake_totalram_pages(void)
{
	return xen_fake_ram ?: totalram_pages();
}

#define totalram_pages() xen_fake_totalram_pages()

#endif
