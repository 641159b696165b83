// SPDX-License-Identifier: GPL-2.0-only
/*
 * Foreign frames at a kernel address, in a PV domain.
 *
 * The kernel offers no way to map a frame that it has no page for. So an area is
 * mapped with pages of our own, and its page table entries are overwritten,
 * which only Xen can do. Before the area is given up the entries of our pages are
 * written back, since the kernel frees what it believes to be there. Xen holds
 * the frames for as long as there is an entry.
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
			 unsigned long mfn, domid_t domid, unsigned int type)
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
	update.ptr = arbitrary_virt_to_machine(ptep).maddr | type;
	ret = xen_hypercall4(__HYPERVISOR_mmu_update, (unsigned long)&update, 1,
			     0, domid);
	if (ret)
		return ret;
	return xen_hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)&flush, 1,
			      0, DOMID_SELF);
}

/*
 * Give the first @nr pages of the area their own memory again, and free it all.
 * What Xen does not let go of, the kernel must not use again: it is lost then.
 */
static bool pv_kmap_free(struct privcmd_kmap *kmap, unsigned int nr)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (pv_kmap_write(kmap, i,
				  pfn_to_mfn(page_to_pfn(kmap->page[i])),
				  DOMID_SELF, MMU_NORMAL_PT_UPDATE))
			ok = false;
	}
	if (!ok)
		return false;
	vunmap(kmap->addr);
	for (i = 0; i < kmap->nr && kmap->page[i]; i++)
		__free_page(kmap->page[i]);
	kfree(kmap);
	return true;
}

/* Returns NULL if that fails. */
struct privcmd_kmap *privcmd_pv_kmap(const u64 *frames, unsigned int nr,
				     domid_t owner)
{
	struct privcmd_kmap *kmap;
	unsigned int i, done = 0;

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
	for (; done < nr; done++) {
		if (pv_kmap_write(kmap, done, frames[done], owner,
				  MMU_PT_UPDATE_NO_TRANSLATE))
			goto err;
	}
	return kmap;

err:
	pv_kmap_free(kmap, done);
	return NULL;
}

void privcmd_pv_kunmap(struct privcmd_kmap *kmap)
{
	WARN_ON_ONCE(!pv_kmap_free(kmap, kmap->nr));
}
