// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the peer is told when the grants go back: a byte becomes zero, and an
 * event arrives, in this order.
 */

#define CLEAR		UNMAP_NOTIFY_CLEAR_BYTE
#define EVENT		UNMAP_NOTIFY_SEND_EVENT

/* All but this byte are as they were. */
static unsigned int bytes_wrong(const char *p, unsigned int pages, char value,
				unsigned int cleared)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < pages * PG; i++)
		wrong += p[i] != (i == cleared ? 0 : value);
	return wrong;
}

/* Take the mapping and the map away. */
static int let_go(struct gntdev_fixture *self, char *p, uint64_t index,
		  unsigned int count)
{
	int ret = munmap(p, count * PG) ? -errno : 0;

	return ret ? ret : gd_unmap(self->fd, index, count);
}

/* See shared/notify.c. */
#define TEST_NOTIFY(name)	TEST_F(gntdev, set_unmap_notify__##name)
#define SET_NOTIFY		gd_notify

struct memory {
	uint64_t index;
	unsigned int pages;
	char *addr;
};

#define ASSERT_MEMORY(count) ({						\
	unsigned int __nr = (count);					\
	uint64_t __at = ASSERT_MAP(0, __nr);				\
	char *__p = ASSERT_MMAP(__at, __nr);				\
									\
	memset(__p, 0x5a, __nr * PG);					\
	(struct memory){ __at, __nr, __p };				\
})

static int memory_end(struct gntdev_fixture *self, const struct memory *m)
{
	return let_go(self, m->addr, m->index, m->pages);
}

/* What a process does that has memory of its own, and asks for CLEAR of @at. */
static bool memory_own(struct gntdev_fixture *self, unsigned int at,
		       uint32_t port)
{
	int fd = gd_open();
	uint64_t index;
	char *p;

	if (gd_map_refs(fd, self->g.domid, 2, self->g.ref, &index))
		return false;
	p = gd_mmap(fd, index, 2, PROT_READ | PROT_WRITE);
	if (!p)
		return false;
	memset(p, 0x5a, 2 * PG);
	return !gd_notify(fd, index + at, CLEAR | EVENT, port);
}

/* Of the granter's first page. */
#define EXPECT_CLEARED(at)						\
	EXPECT_EQ(0u, bytes_wrong(self->g.page, 1, 0x5a, at))
#define EXPECT_ENDED()		EXPECT_EQ(0u, granter_used(&self->g))

TEST_F(gntdev, set_unmap_notify__clears_a_byte)
{
	static const unsigned int at[] = { 0, 1, 4095, 4096, 8191, 16383 };
	uint64_t index;
	unsigned int i;
	char *p;

	ASSERT_MAP(8, 2);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		memset(self->g.page, 0x5a, 4 * PG);
		index = ASSERT_MAP(0, 4);
		p = ASSERT_MMAP(index, 4);
		ASSERT_EQ(0, gd_notify(self->fd, index + at[i], CLEAR, 0));
		EXPECT_EQ(0u, bytes_wrong(p, 4, 0x5a, ~0));
		ASSERT_EQ(0, let_go(self, p, index, 4));
		EXPECT_IDLE();
		EXPECT_EQ(0u, bytes_wrong(self->g.page, 4, 0x5a, at[i]))
			TH_LOG("byte %u", at[i]);
	}
}

/* It can be set before the map is mapped. */
TEST_F(gntdev, set_unmap_notify__before_mmap)
{
	uint64_t index = ASSERT_MAP(0, 2);
	struct bell bell = ASSERT_BELL();
	char *p;

	memset(self->g.page, 0x5a, 2 * PG);
	ASSERT_EQ(0, gd_notify(self->fd, index + 5000, CLEAR | EVENT,
			       bell.pair.a));
	p = ASSERT_MMAP(index, 2);
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, let_go(self, p, index, 2));
	EXPECT_RING(bell);
	EXPECT_EQ(0u, bytes_wrong(self->g.page, 2, 0x5a, 5000));
	EXPECT_SILENCE(bell);
}

