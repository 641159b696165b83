// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants of our own: the kernel's grant table, and the peer that maps them.
 *
 * A grant whose peer still has it mapped cannot be ended. Whoever gives it up
 * all the same leaves it, and its page, to be freed when the peer lets go.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include <xen/grant_table.h>
#include <xen/page.h>

#include "fake/fake.h"

/* References below are the kernel's own in truth. */
#define FIRST_REF	8

struct own {
	bool granted;
	domid_t domid;
	unsigned long frame;
	bool readonly;
	/* Mappings that the peer has. */
	unsigned int in_use;
	/* Given up by us; goes, with the page, when the peer lets go. */
	bool given_up;
	struct page *page;
	/* Next in a private list of references. */
	grant_ref_t next;
};

static DEFINE_XARRAY_ALLOC(table);

unsigned int fake_grant_limit = 4096;
EXPORT_SYMBOL_GPL(fake_grant_limit);

static int ref_alloc(grant_ref_t *ref)
{
	struct own *own = kzalloc(sizeof(*own), GFP_ATOMIC | __GFP_NOFAIL);

	if (!xa_alloc(&table, ref, own, XA_LIMIT(FIRST_REF, FIRST_REF + fake_grant_limit - 1),
		      GFP_ATOMIC))
		return 0;
	kfree(own);
	return -ENOSPC;
}

static struct own *own(grant_ref_t ref)
{
	struct own *own = xa_load(&table, ref);

	WARN(!own, "there is no grant reference %u", ref);
	return own;
}

void gnttab_free_grant_reference(grant_ref_t ref)
{
	struct own *o = own(ref);

	WARN(o && o->granted, "reference %u goes, and is granted", ref);
	kfree(xa_erase(&table, ref));
}
EXPORT_SYMBOL_GPL(gnttab_free_grant_reference);

int gnttab_alloc_grant_references(u16 count, grant_ref_t *head)
{
	unsigned int saved = fake_enter();
	grant_ref_t ref, first = INVALID_GRANT_REF;
	long err = 0;

	if (fake_call(FAKE_GRANT_ALLOC, -ENOSPC, &err))
		goto out;
	while (count--) {
		err = ref_alloc(&ref);
		if (err) {
			gnttab_free_grant_references(first);
			goto out;
		}
		own(ref)->next = first;
		first = ref;
	}
	*head = first;
out:
	fake_leave(saved);
	return err;
}
EXPORT_SYMBOL_GPL(gnttab_alloc_grant_references);

void gnttab_free_grant_references(grant_ref_t head)
{
	grant_ref_t next;

	for (; head != INVALID_GRANT_REF; head = next) {
		next = own(head)->next;
		gnttab_free_grant_reference(head);
	}
}
EXPORT_SYMBOL_GPL(gnttab_free_grant_references);

int gnttab_alloc_grant_reference_seq(unsigned int count, grant_ref_t *first)
{
	unsigned int saved = fake_enter(), i;
	grant_ref_t ref;
	long err = 0;

	if (fake_call(FAKE_GRANT_ALLOC, -ENOSPC, &err))
		goto out;
	/* The lowest that are free lie together, unless some were freed between. */
	for (i = 0; i < count; i++) {
		err = ref_alloc(&ref);
		if (!err && i && ref != *first + i) {
			gnttab_free_grant_reference(ref);
			err = -ENOSPC;
		}
		if (err) {
			gnttab_free_grant_reference_seq(*first, i);
			break;
		}
		if (!i)
			*first = ref;
	}
out:
	fake_leave(saved);
	return err;
}
EXPORT_SYMBOL_GPL(gnttab_alloc_grant_reference_seq);

void gnttab_free_grant_reference_seq(grant_ref_t head, unsigned int count)
{
	while (count--)
		gnttab_free_grant_reference(head + count);
}
EXPORT_SYMBOL_GPL(gnttab_free_grant_reference_seq);

int gnttab_empty_grant_references(const grant_ref_t *head)
{
	return *head == INVALID_GRANT_REF;
}
EXPORT_SYMBOL_GPL(gnttab_empty_grant_references);

int gnttab_claim_grant_reference(grant_ref_t *head)
{
	grant_ref_t ref = *head;

	if (ref == INVALID_GRANT_REF)
		return -ENOSPC;
	*head = own(ref)->next;
	return ref;
}
EXPORT_SYMBOL_GPL(gnttab_claim_grant_reference);

void gnttab_release_grant_reference(grant_ref_t *head, grant_ref_t release)
{
	own(release)->next = *head;
	*head = release;
}
EXPORT_SYMBOL_GPL(gnttab_release_grant_reference);

