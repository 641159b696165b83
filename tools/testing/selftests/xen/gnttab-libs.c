// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxengnttab as distributed, both halves of it: xengntshr_*, which shares
 * pages, on /dev/xen/gntalloc, and xengnttab_*, which uses them, on
 * /dev/xen/gntdev. A PV dom0 is its own peer; in an auto-translated one only
 * copies are possible.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/grant_table.h>
#include <xen/xen.h>

#include <xengnttab.h>

#include "bell.h"
#include "child.h"
#include "clock.h"
#include "env.h"
#include "evtchn_ops.h"
#include "fmap.h"

#define LOSES_PAGE	"an auto-translated domain loses a page that it maps from itself"
#define RW		(PROT_READ | PROT_WRITE)
#define NONE		((uint32_t)-1)

/* Pages of most tests. */
#define PAGES		8

FIXTURE(libxengnttab) {
	xengnttab_handle *tab;
	xengntshr_handle *shr;
	uint32_t ref[1024];
	struct bell bell;
};

FIXTURE_SETUP(libxengnttab)
{
	if (env_lacks(XEN_DEV_GNTDEV))
		SKIP(return, "there is no %s", XEN_DEV_GNTDEV);
	if (env_lacks(XEN_DEV_GNTALLOC))
		SKIP(return, "there is no %s", XEN_DEV_GNTALLOC);
	self->tab = xengnttab_open(NULL, 0);
	ASSERT_NE(NULL, self->tab);
	self->shr = xengntshr_open(NULL, 0);
	ASSERT_NE(NULL, self->shr);
	ASSERT_EQ(0, bell_open(&self->bell));
}

FIXTURE_TEARDOWN(libxengnttab)
{
	xengnttab_close(self->tab);
	xengntshr_close(self->shr);
}

#define ASSERT_SHARE(count, writable) ({				\
	char *__ours = xengntshr_share_pages(self->shr, DOM_HERE, count, \
					     self->ref, writable);	\
									\
	ASSERT_NE(NULL, __ours)						\
		TH_LOG("%s", strerror(errno));				\
	__ours;								\
})

#define ASSERT_THEIRS(map) ({						\
	char *__theirs = (map);						\
									\
	ASSERT_NE(NULL, __theirs)					\
		TH_LOG("%s: %s", #map, strerror(errno));		\
	__theirs;							\
})

#define MAP_REFS(count, prot)						\
	xengnttab_map_domain_grant_refs(self->tab, count, DOM_HERE,	\
					self->ref, prot)

#define MAP_NOTIFY(offset, port)					\
	xengnttab_map_grant_ref_notify(self->tab, DOM_HERE, self->ref[0], \
				       RW, offset, port)

TEST_F(libxengnttab, set_max_grants__is_not_needed)
{
	EXPECT_EQ(0, xengnttab_set_max_grants(self->tab, 100));
}

TEST_F(libxengnttab, map_grant_ref__both_ways)
{
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	p = ASSERT_SHARE(PAGES, 1);
	q = ASSERT_THEIRS(xengnttab_map_grant_ref(self->tab, DOM_HERE,
						  self->ref[3], RW));
	pattern_write(p, PAGES, 1);
	EXPECT_EQ(0u, pattern_wrong(q, 1, 4));
	pattern_write(q, 1, 50);
	EXPECT_EQ(0u, pattern_wrong(p + 3 * PG, 1, 50));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, q, 1));
	EXPECT_EQ(-SIGSEGV, peek(q));
	EXPECT_EQ(0, xengntshr_unshare(self->shr, p, PAGES));
}

