// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxengnttab: grants of another domain, whose pages and whose grant table
 * the test has before it.
 */

#define GRANTED		4

FIXTURE(libxengnttab) {
	struct granter g;
	struct bell bell;
	xengnttab_handle *tab;
};

FIXTURE_SETUP(libxengnttab)
{
	if (env_lacks(XEN_DEV_GNTDEV))
		SKIP(return, "there is no %s", XEN_DEV_GNTDEV);
	self->tab = xengnttab_open(NULL, 0);
	ASSERT_NE(NULL, self->tab);
	ASSERT_EQ(0, bell_open(&self->bell));
	ASSERT_EQ(0, granter_create(&self->g, GRANTED));
	pattern_write(self->g.page, GRANTED, 10);
}

FIXTURE_TEARDOWN(libxengnttab)
{
	EXPECT_NAMED_CALL();
	xengnttab_close(self->tab);
	if (self->g.table)
		EXPECT_EQ(0u, granter_idle(&self->g));
	granter_free(&self->g);
}

#define EXPECT_MAPPED(count)	EXPECT_EQ(count, granter_used(&self->g))

/* A mapping shows the pages, and what is written to it arrives there. */
static bool shows(struct granter *g, char *p, unsigned long pages)
{
	if (!p || pattern_wrong(p, pages, 10))
		return false;
	pattern_write(p, pages, 50);
	return !pattern_wrong(g->page, pages, 50);
}

TEST_F(libxengnttab, xengnttab_open__maps_nothing)
{
	xengnttab_handle *h = CALL(xengnttab_open, NULL, 0);

	ASSERT_NE(NULL, h);
	EXPECT_BENEATH("gntdev open");
	EXPECT_EQ(2, beneath_files("gntdev"));
	EXPECT_MAPPED(0u);
	EXPECT_EQ(0, xengnttab_close(h));
}

/* The mapping is the process's until it takes it away. */
TEST_F(libxengnttab, xengnttab_close__leaves_the_mapping)
{
	char *p = xengnttab_map_grant_ref(self->tab, self->g.domid,
					  self->g.ref[0], RW);

	ASSERT_NE(NULL, p);
	EXPECT_EQ(0, CALL(xengnttab_close, self->tab));
	EXPECT_BENEATH("gntdev close");
	EXPECT_EQ(0, beneath_files("gntdev"));
	EXPECT_TRUE(shows(&self->g, p, 1));
	EXPECT_EQ(0, munmap(p, PG));
	EXPECT_EQ(0u, granter_idle(&self->g));
	self->tab = xengnttab_open(NULL, 0);
}

TEST_F(libxengnttab, xengnttab_fd__is_the_file_of_gntdev)
{
	uint64_t index;
	int fd = CALL(xengnttab_fd, self->tab);

	EXPECT_BENEATH("");
	EXPECT_EQ(0, gd_map_refs(fd, self->g.domid, 1, self->g.ref, &index));
	EXPECT_EQ(0, gd_unmap(fd, index, 1));
}

TEST_F(libxengnttab, xengnttab_set_max_grants__changes_nothing)
{
	char *p;

	NO_EFFECT("since Linux 5.4 there is no limit of a file: the call succeeds and is ignored");
	EXPECT_EQ(0, CALL(xengnttab_set_max_grants, self->tab, 1));
	EXPECT_BENEATH("gntdev SET_MAX_GRANTS");
	p = xengnttab_map_domain_grant_refs(self->tab, 2, self->g.domid,
					    self->g.ref, RW);
	EXPECT_TRUE(shows(&self->g, p, 2));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, p, 2));
}

TEST_F(libxengnttab, xengnttab_map_grant_ref__shows_the_page)
{
	char *p = CALL(xengnttab_map_grant_ref, self->tab, self->g.domid,
		       self->g.ref[0], RW);

	EXPECT_BENEATH("gntdev MAP_GRANT_REF", "gntdev mmap");
	EXPECT_TRUE(shows(&self->g, p, 1));
	EXPECT_MAPPED(1u);
	EXPECT_EQ(0, xengnttab_unmap(self->tab, p, 1));
}

TEST_F(libxengnttab, xengnttab_map_grant_ref__not_granted_is_einval)
{
	char *p;

	granter_set(&self->g, 0, 0);
	p = CALL(xengnttab_map_grant_ref, self->tab, self->g.domid,
		 self->g.ref[0], RW);
	EXPECT_EQ(NULL, p);
	EXPECT_EQ(EINVAL, errno);
	EXPECT_BENEATH("gntdev MAP_GRANT_REF", "gntdev mmap",
		       "gntdev UNMAP_GRANT_REF");
}

