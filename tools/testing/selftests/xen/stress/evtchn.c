// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels: three files, whose numbers get other files behind them now
 * and then, and a table of ports from which everybody takes and guesses.
 */

#define EVTCHN_FILES	3
#define EVTCHN_PORTS	48

struct evtchn_stress {
	int fd[EVTCHN_FILES];
	atomic_uint port[EVTCHN_PORTS];
};

static const int bind_errors[] = { ENOSPC, ENOMEM, EEXIST, EINVAL, 0 };
static const int port_errors[] = { ENOTCONN, 0 };
static const int unbind_errors[] = { ENOTCONN, EINVAL, 0 };
static const int static_errors[] = { EISCONN, EBUSY, EINVAL, ENOMEM, 0 };
static const int read_errors[] = { EAGAIN, EFBIG, 0 };

static void expect_result(struct hand *h, const char *what, long ret,
			  const int *errors)
{
	if (!one_of(ret, errors))
		crew_fail(h, what, ret);
}

static uint32_t some_port(struct hand *h, struct evtchn_stress *e)
{
	/* Or one that may be anybody's. */
	return pick(h, 16) ? e->port[pick(h, EVTCHN_PORTS)] : pick(h, 256);
}

/* A new one goes into the table, and what was there is unbound. */
static void keep_port(struct hand *h, struct evtchn_stress *e, int fd, int port)
{
	uint32_t old;

	expect_result(h, "bind", port, bind_errors);
	if (port < 0)
		return;
	old = atomic_exchange(&e->port[pick(h, EVTCHN_PORTS)], port);
	if (old)
		expect_result(h, "UNBIND", ev_unbind(fd, old), unbind_errors);
}

static void stress_bind(struct hand *h, struct evtchn_stress *e, int fd)
{
	uint32_t virq;

	switch (pick(h, 4)) {
	case 0:
		keep_port(h, e, fd, ev_bind_unbound(fd, DOM_HERE));
		break;
	case 1:
		keep_port(h, e, fd, ev_bind_free_virq(fd, &virq));
		break;
	case 2:
		/* One of the kernel's own would be taken from it. */
		expect_result(h, "BIND_STATIC",
			      ev_bind_static(fd, e->port[pick(h, EVTCHN_PORTS)]),
			      static_errors);
		break;
	default:
		keep_port(h, e, fd,
			  ev_bind_interdomain(fd, DOM_HERE, some_port(h, e)));
		break;
	}
}

/* Take events, and give most of them back. */
static void stress_read(struct hand *h, int fd)
{
	uint32_t port[16];
	ssize_t ret;

	ret = ev_read(fd, port, 4 * (1 + pick(h, 16)));
	expect_result(h, "read", ret, read_errors);
	if (ret == -EFBIG)
		ev_reset(fd);
	if (ret > 0 && pick(h, 8))
		expect_result(h, "write", ev_write(fd, port, ret), (int[]){ 0 });
}

/* Another file under the same number: the one that was there is closed. */
static void stress_close(struct hand *h, int fd)
{
	int new = ev_open(O_RDWR | O_NONBLOCK);

	if (new < 0) {
		crew_fail(h, "open", new);
		return;
	}
	dup2(new, fd);
	close(new);
}

static void stress_restricted(struct hand *h, struct evtchn_stress *e)
{
	int fd = ev_open(O_RDWR);
	int port = ev_bind_unbound(fd, DOM_HERE);

	ev_restrict(fd, 1);
	if (ev_bind_unbound(fd, DOM_HERE) != -EACCES)
		crew_fail(h, "a restricted file binds", port);
	ev_bind_interdomain(e->fd[0], DOM_HERE, port);
	close(fd);
}

static void evtchn_act(struct hand *h, void *arg)
{
	struct evtchn_stress *e = arg;
	int fd = e->fd[pick(h, EVTCHN_FILES)];
	uint32_t port = some_port(h, e);
	unsigned int kind = pick(h, 64);

	if (kind < 14)
		stress_bind(h, e, fd);
	else if (kind < 20)
		expect_result(h, "UNBIND", ev_unbind(fd, port), unbind_errors);
	else if (kind < 40)
		expect_result(h, "NOTIFY", ev_notify(fd, port), port_errors);
	else if (kind < 54)
		stress_read(h, fd);
	else if (kind < 58)
		expect_result(h, "write", ev_unmask(fd, port), (int[]){ 0 });
	else if (kind < 60)
		ev_wait(fd, 1);
	else if (kind < 61)
		stress_close(h, fd);
	else if (kind < 62)
		stress_restricted(h, e);
	else if (kind < 63)
		crew_fork(h, evtchn_act, arg);
	else
		ev_reset(fd);
}

/* The last file of a child may be closed when nobody waits for it any more. */
static int ports_open_soon(int xen, int expected)
{
	uint64_t end = now_us() + SOON_MS * 1000ULL;
	int open;

	while ((open = ports_open(xen)) != expected && now_us() < end)
		sleep_ms(50);
	return open;
}

TEST_STRESS(evtchn__by_threads_and_processes)
{
	struct evtchn_stress *e = shared_alloc(sizeof(*e));
	int before = ports_open(self->xen);
	unsigned int i;

	ASSERT_NE(NULL, e);
	while (another_round(self)) {
		for (i = 0; i < EVTCHN_FILES; i++) {
			e->fd[i] = ev_open(O_RDWR | O_NONBLOCK);
			ASSERT_LE(0, e->fd[i]);
		}
		RUN_CREW(THREADS, PROCESSES, evtchn_act, e);
		for (i = 0; i < EVTCHN_FILES; i++)
			close(e->fd[i]);
		ASSERT_EQ(before, ports_open_soon(self->xen, before))
			TH_LOG("round %u: ports are left over", self->rounds);
	}
	EXPECT_MEMORY();
}
