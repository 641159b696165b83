// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxenevtchn: event channels. What became of a port, Xen is asked.
 */

FIXTURE(libxenevtchn) {
	xenevtchn_handle *a;
	xenevtchn_handle *b;
	int xen;
};

FIXTURE_SETUP(libxenevtchn)
{
	if (env_lacks(XEN_DEV_EVTCHN))
		SKIP(return, "there is no %s", XEN_DEV_EVTCHN);
	self->xen = privcmd_open();
	ASSERT_LE(0, self->xen);
	self->a = xenevtchn_open(NULL, 0);
	ASSERT_NE(NULL, self->a);
	self->b = xenevtchn_open(NULL, 0);
	ASSERT_NE(NULL, self->b);
}

FIXTURE_TEARDOWN(libxenevtchn)
{
	EXPECT_NAMED_CALL();
	xenevtchn_close(self->a);
	xenevtchn_close(self->b);
	close(self->xen);
}

static bool event_waits(xenevtchn_handle *handle, int ms)
{
	struct pollfd pfd = { .fd = xenevtchn_fd(handle), .events = POLLIN };

	return poll(&pfd, 1, ms) == 1;
}

/* Wait for an event, as a program does: the port, or -1. */
static int event_next(xenevtchn_handle *handle)
{
	return event_waits(handle, SOON_MS) ? xenevtchn_pending(handle) : -1;
}

#define ASSERT_UNBOUND() ({						\
	int __port = xenevtchn_bind_unbound_port(self->a, 0);		\
									\
	ASSERT_LT(0, __port);						\
	__port;								\
})

/* The other end of a port of @a. Its first event is taken. */
#define ASSERT_CONNECTED(port) ({					\
	int __peer = xenevtchn_bind_interdomain(self->b, 0, port);	\
									\
	ASSERT_LT(0, __peer);						\
	ASSERT_EQ(__peer, event_next(self->b));				\
	ASSERT_EQ(0, xenevtchn_unmask(self->b, __peer));		\
	__peer;								\
})

TEST_F(libxenevtchn, xenevtchn_open__has_no_events)
{
	xenevtchn_handle *h = CALL(xenevtchn_open, NULL, 0);

	ASSERT_NE(NULL, h);
	EXPECT_BENEATH("evtchn open");
	EXPECT_EQ(3, beneath_files("evtchn"));
	EXPECT_FALSE(event_waits(h, 0));
	EXPECT_EQ(0, xenevtchn_close(h));
}

TEST_F(libxenevtchn, xenevtchn_fdopen__has_the_ports_of_the_file)
{
	xenevtchn_handle *h;
	int a = ASSERT_UNBOUND(), b;

	h = CALL(xenevtchn_fdopen, NULL, dup(xenevtchn_fd(self->a)), 0);
	ASSERT_NE(NULL, h);
	EXPECT_BENEATH("");
	b = ASSERT_CONNECTED(a);
	EXPECT_EQ(0, xenevtchn_notify(h, a));
	EXPECT_EQ(b, event_next(self->b));
	EXPECT_EQ(0, xenevtchn_close(h));
}

TEST_F(libxenevtchn, xenevtchn_close__closes_the_ports)
{
	xenevtchn_handle *h = xenevtchn_open(NULL, 0);
	int port;

	ASSERT_NE(NULL, h);
	port = xenevtchn_bind_unbound_port(h, 0);
	ASSERT_LT(0, port);
	EXPECT_EQ(EVTCHNSTAT_unbound, port_state(self->xen, port));
	EXPECT_EQ(0, CALL(xenevtchn_close, h));
	EXPECT_BENEATH("evtchn close");
	EXPECT_EQ(2, beneath_files("evtchn"));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, port));
}

TEST_F(libxenevtchn, xenevtchn_fd__is_readable_when_an_event_came)
{
	struct pollfd pfd = { .events = POLLIN };
	int a = ASSERT_UNBOUND(), b = ASSERT_CONNECTED(a);

	pfd.fd = CALL(xenevtchn_fd, self->b);
	EXPECT_BENEATH("");
	EXPECT_EQ(0, poll(&pfd, 1, 0));
	EXPECT_EQ(0, xenevtchn_notify(self->a, a));
	EXPECT_EQ(1, poll(&pfd, 1, SOON_MS));
	EXPECT_EQ(b, xenevtchn_pending(self->b));
}

