// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads and processes on one file: an operation either happened
 * before another or after it, each event goes to one reader, and no port is
 * lost or closed for someone else.
 */

#define STRESS_TIMEOUT	300
#define BINDS		(getenv("XEN_TEST_QUICK") ? 250 : 1000)

struct worker {
	pthread_t thread;
	int fd;
	uint32_t port;
	/* Set by the main thread. */
	atomic_bool stop;
	/* Set by the worker. */
	atomic_uint done;
	atomic_int error;
};

static void worker_start(struct __test_metadata *_metadata, struct worker *w,
			 void *(*fn)(void *arg))
{
	ASSERT_EQ(0, pthread_create(&w->thread, NULL, fn, w));
}

static void worker_stop(struct worker *w)
{
	w->stop = true;
	pthread_join(w->thread, NULL);
}

static void *notify_forever(void *arg)
{
	struct worker *w = arg;
	int ret;

	while (!w->stop) {
		ret = ev_notify(w->fd, w->port);
		if (ret)
			w->error = ret;
		w->done++;
	}
	return NULL;
}

TEST_F_TIMEOUT(evtchn, notify__two_threads_while_a_third_binds, STRESS_TIMEOUT)
{
	struct worker workers[2] = {};
	struct ev_pair pair[2];
	int open, port, i;

	for (i = 0; i < 2; i++) {
		pair[i] = ASSERT_PAIR(self->fd, self->other);
		workers[i].fd = self->fd;
		workers[i].port = pair[i].a;
	}
	open = ports_open(self->xen);
	for (i = 0; i < 2; i++)
		worker_start(_metadata, &workers[i], notify_forever);
	for (i = 0; i < BINDS; i++) {
		port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
		ASSERT_EQ(0, ev_notify(self->fd, port));
		ASSERT_EQ(0, ev_unbind(self->fd, port));
	}
	for (i = 0; i < 2; i++) {
		worker_stop(&workers[i]);
		EXPECT_EQ(0, workers[i].error);
		ksft_print_msg("thread %d notified %u times\n", i,
			       (unsigned int)workers[i].done);
	}
	EXPECT_EQ(open, ports_open(self->xen));

	/* Whatever waits now, each channel works. */
	ASSERT_EQ(0, ev_reset(self->other));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, ev_unmask(self->other, pair[i].b));
		ASSERT_EQ(0, ev_notify(self->fd, pair[i].a));
		EXPECT_EQ((int)pair[i].b, ev_take(self->other));
		while (ev_wait(self->other, QUIET_MS)) {
			ASSERT_EQ((int)pair[i].b, ev_take(self->other))
				TH_LOG("channel %d", i);
		}
	}
}

/* The number changes hands while it is used. */
static void *notify_if_bound(void *arg)
{
	struct worker *w = arg;
	int ret;

	while (!w->stop) {
		ret = ev_notify(w->fd, w->port);
		if (ret && ret != -ENOTCONN)
			w->error = ret;
		ret = ev_unmask(w->fd, w->port);
		if (ret)
			w->error = ret;
		w->done++;
	}
	return NULL;
}

TEST_F_TIMEOUT(evtchn, unbind__while_the_port_is_used, STRESS_TIMEOUT)
{
	struct worker worker = { .fd = self->fd };
	int open = ports_open(self->xen);
	struct ev_pair pair;
	int i;

	ASSERT_EQ(0, ev_pair_queued(self->fd, self->fd, &pair));
	worker.port = pair.b;
	worker_start(_metadata, &worker, notify_if_bound);
	for (i = 0; i < BINDS; i++) {
		ASSERT_EQ(0, ev_unbind(self->fd, pair.b));
		ASSERT_EQ(0, ev_unbind(self->fd, pair.a));
		ASSERT_EQ(0, ev_pair_queued(self->fd, self->fd, &pair));
	}
	worker_stop(&worker);
	EXPECT_EQ(0, worker.error);
	ASSERT_EQ(0, ev_unbind(self->fd, pair.b));
	ASSERT_EQ(0, ev_unbind(self->fd, pair.a));
	EXPECT_EQ(open, ports_open(self->xen));
}

/* Both try to unbind the same port: one of them does. */
static void *unbind_given(void *arg)
{
	struct worker *w = arg;

	w->error = ev_unbind(w->fd, w->port);
	return NULL;
}

TEST_F_TIMEOUT(evtchn, unbind__one_of_two_threads_wins, STRESS_TIMEOUT)
{
	struct worker worker = { .fd = self->fd };
	int i, ret;

	for (i = 0; i < 200; i++) {
		worker.port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
		worker_start(_metadata, &worker, unbind_given);
		ret = ev_unbind(self->fd, worker.port);
		pthread_join(worker.thread, NULL);
		ASSERT_EQ(-ENOTCONN, ret + worker.error)
			TH_LOG("round %d: %d and %d", i, ret, worker.error);
	}
}

