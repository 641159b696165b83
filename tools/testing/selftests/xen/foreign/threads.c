// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads on one mapping.
 */

#define THREAD_ROUNDS	400

struct racer {
	struct foreign_fixture *self;
	pthread_barrier_t *barrier;
	void *addr;
	int result;
	int err[FRAMES];
};

static void *map_racer(void *arg)
{
	struct racer *r = arg;
	struct foreign_fixture *self = r->self;

	pthread_barrier_wait(r->barrier);
	r->result = fm_v2(self->fd, self->domid, r->addr, FRAMES, self->frame,
			  r->err);
	return NULL;
}

/* One call fills it, the other finds it filled. */
TEST_F_TIMEOUT(foreign, mmapbatch_v2__one_of_two_threads_wins, 120)
{
	pthread_barrier_t barrier;
	struct racer racer[2];
	pthread_t thread;
	unsigned int i;
	char *p;

	p = ASSERT_MAP_ALL();
	pattern_write(p, FRAMES, 50);
	pthread_barrier_init(&barrier, NULL, 2);
	for (i = 0; i < THREAD_ROUNDS; i++) {
		p = ASSERT_AREA(FRAMES);
		racer[0] = (struct racer){ self, &barrier, p, 1, {} };
		racer[1] = (struct racer){ self, &barrier, p, 1, {} };
		ASSERT_EQ(0, pthread_create(&thread, NULL, map_racer,
					    &racer[0]));
		map_racer(&racer[1]);
		pthread_join(thread, NULL);
		ASSERT_EQ(-EINVAL, racer[0].result + racer[1].result)
			TH_LOG("%d and %d", racer[0].result, racer[1].result);
		EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 50));
		EXPECT_EQ(0, fm_unmap(p, FRAMES));
	}
}

/* An address range that stays reserved while mappings come and go in it. */
struct shared_area {
	struct foreign_fixture *self;
	void *addr;
	atomic_bool stop;
	unsigned int cleared;
};

static bool area_clear(struct shared_area *s)
{
	return mmap(s->addr, FRAMES * PG, PROT_NONE, MAP_PRIVATE |
		    MAP_ANONYMOUS | MAP_FIXED, -1, 0) == s->addr;
}

static void *area_clearer(void *arg)
{
	struct shared_area *s = arg;

	while (!s->stop) {
		if (area_clear(s))
			s->cleared++;
		sched_yield();
	}
	return NULL;
}

static int area_fill(struct shared_area *s)
{
	struct foreign_fixture *self = s->self;

	if (mmap(s->addr, FRAMES * PG, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, self->fd, 0) != s->addr)
		return -errno;
	return MAP_V2(s->addr, FRAMES, self->frame);
}

TEST_F_TIMEOUT(foreign, munmap__while_another_thread_maps, 120)
{
	struct shared_area s = { .self = self };
	unsigned int i, filled = 0;
	pthread_t thread;
	int ret;

	s.addr = ASSERT_AREA(FRAMES);
	ASSERT_EQ(0, pthread_create(&thread, NULL, area_clearer, &s));
	for (i = 0; i < 4 * THREAD_ROUNDS; i++) {
		ret = area_fill(&s);
		if (!ret)
			filled++;
		EXPECT_TRUE(!ret || ret == -EINVAL)
			TH_LOG("round %u: %d", i, ret);
	}
	s.stop = true;
	pthread_join(thread, NULL);
	ksft_print_msg("%u of %u calls found their mapping, %u were cleared\n",
		       filled, i, s.cleared);
	EXPECT_TRUE(area_clear(&s));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

static void *area_remapper(void *arg)
{
	struct shared_area *s = arg;

	while (!s->stop) {
		mprotect(s->addr, FRAMES * PG, PROT_READ);
		mremap(s->addr, FRAMES * PG, FRAMES * PG,
		       MREMAP_MAYMOVE | MREMAP_FIXED, s->addr + FRAMES * PG);
		s->cleared++;
		sched_yield();
	}
	return NULL;
}

/* Whatever is done to it while it is being filled: no frame is lost. */
TEST_F_TIMEOUT(foreign, mremap__while_another_thread_maps, 120)
{
	struct shared_area s = { .self = self };
	pthread_t thread;
	unsigned int i;
	int ret;

	if (!env_is_ours())
		SKIP(return, "pages would be freed twice, or the kernel crash");
	/* Three times the room: both places, and a reserve. */
	s.addr = mmap(NULL, 3 * FRAMES * PG, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, s.addr);
	ASSERT_EQ(0, pthread_create(&thread, NULL, area_remapper, &s));
	for (i = 0; i < 4 * THREAD_ROUNDS; i++) {
		ret = area_fill(&s);
		EXPECT_TRUE(!ret || ret == -EINVAL)
			TH_LOG("round %u: %d", i, ret);
	}
	s.stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(0, munmap(s.addr, 3 * FRAMES * PG));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}
