// SPDX-License-Identifier: GPL-2.0-only
/*
 * 32-bit callers: all structures are the same for them, so all commands work.
 * The stock driver has no entry for them, and every command is ENOTTY.
 */

/* One 32-bit word or two as the argument of an ioctl. */
static int call32(int fd, unsigned int cmd, uint32_t *page, uint32_t first,
		  uint32_t second)
{
	page[0] = first;
	page[1] = second;
	return int80_ioctl(fd, cmd, page);
}

TEST_F(evtchn, bind_virq__int80)
{
	uint32_t *page = LOW_PAGE(return);
	uint32_t virq;
	int port;

	/* Find one that is free, and free it again. */
	port = ASSERT_PORT(ev_bind_free_virq(self->fd, &virq));
	ASSERT_EQ(0, ev_unbind(self->fd, port));
	ASSERT_PORT(call32(self->fd, IOCTL_EVTCHN_BIND_VIRQ, page, virq, 0));
	EXPECT_EQ(-EEXIST, call32(self->fd, IOCTL_EVTCHN_BIND_VIRQ, page, virq,
				  0));
}

TEST_F(evtchn, bind_unbound_port__int80)
{
	uint32_t *page = LOW_PAGE(return);
	int port;

	port = ASSERT_PORT(call32(self->fd, IOCTL_EVTCHN_BIND_UNBOUND_PORT,
				  page, DOM_HERE, 0));
	EXPECT_EQ(EVTCHNSTAT_unbound, port_state(self->xen, port));
}

TEST_F(evtchn, bind_interdomain__int80)
{
	uint32_t *page = LOW_PAGE(return);
	int a, b;

	a = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	b = ASSERT_PORT(call32(self->other, IOCTL_EVTCHN_BIND_INTERDOMAIN,
			       page, DOM_HERE, a));
	EXPECT_EQ(EVTCHNSTAT_interdomain, port_state(self->xen, b));
	EXPECT_EQ(-ESRCH, call32(self->other, IOCTL_EVTCHN_BIND_INTERDOMAIN,
				 page, DOM_NONE, a));
}

TEST_F(evtchn, notify__int80)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	uint32_t *page = LOW_PAGE(return);

	EXPECT_EQ(0, call32(self->fd, IOCTL_EVTCHN_NOTIFY, page, pair.a, 0));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_EQ(-ENOTCONN, call32(self->fd, IOCTL_EVTCHN_NOTIFY, page,
				    pair.b, 0));
}

TEST_F(evtchn, unbind__int80)
{
	int port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	uint32_t *page = LOW_PAGE(return);

	EXPECT_EQ(-EINVAL, call32(self->fd, IOCTL_EVTCHN_UNBIND, page,
				  0xffffffff, 0));
	EXPECT_EQ(0, call32(self->fd, IOCTL_EVTCHN_UNBIND, page, port, 0));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, port));
}

TEST_F(evtchn, reset__int80)
{
	uint32_t *page = LOW_PAGE(return);
	struct ev_pair pair;

	ASSERT_EQ(0, ev_pair_queued(self->fd, self->other, &pair));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	EXPECT_EQ(0, int80_ioctl(self->other, IOCTL_EVTCHN_RESET, NULL));
	EXPECT_EQ(0, int80_ioctl(self->other, IOCTL_EVTCHN_RESET, page));
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, restrict_domid__int80)
{
	uint32_t *page = LOW_PAGE(return);

	EXPECT_EQ(-EINVAL, call32(self->fd, IOCTL_EVTCHN_RESTRICT_DOMID, page,
				  0, 0));
	EXPECT_EQ(0, call32(self->fd, IOCTL_EVTCHN_RESTRICT_DOMID, page,
			    DOM_NONE, 0));
	EXPECT_EQ(-EACCES, ev_bind_unbound(self->fd, DOM_HERE));
}

TEST_F(evtchn, bind_static__int80)
{
	int port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	uint32_t *page = LOW_PAGE(return);

	EXPECT_EQ(-EISCONN, call32(self->fd, IOCTL_EVTCHN_BIND_STATIC, page,
				   port, 0));
}

TEST_F(evtchn, unknown_ioctl__int80)
{
	uint32_t *page = LOW_PAGE(return);

	EXPECT_EQ(-ENOSYS, call32(self->fd, _IOC(_IOC_NONE, 'E', 8, 4), page,
				  0, 0));
}

TEST_F(evtchn, notify__int80_bad_pointer)
{
	static const uint32_t addresses[] = { 0, 16, 0xfffff000, 0xffffffff };
	unsigned int i;

	LOW_PAGE(return);
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		EXPECT_EQ(-EFAULT, int80(INT80_IOCTL, self->fd,
					 IOCTL_EVTCHN_NOTIFY, addresses[i]))
			TH_LOG("address %#x", addresses[i]);
	}
}

/* These two need nothing from the driver. */
TEST_F(evtchn, read__int80)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	uint32_t *page = LOW_PAGE(return);

	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	ASSERT_LT(0, ev_wait(self->other, SOON_MS));
	EXPECT_EQ(4, int80(INT80_READ, self->other, (uintptr_t)page, 4096));
	EXPECT_EQ(pair.b, page[0]);
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ(4, int80(INT80_WRITE, self->other, (uintptr_t)page, 4));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
}
