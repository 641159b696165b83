// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames go back when the mapping goes, however it goes: Xen lists a domain
 * that was destroyed for as long as somebody holds a page of it.
 */

TEST_F(foreign, close__keeps_the_mapping)
{
	char *p = ASSERT_MAP_ALL();

	close(self->fd);
	self->fd = -1;
	pattern_write(p, FRAMES, 40);
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 40));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(foreign, munmap__gives_frames_back)
{
	char *p = ASSERT_MAP_ALL();

	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* The page stays what it was until the last mapping is gone. */
TEST_F(foreign, destroy__while_mapped)
{
	char *p = ASSERT_MAP_ALL(), *q = ASSERT_MAP_ALL();

	pattern_write(p, FRAMES, 41);
	ASSERT_EQ(0, guest_destroy(&self->guest));
	EXPECT_TRUE(guest_listed(&self->guest));
	EXPECT_EQ(0u, pattern_wrong(q, FRAMES, 41));
	pattern_write(q, FRAMES, 42);
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 42));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0u, pattern_wrong(q, FRAMES, 42));
	EXPECT_TRUE(guest_listed(&self->guest));
	EXPECT_EQ(0, fm_unmap(q, FRAMES));
	EXPECT_EQ(0, guest_gone(&self->guest));
}

TEST_F(foreign, mmapbatch_v2__of_a_destroyed_domain)
{
	char *p = ASSERT_MAP_ALL(), *q = ASSERT_AREA(2);

	ASSERT_EQ(0, guest_destroy(&self->guest));
	/* While a page is held Xen may let another mapping of it be made. */
	EXPECT_EQ(0, MAP_V2(q, 2, self->frame));
	EXPECT_EQ(self->err[0] ? -SIGBUS : 1, poke(q, 1));
	EXPECT_EQ(0, fm_unmap(q, 2));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_gone(&self->guest));
	q = ASSERT_AREA(2);
	EXPECT_EQ(0, MAP_V2(q, 2, self->frame));
	EXPECT_EQ(-ESRCH, self->err[0]);
	EXPECT_EQ(-SIGBUS, peek(q));
}

struct holder {
	struct foreign_fixture *self;
	int ready[2];
	bool stay;
};

/* Map everything twice, one time with a hole, and end without unmapping. */
static int hold_in_child(void *arg)
{
	struct holder *h = arg;
	struct foreign_fixture *self = h->self;
	xen_pfn_t frame[FRAMES];
	char *p, *q;

	memcpy(frame, self->frame, sizeof(frame));
	frame[2] = BAD_FRAME;
	self->fd = privcmd_open();
	p = map_all(self);
	q = fm_area(self->fd, FRAMES);
	if (!p || !q || MAP_V2(q, FRAMES, frame) || !fm_area(self->fd, 2))
		return 1;
	pattern_write(p, FRAMES, 43);
	if (pattern_wrong(q + 3 * PG, FRAMES - 3, 46))
		return 2;
	if (write(h->ready[1], "", 1) != 1)
		return 3;
	while (h->stay)
		pause();
	return 0;
}

TEST_F(foreign, exit__gives_frames_back)
{
	struct holder holder = { .self = self };

	ASSERT_EQ(0, pipe(holder.ready));
	EXPECT_EQ(0, child_run(hold_in_child, &holder));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(foreign, kill__gives_frames_back)
{
	struct holder holder = { .self = self, .stay = true };
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(holder.ready));
	pid = child_start(hold_in_child, &holder);
	ASSERT_LT(0, pid);
	close(holder.ready[1]);
	ASSERT_EQ(1, read(holder.ready[0], &c, 1));
	ASSERT_EQ(0, guest_destroy(&self->guest));
	EXPECT_TRUE(guest_listed(&self->guest));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_EQ(0, guest_gone(&self->guest));
}

/* execve() replaces the whole address space. */
static int exec_in_child(void *arg)
{
	struct foreign_fixture *self = arg;

	if (!map_all(self))
		return 1;
	execl("/bin/true", "true", NULL);
	return 2;
}

