// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process does to a mapping with munmap, mprotect, mremap, madvise and
 * fork. Pages that stay have their content, and afterwards all grants go back.
 */

TEST_F(gntdev, munmap__of_parts)
{
	static const unsigned int order[] = { 5, 0, 15, 6, 4, 9 };
	char *p = ASSERT_MAPPED_ALL();
	bool gone[PAGES] = {};
	unsigned int i, j;

	pattern_write(self->g.page, PAGES, 20);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		ASSERT_EQ(0, munmap(p + order[i] * PG, PG));
		gone[order[i]] = true;
		for (j = 0; j < PAGES; j++) {
			if (gone[j]) {
				EXPECT_EQ(-SIGSEGV, peek(p + j * PG));
				continue;
			}
			EXPECT_EQ(0u, pattern_wrong(p + j * PG, 1, 20 + j));
		}
	}
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_IDLE();
}

TEST_F(gntdev, munmap__from_the_middle)
{
	char *p = ASSERT_MAPPED_ALL();

	pattern_write(self->g.page, PAGES, 21);
	ASSERT_EQ(0, munmap(p + 4 * PG, 8 * PG));
	EXPECT_EQ(0u, pattern_wrong(p, 4, 21));
	EXPECT_EQ(0u, pattern_wrong(p + 12 * PG, 4, 33));
	pattern_write(p + 12 * PG, 4, 90);
	EXPECT_EQ(0u, pattern_wrong(self->g.page + 12 * PG, 4, 90));
	ASSERT_EQ(0, munmap(p, 4 * PG));
	EXPECT_EQ(0u, pattern_wrong(p + 12 * PG, 4, 90));
	ASSERT_EQ(0, munmap(p + 12 * PG, 4 * PG));
	EXPECT_IDLE();
}

/* Where it was something else may be. */
TEST_F(gntdev, munmap__of_a_part_and_another_mapping_there)
{
	char *p = ASSERT_MAPPED_ALL();

	pattern_write(self->g.page, PAGES, 22);
	ASSERT_EQ(p + PG, mmap(p + PG, 2 * PG, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			       0));
	memset(p + PG, 0x33, 2 * PG);
	EXPECT_EQ(0u, pattern_wrong(p, 1, 22));
	EXPECT_EQ(0u, pattern_wrong(p + 3 * PG, PAGES - 3, 25));
	EXPECT_EQ(0u, pattern_wrong(self->g.page, PAGES, 22));
	ASSERT_EQ(0, munmap(p, PG));
	ASSERT_EQ(0, munmap(p + 3 * PG, (PAGES - 3) * PG));
	EXPECT_IDLE();
	EXPECT_EQ(0x33, peek(p + PG));
	EXPECT_EQ(0u, pattern_wrong(self->g.page, PAGES, 22));
}

/* What is refused must leave it as it was. */
static void expect_never_writable(struct __test_metadata *_metadata,
				  struct gntdev_fixture *self, char *p)
{
	errno = 0;
	EXPECT_EQ(-1, mprotect(p, 2 * PG, PROT_READ | PROT_WRITE));
	EXPECT_TRUE(errno == EACCES || errno == EINVAL)
		TH_LOG("mprotect: %s", strerror(errno));
	EXPECT_EQ(-1, mprotect(p + PG, PG, PROT_WRITE));
	pattern_write(self->g.page, 2, 23);
	EXPECT_EQ(-SIGSEGV, poke(p, 1));
	EXPECT_EQ(0u, pattern_wrong(p, 2, 23));
	EXPECT_EQ(0u, pattern_wrong(self->g.page, 2, 23));
	EXPECT_EQ(0, munmap(p, 2 * PG));
}

TEST_F(gntdev, mprotect__private_stays_read_only)
{
	uint64_t index = ASSERT_MAP(0, 2);
	char *p;

	if (!env_is_ours() && linux_is("6.1."))
		SKIP(return, "a write would copy the page of another domain");
	p = mmap(NULL, 2 * PG, PROT_READ, MAP_PRIVATE, self->fd, index);
	ASSERT_NE(MAP_FAILED, p);
	expect_never_writable(_metadata, self, p);
}

TEST_F(gntdev, mprotect__shared_read_only_stays_so)
{
	uint64_t index = ASSERT_MAP(0, 2);
	char *p;

	if (!env_is_ours())
		SKIP(return, "Xen would refuse what the kernel writes into the page table");
	p = gd_mmap(self->fd, index, 2, PROT_READ);
	ASSERT_NE(NULL, p);
	expect_never_writable(_metadata, self, p);
}

/* Allowed, with effect, or refused, without any. */
static void expect_protected(struct __test_metadata *_metadata,
			     struct gntdev_fixture *self, int prot)
{
	uint64_t index = ASSERT_MAP(0, 4);
	char *p = ASSERT_MMAP(index, 4);

