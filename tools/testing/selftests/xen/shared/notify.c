// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notifications, as gntdev and gntalloc have them alike. Which of the two it is,
 * and what memory is there, is said by the file that includes this one:
 *
 *	TEST_NOTIFY(name)	defines a test of its fixture
 *	ASSERT_MEMORY(pages)	makes a struct memory, with an index in the file
 *	memory_end()		the last user goes
 *	memory_own()		memory of two pages in a file of the caller's own,
 *				and a notification for it
 *	SET_NOTIFY()		the ioctl: ga_notify() or gd_notify()
 *	EXPECT_CLEARED(at)	this byte of a page is zero, and no other; none is
 *				with NO_BYTE
 *	EXPECT_ENDED()		nothing is in use any more
 *	EXPECT_IDLE()		the same, in a while
 */

#define NO_BYTE		(~0U)

TEST_NOTIFY(second_replaces_the_first)
{
	struct bell a = ASSERT_BELL(), b = ASSERT_BELL();
	struct memory m = ASSERT_MEMORY(1);

	ASSERT_EQ(0, SET_NOTIFY(self->fd, m.index + 1, CLEAR | EVENT,
				a.pair.a));
	ASSERT_EQ(0, SET_NOTIFY(self->fd, m.index + 9, CLEAR | EVENT,
				b.pair.a));
	ASSERT_EQ(0, memory_end(self, &m));
	EXPECT_RING(b);
	EXPECT_SILENCE(a);
	EXPECT_CLEARED(9);
	EXPECT_EQ(0, ev_unbind(a.ours, a.pair.a));
}

TEST_NOTIFY(taken_back)
{
	struct memory m = ASSERT_MEMORY(1);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, SET_NOTIFY(self->fd, m.index, CLEAR | EVENT,
				bell.pair.a));
	ASSERT_EQ(0, SET_NOTIFY(self->fd, m.index, 0, bell.pair.a));
	ASSERT_EQ(0, memory_end(self, &m));
	EXPECT_SILENCE(bell);
	EXPECT_IDLE();
	EXPECT_CLEARED(NO_BYTE);
	/* The port is its owner's alone again. */
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
	EXPECT_EQ(0, ev_unbind(bell.theirs, bell.pair.b));
}

/* Time and again with the same port: it is held once. */
TEST_NOTIFY(many_times)
{
	struct memory m = ASSERT_MEMORY(4);
	struct bell bell = ASSERT_BELL();
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		ASSERT_EQ(0, SET_NOTIFY(self->fd, m.index + i % 4 * PG,
					i % 3 ? EVENT : CLEAR, bell.pair.a));
	}
	ASSERT_EQ(0, memory_end(self, &m));
	EXPECT_RING(bell);
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
}

/* The port stays open for it, although its owner has let go. */
TEST_NOTIFY(port_is_kept)
{
	struct memory m = ASSERT_MEMORY(1);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, SET_NOTIFY(self->fd, m.index, EVENT, bell.pair.a));
	close(bell.ours);
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, memory_end(self, &m));
	EXPECT_RING(bell);
}

/* Nobody listens any more. */
TEST_NOTIFY(peer_is_gone)
{
	struct memory m = ASSERT_MEMORY(1);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, SET_NOTIFY(self->fd, m.index, CLEAR | EVENT,
				bell.pair.a));
	close(bell.theirs);
	ASSERT_EQ(0, memory_end(self, &m));
	EXPECT_IDLE();
	EXPECT_CLEARED(0);
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
}

TEST_NOTIFY(errors)
{
	struct memory m = ASSERT_MEMORY(2), next = ASSERT_MEMORY(2);
	uint64_t index = m.index;
	uint64_t end = (next.index > index ? next.index : index) + 2 * PG;
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
		{ "behind the last", end, CLEAR, 0, -ENOENT },
		{ "far behind it", 1ULL << 45, CLEAR, 0, -ENOENT },
		{ "all ones", ~0ULL, CLEAR, 0, -ENOENT },
		{ "behind, and nothing to do", end, 0, 0, -ENOENT },
		{ "behind, with a port", end, EVENT, bell.pair.a, -ENOENT },
		{ "all ones, with a port", ~0ULL, EVENT, bell.pair.a, -ENOENT },
		{ "port not looked at", index, CLEAR, ~0, 0 },
		{ "last byte", index + 2 * PG - 1, CLEAR, 0, 0 },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(rows[i].expected,
			  SET_NOTIFY(self->fd, rows[i].index, rows[i].action,
				     rows[i].port))
			TH_LOG("%s", rows[i].name);
	}
	EXPECT_EQ(-ENOENT, SET_NOTIFY(self->other, index, CLEAR, 0));
	/* Failures did not keep the port. */
	EXPECT_EQ(0, ev_unbind(bell.ours, bell.pair.a));
}

/* A failure leaves the notification that was there. */
TEST_NOTIFY(failure_changes_nothing)
{
	struct memory m = ASSERT_MEMORY(1);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, SET_NOTIFY(self->fd, m.index, EVENT, bell.pair.a));
	EXPECT_EQ(-EINVAL, SET_NOTIFY(self->fd, m.index, EVENT, 4000));
	EXPECT_EQ(-EINVAL, SET_NOTIFY(self->fd, m.index, 8, 0));
	ASSERT_EQ(0, memory_end(self, &m));
	EXPECT_RING(bell);
}

/* A process that does not come to let go of anything. */
struct owner {
	void *self;
	uint32_t port;
	uint32_t *ready;
};

static int own_and_wait(void *arg)
{
	struct owner *o = arg;

	if (!memory_own(o->self, 77, o->port))
		return 1;
	*o->ready = 1;
	pause();
	return 0;
}

TEST_NOTIFY(owner_is_killed)
{
	struct bell bell = ASSERT_BELL();
	struct owner o = { .self = self, .port = bell.pair.a };
	pid_t pid;

	o.ready = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, o.ready);
	pid = child_start(own_and_wait, &o);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(child_says(o.ready));
	EXPECT_SILENCE(bell);
	EXPECT_CLEARED(NO_BYTE);
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_RING(bell);
	EXPECT_CLEARED(77);
	EXPECT_ENDED();
}
