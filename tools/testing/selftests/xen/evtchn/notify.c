// SPDX-License-Identifier: GPL-2.0-only
/*
 * NOTIFY and RESET: an event reaches the file at the other end, and no port
 * that is not the caller's can be used. RESET forgets what is queued, and
 * nothing else.
 */

TEST_F(evtchn, notify__reaches_the_peer)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	int i;

	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, ev_notify(self->fd, pair.a));
		EXPECT_EQ((int)pair.b, ev_take(self->other));
		EXPECT_EQ(0, ev_notify(self->other, pair.b));
		EXPECT_EQ((int)pair.a, ev_take(self->fd));
	}
	EXPECT_QUIET(self->fd);
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, notify__on_a_channel_within_one_file)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->fd);

	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->fd));
	EXPECT_EQ(0, ev_notify(self->fd, pair.b));
	EXPECT_EQ((int)pair.a, ev_take(self->fd));
}

/* What Xen makes of it is not reported. */
TEST_F(evtchn, notify__without_a_peer_is_0)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	uint32_t virq;
	int port;

	port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	EXPECT_EQ(0, ev_notify(self->fd, port));
	port = ASSERT_PORT(ev_bind_free_virq(self->fd, &virq));
	EXPECT_EQ(0, ev_notify(self->fd, port));
	ASSERT_EQ(0, ev_unbind(self->other, pair.b));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_QUIET(self->fd);
}

TEST_F(evtchn, notify__foreign_ports_are_enotconn)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	const struct {
		const char *name;
		uint32_t port;
	} rows[] = {
		{ "port 0", 0 },
		{ "closed port", port_closed(self->xen) },
		{ "port of another file", pair.b },
		{ "no such port", PORT_BEYOND },
		{ "sign bit", 0x80000000 },
		{ "all ones", 0xffffffff },
	};
	uint32_t port;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-ENOTCONN, ev_notify(self->fd, rows[i].port))
			TH_LOG("%s", rows[i].name);
	}
	for (port = 0; port < PORT_RANGE; port++) {
		if (port == pair.a)
			continue;
		ASSERT_EQ(-ENOTCONN, ev_notify(self->fd, port))
			TH_LOG("port %u", port);
	}
	EXPECT_QUIET(self->fd);
}

TEST_F(evtchn, notify__after_unbind_is_enotconn)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	ASSERT_EQ(0, ev_unbind(self->fd, pair.a));
	EXPECT_EQ(-ENOTCONN, ev_notify(self->fd, pair.a));
}

/* A port that waits in the queue is masked: Xen keeps one event for it. */
TEST_F(evtchn, notify__many_times_is_one_event)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	uint32_t got[8];
	int i;

	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, ev_notify(self->fd, pair.a))
			TH_LOG("round %d", i);
	}
	EXPECT_EQ(4, ev_read(self->other, got, sizeof(got)));
	EXPECT_EQ(pair.b, got[0]);
	EXPECT_QUIET(self->other);

	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, reset__takes_no_argument)
{
	static const unsigned long args[] = {
		0, 1, 0xdeadbeef, 0xffff888000000000, ~0ul,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(args); i++) {
		EXPECT_EQ(0, ioctl(self->fd, IOCTL_EVTCHN_RESET, args[i]))
			TH_LOG("argument %#lx: %s", args[i], strerror(errno));
	}
}

TEST_F(evtchn, reset__empties_the_queue)
{
	struct ev_pair pair;
	uint32_t port;

	ASSERT_EQ(0, fcntl(self->other, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pair));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	EXPECT_EQ(0, ev_reset(self->other));
	EXPECT_EQ(-EAGAIN, ev_read(self->other, &port, sizeof(port)));
	EXPECT_EQ(POLLOUT | POLLWRNORM, ev_poll(self->other));
}

TEST_F(evtchn, reset__ports_stay_bound)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	EXPECT_EQ(0, ev_reset(self->fd));
	EXPECT_EQ(0, ev_reset(self->other));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}

/* The event is forgotten, but the port was not given back. */
TEST_F(evtchn, reset__queued_ports_stay_masked)
{
	struct ev_pair pair;

	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pair));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	EXPECT_EQ(0, ev_reset(self->other));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_QUIET(self->other);
	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}

TEST_F(evtchn, reset__other_file_keeps_its_queue)
{
	struct ev_pair pair;

	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pair));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	EXPECT_EQ(0, ev_reset(self->fd));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}
