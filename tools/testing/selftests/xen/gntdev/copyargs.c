// SPDX-License-Identifier: GPL-2.0-only
/*
 * GRANT_COPY: what one segment does wrong is its own status, what the caller
 * does wrong is the result of the call.
 */

/* One bad among good ones: those are copied, and this one says why not. */
static void expect_status(struct __test_metadata *_metadata,
			  struct gntdev_fixture *self, char *p,
			  struct gntdev_grant_copy_segment bad, int status,
			  const char *name)
{
	struct gntdev_grant_copy_segment seg[40];
	unsigned int i, at = 20;

	noise_fill(self->g.page, PG, 30);
	memset(p, 0, PG);
	for (i = 0; i < ARRAY_SIZE(seg); i++)
		seg[i] = IN(0, i * 100, p + i * 100, 100);
	seg[at] = bad;
	ASSERT_EQ(0, gd_copy(self->fd, ARRAY_SIZE(seg), seg))
		TH_LOG("%s", name);
	for (i = 0; i < ARRAY_SIZE(seg); i++) {
		if (i == at)
			continue;
		EXPECT_EQ(GNTST_okay, seg[i].status)
			TH_LOG("%s: segment %u", name, i);
		EXPECT_EQ(0, memcmp(p + i * 100, self->g.page + i * 100, 100))
			TH_LOG("%s: segment %u", name, i);
	}
	EXPECT_EQ(status, seg[at].status)
		TH_LOG("%s", name);
	EXPECT_EQ(0u, granter_used(&self->g))
		TH_LOG("%s", name);
}

TEST_F(gntdev, grant_copy__status_of_a_segment)
{
	char *p = ASSERT_LOCAL(1), *q = ASSERT_LOCAL(1);
	uint16_t domid = self->g.domid;
	uint32_t ref = self->g.ref[1];

	granter_set(&self->g, 2, 0);
	granter_set(&self->g, 3, GTF_permit_access | GTF_readonly);
	expect_status(_metadata, self, p, seg_in(domid, BAD_REF, 0, q, 100),
		      GNTST_bad_gntref, "from a bad reference");
	expect_status(_metadata, self, p, seg_out(q, domid, ~0, 0, 100),
		      GNTST_bad_gntref, "to a bad reference");
	expect_status(_metadata, self, p, IN(2, 0, q, 100),
		      GNTST_general_error, "not granted");
	expect_status(_metadata, self, p, OUT(q, 3, 0, 100),
		      GNTST_general_error, "to a read-only one");
	expect_status(_metadata, self, p, IN(3, 0, q, 100),
		      GNTST_okay, "from a read-only one");
	expect_status(_metadata, self, p, seg_in(DOM_NONE, ref, 0, q, 100),
		      GNTST_bad_domain, "no such domain");
	expect_status(_metadata, self, p,
		      seg_over(domid, ref, 0, domid, BAD_REF, 0, 10),
		      GNTST_bad_gntref, "between grants");
	expect_status(_metadata, self, p,
		      seg_over(domid, BAD_REF, 0, domid, ref, 0, 10),
		      GNTST_bad_gntref, "between grants, the other way");
}

/* Two operations of Xen: the first that failed counts. */
TEST_F(gntdev, grant_copy__status_of_a_segment_in_two_pieces)
{
	char *p = ASSERT_LOCAL(2);

	expect_status(_metadata, self, ASSERT_LOCAL(1),
		      seg_in(self->g.domid, BAD_REF, 0, p + 4000, 4096),
		      GNTST_bad_gntref, "in two pieces");
	EXPECT_EQ(0, p[4000]);
}

TEST_F(gntdev, grant_copy__all_segments_fail)
{
	static struct gntdev_grant_copy_segment seg[100];
	char *p = ASSERT_LOCAL(1);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(seg); i++)
		seg[i] = seg_in(self->g.domid, BAD_REF, 0, p, 1 + i);
	ASSERT_EQ(0, gd_copy(self->fd, ARRAY_SIZE(seg), seg));
	for (i = 0; i < ARRAY_SIZE(seg); i++)
		EXPECT_EQ(GNTST_bad_gntref, seg[i].status);
	EXPECT_EQ(0, p[0]);
}

