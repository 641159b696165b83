// SPDX-License-Identifier: GPL-2.0-only
/*
 * Foreign frames at a kernel address, in a PV domain.
 *
 * The kernel offers no way to map a frame that it knows no page for. So an area
 * is mapped with pages of our own, and its page table entries are overwritten,
 * which only Xen can do. Before the area is given up they are written back: the
 * kernel's own bookkeeping never sees the difference. Xen holds the frames for
 * as long as there is an entry.
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

/* Write one entry and have every CPU forget the old one. */
static int write_entry(unsigned long addr, pte_t pte, domid_t domid,
		       unsigned int type)
{
	struct mmuext_op flush = {
		.cmd = MMUEXT_INVLPG_ALL,
		.arg1.linear_addr = addr,
	};
	struct mmu_update update;
	unsigned int level;
	pte_t *ptep;
	int ret;

	ptep = lookup_address(addr, &level);
	if (!ptep || level != PG_LEVEL_4K)
		return -EINVAL;
	update.ptr = arbitrary_virt_to_machine(ptep).maddr | type;
	update.val = pte_val_ma(pte);
	ret = xen_hypercall4(__HYPERVISOR_mmu_update, (unsigned long)&update, 1,
			     0, domid);
	if (ret)
		return ret;
	return xen_hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)&flush, 1,
			      0, DOMID_SELF);
}

/* Give the first @nr pages of the area their own memory again. */
static bool restore(struct privcmd_kmap *kmap, unsigned int nr)
{
	unsigned long addr = (unsigned long)kmap->addr;
	bool ok = true;
	unsigned int i;
	pte_t pte;

	for (i = 0; i < nr; i++) {
		pte = mfn_pte(pfn_to_mfn(page_to_pfn(kmap->page[i])),
			      PAGE_KERNEL);
		if (write_entry(addr + i * PAGE_SIZE, pte, DOMID_SELF,
				MMU_NORMAL_PT_UPDATE))
			ok = false;
	}
	return ok;
}

static void kmap_free(struct privcmd_kmap *kmap)
{
	unsigned int i;

	if (kmap->addr)
		vunmap(kmap->addr);
	for (i = 0; i < kmap->nr && kmap->page[i]; i++)
		__free_page(kmap->page[i]);
	kfree(kmap);
}

static struct privcmd_kmap *kmap_alloc(unsigned int nr)
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
	if (kmap->addr)
		return kmap;
err:
	kmap_free(kmap);
	return NULL;
}

struct privcmd_kmap *privcmd_pv_kmap(const u64 *frames, unsigned int nr,
				     domid_t owner)
{
	struct privcmd_kmap *kmap;
	unsigned long addr;
	unsigned int i;

	kmap = kmap_alloc(nr);
	if (!kmap)
		return NULL;
	addr = (unsigned long)kmap->addr;
	for (i = 0; i < nr; i++) {
		if (write_entry(addr + i * PAGE_SIZE,
				mfn_pte(frames[i], PAGE_KERNEL), owner,
				MMU_PT_UPDATE_NO_TRANSLATE)) {
			if (restore(kmap, i))
				kmap_free(kmap);
			return NULL;
		}
	}
	return kmap;
}

void privcmd_pv_kunmap(struct privcmd_kmap *kmap)
{
	/* What Xen does not let go of, the kernel must not use again. */
	if (!WARN_ON_ONCE(!restore(kmap, kmap->nr)))
		kmap_free(kmap);
}
