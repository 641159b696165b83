// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages granted to this domain: allocated, mapped, taken apart and released
 * under guessed indexes. In a PV domain the peer maps some, too, and holds
 * them for a while; elsewhere a domain must not map its own grants.
 */

#define GNTALLOC_FILES	2
#define GNTALLOC_LIMIT	256
#define ALLOCS		24

struct alloc_guess {
	atomic_ulong index;
	atomic_uint count;
	atomic_uint ref;
};

struct gntalloc_stress {
	int fd[GNTALLOC_FILES];
	/* For the peer. */
	int gntdev;
	bool pv;
	struct arena arena;
	struct bell bell;
	struct alloc_guess alloc[ALLOCS];
};

static const int alloc_errors[] = { ENOSPC, ENOMEM, 0 };
static const int dealloc_errors[] = { EINVAL, 0 };
static const int map_errors[] = { ENOENT, ENOMEM, EAGAIN, 0 };

static uint64_t some_pages(struct hand *h, struct gntalloc_stress *s,
			   unsigned int *count)
{
	struct alloc_guess *a = &s->alloc[pick(h, ALLOCS)];

	*count = a->count;
	if (!pick(h, 8))
		*count = 1 + pick(h, 8);
	return a->index + (pick(h, 8) ? 0 : pick(h, 4) * PG);
}

static void stress_alloc(struct hand *h, struct gntalloc_stress *s, int fd)
{
	struct alloc_guess *a = &s->alloc[pick(h, ALLOCS)];
	unsigned int count = 1 + pick(h, 8);
	uint32_t ref[8];
	uint64_t index;
	int ret;

	ret = ga_alloc(fd, pick(h, 16) ? DOM_HERE : DOM_NONE, count, &index,
		       ref);
	expect_result(h, "ALLOC_GREF", ret, alloc_errors);
	if (ret)
		return;
	ga_free(fd, a->index, a->count);
	a->index = index;
	a->count = count;
	a->ref = ref[0];
}

static void stress_map_pages(struct hand *h, struct gntalloc_stress *s, int fd)
{
	char *addr = arena_slot(&s->arena, pick(h, ARENA_SLOTS));
	unsigned int count;
	uint64_t index = some_pages(h, s, &count);
	void *p;

	if (!count)
		return;
	p = mmap(addr, count * PG, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, fd, index);
	if (p == MAP_FAILED) {
		expect_result(h, "mmap", -errno, map_errors);
		arena_clear(addr, count);
	}
}

/* The peer has it until somebody clears the slot. */
static void stress_peer(struct hand *h, struct gntalloc_stress *s)
{
	char *addr = arena_slot(&s->arena, pick(h, ARENA_SLOTS));
	uint32_t ref = s->alloc[pick(h, ALLOCS)].ref;
	uint64_t index;
	void *p;

	if (!s->pv || gd_map_refs(s->gntdev, DOM_HERE, 1, &ref, &index))
		return;
	p = mmap(addr, PG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 s->gntdev, index);
	if (p == MAP_FAILED)
		arena_clear(addr, 1);
	gd_unmap(s->gntdev, index, 1);
}

static void gntalloc_act(struct hand *h, void *arg)
{
	struct gntalloc_stress *s = arg;
	int fd = s->fd[pick(h, GNTALLOC_FILES)];
	unsigned int count, kind = pick(h, 64);
	uint64_t index;

	if (kind < 14) {
		stress_alloc(h, s, fd);
	} else if (kind < 28) {
		stress_map_pages(h, s, fd);
	} else if (kind < 36) {
		index = some_pages(h, s, &count);
		expect_result(h, "DEALLOC_GREF", ga_free(fd, index, count),
			      dealloc_errors);
	} else if (kind < 42) {
		index = some_pages(h, s, &count);
		expect_result(h, "SET_UNMAP_NOTIFY",
			      ga_notify(fd, index + pick(h, PG), pick(h, 4),
					s->bell.pair.a), notify_errors);
	} else if (kind < 46) {
		stress_peer(h, s);
	} else if (kind < 62) {
		arena_disturb(h, &s->arena);
	} else {
		crew_fork(h, gntalloc_act, arg);
	}
}

TEST_STRESS(gntalloc__by_threads_and_processes)
{
	struct gntalloc_stress *s = shared_alloc(sizeof(*s));
	unsigned int i;

	ASSERT_NE(NULL, s);
	s->arena = self->arena;
	s->pv = env_is_pv();
	ASSERT_EQ(0, bell_open(&s->bell));
	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, GNTALLOC_LIMIT));
	while (another_round(self)) {
		for (i = 0; i < GNTALLOC_FILES; i++) {
			s->fd[i] = ga_open();
			ASSERT_LE(0, s->fd[i]);
		}
		s->gntdev = gd_open();
		ASSERT_LE(0, s->gntdev);
		RUN_CREW(THREADS, PROCESSES, gntalloc_act, s);
		arena_clear_all(&s->arena);
		for (i = 0; i < GNTALLOC_FILES; i++)
			close(s->fd[i]);
		close(s->gntdev);
		ASSERT_EQ(GNTALLOC_LIMIT, ga_room_wait(GNTALLOC_LIMIT))
			TH_LOG("round %u: pages were not given back",
			       self->rounds);
	}
	EXPECT_MEMORY();
	param_set(GRANT_LIMIT_PARAM, GRANT_LIMIT_DEFAULT);
}
