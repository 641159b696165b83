// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants of a domain in which nothing runs: maps that anybody makes, maps into
 * memory, takes apart and undoes, under indexes that were somebody else's.
 */

#define GRANTER_PAGES	16
#define MAPS		16

/* A reference beyond every grant table. */
#define NO_REF		0x00ffffff

/* A map that exists, or did. */
struct map_guess {
	atomic_ulong index;
	atomic_uint count;
};

struct gntdev_stress {
	int fd;
	struct granter g;
	struct arena arena;
	struct bell bell;
	struct map_guess map[MAPS];
};

static const int no_errors[] = { 0 };
static const int unmap_errors[] = { ENOENT, 0 };
static const int notify_errors[] = { ENOENT, EINVAL, 0 };
static const int offset_errors[] = { EINVAL, 0 };
static const int mmap_errors[] = { EINVAL, ENOMEM, EINTR, EAGAIN, 0 };
static const int copy_errors[] = { EFAULT, 0 };

static uint64_t some_map(struct hand *h, struct gntdev_stress *s,
			 unsigned int *count)
{
	struct map_guess *m = &s->map[pick(h, MAPS)];

	*count = m->count;
	if (!pick(h, 16))
		*count = 1 + pick(h, 8);
	return pick(h, 16) ? m->index : pick(h, 256) * PG;
}

static void stress_map(struct hand *h, struct gntdev_stress *s)
{
	struct map_guess *m = &s->map[pick(h, MAPS)];
	unsigned int first = pick(h, 64), count = 1 + pick(h, 8);
	uint32_t ref[8], i;
	uint64_t index;

	for (i = 0; i < count; i++)
		ref[i] = s->g.ref[first + i];
	if (!pick(h, 16))
		ref[pick(h, count)] = NO_REF;
	expect_result(h, "MAP_GRANT_REF",
		      gd_map_refs(s->fd, s->g.domid, count, ref, &index),
		      no_errors);
	/* What is forgotten here goes at the close, or is guessed. */
	if (pick(h, 4))
		gd_unmap(s->fd, m->index, m->count);
	m->index = index;
	m->count = count;
}

static void stress_mmap(struct hand *h, struct gntdev_stress *s)
{
	char *addr = arena_slot(&s->arena, pick(h, ARENA_SLOTS));
	int prot = pick(h, 4) ? PROT_READ | PROT_WRITE : PROT_READ;
	unsigned int count;
	uint64_t index = some_map(h, s, &count);
	void *p;

	if (!count || count > ARENA_PAGES)
		return;
	p = mmap(addr, count * PG, prot, MAP_SHARED | MAP_FIXED, s->fd, index);
	if (p == MAP_FAILED) {
		expect_result(h, "mmap", -errno, mmap_errors);
		/* What was there may have gone, for anybody to take. */
		arena_clear(addr, count);
	}
}

static void stress_unmap(struct hand *h, struct gntdev_stress *s)
{
	unsigned int count;
	uint64_t index = some_map(h, s, &count);

	expect_result(h, "UNMAP_GRANT_REF", gd_unmap(s->fd, index, count),
		      unmap_errors);
}

static void stress_notify(struct hand *h, struct gntdev_stress *s)
{
	unsigned int count;
	uint64_t index = some_map(h, s, &count);

	index += pick(h, 2 * PG);
	expect_result(h, "SET_UNMAP_NOTIFY",
		      gd_notify(s->fd, index, pick(h, 4),
				pick(h, 8) ? s->bell.pair.a : pick(h, 256)),
		      notify_errors);
}

static void stress_offset(struct hand *h, struct gntdev_stress *s)
{
	unsigned long pages;
	uint64_t offset;
	uint32_t count;

	expect_result(h, "GET_OFFSET_FOR_VADDR",
		      gd_offset(s->fd, arena_part(h, &s->arena, &pages),
				&offset, &count), offset_errors);
}

/* Between a grant and memory, which may be another grant's, or gone. */
static void stress_copy(struct hand *h, struct gntdev_stress *s)
{
	struct gntdev_grant_copy_segment seg[8];
	unsigned int i, count = 1 + pick(h, 8);
	unsigned long pages;
	char buf[256];
	char *local;

	for (i = 0; i < count; i++) {
		uint32_t ref = pick(h, 32) ? s->g.ref[pick(h, 64)] : NO_REF;

		local = pick(h, 8) ? buf : arena_part(h, &s->arena, &pages);
		if (pick(h, 2))
			seg[i] = seg_in(s->g.domid, ref, 0, local, 200);
		else
			seg[i] = seg_out(local, s->g.domid, ref, 0, 200);
	}
	memset(buf, count, sizeof(buf));
	expect_result(h, "GRANT_COPY", gd_copy(s->fd, count, seg), copy_errors);
}

static void gntdev_act(struct hand *h, void *arg)
{
	struct gntdev_stress *s = arg;
	unsigned int kind = pick(h, 64);

	if (kind < 12)
		stress_map(h, s);
	else if (kind < 28)
		stress_mmap(h, s);
	else if (kind < 34)
		stress_unmap(h, s);
	else if (kind < 40)
		stress_notify(h, s);
	else if (kind < 44)
		stress_offset(h, s);
	else if (kind < 50)
		stress_copy(h, s);
	else if (kind < 62)
		arena_disturb(h, &s->arena);
	else
		crew_fork(h, gntdev_act, arg);
}

TEST_STRESS(gntdev__by_threads_and_processes)
{
	struct gntdev_stress *s = shared_alloc(sizeof(*s));
	long pages = 0;

	ASSERT_NE(NULL, s);
	s->arena = self->arena;
	ASSERT_EQ(0, bell_open(&s->bell));
	while (another_round(self)) {
		ASSERT_EQ(0, granter_create(&s->g, GRANTER_PAGES));
		if (!pages)
			pages = xen_free_pages(&s->g.guest);
		s->fd = gd_open();
		ASSERT_LE(0, s->fd);
		RUN_CREW(THREADS, PROCESSES, gntdev_act, s);
		arena_clear_all(&s->arena);
		close(s->fd);
		ASSERT_EQ(0u, granter_idle(&s->g))
			TH_LOG("round %u: grants are still mapped",
			       self->rounds);
		EXPECT_LT(pages - SLACK_PAGES, xen_free_pages(&s->g.guest));
		ASSERT_EQ(0, granter_forget(&s->g));
		ASSERT_EQ(0, guest_vanish(&s->g.guest));
		granter_free(&s->g);
	}
	EXPECT_MEMORY();
}
