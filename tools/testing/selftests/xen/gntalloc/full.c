// SPDX-License-Identifier: GPL-2.0-only
/*
 * A grant table that is full: an allocation that fails at any of its items
 * leaves everything as it was.
 */

#define BATCH		64

/* More than a grant table of the usual size has entries. */
#define MORE_THAN_ALL	0x20000
#define FILL_CHUNK	512

/*
 * Take every entry of the table by @fd: how many that were, or -errno. The
 * offset of the first FILL_CHUNK goes to @first.
 */
static int fill_table(int fd, uint64_t *first)
{
	unsigned int chunk = FILL_CHUNK;
	int all = 0, ret;

	while (chunk && all < MORE_THAN_ALL) {
		ret = ga_alloc(fd, DOM_NONE, chunk, all ? NULL : first, NULL);
		if (ret && ret != -ENOSPC)
			return ret;
		if (ret)
			chunk /= 2;
		else
			all += chunk;
	}
	return all;
}

/* How many can be taken now, one by one. They are given back. */
static int count_free(int most)
{
	int fd = ga_open(), i;

	for (i = 0; i < most; i++) {
		if (ga_alloc(fd, DOM_NONE, 1, NULL, NULL))
			break;
	}
	close(fd);
	return i;
}

/* MemFree in KiB. */
static long memory_free(void)
{
	char text[4096], *line = NULL;

	if (read_text("/proc/meminfo", text, sizeof(text)) > 0)
		line = strstr(text, "MemFree:");
	return line ? strtol(line + 8, NULL, 10) : -1;
}

TEST_F_TIMEOUT(gntalloc, alloc_gref__table_full_at_each_item, 300)
{
	unsigned int i, step = getenv("XEN_TEST_QUICK") ? 7 : 1;
	uint64_t first = 0;
	int all;

	if (!env_is_ours())
		SKIP(return, "a failure there would be counted wrong for good");
	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, MORE_THAN_ALL));
	all = fill_table(self->other, &first);
	ASSERT_LT(FILL_CHUNK, all)
		TH_LOG("%s", strerror(-all));
	ksft_print_msg("the table has room for %d more grants\n", all);
	EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, 1, NULL, NULL));

	for (i = 0; i < BATCH; i += step) {
		EXPECT_EQ((int)i, count_free(BATCH + 1));
		EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, BATCH, NULL,
					    NULL));
		EXPECT_EQ((int)i, count_free(BATCH + 1))
			TH_LOG("failed at item %u", i);
		ASSERT_EQ(0, ga_free(self->other, first + i * PG, step));
	}
	EXPECT_EQ((int)i, count_free(BATCH + step + 1));
	/* The limit has not lost count either: back to where it began. */
	close(self->other);
	self->other = -1;
	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, LIMIT));
	EXPECT_EQ(LIMIT, ga_room_wait(LIMIT));
}

/* The pages of a failed call go back to the system. */
TEST_F_TIMEOUT(gntalloc, alloc_gref__table_full_leaks_no_page, 300)
{
	unsigned int i, rounds = getenv("XEN_TEST_QUICK") ? 100 : 1000;
	long before, after;
	uint64_t first = 0;

	if (!env_is_ours())
		SKIP(return, "a failure there would be counted wrong for good");
	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, MORE_THAN_ALL));
	ASSERT_LT(FILL_CHUNK, fill_table(self->other, &first));
	ASSERT_EQ(0, ga_free(self->other, first, 41));
	before = memory_free();
	ASSERT_LT(0, before);
	for (i = 0; i < rounds; i++) {
		ASSERT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, BATCH, NULL,
					    NULL));
	}
	after = memory_free();
	/* One page for each call would be seen. */
	EXPECT_LT(before - after, (long)rounds * 2 + 1024)
		TH_LOG("%ld KiB before, %ld KiB after", before, after);
}