/* When the event arrives the byte is zero and the pages are given back. */
TEST_F(gntdev, set_unmap_notify__event_comes_last)
{
	struct bell bell = ASSERT_BELL();
	unsigned int i, rounds = 50;
	uint64_t index;
	char *p;

	for (i = 0; i < rounds; i++) {
		index = ASSERT_MAP(0, PAGES);
		p = ASSERT_MMAP(index, PAGES);
		p[PG + 10] = 1;
		ASSERT_EQ(0, gd_notify(self->fd, index + PG + 10,
				       CLEAR | EVENT, bell.pair.a));
		ASSERT_EQ(0, let_go(self, p, index, PAGES));
		ASSERT_EQ((int)bell.pair.b, ev_next(bell.theirs));
		EXPECT_EQ(0u, granter_used(&self->g));
		EXPECT_EQ(0, self->g.page[PG + 10]);
		ASSERT_EQ(0, ev_unmask(bell.theirs, bell.pair.b));
	}
	EXPECT_SILENCE(bell);
}

/* As long as the map or its mapping is there, nothing happens. */
TEST_F(gntdev, set_unmap_notify__when_the_last_one_goes)
{
	struct bell bell = ASSERT_BELL();
	uint64_t index = ASSERT_MAP(0, 2);
	char *p = ASSERT_MMAP(index, 2);

	memset(p, 0x5a, 2 * PG);
	ASSERT_EQ(0, gd_notify(self->fd, index, CLEAR | EVENT, bell.pair.a));
	ASSERT_EQ(0, gd_unmap(self->fd, index, 2));
	EXPECT_SILENCE(bell);
	EXPECT_EQ(0x5a, peek(self->g.page));
	close(self->fd);
	self->fd = -1;
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, munmap(p, 2 * PG));
	EXPECT_RING(bell);
	EXPECT_EQ(0u, bytes_wrong(self->g.page, 2, 0x5a, 0));
}

TEST_F(gntdev, set_unmap_notify__byte_of_a_read_only_mapping)
{
	struct bell bell = ASSERT_BELL();
	uint64_t index = ASSERT_MAP(0, 1);
	char *p = gd_mmap(self->fd, index, 1, PROT_READ);

	ASSERT_NE(NULL, p);
	EXPECT_EQ(-EINVAL, gd_notify(self->fd, index, CLEAR, 0));
	EXPECT_EQ(-EINVAL, gd_notify(self->fd, index, CLEAR | EVENT,
				     bell.pair.a));
	EXPECT_EQ(0, gd_notify(self->fd, index, EVENT, bell.pair.a));
	ASSERT_EQ(0, let_go(self, p, index, 1));
	EXPECT_RING(bell);
}

/* Asked for first, mapped read-only later: the byte must be left alone. */
TEST_F(gntdev, set_unmap_notify__byte_then_read_only)
{
	uint64_t index = ASSERT_MAP(0, 1);
	char *p;

	if (!env_is_ours())
		SKIP(return, "the kernel would write to the page, and crash");
	memset(self->g.page, 0x5a, PG);
	ASSERT_EQ(0, gd_notify(self->fd, index, CLEAR, 0));
	p = gd_mmap(self->fd, index, 1, PROT_READ);
	EXPECT_TRUE(p || errno == EINVAL);
	if (p)
		ASSERT_EQ(0, let_go(self, p, index, 1));
	EXPECT_IDLE();
	EXPECT_EQ(0u, bytes_wrong(self->g.page, 1, 0x5a, ~0));
}

/* The byte has been told to be cleared, the page is still in a pipe. */
TEST_F(gntdev, set_unmap_notify__page_in_a_pipe)
{
	uint64_t index = ASSERT_MAP(0, 1);
	struct bell bell = ASSERT_BELL();
	struct tube tube = ASSERT_TUBE();
	char *p = ASSERT_MMAP(index, 1), buf[PG];

	if (pins_lose_pages())
		SKIP(return, "the page would be lost");
	memset(p, 0x5a, PG);
	ASSERT_EQ(0, gd_notify(self->fd, index + 9, CLEAR | EVENT,
			       bell.pair.a));
	ASSERT_EQ((ssize_t)PG, splice_pages(tube.in, p, 1));
	ASSERT_EQ(0, let_go(self, p, index, 1));
	/* The event says that all is given back. */
	EXPECT_SILENCE(bell);
	ASSERT_TRUE(read_all(tube.out, buf, sizeof(buf)));
	EXPECT_RING(bell);
	EXPECT_EQ(0u, granter_used(&self->g));
	EXPECT_EQ(0u, bytes_wrong(self->g.page, 1, 0x5a, 9));
}
