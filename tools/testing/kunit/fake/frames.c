// SPDX-License-Identifier: GPL-2.0-only
/*
 * Foreign frames and resources: how they get into page table entries (PV) and
 * behind our own page numbers (auto-translated), and how they leave.
 *
 * A page of ours without memory is in truth a page with memory: when a foreign
 * frame is put behind it, it takes the frame's content over.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include <xen/balloon.h>
#include <xen/interface/xen.h>
#include <xen/interface/memory.h>
#include <xen/page.h>
#include <xen/xen.h>

#include <asm/tlbflush.h>

#include "fake/fake.h"

/* Page numbers without memory that were given out: 1, or the frame behind. */
static DEFINE_XARRAY(p2m);
static unsigned long nr_unpopulated, nr_foreign;

/* Without the bits above it that are no part of the number. */
#define PTE_FRAME	(GENMASK_ULL(51, 0) & PAGE_MASK)

#define P2M_EMPTY	xa_mk_value(0)
#define P2M_FOREIGN	xa_mk_value(1)

int fake_remove_error;
EXPORT_SYMBOL_GPL(fake_remove_error);

unsigned long xen_fake_ram;
EXPORT_SYMBOL_GPL(xen_fake_ram);

unsigned long xen_unpopulated_pages;

int xen_alloc_unpopulated_pages(unsigned int nr, struct page **pages)
{
	unsigned int i, saved = fake_enter();
	long err;

	if (fake_call(FAKE_UNPOPULATED, -ENOMEM, &err))
		goto out;
	for (i = 0; i < nr; i++) {
		pages[i] = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
		/* Whoever reads it before there is something, can tell. */
		memset(page_address(pages[i]), 0xee, PAGE_SIZE);
		xa_store(&p2m, page_to_pfn(pages[i]), P2M_EMPTY, GFP_KERNEL);
	}
	nr_unpopulated += nr;
	err = 0;
out:
	fake_leave(saved);
	return err;
}
EXPORT_SYMBOL_GPL(xen_alloc_unpopulated_pages);

void xen_free_unpopulated_pages(unsigned int nr, struct page **pages)
{
	unsigned int i, saved = fake_enter();
	void *was;

	for (i = 0; i < nr; i++) {
		was = xa_erase(&p2m, page_to_pfn(pages[i]));
		WARN(!was, "a page is given back that is not there to give");
		WARN(was == P2M_FOREIGN,
		     "a page is given back with a foreign frame behind it");
		WARN(page_count(pages[i]) != 1 || folio_mapped(page_folio(pages[i])),
		     "a page is given back that is in use");
		__free_page(pages[i]);
	}
	nr_unpopulated -= nr;
	fake_leave(saved);
}
EXPORT_SYMBOL_GPL(xen_free_unpopulated_pages);

void *fake_p2m_page(unsigned long gpfn)
{
	return xa_load(&p2m, gpfn) == P2M_FOREIGN ?
	       page_address(pfn_to_page(gpfn)) : NULL;
}
EXPORT_SYMBOL_GPL(fake_p2m_page);

/* What Xen says about a frame that is asked for: 0 or an errno. */
static int frame_get(domid_t domid, unsigned long gfn, struct fake_frame **f)
{
	struct fake_domain *d = fake_domain(domid);

	if (!d || d->dying)
		return -ESRCH;
	*f = fake_frame(domid, gfn);
	if (!*f)
		return -EINVAL;
	if ((*f)->paged_out) {
		(*f)->paged_out--;
		return -ENOENT;
	}
	return (*f)->error;
}

static int p2m_put(unsigned long gpfn, const struct page *from)
{
	void *was = xa_load(&p2m, gpfn);

	if (WARN(!was, "a foreign frame is put behind a page that is not free for it"))
		return -EINVAL;
	if (was == P2M_EMPTY)
		nr_foreign++;
	xa_store(&p2m, gpfn, P2M_FOREIGN, GFP_KERNEL);
	memcpy(page_address(pfn_to_page(gpfn)), page_address(from), PAGE_SIZE);
	return 0;
}

