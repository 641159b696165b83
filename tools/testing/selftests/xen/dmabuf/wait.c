// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMABUF_EXP_WAIT_RELEASED: until nobody has the dma-buf any more.
 */

TEST_F(dmabuf, exp_wait_released__in_use)
{
	int fd = ASSERT_EXPORT(0, 2);
	uint64_t begin;

	EXPECT_EQ(-ETIMEDOUT, wait_released(self->fd, fd, 0));
	begin = now_us();
	EXPECT_EQ(-ETIMEDOUT, wait_released(self->fd, fd, 200));
	EXPECT_LE(190000u, now_us() - begin);
	close(fd);
	EXPECT_EQ(-ENOENT, wait_released(self->fd, fd, 0));
}

TEST_F(dmabuf, exp_wait_released__unknown)
{
	int fd = ASSERT_EXPORT(0, 1), other = gd_open();

	EXPECT_EQ(-ENOENT, wait_released(self->fd, fd + 1, 100));
	EXPECT_EQ(-ENOENT, wait_released(self->fd, 0, 0));
	EXPECT_EQ(-ENOENT, wait_released(self->fd, ~0u, 0));
	/* Another file did not export it. */
	EXPECT_EQ(-ENOENT, wait_released(other, fd, 0));
	close(other);
	close(fd);
}

/* A mapping is a user as well, and the number still names the dma-buf. */
TEST_F(dmabuf, exp_wait_released__closed_but_mapped)
{
	int fd = ASSERT_EXPORT(0, 1);
	char *p = mmap(NULL, PG, PROT_READ, MAP_SHARED, fd, 0);

	ASSERT_NE(MAP_FAILED, p);
	close(fd);
	EXPECT_EQ(-ETIMEDOUT, wait_released(self->fd, fd, 50));
	ASSERT_EQ(0, munmap(p, PG));
	EXPECT_EQ(-ENOENT, wait_released(self->fd, fd, 50));
}

struct closer {
	int fd;
	unsigned int ms;
};

static void *close_later(void *arg)
{
	struct closer *c = arg;

	sleep_ms(c->ms);
	close(c->fd);
	return NULL;
}

TEST_F(dmabuf, exp_wait_released__released_meanwhile)
{
	struct closer c = { ASSERT_EXPORT(0, 4), 300 };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, close_later, &c));
	EXPECT_EQ(0, wait_released(self->fd, c.fd, SOON_MS));
	/* All is given back by then. */
	EXPECT_EQ(0u, granter_used(&self->g));
	pthread_join(thread, NULL);
}

/* A second descriptor keeps it, and names it too. */
TEST_F(dmabuf, exp_wait_released__of_a_copy_of_the_descriptor)
{
	int fd = ASSERT_EXPORT(0, 1), copy = dup(fd);

	close(fd);
	EXPECT_EQ(-ETIMEDOUT, wait_released(self->fd, copy, 0));
	EXPECT_EQ(-ETIMEDOUT, wait_released(self->fd, fd, 0));
	close(copy);
	EXPECT_EQ(-ENOENT, wait_released(self->fd, fd, 0));
}

/* A number that is in use again means what it means now. */
TEST_F(dmabuf, exp_wait_released__number_is_used_again)
{
	int fd = ASSERT_EXPORT(0, 1), kept = dup(fd), again;

	close(fd);
	again = ASSERT_EXPORT(1, 1);
	if (again == fd) {
		close(kept);
		EXPECT_EQ(-ETIMEDOUT, wait_released(self->fd, fd, 0));
	}
	close(again);
	close(kept);
	EXPECT_EQ(-ENOENT, wait_released(self->fd, fd, 0));
	EXPECT_IDLE();
}

static int wait_in_child(void *arg)
{
	int *fd = arg;

	return -wait_released(fd[0], fd[1], 60000);
}

TEST_F(dmabuf, exp_wait_released__is_killed)
{
	int fd[2] = { self->fd, ASSERT_EXPORT(0, 1) };
	pid_t pid = child_start(wait_in_child, fd);

	ASSERT_LT(0, pid);
	sleep_ms(QUIET_MS);
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	close(fd[1]);
	EXPECT_IDLE();
}

TEST_F(dmabuf, exp_wait_released__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED);
}