void gnttab_grant_foreign_access_ref(grant_ref_t ref, domid_t domid,
				     unsigned long frame, int readonly)
{
	struct own *o = own(ref);

	if (!o || WARN(o->granted, "reference %u is granted already", ref))
		return;
	o->granted = true;
	o->domid = domid;
	o->frame = frame;
	o->readonly = readonly;
	/* Nobody may free what a peer can look at. */
	get_page(pfn_to_page(frame));
	fake_granted_pages(1);
}
EXPORT_SYMBOL_GPL(gnttab_grant_foreign_access_ref);

int gnttab_grant_foreign_access(domid_t domid, unsigned long frame, int readonly)
{
	unsigned int saved = fake_enter();
	grant_ref_t ref;
	long err;

	if (!fake_call(FAKE_GRANT_ALLOC, -ENOSPC, &err))
		err = ref_alloc(&ref);
	if (!err)
		gnttab_grant_foreign_access_ref(ref, domid, frame, readonly);
	fake_leave(saved);
	return err ?: ref;
}
EXPORT_SYMBOL_GPL(gnttab_grant_foreign_access);

int gnttab_end_foreign_access_ref(grant_ref_t ref)
{
	struct own *o = own(ref);

	if (!o || o->in_use)
		return 0;
	if (o->granted) {
		put_page(pfn_to_page(o->frame));
		fake_granted_pages(-1);
	}
	o->granted = false;
	return 1;
}
EXPORT_SYMBOL_GPL(gnttab_end_foreign_access_ref);

int gnttab_try_end_foreign_access(grant_ref_t ref)
{
	if (!gnttab_end_foreign_access_ref(ref))
		return 0;
	gnttab_free_grant_reference(ref);
	return 1;
}
EXPORT_SYMBOL_GPL(gnttab_try_end_foreign_access);

void gnttab_end_foreign_access(grant_ref_t ref, struct page *page)
{
	struct own *o;

	if (gnttab_try_end_foreign_access(ref)) {
		if (page)
			put_page(page);
		return;
	}
	o = own(ref);
	o->given_up = true;
	o->page = page;
}
EXPORT_SYMBOL_GPL(gnttab_end_foreign_access);

/* The peer. */

struct page *fake_peer_maps(domid_t domid, grant_ref_t ref, bool write)
{
	struct own *o = xa_load(&table, ref);

	if (!o || !o->granted || o->domid != domid || (write && o->readonly))
		return NULL;
	o->in_use++;
	return pfn_to_page(o->frame);
}
EXPORT_SYMBOL_GPL(fake_peer_maps);

void fake_peer_unmaps(grant_ref_t ref)
{
	struct own *o = own(ref);

	if (!o || WARN(!o->in_use, "the peer has not mapped %u", ref))
		return;
	if (--o->in_use || !o->given_up)
		return;
	gnttab_end_foreign_access(ref, o->page);
}
EXPORT_SYMBOL_GPL(fake_peer_unmaps);

/* For init.c: "DOMID REF", what the peer maps and unmaps. */
static int peer_maps_set(const char *val, const struct kernel_param *kp)
{
	unsigned int domid, ref;

	if (sscanf(val, "%u %u", &domid, &ref) != 2)
		return -EINVAL;
	return fake_peer_maps(domid, ref, false) ? 0 : -EPERM;
}

static const struct kernel_param_ops peer_maps_ops = { .set = peer_maps_set };
module_param_cb(peer_maps, &peer_maps_ops, NULL, 0200);
MODULE_PARM_DESC(peer_maps, "Domain that maps a reference");

static int peer_unmaps_set(const char *val, const struct kernel_param *kp)
{
	unsigned int ref;

	if (kstrtouint(val, 0, &ref))
		return -EINVAL;
	fake_peer_unmaps(ref);
	return 0;
}

static const struct kernel_param_ops peer_unmaps_ops = { .set = peer_unmaps_set };
module_param_cb(peer_unmaps, &peer_unmaps_ops, NULL, 0200);
MODULE_PARM_DESC(peer_unmaps, "Reference that its peer lets go of");

unsigned long fake_own_grants(void)
{
	unsigned long i, nr = 0;
	struct own *o;

	xa_for_each(&table, i, o)
		nr++;
	return nr;
}
EXPORT_SYMBOL_GPL(fake_own_grants);

/* Its grant table is empty, and nobody has mapped anything of it. */
void fake_own_grants_resume(void)
{
	unsigned long i;
	struct own *o;

	xa_for_each(&table, i, o) {
		o->in_use = 0;
		if (o->granted) {
			put_page(pfn_to_page(o->frame));
			fake_granted_pages(-1);
		}
		o->granted = false;
		if (o->given_up)
			gnttab_end_foreign_access(i, o->page);
	}
}

void fake_own_grants_reset(void)
{
	unsigned long i;
	struct own *o;

	xa_for_each(&table, i, o)
		kfree(o);
	xa_destroy(&table);
	fake_grant_limit = 4096;
}
