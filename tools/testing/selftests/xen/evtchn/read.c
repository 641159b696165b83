// SPDX-License-Identifier: GPL-2.0-only
/*
 * read(): ports in the order in which they fired, each once, as many as fit;
 * when it waits, what ends the wait; a failure loses nothing.
 */

/* Several channels from one file to another. */
#define FEW	5

static void make_few(struct __test_metadata *_metadata,
		     struct evtchn_fixture *self, struct ev_pair few[FEW])
{
	int i;

	for (i = 0; i < FEW; i++)
		few[i] = ASSERT_PAIR(self->fd, self->other);
}

/* Fire one after the other. */
static void fire(struct __test_metadata *_metadata,
		 struct evtchn_fixture *self, const struct ev_pair *few,
		 const int *order, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, ev_notify(self->fd, few[order[i]].a));
		ASSERT_LT(0, ev_wait(self->other, SOON_MS));
		ev_settle();
	}
}

TEST_F(evtchn, read__short_count_is_0)
{
	struct ev_pair few[FEW];
	static const int order[] = { 0 };
	uint32_t buf;
	size_t count;

	/* On an empty queue, of a file that blocks, at no address at all. */
	for (count = 0; count < sizeof(buf); count++) {
		EXPECT_EQ(0, ev_read(self->other, &buf, count));
		EXPECT_EQ(0, ev_read(self->other, NULL, count));
	}
	make_few(_metadata, self, few);
	fire(_metadata, self, few, order, 1);
	for (count = 0; count < sizeof(buf); count++) {
		EXPECT_EQ(0, ev_read(self->other, &buf, count))
			TH_LOG("count %zu", count);
	}
	EXPECT_EQ((int)few[0].b, ev_take(self->other));
}

TEST_F(evtchn, read__count_is_rounded_down)
{
	static const int order[] = { 0, 1, 2 };
	unsigned char buf[12];
	struct ev_pair few[FEW];
	size_t count;

	make_few(_metadata, self, few);
	fire(_metadata, self, few, order, 3);
	memset(buf, 0xaa, sizeof(buf));
	EXPECT_EQ(4, ev_read(self->other, buf, 7));
	EXPECT_EQ(0, memcmp(buf, &few[0].b, 4));
	for (count = 4; count < sizeof(buf); count++) {
		EXPECT_EQ(0xaa, buf[count])
			TH_LOG("count %zu", count);
	}
	EXPECT_EQ(8, ev_read(self->other, buf, 11));
	EXPECT_EQ(0, memcmp(buf, &few[1].b, 4));
	EXPECT_EQ(0, memcmp(buf + 4, &few[2].b, 4));
}

TEST_F(evtchn, read__odd_address)
{
	static const int order[] = { 0, 1 };
	unsigned char buf[16];
	struct ev_pair few[FEW];

	make_few(_metadata, self, few);
	fire(_metadata, self, few, order, 2);
	EXPECT_EQ(8, ev_read(self->other, buf + 1, 8));
	EXPECT_EQ(0, memcmp(buf + 1, &few[0].b, 4));
	EXPECT_EQ(0, memcmp(buf + 5, &few[1].b, 4));
}

TEST_F(evtchn, read__takes_what_is_there)
{
	static const int order[] = { 3, 1 };
	uint32_t buf[1024];
	struct ev_pair few[FEW];

	make_few(_metadata, self, few);
	fire(_metadata, self, few, order, 2);
	EXPECT_EQ(8, ev_read(self->other, buf, sizeof(buf)));
	EXPECT_EQ(few[3].b, buf[0]);
	EXPECT_EQ(few[1].b, buf[1]);
}

TEST_F(evtchn, read__leaves_what_does_not_fit)
{
	static const int order[] = { 2, 0, 4, 1, 3 };
	uint32_t buf[FEW];
	struct ev_pair few[FEW];
	int i;

	make_few(_metadata, self, few);
	fire(_metadata, self, few, order, FEW);
	EXPECT_EQ(4, ev_read(self->other, buf, 4));
	EXPECT_EQ(8, ev_read(self->other, buf + 1, 8));
	EXPECT_EQ(8, ev_read(self->other, buf + 3, 1000));
	for (i = 0; i < FEW; i++) {
		EXPECT_EQ(few[order[i]].b, buf[i])
			TH_LOG("event %d", i);
	}
	EXPECT_QUIET(self->other);
}

/* Often enough that the ring wraps in the middle of a read. */
TEST_F(evtchn, read__order_is_kept_when_the_ring_wraps)
{
	uint32_t buf[FEW];
	struct ev_pair few[FEW];
	int round, i, want;

	make_few(_metadata, self, few);
	for (round = 0; round < 60; round++) {
		for (i = 0; i < FEW; i++) {
			want = (round + i) % FEW;
			ASSERT_EQ(0, ev_notify(self->fd, few[want].a));
			ev_settle();
		}
		for (i = 0; i < FEW; i++) {
			want = (round + i) % FEW;
			ASSERT_EQ((int)few[want].b, ev_next(self->other))
				TH_LOG("round %d, event %d", round, i);
			buf[i] = few[want].b;
		}
		ASSERT_EQ((ssize_t)sizeof(buf),
			  ev_write(self->other, buf, sizeof(buf)));
	}
}

