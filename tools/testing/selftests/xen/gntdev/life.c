// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a grant is mapped: as long as the map or its mapping is there, and
 * no longer, however the process ends.
 */

TEST_F(gntdev, unmap_grant_ref__mapping_stays)
{
	uint64_t index = ASSERT_MAP(0, 4);
	char *p = ASSERT_MMAP(index, 4);

	pattern_write(self->g.page, 4, 40);
	ASSERT_EQ(0, gd_unmap(self->fd, index, 4));
	EXPECT_EQ(0u, pattern_wrong(p, 4, 40));
	pattern_write(p, 4, 41);
	EXPECT_EQ(0u, pattern_wrong(self->g.page, 4, 41));
	EXPECT_EQ(4u, granter_used(&self->g));
	ASSERT_EQ(0, munmap(p, 4 * PG));
	EXPECT_IDLE();
}

TEST_F(gntdev, unmap_grant_ref__after_the_mapping)
{
	uint64_t index = ASSERT_MAP(0, 4);
	char *p = ASSERT_MMAP(index, 4);

	ASSERT_EQ(0, munmap(p, 4 * PG));
	EXPECT_EQ(0, gd_unmap(self->fd, index, 4));
	EXPECT_IDLE();
}

TEST_F(gntdev, unmap_grant_ref__never_mapped)
{
	uint64_t index;
	int i;

	for (i = 0; i < 20; i++) {
		index = ASSERT_MAP(0, PAGES);
		EXPECT_EQ(0u, granter_used(&self->g));
		EXPECT_EQ(0, gd_unmap(self->fd, index, PAGES));
	}
}

TEST_F(gntdev, close__mapping_stays)
{
	uint64_t index = ASSERT_MAP(0, 4);
	char *p = ASSERT_MMAP(index, 4);

	pattern_write(self->g.page, 4, 42);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(0u, pattern_wrong(p, 4, 42));
	EXPECT_EQ(4u, granter_used(&self->g));
	ASSERT_EQ(0, munmap(p, 4 * PG));
	EXPECT_IDLE();
}

TEST_F(gntdev, close__maps_that_nobody_mapped)
{
	unsigned int i;

	for (i = 0; i < 50; i++)
		ASSERT_MAP(i % PAGES, 1 + i % 3);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(0u, granter_used(&self->g));
}

/* It was mapped once, and is still in the file. */
TEST_F(gntdev, close__after_the_mapping)
{
	uint64_t index = ASSERT_MAP(0, 4);

	ASSERT_EQ(0, munmap(ASSERT_MMAP(index, 4), 4 * PG));
	close(self->fd);
	self->fd = -1;
	EXPECT_IDLE();
}

static int map_all_and(struct gntdev_fixture *self)
{
	uint64_t index;
	char *p;

	if (map_refs(self, 0, PAGES, &index))
		return 1;
	p = gd_mmap(self->fd, index, PAGES, PROT_READ | PROT_WRITE);
	if (!p)
		return 2;
	memset(p, 0x44, PG);
	return 0;
}

static int exit_with_it(void *arg)
{
	struct gntdev_fixture *self = arg;

	self->fd = gd_open();
	return map_all_and(self);
}

static int wait_with_it(void *arg)
{
	struct gntdev_fixture *self = arg;

	self->fd = gd_open();
	if (map_all_and(self))
		return 1;
	pause();
	return 0;
}

TEST_F(gntdev, exit__gives_all_back)
{
	EXPECT_EQ(0, child_run(exit_with_it, self));
	EXPECT_EQ(0x44, peek(self->g.page));
	EXPECT_IDLE();
}

static bool wait_used(struct gntdev_fixture *self, unsigned int used)
{
	uint64_t end = now_us() + SOON_MS * 1000ULL;

	while (granter_used(&self->g) != used) {
		if (now_us() > end)
			return false;
		sleep_ms(5);
	}
	return true;
}

TEST_F(gntdev, kill__gives_all_back)
{
	pid_t pid = child_start(wait_with_it, self);

	ASSERT_LT(0, pid);
	EXPECT_TRUE(wait_used(self, PAGES));
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_IDLE();
}

