/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel has to know of granted frames in an auto-translated domain. */
#ifndef XEN_HYPERCALL_ARCH_GRANT_H
#define XEN_HYPERCALL_ARCH_GRANT_H

#include <linux/mm_types.h>
#include <linux/types.h>

#include <xen/interface/grant_table.h>

/*
 * Xen knows one place of each frame in an auto-translated domain, so a domain that
 * maps its own frame somewhere has it there, and then not at all.
 */
static inline bool xen_arch_loses_own_grants(void)
{
	return true;
}

/* Nothing: a device goes through an IOMMU, and knows pages by our numbers. */
static inline bool xen_arch_grant_mapped(const struct gnttab_map_grant_ref *op)
{
	return true;
}

static inline void xen_arch_grant_forgotten(struct page *page)
{
}

#endif