TEST_F(libxenevtchn, xenevtchn_bind_unbound_port__waits_for_the_domain)
{
	struct evtchn_status status;
	int port = CALL(xenevtchn_bind_unbound_port, self->a, 0);

	ASSERT_LT(0, port);
	EXPECT_BENEATH("evtchn BIND_UNBOUND_PORT");
	EXPECT_EQ(0, port_status(self->xen, port, &status));
	EXPECT_EQ(EVTCHNSTAT_unbound, status.status);
	EXPECT_EQ(0, status.u.unbound.dom);
	port = xenevtchn_bind_unbound_port(self->a, DOM_NONE);
	ASSERT_LT(0, port);
	EXPECT_EQ(0, port_status(self->xen, port, &status));
	EXPECT_EQ(DOM_NONE, status.u.unbound.dom);
}

TEST_F(libxenevtchn, xenevtchn_bind_interdomain__connects)
{
	struct evtchn_status status;
	int a = ASSERT_UNBOUND(), b;

	b = CALL(xenevtchn_bind_interdomain, self->b, 0, a);
	ASSERT_LT(0, b);
	EXPECT_BENEATH("evtchn BIND_INTERDOMAIN");
	EXPECT_EQ(0, port_status(self->xen, b, &status));
	EXPECT_EQ(EVTCHNSTAT_interdomain, status.status);
	EXPECT_EQ(a, (int)status.u.interdomain.port);
	EXPECT_EQ(-1, xenevtchn_bind_interdomain(self->b, 0, a));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(libxenevtchn, xenevtchn_bind_virq__once)
{
	struct evtchn_status status;
	int port = CALL(xenevtchn_bind_virq, self->a, VIRQ_ARGO);

	ASSERT_LT(0, port);
	EXPECT_BENEATH("evtchn BIND_VIRQ");
	EXPECT_EQ(0, port_status(self->xen, port, &status));
	EXPECT_EQ(EVTCHNSTAT_virq, status.status);
	EXPECT_EQ((uint32_t)VIRQ_ARGO, status.u.virq);
	EXPECT_EQ(-1, xenevtchn_bind_virq(self->b, VIRQ_ARGO));
	EXPECT_EQ(EEXIST, errno);
}

TEST_F(libxenevtchn, xenevtchn_unbind__closes_the_port)
{
	int port = ASSERT_UNBOUND();

	EXPECT_EQ(0, CALL(xenevtchn_unbind, self->a, port));
	EXPECT_BENEATH("evtchn UNBIND");
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, port));
	EXPECT_EQ(-1, xenevtchn_unbind(self->a, port));
	EXPECT_EQ(ENOTCONN, errno);
}

TEST_F(libxenevtchn, xenevtchn_notify__reaches_the_peer)
{
	int a = ASSERT_UNBOUND(), b = ASSERT_CONNECTED(a);

	EXPECT_FALSE(event_waits(self->b, 0));
	EXPECT_EQ(0, CALL(xenevtchn_notify, self->a, a));
	EXPECT_BENEATH("evtchn NOTIFY");
	EXPECT_EQ(b, event_next(self->b));
	EXPECT_EQ(-1, xenevtchn_notify(self->a, b));
	EXPECT_EQ(ENOTCONN, errno);
}

TEST_F(libxenevtchn, xenevtchn_pending__is_the_port)
{
	int a = ASSERT_UNBOUND(), b = ASSERT_CONNECTED(a);

	EXPECT_EQ(0, xenevtchn_notify(self->a, a));
	ASSERT_TRUE(event_waits(self->b, SOON_MS));
	EXPECT_EQ(b, CALL(xenevtchn_pending, self->b));
	EXPECT_BENEATH("evtchn read");
	EXPECT_FALSE(event_waits(self->b, 0));
}

TEST_F(libxenevtchn, xenevtchn_unmask__lets_the_next_event_through)
{
	int a = ASSERT_UNBOUND(), b = ASSERT_CONNECTED(a);

	EXPECT_EQ(0, xenevtchn_notify(self->a, a));
	EXPECT_EQ(b, event_next(self->b));
	EXPECT_EQ(0, xenevtchn_notify(self->a, a));
	EXPECT_FALSE(event_waits(self->b, QUIET_MS));
	EXPECT_EQ(0, CALL(xenevtchn_unmask, self->b, b));
	EXPECT_BENEATH("evtchn write");
	EXPECT_EQ(b, event_next(self->b));
}

TEST_F(libxenevtchn, xenevtchn_restrict__to_a_domain)
{
	EXPECT_EQ(0, CALL(xenevtchn_restrict, self->a, DOM_NONE));
	EXPECT_BENEATH("evtchn RESTRICT_DOMID");
	EXPECT_EQ(-1, xenevtchn_bind_unbound_port(self->a, 0));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, xenevtchn_bind_interdomain(self->a, DOM_NONE, 1));
	EXPECT_EQ(ESRCH, errno);
	EXPECT_LT(0, xenevtchn_bind_unbound_port(self->b, 0));
}
