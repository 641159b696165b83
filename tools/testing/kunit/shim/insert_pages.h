/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the files that put pages into a process: there may be no memory for the
 * page tables. Which allocation that is, is not for the drivers to know.
 */
#ifndef XEN_KUNIT_INSERT_PAGES_H
#define XEN_KUNIT_INSERT_PAGES_H

#include <linux/mm.h>

int xen_fake_insert_pages(struct vm_area_struct *vma, unsigned long addr,
			  struct page **pages, unsigned long *num);

#define vm_insert_pages(vma, addr, pages, num) \
	xen_fake_insert_pages(vma, addr, pages, num)

#endif
