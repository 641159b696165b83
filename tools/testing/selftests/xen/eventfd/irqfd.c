// SPDX-License-Identifier: GPL-2.0-only
/*
 * IRQFD: a signal does the operation, once it is assigned and until it is
 * taken back.
 */

static int irqfd_ioctl(int fd, const struct privcmd_irqfd *arg)
{
	return ioctl(fd, IOCTL_PRIVCMD_IRQFD, arg) ? -errno : 0;
}

static int irqfd(struct eventfd_fixture *self, int fd, int efd, uint32_t flags)
{
	struct privcmd_irqfd arg = {
		.dm_op = (uintptr_t)&self->op,
		.size = sizeof(self->op),
		.fd = efd,
		.flags = flags,
		.dom = self->domid,
	};

	return irqfd_ioctl(fd, &arg);
}

#define ASSIGN()	irqfd(self, self->fd, self->efd, 0)
#define DEASSIGN()	irqfd(self, self->fd, self->efd, \
			      PRIVCMD_IRQFD_FLAG_DEASSIGN)

static int signal_efd(int efd)
{
	uint64_t one = 1;

	return write(efd, &one, sizeof(one)) == sizeof(one) ? 0 : -errno;
}

/* Is the guest shut down within a second? */
static bool shut_down(struct eventfd_fixture *self)
{
	unsigned int ms;

	for (ms = 0; ms < 1000; ms += 5) {
		if (guest_shutdown(&self->guest) == REASON)
			return true;
		sleep_ms(5);
	}
	return false;
}

static bool still_runs(struct eventfd_fixture *self)
{
	sleep_ms(QUIET_MS);
	return guest_shutdown(&self->guest) == -ENOENT;
}

TEST_F(eventfd, irqfd__does_the_operation)
{
	uint64_t count;

	ASSERT_EQ(0, ASSIGN());
	EXPECT_TRUE(still_runs(self));
	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_TRUE(shut_down(self));
	/* The signal was consumed. */
	EXPECT_EQ(-1, read(self->efd, &count, sizeof(count)));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(eventfd, irqfd__signal_before_it_was_assigned)
{
	ASSERT_EQ(0, signal_efd(self->efd));
	ASSERT_EQ(0, ASSIGN());
	EXPECT_TRUE(shut_down(self));
}

/* The operation is copied: what becomes of the original does not matter. */
TEST_F(eventfd, irqfd__operation_is_a_copy)
{
	ASSERT_EQ(0, ASSIGN());
	memset(&self->op, 0, sizeof(self->op));
	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_TRUE(shut_down(self));
}

TEST_F(eventfd, irqfd__deassigned_does_nothing)
{
	ASSERT_EQ(0, ASSIGN());
	EXPECT_EQ(0, DEASSIGN());
	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_TRUE(still_runs(self));
	EXPECT_EQ(0, DEASSIGN());
	ASSERT_EQ(0, ASSIGN());
	EXPECT_TRUE(shut_down(self));
}

TEST_F(eventfd, irqfd__closed_file_does_nothing)
{
	int fd = privcmd_open();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, irqfd(self, fd, self->efd, 0));
	close(fd);
	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_TRUE(still_runs(self));
	EXPECT_EQ(0, ASSIGN());
	EXPECT_TRUE(shut_down(self));
}

TEST_F(eventfd, irqfd__of_another_file)
{
	int fd = privcmd_open();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ASSIGN());
	EXPECT_EQ(-EBUSY, ASSIGN());
	EXPECT_EQ(-EBUSY, irqfd(self, fd, self->efd, 0));
	/* Counts as none. */
	EXPECT_EQ(0, irqfd(self, fd, self->efd, PRIVCMD_IRQFD_FLAG_DEASSIGN));
	close(fd);
	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_TRUE(shut_down(self));
}

