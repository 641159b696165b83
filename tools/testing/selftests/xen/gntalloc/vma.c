// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap of pages, and what a process does to such a mapping. Every mapping
 * keeps its pages granted.
 */

TEST_F(gntalloc, mmap__private_is_einval)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 1, NULL);

	EXPECT_EQ(MAP_FAILED, mmap(NULL, PG, PROT_READ, MAP_PRIVATE, self->fd,
				   index));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PG, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE, self->fd, index));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(gntalloc, mmap__errors)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 4, NULL);
	uint64_t other = ASSERT_ALLOC(self->other, 8, NULL);
	unsigned int i;

	const struct {
		const char *name;
		uint64_t index;
		unsigned int pages;
	} rows[] = {
		{ "one more", index, 5 },
		{ "not from the first, one more", index + PG, 4 },
		{ "behind", index + 4 * PG, 1 },
		{ "far away", index | 1ULL << 44, 1 },
		{ "last page of all", ~0ULL >> 1 & ~(PG - 1), 1 },
		{ "pages of another file", other + 4 * PG, 4 },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-ENOENT, ga_map_error(self->fd, rows[i].index,
						rows[i].pages))
			TH_LOG("%s", rows[i].name);
	}
	EXPECT_EQ(0, ga_map_error(self->fd, index, 4));
	EXPECT_EQ(0, ga_map_error(self->other, other, 8));
	EXPECT_ROOM(LIMIT - 12);
}

TEST_F(gntalloc, mmap__empty_file_is_enoent)
{
	EXPECT_EQ(-ENOENT, ga_map_error(self->fd, 0, 1));
}

TEST_F(gntalloc, mmap__of_parts_and_as_often_as_one_likes)
{
	uint32_t ref[8];
	uint64_t index = ASSERT_ALLOC(self->fd, 8, ref);
	char *all = ASSERT_MMAP(self->fd, index, 8);
	char *again = ASSERT_MMAP(self->fd, index, 8);
	char *part = ASSERT_MMAP(self->fd, index + 2 * PG, 3);

	pattern_write(all, 8, 40);
	EXPECT_EQ(0u, pattern_wrong(again, 8, 40));
	EXPECT_EQ(0u, pattern_wrong(part, 3, 42));
	ASSERT_EQ(0, ga_free(self->fd, index, 8));
	ASSERT_EQ(0, munmap(all, 8 * PG));
	ASSERT_EQ(0, munmap(again, 8 * PG));
	/* What only the last one has stays, the rest is gone. */
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[1]));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[2]));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[4]));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[5]));
	EXPECT_EQ(0u, pattern_wrong(part, 3, 42));
	EXPECT_ROOM(LIMIT - 3);
	ASSERT_EQ(0, munmap(part, 3 * PG));
	EXPECT_ROOM(LIMIT);
}

TEST_F(gntalloc, mmap__read_only)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 1, NULL);
	char *p = ASSERT_MMAP(self->fd, index, 1), *q;

	q = mmap(NULL, PG, PROT_READ, MAP_SHARED, self->fd, index);
	ASSERT_NE(MAP_FAILED, q);
	pattern_write(p, 1, 41);
	EXPECT_EQ(0u, pattern_wrong(q, 1, 41));
	EXPECT_EQ(-SIGSEGV, poke(q, 1));
	/* They are pages of this domain: rights may change. */
	EXPECT_EQ(0, mprotect(q, PG, PROT_READ | PROT_WRITE));
	EXPECT_EQ(1, poke(q, 1));
	EXPECT_EQ(0, mprotect(p, PG, PROT_NONE));
	EXPECT_EQ(-SIGSEGV, peek(p));
}