/* Read single events, give them back, count them. */
static void *read_forever(void *arg)
{
	struct worker *w = arg;
	uint32_t port;
	ssize_t ret;

	while (!w->stop) {
		ret = ev_wait(w->fd, 10);
		if (ret <= 0)
			continue;
		ret = ev_read(w->fd, &port, sizeof(port));
		/* The other reader was faster. */
		if (ret == -EAGAIN)
			continue;
		if (ret == sizeof(port))
			ret = ev_unmask(w->fd, port);
		if (ret)
			w->error = ret;
		w->done++;
	}
	return NULL;
}

TEST_F_TIMEOUT(evtchn, read__each_event_to_one_of_two_readers, STRESS_TIMEOUT)
{
	struct worker workers[2] = {};
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	unsigned int sent;
	uint64_t end;
	int i;

	ASSERT_EQ(0, fcntl(self->other, F_SETFL, O_NONBLOCK));
	for (i = 0; i < 2; i++) {
		workers[i].fd = self->other;
		worker_start(_metadata, &workers[i], read_forever);
	}
	for (sent = 1; sent <= 2000; sent++) {
		ASSERT_EQ(0, ev_notify(self->fd, pair.a));
		end = now_us() + SOON_MS * 1000ULL;
		while (workers[0].done + workers[1].done < sent) {
			sched_yield();
			ASSERT_GT(end, now_us())
				TH_LOG("event %u was lost", sent);
		}
	}
	for (i = 0; i < 2; i++) {
		worker_stop(&workers[i]);
		EXPECT_EQ(0, workers[i].error);
	}
	EXPECT_EQ(2000u, workers[0].done + workers[1].done);
	EXPECT_QUIET(self->other);
}

static void *read_once(void *arg)
{
	struct worker *w = arg;
	uint32_t port = 0;

	w->error = ev_read(w->fd, &port, sizeof(port));
	w->port = port;
	return NULL;
}

/* The reader has the file, though its number is gone. */
TEST_F(evtchn, close__while_a_reader_waits)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	struct worker worker = { .fd = self->other };
	int i;

	for (i = 0; i < 5; i++) {
		worker.fd = self->other;
		worker_start(_metadata, &worker, read_once);
		sleep_ms(50);
		close_file(&self->other);
		EXPECT_EQ(EVTCHNSTAT_interdomain,
			  port_state(self->xen, pair.b));
		EXPECT_EQ(0, ev_notify(self->fd, pair.a));
		pthread_join(worker.thread, NULL);
		EXPECT_EQ(4, worker.error);
		EXPECT_EQ(pair.b, worker.port);
		EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.b));
		self->other = ev_open(O_RDWR);
		pair = ASSERT_PAIR(self->fd, self->other);
	}
}

static void on_signal(int sig)
{
	(void)sig;
}

TEST_F(evtchn, close__while_a_reader_waits_for_a_signal)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	struct worker worker = { .fd = self->other };

	ASSERT_EQ(0, sigaction(SIGUSR1, &sa, NULL));
	worker_start(_metadata, &worker, read_once);
	sleep_ms(50);
	close_file(&self->other);
	pthread_kill(worker.thread, SIGUSR1);
	pthread_join(worker.thread, NULL);
	EXPECT_EQ(-EINTR, worker.error);
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.b));
}

/* Bind and unbind, of one's own file. */
static int bind_often(void *unused)
{
	struct ev_pair pair;
	int fd, i;

	(void)unused;
	fd = ev_open(O_RDWR);
	if (fd < 0)
		return 1;
	for (i = 0; i < BINDS / 2; i++) {
		if (ev_pair(fd, fd, &pair) || ev_notify(fd, pair.a))
			return 2;
		if (ev_take(fd) != (int)pair.b)
			return 3;
		if (ev_unbind(fd, pair.a) || ev_unbind(fd, pair.b))
			return 4;
		if (i % 50)
			continue;
		close(fd);
		fd = ev_open(O_RDWR);
	}
	return 0;
}

TEST_F_TIMEOUT(evtchn, open__processes_bind_at_the_same_time, STRESS_TIMEOUT)
{
	int open = ports_open(self->xen);
	pid_t pid[4];
	int i;

	for (i = 0; i < 4; i++) {
		pid[i] = child_start(bind_often, NULL);
		ASSERT_LT(0, pid[i]);
	}
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, child_wait(pid[i], 55000))
			TH_LOG("round %d", i);
	}
	EXPECT_EQ(open, ports_open(self->xen));
}
