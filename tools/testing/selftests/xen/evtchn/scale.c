// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many ports on one file: the ring grows under unread events, each port fires
 * and can be given back, and a close leaves nothing open.
 */

#define MANY		1000
#define SCALE_TIMEOUT	600

/* More than fit into one page of port numbers. */
#define OVER_A_PAGE	1100

static struct ev_pair pairs[OVER_A_PAGE];

static void print_rate(const char *what, unsigned int n, uint64_t begin)
{
	uint64_t us = now_us() - begin;

	ksft_print_msg("%s: %u in %llu ms, %llu us each\n", what, n,
		       (unsigned long long)us / 1000,
		       (unsigned long long)us / n);
}

/* Connect @n channels; the first event of each waits unread in the ring. */
static void connect_many(struct __test_metadata *_metadata,
			 struct evtchn_fixture *self, unsigned int n)
{
	uint64_t begin = now_us();
	unsigned int i;

	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pairs[i]))
			TH_LOG("channel %u", i);
		ev_settle();
	}
	print_rate("bind of a channel, both ends", n, begin);
}

/* Read until @n events came, and expect them in order of the channels. */
static void read_many(struct __test_metadata *_metadata,
		      struct evtchn_fixture *self, uint32_t *got,
		      unsigned int n)
{
	unsigned int have = 0, i;
	ssize_t ret;

	while (have < n) {
		ASSERT_EQ(POLLIN, ev_wait(self->other, SOON_MS))
			TH_LOG("%u of %u events", have, n);
		ret = ev_read(self->other, got + have, (n - have) * 4);
		ASSERT_LT(0, ret);
		have += ret / 4;
	}
	for (i = 0; i < n; i++) {
		ASSERT_EQ(pairs[i].b, got[i])
			TH_LOG("event %u", i);
	}
}

static void write_many(struct __test_metadata *_metadata,
		       struct evtchn_fixture *self, const uint32_t *ports,
		       unsigned int n)
{
	ASSERT_EQ((ssize_t)n * 4, ev_write(self->other, ports, n * 4));
}

TEST_F_TIMEOUT(evtchn, bind_interdomain__ring_grows_under_events, SCALE_TIMEOUT)
{
	static const unsigned int sizes[] = { 63, 64, 65, 128, 129, 300 };
	uint32_t got[300];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		connect_many(_metadata, self, sizes[i]);
		read_many(_metadata, self, got, sizes[i]);
		EXPECT_QUIET(self->other);
		/* Start over with a small ring. */
		close(self->fd);
		close(self->other);
		self->fd = ev_open(O_RDWR);
		self->other = ev_open(O_RDWR);
	}
}

/* The ring is not at its beginning when it grows, and grows in the middle. */
TEST_F_TIMEOUT(evtchn, bind_interdomain__wrapped_ring_grows, SCALE_TIMEOUT)
{
	uint32_t got[200];
	unsigned int i;

	ASSERT_EQ(0, ev_stale(self->fd, self->other, 40));
	ASSERT_EQ(160, ev_read(self->other, got, sizeof(got)));
	connect_many(_metadata, self, 200);
	read_many(_metadata, self, got, 200);
	write_many(_metadata, self, got, 200);
	for (i = 0; i < 200; i++) {
		ASSERT_EQ(0, ev_notify(self->fd, pairs[i].a));
		ev_settle();
	}
	read_many(_metadata, self, got, 200);
}

TEST_F_TIMEOUT(evtchn, notify__thousand_ports_of_one_file, SCALE_TIMEOUT)
{
	uint32_t got[MANY];
	uint64_t begin;
	unsigned int i;
	int round;

	connect_many(_metadata, self, MANY);
	read_many(_metadata, self, got, MANY);
	write_many(_metadata, self, got, MANY);
	for (round = 0; round < 3; round++) {
		begin = now_us();
		for (i = 0; i < MANY; i++) {
			ASSERT_EQ(0, ev_notify(self->fd, pairs[i].a));
			ev_settle();
		}
		print_rate("notify", MANY, begin);
		begin = now_us();
		read_many(_metadata, self, got, MANY);
		print_rate("read, many at once", MANY, begin);
		begin = now_us();
		write_many(_metadata, self, got, MANY);
		print_rate("write, many at once", MANY, begin);
	}
	begin = now_us();
	for (i = 0; i < MANY; i++) {
		ASSERT_EQ(0, ev_notify(self->fd, pairs[i].a));
		ASSERT_EQ((int)pairs[i].b, ev_take(self->other));
	}
	print_rate("notify, poll, read, write of one", MANY, begin);
	EXPECT_QUIET(self->other);
}

