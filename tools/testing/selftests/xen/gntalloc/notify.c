// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the peer is told when the last local user of a page has gone: a byte
 * becomes zero, and an event arrives. Each page has its own notification.
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

TEST_F(gntalloc, set_unmap_notify__event_at_dealloc)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 2, NULL);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index + PG, EVENT, bell.pair.a));
	ASSERT_EQ(0, ga_free(self->fd, index, 1));
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, ga_free(self->fd, index + PG, 1));
	EXPECT_RING(bell);
	EXPECT_SILENCE(bell);
}

TEST_F(gntalloc, set_unmap_notify__event_at_close)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 2, NULL);
	struct bell a = ASSERT_BELL(), b = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index, EVENT, a.pair.a));
	ASSERT_EQ(0, ga_notify(self->fd, index + PG, EVENT, b.pair.a));
	EXPECT_SILENCE(a);
	close(self->fd);
	self->fd = -1;
	EXPECT_RING(a);
	EXPECT_RING(b);
}

TEST_F(gntalloc, set_unmap_notify__event_at_munmap)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 1, NULL);
	char *p = ASSERT_MMAP(self->fd, index, 1);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index, EVENT, bell.pair.a));
	ASSERT_EQ(0, ga_free(self->fd, index, 1));
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, munmap(p, PG));
	EXPECT_RING(bell);
}

TEST_F(gntalloc, set_unmap_notify__second_replaces_the_first)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 1, NULL);
	struct bell a = ASSERT_BELL(), b = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index, EVENT, a.pair.a));
	ASSERT_EQ(0, ga_notify(self->fd, index + 9, EVENT, b.pair.a));
	ASSERT_EQ(0, ga_free(self->fd, index, 1));
	EXPECT_RING(b);
	EXPECT_SILENCE(a);
	EXPECT_EQ(0, ev_unbind(a.ours, a.pair.a));
}

TEST_F(gntalloc, set_unmap_notify__taken_back)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 1, NULL);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index, EVENT, bell.pair.a));
	ASSERT_EQ(0, ga_notify(self->fd, index, 0, bell.pair.a));
	ASSERT_EQ(0, ga_free(self->fd, index, 1));
	EXPECT_SILENCE(bell);
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
	EXPECT_EQ(0, ev_unbind(bell.theirs, bell.pair.b));
}

/* Time and again with the same port: it is held once. */
TEST_F(gntalloc, set_unmap_notify__many_times)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 4, NULL);
	struct bell bell = ASSERT_BELL();
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		ASSERT_EQ(0, ga_notify(self->fd, index + i % 4 * PG,
				       i % 3 ? EVENT : CLEAR, bell.pair.a));
	}
	ASSERT_EQ(0, ga_free(self->fd, index, 4));
	EXPECT_RING(bell);
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
}

/* The port stays open for it, although its owner has let go. */
TEST_F(gntalloc, set_unmap_notify__port_is_kept)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 1, NULL);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index, EVENT, bell.pair.a));
	close(bell.ours);
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, ga_free(self->fd, index, 1));
	EXPECT_RING(bell);
}

/* Nobody listens any more. */
TEST_F(gntalloc, set_unmap_notify__peer_is_gone)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 1, NULL);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index, CLEAR | EVENT, bell.pair.a));
	close(bell.theirs);
	ASSERT_EQ(0, ga_free(self->fd, index, 1));
	EXPECT_ROOM(LIMIT);
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
}

TEST_F(gntalloc, set_unmap_notify__errors)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 2, NULL);
	struct bell bell = ASSERT_BELL();
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
		{ "behind the last", index + 2 * PG, CLEAR, 0, -ENOENT },
		{ "the page is looked for first", index + 2 * PG, ~0, 0,
		  -ENOENT },
		{ "far away", 1ULL << 44, EVENT, bell.pair.a, -ENOENT },
		{ "all ones", ~0ULL, EVENT, bell.pair.a, -ENOENT },
		{ "port not looked at", index, CLEAR, ~0, 0 },
		{ "last byte", index + 2 * PG - 1, CLEAR, 0, 0 },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(rows[i].expected,
			  ga_notify(self->fd, rows[i].index, rows[i].action,
				    rows[i].port))
			TH_LOG("%s", rows[i].name);
	}
	EXPECT_EQ(-ENOENT, ga_notify(self->other, index, CLEAR, 0));
	/* Failures did not keep the port. */
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
}

/* A failure leaves the notification that was there. */
TEST_F(gntalloc, set_unmap_notify__failure_changes_nothing)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 1, NULL);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index, EVENT, bell.pair.a));
	EXPECT_EQ(-EINVAL, ga_notify(self->fd, index, EVENT, 4000));
	EXPECT_EQ(-EINVAL, ga_notify(self->fd, index, 8, 0));
	ASSERT_EQ(0, ga_free(self->fd, index, 1));
	EXPECT_RING(bell);
}

struct owner {
	uint32_t port;
	uint32_t *ready;
};

static int own_and_wait(void *arg)
{
	struct owner *o = arg;
	uint64_t index;
	int fd = ga_open();

	if (ga_alloc(fd, DOM_HERE, 2, &index, NULL) || !ga_map(fd, index, 2))
		return 1;
	if (ga_notify(fd, index + PG, EVENT, o->port))
		return 2;
	*o->ready = 1;
	pause();
	return 0;
}

TEST_F(gntalloc, set_unmap_notify__owner_is_killed)
{
	struct bell bell = ASSERT_BELL();
	struct owner o = { .port = bell.pair.a };
	pid_t pid;

	o.ready = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, o.ready);
	pid = child_start(own_and_wait, &o);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(child_says(o.ready));
	EXPECT_SILENCE(bell);
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_RING(bell);
	EXPECT_ROOM(LIMIT);
}
