// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap: which range, how often, with which rights. All grants of a map are
 * mapped, or none is.
 */

TEST_F(gntdev, mmap__shows_the_pages_both_ways)
{
	char *p = ASSERT_MAPPED_ALL();
	unsigned int i;

	pattern_write(self->g.page, PAGES, 1);
	EXPECT_EQ(0u, pattern_wrong(p, PAGES, 1));
	pattern_write(p, PAGES, 50);
	EXPECT_EQ(0u, pattern_wrong(self->g.page, PAGES, 50));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(GTF_reading | GTF_writing,
			  (int)granter_in_use(&self->g, i));
	EXPECT_EQ((unsigned int)PAGES, granter_used(&self->g));
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_IDLE();
	EXPECT_EQ(0u, pattern_wrong(self->g.page, PAGES, 50));
}

TEST_F(gntdev, mmap__exactly_a_map)
{
	uint64_t index = ASSERT_MAP(0, 4), next = ASSERT_MAP(4, 4);
	unsigned int i;

	const struct {
		const char *name;
		uint64_t index;
		unsigned int count;
	} rows[] = {
		{ "one fewer", index, 3 },
		{ "one more", index, 5 },
		{ "first page", index, 1 },
		{ "not from the first", index + PG, 3 },
		{ "off by one", index + PG, 4 },
		{ "last page", index + 3 * PG, 1 },
		{ "two maps", index, 8 },
		{ "behind the last", next + 4 * PG, 4 },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, rows[i].index,
						 rows[i].count, PROT_READ))
			TH_LOG("%s", rows[i].name);
	}
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->other, index, 4, PROT_READ));
	EXPECT_EQ(0, gd_mmap_error(self->fd, index, 4, PROT_READ));
	EXPECT_EQ(0, gd_mmap_error(self->fd, next, 4, PROT_READ));
}

TEST_F(gntdev, mmap__without_a_map_is_einval)
{
	uint64_t index;

	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, 0, 1, PROT_READ));
	index = ASSERT_MAP(0, 1);
	ASSERT_EQ(0, gd_unmap(self->fd, index, 1));
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 1, PROT_READ));
}

TEST_F(gntdev, mmap__only_once)
{
	uint64_t index = ASSERT_MAP(0, 2);
	char *p = ASSERT_MMAP(index, 2);

	pattern_write(self->g.page, 2, 7);
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 2, PROT_READ));
	EXPECT_EQ(0u, pattern_wrong(p, 2, 7));
	ASSERT_EQ(0, munmap(p, 2 * PG));
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 2, PROT_READ));
	/* As often as one likes through new maps. */
	ASSERT_EQ(0, gd_unmap(self->fd, index, 2));
	index = ASSERT_MAP(0, 2);
	p = ASSERT_MMAP(index, 2);
	EXPECT_EQ(0u, pattern_wrong(p, 2, 7));
}

TEST_F(gntdev, mmap__not_again_after_a_failure)
{
	uint64_t index = ASSERT_MAP(0, 3);

	granter_set(&self->g, 1, 0);
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 3, PROT_READ));
	granter_set(&self->g, 1, GTF_permit_access);
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 3, PROT_READ));
	EXPECT_EQ(0, gd_unmap(self->fd, index, 3));
	index = ASSERT_MAP(0, 3);
	EXPECT_EQ(0, gd_mmap_error(self->fd, index, 3, PROT_READ));
}

/* A wrong range does not use it up. */
TEST_F(gntdev, mmap__again_after_a_wrong_range)
{
	uint64_t index = ASSERT_MAP(0, 3);

	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 2, PROT_READ));
	EXPECT_EQ(0, gd_mmap_error(self->fd, index, 3, PROT_READ));
}

/* The same page through two maps at once. */
TEST_F(gntdev, mmap__of_a_grant_twice)
{
	uint64_t a = ASSERT_MAP(3, 1), b = ASSERT_MAP(3, 1);
	char *p = ASSERT_MMAP(a, 1), *q = ASSERT_MMAP(b, 1);

	pattern_write(p, 1, 9);
	EXPECT_EQ(0u, pattern_wrong(q, 1, 9));
	ASSERT_EQ(0, munmap(p, PG));
	ASSERT_EQ(0, gd_unmap(self->fd, a, 1));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(0u, pattern_wrong(q, 1, 9));
	EXPECT_NE(0u, granter_in_use(&self->g, 3));
}