/* Both ends of a page, and one byte more. */
TEST_F(gntdev, grant_copy__crossing_a_page_of_a_grant_is_einval)
{
	static const struct {
		unsigned int offset, len;
		int expected;
	} rows[] = {
		{ 0, 4096, 0 }, { 4095, 1, 0 }, { 1, 4095, 0 },
		{ 1, 4096, -EINVAL }, { 4095, 2, -EINVAL },
		{ 4096, 1, -EINVAL }, { 0, 4097, -EINVAL },
		{ 65535, 1, -EINVAL }, { 0, 65535, -EINVAL },
		{ 65535, 65535, -EINVAL },
	};
	struct gntdev_grant_copy_segment seg;
	char *p = ASSERT_LOCAL(17);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		seg = IN(0, rows[i].offset, p, rows[i].len);
		EXPECT_EQ(rows[i].expected, gd_copy(self->fd, 1, &seg))
			TH_LOG("from %u + %u", rows[i].offset, rows[i].len);
		seg = OUT(p, 0, rows[i].offset, rows[i].len);
		EXPECT_EQ(rows[i].expected, gd_copy(self->fd, 1, &seg))
			TH_LOG("to %u + %u", rows[i].offset, rows[i].len);
		seg = OVER(0, rows[i].offset, 1, 0, rows[i].len);
		EXPECT_EQ(rows[i].expected, gd_copy(self->fd, 1, &seg));
		seg = OVER(0, 0, 1, rows[i].offset, rows[i].len);
		EXPECT_EQ(rows[i].expected, gd_copy(self->fd, 1, &seg));
	}
}

TEST_F(gntdev, grant_copy__without_a_grant_is_einval)
{
	struct gntdev_grant_copy_segment seg[2];
	char *p = ASSERT_LOCAL(2);

	p[0] = 1;
	seg[0] = seg_in(0, 0, 0, p + PG, 10);
	seg[0].source.virt = p;
	seg[0].flags = 0;
	EXPECT_EQ(-EINVAL, gd_copy(self->fd, 1, seg));
	seg[0].flags = (uint16_t)~(GNTCOPY_source_gref | GNTCOPY_dest_gref);
	EXPECT_EQ(-EINVAL, gd_copy(self->fd, 1, seg));
	seg[0].len = 0;
	EXPECT_EQ(-EINVAL, gd_copy(self->fd, 1, seg));
	seg[1] = seg[0];
	seg[0] = IN(0, 0, p, 10);
	EXPECT_EQ(-EINVAL, gd_copy(self->fd, 2, seg));
	EXPECT_EQ(0, p[PG]);
}

TEST_F(gntdev, grant_copy__other_flags_are_ignored)
{
	struct gntdev_grant_copy_segment seg;
	char *p = ASSERT_LOCAL(1);

	noise_fill(self->g.page, PG, 31);
	seg = IN(0, 0, p, PG);
	seg.flags |= 0xfffc;
	EXPECT_EQ(0, gd_copy(self->fd, 1, &seg));
	EXPECT_EQ(GNTST_okay, seg.status);
	EXPECT_EQ(0, memcmp(p, self->g.page, PG));
}

TEST_F(gntdev, grant_copy__bad_local_memory)
{
	struct bad_pointer bad[BAD_POINTERS];
	struct gntdev_grant_copy_segment seg[3];
	char *p = ASSERT_LOCAL(1);
	unsigned int i;

	ASSERT_EQ(0, bad_pointers(bad, 200));
	/* All but the last, of which more below. */
	for (i = 0; i < ARRAY_SIZE(bad) - 1; i++) {
		seg[0] = IN(0, 0, p, 100);
		seg[1] = IN(0, 0, (void *)bad[i].addr, 200);
		seg[2] = IN(0, 0, p, 100);
		EXPECT_EQ(-EFAULT, gd_copy(self->fd, 3, seg))
			TH_LOG("to %s", bad[i].name);
		seg[1] = OUT((void *)bad[i].addr, 0, 0, 200);
		EXPECT_EQ(-EFAULT, gd_copy(self->fd, 3, seg))
			TH_LOG("from %s", bad[i].name);
	}
	EXPECT_EQ(0u, granter_used(&self->g));
}

/* Memory that begins at the last address of all, and goes on at the first. */
TEST_F(gntdev, grant_copy__local_memory_over_the_end)
{
	struct gntdev_grant_copy_segment seg;
	char *last = (void *)~0UL;

	if (!env_is_ours() && linux_is("6.1."))
		SKIP(return, "the kernel would crash");
	seg = IN(0, 0, last, 200);
	EXPECT_EQ(-EFAULT, gd_copy(self->fd, 1, &seg));
	seg = OUT(last, 0, 0, 200);
	EXPECT_EQ(-EFAULT, gd_copy(self->fd, 1, &seg));
}

