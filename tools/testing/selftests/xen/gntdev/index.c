// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where maps lie in a file, and how they are found again.
 */

#define MAPS		64

/* So that the file can be given to whoever maps it at 0. */
TEST_F(gntdev, map_grant_ref__first_is_at_0)
{
	EXPECT_EQ(0u, ASSERT_MAP(0, 3));
	EXPECT_NE(0u, ASSERT_MAP(0, 3));
}

struct place {
	uint64_t index;
	unsigned int count;
	bool there;
};

static bool places_collide(const struct place *a, const struct place *b)
{
	return a->there && b->there && a->index < b->index + b->count * PG &&
	       b->index < a->index + a->count * PG;
}

static void place_add(struct __test_metadata *_metadata,
		      struct gntdev_fixture *self, struct place *place,
		      unsigned int nr, unsigned int count)
{
	unsigned int i;

	place[nr].count = count;
	place[nr].index = ASSERT_MAP(nr % PAGES, count);
	place[nr].there = true;
	EXPECT_EQ(0u, place[nr].index % PG);
	for (i = 0; i < MAPS; i++) {
		ASSERT_FALSE(i != nr && places_collide(&place[i], &place[nr]))
			TH_LOG("maps %u and %u", i, nr);
	}
}

/* Holes may be filled, with maps of any size, and none lies upon another. */
TEST_F(gntdev, map_grant_ref__places_do_not_collide)
{
	struct place place[MAPS] = {};
	unsigned int i, nr, round;

	for (i = 0; i < MAPS; i++)
		place_add(_metadata, self, place, i, 1 + i % 7);
	for (round = 0; round < 400; round++) {
		nr = round * 29 % MAPS;
		ASSERT_EQ(0, gd_unmap(self->fd, place[nr].index,
				      place[nr].count));
		place[nr].there = false;
		nr = round * 13 % MAPS;
		if (place[nr].there) {
			ASSERT_EQ(0, gd_unmap(self->fd, place[nr].index,
					      place[nr].count));
			place[nr].there = false;
		}
		for (i = 0; i < MAPS; i++) {
			if (!place[i].there)
				place_add(_metadata, self, place, i,
					  1 + round % 11);
		}
	}
	for (i = 0; i < MAPS; i++)
		EXPECT_EQ(0, gd_unmap(self->fd, place[i].index,
				      place[i].count));
}

/* Each shows the pages that were asked for, in their order. */
TEST_F(gntdev, mmap__of_several_maps)
{
	uint32_t ref[3] = { self->g.ref[9], self->g.ref[2], self->g.ref[9] };
	uint64_t a, b, c;
	char *p;

	pattern_write(self->g.page, PAGES, 100);
	a = ASSERT_MAP(0, 5);
	b = ASSERT_MAP(5, 1);
	ASSERT_EQ(0, gd_map_refs(self->fd, self->g.domid, 3, ref, &c));
	p = ASSERT_MMAP(c, 3);
	EXPECT_EQ(0u, pattern_wrong(p, 1, 109));
	EXPECT_EQ(0u, pattern_wrong(p + PG, 1, 102));
	EXPECT_EQ(0u, pattern_wrong(p + 2 * PG, 1, 109));
	p = ASSERT_MMAP(b, 1);
	EXPECT_EQ(0u, pattern_wrong(p, 1, 105));
	p = ASSERT_MMAP(a, 5);
	EXPECT_EQ(0u, pattern_wrong(p, 5, 100));
}

TEST_F(gntdev, unmap_grant_ref__errors)
{
	uint64_t index = ASSERT_MAP(0, 4), next = ASSERT_MAP(4, 2);
	unsigned int i;

	const struct {
		const char *name;
		uint64_t index;
		uint32_t count;
	} rows[] = {
		{ "fewer", index, 3 },
		{ "more", index, 5 },
		{ "both maps at once", index, 6 },
		{ "in the middle", index + PG, 3 },
		{ "in the middle, any count", index + PG, 0 },
		{ "behind the last", next + 2 * PG, 1 },
		{ "far away", 1ULL << 40, 1 },
		{ "last page of all", ~0ULL << 12, 1 },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-ENOENT, gd_unmap(self->fd, rows[i].index,
					    rows[i].count))
			TH_LOG("%s", rows[i].name);
	}
	EXPECT_EQ(-ENOENT, gd_unmap(self->other, index, 4));
	EXPECT_EQ(0, gd_unmap(self->fd, index, 4));
	EXPECT_EQ(-ENOENT, gd_unmap(self->fd, index, 4));
	EXPECT_EQ(0, gd_unmap(self->fd, next, 0));
	EXPECT_EQ(-ENOENT, gd_unmap(self->fd, next, 0));
}