static void expect_undone(struct __test_metadata *_metadata,
			  struct gntdev_fixture *self, unsigned int bad,
			  uint16_t flags, const char *name)
{
	uint64_t index = ASSERT_MAP(0, PAGES);

	granter_set(&self->g, bad, flags);
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, PAGES,
					 PROT_READ | PROT_WRITE))
		TH_LOG("%s, grant %u", name, bad);
	ASSERT_EQ(0u, granter_idle(&self->g))
		TH_LOG("%s, grant %u", name, bad);
	granter_set(&self->g, bad, GTF_permit_access);
	EXPECT_EQ(0, gd_unmap(self->fd, index, PAGES));
}

TEST_F(gntdev, mmap__one_bad_grant_undoes_all)
{
	static const unsigned int at[] = { 0, 1, PAGES / 2, PAGES - 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		expect_undone(_metadata, self, at[i], 0, "not granted");
		expect_undone(_metadata, self, at[i],
			      GTF_permit_access | GTF_readonly, "read-only");
		expect_undone(_metadata, self, at[i], GTF_accept_transfer,
			      "a transfer");
	}
}

TEST_F(gntdev, mmap__all_grants_bad)
{
	uint64_t index = ASSERT_MAP(0, PAGES);
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		granter_set(&self->g, i, 0);
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, PAGES, PROT_READ));
}

TEST_F(gntdev, mmap__bad_reference_undoes_all)
{
	uint32_t ref[4] = {
		self->g.ref[0], self->g.ref[1], BAD_REF, self->g.ref[2],
	};
	uint64_t index;

	ASSERT_EQ(0, gd_map_refs(self->fd, self->g.domid, 4, ref, &index));
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 4, PROT_READ));
	ASSERT_EQ(0u, granter_idle(&self->g));
	ref[2] = ~0;
	ASSERT_EQ(0, gd_map_refs(self->fd, self->g.domid, 4, ref, &index));
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 4, PROT_READ));
	ASSERT_EQ(0u, granter_idle(&self->g));
}

TEST_F(gntdev, mmap__bad_domain_undoes_all)
{
	static const uint32_t domid[] = { DOM_NONE, DOMID_IO, DOMID_INVALID };
	struct ioctl_gntdev_grant_ref grant[3];
	unsigned int i, bad;
	uint64_t index;

	for (i = 0; i < ARRAY_SIZE(domid); i++) {
		for (bad = 0; bad < 3; bad++) {
			grant[0].domid = self->g.domid;
			grant[1].domid = self->g.domid;
			grant[2].domid = self->g.domid;
			grant[0].ref = self->g.ref[0];
			grant[1].ref = self->g.ref[1];
			grant[2].ref = self->g.ref[2];
			grant[bad].domid = domid[i];
			ASSERT_EQ(0, gd_map_grants(self->fd, 3, grant,
						   &index));
			EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 3,
							 PROT_READ))
				TH_LOG("domain %#x", domid[i]);
			ASSERT_EQ(0u, granter_idle(&self->g));
		}
	}
}

TEST_F(gntdev, mmap__read_only)
{
	uint64_t index = ASSERT_MAP(0, 2);
	char *p;

	granter_set(&self->g, 0, GTF_permit_access | GTF_readonly);
	granter_set(&self->g, 1, GTF_permit_access | GTF_readonly);
	p = gd_mmap(self->fd, index, 2, PROT_READ);
	ASSERT_NE(NULL, p);
	pattern_write(self->g.page, 2, 11);
	EXPECT_EQ(0u, pattern_wrong(p, 2, 11));
	EXPECT_EQ(-SIGSEGV, poke(p, 1));
	EXPECT_EQ(-SIGSEGV, poke(p + PG, 1));
	/* Read-only for Xen as well. */
	EXPECT_EQ(GTF_reading, (int)granter_in_use(&self->g, 0));
}

