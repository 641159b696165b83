// SPDX-License-Identifier: GPL-2.0-only
/*
 * BIND_VIRQ, BIND_UNBOUND_PORT, BIND_INTERDOMAIN: the port that is returned is
 * the one that Xen made, of the right kind and with the right peer; errors are
 * Xen's own; a call that fails leaves no port behind.
 */

TEST_F(evtchn, bind_virq__makes_a_virq_port)
{
	struct evtchn_status status;
	uint32_t virq;
	int port;

	port = ASSERT_PORT(ev_bind_free_virq(self->fd, &virq));
	ASSERT_EQ(0, port_status(self->xen, port, &status));
	EXPECT_EQ(EVTCHNSTAT_virq, (int)status.status);
	EXPECT_EQ(virq, status.u.virq);
	/* Bound to the first; the kernel may then move it. */
	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		EXPECT_EQ(0u, status.vcpu);
}

TEST_F(evtchn, bind_virq__second_bind_is_eexist)
{
	uint32_t virq;
	int open;

	ASSERT_PORT(ev_bind_free_virq(self->fd, &virq));
	open = ports_open(self->xen);
	EXPECT_EQ(-EEXIST, ev_bind_virq(self->fd, virq));
	EXPECT_EQ(-EEXIST, ev_bind_virq(self->other, virq));
	EXPECT_EQ(open, ports_open(self->xen));
}

TEST_F(evtchn, bind_virq__again_after_unbind)
{
	uint32_t virq;
	int port, i;

	port = ASSERT_PORT(ev_bind_free_virq(self->fd, &virq));
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, ev_unbind(self->fd, port));
		port = ASSERT_PORT(ev_bind_virq(self->fd, virq));
	}
}

TEST_F(evtchn, bind_virq__again_after_close)
{
	uint32_t virq;

	ASSERT_PORT(ev_bind_free_virq(self->other, &virq));
	close_file(&self->other);
	ASSERT_PORT(ev_bind_virq(self->fd, virq));
}

TEST_F(evtchn, bind_virq__bad_number_is_einval)
{
	static const uint32_t numbers[] = {
		NR_VIRQS, 32, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	int open = ports_open(self->xen);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		EXPECT_EQ(-EINVAL, ev_bind_virq(self->fd, numbers[i]))
			TH_LOG("virq %#x", numbers[i]);
	}
	EXPECT_EQ(open, ports_open(self->xen));
}

/* The kernel of a dom0 has the timer or the console, mostly both. */
TEST_F(evtchn, bind_virq__of_the_kernel_is_eexist)
{
	static const uint32_t numbers[] = {
		VIRQ_TIMER, VIRQ_CONSOLE, VIRQ_DEBUG,
	};
	unsigned int i, taken = 0;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		taken += ev_bind_virq(self->fd, numbers[i]) == -EEXIST;
	EXPECT_LT(0u, taken);
}

TEST_F(evtchn, bind_virq__event_arrives)
{
	int port, ret;

	port = ev_bind_virq(self->fd, VIRQ_CON_RING);
	if (port == -EEXIST)
		SKIP(return, "somebody has VIRQ_CON_RING");
	ASSERT_LT(0, port);
	/* Xen may have printed something before. */
	while (ev_wait(self->fd, QUIET_MS)) {
		ASSERT_EQ(port, ev_take(self->fd))
			TH_LOG("port %d", port);
	}

	ret = xen_print_something(self->xen);
	if (ret == -EACCES)
		SKIP(return, "Xen's toolstack interface is another version");
	ASSERT_EQ(0, ret);
	EXPECT_EQ(port, ev_take(self->fd));
}

