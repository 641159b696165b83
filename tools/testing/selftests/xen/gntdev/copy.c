// SPDX-License-Identifier: GPL-2.0-only
/*
 * GRANT_COPY: every byte of what was asked for, and no other, in any mixture
 * of directions.
 */

#define SEGMENTS	1024

/* Reproducible noise. */
static uint32_t noise_state;

static uint32_t noise(uint32_t below)
{
	noise_state = noise_state * 1664525 + 1013904223;
	return (noise_state >> 8) % below;
}

static void noise_fill(void *p, size_t len, uint32_t seed)
{
	uint8_t *byte = p;

	noise_state = seed;
	while (len--)
		*byte++ = noise(256);
}

static void *local_pages(unsigned int pages)
{
	void *p = mmap(NULL, pages * PG, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

#define ASSERT_LOCAL(pages) ({						\
	char *__local = local_pages(pages);				\
									\
	ASSERT_NE(NULL, __local);					\
	__local;							\
})

#define IN(i, offset, to, len)						\
	seg_in(self->g.domid, self->g.ref[i], offset, to, len)
#define OUT(from, i, offset, len)					\
	seg_out(from, self->g.domid, self->g.ref[i], offset, len)
#define OVER(i, i_offset, j, j_offset, len)				\
	seg_over(self->g.domid, self->g.ref[i], i_offset, self->g.domid, \
		 self->g.ref[j], j_offset, len)

static unsigned int segs_failed(struct gntdev_grant_copy_segment *seg,
				unsigned int nr)
{
	unsigned int i, failed = 0;

	for (i = 0; i < nr; i++)
		failed += seg[i].status != GNTST_okay;
	return failed;
}

TEST_F(gntdev, grant_copy__from_a_grant)
{
	struct gntdev_grant_copy_segment seg;
	char *p = ASSERT_LOCAL(2);

	noise_fill(self->g.page, PG, 1);
	memset(p, 0x11, 2 * PG);
	seg = IN(0, 0, p, PG);
	ASSERT_EQ(0, gd_copy(self->fd, 1, &seg));
	EXPECT_EQ(GNTST_okay, seg.status);
	EXPECT_EQ(0, memcmp(p, self->g.page, PG));
	EXPECT_EQ(0x11, p[PG]);
	EXPECT_EQ(0u, granter_used(&self->g));
}

TEST_F(gntdev, grant_copy__to_a_grant)
{
	struct gntdev_grant_copy_segment seg;
	char *p = ASSERT_LOCAL(1);

	noise_fill(p, PG, 2);
	memset(self->g.page, 0x11, 2 * PG);
	seg = OUT(p, 0, 0, PG);
	ASSERT_EQ(0, gd_copy(self->fd, 1, &seg));
	EXPECT_EQ(GNTST_okay, seg.status);
	EXPECT_EQ(0, memcmp(p, self->g.page, PG));
	EXPECT_EQ(0x11, self->g.page[PG]);
}

TEST_F(gntdev, grant_copy__between_grants)
{
	struct gntdev_grant_copy_segment seg;

	noise_fill(self->g.page, PG, 3);
	memset(self->g.page + PG, 0x11, PG);
	seg = OVER(0, 10, 1, 1000, 3000);
	ASSERT_EQ(0, gd_copy(self->fd, 1, &seg));
	EXPECT_EQ(GNTST_okay, seg.status);
	EXPECT_EQ(0, memcmp(self->g.page + PG + 1000, self->g.page + 10,
			    3000));
	EXPECT_EQ(0x11, self->g.page[PG + 999]);
	EXPECT_EQ(0x11, self->g.page[PG + 4000]);
}

