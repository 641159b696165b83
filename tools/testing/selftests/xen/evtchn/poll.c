// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll() and its relatives, and SIGIO: readable exactly while something is
 * queued, writable always; whoever waits is woken.
 */

#define POLL_IDLE	(POLLOUT | POLLWRNORM)
#define POLL_EVENT	(POLL_IDLE | POLLIN | POLLRDNORM)

TEST_F(evtchn, poll__always_writable)
{
	EXPECT_EQ(POLL_IDLE, ev_poll(self->fd));
	ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	EXPECT_EQ(POLL_IDLE, ev_poll(self->fd));
}

TEST_F(evtchn, poll__readable_while_queued)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	EXPECT_EQ(POLL_IDLE, ev_poll(self->other));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	EXPECT_EQ(POLL_EVENT, ev_poll(self->other));
	EXPECT_EQ(POLL_IDLE, ev_poll(self->fd));
	EXPECT_EQ((int)pair.b, ev_next(self->other));
	EXPECT_EQ(POLL_IDLE, ev_poll(self->other));
	EXPECT_EQ(0, ev_unmask(self->other, pair.b));
	EXPECT_EQ(POLL_IDLE, ev_poll(self->other));
}

TEST_F(evtchn, poll__wakes_up)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	struct late_notifier late = { self->fd, pair.a };
	uint64_t begin = now_us();
	pid_t pid;

	pid = child_start(notify_late, &late);
	ASSERT_LT(0, pid);
	EXPECT_EQ(POLLIN, ev_wait(self->other, SOON_MS));
	EXPECT_LE(100000u, now_us() - begin);
	EXPECT_EQ(0, child_wait(pid, SOON_MS));
}

TEST_F(evtchn, poll__select)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	struct timeval soon = { .tv_sec = SOON_MS / 1000 };
	struct timeval now = {};
	fd_set readable;

	FD_ZERO(&readable);
	FD_SET(self->other, &readable);
	EXPECT_EQ(0, select(self->other + 1, &readable, NULL, NULL, &now));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	FD_SET(self->other, &readable);
	EXPECT_EQ(1, select(self->other + 1, &readable, NULL, NULL, &soon));
}

static int epoll_for(struct __test_metadata *_metadata, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };
	int epfd = epoll_create1(EPOLL_CLOEXEC);

	ASSERT_LE(0, epfd);
	ASSERT_EQ(0, epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
	return epfd;
}

TEST_F(evtchn, poll__epoll_level)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	int epfd = epoll_for(_metadata, self->other, EPOLLIN);
	struct epoll_event got;

	EXPECT_EQ(0, epoll_wait(epfd, &got, 1, 0));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ(1, epoll_wait(epfd, &got, 1, SOON_MS));
	EXPECT_EQ(1, epoll_wait(epfd, &got, 1, 0));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_EQ(0, epoll_wait(epfd, &got, 1, QUIET_MS));
	close(epfd);
}

/* Each event on an empty queue is an edge. */
TEST_F(evtchn, poll__epoll_edge)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	int epfd = epoll_for(_metadata, self->other, EPOLLIN | EPOLLET);
	struct epoll_event got;
	int i;

	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, ev_notify(self->fd, pair.a));
		EXPECT_EQ(1, epoll_wait(epfd, &got, 1, SOON_MS));
		EXPECT_EQ(0, epoll_wait(epfd, &got, 1, 0));
		EXPECT_EQ((int)pair.b, ev_take(self->other));
	}
	close(epfd);
}

static int wait_sigio(unsigned int ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L,
	};
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	do {
		sig = sigtimedwait(&set, NULL, &ts);
	} while (sig < 0 && errno == EINTR);
	return sig;
}

static void want_sigio(struct __test_metadata *_metadata, int fd)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	ASSERT_EQ(0, sigprocmask(SIG_BLOCK, &set, NULL));
	ASSERT_EQ(0, fcntl(fd, F_SETOWN, getpid()));
	ASSERT_EQ(0, fcntl(fd, F_SETFL, O_ASYNC));
}

TEST_F(evtchn, fasync__event_sends_sigio)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	int i;

	want_sigio(_metadata, self->other);
	EXPECT_EQ(-1, wait_sigio(QUIET_MS));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, ev_notify(self->fd, pair.a));
		EXPECT_EQ(SIGIO, wait_sigio(SOON_MS));
		EXPECT_EQ((int)pair.b, ev_take(self->other));
	}
	EXPECT_EQ(-1, wait_sigio(QUIET_MS));
}

TEST_F(evtchn, fasync__can_be_taken_back)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	want_sigio(_metadata, self->other);
	ASSERT_EQ(0, fcntl(self->other, F_SETFL, 0));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_EQ(-1, wait_sigio(QUIET_MS));
}

TEST_F(evtchn, fasync__close_while_asked_for)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	want_sigio(_metadata, self->other);
	close_file(&self->other);
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ(-1, wait_sigio(QUIET_MS));
}