TEST_F(libxengnttab, map_grant_refs__of_several_domains)
{
	uint32_t domid[PAGES] = {};
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	p = ASSERT_SHARE(PAGES, 1);
	q = ASSERT_THEIRS(xengnttab_map_grant_refs(self->tab, PAGES, domid,
						   self->ref, RW));
	pattern_write(q, PAGES, 2);
	EXPECT_EQ(0u, pattern_wrong(p, PAGES, 2));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, q, PAGES));
	/* One domain that is none, and nothing is mapped. */
	domid[PAGES - 1] = DOM_NONE;
	EXPECT_EQ(NULL, xengnttab_map_grant_refs(self->tab, PAGES, domid,
						 self->ref, RW));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(libxengnttab, map_domain_grant_refs__many_sizes)
{
	static const unsigned int sizes[] = { 1, 2, 16, 64, 256 };
	unsigned int i;
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		p = ASSERT_SHARE(sizes[i], 1);
		q = ASSERT_THEIRS(MAP_REFS(sizes[i], RW));
		pattern_write(p, sizes[i], 3 * i);
		EXPECT_EQ(0u, pattern_wrong(q, sizes[i], 3 * i));
		EXPECT_EQ(0, xengnttab_unmap(self->tab, q, sizes[i]));
		EXPECT_EQ(0, xengntshr_unshare(self->shr, p, sizes[i]));
	}
}

TEST_F(libxengnttab, map_grant_ref__read_only)
{
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	p = ASSERT_SHARE(1, 0);
	EXPECT_EQ(NULL, xengnttab_map_grant_ref(self->tab, DOM_HERE,
						self->ref[0], RW));
	EXPECT_EQ(EINVAL, errno);
	q = ASSERT_THEIRS(xengnttab_map_grant_ref(self->tab, DOM_HERE,
						  self->ref[0], PROT_READ));
	pattern_write(p, 1, 5);
	EXPECT_EQ(0u, pattern_wrong(q, 1, 5));
	EXPECT_EQ(-SIGSEGV, poke(q, 1));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, q, 1));
}

TEST_F(libxengnttab, map_grant_ref__errors)
{
	EXPECT_EQ(NULL, xengnttab_map_grant_ref(self->tab, DOM_NONE, 8, RW));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(NULL, xengnttab_map_grant_ref(self->tab, DOM_HERE,
						0xffffff, RW));
	/* One's own, which our module does not even ask for there. */
	EXPECT_EQ(env_loses_own_grants() && env_is_ours() ? EOPNOTSUPP : EINVAL, errno);
	/* Nothing of it is left: the first of the file is still at 0. */
	EXPECT_EQ(NULL, xengnttab_map_domain_grant_refs(self->tab, 0,
							DOM_HERE, self->ref,
							RW));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(libxengnttab, unmap__errors)
{
	char *p, *q;

	EXPECT_NE(0, xengnttab_unmap(self->tab, NULL, 1));
	EXPECT_EQ(EINVAL, errno);
	if (!env_is_pv())
		return;
	p = ASSERT_SHARE(2, 1);
	q = ASSERT_THEIRS(MAP_REFS(2, RW));
	EXPECT_NE(0, xengnttab_unmap(self->tab, q, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_NE(0, xengnttab_unmap(self->tab, p, 2));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, q, 2));
}

TEST_F(libxengnttab, map_grant_ref_notify__byte_and_event)
{
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	p = ASSERT_SHARE(1, 1);
	memset(p, 0x5a, PG);
	q = ASSERT_THEIRS(MAP_NOTIFY(100, self->bell.pair.a));
	EXPECT_TRUE(bell_silent(&self->bell));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, q, 1));
	EXPECT_TRUE(bell_rings(&self->bell));
	EXPECT_EQ(0, p[100]);
	EXPECT_EQ(0x5a, p[99]);
	EXPECT_EQ(0x5a, p[101]);
}

/* Only one of the two, and each on its own. */
TEST_F(libxengnttab, map_grant_ref_notify__byte_or_event)
{
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	p = ASSERT_SHARE(1, 1);
	memset(p, 0x5a, PG);
	q = ASSERT_THEIRS(MAP_NOTIFY(7, NONE));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, q, 1));
	EXPECT_TRUE(bell_silent(&self->bell));
	EXPECT_EQ(0, p[7]);
	memset(p, 0x5a, PG);
	q = ASSERT_THEIRS(MAP_NOTIFY(NONE, self->bell.pair.a));
	EXPECT_EQ(0, xengnttab_unmap(self->tab, q, 1));
	EXPECT_TRUE(bell_rings(&self->bell));
	EXPECT_EQ(0x5a, p[7]);
}

