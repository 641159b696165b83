// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of a file overflows when ports are unbound while their event waits
 * in it, over and over. That is reported until RESET, and after RESET all
 * works as before.
 */

/* A ring has room for so many events at least. */
#define RING_SMALLEST	64

TEST_F_TIMEOUT(evtchn, read__efbig_after_overflow, 120)
{
	uint32_t buf[RING_SMALLEST];
	int events, i;

	events = ev_overflow(self->fd, self->other);
	ASSERT_LT(RING_SMALLEST, events);
	ksft_print_msg("overflow after %d events\n", events);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(-EFBIG, ev_read(self->other, buf, sizeof(buf)));
		EXPECT_EQ(-EFBIG, ev_read(self->other, NULL, 4));
		EXPECT_EQ(0, ev_read(self->other, buf, 3));
	}
	/* Also for one who does not want to wait. */
	ASSERT_EQ(0, fcntl(self->other, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EFBIG, ev_read(self->other, buf, sizeof(buf)));
}

TEST_F_TIMEOUT(evtchn, read__full_ring_is_no_overflow, 120)
{
	uint32_t buf[2 * RING_SMALLEST];

	ASSERT_EQ(0, ev_stale(self->fd, self->other, RING_SMALLEST));
	EXPECT_EQ(POLL_EVENT, ev_poll(self->other));
	EXPECT_EQ(RING_SMALLEST * 4, ev_read(self->other, buf, sizeof(buf)));
	EXPECT_EQ(POLL_IDLE, ev_poll(self->other));
}

TEST_F_TIMEOUT(evtchn, poll__only_pollerr_on_overflow, 120)
{
	struct epoll_event got;
	int epfd;

	ASSERT_LT(0, ev_overflow(self->fd, self->other));
	EXPECT_EQ(POLLERR, ev_poll(self->other));
	epfd = epoll_for(_metadata, self->other, EPOLLIN | EPOLLOUT);
	EXPECT_EQ(1, epoll_wait(epfd, &got, 1, 0));
	EXPECT_EQ((uint32_t)EPOLLERR, got.events);
	close(epfd);
}

TEST_F_TIMEOUT(evtchn, write__works_on_overflow, 120)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	ASSERT_LT(0, ev_overflow(self->fd, self->other));
	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_EQ(0, ev_notify(self->other, pair.b));
	EXPECT_EQ((int)pair.a, ev_take(self->fd));
}

TEST_F_TIMEOUT(evtchn, reset__clears_the_overflow, 120)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	int round;

	for (round = 0; round < 2; round++) {
		ASSERT_LT(0, ev_overflow(self->fd, self->other));
		EXPECT_EQ(0, ev_reset(self->other));
		EXPECT_EQ(POLL_IDLE, ev_poll(self->other));
		EXPECT_EQ(0, ev_notify(self->fd, pair.a));
		EXPECT_EQ((int)pair.b, ev_take(self->other));
	}
}

/* The port whose event found no room is masked like those that did. */
TEST_F_TIMEOUT(evtchn, reset__port_that_overflowed_needs_a_write, 120)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	ASSERT_EQ(0, ev_stale(self->fd, self->other, RING_SMALLEST));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(POLLERR, ev_poll(self->other));
	EXPECT_EQ(0, ev_reset(self->other));

	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_QUIET(self->other);
	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}
