// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of grants itself, which the suites of gntdev and gntalloc will
 * stand on: what it must get right for them to mean something.
 */
#include <linux/io.h>
#include <linux/mm.h>

#include <xen/grant_table.h>
#include <xen/interface/grant_table.h>
#include <xen/page.h>

#include "suites/env.h"
#include "suites/suites.h"

static struct gnttab_map_grant_ref map_op(struct page *page, grant_ref_t ref,
					  u32 flags)
{
	return (struct gnttab_map_grant_ref){
		.host_addr = xen_pv_domain() ? (unsigned long)page_address(page) :
					       page_to_phys(page),
		.flags = GNTMAP_host_map | flags, .ref = ref, .dom = GUEST,
	};
}

/* Mapped, written, unmapped: the granter sees it. */
TEST(grants_map_and_unmap)
{
	struct gnttab_unmap_grant_ref unmap = {};
	struct gnttab_map_grant_ref map;
	struct fake_grant *grant;
	struct page *page;

	fake_domain_new(GUEST, 0);
	grant = fake_grant_new(GUEST, 5, false);
	grant->paged_out = 2;
	KUNIT_ASSERT_EQ(test, gnttab_alloc_pages(1, &page), 0);
	map = map_op(page, 5, 0);
	KUNIT_EXPECT_EQ(test, gnttab_map_refs(&map, NULL, &page, 1), 0);
	KUNIT_EXPECT_EQ(test, map.status, GNTST_okay);
	KUNIT_EXPECT_TRUE(test, PageForeign(page));
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(page), fake_stamp(GUEST, 5));
	*(u64 *)page_address(page) = 4711;
	unmap.host_addr = map.host_addr;
	unmap.handle = map.handle;
	KUNIT_EXPECT_EQ(test, gnttab_unmap_refs(&unmap, NULL, &page, 1), 0);
	KUNIT_EXPECT_EQ(test, unmap.status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(grant->page), 4711);
	KUNIT_EXPECT_EQ(test, gnttab_unmap_refs(&unmap, NULL, &page, 1), 0);
	KUNIT_EXPECT_EQ(test, unmap.status, GNTST_bad_handle);
	gnttab_free_pages(1, &page);
}

TEST(grants_refused)
{
	struct gnttab_map_grant_ref map;
	struct page *page;

	fake_domain_new(GUEST, 0);
	fake_grant_new(GUEST, 5, true);
	KUNIT_ASSERT_EQ(test, gnttab_alloc_pages(1, &page), 0);
	map = map_op(page, 5, 0);
	gnttab_batch_map(&map, 1);
	KUNIT_EXPECT_EQ(test, map.status, GNTST_permission_denied);
	map = map_op(page, 6, 0);
	gnttab_batch_map(&map, 1);
	KUNIT_EXPECT_EQ(test, map.status, GNTST_bad_gntref);
	map.dom = OTHER;
	gnttab_batch_map(&map, 1);
	KUNIT_EXPECT_EQ(test, map.status, GNTST_bad_domain);
	fake_grant(GUEST, 5)->paged_out = 1000;
	map = map_op(page, 5, GNTMAP_readonly);
	gnttab_batch_map(&map, 1);
	KUNIT_EXPECT_EQ(test, map.status, GNTST_bad_page);
	fake_grant(GUEST, 5)->paged_out = 0;
	fake_maptrack_limit = 0;
	map = map_op(page, 5, GNTMAP_readonly);
	gnttab_batch_map(&map, 1);
	KUNIT_EXPECT_EQ(test, map.status, GNTST_no_space);
	gnttab_free_pages(1, &page);
}

TEST(grants_copy)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct gnttab_copy copy = {
		.source = { .u.ref = 5, .domid = GUEST, .offset = 0 },
		.dest = { .u.gmfn = page_to_pfn(page), .domid = DOMID_SELF,
			  .offset = 16 },
		.len = 8, .flags = GNTCOPY_source_gref,
	};

	fake_domain_new(GUEST, 0);
	fake_grant_new(GUEST, 5, true);
	gnttab_batch_copy(&copy, 1);
	KUNIT_EXPECT_EQ(test, copy.status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, ((u64 *)page_address(page))[2], fake_stamp(GUEST, 5));
	swap(copy.source, copy.dest);
	copy.flags = GNTCOPY_dest_gref;
	gnttab_batch_copy(&copy, 1);
	KUNIT_EXPECT_EQ(test, copy.status, GNTST_permission_denied);
	copy.source.offset = PAGE_SIZE - 7;
	gnttab_batch_copy(&copy, 1);
	KUNIT_EXPECT_EQ(test, copy.status, GNTST_bad_copy_arg);
	put_page(page);
}

/* A page that the peer has mapped stays until it lets go. */
TEST(grants_of_our_own)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct fake_census census;
	int ref;

	ref = gnttab_grant_foreign_access(GUEST, page_to_pfn(page), false);
	KUNIT_ASSERT_GT(test, ref, 0);
	KUNIT_EXPECT_NULL(test, fake_peer_maps(OTHER, ref, false));
	KUNIT_EXPECT_PTR_EQ(test, fake_peer_maps(GUEST, ref, true), page);
	KUNIT_EXPECT_EQ(test, gnttab_try_end_foreign_access(ref), 0);
	gnttab_end_foreign_access(ref, page);
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.grants, 1);
	KUNIT_EXPECT_EQ(test, census.granted_pages, 1);
	fake_peer_unmaps(ref);
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.grants, 0);
	KUNIT_EXPECT_EQ(test, census.granted_pages, 0);
}

TEST(grants_reserved)
{
	grant_ref_t head;
	int ref;

	fake_grant_limit = 4;
	KUNIT_EXPECT_EQ(test, gnttab_alloc_grant_references(5, &head), -ENOSPC);
	KUNIT_ASSERT_EQ(test, gnttab_alloc_grant_references(3, &head), 0);
	ref = gnttab_claim_grant_reference(&head);
	KUNIT_EXPECT_GT(test, ref, 0);
	KUNIT_EXPECT_FALSE(test, gnttab_empty_grant_references(&head));
	gnttab_release_grant_reference(&head, ref);
	gnttab_free_grant_references(head);
	fake_fail(FAKE_GRANT_ALLOC, 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, gnttab_alloc_grant_references(1, &head), -ENOSPC);
}

static struct kunit_case grants_cases[] = {
	KUNIT_CASE(grants_map_and_unmap),
	KUNIT_CASE(grants_refused),
	KUNIT_CASE(grants_copy),
	KUNIT_CASE(grants_of_our_own),
	KUNIT_CASE(grants_reserved),
	{}
};

ENV_SUITE(fake_grants, grants_cases);
