// SPDX-License-Identifier: GPL-2.0-only
/*
 * BIND_STATIC: takes over a port that exists and belongs to nobody, and leaves
 * it open; takes none that belongs to the kernel or to another file, and none
 * that a restricted file may not have.
 *
 * The ports are made by hypercalls past the driver. One that was bound is not
 * closed again by the test: nobody does that to a static port, and the kernel
 * may still have an IRQ for the number when Xen gives it out again. The case
 * that does so is the last.
 */

/* A port that waits for @remote, made behind the driver's back. */
#define ASSERT_STATIC(remote)	ASSERT_PORT(port_alloc(self->xen, remote))

/* Two such ports, connected. An event waits at the second end. */
static struct ev_pair static_pair(struct __test_metadata *_metadata,
				  struct evtchn_fixture *self)
{
	struct ev_pair pair;

	pair.a = ASSERT_STATIC(DOM_HERE);
	pair.b = ASSERT_PORT(port_connect(self->xen, DOM_HERE, pair.a));
	return pair;
}

/* A port that no file is going to get: closed at the end. */
static int forbidden(struct __test_metadata *_metadata,
		     struct evtchn_fixture *self, int port)
{
	ASSERT_LT(0, port);
	ASSERT_GT(RAW_PORTS, self->nr_raw);
	self->raw[self->nr_raw++] = port;
	return port;
}

TEST_F(evtchn, bind_static__returns_0)
{
	int port = ASSERT_STATIC(DOM_HERE);
	int open = ports_open(self->xen);

	EXPECT_EQ(0, ev_bind_static(self->fd, port));
	EXPECT_EQ(EVTCHNSTAT_unbound, port_state(self->xen, port));
	EXPECT_EQ(0, ev_notify(self->fd, port));
	EXPECT_EQ(open, ports_open(self->xen));
}

TEST_F(evtchn, bind_static__events_flow)
{
	struct ev_pair pair = static_pair(_metadata, self);
	int i;

	ASSERT_EQ(0, ev_bind_static(self->fd, pair.a));
	ASSERT_EQ(0, ev_bind_static(self->other, pair.b));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(0, ev_notify(self->fd, pair.a));
		EXPECT_EQ((int)pair.b, ev_take(self->other));
		EXPECT_EQ(0, ev_notify(self->other, pair.b));
		EXPECT_EQ((int)pair.a, ev_take(self->fd));
	}
	EXPECT_QUIET(self->fd);
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, bind_static__peer_by_the_driver)
{
	int port = ASSERT_STATIC(DOM_HERE);
	int peer;

	ASSERT_EQ(0, ev_bind_static(self->fd, port));
	peer = ASSERT_PORT(ev_bind_interdomain(self->other, DOM_HERE, port));
	EXPECT_EQ(peer, ev_take(self->other));
	EXPECT_EQ(0, ev_notify(self->other, peer));
	EXPECT_EQ(port, ev_take(self->fd));
	EXPECT_EQ(0, ev_notify(self->fd, port));
	EXPECT_EQ(peer, ev_take(self->other));
}

TEST_F(evtchn, bind_static__own_port_is_eisconn)
{
	int port = ASSERT_STATIC(DOM_HERE);
	int dynamic = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));

	ASSERT_EQ(0, ev_bind_static(self->fd, port));
	EXPECT_EQ(-EISCONN, ev_bind_static(self->fd, port));
	EXPECT_EQ(-EISCONN, ev_bind_static(self->fd, dynamic));
	/* And that one did not become static. */
	close_file(&self->fd);
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, dynamic));
	EXPECT_EQ(EVTCHNSTAT_unbound, port_state(self->xen, port));
}

