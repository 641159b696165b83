// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that are none, and arguments that cannot be read: refused, and
 * everything is as before.
 */

TEST_F(evtchn, unknown_ioctl__is_enosys)
{
	static const struct bad_command rows[] = {
		{ "zero", 0 },
		{ "all ones", 0xffffffff },
		{ "next number", _IOC(_IOC_NONE, 'E', 8, 4) },
		{ "last number", _IOC(_IOC_NONE, 'E', 0xff, 0) },
		{ "bind_virq, size 8", _IOC(_IOC_NONE, 'E', 0, 8) },
		{ "bind_virq, size 0", _IOC(_IOC_NONE, 'E', 0, 0) },
		{ "bind_virq, direction", _IOC(_IOC_WRITE, 'E', 0, 4) },
		{ "bind_interdomain, size 4", _IOC(_IOC_NONE, 'E', 1, 4) },
		{ "notify, direction", _IOC(_IOC_READ, 'E', 4, 4) },
		{ "reset, size 4", _IOC(_IOC_NONE, 'E', 5, 4) },
		{ "restrict, size 4", _IOC(_IOC_NONE, 'E', 6, 4) },
		{ "privcmd's hypercall", _IOC(_IOC_NONE, 'P', 0, 48) },
		{ "gntdev's map", _IOC(_IOC_NONE, 'G', 0, 24) },
		{ "terminal's", 0x5401 },
		{ "bytes to read", 0x541b },
	};
	int open = ports_open(self->xen);

	EXPECT_STREQ("", bad_commands(self->fd, rows, ARRAY_SIZE(rows), ENOSYS));
	EXPECT_EQ(open, ports_open(self->xen));
}

static void expect_efault(struct __test_metadata *_metadata,
			  struct evtchn_fixture *self, unsigned int cmd)
{
	int open = ports_open(self->xen);

	EXPECT_EFAULT(self->fd, cmd);
	EXPECT_EQ(open, ports_open(self->xen));
}

TEST_F(evtchn, bind_virq__bad_pointer)
{
	expect_efault(_metadata, self, IOCTL_EVTCHN_BIND_VIRQ);
}

TEST_F(evtchn, bind_interdomain__bad_pointer)
{
	expect_efault(_metadata, self, IOCTL_EVTCHN_BIND_INTERDOMAIN);
}

TEST_F(evtchn, bind_unbound_port__bad_pointer)
{
	expect_efault(_metadata, self, IOCTL_EVTCHN_BIND_UNBOUND_PORT);
}

TEST_F(evtchn, unbind__bad_pointer)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	expect_efault(_metadata, self, IOCTL_EVTCHN_UNBIND);
	EXPECT_EQ(0, ev_notify(self->other, pair.b));
	EXPECT_EQ((int)pair.a, ev_take(self->fd));
}

TEST_F(evtchn, notify__bad_pointer)
{
	ASSERT_PAIR(self->fd, self->other);
	expect_efault(_metadata, self, IOCTL_EVTCHN_NOTIFY);
	EXPECT_QUIET(self->other);
}

TEST_F(evtchn, restrict_domid__bad_pointer)
{
	expect_efault(_metadata, self, IOCTL_EVTCHN_RESTRICT_DOMID);
	ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
}

TEST_F(evtchn, bind_static__bad_pointer)
{
	expect_efault(_metadata, self, IOCTL_EVTCHN_BIND_STATIC);
}

/* An argument may lie anywhere: at the end of a mapping, at an odd address. */
TEST_F(evtchn, notify__argument_anywhere)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);
	char *hole = before_a_hole();
	int off;

	ASSERT_NE(NULL, hole);
	for (off = 4; off < 8; off++) {
		memcpy(hole - off, &pair.a, sizeof(pair.a));
		EXPECT_EQ(0, ioctl(self->fd, IOCTL_EVTCHN_NOTIFY, hole - off));
		EXPECT_EQ((int)pair.b, ev_take(self->other));
	}
}
