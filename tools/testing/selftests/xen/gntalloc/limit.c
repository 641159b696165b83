// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limit: exactly as many pages as it says, of all files together, whatever
 * failed before.
 */

TEST_F(gntalloc, limit__exactly)
{
	uint64_t index;

	EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, LIMIT + 1, NULL,
				    NULL));
	index = ASSERT_ALLOC(self->fd, LIMIT, NULL);
	EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, 1, NULL, NULL));
	EXPECT_EQ(-ENOSPC, ga_alloc(self->other, DOM_HERE, 1, NULL, NULL));
	ASSERT_EQ(0, ga_free(self->fd, index + 7 * PG, 1));
	EXPECT_EQ(-ENOSPC, ga_alloc(self->other, DOM_HERE, 2, NULL, NULL));
	ASSERT_ALLOC(self->other, 1, NULL);
	EXPECT_EQ(-ENOSPC, ga_alloc(self->other, DOM_HERE, 1, NULL, NULL));
}

TEST_F(gntalloc, limit__one_by_one)
{
	unsigned int i;

	for (i = 0; i < LIMIT; i++)
		ASSERT_ALLOC(i % 3 ? self->fd : self->other, 1, NULL);
	EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, 1, NULL, NULL));
}

TEST_F(gntalloc, limit__failures_do_not_count)
{
	unsigned int i;

	ASSERT_ALLOC(self->fd, LIMIT / 2, NULL);
	for (i = 0; i < 200; i++) {
		EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE,
					    LIMIT / 2 + 1, NULL, NULL));
	}
	EXPECT_ROOM(LIMIT / 2);
}

/* Counts that would overflow something on the way. */
TEST_F(gntalloc, limit__huge_counts)
{
	static const uint32_t counts[] = {
		LIMIT + 1, 0xffff, 0x10000, 0x3fffffff, 0x40000000,
		0x40000001, 0x7fffffff, 0x80000000, 0xc0000000, 0xffffffc0,
		0xffffffff,
	};
	struct ioctl_gntalloc_alloc_gref arg = {};
	unsigned int i;

	ASSERT_ALLOC(self->other, LIMIT / 2, NULL);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		arg.count = counts[i];
		EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTALLOC_ALLOC_GREF,
				    &arg));
		EXPECT_EQ(ENOSPC, errno)
			TH_LOG("%#x: %s", counts[i], strerror(errno));
	}
	EXPECT_ROOM(LIMIT / 2);
}

/* It can be changed at any time, also below what is in use. */
TEST_F(gntalloc, limit__changes)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 16, NULL);

	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, 8));
	EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, 1, NULL, NULL));
	EXPECT_EQ(0, ga_map_error(self->fd, index, 16));
	ASSERT_EQ(0, ga_free(self->fd, index, 8));
	EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, 1, NULL, NULL));
	ASSERT_EQ(0, ga_free(self->fd, index + 8 * PG, 1));
	EXPECT_EQ(0, ga_alloc(self->fd, DOM_HERE, 1, NULL, NULL));
	EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, 1, NULL, NULL));
	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, 0));
	EXPECT_EQ(-ENOSPC, ga_alloc(self->other, DOM_HERE, 1, NULL, NULL));
	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, 9));
	EXPECT_EQ(0, ga_alloc(self->other, DOM_HERE, 1, NULL, NULL));
}

/* The limit that a system begins with. */
TEST_F(gntalloc, limit__a_thousand)
{
	uint32_t ref[GRANT_LIMIT_DEFAULT];
	unsigned int i;
	uint64_t index;
	char *p;

	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, GRANT_LIMIT_DEFAULT));
	index = ASSERT_ALLOC(self->fd, GRANT_LIMIT_DEFAULT, ref);
	EXPECT_EQ(-ENOSPC, ga_alloc(self->other, DOM_HERE, 1, NULL, NULL));
	p = ASSERT_MMAP(self->fd, index, GRANT_LIMIT_DEFAULT);
	pattern_write(p, GRANT_LIMIT_DEFAULT, 30);
	EXPECT_EQ(0u, pattern_wrong(p, GRANT_LIMIT_DEFAULT, 30));
	for (i = 0; i < GRANT_LIMIT_DEFAULT; i += 100)
		EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[i]));
	ASSERT_EQ(0, munmap(p, GRANT_LIMIT_DEFAULT * PG));
	ASSERT_EQ(0, ga_free(self->fd, index, GRANT_LIMIT_DEFAULT));
	ASSERT_ALLOC(self->other, GRANT_LIMIT_DEFAULT, NULL);
}

/* After thousands of calls the count is still right. */
TEST_F_TIMEOUT(gntalloc, limit__after_many_calls, 120)
{
	unsigned int i, rounds = getenv("XEN_TEST_QUICK") ? 300 : 5000;
	uint64_t index;

	for (i = 0; i < rounds; i++) {
		index = ASSERT_ALLOC(self->fd, 1 + i % LIMIT, NULL);
		if (i % 5 == 0)
			EXPECT_EQ(0, ga_map_error(self->fd, index, 1));
		ASSERT_EQ(0, ga_free(self->fd, index, 1 + i % LIMIT));
	}
	EXPECT_ROOM(LIMIT);
}