TEST_F(evtchn, bind_static__port_of_another_file_is_ebusy)
{
	struct ev_pair pair;
	int port;

	if (!env_is_ours())
		SKIP(return, "the stock module shares the port, with a WARN");
	pair = ASSERT_PAIR(self->other, self->other);
	port = ASSERT_STATIC(DOM_HERE);
	ASSERT_EQ(0, ev_bind_static(self->other, port));

	EXPECT_EQ(-EBUSY, ev_bind_static(self->fd, port));
	EXPECT_EQ(-EBUSY, ev_bind_static(self->fd, pair.a));
	EXPECT_EQ(-EBUSY, ev_bind_static(self->fd, pair.b));
	EXPECT_EQ(-ENOTCONN, ev_notify(self->fd, port));
	close_file(&self->fd);

	EXPECT_EQ(0, ev_notify(self->other, port));
	EXPECT_EQ(0, ev_notify(self->other, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}

/* VIRQs and IPIs that are open before the test are the kernel's. */
TEST_F(evtchn, bind_static__port_of_the_kernel_is_ebusy)
{
	int open = ports_open(self->xen);
	unsigned int tried = 0;
	uint32_t port;

	if (!env_is_ours())
		SKIP(return, "the stock module shares the IRQ, with a WARN");
	for (port = 1; port < PORT_RANGE; port++) {
		switch (port_state(self->xen, port)) {
		case EVTCHNSTAT_virq:
		case EVTCHNSTAT_ipi:
		case EVTCHNSTAT_pirq:
			EXPECT_EQ(-EBUSY, ev_bind_static(self->fd, port))
				TH_LOG("port %u", port);
			tried++;
		}
	}
	EXPECT_LT(0u, tried);
	close_file(&self->fd);
	EXPECT_EQ(open, ports_open(self->xen));
}

TEST_F(evtchn, bind_static__closed_port_is_einval)
{
	int port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));

	ASSERT_EQ(0, ev_unbind(self->fd, port));
	EXPECT_EQ(-EINVAL, ev_bind_static(self->fd, port));
	EXPECT_EQ(-EINVAL, ev_bind_static(self->fd, port_closed(self->xen)));
}

TEST_F(evtchn, bind_static__no_such_port_is_einval)
{
	static const uint32_t ports[] = {
		PORT_BEYOND, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		EXPECT_EQ(-EINVAL, ev_bind_static(self->fd, ports[i]))
			TH_LOG("port %#x", ports[i]);
	}
}

TEST_F(evtchn, bind_static__unused_number_is_einval)
{
	static const uint32_t ports[] = {
		0, 100000, PORT_BEYOND - 1,
	};
	unsigned int i;

	if (!env_is_ours())
		SKIP(return, "the stock module never lets go of the number");
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		EXPECT_EQ(-EINVAL, ev_bind_static(self->fd, ports[i]))
			TH_LOG("port %u", ports[i]);
	}
	/* The bound that UNBIND checks has not moved. */
	EXPECT_EQ(-EINVAL, ev_unbind(self->fd, PORT_BEYOND - 1));
}

TEST_F(evtchn, bind_static__virq_port_is_einval)
{
	struct evtchn_bind_virq op = {};
	uint32_t virq;
	int port;

	/* One that is free, and then behind the driver's back. */
	port = ASSERT_PORT(ev_bind_free_virq(self->fd, &virq));
	ASSERT_EQ(0, ev_unbind(self->fd, port));
	op.virq = virq;
	ASSERT_EQ(0, hcall2(self->xen, __HYPERVISOR_event_channel_op,
			    EVTCHNOP_bind_virq, (uintptr_t)&op));
	port = forbidden(_metadata, self, op.port);
	EXPECT_EQ(-EINVAL, ev_bind_static(self->fd, port));
}

TEST_F(evtchn, unbind__static_port_stays_open)
{
	struct ev_pair pair = static_pair(_metadata, self);
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, ev_bind_static(self->fd, pair.a));
		EXPECT_EQ(0, ev_unbind(self->fd, pair.a));
		EXPECT_EQ(EVTCHNSTAT_interdomain,
			  port_state(self->xen, pair.a));
		EXPECT_EQ(-ENOTCONN, ev_notify(self->fd, pair.a));
	}
	ASSERT_EQ(0, ev_bind_static(self->other, pair.a));
	EXPECT_EQ(0, port_send(self->xen, pair.b));
	EXPECT_EQ((int)pair.a, ev_take(self->other));
}

TEST_F(evtchn, close__static_port_stays_open)
{
	struct ev_pair pair = static_pair(_metadata, self);

	ASSERT_EQ(0, ev_bind_static(self->fd, pair.a));
	close_file(&self->fd);
	EXPECT_EQ(EVTCHNSTAT_interdomain, port_state(self->xen, pair.a));
	EXPECT_EQ(EVTCHNSTAT_interdomain, port_state(self->xen, pair.b));

	ASSERT_EQ(0, ev_bind_static(self->other, pair.a));
	EXPECT_EQ(0, port_send(self->xen, pair.b));
	EXPECT_EQ((int)pair.a, ev_take(self->other));
}