	pattern_write(self->g.page, 4, 24);
	if (mprotect(p, 4 * PG, prot)) {
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(0u, pattern_wrong(p, 4, 24));
	} else {
		EXPECT_EQ(-SIGSEGV, poke(p + PG, 1));
		EXPECT_TRUE(prot == PROT_NONE ? peek(p) == -SIGSEGV :
			    !pattern_wrong(p, 4, 24));
		EXPECT_EQ(0, mprotect(p, 4 * PG, PROT_READ | PROT_WRITE));
	}
	EXPECT_EQ(7, poke(p + PG, 7));
	EXPECT_EQ(7, peek(self->g.page + PG));
	EXPECT_EQ(0, munmap(p, 4 * PG));
	EXPECT_EQ(0, gd_unmap(self->fd, index, 4));
	EXPECT_IDLE();
}

TEST_F(gntdev, mprotect__read_only_and_back)
{
	if (env_is_pv() && !env_is_ours())
		SKIP(return, "Xen would refuse what the kernel writes into the page table");
	expect_protected(_metadata, self, PROT_READ);
}

TEST_F(gntdev, mprotect__no_access_and_back)
{
	if (env_is_pv() && !env_is_ours())
		SKIP(return, "Xen would refuse what the kernel writes into the page table");
	expect_protected(_metadata, self, PROT_NONE);
}

TEST_F(gntdev, mprotect__of_a_part)
{
	char *p;

	if (env_is_pv() && !env_is_ours())
		SKIP(return, "Xen would refuse what the kernel writes into the page table");
	p = ASSERT_MAPPED_ALL();
	pattern_write(self->g.page, PAGES, 25);
	if (mprotect(p + 2 * PG, 3 * PG, PROT_READ)) {
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(1, poke(p + 2 * PG + 8, 1));
	} else {
		EXPECT_EQ(-SIGSEGV, poke(p + 2 * PG, 1));
	}
	EXPECT_EQ(0u, pattern_wrong(p, PAGES, 25));
	EXPECT_EQ(1, poke(p + PG + 8, 1));
	EXPECT_EQ(1, poke(p + 5 * PG + 8, 1));
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_IDLE();
}

TEST_F(gntdev, mremap__growing_fails)
{
	uint64_t index = ASSERT_MAP(0, 2);
	char *p = ASSERT_MMAP(index, 2);

	pattern_write(self->g.page, 2, 26);
	EXPECT_EQ(MAP_FAILED, mremap(p, 2 * PG, 3 * PG, 0));
	EXPECT_EQ(MAP_FAILED, mremap(p, 2 * PG, 3 * PG, MREMAP_MAYMOVE));
	EXPECT_EQ(0u, pattern_wrong(p, 2, 26));
}

/* Either the pages are there, or there is nothing. */
static void expect_pages_or_nothing(struct __test_metadata *_metadata,
				    const char *p, unsigned int pages,
				    uint64_t seed)
{
	unsigned int i;
	int byte;

	for (i = 0; i < pages; i++) {
		byte = peek(p + i * PG);
		EXPECT_TRUE(byte == -SIGBUS || byte == -SIGSEGV ||
			    !pattern_wrong(p + i * PG, 1, seed + i))
			TH_LOG("page %u: %d", i, byte);
	}
}

/* A move is refused, or moves the content, or leaves nothing to be seen. */
static void expect_move(struct __test_metadata *_metadata,
			struct gntdev_fixture *self, unsigned int first,
			unsigned int pages, int flags)
{
	char *p = ASSERT_MAPPED_ALL(), *to, *ret;

	pattern_write(self->g.page, PAGES, 27);
	to = mmap(NULL, PAGES * PG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		  -1, 0);
	ASSERT_NE(MAP_FAILED, to);
	ret = mremap(p + first * PG, pages * PG, pages * PG,
		     MREMAP_MAYMOVE | MREMAP_FIXED | flags, to);
	if (ret == MAP_FAILED) {
		expect_pages_or_nothing(_metadata, p, PAGES, 27);
	} else {
		expect_pages_or_nothing(_metadata, to, pages, 27 + first);
		if (!flags)
			EXPECT_EQ(-SIGSEGV, peek(p + first * PG));
		expect_pages_or_nothing(_metadata, p, PAGES, 27);
	}
	EXPECT_EQ(0u, pattern_wrong(self->g.page, PAGES, 27));
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_EQ(0, munmap(to, PAGES * PG));
	EXPECT_IDLE();
}

TEST_F(gntdev, mremap__of_all)
{
	expect_move(_metadata, self, 0, PAGES, 0);
}

TEST_F(gntdev, mremap__of_a_part)
{
	expect_move(_metadata, self, 0, 3, 0);
	expect_move(_metadata, self, 5, 3, 0);
	expect_move(_metadata, self, PAGES - 2, 2, 0);
}

TEST_F(gntdev, mremap__without_unmapping)
{
	expect_move(_metadata, self, 0, PAGES, MREMAP_DONTUNMAP);
}