TEST_F(foreign, exec__gives_frames_back)
{
	if (access("/bin/true", X_OK))
		SKIP(return, "there is no /bin/true");
	EXPECT_EQ(0, child_run(exec_in_child, self));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* Many mappings at a time, given up in another order than they were made. */
TEST_F(foreign, munmap__in_any_order)
{
	char *p[64];
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = ASSERT_MAP_ALL();
	pattern_write(p[0], FRAMES, 44);
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		k = (i * 37 + 11) % ARRAY_SIZE(p);
		EXPECT_EQ(0u, pattern_wrong(p[k], FRAMES, 44));
		EXPECT_EQ(0, fm_unmap(p[k], FRAMES));
	}
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

#define ROUNDS		100
#define FRAMES_OF_ROUND	2048UL
#define ROOM_FOR_XEN	6144UL
#define MANY_FRAMES	65536UL
/* The kernel's own fluctuation, in KiB; and Xen's, in pages. */
#define SLACK_KIB	2048
#define SLACK_PAGES	64

struct many {
	struct guest guest;
	unsigned long frames;
	int *err;
	int fd;
};

static int many_round(struct many *m, unsigned long frames)
{
	void *p = fm_area(m->fd, frames);
	int ret;

	if (!p)
		return -ENOMEM;
	ret = fm_v2(m->fd, m->guest.domid, p, frames, m->guest.frame, m->err);
	if (!ret && (m->err[0] || m->err[frames - 1]))
		ret = -EIO;
	return fm_unmap(p, frames) ?: ret;
}

/* As many as Xen has room for, but not more than MANY_FRAMES. */
static int many_create(struct many *m, struct foreign_fixture *self)
{
	bool hvm = self->guest.hvm;
	long room = xen_free_pages(&self->guest) - ROOM_FOR_XEN;

	guest_free(&self->guest);
	m->fd = self->fd;
	m->frames = room < (long)MANY_FRAMES ? room : (long)MANY_FRAMES;
	if (room < (long)FRAMES_OF_ROUND)
		return -ENOMEM;
	m->err = calloc(m->frames, sizeof(*m->err));
	return m->err ? guest_create(&m->guest, hvm, m->frames) : -ENOMEM;
}

/*
 * How long @rounds take, in microseconds, or -errno. From time to time it says
 * how far it is: who watches takes silence for a hang.
 */
static long long many_rounds(struct many *m, unsigned long frames, int rounds)
{
	uint64_t begin = now_us(), said = begin;
	int i, ret;

	for (i = 0; i < rounds; i++) {
		ret = many_round(m, frames);
		if (ret)
			return ret;
		if (now_us() - said > 30000000) {
			said = now_us();
			ksft_print_msg("round %d of %d\n", i + 1, rounds);
		}
	}
	ksft_print_msg("%lu frames mapped and unmapped %d times: %llu us each time\n",
		       frames, rounds,
		       (unsigned long long)(now_us() - begin) / rounds);
	return now_us() - begin;
}

TEST_F_TIMEOUT(foreign, scale__memory_comes_back, 1500)
{
	struct many m = {};
	long kib, pages;
	int rounds;

	/* A PVH dom0 takes ten times as long, for Xen has to flush each page. */
	rounds = getenv("XEN_TEST_QUICK") ? 1 : ROUNDS;
	ASSERT_EQ(0, many_create(&m, self));
	/* What the kernel sets up once, it sets up now. */
	ASSERT_EQ(0, many_round(&m, m.frames));
	kib = free_kib();
	pages = xen_free_pages(&m.guest);
	EXPECT_LT(0, many_rounds(&m, m.frames, rounds));
	EXPECT_LT(0, many_rounds(&m, FRAMES_OF_ROUND, rounds == ROUNDS ? ROUNDS : 20));
	ksft_print_msg("MemFree %ld %+ld KiB, Xen %ld %+ld pages\n", kib,
		       free_kib() - kib, pages,
		       xen_free_pages(&m.guest) - pages);
	EXPECT_LT(kib - SLACK_KIB, free_kib());
	EXPECT_LT(pages - SLACK_PAGES, xen_free_pages(&m.guest));
	EXPECT_EQ(0, guest_vanish(&m.guest));
	guest_free(&m.guest);
	free(m.err);
}