/* Local memory may begin anywhere and cross pages. */
TEST_F(gntdev, grant_copy__local_memory_crosses_pages)
{
	static const unsigned int at[] = { 1, 2048, 4000, 4095 };
	struct gntdev_grant_copy_segment seg[2];
	char *p = ASSERT_LOCAL(3);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		noise_fill(self->g.page, PG, 4 + i);
		memset(p, 0x11, 3 * PG);
		seg[0] = IN(0, 0, p + at[i], PG);
		seg[1] = OUT(p + at[i], 1, 0, PG);
		ASSERT_EQ(0, gd_copy(self->fd, 2, seg));
		EXPECT_EQ(0u, segs_failed(seg, 2));
		EXPECT_EQ(0, memcmp(p + at[i], self->g.page, PG));
		EXPECT_EQ(0, memcmp(p + at[i], self->g.page + PG, PG));
		EXPECT_EQ(0x11, p[at[i] - 1]);
		EXPECT_EQ(0x11, p[at[i] + PG]);
	}
}

/*
 * The granter's pages and local memory as they should be after each segment,
 * done here by hand.
 */
struct model {
	char page[PAGES * PG];
	char local[PAGES * PG];
};

static void random_segment(struct gntdev_fixture *self, struct model *m,
			   char *local, struct gntdev_grant_copy_segment *seg)
{
	unsigned int len = 1 + noise(600), i = noise(PAGES), j = noise(PAGES);
	unsigned int i_off = noise(PG - len + 1), j_off = noise(PG - len + 1);
	unsigned int at = noise(PAGES * PG - len + 1);

	switch (noise(3)) {
	case 0:
		*seg = IN(i, i_off, local + at, len);
		memcpy(m->local + at, m->page + i * PG + i_off, len);
		break;
	case 1:
		*seg = OUT(local + at, i, i_off, len);
		memcpy(m->page + i * PG + i_off, m->local + at, len);
		break;
	default:
		/* Xen does not say how it copies within a page. */
		if (i == j)
			j = (i + 1) % PAGES;
		*seg = OVER(i, i_off, j, j_off, len);
		memcpy(m->page + j * PG + j_off, m->page + i * PG + i_off,
		       len);
	}
}

/* They are done in order: each sees what those before it wrote. */
TEST_F_TIMEOUT(gntdev, grant_copy__a_thousand_in_all_directions, 120)
{
	int round, rounds = getenv("XEN_TEST_QUICK") ? 2 : 20;
	static struct gntdev_grant_copy_segment seg[SEGMENTS];
	char *local = ASSERT_LOCAL(PAGES);
	static struct model m;
	unsigned int i;

	for (round = 0; round < rounds; round++) {
		noise_fill(m.page, sizeof(m.page), 2 * round);
		noise_fill(m.local, sizeof(m.local), 2 * round + 1);
		memcpy(self->g.page, m.page, sizeof(m.page));
		memcpy(local, m.local, sizeof(m.local));
		for (i = 0; i < SEGMENTS; i++)
			random_segment(self, &m, local, &seg[i]);
		ASSERT_EQ(0, gd_copy(self->fd, SEGMENTS, seg));
		EXPECT_EQ(0u, segs_failed(seg, SEGMENTS));
		EXPECT_EQ(0, memcmp(local, m.local, sizeof(m.local)));
		EXPECT_EQ(0, memcmp(self->g.page, m.page, sizeof(m.page)));
	}
}

/* Any number in one call: around the sizes of batches. */
TEST_F(gntdev, grant_copy__any_number_of_segments)
{
	static const unsigned int numbers[] = {
		1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255,
		256, 257, 511, 512, 513, 1023,
	};
	static struct gntdev_grant_copy_segment seg[SEGMENTS];
	char *local = ASSERT_LOCAL(PAGES);
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		noise_fill(self->g.page, PAGES * PG, i);
		memset(local, 0, PAGES * PG);
		/* 32 bytes each, from one end to the other. */
		for (j = 0; j < numbers[i]; j++)
			seg[j] = IN(j / 128, j % 128 * 32, local + j * 32, 32);
		ASSERT_EQ(0, gd_copy(self->fd, numbers[i], seg));
		EXPECT_EQ(0u, segs_failed(seg, numbers[i]));
		EXPECT_EQ(0, memcmp(local, self->g.page, numbers[i] * 32));
		EXPECT_EQ(0, local[numbers[i] * 32]);
	}
}