TEST_F(gntalloc, mmap__stays_after_close)
{
	uint32_t ref[2];
	uint64_t index = ASSERT_ALLOC(self->fd, 2, ref);
	char *p = ASSERT_MMAP(self->fd, index, 2);

	pattern_write(p, 2, 42);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(0u, pattern_wrong(p, 2, 42));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[1]));
	EXPECT_ROOM(LIMIT - 2);
	ASSERT_EQ(0, munmap(p, 2 * PG));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[1]));
	EXPECT_ROOM(LIMIT);
}

/* A mapping of many pages that loses some of them. */
TEST_F(gntalloc, munmap__of_parts)
{
	static const unsigned int order[] = { 3, 0, 7, 5, 1, 6, 2, 4 };
	uint32_t ref[8];
	uint64_t index = ASSERT_ALLOC(self->fd, 8, ref);
	char *p = ASSERT_MMAP(self->fd, index, 8);
	unsigned int i, j;

	pattern_write(p, 8, 43);
	ASSERT_EQ(0, ga_free(self->fd, index, 8));
	for (i = 0; i < 8; i++) {
		for (j = i; j < 8; j++) {
			EXPECT_EQ(0u, pattern_wrong(p + order[j] * PG, 1,
						    43 + order[j]));
			EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE,
							   ref[order[j]]));
		}
		ASSERT_EQ(0, munmap(p + order[i] * PG, PG));
		EXPECT_EQ(-SIGSEGV, peek(p + order[i] * PG));
	}
	for (i = 0; i < 8; i++)
		EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[i]));
	EXPECT_ROOM(LIMIT);
}

TEST_F(gntalloc, mremap__of_a_mapping)
{
	uint32_t ref[4];
	uint64_t index = ASSERT_ALLOC(self->fd, 4, ref);
	char *p = ASSERT_MMAP(self->fd, index, 4), *to;

	pattern_write(p, 4, 44);
	EXPECT_EQ(MAP_FAILED, mremap(p, 4 * PG, 5 * PG, MREMAP_MAYMOVE));
	to = mmap(NULL, 4 * PG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		  0);
	ASSERT_NE(MAP_FAILED, to);
	ASSERT_EQ(to, mremap(p, 4 * PG, 4 * PG, MREMAP_MAYMOVE | MREMAP_FIXED,
			     to));
	EXPECT_EQ(0u, pattern_wrong(to, 4, 44));
	EXPECT_EQ(-SIGSEGV, peek(p));
	ASSERT_EQ(0, ga_free(self->fd, index, 4));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[0]));
	EXPECT_EQ(0u, pattern_wrong(to, 4, 44));
	ASSERT_EQ(0, munmap(to, 4 * PG));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[0]));
	EXPECT_ROOM(LIMIT);
}

TEST_F(gntalloc, mremap__of_a_part)
{
	uint32_t ref[4];
	uint64_t index = ASSERT_ALLOC(self->fd, 4, ref);
	char *p = ASSERT_MMAP(self->fd, index, 4), *to;

	pattern_write(p, 4, 45);
	to = mmap(NULL, PG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, to);
	ASSERT_EQ(to, mremap(p + PG, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED,
			     to));
	EXPECT_EQ(0u, pattern_wrong(to, 1, 46));
	EXPECT_EQ(0u, pattern_wrong(p, 1, 45));
	EXPECT_EQ(0u, pattern_wrong(p + 2 * PG, 2, 47));
	ASSERT_EQ(0, ga_free(self->fd, index, 4));
	ASSERT_EQ(0, munmap(p, 4 * PG));
	EXPECT_EQ(0u, pattern_wrong(to, 1, 46));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[1]));
	ASSERT_EQ(0, munmap(to, PG));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[1]));
	EXPECT_ROOM(LIMIT);
}

