// SPDX-License-Identifier: GPL-2.0-only
/*
 * The open file does nothing but its ioctls.
 */

TEST_F(privcmd, unknown_ioctl__is_enotty)
{
	static const struct bad_command rows[] = {
		{ "zero", 0 },
		{ "all ones", 0xffffffff },
		/* A library probes with it. */
		{ "unimplemented", _IOC(_IOC_NONE, 'P', 0xff, 0) },
		{ "number 1", _IOC(_IOC_NONE, 'P', 1, 0) },
		{ "number 11", _IOC(_IOC_NONE, 'P', 11, 8) },
		{ "hypercall, size 0", _IOC(_IOC_NONE, 'P', 0, 0) },
		{ "hypercall, size 40", _IOC(_IOC_NONE, 'P', 0, 40) },
		{ "hypercall, size 56", _IOC(_IOC_NONE, 'P', 0, 56) },
		{ "hypercall, direction", _IOC(_IOC_WRITE, 'P', 0, 48) },
		{ "restrict, size 4", _IOC(_IOC_NONE, 'P', 6, 4) },
		{ "32-bit mmap", _IOC(_IOC_NONE, 'P', 2, 12) },
		{ "32-bit mmapbatch", _IOC(_IOC_NONE, 'P', 3, 20) },
		{ "32-bit dm_op", _IOC(_IOC_NONE, 'P', 5, 8) },
		{ "evtchn's notify", _IOC(_IOC_NONE, 'E', 4, 4) },
		{ "gntdev's map", _IOC(_IOC_NONE, 'G', 0, 24) },
		{ "terminal's", 0x5401 },
		{ "bytes to read", 0x541b },
	};

	EXPECT_STREQ("", bad_commands(self->fd, rows, ARRAY_SIZE(rows), ENOTTY));
}

TEST_F(privcmd, unknown_ioctl__on_a_restricted_file)
{
	ASSERT_EQ(0, privcmd_restrict(self->fd, DOM_NONE));
	EXPECT_EQ(-1, ioctl(self->fd, _IOC(_IOC_NONE, 'P', 0xff, 0), NULL));
	EXPECT_EQ(ENOTTY, errno);
}

static int open_and_close(void *unused)
{
	int i, fd;

	(void)unused;
	for (i = 0; i < 500; i++) {
		fd = privcmd_open();
		if (fd < 0 || close(fd))
			return 1;
	}
	return 0;
}

/* In dom0 there is no domain to wait for. */
TEST_F(privcmd, open__does_not_wait)
{
	EXPECT_EQ(0, child_run(open_and_close, NULL));
}

TEST_F(privcmd, open__access_modes)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	unsigned int i;
	int fd;

	/* The ioctls need neither reading nor writing. */
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		fd = open(XEN_DEV_PRIVCMD, modes[i] | O_CLOEXEC);
		ASSERT_LE(0, fd);
		EXPECT_LE(XEN_OLDEST, xen_version(fd));
		close(fd);
	}
}

TEST_F(privcmd, read__is_einval)
{
	char buf[8] = {};

	EXPECT_EQ(-1, read(self->fd, buf, sizeof(buf)));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(privcmd, write__is_einval)
{
	char buf[8] = {};

	EXPECT_EQ(-1, write(self->fd, buf, sizeof(buf)));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(privcmd, poll__always_ready)
{
	struct pollfd pfd = {
		.fd = self->fd,
		.events = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLPRI,
	};
	struct epoll_event event = { .events = EPOLLIN };
	int epfd = epoll_create1(EPOLL_CLOEXEC);

	EXPECT_EQ(1, poll(&pfd, 1, 0));
	EXPECT_EQ(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM, pfd.revents);
	ASSERT_LE(0, epfd);
	EXPECT_EQ(-1, epoll_ctl(epfd, EPOLL_CTL_ADD, self->fd, &event));
	EXPECT_EQ(EPERM, errno);
	close(epfd);
}

TEST_F(privcmd, lseek__is_espipe)
{
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
}
