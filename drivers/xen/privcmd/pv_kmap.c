// SPDX-License-Identifier: GPL-2.0-only
/*
 * Foreign frames at a kernel address, in a PV domain.
 *
 * The kernel offers no way to map a frame that it has no page for. So an area is
 * mapped with pages of our own, and its page table entries are overwritten,
 * which only Xen can do. Anybody may clear an entry: so vunmap() does, and Xen
 * holds the frame until then.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <xen/interface/xen.h>
#include <xen/page.h>

#include <asm/pgtable.h>
#include <asm/xen/page.h>

#include "hypercall/hypercall.h"
#include "privcmd/map.h"

/* Write one entry of the area, and have every CPU forget the old one. */
static int pv_kmap_write(const struct privcmd_kmap *kmap, unsigned int i,
			 unsigned long mfn, domid_t domid)
{
	struct mmuext_op flush = {
		.cmd = MMUEXT_INVLPG_ALL,
		.arg1.linear_addr = (unsigned long)kmap->addr + i * PAGE_SIZE,
	};
	struct mmu_update update = {
		.val = pte_val_ma(mfn_pte(mfn, PAGE_KERNEL)),
	};
	unsigned int level;
	pte_t *ptep;
	int ret;

	ptep = lookup_address(flush.arg1.linear_addr, &level);
	if (!ptep || level != PG_LEVEL_4K)
		return -EINVAL;
	update.ptr = arbitrary_virt_to_machine(ptep).maddr |
		     MMU_PT_UPDATE_NO_TRANSLATE;
	ret = xen_hypercall4(__HYPERVISOR_mmu_update, (unsigned long)&update, 1,
			     0, domid);
	if (ret)
		return ret;
	return xen_hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)&flush, 1,
			      0, DOMID_SELF);
}

/* Returns NULL if that fails. */
struct privcmd_kmap *privcmd_pv_kmap(const u64 *frames, unsigned int nr,
				     domid_t owner)
{
	struct privcmd_kmap *kmap;
	unsigned int i;

	kmap = kzalloc(struct_size(kmap, page, nr), GFP_KERNEL_ACCOUNT);
	if (!kmap)
		return NULL;
	kmap->nr = nr;
	for (i = 0; i < nr; i++) {
		kmap->page[i] = alloc_page(GFP_KERNEL_ACCOUNT);
		if (!kmap->page[i])
			goto err;
	}
	kmap->addr = vmap(kmap->page, nr, VM_MAP, PAGE_KERNEL);
	if (!kmap->addr)
		goto err;
	for (i = 0; i < nr; i++) {
		if (pv_kmap_write(kmap, i, frames[i], owner))
			goto err;
	}
	return kmap;

err:
	privcmd_pv_kunmap(kmap);
	return NULL;
}

void privcmd_pv_kunmap(struct privcmd_kmap *kmap)
{
	unsigned int i;

	vunmap(kmap->addr);
	for (i = 0; i < kmap->nr && kmap->page[i]; i++)
		__free_page(kmap->page[i]);
	kfree(kmap);
}
