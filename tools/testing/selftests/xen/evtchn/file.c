// SPDX-License-Identifier: GPL-2.0-only
/*
 * The open file: its ports live exactly as long as it, whoever holds it, and
 * it does what a character device without more operations does.
 */

TEST_F(evtchn, open__files_are_independent)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->fd);

	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	ASSERT_LT(0, ev_wait(self->fd, SOON_MS));
	EXPECT_QUIET(self->other);
	EXPECT_EQ(-ENOTCONN, ev_notify(self->other, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->fd));
}

TEST_F(evtchn, open__access_modes)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	unsigned int i;
	int fd;

	/* The ioctls need neither reading nor writing. */
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		fd = ev_open(modes[i]);
		ASSERT_LE(0, fd);
		ASSERT_PORT(ev_bind_unbound(fd, DOM_HERE));
		close(fd);
	}
}

TEST_F(evtchn, open__many_times)
{
	int open = ports_open(self->xen);
	int i, fd;

	for (i = 0; i < 500; i++) {
		fd = ev_open(O_RDWR);
		ASSERT_LE(0, fd);
		if (i % 10 == 0)
			ASSERT_PORT(ev_bind_unbound(fd, DOM_HERE));
		close(fd);
	}
	EXPECT_EQ(open, ports_open(self->xen));
}

TEST_F(evtchn, close__closes_the_ports)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	int waiting, virq_port;
	uint32_t virq;

	waiting = ASSERT_PORT(ev_bind_unbound(self->other, DOM_HERE));
	virq_port = ASSERT_PORT(ev_bind_free_virq(self->other, &virq));
	close_file(&self->other);
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.b));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, waiting));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, virq_port));
	EXPECT_EQ(EVTCHNSTAT_unbound, port_state(self->xen, pair.a));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
}

TEST_F(evtchn, close__with_events_in_every_state)
{
	struct ev_pair queued, masked, waiting;

	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &masked));
	ASSERT_EQ((int)masked.b, ev_next(self->other));
	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &waiting));
	ASSERT_EQ((int)waiting.b, ev_next(self->other));
	ASSERT_EQ(0, ev_notify(self->fd, waiting.a));
	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &queued));
	close_file(&self->other);
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, masked.b));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, waiting.b));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, queued.b));
}

TEST_F(evtchn, dup__shares_everything)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	int copy = dup(self->other);

	ASSERT_LE(0, copy);
	close_file(&self->other);
	EXPECT_EQ(EVTCHNSTAT_interdomain, port_state(self->xen, pair.b));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(copy));
	EXPECT_EQ(0, ev_notify(copy, pair.b));
	EXPECT_EQ((int)pair.a, ev_take(self->fd));
	close(copy);
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.b));
}

struct heir {
	int fd;
	uint32_t port;
};

/* Answer one event on the inherited file. */
static int answer_event(void *arg)
{
	struct heir *heir = arg;

	if (ev_take(heir->fd) != (int)heir->port)
		return 1;
	return ev_notify(heir->fd, heir->port) ? 2 : 0;
}

TEST_F(evtchn, fork__child_uses_the_file)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	struct heir heir = { self->other, pair.b };
	pid_t pid = child_start(answer_event, &heir);

	ASSERT_LT(0, pid);
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.a, ev_take(self->fd));
	EXPECT_EQ(0, child_wait(pid, SOON_MS));
}

TEST_F(evtchn, fork__exit_of_the_child_closes_nothing)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	struct heir heir = { self->other, pair.b };

	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	ASSERT_EQ(0, child_run(answer_event, &heir));
	EXPECT_EQ((int)pair.a, ev_take(self->fd));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}

/* Told about its ports through a pipe, then killed. */
static int bind_and_hang(void *arg)
{
	int pipe_fd = *(int *)arg;
	int fd = ev_open(O_RDWR);
	struct ev_pair pair;

	if (fd < 0 || ev_pair_queued(fd, fd, &pair))
		return 1;
	if (write(pipe_fd, &pair, sizeof(pair)) != sizeof(pair))
		return 2;
	for (;;)
		pause();
}

TEST_F(evtchn, close__by_a_signal)
{
	struct ev_pair pair;
	int fds[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(fds));
	pid = child_start(bind_and_hang, &fds[1]);
	ASSERT_LT(0, pid);
	close(fds[1]);
	ASSERT_EQ((ssize_t)sizeof(pair), read(fds[0], &pair, sizeof(pair)));
	EXPECT_EQ(EVTCHNSTAT_interdomain, port_state(self->xen, pair.a));
	kill(pid, SIGKILL);
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.a));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.b));
}

TEST_F(evtchn, lseek__is_espipe)
{
	static const int whence[] = { SEEK_SET, SEEK_CUR, SEEK_END };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(whence); i++) {
		EXPECT_EQ(-1, lseek(self->fd, 0, whence[i]));
		EXPECT_EQ(ESPIPE, errno);
	}
}

TEST_F(evtchn, pread__is_espipe)
{
	uint32_t port = 0;

	EXPECT_EQ(-1, pread(self->fd, &port, sizeof(port), 0));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, pwrite(self->fd, &port, sizeof(port), 0));
	EXPECT_EQ(ESPIPE, errno);
}

TEST_F(evtchn, mmap__is_enodev)
{
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED,
				   self->fd, 0));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_PRIVATE,
				   self->fd, 0));
	EXPECT_EQ(ENODEV, errno);
}