/* A port that cannot be used: no mapping either. */
TEST_F(libxengnttab, map_grant_ref_notify__bad_port)
{
	char *p;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	p = ASSERT_SHARE(1, 1);
	p[7] = 1;
	EXPECT_EQ(NULL, xengnttab_map_grant_ref_notify(self->tab, DOM_HERE,
						       self->ref[0], RW, 7,
						       4000));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(1, p[7]);
}

TEST_F(libxengnttab, share_page_notify__byte_and_event)
{
	char *p, *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	p = xengntshr_share_page_notify(self->shr, DOM_HERE, self->ref, 1,
					200, self->bell.pair.a);
	ASSERT_NE(NULL, p);
	memset(p, 0x5a, PG);
	q = ASSERT_THEIRS(xengnttab_map_grant_ref(self->tab, DOM_HERE,
						  self->ref[0], RW));
	EXPECT_EQ(0x5a, q[200]);
	EXPECT_TRUE(bell_silent(&self->bell));
	EXPECT_EQ(0, xengntshr_unshare(self->shr, p, 1));
	EXPECT_TRUE(bell_rings(&self->bell));
	EXPECT_EQ(0, q[200]);
	EXPECT_EQ(0x5a, q[199]);
	EXPECT_EQ(0x5a, q[201]);
	EXPECT_EQ(0, xengnttab_unmap(self->tab, q, 1));
}

TEST_F(libxengnttab, share_page_notify__event)
{
	char *p;

	p = xengntshr_share_page_notify(self->shr, DOM_HERE, self->ref, 1,
					NONE, self->bell.pair.a);
	ASSERT_NE(NULL, p);
	EXPECT_TRUE(bell_silent(&self->bell));
	EXPECT_EQ(0, xengntshr_unshare(self->shr, p, 1));
	EXPECT_TRUE(bell_rings(&self->bell));
}