TEST_F(evtchn, bind_unbound_port__waits_for_the_peer)
{
	static const struct {
		const char *name;
		uint32_t given;
		uint16_t remote;
	} rows[] = {
		{ "own number", DOM_HERE, DOM_HERE },
		{ "DOMID_SELF", DOMID_SELF, DOM_HERE },
		{ "a domain that may come later", DOM_NONE, DOM_NONE },
		/* The ABI has 32 bits for what is 16 wide, and cuts. */
		{ "high bits", 0x10000 | DOM_NONE, DOM_NONE },
	};
	struct evtchn_status status;
	unsigned int i;
	int port;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		port = ASSERT_PORT(ev_bind_unbound(self->fd, rows[i].given));
		ASSERT_EQ(0, port_status(self->xen, port, &status));
		EXPECT_EQ(EVTCHNSTAT_unbound, (int)status.status)
			TH_LOG("%s", rows[i].name);
		EXPECT_EQ(rows[i].remote, status.u.unbound.dom)
			TH_LOG("%s", rows[i].name);
	}
}

TEST_F(evtchn, bind_unbound_port__ports_are_distinct)
{
	int port[100];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(port); i++) {
		port[i] = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
		for (j = 0; j < i; j++) {
			ASSERT_NE(port[j], port[i])
				TH_LOG("number %u", j);
		}
	}
}

TEST_F(evtchn, bind_unbound_port__brings_no_event)
{
	ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	EXPECT_QUIET(self->fd);
}

static void expect_connected(struct __test_metadata *_metadata, int xen,
			     uint32_t a, uint32_t b)
{
	struct evtchn_status status;

	ASSERT_EQ(0, port_status(xen, a, &status));
	EXPECT_EQ(EVTCHNSTAT_interdomain, (int)status.status);
	EXPECT_EQ(DOM_HERE, status.u.interdomain.dom);
	EXPECT_EQ(b, status.u.interdomain.port);
}

TEST_F(evtchn, bind_interdomain__connects_two_files)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	expect_connected(_metadata, self->xen, pair.a, pair.b);
	expect_connected(_metadata, self->xen, pair.b, pair.a);
}

TEST_F(evtchn, bind_interdomain__connects_a_file_to_itself)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->fd);

	EXPECT_NE(pair.a, pair.b);
	expect_connected(_metadata, self->xen, pair.a, pair.b);
	expect_connected(_metadata, self->xen, pair.b, pair.a);
}

TEST_F(evtchn, bind_interdomain__domid_self)
{
	int a, b;

	a = ASSERT_PORT(ev_bind_unbound(self->fd, DOMID_SELF));
	b = ASSERT_PORT(ev_bind_interdomain(self->other, DOMID_SELF, a));
	expect_connected(_metadata, self->xen, b, a);
}

/* Xen marks the new end pending, in case an event was sent before. */
TEST_F(evtchn, bind_interdomain__begins_with_an_event)
{
	struct ev_pair pair;

	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pair));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_QUIET(self->other);
	EXPECT_QUIET(self->fd);
}

TEST_F(evtchn, bind_interdomain__errors)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	uint32_t not_for_us, free_port, waiting, virq, virq_port;
	unsigned int i;
	int open;

	waiting = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	not_for_us = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_NONE));
	virq_port = ASSERT_PORT(ev_bind_free_virq(self->fd, &virq));
	free_port = ASSERT_PORT(port_closed(self->xen));
	open = ports_open(self->xen);

	const struct {
		const char *name;
		uint32_t domain;
		uint32_t port;
		int expected;
	} rows[] = {
		{ "no such domain", DOM_NONE, waiting, -ESRCH },
		{ "idle domain", DOMID_IDLE, waiting, -ESRCH },
		{ "port 0", DOM_HERE, 0, -EINVAL },
		{ "closed port", DOM_HERE, free_port, -EINVAL },
		{ "no such port", DOM_HERE, PORT_BEYOND, -EINVAL },
		{ "port of all ones", DOM_HERE, 0xffffffff, -EINVAL },
		{ "connected port", DOM_HERE, pair.a, -EINVAL },
		{ "port for another domain", DOM_HERE, not_for_us, -EINVAL },
		{ "virq port", DOM_HERE, virq_port, -EINVAL },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(rows[i].expected,
			  ev_bind_interdomain(self->other, rows[i].domain,
					      rows[i].port))
			TH_LOG("%s", rows[i].name);
	}
	EXPECT_EQ(open, ports_open(self->xen));
	EXPECT_EQ(EVTCHNSTAT_unbound, port_state(self->xen, waiting));
}