TEST_F(evtchn, read__several_at_once_when_the_ring_wraps)
{
	uint32_t buf[FEW];
	struct ev_pair few[FEW];
	int round, i;

	make_few(_metadata, self, few);
	for (round = 0; round < 60; round++) {
		for (i = 0; i < FEW; i++) {
			ASSERT_EQ(0, ev_notify(self->fd, few[i].a));
			ev_settle();
		}
		ASSERT_EQ((ssize_t)sizeof(buf),
			  ev_read(self->other, buf, sizeof(buf)));
		for (i = 0; i < FEW; i++) {
			ASSERT_EQ(few[i].b, buf[i])
				TH_LOG("round %d, event %d", round, i);
		}
		ASSERT_EQ((ssize_t)sizeof(buf),
			  ev_write(self->other, buf, sizeof(buf)));
	}
}

TEST_F(evtchn, read__empty_is_eagain)
{
	uint32_t port;
	int fd;

	fd = ev_open(O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EAGAIN, ev_read(fd, &port, sizeof(port)));
	EXPECT_EQ(-EAGAIN, ev_read(fd, NULL, sizeof(port)));
	close(fd);

	/* The flag can be set later. */
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, ev_read(self->fd, &port, sizeof(port)));
}

TEST_F(evtchn, read__bad_pointer)
{
	static const int order[] = { 0, 1 };
	struct bad_pointer bad[BAD_POINTERS];
	struct ev_pair few[FEW];
	unsigned int i;

	make_few(_metadata, self, few);
	fire(_metadata, self, few, order, 2);
	ASSERT_EQ(0, bad_pointers(bad, 4));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, ev_read(self->other, (void *)bad[i].addr, 4))
			TH_LOG("%s", bad[i].name);
	}
	EXPECT_EQ((int)few[0].b, ev_take(self->other));
	EXPECT_EQ((int)few[1].b, ev_take(self->other));
}

/* Even those that could be copied are still in the queue. */
TEST_F(evtchn, read__fault_loses_nothing)
{
	static const int order[] = { 4, 3, 2 };
	struct ev_pair few[FEW];
	char *hole = before_a_hole();
	int i;

	ASSERT_NE(NULL, hole);
	make_few(_metadata, self, few);
	fire(_metadata, self, few, order, 3);
	for (i = 0; i < 12; i++) {
		EXPECT_EQ(-EFAULT, ev_read(self->other, hole - i, 12))
			TH_LOG("round %d", i);
	}
	EXPECT_EQ(12, ev_read(self->other, hole - 12, 4096));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, memcmp(hole - 12 + 4 * i, &few[order[i]].b, 4))
			TH_LOG("round %d", i);
	}
}

/* A buffer that cannot be written is no error while there is no event. */
TEST_F(evtchn, read__read_only_memory)
{
	static const int order[] = { 0 };
	struct ev_pair few[FEW];
	void *page;

	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	make_few(_metadata, self, few);
	fire(_metadata, self, few, order, 1);
	EXPECT_EQ(-EFAULT, ev_read(self->other, page, 4));
	EXPECT_EQ((int)few[0].b, ev_take(self->other));
}

TEST_F(evtchn, read__port_that_was_unbound_meanwhile)
{
	struct ev_pair pair;

	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pair));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	ASSERT_EQ(0, ev_unbind(self->other, pair.b));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, read__write_only_file_is_ebadf)
{
	int fd = ev_open(O_WRONLY);
	uint32_t port;

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EBADF, ev_read(fd, &port, sizeof(port)));
	close(fd);
}

struct late_notifier {
	int fd;
	uint32_t port;
};

static int notify_late(void *arg)
{
	struct late_notifier *late = arg;

	sleep_ms(300);
	return ev_notify(late->fd, late->port) ? 1 : 0;
}

TEST_F(evtchn, read__waits_for_an_event)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	struct late_notifier late = { self->fd, pair.a };
	uint64_t begin = now_us();
	uint32_t port;
	pid_t pid;

	pid = child_start(notify_late, &late);
	ASSERT_LT(0, pid);
	EXPECT_EQ(4, ev_read(self->other, &port, sizeof(port)));
	EXPECT_EQ(pair.b, port);
	EXPECT_LE(100000u, now_us() - begin);
	EXPECT_EQ(0, child_wait(pid, SOON_MS));
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void alarm_after(unsigned int ms, int flags)
{
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = flags };
	struct itimerval timer = { .it_value.tv_usec = ms * 1000 };

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

TEST_F(evtchn, read__signal_is_eintr)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	uint32_t port;

	alarm_after(200, 0);
	EXPECT_EQ(-EINTR, ev_read(self->other, &port, sizeof(port)));
	/* And nothing is broken. */
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}

TEST_F(evtchn, read__signal_restarts_when_asked)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	struct late_notifier late = { self->fd, pair.a };
	uint32_t port;
	pid_t pid;

	pid = child_start(notify_late, &late);
	ASSERT_LT(0, pid);
	alarm_after(100, SA_RESTART);
	EXPECT_EQ(4, ev_read(self->other, &port, sizeof(port)));
	EXPECT_EQ(pair.b, port);
	EXPECT_EQ(0, child_wait(pid, SOON_MS));
}
