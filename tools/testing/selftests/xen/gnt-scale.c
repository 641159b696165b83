// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tens of thousands of grants on one file: all are right, and an operation
 * costs about the same with all of them as with none. Costs are compared only
 * where the machine's time counts instructions (ICOUNT=1 of the rig); a run
 * with XEN_TEST_QUICK takes fewer.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/gntalloc.h>
#include <xen/gntdev.h>

#include "clock.h"
#include "env.h"
#include "files.h"
#include "fmap.h"
#include "grant.h"
#include "granter.h"

#define MANY		30000
#define FEWER		2000
#define SCALE_TIMEOUT	600

/* The operations are divided into so many parts, whose costs are compared. */
#define PARTS		10

/* The dearest part may cost so much of the cheapest, in percent. */
#define GROWTH_MAX	150

#define PAGES		16

static unsigned int many(void)
{
	return getenv("XEN_TEST_QUICK") && !getenv("XEN_TEST_ICOUNT") ?
	       FEWER : MANY;
}

struct cost {
	const char *what;
	uint64_t part[PARTS];
	uint64_t begin;
};

static void cost_begin(struct cost *c)
{
	c->begin = now_ticks();
}

/* The operation was number @i of @n. */
static void cost_end(struct cost *c, unsigned int i, unsigned int n)
{
	c->part[(uint64_t)i * PARTS / n] += now_ticks() - c->begin;
}

static void expect_even(struct __test_metadata *_metadata, struct cost *c,
			unsigned int n)
{
	uint64_t low = ~0ULL, high = 0;
	unsigned int i;

	for (i = 0; i < PARTS; i++) {
		low = c->part[i] < low ? c->part[i] : low;
		high = c->part[i] > high ? c->part[i] : high;
	}
	ksft_print_msg("%s: %llu each at first, %llu at last, %llu to %llu\n",
		       c->what,
		       (unsigned long long)c->part[0] * PARTS / n,
		       (unsigned long long)c->part[PARTS - 1] * PARTS / n,
		       (unsigned long long)low * PARTS / n,
		       (unsigned long long)high * PARTS / n);
	if (getenv("XEN_TEST_ICOUNT"))
		EXPECT_LE(high * 100, low * GROWTH_MAX)
			TH_LOG("%s does not cost the same", c->what);
}

/* 0 to @n - 1 in an order that looks like none, always the same. */
static unsigned int *shuffled(unsigned int n)
{
	unsigned int *order = calloc(n, sizeof(*order)), i, j, swap;
	uint32_t noise = 1;

	for (i = 0; order && i < n; i++) {
		noise = noise * 1664525 + 1013904223;
		j = (noise >> 8) % (i + 1);
		swap = order[j];
		order[j] = i;
		order[i] = i == j ? i : swap;
	}
	return order;
}

FIXTURE(gnt_scale) {
	struct granter g;
	int gntdev;
	int gntalloc;
	uint64_t *index;
	unsigned int *order;
	unsigned int n;
};

FIXTURE_SETUP(gnt_scale)
{
	if (env_lacks(XEN_DEV_GNTDEV))
		SKIP(return, "there is no %s", XEN_DEV_GNTDEV);
	if (env_lacks(XEN_DEV_GNTALLOC))
		SKIP(return, "there is no %s", XEN_DEV_GNTALLOC);
	self->gntdev = gd_open();
	ASSERT_LE(0, self->gntdev);
	self->gntalloc = ga_open();
	ASSERT_LE(0, self->gntalloc);
	self->n = many();
	self->index = calloc(self->n, sizeof(*self->index));
	self->order = shuffled(self->n);
	ASSERT_TRUE(self->index && self->order);
	ASSERT_EQ(0, granter_create(&self->g, PAGES));
}

FIXTURE_TEARDOWN(gnt_scale)
{
	close(self->gntdev);
	close(self->gntalloc);
	param_set(GRANT_LIMIT_PARAM, GRANT_LIMIT_DEFAULT);
	granter_free(&self->g);
}