/* No bit of an offset is lost on the way. */
TEST_F(gntdev, unmap_grant_ref__high_bits_of_the_index)
{
	uint64_t index = ASSERT_MAP(0, 1);

	EXPECT_EQ(-ENOENT, gd_unmap(self->fd, index | 1ULL << 44, 1));
	EXPECT_EQ(-ENOENT, gd_unmap(self->fd, index | 1ULL << 63, 1));
	EXPECT_EQ(0, gd_unmap(self->fd, index, 1));
}

TEST_F(gntdev, mmap__high_bits_of_the_offset)
{
	uint64_t index = ASSERT_MAP(0, 1);

	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index | 1ULL << 44, 1,
					 PROT_READ));
	EXPECT_EQ(0, gd_mmap_error(self->fd, index, 1, PROT_READ));
}

TEST_F(gntdev, get_offset_for_vaddr__any_byte)
{
	uint64_t first = ASSERT_MAP(0, 2), index = ASSERT_MAP(2, 5), offset;
	char *p = ASSERT_MMAP(index, 5), *q = ASSERT_MMAP(first, 2);
	static const unsigned int at[] = { 0, 1, 4095, 4096, 9999, 20479 };
	uint32_t count;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		EXPECT_EQ(0, gd_offset(self->fd, p + at[i], &offset, &count));
		EXPECT_EQ(index, offset);
		EXPECT_EQ(5u, count);
	}
	EXPECT_EQ(0, gd_offset(self->fd, q, &offset, &count));
	EXPECT_EQ(first, offset);
	EXPECT_EQ(2u, count);
	/* Also when the map is gone from the file. */
	ASSERT_EQ(0, gd_unmap(self->fd, first, 2));
	EXPECT_EQ(0, gd_offset(self->fd, q, &offset, &count));
	EXPECT_EQ(first, offset);
	EXPECT_EQ(2u, count);
	/* Only the address is looked at. */
	EXPECT_EQ(0, gd_offset(self->other, p, &offset, &count));
	EXPECT_EQ(index, offset);
}

TEST_F(gntdev, get_offset_for_vaddr__not_a_map_is_einval)
{
	char *p = ASSERT_MAPPED_ALL();
	uint64_t offset;
	uint32_t count;
	unsigned int i;

	const struct {
		const char *name;
		const void *addr;
	} rows[] = {
		{ "null", NULL },
		{ "stack", &offset },
		{ "another device's", self->g.page },
		{ "kernel", (void *)0xffff888000000000 },
		{ "all ones", (void *)~0UL },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-EINVAL, gd_offset(self->fd, rows[i].addr, &offset,
					     &count))
			TH_LOG("%s", rows[i].name);
	}
	ASSERT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_EQ(-EINVAL, gd_offset(self->fd, p, &offset, &count));
}

/* An address in the hole before a mapping is not in it. */
TEST_F(gntdev, get_offset_for_vaddr__below_a_map_is_einval)
{
	uint64_t index = ASSERT_MAP(0, 1), offset;
	uint32_t count;
	char *p;

	p = mmap(NULL, 3 * PG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(p + PG, mmap(p + PG, PG, PROT_READ, MAP_SHARED | MAP_FIXED,
			       self->fd, index));
	ASSERT_EQ(0, munmap(p, PG));
	EXPECT_EQ(-EINVAL, gd_offset(self->fd, p, &offset, &count));
	EXPECT_EQ(-EINVAL, gd_offset(self->fd, p + PG - 1, &offset, &count));
	EXPECT_EQ(-EINVAL, gd_offset(self->fd, p + 2 * PG, &offset, &count));
	EXPECT_EQ(0, gd_offset(self->fd, p + PG, &offset, &count));
}