/* An old size of 0 makes a second mapping of the same pages. */
TEST_F(gntalloc, mremap__a_second_mapping)
{
	uint32_t ref[2];
	uint64_t index = ASSERT_ALLOC(self->fd, 2, ref);
	char *p = ASSERT_MMAP(self->fd, index, 2), *q;

	pattern_write(p, 2, 46);
	q = mremap(p, 0, 2 * PG, MREMAP_MAYMOVE);
	if (q != MAP_FAILED) {
		/* There, or not: but nothing else, and nothing is lost. */
		EXPECT_TRUE(peek(q) < 0 || !pattern_wrong(q, 2, 46));
		EXPECT_EQ(0, munmap(q, 2 * PG));
	}
	EXPECT_EQ(0u, pattern_wrong(p, 2, 46));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[1]));
}

struct heir {
	char *p;
	uint64_t seed;
};

static int check_and_write(void *arg)
{
	struct heir *h = arg;

	if (pattern_wrong(h->p, 4, h->seed))
		return 1;
	pattern_write(h->p, 4, h->seed + 100);
	return 0;
}

TEST_F(gntalloc, fork__child_shares_the_mapping)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 4, NULL);
	struct heir h = { ASSERT_MMAP(self->fd, index, 4), 47 };

	pattern_write(h.p, 4, h.seed);
	EXPECT_EQ(0, child_run(check_and_write, &h));
	EXPECT_EQ(0u, pattern_wrong(h.p, 4, h.seed + 100));
}

static int wait_with_mapping(void *unused)
{
	(void)unused;
	pause();
	return 0;
}

TEST_F(gntalloc, fork__child_keeps_the_pages)
{
	uint32_t ref[4];
	uint64_t index = ASSERT_ALLOC(self->fd, 4, ref);
	char *p = ASSERT_MMAP(self->fd, index, 4);
	pid_t pid;

	pid = child_start(wait_with_mapping, NULL);
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, ga_free(self->fd, index, 4));
	ASSERT_EQ(0, munmap(p, 4 * PG));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[0]));
	EXPECT_ROOM(LIMIT - 4);
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[0]));
	EXPECT_ROOM(LIMIT);
}

/* The child takes parts of it away, which is its own matter. */
static int unmap_a_part(void *arg)
{
	char *p = arg;

	return munmap(p + PG, 2 * PG) || peek(p + PG) != -SIGSEGV ||
	       pattern_wrong(p, 1, 48);
}

TEST_F(gntalloc, fork__child_unmaps_a_part)
{
	uint32_t ref[4];
	uint64_t index = ASSERT_ALLOC(self->fd, 4, ref);
	char *p = ASSERT_MMAP(self->fd, index, 4);

	pattern_write(p, 4, 48);
	ASSERT_EQ(0, ga_free(self->fd, index, 4));
	EXPECT_EQ(0, child_run(unmap_a_part, p));
	EXPECT_EQ(0u, pattern_wrong(p, 4, 48));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[1]));
	ASSERT_EQ(0, munmap(p, 4 * PG));
	EXPECT_ROOM(LIMIT);
}

TEST_F(gntalloc, madvise__does_no_harm)
{
	static const int advice[] = {
		MADV_NORMAL, MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK,
		MADV_FREE, MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_READ,
		MADV_MERGEABLE, MADV_HUGEPAGE, MADV_WILLNEED, MADV_DONTNEED,
	};
	uint64_t index = ASSERT_ALLOC(self->fd, 4, NULL);
	unsigned int i;
	char *p, *q;

	q = ASSERT_MMAP(self->fd, index, 4);
	pattern_write(q, 4, 49);
	for (i = 0; i < ARRAY_SIZE(advice); i++) {
		p = ASSERT_MMAP(self->fd, index, 4);
		madvise(p, 4 * PG, advice[i]);
		EXPECT_TRUE(peek(p) < 0 || !pattern_wrong(p, 4, 49))
			TH_LOG("advice %d", advice[i]);
		EXPECT_EQ(0u, pattern_wrong(q, 4, 49))
			TH_LOG("advice %d", advice[i]);
		ASSERT_EQ(0, munmap(p, 4 * PG));
	}
}
