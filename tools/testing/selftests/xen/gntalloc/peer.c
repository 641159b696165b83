// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the peer maps, also when their owner does not want them any more.
 * Only in a PV domain can a domain be its own peer in this.
 */

#define LOSES_PAGE	"an auto-translated domain loses a page that it maps from itself"

/* The peer's view of some references, in a map that is gone from the file. */
static void *peer_map(struct gntalloc_fixture *self, const uint32_t *ref,
		      unsigned int count, int prot)
{
	uint64_t index;
	void *p;

	if (gd_map_refs(self->gntdev, DOM_HERE, count, ref, &index))
		return NULL;
	p = gd_mmap(self->gntdev, index, count, prot);
	if (gd_unmap(self->gntdev, index, count))
		return NULL;
	return p;
}

#define ASSERT_PEER(ref, count) ({					\
	char *__theirs = peer_map(self, ref, count,			\
				  PROT_READ | PROT_WRITE);		\
									\
	ASSERT_NE(NULL, __theirs);					\
	__theirs;							\
})

TEST_F(gntalloc, peer__sees_the_page)
{
	uint32_t ref[8];
	uint64_t index;
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	index = ASSERT_ALLOC(self->fd, 8, ref);
	p = ASSERT_MMAP(self->fd, index, 8);
	q = ASSERT_PEER(ref, 8);
	pattern_write(p, 8, 50);
	EXPECT_EQ(0u, pattern_wrong(q, 8, 50));
	pattern_write(q, 8, 60);
	EXPECT_EQ(0u, pattern_wrong(p, 8, 60));
}

TEST_F(gntalloc, peer__cannot_write_what_is_read_only)
{
	uint32_t ref[2];
	uint64_t index;
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	ASSERT_EQ(0, ga_alloc_flags(self->fd, DOM_HERE, 0, 2, &index, ref));
	p = ASSERT_MMAP(self->fd, index, 2);
	EXPECT_EQ(NULL, peer_map(self, ref, 2, PROT_READ | PROT_WRITE));
	q = peer_map(self, ref, 2, PROT_READ);
	ASSERT_NE(NULL, q);
	pattern_write(p, 2, 51);
	EXPECT_EQ(0u, pattern_wrong(q, 2, 51));
	EXPECT_EQ(-SIGSEGV, poke(q, 1));
}

/* The owner lets go first: the page is the peer's until it does so as well. */
TEST_F(gntalloc, peer__has_the_page_after_its_release)
{
	uint32_t ref[4];
	uint64_t index;
	char *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	index = ASSERT_ALLOC(self->fd, 4, ref);
	q = ASSERT_PEER(ref, 4);
	pattern_write(q, 4, 52);
	ASSERT_EQ(0, ga_free(self->fd, index, 4));
	/* Others come and go meanwhile. */
	index = ASSERT_ALLOC(self->other, 32, NULL);
	memset(ASSERT_MMAP(self->other, index, 32), 0xee, 32 * PG);
	EXPECT_EQ(0u, pattern_wrong(q, 4, 52));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[0]));
	ASSERT_EQ(0, munmap(q, 4 * PG));
	EXPECT_TRUE(grant_revoked(ref[0]));
	EXPECT_TRUE(grant_revoked(ref[3]));
}

/* Some pages of an allocation are still mapped: the others are free at once. */
TEST_F(gntalloc, peer__has_some_pages_after_their_release)
{
	uint32_t ref[8];
	uint64_t index;
	char *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	index = ASSERT_ALLOC(self->fd, 8, ref);
	q = ASSERT_PEER(ref + 3, 2);
	pattern_write(q, 2, 53);
	ASSERT_EQ(0, ga_free(self->fd, index, 8));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[2]));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[3]));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[4]));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref[5]));
	EXPECT_EQ(0u, pattern_wrong(q, 2, 53));
	ASSERT_EQ(0, munmap(q, 2 * PG));
	EXPECT_TRUE(grant_revoked(ref[3]));
	EXPECT_TRUE(grant_revoked(ref[4]));
}

/* Memory that the peer keeps is memory that the owner has used up. */
TEST_F(gntalloc, peer__pages_count_until_they_are_revoked)
{
	uint32_t ref[8];
	uint64_t index;
	char *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	index = ASSERT_ALLOC(self->fd, 8, ref);
	q = ASSERT_PEER(ref, 8);
	ASSERT_EQ(0, ga_free(self->fd, index, 8));
	EXPECT_ROOM(LIMIT - 8);
	sleep_ms(1500);
	EXPECT_ROOM(LIMIT - 8);
	ASSERT_EQ(0, munmap(q, 8 * PG));
	EXPECT_EQ(LIMIT, ga_room_wait(LIMIT));
}