/* Whole pages that are not aligned here: two operations of Xen for each. */
TEST_F(gntdev, grant_copy__a_megabyte)
{
	static struct gntdev_grant_copy_segment seg[256];
	char *local = ASSERT_LOCAL(257);
	unsigned int i;

	noise_fill(self->g.page, PAGES * PG, 9);
	memset(local, 0, 257 * PG);
	for (i = 0; i < 256; i++)
		seg[i] = IN(i % PAGES, 0, local + i * PG + 123, PG);
	ASSERT_EQ(0, gd_copy(self->fd, 256, seg));
	EXPECT_EQ(0u, segs_failed(seg, 256));
	for (i = 0; i < 256; i += PAGES) {
		EXPECT_EQ(0, memcmp(local + i * PG + 123, self->g.page,
				    PAGES * PG));
	}
	EXPECT_EQ(0, local[122]);
	EXPECT_EQ(0, local[256 * PG + 123]);
}

TEST_F(gntdev, grant_copy__nothing)
{
	struct gntdev_grant_copy_segment seg[2];
	char *p = ASSERT_LOCAL(1);

	EXPECT_EQ(0, gd_copy(self->fd, 0, NULL));
	memset(p, 0x11, PG);
	memset(self->g.page, 0x22, PG);
	seg[0] = IN(0, 100, p, 0);
	seg[1] = OUT(p, 0, 4096 - 1, 0);
	EXPECT_EQ(0, gd_copy(self->fd, 2, seg));
	EXPECT_EQ(0u, segs_failed(seg, 2));
	EXPECT_EQ(0x11, p[0]);
	EXPECT_EQ(0x22, self->g.page[100]);
	EXPECT_EQ(0x22, self->g.page[4095]);
}

struct cow {
	struct gntdev_fixture *self;
	char *p;
};

static int copy_into_cow(void *arg)
{
	struct cow *c = arg;
	struct gntdev_fixture *self = c->self;
	struct gntdev_grant_copy_segment seg = IN(0, 0, c->p, PG);

	if (gd_copy(self->fd, 1, &seg) || seg.status)
		return 1;
	return memcmp(c->p, self->g.page, PG) ? 2 : 0;
}

/* After a fork each has its own copy. */
TEST_F(gntdev, grant_copy__into_a_copy_on_write_page)
{
	struct cow c = { self, ASSERT_LOCAL(1) };

	noise_fill(self->g.page, PG, 11);
	memset(c.p, 0x11, PG);
	/* The granter's memory is not inherited. */
	EXPECT_NE(2, child_run(copy_into_cow, &c));
	EXPECT_EQ(0x11, c.p[0]);
	EXPECT_EQ(0x11, c.p[PG - 1]);
	/* And a private page that was never touched. */
	c.p = ASSERT_LOCAL(1);
	EXPECT_EQ(0, copy_into_cow(&c));
}

/* A private mapping of a file: the file does not change. A shared one: it does. */
TEST_F(gntdev, grant_copy__into_a_file)
{
	struct gntdev_grant_copy_segment seg[2];
	char *shared, *private, buf[2 * PG];
	int fd;

	fd = memfd_create("gntdev", MFD_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, 2 * PG));
	shared = mmap(NULL, 2 * PG, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      0);
	private = mmap(NULL, 2 * PG, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd,
		       0);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_NE(MAP_FAILED, private);
	noise_fill(self->g.page, PG, 12);
	noise_fill(self->g.page + PG, PG, 13);
	seg[0] = IN(0, 0, shared, PG);
	seg[1] = IN(1, 0, private + PG, PG);
	ASSERT_EQ(0, gd_copy(self->fd, 2, seg));
	EXPECT_EQ(0u, segs_failed(seg, 2));
	ASSERT_EQ((ssize_t)(2 * PG), pread(fd, buf, 2 * PG, 0));
	EXPECT_EQ(0, memcmp(buf, self->g.page, PG));
	EXPECT_EQ(0, buf[PG]);
	EXPECT_EQ(0, memcmp(private + PG, self->g.page + PG, PG));
	close(fd);
}