TEST_F_TIMEOUT(evtchn, read__takes_a_page_at_most, SCALE_TIMEOUT)
{
	uint32_t got[2 * OVER_A_PAGE];
	unsigned int i;

	connect_many(_metadata, self, OVER_A_PAGE);
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	EXPECT_EQ(4096, ev_read(self->other, got, sizeof(got)));
	EXPECT_EQ((OVER_A_PAGE - 1024) * 4,
		  ev_read(self->other, got + 1024, sizeof(got) - 4096));
	for (i = 0; i < OVER_A_PAGE; i++) {
		ASSERT_EQ(pairs[i].b, got[i])
			TH_LOG("round %u", i);
	}
	/* All of them but what is beyond a page are given back. */
	EXPECT_EQ(4096, ev_write(self->other, got, OVER_A_PAGE * 4));
	for (i = 0; i < OVER_A_PAGE; i++) {
		ASSERT_EQ(0, ev_notify(self->fd, pairs[i].a));
		ev_settle();
	}
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(4096, ev_read(self->other, got, sizeof(got)));
	EXPECT_QUIET(self->other);
}

static uint32_t highest_port(unsigned int n)
{
	uint32_t highest = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (pairs[i].a > highest)
			highest = pairs[i].a;
		if (pairs[i].b > highest)
			highest = pairs[i].b;
	}
	return highest;
}

TEST_F_TIMEOUT(evtchn, close__thousand_ports, SCALE_TIMEOUT)
{
	int open = ports_open(self->xen);
	uint32_t before;
	uint64_t begin;
	unsigned int i;
	int round;

	connect_many(_metadata, self, MANY);
	before = highest_port(MANY);
	for (round = 0; round < 2; round++) {
		begin = now_us();
		close(self->other);
		print_rate("close of connected ports", MANY, begin);
		for (i = 0; i < MANY; i++) {
			ASSERT_EQ(EVTCHNSTAT_closed,
				  port_state(self->xen, pairs[i].b));
			ASSERT_EQ(EVTCHNSTAT_unbound,
				  port_state(self->xen, pairs[i].a));
		}
		begin = now_us();
		close(self->fd);
		print_rate("close of waiting ports", MANY, begin);
		for (i = 0; i < MANY; i++) {
			ASSERT_EQ(EVTCHNSTAT_closed,
				  port_state(self->xen, pairs[i].a));
		}
		EXPECT_EQ(open, ports_open(self->xen));

		/* The same numbers serve again. */
		self->fd = ev_open(O_RDWR);
		self->other = ev_open(O_RDWR);
		connect_many(_metadata, self, MANY);
		EXPECT_GE(before + 64, highest_port(MANY));
	}
}

TEST_F_TIMEOUT(evtchn, unbind__thousand_ports_in_any_order, SCALE_TIMEOUT)
{
	uint64_t begin;
	unsigned int i, n;

	connect_many(_metadata, self, MANY);
	begin = now_us();
	/* 7 and 1000 have no common divisor: all are met once. */
	for (i = 0, n = 0; i < MANY; i++, n = (n + 7) % MANY) {
		ASSERT_EQ(0, ev_unbind(self->other, pairs[n].b));
		ASSERT_EQ(-ENOTCONN, ev_notify(self->other, pairs[n].b));
		ASSERT_EQ(0, ev_unbind(self->fd, pairs[n].a));
	}
	print_rate("unbind of a channel, both ends", MANY, begin);
	for (i = 0; i < MANY; i++) {
		ASSERT_EQ(EVTCHNSTAT_closed,
			  port_state(self->xen, pairs[i].a));
	}
}
