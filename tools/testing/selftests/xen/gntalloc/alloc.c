// SPDX-License-Identifier: GPL-2.0-only
/*
 * ALLOC_GREF: zeroed pages, references of their own, offsets that do not
 * collide.
 */

TEST_F(gntalloc, alloc_gref__pages_are_zero)
{
	static const char zero[PG];
	int round, i;
	char *p;

	/* The second time they have been used. */
	for (round = 0; round < 3; round++) {
		uint64_t index = ASSERT_ALLOC(self->fd, 32, NULL);

		p = ASSERT_MMAP(self->fd, index, 32);
		for (i = 0; i < 32; i++)
			EXPECT_EQ(0, memcmp(p + i * PG, zero, PG));
		memset(p, 0xa5, 32 * PG);
		ASSERT_EQ(0, munmap(p, 32 * PG));
		ASSERT_EQ(0, ga_free(self->fd, index, 32));
	}
}

/* Each reference is that of its page. */
TEST_F(gntalloc, alloc_gref__references_are_granted)
{
	struct gntdev_grant_copy_segment seg;
	uint64_t index, word;
	uint32_t ref[16];
	unsigned int i;
	char *p;

	index = ASSERT_ALLOC(self->fd, 16, ref);
	p = ASSERT_MMAP(self->fd, index, 16);
	pattern_write(p, 16, 1);
	for (i = 0; i < 16; i++) {
		seg = seg_in(DOM_HERE, ref[i], 0, &word, sizeof(word));
		EXPECT_EQ(0, gd_copy(self->gntdev, 1, &seg));
		EXPECT_EQ(GNTST_okay, seg.status);
		EXPECT_EQ(pattern(1, i), word);
		word = 77 + i;
		seg = seg_out(&word, DOM_HERE, ref[i], 8, sizeof(word));
		EXPECT_EQ(0, gd_copy(self->gntdev, 1, &seg));
		EXPECT_EQ(GNTST_okay, seg.status);
		EXPECT_EQ(77 + i, ((uint64_t *)(p + i * PG))[1]);
	}
}

TEST_F(gntalloc, alloc_gref__read_only_for_the_peer)
{
	struct gntdev_grant_copy_segment seg;
	uint64_t index, word = 5;
	uint32_t ref[2];
	char *p;

	ASSERT_EQ(0, ga_alloc_flags(self->fd, DOM_HERE, 0, 2, &index, ref));
	p = ASSERT_MMAP(self->fd, index, 2);
	pattern_write(p, 2, 2);
	seg = seg_out(&word, DOM_HERE, ref[1], 0, sizeof(word));
	EXPECT_EQ(0, gd_copy(self->gntdev, 1, &seg));
	EXPECT_EQ(GNTST_general_error, seg.status);
	EXPECT_EQ(0u, pattern_wrong(p, 2, 2));
	seg = seg_in(DOM_HERE, ref[1], 0, &word, sizeof(word));
	EXPECT_EQ(0, gd_copy(self->gntdev, 1, &seg));
	EXPECT_EQ(GNTST_okay, seg.status);
	EXPECT_EQ(pattern(2, 1), word);
}

/* A grant for somebody else is not one for us. */
TEST_F(gntalloc, alloc_gref__only_for_the_peer)
{
	uint32_t ref = 0;

	ASSERT_EQ(0, ga_alloc(self->fd, DOM_NONE, 1, NULL, &ref));
	EXPECT_NE(0u, ref);
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref));
}

TEST_F(gntalloc, alloc_gref__other_flags_are_ignored)
{
	uint32_t ref;

	ASSERT_EQ(0, ga_alloc_flags(self->fd, DOM_HERE, 0xffff, 1, NULL,
				    &ref));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref));
	ASSERT_EQ(0, ga_alloc_flags(self->fd, DOM_HERE, 0xfffe, 1, NULL,
				    &ref));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref));
}

TEST_F(gntalloc, alloc_gref__nothing)
{
	uint64_t index, next;

	EXPECT_EQ(0, ga_alloc(self->fd, DOM_HERE, 0, &index, NULL));
	EXPECT_ROOM(LIMIT);
	EXPECT_EQ(-ENOENT, ga_map_error(self->fd, index, 1));
	next = ASSERT_ALLOC(self->fd, 1, NULL);
	EXPECT_EQ(0, ga_map_error(self->fd, next, 1));
}