/* At no point of its life is anything left behind. */
TEST_F_TIMEOUT(gntdev, kill__at_any_time, 120)
{
	unsigned int i, rounds = getenv("XEN_TEST_QUICK") ? 20 : 100;
	pid_t pid;

	for (i = 0; i < rounds; i++) {
		pid = child_start(wait_with_it, self);
		ASSERT_LT(0, pid);
		usleep(i * 100);
		EXPECT_EQ(0, kill(pid, SIGKILL));
		child_wait(pid, SOON_MS);
	}
	EXPECT_IDLE();
}

static int exec_with_it(void *arg)
{
	if (map_all_and(arg))
		return 1;
	execl("/bin/busybox", "true", NULL);
	return 2;
}

TEST_F(gntdev, exec__gives_all_back)
{
	if (access("/bin/busybox", X_OK))
		SKIP(return, "there is no program to go on with");
	EXPECT_EQ(0, child_run(exec_with_it, self));
	/* The map is in the parent's file too. */
	close(self->fd);
	self->fd = -1;
	EXPECT_IDLE();
}

/* The page is the process's until it lets go, and the domain waits for it. */
TEST_F(gntdev, munmap__after_the_granter_has_gone)
{
	char *p = ASSERT_MAPPED_ALL();

	pattern_write(p, PAGES, 43);
	ASSERT_EQ(0, granter_forget(&self->g));
	ASSERT_EQ(0, guest_destroy(&self->g.guest));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(0u, pattern_wrong(p, PAGES, 43));
	EXPECT_TRUE(guest_listed(&self->g.guest));
	ASSERT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_EQ(0, guest_gone(&self->g.guest));
}

TEST_F(gntdev, mmap__after_the_granter_has_gone)
{
	uint64_t index = ASSERT_MAP(0, 2);

	ASSERT_EQ(0, granter_forget(&self->g));
	ASSERT_EQ(0, guest_vanish(&self->g.guest));
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 2, PROT_READ));
	EXPECT_EQ(0, gd_unmap(self->fd, index, 2));
}

TEST_F(gntdev, kill__after_the_granter_has_gone)
{
	pid_t pid = child_start(wait_with_it, self);

	ASSERT_LT(0, pid);
	EXPECT_TRUE(wait_used(self, PAGES));
	ASSERT_EQ(0, granter_forget(&self->g));
	ASSERT_EQ(0, guest_destroy(&self->g.guest));
	EXPECT_TRUE(guest_listed(&self->g.guest));
	EXPECT_EQ(0, kill(pid, SIGKILL));
	child_wait(pid, SOON_MS);
	EXPECT_EQ(0, guest_gone(&self->g.guest));
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* A signal may end the call, and then there is no mapping. */
TEST_F_TIMEOUT(gntdev, mmap__with_signals, 120)
{
	unsigned int i, rounds = getenv("XEN_TEST_QUICK") ? 300 : 3000;
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 300 }, { 0, 300 } }, never = {};
	unsigned int interrupted = 0;
	uint64_t index;
	int ret;

	sigaction(SIGALRM, &action, NULL);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &often, NULL));
	for (i = 0; i < rounds; i++) {
		index = ASSERT_MAP(0, 4);
		ret = gd_mmap_error(self->fd, index, 4, PROT_READ);
		EXPECT_TRUE(!ret || ret == -EINTR)
			TH_LOG("%s", strerror(-ret));
		interrupted += ret != 0;
		ASSERT_EQ(0, gd_unmap(self->fd, index, 4));
	}
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
	ksft_print_msg("%u of %u were interrupted\n", interrupted, rounds);
	EXPECT_IDLE();
}

TEST_F_TIMEOUT(gntdev, mmap__many_times, 120)
{
	unsigned int i, rounds = getenv("XEN_TEST_QUICK") ? 200 : 3000;
	uint64_t index;
	long before, after;
	char *p;

	before = free_kib();
	for (i = 0; i < rounds; i++) {
		index = ASSERT_MAP(0, PAGES);
		p = ASSERT_MMAP(index, PAGES);
		ASSERT_EQ((int)(i & 0x7f), poke(p + i % PAGES * PG, i & 0x7f));
		ASSERT_EQ(0, munmap(p, PAGES * PG));
		ASSERT_EQ(0, gd_unmap(self->fd, index, PAGES));
	}
	EXPECT_IDLE();
	after = free_kib();
	ksft_print_msg("free memory: %ld KiB before, %ld after\n", before,
		       after);
	/* A page for each round would be seen. */
	EXPECT_LT(before - after, (long)rounds * 4 + 4096);
}