#define EXPECT_IRQFD_REFUSED(error, field, value) do {			\
	struct privcmd_irqfd __bad = arg;				\
									\
	__bad.field = (value);						\
	EXPECT_EQ(error, irqfd_ioctl(self->fd, &__bad))			\
		TH_LOG("%s", #field);					\
} while (0)

TEST_F(eventfd, irqfd__errors)
{
	struct privcmd_irqfd arg = {
		.dm_op = (uintptr_t)&self->op,
		.size = sizeof(self->op),
		.fd = self->efd,
		.dom = self->domid,
	};

	EXPECT_IRQFD_REFUSED(-EINVAL, flags, 2);
	EXPECT_IRQFD_REFUSED(-EINVAL, flags, 0x80000001);
	EXPECT_IRQFD_REFUSED(-EBADF, fd, 999);
	EXPECT_IRQFD_REFUSED(-EINVAL, fd, self->fd);
	EXPECT_IRQFD_REFUSED(-EFAULT, dm_op, 16);
	EXPECT_IRQFD_REFUSED(-E2BIG, size, 4097);
	EXPECT_IRQFD_REFUSED(-E2BIG, size, 0xffffffff);
	EXPECT_EQ(-EBADF, irqfd(self, self->fd, 999,
				PRIVCMD_IRQFD_FLAG_DEASSIGN));
	EXPECT_EQ(-EINVAL, irqfd(self, self->fd, self->fd,
				 PRIVCMD_IRQFD_FLAG_DEASSIGN));
	EXPECT_EQ(0, irqfd_ioctl(self->fd, &arg));
}

/* Such an operation needs a second buffer, and an irqfd has none. */
TEST_F(eventfd, irqfd__operation_of_two_buffers)
{
	self->op.op = XEN_DMOP_track_dirty_vram;
	EXPECT_EQ(-EINVAL, ASSIGN());
	self->op.op = XEN_DMOP_modified_memory;
	EXPECT_EQ(-EINVAL, ASSIGN());
}

TEST_F(eventfd, irqfd__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_IRQFD);
}

TEST_F(eventfd, irqfd__restricted)
{
	int fd = privcmd_open();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, privcmd_restrict(fd, self->domid + 1));
	EXPECT_EQ(-EPERM, irqfd(self, fd, self->efd, 0));
	EXPECT_EQ(-EPERM, irqfd(self, fd, self->efd,
				PRIVCMD_IRQFD_FLAG_DEASSIGN));
	close(fd);
	ASSERT_EQ(0, privcmd_restrict(self->fd, self->domid));
	EXPECT_EQ(0, ASSIGN());
	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_TRUE(shut_down(self));
}

/* What was allowed then is not allowed any more. */
TEST_F(eventfd, irqfd__restricted_afterwards)
{
	ASSERT_EQ(0, ASSIGN());
	ASSERT_EQ(0, privcmd_restrict(self->fd, self->domid + 1));
	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_TRUE(still_runs(self));
}

TEST_F(eventfd, irqfd__guest_destroyed)
{
	ASSERT_EQ(0, ASSIGN());
	EXPECT_EQ(0, guest_vanish(&self->guest));
	EXPECT_EQ(0, signal_efd(self->efd));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(0, DEASSIGN());
}

/* The eventfd goes first, and its irqfd with it. */
TEST_F_TIMEOUT(eventfd, irqfd__a_thousand, 60)
{
	unsigned int i;
	int efd;

	for (i = 0; i < 500; i++) {
		efd = eventfd(0, EFD_CLOEXEC);
		ASSERT_LE(0, efd);
		ASSERT_EQ(0, irqfd(self, self->fd, efd, 0));
		close(efd);
	}
	for (i = 0; i < 500; i++) {
		efd = eventfd(0, EFD_CLOEXEC);
		ASSERT_LE(0, efd);
		ASSERT_EQ(0, irqfd(self, self->fd, efd, 0));
	}
	EXPECT_EQ(-ENOENT, guest_shutdown(&self->guest));
	ASSERT_EQ(0, signal_efd(efd));
	EXPECT_TRUE(shut_down(self));
}