TEST_F(libxengnttab, xengnttab_map_grant_refs__of_several_domains)
{
	uint32_t domid[GRANTED];
	char *p;
	int i;

	for (i = 0; i < GRANTED; i++)
		domid[i] = self->g.domid;
	p = CALL(xengnttab_map_grant_refs, self->tab, GRANTED, domid,
		 self->g.ref, RW);
	EXPECT_BENEATH("gntdev MAP_GRANT_REF", "gntdev mmap");
	EXPECT_TRUE(shows(&self->g, p, GRANTED));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, p, GRANTED));
	/* One domain that is none, and nothing is mapped. */
	domid[GRANTED - 1] = DOM_NONE;
	p = xengnttab_map_grant_refs(self->tab, GRANTED, domid, self->g.ref,
				     RW);
	EXPECT_EQ(NULL, p);
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(libxengnttab, xengnttab_map_domain_grant_refs__read_only)
{
	char *p = CALL(xengnttab_map_domain_grant_refs, self->tab, GRANTED,
		       self->g.domid, self->g.ref, PROT_READ);

	ASSERT_NE(NULL, p);
	EXPECT_BENEATH("gntdev MAP_GRANT_REF", "gntdev mmap");
	EXPECT_MAPPED((unsigned int)GRANTED);
	EXPECT_EQ((unsigned int)GTF_reading, granter_in_use(&self->g, 0));
	EXPECT_EQ(0u, pattern_wrong(p, GRANTED, 10));
	EXPECT_EQ(-SIGSEGV, poke(p, 1));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, p, GRANTED));
}

TEST_F(libxengnttab, xengnttab_map_grant_ref_notify__byte_and_event)
{
	char *p;

	memset(self->g.page, 0x5a, PG);
	p = CALL(xengnttab_map_grant_ref_notify, self->tab, self->g.domid,
		 self->g.ref[0], RW, 100, self->bell.pair.a);
	ASSERT_NE(NULL, p);
	EXPECT_BENEATH("gntdev MAP_GRANT_REF", "gntdev mmap",
		       "gntdev SET_UNMAP_NOTIFY");
	EXPECT_TRUE(bell_silent(&self->bell));
	EXPECT_EQ(0x5a, self->g.page[100]);
	EXPECT_EQ(0, xengnttab_unmap(self->tab, p, 1));
	EXPECT_TRUE(bell_rings(&self->bell));
	EXPECT_EQ(0, self->g.page[100]);
	EXPECT_EQ(0x5a, self->g.page[99]);
	EXPECT_EQ(0x5a, self->g.page[101]);
}

TEST_F(libxengnttab, xengnttab_unmap__gives_the_grants_back)
{
	char *p = xengnttab_map_domain_grant_refs(self->tab, GRANTED,
						  self->g.domid, self->g.ref,
						  RW);

	ASSERT_NE(NULL, p);
	EXPECT_MAPPED((unsigned int)GRANTED);
	EXPECT_NE(0, xengnttab_unmap(self->tab, p, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, CALL(xengnttab_unmap, self->tab, p, GRANTED));
	EXPECT_BENEATH("gntdev GET_OFFSET_FOR_VADDR", "gntdev munmap",
		       "gntdev UNMAP_GRANT_REF");
	EXPECT_EQ(-SIGSEGV, peek(p));
	EXPECT_EQ(0u, granter_idle(&self->g));
}

TEST_F(libxengnttab, xengnttab_grant_copy__in_and_out)
{
	xengnttab_grant_copy_segment_t seg[3] = {};
	char local[PG + 11];

	seg[0].source.foreign.ref = self->g.ref[0];
	seg[0].source.foreign.domid = self->g.domid;
	seg[0].dest.virt = local + 11;
	seg[0].len = PG;
	seg[0].flags = GNTCOPY_source_gref;
	seg[1].source.virt = local + 11;
	seg[1].dest.foreign.ref = self->g.ref[1];
	seg[1].dest.foreign.domid = self->g.domid;
	seg[1].len = PG;
	seg[1].flags = GNTCOPY_dest_gref;
	seg[2] = seg[0];
	seg[2].source.foreign.ref = 0xffffff;
	EXPECT_EQ(0, CALL(xengnttab_grant_copy, self->tab, 3, seg));
	EXPECT_BENEATH("gntdev GRANT_COPY");
	EXPECT_EQ(GNTST_okay, seg[0].status);
	EXPECT_EQ(GNTST_okay, seg[1].status);
	EXPECT_EQ(GNTST_bad_gntref, seg[2].status);
	EXPECT_EQ(0u, pattern_wrong(local + 11, 1, 10));
	EXPECT_EQ(0u, pattern_wrong(self->g.page + PG, 1, 10));
	EXPECT_EQ(0u, pattern_wrong(self->g.page + 2 * PG, 1, 12));
}

#define NO_DMABUF	"the driver is built without dma-bufs: ENOTTY"

/* Ours has them on every kernel. */
static bool lacks_dmabuf(int fd)
{
	struct ioctl_gntdev_dmabuf_imp_release none = { .fd = ~0u };

	return !env_is_ours() &&
	       ioctl(fd, IOCTL_GNTDEV_DMABUF_IMP_RELEASE, &none) &&
	       errno == ENOTTY;
}

#define ASSERT_EXPORT(count) ({						\
	uint32_t __fd = 0;						\
									\
	ASSERT_EQ(0, xengnttab_dmabuf_exp_from_refs(self->tab,		\
						    self->g.domid, 0,	\
						    count, self->g.ref,	\
						    &__fd))		\
		TH_LOG("%s", strerror(errno));				\
	__fd;								\
})