/* Addresses for all maps, and one more page so that its table stays. */
static char *reserve(unsigned int pages)
{
	char *p = mmap(NULL, (pages + 1) * PG, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void map_one(struct __test_metadata *_metadata,
		    struct _test_data_gnt_scale *self, char *p, unsigned int i,
		    struct cost *map, struct cost *mm)
{
	cost_begin(map);
	ASSERT_EQ(0, gd_map_refs(self->gntdev, self->g.domid, 1,
				 &self->g.ref[i % GRANTER_REFS],
				 &self->index[i]));
	cost_end(map, i, self->n);
	cost_begin(mm);
	ASSERT_EQ(p + i * PG, mmap(p + i * PG, PG, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_FIXED, self->gntdev,
				   self->index[i]))
		TH_LOG("map %u: %s", i, strerror(errno));
	cost_end(mm, i, self->n);
}

/*
 * What the kernel sets up once for so many pages, and keeps, is not part of the
 * cost of one.
 */
static void warm_up(struct __test_metadata *_metadata,
		    struct _test_data_gnt_scale *self, char *p)
{
	uint32_t *ref = calloc(self->n, sizeof(*ref));
	uint64_t index;
	unsigned int i;

	ASSERT_NE(NULL, ref);
	for (i = 0; i < self->n; i++)
		ref[i] = self->g.ref[i % GRANTER_REFS];
	ASSERT_EQ(0, gd_map_refs(self->gntdev, self->g.domid, self->n, ref,
				 &index));
	ASSERT_EQ(p, mmap(p, self->n * PG, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_FIXED, self->gntdev, index));
	ASSERT_EQ(0, munmap(p, self->n * PG));
	ASSERT_EQ(0, gd_unmap(self->gntdev, index, self->n));
	free(ref);
}

/* One grant in each map, all on one file, and away in any order. */
TEST_F_TIMEOUT(gnt_scale, mmap__of_thousands_of_maps, SCALE_TIMEOUT)
{
	struct cost mm = { .what = "mmap" }, mun = { .what = "munmap" };
	struct cost unmap = { .what = "UNMAP_GRANT_REF" };
	struct cost map = { .what = "MAP_GRANT_REF" };
	struct cost find = { .what = "GET_OFFSET_FOR_VADDR" };
	unsigned int i, nr;
	uint64_t offset;
	uint32_t count;
	char *p;

	p = reserve(self->n);
	ASSERT_NE(NULL, p);
	warm_up(_metadata, self, p);
	pattern_write(self->g.page, PAGES, 0);
	for (i = 0; i < self->n; i++)
		map_one(_metadata, self, p, i, &map, &mm);
	for (i = 0; i < self->n; i++) {
		ASSERT_EQ(0u, pattern_wrong(p + i * PG, 1,
					    i % GRANTER_REFS % PAGES))
			TH_LOG("map %u", i);
	}
	for (i = 0; i < self->n; i++) {
		nr = self->order[i];
		cost_begin(&find);
		ASSERT_EQ(0, gd_offset(self->gntdev, p + nr * PG, &offset,
				       &count));
		cost_end(&find, i, self->n);
		ASSERT_EQ(self->index[nr], offset);
		cost_begin(&mun);
		ASSERT_EQ(0, munmap(p + nr * PG, PG));
		cost_end(&mun, i, self->n);
		cost_begin(&unmap);
		ASSERT_EQ(0, gd_unmap(self->gntdev, offset, 1));
		cost_end(&unmap, i, self->n);
	}
	EXPECT_EQ(0u, granter_idle(&self->g));
	expect_even(_metadata, &map, self->n);
	expect_even(_metadata, &mm, self->n);
	expect_even(_metadata, &find, self->n);
	expect_even(_metadata, &mun, self->n);
	expect_even(_metadata, &unmap, self->n);
}

/* The file is closed with all of them in it, then the process lets go. */
TEST_F_TIMEOUT(gnt_scale, close__with_thousands_of_maps, SCALE_TIMEOUT)
{
	struct cost map = {}, mm = {};
	uint64_t begin;
	unsigned int i;
	char *p;

	p = reserve(self->n);
	ASSERT_NE(NULL, p);
	for (i = 0; i < self->n; i++)
		map_one(_metadata, self, p, i, &map, &mm);
	begin = now_us();
	close(self->gntdev);
	self->gntdev = -1;
	ksft_print_msg("close: %llu ms\n",
		       (unsigned long long)(now_us() - begin) / 1000);
	EXPECT_LE(0, peek(p + (self->n - 1) * PG));
	begin = now_us();
	ASSERT_EQ(0, munmap(p, self->n * PG));
	EXPECT_EQ(0u, granter_idle(&self->g));
	ksft_print_msg("munmap of all: %llu ms\n",
		       (unsigned long long)(now_us() - begin) / 1000);
}

/* One page in each allocation, all on one file, and away in any order. */
TEST_F_TIMEOUT(gnt_scale, alloc_gref__of_thousands, SCALE_TIMEOUT)
{
	struct cost dealloc = { .what = "DEALLOC_GREF" };
	struct cost alloc = { .what = "ALLOC_GREF" };
	unsigned int i;

	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, self->n));
	for (i = 0; i < self->n; i++) {
		cost_begin(&alloc);
		ASSERT_EQ(0, ga_alloc(self->gntalloc, DOM_NONE, 1,
				      &self->index[i], NULL))
			TH_LOG("page %u", i);
		cost_end(&alloc, i, self->n);
	}
	EXPECT_EQ(-ENOSPC, ga_alloc(self->gntalloc, DOM_NONE, 1, NULL, NULL));
	for (i = 0; i < self->n; i++) {
		cost_begin(&dealloc);
		ASSERT_EQ(0, ga_free(self->gntalloc,
				     self->index[self->order[i]], 1));
		cost_end(&dealloc, i, self->n);
	}
	expect_even(_metadata, &alloc, self->n);
	expect_even(_metadata, &dealloc, self->n);
}

