// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file that two threads restrict, each to a domain of its own, while others
 * do with it whatever a file can do. What begins after a RESTRICT has returned
 * reaches the domain of the winner only.
 */

#define ACTORS		3
#define RESTRICTERS	2
#define ACTS_AFTER	12

struct restrict_stress {
	pthread_barrier_t barrier;
	struct arena arena;
	struct guest guest[RESTRICTERS];
	int fd;
	/* Which domain the file is restricted to, plus 1. */
	atomic_uint winner;
	/* With this file. */
	atomic_uint acts;
	atomic_uint reached[2];
	atomic_uint refused[2];
};

static void restrict_act(struct hand *h, struct restrict_stress *r,
			 unsigned int nr, int *ret)
{
	struct guest *g = &r->guest[nr];
	struct xen_dm_op op = { .op = XEN_DMOP_nr_vcpus };
	char *addr = arena_slot(&r->arena, h->nr);
	struct privcmd_irqfd irqfd = {
		.dm_op = (uintptr_t)&op, .size = sizeof(op), .fd = -1,
		.dom = g->domid,
	};
	struct privcmd_mmap_entry run = {
		.va = (uintptr_t)addr, .mfn = g->frame[0], .npages = 1,
	};
	xen_pfn_t frame = g->frame[0];
	int err;

	mmap(addr, PG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, r->fd, 0);
	switch (pick(h, 6)) {
	case 0:
		*ret = fm_v2(r->fd, g->domid, addr, 1, &frame, &err);
		break;
	case 1:
		*ret = fm_v1(r->fd, g->domid, addr, 1, &frame);
		break;
	case 2:
		*ret = fm_runs(r->fd, g->domid, 1, &run);
		break;
	case 3:
		*ret = fm_resource(r->fd, g->domid, XENMEM_resource_grant_table,
				   XENMEM_resource_grant_table_id_shared, 0, 1,
				   addr, NULL);
		break;
	case 4:
		*ret = ask_vcpus(r->fd, g->domid, &op);
		break;
	default:
		*ret = ioctl(r->fd, IOCTL_PRIVCMD_IRQFD, &irqfd) ? -errno : 0;
		break;
	}
}

/* One act, judged by what was known before it began. */
static void restrict_step(struct hand *h, struct restrict_stress *r)
{
	unsigned int winner = r->winner, nr = pick(h, RESTRICTERS);
	int ret;

	if (!pick(h, 8)) {
		ret = xen_version(r->fd);
		if (winner ? ret != -EPERM : ret < 0 && ret != -EPERM)
			crew_fail(h, "hypercall", ret);
		return;
	}
	restrict_act(h, r, nr, &ret);
	/* IOCTL_PRIVCMD_MMAP, said to everybody outside PV. */
	if (ret == -ENOSYS)
		return;
	if (winner && nr + 1 != winner && ret != -EPERM)
		crew_fail(h, "the other domain was reached", ret);
	if (winner && nr + 1 == winner && ret == -EPERM)
		crew_fail(h, "the domain was refused", ret);
	if (ret == -EPERM)
		r->refused[!!winner]++;
	else
		r->reached[!!winner]++;
}

static void restrict_try(struct hand *h, struct restrict_stress *r,
			 unsigned int nr)
{
	unsigned int acts = h->random & 1 ? pick(h, 20) : 0;
	int ret;

	/*
	 * Some of the others get somewhere first; or both go at once. With one
	 * processor a yield alone need not let anybody else run.
	 */
	while (!r->winner && r->acts < acts)
		usleep(1);
	ret = privcmd_restrict(r->fd, r->guest[nr].domid);
	if (!ret && atomic_exchange(&r->winner, nr + 1))
		crew_fail(h, "both threads have restricted the file", nr);
	if (ret && ret != -EINVAL)
		crew_fail(h, "RESTRICT", ret);
}

/* A file for all of them, which is made and closed between the barriers. */
static void restrict_hand(struct hand *h, void *arg)
{
	struct restrict_stress *r = arg;
	unsigned int i;

	pthread_barrier_wait(&r->barrier);
	/* Nobody waits for another one any more, so this is the time to say it. */
	if (r->fd < 0) {
		h->crew->stop = true;
		return;
	}
	if (h->nr < RESTRICTERS) {
		restrict_try(h, r, h->nr);
	} else {
		while (!r->winner) {
			restrict_step(h, r);
			r->acts++;
		}
		for (i = 0; i < ACTS_AFTER; i++)
			restrict_step(h, r);
	}
	pthread_barrier_wait(&r->barrier);
}

/* One file after the other, until the time is over. */
static unsigned int restrict_files(struct restrict_stress *r, struct crew *c,
				   unsigned int ms)
{
	uint64_t end = now_us() + ms * 1000ULL;
	unsigned int files = 0;

	while (now_us() < end && !c->has_failed) {
		r->winner = 0;
		r->acts = 0;
		r->fd = privcmd_open();
		pthread_barrier_wait(&r->barrier);
		if (r->fd < 0)
			return 0;
		pthread_barrier_wait(&r->barrier);
		arena_clear_all(&r->arena);
		close(r->fd);
		files++;
	}
	/* Lets them go. */
	r->fd = -1;
	pthread_barrier_wait(&r->barrier);
	return files;
}

TEST_STRESS(restrict__against_everything)
{
	struct restrict_stress *r = shared_alloc(sizeof(*r));
	unsigned int i, files = 0, n;
	struct crew *c;

	ASSERT_NE(NULL, r);
	r->arena = self->arena;
	pthread_barrier_init(&r->barrier, NULL, RESTRICTERS + ACTORS + 1);
	ASSERT_EQ(0, guest_create(&r->guest[0], true, GUEST_FRAMES));
	ASSERT_EQ(0, guest_add(&r->guest[1], true, GUEST_FRAMES));
	while (another_round(self)) {
		c = crew_start(RESTRICTERS + ACTORS, 0, restrict_hand, r,
			       self->rounds);
		ASSERT_NE(NULL, c);
		n = restrict_files(r, c, round_ms(self));
		END_CREW(c);
		ASSERT_LT(0u, n);
		files += n;
	}
	ksft_print_msg("%u files; before: %u reached, %u refused; after: %u, %u\n",
		       files, r->reached[0], r->refused[0], r->reached[1],
		       r->refused[1]);
	EXPECT_LT(0u, r->reached[0]);
	EXPECT_LT(0u, r->reached[1]);
	EXPECT_LT(0u, r->refused[1]);
	for (i = 0; i < RESTRICTERS; i++) {
		EXPECT_EQ(0, guest_vanish(&r->guest[i]));
		guest_free(&r->guest[i]);
	}
	EXPECT_MEMORY();
}
