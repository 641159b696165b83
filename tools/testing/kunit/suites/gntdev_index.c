// SPDX-License-Identifier: GPL-2.0-only
/*
 * The offsets of /dev/xen/gntdev, against a list that does the same in the
 * simplest way. The driver's file is taken in whole, so that it can be given
 * maps of a size that no memory would do for.
 */
#include <linux/prandom.h>
#include <linux/slab.h>

#include "gntdev/index.c"
#include "suites/gntdev.h"
#include "suites/suites.h"

#define MAPS	200
#define STEPS	4000

static struct gntdev_file *file_new(struct kunit *test)
{
	struct gntdev_file *gf = kunit_kzalloc(test, sizeof(*gf), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, gf);
	spin_lock_init(&gf->lock);
	gf->maps = RB_ROOT;
	return gf;
}

static struct gntdev_map *maps_new(struct kunit *test, unsigned int nr)
{
	struct gntdev_map *maps = kunit_kcalloc(test, nr, sizeof(*maps), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, maps);
	return maps;
}

/* Maps that are there, in the order of their index. */
struct model {
	struct gntdev_map *map[MAPS];
	unsigned int nr;
};

/* The lowest place that is large enough. */
static u64 model_place(const struct model *model, u32 count, unsigned int *at)
{
	u64 end = 0;

	for (*at = 0; *at < model->nr; ++*at) {
		if (model->map[*at]->index - end >= count)
			break;
		end = model->map[*at]->index + model->map[*at]->count;
	}
	return end;
}

static void model_check(struct kunit *test, struct gntdev_file *gf,
			const struct model *model)
{
	struct rb_node *node = rb_first(&gf->maps);
	unsigned int i;
	u64 end = 0;

	for (i = 0; i < model->nr; i++, node = rb_next(node)) {
		KUNIT_ASSERT_PTR_EQ(test, map_at(node), model->map[i]);
		KUNIT_ASSERT_EQ(test, model->map[i]->gap,
				model->map[i]->index - end);
		end = model->map[i]->index + model->map[i]->count;
	}
	KUNIT_EXPECT_NULL(test, node);
}

static void model_add(struct kunit *test, struct gntdev_file *gf,
		      struct model *model, struct gntdev_map *map)
{
	unsigned int at;
	u64 place = model_place(model, map->count, &at);

	gntdev_index_reserve(gf, map);
	KUNIT_ASSERT_EQ(test, map->index, place);
	memmove(&model->map[at + 1], &model->map[at],
		(model->nr - at) * sizeof(model->map[0]));
	model->map[at] = map;
	model->nr++;
}

static struct gntdev_map *model_del(struct kunit *test, struct gntdev_file *gf,
				    struct model *model, unsigned int at)
{
	struct gntdev_map *map = model->map[at];

	KUNIT_ASSERT_TRUE(test, gntdev_index_remove(gf, map));
	KUNIT_ASSERT_FALSE(test, gntdev_index_remove(gf, map));
	model->nr--;
	memmove(&model->map[at], &model->map[at + 1],
		(model->nr - at) * sizeof(model->map[0]));
	return map;
}

static void against_model(struct kunit *test, u32 mask)
{
	struct gntdev_map *maps = maps_new(test, MAPS);
	struct gntdev_file *gf = file_new(test);
	struct gntdev_map *unused[MAPS];
	struct model *model;
	struct rnd_state rnd;
	unsigned int i, nr_unused = MAPS;

	model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model);
	prandom_seed_state(&rnd, 4711);
	for (i = 0; i < MAPS; i++)
		unused[i] = &maps[i];
	for (i = 0; i < STEPS; i++) {
		bool add = prandom_u32_state(&rnd) & 1;

		if (nr_unused && (add || !model->nr)) {
			struct gntdev_map *map = unused[--nr_unused];

			map->count = (prandom_u32_state(&rnd) & mask) ?: 1;
			model_add(test, gf, model, map);
		} else {
			unused[nr_unused++] =
				model_del(test, gf, model,
					  prandom_u32_state(&rnd) % model->nr);
		}
		if (i % 16 == 0)
			model_check(test, gf, model);
	}
	model_check(test, gf, model);
}

/* Many holes fit exactly. */
TEST(index_model_small)
{
	against_model(test, 7);
}

TEST(index_model_large)
{
	against_model(test, 0xffff);
}

/* P12: far more than 32 bits, of pages. */
TEST(index_p12_model_huge)
{
	against_model(test, U32_MAX);
}