TEST_F(gntdev, mmap__private)
{
	uint64_t index = ASSERT_MAP(0, 2);
	char *p;

	EXPECT_EQ(MAP_FAILED, mmap(NULL, 2 * PG, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE, self->fd, index));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 2 * PG, PROT_WRITE, MAP_PRIVATE,
				   self->fd, index));
	EXPECT_EQ(EINVAL, errno);
	p = mmap(NULL, 2 * PG, PROT_READ, MAP_PRIVATE, self->fd, index);
	ASSERT_NE(MAP_FAILED, p);
	pattern_write(self->g.page, 2, 12);
	EXPECT_EQ(0u, pattern_wrong(p, 2, 12));
	EXPECT_EQ(-SIGSEGV, poke(p, 1));
}

/* From outside a process too a page can be read, and is not changed. */
TEST_F(gntdev, mmap__read_by_the_kernel)
{
	uint64_t index = ASSERT_MAP(0, 2);
	char *p, buf[2 * PG];
	int fd;

	p = gd_mmap(self->fd, index, 2, PROT_READ);
	ASSERT_NE(NULL, p);
	pattern_write(self->g.page, 2, 13);
	fd = open("/tmp/gntdev-read", O_RDWR | O_CREAT | O_TRUNC, 0600);
	ASSERT_LE(0, fd);
	EXPECT_EQ((ssize_t)(2 * PG), write(fd, p, 2 * PG));
	EXPECT_EQ((ssize_t)(2 * PG), pread(fd, buf, 2 * PG, 0));
	EXPECT_EQ(0u, pattern_wrong(buf, 2, 13));
	/* It has no room for what comes back. */
	EXPECT_EQ(-1, pread(fd, p, PG, 0));
	EXPECT_EQ(EFAULT, errno);
	close(fd);
	unlink("/tmp/gntdev-read");
}

TEST_F(gntdev, mmap__at_a_given_address)
{
	uint64_t index = ASSERT_MAP(0, 4);
	char *p;

	p = mmap(NULL, 6 * PG, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(p + PG, mmap(p + PG, 4 * PG, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_FIXED | MAP_POPULATE,
			       self->fd, index));
	pattern_write(self->g.page, 4, 14);
	EXPECT_EQ(0u, pattern_wrong(p + PG, 4, 14));
	/* Mapping something else there takes it away. */
	ASSERT_EQ(p + PG, mmap(p + PG, 4 * PG, PROT_READ,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			       0));
	EXPECT_EQ(0, gd_unmap(self->fd, index, 4));
	EXPECT_IDLE();
}

/* Memory may be locked, which has nothing to do here. */
TEST_F(gntdev, mmap__of_a_process_that_locks_its_memory)
{
	char *p;

	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		SKIP(return, "memory cannot be locked: %s", strerror(errno));
	p = ASSERT_MAPPED_ALL();
	pattern_write(self->g.page, PAGES, 15);
	EXPECT_EQ(0u, pattern_wrong(p, PAGES, 15));
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_IDLE();
}

/* More than any table of one page describes. */
TEST_F(gntdev, mmap__of_two_thousand_grants)
{
	uint64_t index = ASSERT_MAP(0, GRANTER_REFS);
	char *p = ASSERT_MMAP(index, GRANTER_REFS);
	unsigned int i;

	pattern_write(self->g.page, PAGES, 16);
	for (i = 0; i < GRANTER_REFS; i++) {
		ASSERT_EQ(0u, pattern_wrong(p + i * PG, 1, 16 + i % PAGES))
			TH_LOG("page %u", i);
	}
	EXPECT_EQ((unsigned int)GRANTER_REFS, granter_used(&self->g));
	ASSERT_EQ(0, munmap(p, GRANTER_REFS * PG));
	EXPECT_EQ(0, gd_unmap(self->fd, index, GRANTER_REFS));
	EXPECT_IDLE();
}

TEST_F(gntdev, mmap__last_of_two_thousand_is_bad)
{
	uint64_t index = ASSERT_MAP(0, GRANTER_REFS);

	granter_set(&self->g, GRANTER_REFS - 1, 0);
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, GRANTER_REFS,
					 PROT_READ));
	EXPECT_IDLE();
}
