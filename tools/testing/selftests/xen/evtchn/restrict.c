// SPDX-License-Identifier: GPL-2.0-only
/*
 * RESTRICT_DOMID: once, for good, for all users of the open file and for no
 * other, and checked before anything that could leak or cost.
 */

/* The highest number that a domain can have. */
#define DOM_HIGHEST	(DOMID_FIRST_RESERVED - 1)

TEST_F(evtchn, restrict_domid__reserved_is_einval)
{
	static const uint16_t reserved[] = {
		0, DOMID_SELF, DOMID_IO, DOMID_XEN, DOMID_COW, DOMID_INVALID,
		DOMID_IDLE, 0x8000, 0xffff,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++) {
		EXPECT_EQ(-EINVAL, ev_restrict(self->fd, reserved[i]))
			TH_LOG("domid %#x", reserved[i]);
	}
	/* And nothing came of it. */
	ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
}

TEST_F(evtchn, restrict_domid__ordinary_numbers)
{
	static const uint16_t domids[] = { 1, 2, 0x7000, DOM_HIGHEST };
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(domids); i++) {
		fd = ev_open(O_RDWR);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, ev_restrict(fd, domids[i]))
			TH_LOG("domid %#x", domids[i]);
		EXPECT_EQ(-EACCES, ev_bind_unbound(fd, domids[i]));
		close(fd);
	}
}

TEST_F(evtchn, restrict_domid__second_time_is_eacces)
{
	ASSERT_EQ(0, ev_restrict(self->fd, DOM_NONE));
	EXPECT_EQ(-EACCES, ev_restrict(self->fd, DOM_NONE));
	EXPECT_EQ(-EACCES, ev_restrict(self->fd, 1));
	EXPECT_EQ(-EACCES, ev_restrict(self->fd, DOMID_INVALID));
	/* Said before the argument is looked at. */
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_EVTCHN_RESTRICT_DOMID, NULL));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(evtchn, restrict_domid__no_virq_and_no_unbound_port)
{
	int open = ports_open(self->xen);

	ASSERT_EQ(0, ev_restrict(self->fd, DOM_NONE));
	EXPECT_EQ(-EACCES, ev_bind_virq(self->fd, VIRQ_ARGO));
	EXPECT_EQ(-EACCES, ev_bind_virq(self->fd, NR_VIRQS));
	EXPECT_EQ(-EACCES, ev_bind_unbound(self->fd, DOM_HERE));
	EXPECT_EQ(-EACCES, ev_bind_unbound(self->fd, DOM_NONE));
	/* Said before the argument is looked at. */
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_EVTCHN_BIND_VIRQ, NULL));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_EVTCHN_BIND_UNBOUND_PORT, NULL));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(open, ports_open(self->xen));
}

TEST_F(evtchn, restrict_domid__interdomain_only_to_the_domain)
{
	static const struct {
		const char *name;
		uint32_t domain;
		int expected;
	} rows[] = {
		{ "the domain, as far as Xen", DOM_NONE, -ESRCH },
		{ "this domain", DOM_HERE, -EACCES },
		{ "DOMID_SELF", DOMID_SELF, -EACCES },
		{ "another domain", 1, -EACCES },
		/* All 32 bits count here, though Xen sees 16. */
		{ "high bits", 0x10000 | DOM_NONE, -EACCES },
		{ "all ones", 0xffffffff, -EACCES },
	};
	int waiting = ASSERT_PORT(ev_bind_unbound(self->other, DOM_HERE));
	unsigned int i;

	ASSERT_EQ(0, ev_restrict(self->fd, DOM_NONE));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(rows[i].expected,
			  ev_bind_interdomain(self->fd, rows[i].domain,
					      waiting))
			TH_LOG("%s", rows[i].name);
	}
	/* The domain is in the argument, so this comes first. */
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_EVTCHN_BIND_INTERDOMAIN, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(EVTCHNSTAT_unbound, port_state(self->xen, waiting));
}

TEST_F(evtchn, restrict_domid__bound_ports_go_on)
{
	struct ev_pair pair = ASSERT_PAIR(self->fd, self->other);

	ASSERT_EQ(0, ev_restrict(self->fd, DOM_NONE));
	EXPECT_EQ(0, ev_notify(self->fd, pair.a));
	EXPECT_EQ((int)pair.b, ev_take(self->other));
	EXPECT_EQ(0, ev_notify(self->other, pair.b));
	EXPECT_EQ((int)pair.a, ev_take(self->fd));
	EXPECT_EQ(0, ev_reset(self->fd));
	EXPECT_EQ(0, ev_unbind(self->fd, pair.a));
	EXPECT_EQ(EVTCHNSTAT_closed, port_state(self->xen, pair.a));
}

TEST_F(evtchn, restrict_domid__goes_with_the_open_file)
{
	int copy = dup(self->fd);

	ASSERT_LE(0, copy);
	ASSERT_EQ(0, ev_restrict(copy, DOM_NONE));
	close(copy);
	EXPECT_EQ(-EACCES, ev_bind_unbound(self->fd, DOM_HERE));
	ASSERT_PORT(ev_bind_unbound(self->other, DOM_HERE));
}

struct restrict_racer {
	pthread_barrier_t *start;
	int fd;
	uint16_t domid;
	int result;
};

static void *restrict_race(void *arg)
{
	struct restrict_racer *racer = arg;

	pthread_barrier_wait(racer->start);
	racer->result = ev_restrict(racer->fd, racer->domid);
	return NULL;
}

TEST_F(evtchn, restrict_domid__one_of_two_threads_wins)
{
	struct restrict_racer racers[2];
	pthread_barrier_t start;
	pthread_t thread;
	int round;

	pthread_barrier_init(&start, NULL, 2);
	for (round = 0; round < 100; round++) {
		int fd = ev_open(O_RDWR);

		ASSERT_LE(0, fd);
		racers[0] = (struct restrict_racer){ &start, fd, 1, 0 };
		racers[1] = (struct restrict_racer){ &start, fd, 2, 0 };
		ASSERT_EQ(0, pthread_create(&thread, NULL, restrict_race,
					    &racers[0]));
		restrict_race(&racers[1]);
		pthread_join(thread, NULL);
		EXPECT_EQ(-EACCES, racers[0].result + racers[1].result)
			TH_LOG("round %d: %d and %d", round, racers[0].result,
			       racers[1].result);
		close(fd);
	}
}
