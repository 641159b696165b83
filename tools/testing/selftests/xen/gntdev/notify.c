// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the peer is told when the grants go back: a byte becomes zero, and an
 * event arrives, in this order.
 */

#define CLEAR		UNMAP_NOTIFY_CLEAR_BYTE
#define EVENT		UNMAP_NOTIFY_SEND_EVENT

#define ASSERT_BELL() ({						\
	struct bell __bell;						\
									\
	ASSERT_EQ(0, bell_open(&__bell));				\
	__bell;								\
})

#define EXPECT_RING(bell)	EXPECT_TRUE(bell_rings(&(bell)))
#define EXPECT_SILENCE(bell)	EXPECT_TRUE(bell_silent(&(bell)))

/* Take the mapping and the map away. */
static int let_go(struct gntdev_fixture *self, char *p, uint64_t index,
		  unsigned int count)
{
	int ret = munmap(p, count * PG) ? -errno : 0;

	return ret ? ret : gd_unmap(self->fd, index, count);
}

/* All but this byte are as they were. */
static unsigned int bytes_wrong(const char *p, unsigned int pages, char value,
				unsigned int cleared)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < pages * PG; i++)
		wrong += p[i] != (i == cleared ? 0 : value);
	return wrong;
}

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

TEST_F(gntdev, set_unmap_notify__second_replaces_the_first)
{
	struct bell a = ASSERT_BELL(), b = ASSERT_BELL();
	uint64_t index = ASSERT_MAP(0, 2);
	char *p = ASSERT_MMAP(index, 2);

	memset(p, 0x5a, 2 * PG);
	ASSERT_EQ(0, gd_notify(self->fd, index + 1, CLEAR | EVENT, a.pair.a));
	ASSERT_EQ(0, gd_notify(self->fd, index + PG, CLEAR | EVENT,
			       b.pair.a));
	ASSERT_EQ(0, let_go(self, p, index, 2));
	EXPECT_RING(b);
	EXPECT_SILENCE(a);
	EXPECT_EQ(0u, bytes_wrong(self->g.page, 2, 0x5a, PG));
}

TEST_F(gntdev, set_unmap_notify__taken_back)
{
	struct bell bell = ASSERT_BELL();
	uint64_t index = ASSERT_MAP(0, 2);
	char *p = ASSERT_MMAP(index, 2);

	memset(p, 0x5a, 2 * PG);
	ASSERT_EQ(0, gd_notify(self->fd, index, CLEAR | EVENT, bell.pair.a));
	ASSERT_EQ(0, gd_notify(self->fd, index, 0, bell.pair.a));
	ASSERT_EQ(0, let_go(self, p, index, 2));
	EXPECT_SILENCE(bell);
	EXPECT_IDLE();
	EXPECT_EQ(0u, bytes_wrong(self->g.page, 2, 0x5a, ~0));
	/* The port is its owner's alone again. */
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
	EXPECT_EQ(0, ev_unbind(bell.theirs, bell.pair.b));
}

/* The port stays open for it, although its owner has let go. */
TEST_F(gntdev, set_unmap_notify__port_is_kept)
{
	struct bell bell = ASSERT_BELL();
	uint64_t index = ASSERT_MAP(0, 1);
	char *p = ASSERT_MMAP(index, 1);

	ASSERT_EQ(0, gd_notify(self->fd, index, EVENT, bell.pair.a));
	close(bell.ours);
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, let_go(self, p, index, 1));
	EXPECT_RING(bell);
}

TEST_F(gntdev, set_unmap_notify__errors)
{
	struct bell bell = ASSERT_BELL();
	uint64_t index = ASSERT_MAP(0, 2), next = ASSERT_MAP(2, 2);
	uint64_t end = (next > index ? next : index) + 2 * PG;
	unsigned int i;

	const struct {
		const char *name;
		uint64_t index;
		uint32_t action, port;
		int expected;
	} rows[] = {
		{ "an unknown bit", index, 4, 0, -EINVAL },
		{ "all bits", index, ~0, bell.pair.a, -EINVAL },
		{ "port 0", index, EVENT, 0, -EINVAL },
		{ "a port that nobody has", index, EVENT, 4000, -EINVAL },
		{ "no such port", index, EVENT, 1 << 20, -EINVAL },
		{ "port of all ones", index, EVENT, ~0, -EINVAL },
		{ "behind the last map", end, CLEAR, 0, -ENOENT },
		{ "far behind it", 1ULL << 45, CLEAR, 0, -ENOENT },
		{ "all ones", ~0ULL, CLEAR, 0, -ENOENT },
		{ "behind, and nothing to do", end, 0, 0, -ENOENT },
		{ "behind, with a port", end, EVENT, bell.pair.a, -ENOENT },
		{ "port not looked at", index, CLEAR, ~0, 0 },
		{ "last byte", index + 2 * PG - 1, CLEAR, 0, 0 },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(rows[i].expected,
			  gd_notify(self->fd, rows[i].index, rows[i].action,
				    rows[i].port))
			TH_LOG("%s", rows[i].name);
	}
	EXPECT_EQ(-ENOENT, gd_notify(self->other, index, CLEAR, 0));
	/* Failures did not keep the port. */
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
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

struct ringer {
	struct gntdev_fixture *self;
	uint32_t port;
};

static int wait_with_bell(void *arg)
{
	struct ringer *r = arg;
	uint64_t index;
	char *p;
	int fd;

	fd = gd_open();
	if (gd_map_refs(fd, r->self->g.domid, 2, r->self->g.ref, &index))
		return 1;
	p = gd_mmap(fd, index, 2, PROT_READ | PROT_WRITE);
	if (!p || gd_notify(fd, index + 77, CLEAR | EVENT, r->port))
		return 2;
	p[80] = 1;
	pause();
	return 0;
}

TEST_F(gntdev, set_unmap_notify__owner_is_killed)
{
	struct bell bell = ASSERT_BELL();
	struct ringer r = { self, bell.pair.a };
	pid_t pid;

	self->g.page[77] = 1;
	memset(self->g.page + 80, 0, 4);
	pid = child_start(wait_with_bell, &r);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(child_says((uint32_t *)(self->g.page + 80)));
	EXPECT_SILENCE(bell);
	EXPECT_EQ(1, self->g.page[77]);
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_RING(bell);
	EXPECT_EQ(0, self->g.page[77]);
	EXPECT_EQ(0u, granter_used(&self->g));
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
