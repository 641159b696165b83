// SPDX-License-Identifier: GPL-2.0-only
/*
 * DEALLOC_GREF: any range of pages of the file, all of them or none.
 */

TEST_F(gntalloc, dealloc_gref__revokes)
{
	uint32_t ref[4];
	uint64_t index;
	unsigned int i;

	index = ASSERT_ALLOC(self->fd, 4, ref);
	EXPECT_ROOM(LIMIT - 4);
	ASSERT_EQ(0, ga_free(self->fd, index, 4));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[i]));
	EXPECT_ROOM(LIMIT);
	EXPECT_EQ(-EINVAL, ga_free(self->fd, index, 4));
	EXPECT_EQ(-EINVAL, ga_free(self->fd, index, 1));
	EXPECT_EQ(-ENOENT, ga_map_error(self->fd, index, 1));
}

TEST_F(gntalloc, dealloc_gref__of_a_part)
{
	uint32_t ref[8];
	uint64_t index;
	unsigned int i;

	index = ASSERT_ALLOC(self->fd, 8, ref);
	ASSERT_EQ(0, ga_free(self->fd, index + 2 * PG, 3));
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(i >= 2 && i < 5 ? GNTST_general_error : GNTST_okay,
			  grant_status(DOM_HERE, ref[i]));
	}
	EXPECT_ROOM(LIMIT - 5);
	/* A range with a hole. */
	EXPECT_EQ(-EINVAL, ga_free(self->fd, index, 8));
	EXPECT_EQ(-EINVAL, ga_free(self->fd, index + PG, 2));
	EXPECT_EQ(-EINVAL, ga_free(self->fd, index + 4 * PG, 2));
	EXPECT_EQ(-ENOENT, ga_map_error(self->fd, index, 8));
	EXPECT_EQ(-ENOENT, ga_map_error(self->fd, index + PG, 2));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[0]));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[5]));
	EXPECT_EQ(0, ga_free(self->fd, index, 2));
	EXPECT_EQ(0, ga_free(self->fd, index + 5 * PG, 3));
	EXPECT_ROOM(LIMIT);
}

/* Two allocations that lie side by side are one range. */
TEST_F(gntalloc, dealloc_gref__over_two_allocations)
{
	uint64_t a, b;
	uint32_t ref[8];
	char *p;

	a = ASSERT_ALLOC(self->fd, 4, ref);
	b = ASSERT_ALLOC(self->fd, 4, ref + 4);
	if (b != a + 4 * PG)
		SKIP(return, "they do not lie side by side");
	p = ASSERT_MMAP(self->fd, a, 8);
	pattern_write(p, 8, 20);
	EXPECT_EQ(0u, pattern_wrong(p, 8, 20));
	ASSERT_EQ(0, munmap(p, 8 * PG));
	ASSERT_EQ(0, ga_free(self->fd, a + 2 * PG, 4));
	EXPECT_ROOM(LIMIT - 4);
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[1]));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[3]));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[4]));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[6]));
}

TEST_F(gntalloc, dealloc_gref__errors)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 4, NULL);
	unsigned int i;

	const struct {
		const char *name;
		uint64_t index;
		uint32_t count;
	} rows[] = {
		{ "nothing", index, 0 },
		{ "one more", index, 5 },
		{ "not from a page", index + 1, 1 },
		{ "not from a page, many", index + 4095, 3 },
		{ "behind", index + 4 * PG, 1 },
		{ "over the end", index + 3 * PG, 2 },
		{ "huge count", index, 0xffffffff },
		{ "high half of the count", index, 0x80000001 },
		{ "index over the end of all", ~0ULL << 12, 1 },
		{ "index and count overflow", ~0ULL << 12, 2 },
		{ "no page at all", ~0ULL, 1 },
		{ "far away", 1ULL << 44 | index, 1 },
		{ "sign bit", 1ULL << 63 | index, 1 },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-EINVAL, ga_free(self->fd, rows[i].index,
					   rows[i].count))
			TH_LOG("%s", rows[i].name);
	}
	EXPECT_EQ(-EINVAL, ga_free(self->other, index, 1));
	EXPECT_ROOM(LIMIT - 4);
	EXPECT_EQ(0, ga_free(self->fd, index, 4));
}

TEST_F(gntalloc, dealloc_gref__in_any_order)
{
	uint64_t index = ASSERT_ALLOC(self->fd, LIMIT, NULL);
	unsigned int i;

	for (i = 0; i < LIMIT; i++) {
		ASSERT_EQ(0, ga_free(self->fd, index + i * 27 % LIMIT * PG,
				     1));
		ASSERT_EQ(-EINVAL, ga_free(self->fd,
					   index + i * 27 % LIMIT * PG, 1));
		if (i % 16 == 0)
			EXPECT_ROOM(i + 1);
	}
	EXPECT_ROOM(LIMIT);
}

TEST_F(gntalloc, dealloc_gref__mapping_stays)
{
	uint32_t ref[4];
	uint64_t index;
	char *p;

	index = ASSERT_ALLOC(self->fd, 4, ref);
	p = ASSERT_MMAP(self->fd, index, 4);
	pattern_write(p, 4, 21);
	ASSERT_EQ(0, ga_free(self->fd, index, 4));
	EXPECT_EQ(0u, pattern_wrong(p, 4, 21));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[3]));
	EXPECT_ROOM(LIMIT - 4);
	/* No way back to it. */
	EXPECT_EQ(-ENOENT, ga_map_error(self->fd, index, 4));
	EXPECT_EQ(-ENOENT, ga_notify(self->fd, index, 0, 0));
	ASSERT_EQ(0, munmap(p, 4 * PG));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[3]));
	EXPECT_ROOM(LIMIT);
}