static long add_to_physmap_range(const struct xen_add_to_physmap_range *range)
{
	struct fake_frame *f;
	unsigned int i;
	int err;

	if (range->space != XENMAPSPACE_gmfn_foreign ||
	    range->domid != DOMID_SELF)
		return -EOPNOTSUPP;
	if (!fake_domain(range->foreign_domid) ||
	    fake_domain(range->foreign_domid)->dying)
		return -ESRCH;
	for (i = 0; i < range->size; i++) {
		err = frame_get(range->foreign_domid, range->idxs[i], &f);
		if (!err)
			err = p2m_put(range->gpfns[i], f->page);
		range->errs[i] = err;
	}
	return 0;
}

static long remove_from_physmap(const struct xen_remove_from_physmap *arg)
{
	void *was = xa_load(&p2m, arg->gpfn);

	if (arg->domid != DOMID_SELF)
		return -EINVAL;
	if (fake_remove_error)
		return fake_remove_error;
	if (was != P2M_FOREIGN)
		return -ENOENT;
	xa_store(&p2m, arg->gpfn, P2M_EMPTY, GFP_KERNEL);
	memset(page_address(pfn_to_page(arg->gpfn)), 0xee, PAGE_SIZE);
	nr_foreign--;
	return 0;
}

static unsigned int resource_frames(domid_t domid, u32 type, u32 id)
{
	unsigned int nr = 0;

	while (fake_resource_page(domid, type, id, nr))
		nr++;
	return nr;
}

static long acquire_resource(struct xen_mem_acquire_resource *op)
{
	struct fake_domain *d = fake_domain(op->domid);
	struct page *page;
	unsigned int i;
	int err;

	if (!d || d->dying)
		return -ESRCH;
	if (!op->nr_frames) {
		op->nr_frames = resource_frames(op->domid, op->type, op->id);
		if (op->nr_frames)
			return 0;
		op->nr_frames = d->error_as_size ? -EOPNOTSUPP : 0;
		return d->error_as_size ? 0 : -EOPNOTSUPP;
	}
	for (i = 0; i < op->nr_frames; i++) {
		page = fake_resource_page(op->domid, op->type, op->id,
					  op->frame + i);
		/* Half-way, as Xen does. */
		if (!page)
			return -EINVAL;
		if (xen_pv_domain()) {
			op->frame_list[i] = page_to_pfn(page);
			continue;
		}
		err = p2m_put(op->frame_list[i], page);
		if (err)
			return err;
	}
	if (d->caller_owned)
		op->flags |= XENMEM_rsrc_acq_caller_owned;
	return 0;
}

long fake_memory_op(unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case XENMEM_add_to_physmap_range:
		return add_to_physmap_range((void *)arg);
	case XENMEM_remove_from_physmap:
		return remove_from_physmap((void *)arg);
	case XENMEM_acquire_resource:
		return acquire_resource((void *)arg);
	default:
		return -ENOSYS;
	}
}

/* Is it a frame of a resource that may be mapped with this owner's name? */
static bool resource_has(domid_t domid, unsigned long mfn)
{
	struct fake_domain *d;
	struct page *page;
	unsigned long i;

	if (domid == DOMID_SELF)
		return pfn_valid(mfn);
	d = fake_domain(domid);
	if (!d || d->caller_owned)
		return false;
	xa_for_each(&d->resources, i, page) {
		if (page_to_pfn(page) == mfn)
			return true;
	}
	return false;
}

static int update_one(u64 ptr, u64 val, domid_t domid)
{
	unsigned int type = ptr & (sizeof(pte_t) - 1);
	pte_t *ptep = __va(ptr & ~(u64)(sizeof(pte_t) - 1));
	unsigned long frame = (val & PTE_FRAME) >> PAGE_SHIFT;
	struct fake_frame *f;
	int err;

	if (!(val & _PAGE_PRESENT)) {
		set_pte(ptep, __pte(val));
		fake_pte_changed();
		return 0;
	}
	if (type == MMU_NORMAL_PT_UPDATE && domid != DOMID_SELF) {
		err = frame_get(domid, frame, &f);
		if (err)
			return err;
		frame = page_to_pfn(f->page);
	} else if (type != MMU_NORMAL_PT_UPDATE &&
		   type != MMU_PT_UPDATE_NO_TRANSLATE) {
		return -ENOSYS;
	} else if (!resource_has(domid, frame)) {
		return -EPERM;
	}
	set_pte(ptep, pfn_pte(frame, __pgprot(val & ~PAGE_MASK)));
	fake_pte_changed();
	return 0;
}

