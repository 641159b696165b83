// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is the kernel's own and not about Xen: warnings of the drivers, which a
 * test asks for when it has Xen do what must not happen, and page tables, for
 * which there may be no memory.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "fake/fake.h"
#include "shim/insert_pages.h"
#include "shim/warn.h"

static atomic_t wanted;

bool xen_fake_warn(bool wrong, const char *condition)
{
	if (wrong && atomic_dec_if_positive(&wanted) < 0)
		WARN(1, "%s", condition);
	return wrong;
}
EXPORT_SYMBOL_GPL(xen_fake_warn);

void fake_want_warnings(unsigned int nr)
{
	atomic_set(&wanted, nr);
}
EXPORT_SYMBOL_GPL(fake_want_warnings);

unsigned int fake_warnings_missing(void)
{
	return atomic_read(&wanted);
}
EXPORT_SYMBOL_GPL(fake_warnings_missing);

int xen_fake_insert_pages(struct vm_area_struct *vma, unsigned long addr,
			  struct page **pages, unsigned long *num)
{
	long err;

	if (fake_call(FAKE_INSERT_PAGES, -ENOMEM, &err))
		return err;
	return (vm_insert_pages)(vma, addr, pages, num);
}
EXPORT_SYMBOL_GPL(xen_fake_insert_pages);
