/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of x86's: machine frames are the machine's own frames. An entry with the
 * number of another domain's frame is only ever made to be handed to the fake
 * Xen, which writes the entry that can be used.
 */
#ifndef XEN_KUNIT_ASM_XEN_PAGE_H
#define XEN_KUNIT_ASM_XEN_PAGE_H

#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/pgtable.h>
#include <linux/types.h>

#include <xen/features.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/xen.h>

struct xmaddr {
	phys_addr_t maddr;
};

#define FOREIGN_FRAME_BIT	(1UL << (BITS_PER_LONG - 1))
#define FOREIGN_FRAME(m)	((m) | FOREIGN_FRAME_BIT)
#define INVALID_P2M_ENTRY	(~0UL)

static inline unsigned long pfn_to_mfn(unsigned long pfn)
{
	return pfn;
}

static inline unsigned long mfn_to_pfn(unsigned long mfn)
{
	return mfn;
}

#define pfn_to_gfn(pfn)		pfn_to_mfn(pfn)
#define gfn_to_pfn(gfn)		mfn_to_pfn(gfn)
#define virt_to_gfn(v)		(__pa(v) >> PAGE_SHIFT)
#define virt_to_mfn(v)		(__pa(v) >> PAGE_SHIFT)

static inline struct xmaddr arbitrary_virt_to_machine(void *virt)
{
	return (struct xmaddr){ .maddr = __pa(virt) };
}

static inline pte_t mfn_pte(unsigned long mfn, pgprot_t prot)
{
	return pfn_pte(mfn, prot);
}

#define pte_val_ma(pte)		pte_val(pte)

#ifdef CONFIG_UML
#define PG_LEVEL_4K		1

pte_t *xen_fake_kernel_pte(unsigned long addr);

static inline pte_t *lookup_address(unsigned long addr, unsigned int *level)
{
	*level = PG_LEVEL_4K;
	return xen_fake_kernel_pte(addr);
}
#endif

#endif
