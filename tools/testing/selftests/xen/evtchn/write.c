// SPDX-License-Identifier: GPL-2.0-only
/*
 * write(): gives ports back, all of those that are listed or, after a fault,
 * none; needs no port to be valid and touches none of another file.
 */

/* A channel whose end at the second file is masked, and one event waits. */
#define ASSERT_MASKED_PAIR() ({						\
	struct ev_pair __masked = {};					\
									\
	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &__masked));	\
	ASSERT_EQ((int)__masked.b, ev_next(self->other));		\
	ASSERT_EQ(0, ev_notify(self->fd, __masked.a));			\
	__masked;							\
})

TEST_F(evtchn, write__needed_for_the_next_event)
{
	struct ev_pair pair = ASSERT_MASKED_PAIR();

	EXPECT_QUIET(self->other);
	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_EQ((int)pair.b, ev_next(self->other));
	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_QUIET(self->other);
}

/* It may come first: the port is masked from the moment it is queued. */
TEST_F(evtchn, write__before_the_read)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	uint32_t got[4];

	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(8, ev_read(self->other, got, sizeof(got)));
	EXPECT_EQ(pair.b, got[0]);
	EXPECT_EQ(pair.b, got[1]);
}

TEST_F(evtchn, write__short_count_is_0)
{
	struct ev_pair pair = ASSERT_MASKED_PAIR();
	size_t count;

	for (count = 0; count < sizeof(pair.b); count++) {
		EXPECT_EQ(0, ev_write(self->other, &pair.b, count));
		EXPECT_EQ(0, ev_write(self->other, NULL, count));
	}
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, write__count_is_rounded_down)
{
	struct ev_pair first = ASSERT_MASKED_PAIR();
	struct ev_pair second = ASSERT_MASKED_PAIR();
	uint32_t ports[2] = { first.b, second.b };

	EXPECT_EQ(4, ev_write(self->other, ports, 7));
	EXPECT_EQ((int)first.b, ev_next(self->other));
	EXPECT_QUIET(self->other);
	EXPECT_EQ(8, ev_write(self->other, ports, 11));
	EXPECT_EQ((int)second.b, ev_next(self->other));
}

TEST_F(evtchn, write__takes_a_page_at_most)
{
	struct ev_pair pair = ASSERT_MASKED_PAIR();
	uint32_t ports[2048] = {};

	ports[1024] = pair.b;
	EXPECT_EQ(4096, ev_write(self->other, ports, sizeof(ports)));
	EXPECT_EQ(4096, ev_write(self->other, ports, 4099));
	EXPECT_QUIET(self->other);
	ports[1023] = pair.b;
	EXPECT_EQ(4096, ev_write(self->other, ports, sizeof(ports)));
	EXPECT_EQ((int)pair.b, ev_next(self->other));
}

TEST_F(evtchn, write__many_ports_at_once)
{
	uint32_t ports[100];
	struct ev_pair pair;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		pair = ASSERT_MASKED_PAIR();
		ports[i] = pair.b;
	}
	EXPECT_EQ((ssize_t)sizeof(ports),
		  ev_write(self->other, ports, sizeof(ports)));
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		ASSERT_LT(0, ev_take(self->other))
			TH_LOG("round %u", i);
	}
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, write__unknown_ports_are_ignored)
{
	struct ev_pair pair = ASSERT_MASKED_PAIR();
	const uint32_t ports[] = {
		0, port_closed(self->xen), PORT_BEYOND, 0x80000000, 0xffffffff,
		pair.a,
	};
	uint32_t port;

	EXPECT_EQ((ssize_t)sizeof(ports),
		  ev_write(self->other, ports, sizeof(ports)));
	/* Every port of the domain, from a file to which none belongs. */
	for (port = 0; port < PORT_RANGE; port++) {
		ASSERT_EQ(4, ev_write(self->fd, &port, sizeof(port)))
			TH_LOG("port %u", port);
	}
	EXPECT_QUIET(self->other);
	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_EQ((int)pair.b, ev_next(self->other));
}

TEST_F(evtchn, write__port_that_is_not_masked)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, ev_unmask(self->other, pair.b))
			TH_LOG("round %d", i);
	}
	EXPECT_QUIET(self->other);
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, write__same_port_twice)
{
	struct ev_pair pair = ASSERT_MASKED_PAIR();
	const uint32_t ports[] = { pair.b, pair.b };

	/* The second one may find the port queued again, and unmask that. */
	EXPECT_EQ(8, ev_write(self->other, ports, sizeof(ports)));
	EXPECT_EQ((int)pair.b, ev_next(self->other));
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, write__bad_pointer)
{
	struct ev_pair pair = ASSERT_MASKED_PAIR();
	struct bad_pointer bad[BAD_POINTERS];
	unsigned int i;

	ASSERT_EQ(0, bad_pointers(bad, 4));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, ev_write(self->other,
					    (void *)bad[i].addr, 4))
			TH_LOG("%s", bad[i].name);
		EXPECT_EQ(-EFAULT, ev_write(self->other,
					    (void *)bad[i].addr, 4096))
			TH_LOG("%s, a page", bad[i].name);
	}
	EXPECT_QUIET(self->other);
	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_EQ((int)pair.b, ev_next(self->other));
}

TEST_F(evtchn, write__fault_unmasks_nothing)
{
	struct ev_pair pair = ASSERT_MASKED_PAIR();
	char *hole = before_a_hole();

	ASSERT_NE(NULL, hole);
	memcpy(hole - 4, &pair.b, 4);
	EXPECT_EQ(-EFAULT, ev_write(self->other, hole - 4, 8));
	EXPECT_EQ(-EFAULT, ev_write(self->other, hole - 4, 4096));
	EXPECT_QUIET(self->other);
	EXPECT_EQ(4, ev_write(self->other, hole - 4, 4));
	EXPECT_EQ((int)pair.b, ev_next(self->other));
}

TEST_F(evtchn, write__read_only_file_is_ebadf)
{
	int fd = ev_open(O_RDONLY);
	uint32_t port = 1;

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EBADF, ev_write(fd, &port, sizeof(port)));
	close(fd);
}