#define ASSERT_MEMORY(pages) ({						\
	struct memory __m = {};						\
									\
	ASSERT_EQ(0, memory_make(&__m, pages));				\
	__m;								\
})

TEST_F(libxengnttab, xengnttab_dmabuf_exp_from_refs__shows_the_pages)
{
	uint32_t fd = 0;
	char *p;

	if (lacks_dmabuf(xengnttab_fd(self->tab)))
		SKIP(return, NO_DMABUF);
	ASSERT_EQ(0, CALL(xengnttab_dmabuf_exp_from_refs, self->tab,
			  self->g.domid, 0, GRANTED, self->g.ref, &fd));
	EXPECT_BENEATH("gntdev DMABUF_EXP_FROM_REFS");
	EXPECT_MAPPED((unsigned int)GRANTED);
	p = mmap(NULL, GRANTED * PG, RW, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_TRUE(shows(&self->g, p, GRANTED));
	EXPECT_EQ(0, munmap(p, GRANTED * PG));
	EXPECT_EQ(0, close(fd));
}

TEST_F(libxengnttab, xengnttab_dmabuf_exp_wait_released__until_it_is)
{
	uint32_t fd;

	if (lacks_dmabuf(xengnttab_fd(self->tab)))
		SKIP(return, NO_DMABUF);
	fd = ASSERT_EXPORT(1);
	EXPECT_NE(0, CALL(xengnttab_dmabuf_exp_wait_released, self->tab, fd,
			  10));
	EXPECT_EQ(ETIMEDOUT, errno);
	EXPECT_BENEATH("gntdev DMABUF_EXP_WAIT_RELEASED");
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0u, granter_idle(&self->g));
	/* ENOENT of the driver is what one waits for. */
	EXPECT_EQ(0, xengnttab_dmabuf_exp_wait_released(self->tab, fd, 10));
}

TEST_F(libxengnttab, xengnttab_dmabuf_imp_to_refs__grants_the_pages)
{
	struct gntdev_grant_copy_segment seg;
	struct memory m;
	uint32_t ref[2];
	char buf[PG];

	if (lacks_dmabuf(xengnttab_fd(self->tab)))
		SKIP(return, NO_DMABUF);
	if (access(UDMABUF, F_OK))
		SKIP(return, "the kernel has no udmabuf");
	m = ASSERT_MEMORY(2);
	pattern_write(m.p, 2, 30);
	ASSERT_EQ(0, CALL(xengnttab_dmabuf_imp_to_refs, self->tab, DOM_HERE,
			  m.fd, 2, ref));
	EXPECT_BENEATH("gntdev DMABUF_IMP_TO_REFS");
	seg = seg_in(DOM_HERE, ref[1], 0, buf, PG);
	ASSERT_EQ(0, gd_copy(xengnttab_fd(self->tab), 1, &seg));
	EXPECT_EQ(GNTST_okay, seg.status);
	EXPECT_EQ(0u, pattern_wrong(buf, 1, 31));
	EXPECT_EQ(0, xengnttab_dmabuf_imp_release(self->tab, m.fd));
}

TEST_F(libxengnttab, xengnttab_dmabuf_imp_release__revokes_the_grants)
{
	struct memory m;
	uint32_t ref;

	if (lacks_dmabuf(xengnttab_fd(self->tab)))
		SKIP(return, NO_DMABUF);
	if (access(UDMABUF, F_OK))
		SKIP(return, "the kernel has no udmabuf");
	m = ASSERT_MEMORY(1);
	ASSERT_EQ(0, xengnttab_dmabuf_imp_to_refs(self->tab, DOM_HERE, m.fd, 1,
						  &ref));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref));
	EXPECT_EQ(0, CALL(xengnttab_dmabuf_imp_release, self->tab, m.fd));
	EXPECT_BENEATH("gntdev DMABUF_IMP_RELEASE");
	EXPECT_TRUE(grant_revoked(ref));
	EXPECT_NE(0, xengnttab_dmabuf_imp_release(self->tab, m.fd));
	EXPECT_EQ(ENOENT, errno);
}