TEST_F(libxengnttab, share_page_notify__bad_port)
{
	EXPECT_EQ(NULL, xengntshr_share_page_notify(self->shr, DOM_HERE,
						    self->ref, 1, 0, 4000));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(libxengnttab, share_pages__more_than_the_limit)
{
	uint32_t *ref = calloc(100000, sizeof(*ref));

	ASSERT_NE(NULL, ref);
	EXPECT_EQ(NULL, xengntshr_share_pages(self->shr, DOM_HERE, 100000,
					      ref, 1));
	EXPECT_EQ(ENOSPC, errno);
	free(ref);
}

TEST_F(libxengnttab, share_pages__all_of_the_limit)
{
	unsigned int i;
	char *p;

	for (i = 0; i < 3; i++) {
		p = ASSERT_SHARE(1024, 1);
		pattern_write(p, 1024, i);
		EXPECT_EQ(0u, pattern_wrong(p, 1024, i));
		EXPECT_EQ(0, xengntshr_unshare(self->shr, p, 1024));
	}
}

struct killed {
	uint32_t port;
	uint32_t *shared;
};

static int share_and_wait(void *arg)
{
	struct killed *k = arg;
	xengntshr_handle *shr = xengntshr_open(NULL, 0);
	char *p;

	p = xengntshr_share_page_notify(shr, DOM_HERE, k->shared + 1, 1, 5,
					k->port);
	if (!p)
		return 1;
	memset(p, 0x5a, PG);
	k->shared[0] = 1;
	pause();
	return 0;
}

/* The server of a vchan dies: its client notices. */
TEST_F(libxengnttab, share_page_notify__owner_is_killed)
{
	struct killed k = { .port = self->bell.pair.a };
	pid_t pid;
	char *q;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	k.shared = mmap(NULL, PG, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, k.shared);
	pid = child_start(share_and_wait, &k);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(child_says(k.shared));
	q = ASSERT_THEIRS(xengnttab_map_grant_ref(self->tab, DOM_HERE,
						  k.shared[1], RW));
	EXPECT_EQ(0x5a, q[5]);
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(CHILD_SIGNAL + SIGKILL, child_wait(pid, SOON_MS));
	EXPECT_TRUE(bell_rings(&self->bell));
	EXPECT_EQ(0, q[5]);
	EXPECT_EQ(0x5a, q[6]);
	EXPECT_EQ(0, xengnttab_unmap(self->tab, q, 1));
}

TEST_F(libxengnttab, grant_copy__all_directions)
{
	xengnttab_grant_copy_segment_t seg[4] = {};
	char *p, local[2 * PG];
	int i;

	p = ASSERT_SHARE(4, 1);
	pattern_write(p, 4, 60);
	memset(local, 0, sizeof(local));

	seg[0].source.foreign.ref = self->ref[0];
	seg[0].dest.virt = local + 11;
	seg[0].len = PG;
	seg[0].flags = GNTCOPY_source_gref;
	seg[1].source.virt = local + 11;
	seg[1].dest.foreign.ref = self->ref[1];
	seg[1].len = PG;
	seg[1].flags = GNTCOPY_dest_gref;
	seg[2].source.foreign.ref = self->ref[1];
	seg[2].dest.foreign.ref = self->ref[2];
	seg[2].len = PG;
	seg[2].flags = GNTCOPY_source_gref | GNTCOPY_dest_gref;
	seg[3].source.foreign.ref = 0xffffff;
	seg[3].dest.virt = local;
	seg[3].len = 4;
	seg[3].flags = GNTCOPY_source_gref;
	ASSERT_EQ(0, xengnttab_grant_copy(self->tab, 4, seg));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(GNTST_okay, seg[i].status);
	EXPECT_EQ(GNTST_bad_gntref, seg[3].status);
	EXPECT_EQ(0, memcmp(local + 11, p, PG));
	EXPECT_EQ(0u, pattern_wrong(p + PG, 1, 60));
	EXPECT_EQ(0u, pattern_wrong(p + 2 * PG, 1, 60));
	EXPECT_EQ(0u, pattern_wrong(p + 3 * PG, 1, 63));
	seg[0].source.foreign.offset = 1;
	EXPECT_EQ(-1, xengnttab_grant_copy(self->tab, 4, seg));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, xengntshr_unshare(self->shr, p, 4));
}

/* Without the dma-buf commands, or with them: never a crash. */
TEST_F(libxengnttab, dmabuf__errors)
{
	uint32_t fd = 0, ref = 8;

	EXPECT_NE(0, xengnttab_dmabuf_exp_from_refs(self->tab, DOM_HERE, 0, 0,
						    &ref, &fd));
	EXPECT_TRUE(errno == ENOTTY || errno == EINVAL);
	EXPECT_NE(0, xengnttab_dmabuf_imp_to_refs(self->tab, DOM_HERE, 0, 1,
						  &ref));
	EXPECT_TRUE(errno == ENOTTY || errno == EINVAL);
	EXPECT_NE(0, xengnttab_dmabuf_imp_release(self->tab, 0));
	EXPECT_TRUE(errno == ENOTTY || errno == ENOENT);
}

/* What a closed handle had goes with it. */
TEST_F(libxengnttab, close__with_maps)
{
	char *p, *q;
	int i;

	if (env_loses_own_grants())
		SKIP(return, LOSES_PAGE);
	p = ASSERT_SHARE(PAGES, 1);
	pattern_write(p, PAGES, 70);
	for (i = 0; i < 5; i++) {
		q = ASSERT_THEIRS(MAP_REFS(PAGES, RW));
		EXPECT_EQ(0, xengnttab_close(self->tab));
		/* The mapping is the process's until it takes it away. */
		EXPECT_EQ(0u, pattern_wrong(q, PAGES, 70));
		EXPECT_EQ(0, munmap(q, PAGES * PG));
		self->tab = xengnttab_open(NULL, 0);
		ASSERT_NE(NULL, self->tab);
	}
}

TEST_HARNESS_MAIN
