// SPDX-License-Identifier: GPL-2.0-only
/*
 * RESTRICT: to one domain, for good; a restricted file makes no hypercall.
 */

#define EXPECT_RESTRICTED(fd)	EXPECT_EQ(-EPERM, xen_version(fd))
#define EXPECT_FREE(fd)		EXPECT_LE(XEN_OLDEST, xen_version(fd))

/* The number is not looked at: any is a restriction. */
TEST_F(privcmd, restrict__any_number)
{
	static const uint16_t domids[] = {
		0, 1, DOM_NONE, 0x7fef, DOMID_SELF, DOMID_IO, DOMID_XEN,
		DOMID_IDLE, 0x8000, 0xffff,
	};
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(domids); i++) {
		fd = privcmd_open();
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, privcmd_restrict(fd, domids[i]))
			TH_LOG("domid %#x", domids[i]);
		EXPECT_RESTRICTED(fd)
			TH_LOG("domid %#x", domids[i]);
		close(fd);
	}
}

TEST_F(privcmd, restrict__same_domain_again)
{
	int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, privcmd_restrict(self->fd, DOM_NONE))
			TH_LOG("round %d", i);
	}
	EXPECT_RESTRICTED(self->fd);
}

TEST_F(privcmd, restrict__other_domain_is_einval)
{
	static const uint16_t domids[] = {
		0, DOM_NONE + 1, DOMID_INVALID, DOMID_SELF, 0xffff,
	};
	unsigned int i;

	ASSERT_EQ(0, privcmd_restrict(self->fd, DOM_NONE));
	for (i = 0; i < ARRAY_SIZE(domids); i++) {
		EXPECT_EQ(-EINVAL, privcmd_restrict(self->fd, domids[i]))
			TH_LOG("domid %#x", domids[i]);
	}
	EXPECT_EQ(0, privcmd_restrict(self->fd, DOM_NONE));
	EXPECT_RESTRICTED(self->fd);
}

TEST_F(privcmd, restrict__domid_invalid_is_none)
{
	EXPECT_EQ(0, privcmd_restrict(self->fd, DOMID_INVALID));
	EXPECT_EQ(0, privcmd_restrict(self->fd, DOMID_INVALID));
	EXPECT_FREE(self->fd);
	EXPECT_EQ(0, privcmd_restrict(self->fd, DOM_NONE));
	EXPECT_RESTRICTED(self->fd);
}

TEST_F(privcmd, restrict__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_RESTRICT);
	EXPECT_FREE(self->fd);
}

TEST_F(privcmd, restrict__argument_at_the_end_of_a_page)
{
	uint16_t domid = DOM_NONE;
	char *hole = before_a_hole();

	ASSERT_NE(NULL, hole);
	memcpy(hole - 2, &domid, 2);
	EXPECT_EQ(0, ioctl(self->fd, IOCTL_PRIVCMD_RESTRICT, hole - 2));
	EXPECT_EQ(0, privcmd_restrict(self->fd, DOM_NONE));
}

/* Said before the argument is looked at. */
TEST_F(privcmd, hypercall__restricted_with_a_bad_pointer)
{
	ASSERT_EQ(0, privcmd_restrict(self->fd, DOM_NONE));
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_PRIVCMD_HYPERCALL, NULL));
	EXPECT_EQ(EPERM, errno);
}

TEST_F(privcmd, hypercall__restricted_with_any_number)
{
	static const uint64_t ops[] = { 0, 17, 63, 128, UINT64_MAX };
	unsigned int i;

	ASSERT_EQ(0, privcmd_restrict(self->fd, DOM_NONE));
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		EXPECT_EQ(-EPERM, hcall1(self->fd, ops[i], 0))
			TH_LOG("hypercall %llu", (unsigned long long)ops[i]);
	}
}

static int restrict_in_child(void *arg)
{
	return privcmd_restrict(*(int *)arg, DOM_NONE) ? 1 : 0;
}

TEST_F(privcmd, restrict__goes_with_the_open_file)
{
	int copy = dup(self->fd);
	int other = privcmd_open();

	ASSERT_LE(0, copy);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, child_run(restrict_in_child, &copy));
	EXPECT_RESTRICTED(copy);
	EXPECT_RESTRICTED(self->fd);
	EXPECT_FREE(other);
	close(copy);
	close(other);
}

struct racer {
	pthread_barrier_t *start;
	int fd;
	uint16_t domid;
	int result;
};

static void *race(void *arg)
{
	struct racer *racer = arg;

	pthread_barrier_wait(racer->start);
	racer->result = privcmd_restrict(racer->fd, racer->domid);
	return NULL;
}

TEST_F(privcmd, restrict__one_of_two_threads_wins)
{
	struct racer racers[2];
	pthread_barrier_t start;
	pthread_t thread;
	int round;

	if (!env_is_ours())
		SKIP(return, "now and then both succeed");
	pthread_barrier_init(&start, NULL, 2);
	for (round = 0; round < 200; round++) {
		int fd = privcmd_open();

		ASSERT_LE(0, fd);
		racers[0] = (struct racer){ &start, fd, 5, 0 };
		racers[1] = (struct racer){ &start, fd, 6, 0 };
		ASSERT_EQ(0, pthread_create(&thread, NULL, race, &racers[0]));
		race(&racers[1]);
		pthread_join(thread, NULL);
		EXPECT_EQ(-EINVAL, racers[0].result + racers[1].result)
			TH_LOG("round %d: %d and %d", round, racers[0].result,
			       racers[1].result);
		/* The file is restricted to the domain of the winner. */
		EXPECT_EQ(0, privcmd_restrict(fd, racers[0].result ? 6 : 5));
		EXPECT_RESTRICTED(fd);
		close(fd);
	}
}