TEST_F(gntdev, grant_copy__into_read_only_memory)
{
	struct gntdev_grant_copy_segment seg;
	char *p = ASSERT_LOCAL(2);

	noise_fill(self->g.page, PG, 32);
	memset(p, 0x11, 2 * PG);
	ASSERT_EQ(0, mprotect(p + PG, PG, PROT_READ));
	seg = IN(0, 0, p + PG, 100);
	EXPECT_EQ(-EFAULT, gd_copy(self->fd, 1, &seg));
	seg = IN(0, 0, p + PG - 50, 100);
	EXPECT_EQ(-EFAULT, gd_copy(self->fd, 1, &seg));
	EXPECT_EQ(0x11, p[PG]);
	/* To read from it is another matter. */
	seg = OUT(p + PG, 0, 0, 100);
	EXPECT_EQ(0, gd_copy(self->fd, 1, &seg));
	EXPECT_EQ(GNTST_okay, seg.status);
	EXPECT_EQ(0x11, self->g.page[99]);
}

TEST_F(gntdev, grant_copy__bad_segments)
{
	struct gntdev_grant_copy_segment *seg;
	struct bad_pointer bad[BAD_POINTERS];
	char *p = ASSERT_LOCAL(1);
	unsigned int i, nr;

	ASSERT_EQ(0, bad_pointers(bad, sizeof(*seg)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, gd_copy(self->fd, 1, (void *)bad[i].addr))
			TH_LOG("%s", bad[i].name);
		EXPECT_EQ(-EFAULT, gd_copy(self->fd, 0xffffffff,
					   (void *)bad[i].addr))
			TH_LOG("%s", bad[i].name);
	}
	/* The last one is in a hole. */
	for (nr = 1; nr < 100; nr += 24) {
		seg = (void *)(before_a_hole() - nr * sizeof(*seg));
		for (i = 0; i < nr; i++)
			seg[i] = IN(0, 0, p, 10);
		EXPECT_EQ(0, gd_copy(self->fd, nr, seg));
		EXPECT_EQ(-EFAULT, gd_copy(self->fd, nr + 1, seg));
	}
}

TEST_F(gntdev, grant_copy__status_not_writable)
{
	struct gntdev_grant_copy_segment *seg;
	char *p = ASSERT_LOCAL(1);
	unsigned int i;

	seg = (void *)ASSERT_LOCAL(1);
	for (i = 0; i < 40; i++)
		seg[i] = IN(0, 0, p, 10);
	ASSERT_EQ(0, mprotect(seg, PG, PROT_READ));
	EXPECT_EQ(-EFAULT, gd_copy(self->fd, 1, seg));
	EXPECT_EQ(-EFAULT, gd_copy(self->fd, 40, seg));
}

/* After an error the file works as before. */
TEST_F(gntdev, grant_copy__after_errors)
{
	static struct gntdev_grant_copy_segment seg[200];
	char *p = ASSERT_LOCAL(1);
	unsigned int i, bad;

	noise_fill(self->g.page, PG, 33);
	for (bad = 0; bad < ARRAY_SIZE(seg); bad += 7) {
		for (i = 0; i < ARRAY_SIZE(seg); i++)
			seg[i] = IN(0, i * 20, p + i * 20, 20);
		seg[bad].dest.virt = NULL;
		ASSERT_EQ(-EFAULT, gd_copy(self->fd, ARRAY_SIZE(seg), seg));
		seg[bad] = IN(0, bad * 20, p + bad * 20, 20);
		memset(p, 0, PG);
		ASSERT_EQ(0, gd_copy(self->fd, ARRAY_SIZE(seg), seg));
		EXPECT_EQ(0u, segs_failed(seg, ARRAY_SIZE(seg)));
		EXPECT_EQ(0, memcmp(p, self->g.page, 4000));
	}
}

TEST_F(gntdev, grant_copy__with_signals)
{
	static struct gntdev_grant_copy_segment seg[SEGMENTS];
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = {};
	char *p = ASSERT_LOCAL(PAGES);
	unsigned int i, round;
	int ret;

	noise_fill(self->g.page, PAGES * PG, 34);
	sigaction(SIGALRM, &action, NULL);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &often, NULL));
	for (round = 0; round < 20; round++) {
		for (i = 0; i < SEGMENTS; i++)
			seg[i] = IN(i % PAGES, 0, p + i % PAGES * PG, PG);
		ret = gd_copy(self->fd, SEGMENTS, seg);
		EXPECT_EQ(0, ret);
		EXPECT_EQ(0u, segs_failed(seg, SEGMENTS));
	}
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
	EXPECT_EQ(0, memcmp(p, self->g.page, PAGES * PG));
}