/* P12: no two of them at the same place, and each found where it is. */
TEST(index_p12_neither_wraps_nor_collides)
{
	struct gntdev_map *maps = maps_new(test, 64);
	struct gntdev_file *gf = file_new(test);
	unsigned int i;
	u64 place = 0;

	for (i = 0; i < 64; i++) {
		maps[i].count = U32_MAX - i;
		refcount_set(&maps[i].users, 1);
		gntdev_index_reserve(gf, &maps[i]);
		gntdev_index_publish(gf, &maps[i]);
		KUNIT_EXPECT_EQ(test, maps[i].index, place);
		place += maps[i].count;
	}
	KUNIT_EXPECT_GT(test, place, BIT_ULL(37));
	for (i = 0; i < 64; i++) {
		KUNIT_EXPECT_PTR_EQ(test, gntdev_index_find(gf, maps[i].index),
				    &maps[i]);
		KUNIT_EXPECT_PTR_EQ(test, gntdev_index_find(gf, maps[i].index +
							    maps[i].count - 1),
				    &maps[i]);
		KUNIT_EXPECT_EQ(test, refcount_read(&maps[i].users), 3);
	}
	KUNIT_EXPECT_NULL(test, gntdev_index_find(gf, place));
	KUNIT_EXPECT_NULL(test, gntdev_index_find(gf, U64_MAX));
}

TEST(index_exact_holes)
{
	struct gntdev_map *maps = maps_new(test, 8);
	struct gntdev_file *gf = file_new(test);
	unsigned int i;

	for (i = 0; i < 6; i++) {
		maps[i].count = i + 1;
		gntdev_index_reserve(gf, &maps[i]);
	}
	/* Holes of 3 at 3 and of 5 at 10, out of order. */
	gntdev_index_remove(gf, &maps[4]);
	gntdev_index_remove(gf, &maps[2]);
	maps[6].count = 5;
	gntdev_index_reserve(gf, &maps[6]);
	KUNIT_EXPECT_EQ(test, maps[6].index, 10);
	maps[7].count = 3;
	gntdev_index_reserve(gf, &maps[7]);
	KUNIT_EXPECT_EQ(test, maps[7].index, 3);
	/* Neighbours that go make one hole. */
	gntdev_index_remove(gf, &maps[0]);
	gntdev_index_remove(gf, &maps[7]);
	gntdev_index_remove(gf, &maps[1]);
	maps[2].count = 6;
	gntdev_index_reserve(gf, &maps[2]);
	KUNIT_EXPECT_EQ(test, maps[2].index, 0);
	maps[4].count = 1;
	gntdev_index_reserve(gf, &maps[4]);
	KUNIT_EXPECT_EQ(test, maps[4].index, 21);
}

/* Reserved is not found, and popped is not found again. */
TEST(index_published_last)
{
	struct gntdev_map *maps = maps_new(test, 2);
	struct gntdev_file *gf = file_new(test);
	unsigned int i;

	for (i = 0; i < 2; i++) {
		maps[i].count = 4;
		refcount_set(&maps[i].users, 1);
		gntdev_index_reserve(gf, &maps[i]);
	}
	KUNIT_EXPECT_NULL(test, gntdev_index_find(gf, 1));
	gntdev_index_publish(gf, &maps[0]);
	KUNIT_EXPECT_PTR_EQ(test, gntdev_index_find(gf, 3), &maps[0]);
	KUNIT_EXPECT_NULL(test, gntdev_index_find(gf, 4));
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_NOT_NULL(test, gntdev_index_pop(gf));
	KUNIT_EXPECT_NULL(test, gntdev_index_pop(gf));
	KUNIT_EXPECT_FALSE(test, gntdev_index_remove(gf, &maps[0]));
	/* The first of an empty file is at 0 again. */
	gntdev_index_reserve(gf, &maps[1]);
	KUNIT_EXPECT_EQ(test, maps[1].index, 0);
}

/* The same by way of the ioctls: what the ABI promises. */
TEST(index_of_a_file)
{
	struct file *file = env_open(test, GNTDEV);
	long a, b, c;

	a = map_grants(file, 1, 3);
	b = map_grants(file, 1, 2);
	c = map_grants(file, 1, 4);
	KUNIT_EXPECT_EQ(test, a, 0);
	KUNIT_EXPECT_EQ(test, b, 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, c, 5 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, b, 3), -ENOENT);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, b + PAGE_SIZE, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, b, 2), 0);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, b, 2), -ENOENT);
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 1), b);
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 2), 9 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 1), b + PAGE_SIZE);
	/* 0 stands for any count. */
	KUNIT_EXPECT_EQ(test, unmap_grants(file, c, 0), 0);
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 4), c);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 1ull << 63, 0), -ENOENT);
}

static struct kunit_case index_cases[] = {
	KUNIT_CASE(index_model_small),
	KUNIT_CASE(index_model_large),
	KUNIT_CASE(index_p12_model_huge),
	KUNIT_CASE(index_p12_neither_wraps_nor_collides),
	KUNIT_CASE(index_exact_holes),
	KUNIT_CASE(index_published_last),
	KUNIT_CASE(index_of_a_file),
	{}
};

ENV_SUITE(gntdev_index, index_cases);
