// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOEVENTFD: what it refuses.
 */

static int ioeventfd(int fd, const struct privcmd_ioeventfd *arg)
{
	return ioctl(fd, IOCTL_PRIVCMD_IOEVENTFD, arg) ? -errno : 0;
}

/* One that is right but for the slots, which are nowhere. */
#define IOEVENTFD_ARG(ports_of)						\
	((struct privcmd_ioeventfd){					\
		.ports = (uintptr_t)(ports_of),				\
		.addr = 0xf0000000,					\
		.addr_len = 4,						\
		.event_fd = self->efd,					\
		.vcpus = GUEST_VCPUS,					\
		.dom = self->domid,					\
	})

#define EXPECT_REFUSED(error, field, value) do {			\
	struct privcmd_ioeventfd __bad = arg;				\
									\
	__bad.field = (value);						\
	EXPECT_EQ(error, ioeventfd(self->fd, &__bad))			\
		TH_LOG("%s", #field);					\
} while (0)

TEST_F(eventfd, ioeventfd__errors)
{
	uint32_t ports[8192] = {};
	struct privcmd_ioeventfd arg = IOEVENTFD_ARG(ports);
	struct ioreq_server server = {};
	char *page = fm_area(self->fd, 1);

	ASSERT_NE(NULL, page);
	ASSERT_EQ(0, ioreq_create(&server, &self->guest));
	ASSERT_EQ(0, fm_resource(self->fd, self->domid, 0, server.id,
				 IOREQ_SLOT_FRAME, 1, page, NULL));
	ASSERT_EQ(0, ioreq_enable(&server));
	arg.ioreq = (uintptr_t)page;

	EXPECT_REFUSED(-EINVAL, flags, 2);
	EXPECT_REFUSED(-EINVAL, addr, -1ULL);
	EXPECT_REFUSED(-EINVAL, addr_len, 0);
	EXPECT_REFUSED(-EINVAL, addr_len, 3);
	EXPECT_REFUSED(-EINVAL, addr_len, 16);
	EXPECT_REFUSED(-EINVAL, vcpus, 0);
	EXPECT_REFUSED(-EINVAL, vcpus, 4097);
	EXPECT_REFUSED(-EINVAL, event_fd, self->fd);
	EXPECT_REFUSED(-EBADF, event_fd, 999);
	EXPECT_REFUSED(-EFAULT, ports, 16);
	EXPECT_REFUSED(-EFAULT, ioreq, 16);
	EXPECT_REFUSED(-EINVAL, ioreq, (uintptr_t)ports & ~(PG - 1));
	EXPECT_REFUSED(-EINVAL, ioreq, (uintptr_t)page + 1);
	EXPECT_REFUSED(-EINVAL, ioreq, (uintptr_t)page + 32);
	/* A page has 128 slots. */
	EXPECT_REFUSED(-EINVAL, vcpus, 129);
	EXPECT_REFUSED(-EINVAL, dom, 0);
	/* Ports of nobody. */
	EXPECT_GT(0, ioeventfd(self->fd, &arg));
	EXPECT_REFUSED(-ENODEV, flags, PRIVCMD_IOEVENTFD_FLAG_DEASSIGN);
	ioreq_destroy(&server);
}

/* Frames that are not slots: of another kind, or the wrong one. */
TEST_F(eventfd, ioeventfd__not_the_slots)
{
	uint32_t ports[GUEST_VCPUS] = {};
	struct privcmd_ioeventfd arg = IOEVENTFD_ARG(ports);
	struct ioreq_server server = {};
	char *unused = fm_area(self->fd, 1), *grants = fm_area(self->fd, 1);
	char *ram = fm_area(self->fd, 1), *buffered = fm_area(self->fd, 1);
	int err;

	ASSERT_EQ(0, ioreq_create(&server, &self->guest));
	ASSERT_EQ(0, fm_resource(self->fd, self->domid, 1, 0, 0, 1, grants,
				 NULL));
	ASSERT_EQ(0, fm_resource(self->fd, self->domid, 0, server.id, 0, 1,
				 buffered, NULL));
	ASSERT_EQ(0, fm_v2(self->fd, self->domid, ram, 1, self->guest.frame,
			   &err));
	EXPECT_REFUSED(-EINVAL, ioreq, (uintptr_t)unused);
	EXPECT_REFUSED(-EINVAL, ioreq, (uintptr_t)grants);
	EXPECT_REFUSED(-EINVAL, ioreq, (uintptr_t)ram);
	EXPECT_REFUSED(-EINVAL, ioreq, (uintptr_t)buffered);
	ioreq_destroy(&server);
}

TEST_F(eventfd, ioeventfd__restricted)
{
	uint32_t ports[GUEST_VCPUS] = {};
	struct privcmd_ioeventfd arg = IOEVENTFD_ARG(ports);

	ASSERT_EQ(0, privcmd_restrict(self->fd, self->domid + 1));
	EXPECT_EQ(-EPERM, ioeventfd(self->fd, &arg));
	EXPECT_REFUSED(-EPERM, flags, PRIVCMD_IOEVENTFD_FLAG_DEASSIGN);
	EXPECT_REFUSED(-EINVAL, flags, 2);
}

TEST_F(eventfd, ioeventfd__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_IOEVENTFD);
}
