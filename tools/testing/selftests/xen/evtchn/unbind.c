// SPDX-License-Identifier: GPL-2.0-only
/*
 * UNBIND: closes the port in Xen, and nothing but a port of this very file. No
 * port of the kernel or of another file can be reached.
 */

TEST_F(evtchn, unbind__closes_the_port)
{
	uint32_t virq;
	int port, i;

	port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	EXPECT_EQ(0, ev_unbind(self->fd, port));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, port));

	for (i = 0; i < 3; i++) {
		port = ASSERT_PORT(ev_bind_free_virq(self->fd, &virq));
		EXPECT_EQ(0, ev_unbind(self->fd, port));
		EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, port));
	}
}

TEST_F(evtchn, unbind__peer_waits_again)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	EXPECT_EQ(0, ev_unbind(self->other, pair.b));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.b));
	EXPECT_EQ(EVTCHNSTAT_unbound, port_state(self->xen, pair.a));
	/* The other end can be connected and used again. */
	pair.b = ASSERT_PORT(ev_bind_interdomain(self->other, DOM_HERE,
						 pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}

TEST_F(evtchn, unbind__second_time_is_enotconn)
{
	int port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));

	EXPECT_EQ(0, ev_unbind(self->fd, port));
	EXPECT_EQ(-ENOTCONN, ev_unbind(self->fd, port));
}

TEST_F(evtchn, unbind__errors)
{
	const struct {
		const char *name;
		uint32_t port;
		int expected;
	} rows[] = {
		{ "port 0", 0, -ENOTCONN },
		{ "closed port", port_closed(self->xen), -ENOTCONN },
		{ "no such port", PORT_BEYOND, -EINVAL },
		{ "highest positive", 0x7fffffff, -EINVAL },
		{ "sign bit", 0x80000000, -EINVAL },
		{ "all ones", 0xffffffff, -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(rows[i].expected, ev_unbind(self->fd, rows[i].port))
			TH_LOG("%s", rows[i].name);
	}
}

TEST_F(evtchn, unbind__port_of_another_file_is_enotconn)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	EXPECT_EQ(-ENOTCONN, ev_unbind(self->fd, pair.b));
	EXPECT_EQ(-ENOTCONN, ev_unbind(self->other, pair.a));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}

/* All that are open now belong to the kernel, or to other programs. */
TEST_F(evtchn, unbind__foreign_ports_are_enotconn)
{
	int open = ports_open(self->xen);
	uint32_t port;

	ASSERT_LT(0, open);
	for (port = 0; port < PORT_RANGE; port++) {
		ASSERT_EQ(-ENOTCONN, ev_unbind(self->fd, port))
			TH_LOG("port %u", port);
	}
	EXPECT_EQ(open, ports_open(self->xen));
}

TEST_F(evtchn, unbind__with_its_event_queued)
{
	struct ev_pair pair;

	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pair));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	EXPECT_EQ(0, ev_unbind(self->other, pair.b));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.b));
}

TEST_F(evtchn, unbind__while_masked)
{
	struct ev_pair pair;

	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pair));
	ASSERT_EQ((int)pair.b, ev_next(self->other));
	/* And one more that waits in Xen. */
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ(0, ev_unbind(self->other, pair.b));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.b));
	EXPECT_QUIET(self->other);
}

/* A new port never starts with what was left of the last one of its number. */
TEST_F(evtchn, unbind__number_is_free_and_clean)
{
	struct ev_pair pair;
	int first, port, i;

	first = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	ASSERT_EQ(0, ev_unbind(self->fd, first));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pair));
		ASSERT_EQ((int)pair.b, ev_next(self->other));
		ASSERT_EQ(0, ev_notify(self->fd, pair.a));
		ASSERT_EQ(0, ev_unbind(self->other, pair.b));
		ASSERT_EQ(0, ev_unbind(self->fd, pair.a));
	}
	port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	EXPECT_GE(first + 8, port);
	EXPECT_QUIET(self->fd);
	EXPECT_QUIET(self->other);
}