TEST_F(evtchn, bind_static__event_while_nobody_had_it)
{
	struct ev_pair pair = static_pair(_metadata, self);

	ASSERT_EQ(0, ev_bind_static(self->fd, pair.a));
	close_file(&self->fd);
	EXPECT_EQ(0, port_send(self->xen, pair.b));
	ASSERT_EQ(0, ev_bind_static(self->other, pair.a));
	EXPECT_EQ((int)pair.a, ev_take(self->other));
}

/* The last owner left it masked, which is nothing to the next one. */
TEST_F(evtchn, bind_static__after_an_event_nobody_unmasked)
{
	struct ev_pair pair = static_pair(_metadata, self);

	ASSERT_EQ(0, ev_bind_static(self->fd, pair.a));
	EXPECT_EQ(0, port_send(self->xen, pair.b));
	ASSERT_EQ((int)pair.a, ev_next(self->fd));
	close_file(&self->fd);

	ASSERT_EQ(0, ev_bind_static(self->other, pair.a));
	EXPECT_QUIET(self->other);
	EXPECT_EQ(0, port_send(self->xen, pair.b));
	EXPECT_EQ((int)pair.a, ev_take(self->other));
}

TEST_F(evtchn, bind_static__restricted_file)
{
	struct ev_pair pair = static_pair(_metadata, self);
	const struct {
		const char *name;
		int port;
		int expected;
	} rows[] = {
		{ "for another domain", port_alloc(self->xen, 1), -EACCES },
		{ "for this domain", port_alloc(self->xen, DOM_HERE), -EACCES },
		{ "connected to this domain", pair.a, -EACCES },
		{ "for the domain", port_alloc(self->xen, DOM_NONE), 0 },
	};
	unsigned int i;

	ASSERT_EQ(0, ev_restrict(self->fd, DOM_NONE));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_LT(0, rows[i].port);
		EXPECT_EQ(rows[i].expected,
			  ev_bind_static(self->fd, rows[i].port))
			TH_LOG("%s", rows[i].name);
	}
}

struct static_racer {
	pthread_barrier_t *start;
	int fd;
	uint32_t port;
	int result;
};

static void *static_race(void *arg)
{
	struct static_racer *racer = arg;

	pthread_barrier_wait(racer->start);
	racer->result = ev_bind_static(racer->fd, racer->port);
	return NULL;
}

TEST_F(evtchn, bind_static__one_of_two_files_wins)
{
	struct static_racer racers[2];
	pthread_barrier_t start;
	pthread_t thread;
	int round, port;

	if (!env_is_ours())
		SKIP(return, "the stock module shares the port, with a WARN");
	port = ASSERT_STATIC(DOM_HERE);
	pthread_barrier_init(&start, NULL, 2);
	for (round = 0; round < 100; round++) {
		racers[0] = (struct static_racer){ &start, self->fd, port, 0 };
		racers[1] = (struct static_racer){ &start, self->other, port,
						   0 };
		ASSERT_EQ(0, pthread_create(&thread, NULL, static_race,
					    &racers[0]));
		static_race(&racers[1]);
		pthread_join(thread, NULL);
		ASSERT_EQ(-EBUSY, racers[0].result + racers[1].result)
			TH_LOG("round %d: %d and %d", round, racers[0].result,
			       racers[1].result);
		ASSERT_EQ(0, ev_unbind(racers[!!racers[0].result].fd, port));
	}
}

/*
 * Should the kernel keep something for the number of a static port that was
 * closed in Xen, no bind of the whole domain would succeed from then on: Xen
 * gives out the lowest free number.
 */
TEST_F(evtchn, bind_static__number_of_a_closed_port_is_usable)
{
	struct ev_pair pair = {};
	int port, ret;

	port = ASSERT_STATIC(DOM_HERE);
	ASSERT_EQ(0, ev_bind_static(self->other, port));
	ASSERT_EQ(0, ev_unbind(self->other, port));
	ASSERT_EQ(0, port_close(self->xen, port));

	ret = ev_pair(self->fd, self->other, &pair);
	/* Let nobody else get the number if it is spoilt. */
	if (ret)
		port_alloc(self->xen, DOM_HERE);
	ASSERT_EQ(0, ret);
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_EQ(0, ev_unbind(self->fd, pair.a));
	EXPECT_EQ(0, ev_unbind(self->other, pair.b));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.a));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.b));
}