#define KPF_DIRTY	4

/* Is the page at @addr marked as written? 0, 1 or -errno. */
static int page_dirty(const void *addr)
{
	uint64_t entry = 0, flags = 0;
	int map, ret = -EIO;

	map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (map < 0)
		return -errno;
	if (pread(map, &entry, 8, (uintptr_t)addr / PG * 8) != 8 ||
	    !(entry >> 63)) {
		close(map);
		return -EIO;
	}
	close(map);
	map = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	if (map < 0)
		return -errno;
	if (pread(map, &flags, 8, (entry & ((1ULL << 55) - 1)) * 8) == 8)
		ret = flags >> KPF_DIRTY & 1;
	close(map);
	return ret;
}

/* Marked as written, so that nobody drops it, is what was written, only. */
TEST_F(gntdev, grant_copy__marks_what_it_writes)
{
	struct gntdev_grant_copy_segment seg[6];
	unsigned int i;
	char *p;
	int fd;

	fd = memfd_create("gntdev", MFD_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, 6 * PG));
	p = mmap(NULL, 6 * PG, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	for (i = 0; i < 6; i++)
		ASSERT_EQ(0, peek(p + i * PG));
	if (page_dirty(p) != 0)
		SKIP(return, "whether a page is dirty cannot be seen");
	/* By turns, and the last but one from elsewhere. */
	seg[0] = OUT(p, 0, 0, PG);
	seg[1] = IN(1, 0, p + PG, PG);
	seg[2] = OUT(p + 2 * PG, 2, 0, PG);
	seg[3] = IN(3, 0, p + 3 * PG, PG);
	seg[4] = OUT(p + 4 * PG, 4, 0, PG);
	seg[5] = OVER(5, 0, 6, 0, PG);
	ASSERT_EQ(0, gd_copy(self->fd, 6, seg));
	EXPECT_EQ(0u, segs_failed(seg, 6));
	EXPECT_EQ(1, page_dirty(p + PG));
	EXPECT_EQ(1, page_dirty(p + 3 * PG));
	EXPECT_EQ(0, page_dirty(p));
	EXPECT_EQ(0, page_dirty(p + 2 * PG));
	EXPECT_EQ(0, page_dirty(p + 4 * PG));
	/* The other way round the last is a destination. */
	ASSERT_EQ(0, gd_copy(self->fd, 4, seg));
	EXPECT_EQ(0, page_dirty(p));
	EXPECT_EQ(0, page_dirty(p + 2 * PG));
	close(fd);
}

/* Memory of a device may be local memory, too: here a mapped grant. */
TEST_F(gntdev, grant_copy__local_memory_is_a_mapped_grant)
{
	struct gntdev_grant_copy_segment seg[2];
	uint64_t index = ASSERT_MAP(8, 2);
	char *p = ASSERT_MMAP(index, 2);
	int ret;

	noise_fill(self->g.page, PG, 15);
	memset(p, 0, 2 * PG);
	seg[0] = IN(0, 0, p, PG);
	seg[1] = OUT(p, 1, 0, PG);
	ret = gd_copy(self->fd, 2, seg);
	/* Xen may refuse a page that is another domain's. */
	EXPECT_TRUE(!ret || ret == -EFAULT);
	if (!ret && !seg[0].status)
		EXPECT_EQ(0, memcmp(p, self->g.page, PG));
	ASSERT_EQ(0, munmap(p, 2 * PG));
	ASSERT_EQ(0, gd_unmap(self->fd, index, 2));
	EXPECT_IDLE();
}
