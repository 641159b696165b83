// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads on one file.
 */

#define THREADS		4

struct worker {
	struct gntdev_fixture *self;
	unsigned int nr;
	unsigned int rounds;
	atomic_bool *stop;
	const char *failed;
};

static unsigned int thread_rounds(void)
{
	return getenv("XEN_TEST_QUICK") ? 60 : 1000;
}

static const char *map_and_check(struct worker *w, unsigned int i)
{
	unsigned int first = (w->nr * 3 + i) % 8, count = 1 + i % 8;
	struct gntdev_fixture *self = w->self;
	const char *failed = NULL;
	uint64_t index;
	char *p;

	if (map_refs(self, first, count, &index))
		return "MAP_GRANT_REF";
	p = gd_mmap(self->fd, index, count, PROT_READ);
	if (!p)
		return "mmap";
	if (pattern_wrong(p, count, 200 + first))
		failed = "content";
	if (i & 1 && gd_unmap(self->fd, index, count))
		failed = "UNMAP_GRANT_REF";
	if (munmap(p, count * PG))
		failed = "munmap";
	if (!(i & 1) && gd_unmap(self->fd, index, count))
		failed = "UNMAP_GRANT_REF afterwards";
	return failed;
}

static void *mapper(void *arg)
{
	struct worker *w = arg;
	unsigned int i;

	for (i = 0; i < w->rounds && !w->failed; i++)
		w->failed = map_and_check(w, i);
	return NULL;
}

static void *copier(void *arg)
{
	struct worker *w = arg;
	struct gntdev_fixture *self = w->self;
	struct gntdev_grant_copy_segment seg[20];
	char buf[20 * 100];
	unsigned int i, j;

	for (i = 0; i < w->rounds && !w->failed; i++) {
		for (j = 0; j < ARRAY_SIZE(seg); j++)
			seg[j] = IN(j % PAGES, 0, buf + j * 100, 100);
		if (gd_copy(self->fd, ARRAY_SIZE(seg), seg) ||
		    segs_failed(seg, ARRAY_SIZE(seg)))
			w->failed = "GRANT_COPY";
	}
	return NULL;
}

static void run_workers(struct __test_metadata *_metadata,
			struct gntdev_fixture *self,
			void *(*fn[THREADS])(void *))
{
	struct worker w[THREADS] = {};
	pthread_t thread[THREADS];
	unsigned int i;

	pattern_write(self->g.page, PAGES, 200);
	for (i = 0; i < THREADS; i++) {
		w[i].self = self;
		w[i].nr = i;
		w[i].rounds = thread_rounds();
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, fn[i], &w[i]));
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		EXPECT_EQ(NULL, w[i].failed)
			TH_LOG("thread %u: %s", i, w[i].failed);
	}
	EXPECT_IDLE();
}

TEST_F_TIMEOUT(gntdev, mmap__by_threads, 120)
{
	void *(*fn[THREADS])(void *) = { mapper, mapper, mapper, mapper };

	run_workers(_metadata, self, fn);
}

TEST_F_TIMEOUT(gntdev, grant_copy__by_threads, 120)
{
	void *(*fn[THREADS])(void *) = { copier, mapper, copier, copier };

	run_workers(_metadata, self, fn);
}

struct race {
	struct gntdev_fixture *self;
	pthread_barrier_t barrier;
	uint64_t index;
	int result[2];
};

static void *unmapper(void *arg)
{
	struct race *r = arg;

	pthread_barrier_wait(&r->barrier);
	r->result[0] = gd_unmap(r->self->fd, r->index, 2);
	return NULL;
}

/* Each is mapped, or was gone already. */
TEST_F_TIMEOUT(gntdev, mmap__against_unmap_grant_ref, 120)
{
	struct race r = { .self = self };
	unsigned int i, mapped = 0;
	pthread_t thread;

	pthread_barrier_init(&r.barrier, NULL, 2);
	for (i = 0; i < thread_rounds(); i++) {
		r.index = ASSERT_MAP(0, 2);
		ASSERT_EQ(0, pthread_create(&thread, NULL, unmapper, &r));
		pthread_barrier_wait(&r.barrier);
		r.result[1] = gd_mmap_error(self->fd, r.index, 2, PROT_READ);
		pthread_join(thread, NULL);
		EXPECT_EQ(0, r.result[0]);
		EXPECT_TRUE(!r.result[1] || r.result[1] == -EINVAL);
		mapped += !r.result[1];
	}
	ksft_print_msg("%u of %u were mapped\n", mapped, i);
	EXPECT_IDLE();
}

static void *second_mmap(void *arg)
{
	struct race *r = arg;
	char *p;

	pthread_barrier_wait(&r->barrier);
	p = gd_mmap(r->self->fd, r->index, 2, PROT_READ);
	r->result[0] = p ? 0 : -errno;
	return p;
}

TEST_F_TIMEOUT(gntdev, mmap__one_of_two_threads_wins, 120)
{
	struct race r = { .self = self };
	pthread_t thread;
	unsigned int i;
	char *p;
	void *q;

	pthread_barrier_init(&r.barrier, NULL, 2);
	for (i = 0; i < thread_rounds(); i++) {
		r.index = ASSERT_MAP(0, 2);
		ASSERT_EQ(0, pthread_create(&thread, NULL, second_mmap, &r));
		pthread_barrier_wait(&r.barrier);
		p = gd_mmap(self->fd, r.index, 2, PROT_READ);
		r.result[1] = p ? 0 : -errno;
		pthread_join(thread, &q);
		EXPECT_EQ(-EINVAL, r.result[0] + r.result[1])
			TH_LOG("%d and %d", r.result[0], r.result[1]);
		munmap(p ?: q, 2 * PG);
		ASSERT_EQ(0, gd_unmap(self->fd, r.index, 2));
	}
	EXPECT_IDLE();
}

/* A range of addresses in which mappings come and go under a reader. */
struct window {
	char *addr;
	atomic_bool stop;
};

static void *clearer(void *arg)
{
	struct window *win = arg;

	while (!win->stop) {
		mmap(win->addr, 4 * PG, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		sched_yield();
	}
	return NULL;
}

TEST_F_TIMEOUT(gntdev, munmap__while_another_thread_maps, 120)
{
	struct window win = {};
	uint64_t offset, index;
	pthread_t thread;
	uint32_t count;
	unsigned int i;

	win.addr = mmap(NULL, 4 * PG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	ASSERT_NE(MAP_FAILED, win.addr);
	ASSERT_EQ(0, pthread_create(&thread, NULL, clearer, &win));
	for (i = 0; i < thread_rounds(); i++) {
		index = ASSERT_MAP(0, 4);
		EXPECT_EQ(win.addr, mmap(win.addr, 4 * PG, PROT_READ,
					 MAP_SHARED | MAP_FIXED, self->fd,
					 index));
		gd_offset(self->fd, win.addr, &offset, &count);
		ASSERT_EQ(0, gd_unmap(self->fd, index, 4));
	}
	win.stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(0, munmap(win.addr, 4 * PG));
	EXPECT_IDLE();
}