/* Others of the system have thousands; one file with none must not notice. */
TEST_F_TIMEOUT(gnt_scale, alloc_gref__beside_thousands, SCALE_TIMEOUT)
{
	struct cost cycle = { .what = "ALLOC_GREF and DEALLOC_GREF" };
	unsigned int i, chunk = self->n / PARTS / 2;
	uint64_t index;
	int other;

	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, self->n));
	other = ga_open();
	ASSERT_LE(0, other);
	for (i = 0; i < PARTS * 100; i++) {
		if (i % 100 == 0)
			ASSERT_EQ(0, ga_alloc(other, DOM_NONE, chunk, NULL,
					      NULL));
		cost_begin(&cycle);
		ASSERT_EQ(0, ga_alloc(self->gntalloc, DOM_NONE, 1, &index,
				      NULL));
		ASSERT_EQ(0, ga_free(self->gntalloc, index, 1));
		cost_end(&cycle, i, PARTS * 100);
	}
	close(other);
	expect_even(_metadata, &cycle, PARTS * 100);
}

/* Offsets are as wide as they are said to be: more than 2 GiB of grants. */
TEST_F_TIMEOUT(gnt_scale, map_grant_ref__more_than_two_gigabytes, SCALE_TIMEOUT)
{
	uint32_t *ref = calloc(MAP_LIMIT_DEFAULT, sizeof(*ref));
	uint64_t index[9], one, top = 0;
	unsigned int i, j;
	char *p;

	if (getenv("XEN_TEST_QUICK") && !getenv("XEN_TEST_ICOUNT"))
		SKIP(return, "the quick run has no time for it");
	ASSERT_NE(NULL, ref);
	for (i = 0; i < MAP_LIMIT_DEFAULT; i++)
		ref[i] = self->g.ref[i % GRANTER_REFS];
	for (i = 0; i < ARRAY_SIZE(index); i++) {
		ASSERT_EQ(0, gd_map_refs(self->gntdev, self->g.domid,
					 MAP_LIMIT_DEFAULT, ref, &index[i]))
			TH_LOG("map %u", i);
		for (j = 0; j < i; j++) {
			EXPECT_TRUE(index[i] >= index[j] +
				    MAP_LIMIT_DEFAULT * PG ||
				    index[j] >= index[i] +
				    MAP_LIMIT_DEFAULT * PG)
				TH_LOG("maps %u and %u", i, j);
		}
		top = index[i] > top ? index[i] : top;
	}
	EXPECT_LT(1ULL << 31, top + MAP_LIMIT_DEFAULT * PG);
	pattern_write(self->g.page, PAGES, 5);
	ASSERT_EQ(0, gd_map_refs(self->gntdev, self->g.domid, 1,
				 &self->g.ref[3], &one));
	p = gd_mmap(self->gntdev, one, 1, PROT_READ);
	EXPECT_NE(NULL, p);
	if (p)
		EXPECT_EQ(0u, pattern_wrong(p, 1, 8));
	for (i = 0; i < ARRAY_SIZE(index); i++)
		EXPECT_EQ(0, gd_unmap(self->gntdev, index[i],
				      MAP_LIMIT_DEFAULT));
	free(ref);
}

TEST_HARNESS_MAIN