TEST_F(gntdev, mremap__shrinking)
{
	char *p = ASSERT_MAPPED_ALL();

	pattern_write(self->g.page, PAGES, 28);
	if (mremap(p, PAGES * PG, 3 * PG, 0) == p) {
		EXPECT_EQ(0u, pattern_wrong(p, 3, 28));
		EXPECT_EQ(-SIGSEGV, peek(p + 3 * PG));
	} else {
		EXPECT_EQ(0u, pattern_wrong(p, PAGES, 28));
	}
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_IDLE();
}

/* Afterwards the pages are there, or nothing; the content is the granter's. */
TEST_F(gntdev, madvise__does_no_harm)
{
	static const int advice[] = {
		MADV_NORMAL, MADV_REMOVE, MADV_DOFORK, MADV_FREE, MADV_COLD,
		MADV_PAGEOUT, MADV_POPULATE_READ, MADV_MERGEABLE,
		MADV_HUGEPAGE, MADV_WILLNEED, MADV_DONTNEED,
	};
	unsigned int i;
	char *p;

	for (i = 0; i < ARRAY_SIZE(advice); i++) {
		p = ASSERT_MAPPED_ALL();
		pattern_write(self->g.page, PAGES, 29);
		madvise(p, PAGES * PG, advice[i]);
		expect_pages_or_nothing(_metadata, p, PAGES, 29);
		EXPECT_EQ(0u, pattern_wrong(self->g.page, PAGES, 29));
		ASSERT_EQ(0, munmap(p, PAGES * PG));
		EXPECT_IDLE();
	}
}

static int read_in_child(void *addr)
{
	return __atomic_load_n((uint8_t *)addr, __ATOMIC_RELAXED);
}

/* A PV domain cannot have it in two page tables by one map. */
TEST_F(gntdev, fork__of_a_mapping)
{
	char *p = ASSERT_MAPPED_ALL();
	int ret;

	pattern_write(self->g.page, PAGES, 30);
	self->g.page[PG] = 42;
	ret = child_run(read_in_child, p + PG);
	EXPECT_TRUE(ret == CHILD_FAULT + SIGSEGV ||
		    (!env_is_pv() && ret == 42))
		TH_LOG("the child: %d", ret);
	EXPECT_EQ(42, peek(p + PG));
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_IDLE();
}

/* A process may ask for a copy in its children all the same; a new kernel refuses. */
TEST_F(gntdev, fork__of_a_mapping_that_asks_for_it)
{
	char *p;
	int ret;

	if (env_is_pv() && !env_is_ours())
		SKIP(return, "the kernel would copy entries that only Xen may write");
	p = ASSERT_MAPPED_ALL();
	pattern_write(self->g.page, PAGES, 32);
	self->g.page[PG] = 42;
	if (madvise(p, PAGES * PG, MADV_DOFORK))
		EXPECT_EQ(EINVAL, errno);
	ret = child_run(read_in_child, p + PG);
	EXPECT_TRUE(ret == CHILD_FAULT + SIGBUS ||
		    ret == CHILD_FAULT + SIGSEGV || (!env_is_pv() && ret == 42))
		TH_LOG("the child: %d", ret);
	/* The end of the child was not the end of the mapping. */
	EXPECT_EQ(42, peek(p + PG));
	EXPECT_EQ(0u, pattern_wrong(p + 2 * PG, PAGES - 2, 34));
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_IDLE();
}

static int sleep_in_child(void *unused)
{
	(void)unused;
	sleep_ms(3000);
	return 0;
}

/* The child has the file, and perhaps the mapping, until it ends. */
TEST_F(gntdev, fork__child_outlives_the_mapping)
{
	char *p = ASSERT_MAPPED_ALL();
	pid_t pid;

	pid = child_start(sleep_in_child, NULL);
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_IDLE();
}

/* Two processes on one file, each with its own maps. */
static int map_in_child(void *arg)
{
	struct gntdev_fixture *self = arg;
	uint64_t index;
	char *p;

	if (map_refs(self, 4, 4, &index))
		return 1;
	p = gd_mmap(self->fd, index, 4, PROT_READ);
	if (!p)
		return 2;
	return pattern_wrong(p, 4, 35) ? 3 : 0;
}

TEST_F(gntdev, fork__child_makes_its_own_map)
{
	uint64_t index = ASSERT_MAP(0, 4);
	char *p = ASSERT_MMAP(index, 4);

	pattern_write(self->g.page, PAGES, 31);
	EXPECT_EQ(0, child_run(map_in_child, self));
	EXPECT_EQ(0u, pattern_wrong(p, 4, 31));
	EXPECT_EQ(0, munmap(p, 4 * PG));
	EXPECT_EQ(0, gd_unmap(self->fd, index, 4));
	close(self->fd);
	self->fd = -1;
	EXPECT_IDLE();
}