/* A page comes back clean, whoever had it. */
TEST_F(gntalloc, peer__page_is_zero_when_it_comes_back)
{
	static const char zero[PG];
	unsigned int i, round;
	uint32_t ref[8];
	uint64_t index;
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	for (round = 0; round < 10; round++) {
		index = ASSERT_ALLOC(self->fd, 8, ref);
		p = ASSERT_MMAP(self->fd, index, 8);
		for (i = 0; i < 8; i++)
			EXPECT_EQ(0, memcmp(p + i * PG, zero, PG));
		q = ASSERT_PEER(ref, 8);
		ASSERT_EQ(0, munmap(p, 8 * PG));
		ASSERT_EQ(0, ga_free(self->fd, index, 8));
		memset(q, 0xcc, 8 * PG);
		ASSERT_EQ(0, munmap(q, 8 * PG));
	}
}

/* The peer's view shows the byte cleared when the owner's file is closed. */
TEST_F(gntalloc, set_unmap_notify__peer_sees_the_byte)
{
	static const unsigned int at[] = { 0, 1, 2047, 4095 };
	struct bell bell;
	uint32_t ref[2];
	uint64_t index;
	unsigned int i, j;
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	bell = ASSERT_BELL();
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		index = ASSERT_ALLOC(self->fd, 2, ref);
		p = ASSERT_MMAP(self->fd, index, 2);
		q = ASSERT_PEER(ref, 2);
		memset(p, 0x5a, 2 * PG);
		ASSERT_EQ(0, ga_notify(self->fd, index + PG + at[i],
				       CLEAR | EVENT, bell.pair.a));
		ASSERT_EQ(0, ga_free(self->fd, index, 2));
		EXPECT_SILENCE(bell);
		ASSERT_EQ(0, munmap(p, 2 * PG));
		EXPECT_RING(bell);
		for (j = 0; j < 2 * PG; j++) {
			ASSERT_EQ(j == PG + at[i] ? 0 : 0x5a, q[j])
				TH_LOG("byte %u, cleared %u", j, at[i]);
		}
		ASSERT_EQ(0, munmap(q, 2 * PG));
	}
}

static int own_byte_and_wait(void *arg)
{
	struct owner *o = arg;
	int fd = ga_open();
	uint64_t index;
	char *p;

	if (ga_alloc(fd, DOM_HERE, 1, &index, o->ready + 1))
		return 1;
	p = ga_map(fd, index, 1);
	if (!p || ga_notify(fd, index + 33, CLEAR | EVENT, o->port))
		return 2;
	p[33] = 1;
	p[34] = 1;
	*o->ready = 1;
	pause();
	return 0;
}

TEST_F(gntalloc, set_unmap_notify__peer_of_a_killed_owner)
{
	struct owner o;
	struct bell bell;
	uint32_t *shared;
	pid_t pid;
	char *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	bell = ASSERT_BELL();
	shared = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, shared);
	o = (struct owner){ self, bell.pair.a, shared };
	pid = child_start(own_byte_and_wait, &o);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(child_says(shared));
	q = ASSERT_PEER(shared + 1, 1);
	EXPECT_EQ(1, q[33]);
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_RING(bell);
	EXPECT_EQ(0, q[33]);
	EXPECT_EQ(1, q[34]);
	ASSERT_EQ(0, munmap(q, PG));
}

/* Events, when the peer still has the page: it is the owner who went. */
TEST_F(gntalloc, set_unmap_notify__while_the_peer_has_the_page)
{
	struct bell bell;
	uint32_t ref[1];
	uint64_t index;
	char *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	bell = ASSERT_BELL();
	index = ASSERT_ALLOC(self->fd, 1, ref);
	q = ASSERT_PEER(ref, 1);
	ASSERT_EQ(0, ga_notify(self->fd, index, EVENT, bell.pair.a));
	close(self->fd);
	self->fd = -1;
	EXPECT_RING(bell);
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, munmap(q, PG));
	EXPECT_TRUE(grant_revoked(ref[0]));
	EXPECT_SILENCE(bell);
}