/* All of them, as the first is. */
bool fake_mmu_clears(unsigned long req)
{
	const struct mmu_update *update = (void *)req;

	return !(update->val & _PAGE_PRESENT);
}

/* Stops at the first that fails, and says how many came before. */
long fake_mmu_update(unsigned long req, unsigned int count,
		     unsigned long done, domid_t domid)
{
	const struct mmu_update *update = (void *)req;
	unsigned int i;
	int err = 0;

	for (i = 0; i < count; i++) {
		err = update_one(update[i].ptr, update[i].val, domid);
		if (err)
			break;
	}
	if (done)
		*(unsigned int *)done = i;
	return err;
}

#ifdef CONFIG_UML

/* The kernel keeps both to itself. */
static struct mm_struct *kernel_mm(void)
{
	return (struct mm_struct *)fake_symbol("init_mm");
}

typedef int fake_tlb_sync(struct mm_struct *mm);

static void sync_kernel_mm(void)
{
	fake_tlb_sync *tlb_sync = (void *)fake_symbol("um_tlb_sync");

	tlb_sync(kernel_mm());
}

pte_t *xen_fake_kernel_pte(unsigned long addr)
{
	pgd_t *pgd = pgd_offset(kernel_mm(), addr);
	p4d_t *p4d = p4d_offset(pgd, addr);
	pud_t *pud = pud_offset(p4d, addr);
	pmd_t *pmd = pmd_offset(pud, addr);

	return pmd_none(*pmd) ? NULL : pte_offset_kernel(pmd, addr);
}
EXPORT_SYMBOL_GPL(xen_fake_kernel_pte);

static void kernel_tlb_mark(unsigned long addr)
{
	um_tlb_mark_sync(kernel_mm(), addr, addr + PAGE_SIZE);
}

/*
 * The kernel looks entries of processes up anew. The host has mapped what was
 * behind them for the process itself, and is to look at what was changed.
 */
void fake_pte_changed(void)
{
	if (current->mm)
		um_tlb_mark_sync(current->mm, 0, TASK_SIZE);
}

void fake_tlb_flush(void)
{
	fake_pte_changed();
}

#else

typedef void fake_tlb_all(void);

void fake_tlb_flush(void)
{
	fake_tlb_all *tlb_all = (void *)fake_symbol("flush_tlb_all");

	tlb_all();
}

/* Where there was none, nobody remembers one. */
void fake_pte_changed(void)
{
}

static void kernel_tlb_mark(unsigned long addr)
{
}

static void sync_kernel_mm(void)
{
	fake_tlb_flush();
}

#endif

long fake_mmuext_op(unsigned long op, unsigned int count)
{
	const struct mmuext_op *ext = (void *)op;
	unsigned int i;

	for (i = 0; i < count; i++) {
		/* A process's entries are looked up anew in any case. */
		if (ext[i].cmd == MMUEXT_TLB_FLUSH_ALL)
			continue;
		if (ext[i].cmd != MMUEXT_INVLPG_ALL)
			return -ENOSYS;
		kernel_tlb_mark(ext[i].arg1.linear_addr);
	}
	sync_kernel_mm();
	return 0;
}

void fake_frames_census(struct fake_census *census)
{
	census->unpopulated = nr_unpopulated;
	census->foreign = nr_foreign;
}

/* Nothing foreign comes along to the other domain of the same content. */
void fake_frames_resume(void)
{
	unsigned long pfn;
	void *was;

	xa_for_each(&p2m, pfn, was) {
		if (was != P2M_FOREIGN)
			continue;
		xa_store(&p2m, pfn, P2M_EMPTY, GFP_KERNEL);
		memset(page_address(pfn_to_page(pfn)), 0xff, PAGE_SIZE);
		nr_foreign--;
	}
}

/* What Xen did not take back is lost; here it is found again. */
void fake_frames_reset(void)
{
	unsigned long pfn;
	void *was;

	xa_for_each(&p2m, pfn, was)
		__free_page(pfn_to_page(pfn));
	xa_destroy(&p2m);
	nr_unpopulated = 0;
	nr_foreign = 0;
	fake_remove_error = 0;
	xen_fake_ram = 0;
}
EXPORT_SYMBOL_GPL(fake_frames_reset);
