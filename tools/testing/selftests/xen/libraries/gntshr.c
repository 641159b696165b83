// SPDX-License-Identifier: GPL-2.0-only
/*
 * The half of libxengnttab that grants. Copies show what is granted, for they
 * work in every kind of domain.
 */

#define SHARED		4

FIXTURE(libxengntshr) {
	struct bell bell;
	xengntshr_handle *shr;
	uint32_t ref[SHARED];
	int gntdev;
};

FIXTURE_SETUP(libxengntshr)
{
	if (env_lacks(XEN_DEV_GNTALLOC))
		SKIP(return, "there is no %s", XEN_DEV_GNTALLOC);
	self->gntdev = gd_open();
	ASSERT_LE(0, self->gntdev);
	self->shr = xengntshr_open(NULL, 0);
	ASSERT_NE(NULL, self->shr);
	ASSERT_EQ(0, bell_open(&self->bell));
}

FIXTURE_TEARDOWN(libxengntshr)
{
	EXPECT_NAMED_CALL();
	xengntshr_close(self->shr);
	close(self->gntdev);
}

/* How many of the pages that are granted do not have a pattern. */
static unsigned int shared_wrong(int gntdev, const uint32_t *ref,
				 unsigned int count, uint64_t seed)
{
	struct gntdev_grant_copy_segment seg;
	unsigned int i, wrong = 0;
	char buf[PG];

	for (i = 0; i < count; i++) {
		seg = seg_in(DOM_HERE, ref[i], 0, buf, PG);
		if (gd_copy(gntdev, 1, &seg) || seg.status != GNTST_okay)
			wrong++;
		else
			wrong += pattern_wrong(buf, 1, seed + i);
	}
	return wrong;
}

TEST_F(libxengntshr, xengntshr_open__shares_nothing)
{
	xengntshr_handle *h = CALL(xengntshr_open, NULL, 0);

	ASSERT_NE(NULL, h);
	EXPECT_BENEATH("gntalloc open");
	EXPECT_EQ(2, beneath_files("gntalloc"));
	EXPECT_EQ(0, xengntshr_close(h));
}

/* A page is shared until the mapping goes. */
TEST_F(libxengntshr, xengntshr_close__leaves_the_mapping)
{
	char *p = xengntshr_share_pages(self->shr, DOM_HERE, 1, self->ref, 1);

	ASSERT_NE(NULL, p);
	EXPECT_EQ(0, CALL(xengntshr_close, self->shr));
	EXPECT_BENEATH("gntalloc close");
	EXPECT_EQ(0, beneath_files("gntalloc"));
	pattern_write(p, 1, 20);
	EXPECT_EQ(0u, shared_wrong(self->gntdev, self->ref, 1, 20));
	EXPECT_EQ(0, munmap(p, PG));
	EXPECT_TRUE(grant_revoked(self->ref[0]));
	self->shr = xengntshr_open(NULL, 0);
}

TEST_F(libxengntshr, xengntshr_fd__is_the_file_of_gntalloc)
{
	uint64_t index;
	int fd = CALL(xengntshr_fd, self->shr);

	EXPECT_BENEATH("");
	EXPECT_EQ(0, ga_alloc(fd, DOM_HERE, 1, &index, self->ref));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, self->ref[0]));
	EXPECT_EQ(0, ga_free(fd, index, 1));
}

TEST_F(libxengntshr, xengntshr_share_pages__grants_them)
{
	struct gntdev_grant_copy_segment seg;
	char *p, buf[PG];

	p = CALL(xengntshr_share_pages, self->shr, DOM_HERE, SHARED, self->ref,
		 1);
	ASSERT_NE(NULL, p);
	EXPECT_BENEATH("gntalloc ALLOC_GREF", "gntalloc mmap",
		       "gntalloc DEALLOC_GREF");
	pattern_write(p, SHARED, 20);
	EXPECT_EQ(0u, shared_wrong(self->gntdev, self->ref, SHARED, 20));
	pattern_write(buf, 1, 70);
	seg = seg_out(buf, DOM_HERE, self->ref[2], 0, PG);
	EXPECT_EQ(0, gd_copy(self->gntdev, 1, &seg));
	EXPECT_EQ(GNTST_okay, seg.status);
	EXPECT_EQ(0u, pattern_wrong(p + 2 * PG, 1, 70));
	EXPECT_EQ(0, xengntshr_unshare(self->shr, p, SHARED));
}

/* To read it is allowed, to write is not. */
TEST_F(libxengntshr, xengntshr_share_pages__not_writable)
{
	struct gntdev_grant_copy_segment seg;
	char *p, buf[PG];

	p = CALL(xengntshr_share_pages, self->shr, DOM_HERE, 1, self->ref, 0);
	ASSERT_NE(NULL, p);
	EXPECT_BENEATH("gntalloc ALLOC_GREF", "gntalloc mmap",
		       "gntalloc DEALLOC_GREF");
	pattern_write(p, 1, 20);
	EXPECT_EQ(0u, shared_wrong(self->gntdev, self->ref, 1, 20));
	pattern_write(buf, 1, 70);
	seg = seg_out(buf, DOM_HERE, self->ref[0], 0, PG);
	EXPECT_EQ(0, gd_copy(self->gntdev, 1, &seg));
	EXPECT_EQ(GNTST_general_error, seg.status);
	EXPECT_EQ(0u, pattern_wrong(p, 1, 20));
	EXPECT_EQ(0, xengntshr_unshare(self->shr, p, 1));
}

TEST_F(libxengntshr, xengntshr_share_page_notify__rings_at_the_end)
{
	char *p = CALL(xengntshr_share_page_notify, self->shr, DOM_HERE,
		       self->ref, 1, 200, self->bell.pair.a);

	ASSERT_NE(NULL, p);
	EXPECT_BENEATH("gntalloc ALLOC_GREF", "gntalloc mmap",
		       "gntalloc SET_UNMAP_NOTIFY", "gntalloc DEALLOC_GREF");
	pattern_write(p, 1, 20);
	EXPECT_EQ(0u, shared_wrong(self->gntdev, self->ref, 1, 20));
	EXPECT_TRUE(bell_silent(&self->bell));
	EXPECT_EQ(0, xengntshr_unshare(self->shr, p, 1));
	EXPECT_TRUE(bell_rings(&self->bell));
}

TEST_F(libxengntshr, xengntshr_unshare__revokes_the_grants)
{
	char *p = xengntshr_share_pages(self->shr, DOM_HERE, SHARED, self->ref,
					1);

	ASSERT_NE(NULL, p);
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, self->ref[0]));
	EXPECT_EQ(0, CALL(xengntshr_unshare, self->shr, p, SHARED));
	EXPECT_BENEATH("gntalloc munmap");
	EXPECT_EQ(-SIGSEGV, peek(p));
	EXPECT_TRUE(grant_revoked(self->ref[0]));
	EXPECT_TRUE(grant_revoked(self->ref[SHARED - 1]));
}