/* With the whole limit in use, too. */
TEST_F(gntalloc, alloc_gref__nothing_at_the_limit)
{
	ASSERT_ALLOC(self->other, LIMIT, NULL);
	EXPECT_EQ(0, ga_alloc(self->fd, DOM_HERE, 0, NULL, NULL));
}

TEST_F(gntalloc, alloc_gref__references_are_distinct)
{
	uint32_t ref[LIMIT];
	unsigned int i, j;

	for (i = 0; i < LIMIT; i += 8)
		ASSERT_ALLOC(i & 8 ? self->fd : self->other, 8, ref + i);
	for (i = 0; i < LIMIT; i++) {
		EXPECT_NE(0u, ref[i]);
		for (j = 0; j < i; j++)
			ASSERT_NE(ref[j], ref[i]);
	}
}

/* Page n of an allocation lies n pages behind its first. */
TEST_F(gntalloc, alloc_gref__offsets)
{
	uint64_t index[10];
	unsigned int i, j;

	for (i = 0; i < 10; i++) {
		index[i] = ASSERT_ALLOC(self->fd, 5, NULL);
		EXPECT_EQ(0u, index[i] % PG);
		for (j = 0; j < i; j++) {
			EXPECT_TRUE(index[i] >= index[j] + 5 * PG ||
				    index[j] >= index[i] + 5 * PG);
		}
		for (j = 0; j < 5; j++)
			EXPECT_EQ(0, ga_map_error(self->fd,
						  index[i] + j * PG, 1));
	}
}

/* Allocations of two files by turns: each file has its own, in any order. */
TEST_F(gntalloc, alloc_gref__of_two_files_by_turns)
{
	uint64_t a[8], b[8];
	uint32_t ra[8][4], rb[8][4];
	unsigned int i, j;
	char *pa[8], *pb[8];

	for (i = 0; i < 8; i++) {
		a[i] = ASSERT_ALLOC(self->fd, 4, ra[i]);
		b[i] = ASSERT_ALLOC(self->other, 4, rb[i]);
		pa[i] = ASSERT_MMAP(self->fd, a[i], 4);
		pb[i] = ASSERT_MMAP(self->other, b[i], 4);
		pattern_write(pa[i], 4, 10 * i);
		pattern_write(pb[i], 4, 1000 + 10 * i);
	}
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(0u, pattern_wrong(pa[i], 4, 10 * i));
		EXPECT_EQ(0u, pattern_wrong(pb[i], 4, 1000 + 10 * i));
	}
	/* Odd ones of the first go by munmap last, even ones by dealloc. */
	for (i = 0; i < 8; i++) {
		j = i * 3 % 8;
		if (j & 1) {
			ASSERT_EQ(0, ga_free(self->fd, a[j], 4));
			EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE,
							   ra[j][3]));
			ASSERT_EQ(0, munmap(pa[j], 4 * PG));
		} else {
			ASSERT_EQ(0, munmap(pa[j], 4 * PG));
			EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE,
							   ra[j][0]));
			ASSERT_EQ(0, ga_free(self->fd, a[j], 4));
		}
		EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ra[j][0]));
		EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ra[j][3]));
	}
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(0u, pattern_wrong(pb[i], 4, 1000 + 10 * i));
		for (j = 0; j < 4; j++)
			EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE,
							   rb[i][j]));
	}
	EXPECT_ROOM(LIMIT - 32);
}

TEST_F(gntalloc, close__revokes)
{
	uint32_t ref[16];
	unsigned int i;

	ASSERT_ALLOC(self->fd, 16, ref);
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[0]));
	close(self->fd);
	self->fd = -1;
	for (i = 0; i < 16; i++)
		EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[i]));
	EXPECT_ROOM(LIMIT);
}

struct killed {
	int fd;
	uint32_t *ref;
};

static int alloc_and_wait(void *arg)
{
	struct killed *k = arg;
	uint64_t index;

	k->fd = ga_open();
	if (ga_alloc(k->fd, DOM_HERE, 16, &index, k->ref))
		return 1;
	if (!ga_map(k->fd, index, 16))
		return 2;
	k->ref[16] = 1;
	pause();
	return 0;
}

TEST_F(gntalloc, kill__revokes)
{
	struct killed k;
	unsigned int i;
	pid_t pid;

	k.ref = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, k.ref);
	pid = child_start(alloc_and_wait, &k);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(child_says(&k.ref[16]));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, k.ref[7]));
	EXPECT_ROOM(LIMIT - 16);
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_ROOM(LIMIT);
	for (i = 0; i < 16; i++)
		EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, k.ref[i]));
}
