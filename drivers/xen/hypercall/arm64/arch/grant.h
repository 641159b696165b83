/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel has to know of granted frames in an auto-translated domain.
 *
 * There may be no IOMMU. Dom0 has its memory where it believes it to be, so a
 * device is given the address of a page as it is. Behind a page with a granted
 * frame there is other memory, and where that is the kernel's DMA layer looks up
 * in a tree of its own. The service that maps grants puts them there; we ask Xen
 * ourselves, so we do. gnttab_unmap_refs() takes them out.
 */
#ifndef XEN_HYPERCALL_ARCH_GRANT_H
#define XEN_HYPERCALL_ARCH_GRANT_H

#include <linux/mm.h>
#include <linux/types.h>

#include <xen/interface/grant_table.h>
#include <xen/page.h>

/* A frame can be in several places: Xen does not look for its place on Arm. */
static inline bool xen_arch_loses_own_grants(void)
{
	return false;
}

/* Xen has mapped it. Returns false if there is no memory to note that. */
static inline bool xen_arch_grant_mapped(const struct gnttab_map_grant_ref *op)
{
	return set_phys_to_machine(PHYS_PFN(op->host_addr), PHYS_PFN(op->dev_bus_addr));
}

/* Xen has forgotten it by itself. */
static inline void xen_arch_grant_forgotten(struct page *page)
{
	set_phys_to_machine(page_to_pfn(page), INVALID_P2M_ENTRY);
}

#endif
