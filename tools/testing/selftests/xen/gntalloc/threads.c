// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads on one file, and on two.
 */

#define THREADS		4

struct worker {
	int fd;
	unsigned int nr;
	unsigned int rounds;
	const char *failed;
};

static unsigned int thread_rounds(void)
{
	return getenv("XEN_TEST_QUICK") ? 100 : 2000;
}

/* Its own pages, whatever the other threads do with theirs. */
static const char *alloc_and_check(struct worker *w, unsigned int i)
{
	unsigned int count = 1 + (i + w->nr) % 8;
	const char *failed = NULL;
	uint64_t index, seed = w->nr * 1000 + i;
	char *p;

	if (ga_alloc(w->fd, DOM_HERE, count, &index, NULL))
		return "ALLOC_GREF";
	p = ga_map(w->fd, index, count);
	if (!p)
		return "mmap";
	pattern_write(p, count, seed);
	if (i & 1 && ga_free(w->fd, index, count))
		failed = "DEALLOC_GREF";
	sched_yield();
	if (pattern_wrong(p, count, seed))
		failed = "content";
	if (munmap(p, count * PG))
		failed = "munmap";
	if (!(i & 1) && ga_free(w->fd, index, count))
		failed = "DEALLOC_GREF afterwards";
	return failed;
}

static void *allocator(void *arg)
{
	struct worker *w = arg;
	unsigned int i;

	for (i = 0; i < w->rounds && !w->failed; i++)
		w->failed = alloc_and_check(w, i);
	return NULL;
}

TEST_F_TIMEOUT(gntalloc, alloc_gref__by_threads, 120)
{
	struct worker w[THREADS] = {};
	pthread_t thread[THREADS];
	unsigned int i;

	for (i = 0; i < THREADS; i++) {
		w[i].fd = i & 1 ? self->fd : self->other;
		w[i].nr = i;
		w[i].rounds = thread_rounds();
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, allocator,
					    &w[i]));
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		EXPECT_EQ(NULL, w[i].failed)
			TH_LOG("thread %u: %s", i, w[i].failed);
	}
	EXPECT_ROOM(LIMIT);
}

struct race {
	pthread_barrier_t barrier;
	int fd;
	uint64_t index;
	int result;
};

static void *freer(void *arg)
{
	struct race *r = arg;

	pthread_barrier_wait(&r->barrier);
	r->result = ga_free(r->fd, r->index, 2);
	return NULL;
}

/* Only one of two can release a range. */
TEST_F_TIMEOUT(gntalloc, dealloc_gref__one_of_two_threads_wins, 120)
{
	struct race r = { .fd = self->fd };
	pthread_t thread;
	unsigned int i;
	int ret;

	pthread_barrier_init(&r.barrier, NULL, 2);
	for (i = 0; i < thread_rounds(); i++) {
		r.index = ASSERT_ALLOC(self->fd, 2, NULL);
		ASSERT_EQ(0, pthread_create(&thread, NULL, freer, &r));
		pthread_barrier_wait(&r.barrier);
		ret = ga_free(self->fd, r.index, 2);
		pthread_join(thread, NULL);
		ASSERT_EQ(-EINVAL, ret + r.result)
			TH_LOG("%d and %d", ret, r.result);
	}
	EXPECT_ROOM(LIMIT);
}

/* It is mapped, or it was gone already. */
TEST_F_TIMEOUT(gntalloc, mmap__against_dealloc_gref, 120)
{
	struct race r = { .fd = self->fd };
	unsigned int i, mapped = 0;
	pthread_t thread;
	char *p;

	pthread_barrier_init(&r.barrier, NULL, 2);
	for (i = 0; i < thread_rounds(); i++) {
		r.index = ASSERT_ALLOC(self->fd, 2, NULL);
		ASSERT_EQ(0, pthread_create(&thread, NULL, freer, &r));
		pthread_barrier_wait(&r.barrier);
		p = ga_map(self->fd, r.index, 2);
		EXPECT_TRUE(p || errno == ENOENT);
		pthread_join(thread, NULL);
		EXPECT_EQ(0, r.result);
		if (p) {
			mapped++;
			pattern_write(p, 2, i);
			EXPECT_EQ(0u, pattern_wrong(p, 2, i));
			ASSERT_EQ(0, munmap(p, 2 * PG));
		}
	}
	ksft_print_msg("%u of %u were mapped\n", mapped, i);
	EXPECT_ROOM(LIMIT);
}

struct contender {
	pthread_barrier_t *barrier;
	unsigned int got;
};

static void *greedy(void *arg)
{
	struct contender *c = arg;
	int fd = ga_open();

	pthread_barrier_wait(c->barrier);
	while (!ga_alloc(fd, DOM_HERE, 1, NULL, NULL))
		c->got++;
	pthread_barrier_wait(c->barrier);
	close(fd);
	return NULL;
}

/* Together they get exactly what the limit says. */
TEST_F_TIMEOUT(gntalloc, limit__for_all_threads_together, 120)
{
	unsigned int i, round, sum, rounds = thread_rounds() / 20;
	struct contender c[THREADS];
	pthread_t thread[THREADS];
	pthread_barrier_t barrier;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < THREADS; i++) {
			c[i] = (struct contender) { &barrier, 0 };
			ASSERT_EQ(0, pthread_create(&thread[i], NULL, greedy,
						    &c[i]));
		}
		for (sum = 0, i = 0; i < THREADS; i++) {
			pthread_join(thread[i], NULL);
			sum += c[i].got;
		}
		EXPECT_EQ((unsigned int)LIMIT, sum);
	}
	EXPECT_ROOM(LIMIT);
}
