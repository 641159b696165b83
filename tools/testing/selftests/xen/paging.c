// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: frames of an HVM guest that are paged out. Whoever maps
 * them is told so, and tries those again until the pager has brought them back.
 *
 * Debian's Xen is built without memory paging: "make run XEN=paging" has it.
 *
 * A name is paging.<operation>__<behaviour>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xenforeignmemory.h>

#include "clock.h"
#include "env.h"
#include "fmap.h"
#include "guest.h"
#include "hcall.h"
#include "pager.h"

/* Frames of the guest, and one that no guest has. */
#define FRAMES		16
#define BAD_FRAME	0x1234567890UL

/* What the old operation sets in a frame's number. */
#define PAGED_OUT	0x80000000UL
#define OTHER_ERROR	0xf0000000UL

/*
 * One or several holes, in each place that a batch has. The ring has room for
 * eight requests; of more frames Xen asks when they are tried again.
 */
static const uint32_t paged_sets[] = {
	1 << 0,
	1 << (FRAMES / 2),
	1 << (FRAMES - 1),
	1 << 0 | 1 << 1 | 1 << (FRAMES / 2) | 1 << (FRAMES - 1),
	0x0555,
};

#define PAGED(set, k)	((set) >> (k) & 1)

/* For helpers: struct paging_fixture is what tests know as *self. */
#define paging_fixture	_test_data_paging

FIXTURE(paging) {
	struct guest guest;
	uint32_t domid;
	xen_pfn_t *frame;
	int fd;
	int err[FRAMES];
	struct pager pager;
	uint8_t *content;
	/* For the pager that is a thread. */
	pthread_t thread;
	atomic_bool stop;
	int loaded;
};

FIXTURE_SETUP(paging)
{
	int ret;

	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->fd = privcmd_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, guest_create(&self->guest, true, FRAMES));
	self->domid = self->guest.domid;
	self->frame = self->guest.frame;
	self->content = calloc(FRAMES, PG);
	ASSERT_NE(NULL, self->content);
	ret = pager_open(&self->pager, &self->guest, self->fd);
	if (ret == -ENOSYS)
		SKIP(return, "this Xen is built without memory paging");
	if (ret == -EOPNOTSUPP && env_is_pvh())
		SKIP(return, "Xen has no memory paging with a PVH dom0");
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(paging)
{
	pager_close(&self->pager);
	close(self->fd);
	free(self->content);
	guest_free(&self->guest);
}

#define ASSERT_AREA() ({						\
	char *__area = fm_area(self->fd, FRAMES);			\
									\
	ASSERT_NE(NULL, __area);					\
	__area;								\
})

#define MAP_V2(addr, num, frames)					\
	fm_v2(self->fd, self->domid, addr, num, frames, self->err)

/* Fill the guest with a pattern, and take these frames out. */
static int page_out(struct paging_fixture *self, uint32_t set, uint64_t seed)
{
	void *p = fm_area(self->fd, FRAMES);
	unsigned int k;
	int ret;

	if (!p || MAP_V2(p, FRAMES, self->frame))
		return -EIO;
	pattern_write(p, FRAMES, seed);
	ret = fm_unmap(p, FRAMES);
	for (k = 0; k < FRAMES && !ret; k++) {
		if (PAGED(set, k))
			ret = pager_evict(&self->pager, self->frame[k],
					  self->content + k * PG);
	}
	return ret;
}

/* Xen has asked for these frames, in order, and for no others. */
static bool asked_for(struct paging_fixture *self, uint32_t set)
{
	xen_pfn_t frame;
	unsigned int k;

	for (k = 0; k < FRAMES; k++) {
		if (!PAGED(set, k))
			continue;
		if (pager_request(&self->pager, &frame) != 1 ||
		    frame != self->frame[k])
			return false;
	}
	return pager_request(&self->pager, &frame) == 0;
}

/* Bring back page @k. */
static int page_in(struct paging_fixture *self, unsigned int k)
{
	return pager_load(&self->pager, self->frame[k], self->content + k * PG);
}

/* Map @p, find the holes, and fill them one by one, from the last. */
static void v2_round(struct __test_metadata *_metadata,
		     struct paging_fixture *self, uint32_t set, uint64_t seed)
{
	char *p = ASSERT_AREA();
	int k;

	ASSERT_EQ(0, page_out(self, set, seed));
	memset(self->err, 0x55, sizeof(self->err));
	EXPECT_EQ(-ENOENT, MAP_V2(p, FRAMES, self->frame));
	for (k = 0; k < FRAMES; k++) {
		EXPECT_EQ(PAGED(set, k) ? -ENOENT : 0, self->err[k])
			TH_LOG("set %x, page %d", set, k);
		if (PAGED(set, k)) {
			EXPECT_EQ(-SIGBUS, peek(p + k * PG));
			continue;
		}
		EXPECT_EQ(0u, pattern_wrong(p + k * PG, 1, seed + k));
	}
	EXPECT_TRUE(asked_for(self, set));
	for (k = FRAMES - 1; k >= 0; k--) {
		if (!PAGED(set, k))
			continue;
		/* Still out, and Xen has asked already. */
		EXPECT_EQ(-ENOENT, MAP_V2(p + k * PG, 1, self->frame + k));
		EXPECT_EQ(-ENOENT, self->err[0]);
		EXPECT_TRUE(asked_for(self, 0));
		ASSERT_EQ(0, page_in(self, k));
		EXPECT_EQ(0, MAP_V2(p + k * PG, 1, self->frame + k));
		EXPECT_EQ(0, self->err[0]);
	}
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, seed))
		TH_LOG("set %x", set);
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
}

TEST_F(paging, mmapbatch_v2__comes_back)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(paged_sets); i++)
		v2_round(_metadata, self, paged_sets[i], 100 * (i + 1));
	pager_close(&self->pager);
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* As v2_round(), where the error comes in the upper bits of the frame. */
static void v1_round(struct __test_metadata *_metadata,
		     struct paging_fixture *self, uint32_t set, uint64_t seed)
{
	xen_pfn_t frame[FRAMES], one;
	char *p = ASSERT_AREA();
	int k;

	ASSERT_EQ(0, page_out(self, set, seed));
	memcpy(frame, self->frame, sizeof(frame));
	EXPECT_EQ(-ENOENT, fm_v1(self->fd, self->domid, p, FRAMES, frame));
	for (k = 0; k < FRAMES; k++) {
		EXPECT_EQ(self->frame[k] | (PAGED(set, k) ? PAGED_OUT : 0),
			  frame[k])
			TH_LOG("set %x, page %d", set, k);
		if (PAGED(set, k)) {
			EXPECT_EQ(-SIGBUS, peek(p + k * PG));
			continue;
		}
		EXPECT_EQ(0u, pattern_wrong(p + k * PG, 1, seed + k));
	}
	EXPECT_TRUE(asked_for(self, set));
	for (k = FRAMES - 1; k >= 0; k--) {
		if (!PAGED(set, k))
			continue;
		one = self->frame[k];
		EXPECT_EQ(-ENOENT, fm_v1(self->fd, self->domid, p + k * PG, 1,
					 &one));
		EXPECT_EQ(self->frame[k] | PAGED_OUT, one);
		ASSERT_EQ(0, page_in(self, k));
		one = self->frame[k];
		EXPECT_EQ(0, fm_v1(self->fd, self->domid, p + k * PG, 1, &one));
		EXPECT_EQ(self->frame[k], one);
	}
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, seed))
		TH_LOG("set %x", set);
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
}

TEST_F(paging, mmapbatch__comes_back)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(paged_sets); i++)
		v1_round(_metadata, self, paged_sets[i], 100 * (i + 1));
	pager_close(&self->pager);
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* One frame is out, another does not exist: each has the error that it has. */
TEST_F(paging, mmapbatch_v2__and_bad_frame)
{
	xen_pfn_t frame[FRAMES];
	char *p, *q;

	ASSERT_EQ(0, page_out(self, 1 << 3, 7));
	memcpy(frame, self->frame, sizeof(frame));
	frame[2] = BAD_FRAME;
	frame[9] = BAD_FRAME;
	p = ASSERT_AREA();
	EXPECT_EQ(-ENOENT, MAP_V2(p, FRAMES, frame));
	EXPECT_EQ(-ENOENT, self->err[3]);
	EXPECT_EQ(-EINVAL, self->err[2]);
	EXPECT_EQ(-EINVAL, self->err[9]);
	EXPECT_EQ(0, self->err[4]);
	EXPECT_TRUE(asked_for(self, 1 << 3));

	/* The same through the old operation. */
	q = ASSERT_AREA();
	EXPECT_EQ(-ENOENT, fm_v1(self->fd, self->domid, q, FRAMES, frame));
	EXPECT_EQ(self->frame[3] | PAGED_OUT, frame[3]);
	EXPECT_EQ(BAD_FRAME | OTHER_ERROR, frame[2]);
	EXPECT_EQ(BAD_FRAME | OTHER_ERROR, frame[9]);
	EXPECT_EQ(self->frame[4], frame[4]);

	ASSERT_EQ(0, page_in(self, 3));
	EXPECT_EQ(0, MAP_V2(p + 3 * PG, 1, self->frame + 3));
	EXPECT_EQ(0, MAP_V2(p + 2 * PG, 1, self->frame + 2));
	EXPECT_EQ(0, MAP_V2(p + 9 * PG, 1, self->frame + 9));
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 7));
	EXPECT_EQ(-SIGBUS, peek(q + 3 * PG));
}

/* A program that ends while it has holes leaves nothing behind. */
TEST_F(paging, munmap__with_holes)
{
	char *p = ASSERT_AREA();

	ASSERT_EQ(0, page_out(self, 0x0ff0, 8));
	EXPECT_EQ(-ENOENT, MAP_V2(p, FRAMES, self->frame));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	pager_close(&self->pager);
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* A pager as it runs elsewhere: it answers when it gets to it. */
static void *pager_thread(void *arg)
{
	struct paging_fixture *self = arg;
	xen_pfn_t frame;

	while (!atomic_load(&self->stop)) {
		sleep_ms(20);
		/* Page k of the guest has the number k. */
		while (pager_request(&self->pager, &frame) == 1) {
			if (frame < FRAMES && !page_in(self, frame))
				self->loaded++;
		}
	}
	return NULL;
}

/* What the library maps while the pager is at work, with these frames out. */
static void lib_round(struct __test_metadata *_metadata,
		      struct paging_fixture *self, uint32_t set)
{
	xenforeignmemory_handle *fm = xenforeignmemory_open(NULL, 0);
	unsigned int k;
	char *p;

	ASSERT_NE(NULL, fm);
	ASSERT_EQ(0, page_out(self, set, 9));
	ASSERT_EQ(0, pthread_create(&self->thread, NULL, pager_thread, self));
	p = xenforeignmemory_map(fm, self->domid, PROT_READ, FRAMES,
				 self->frame, self->err);
	atomic_store(&self->stop, true);
	ASSERT_EQ(0, pthread_join(self->thread, NULL));
	EXPECT_EQ(__builtin_popcount(set), self->loaded);
	ASSERT_NE(NULL, p);
	for (k = 0; k < FRAMES; k++) {
		ASSERT_EQ(0, self->err[k])
			TH_LOG("page %u", k);
	}
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 9));
	EXPECT_EQ(0, xenforeignmemory_unmap(fm, p, FRAMES));
	xenforeignmemory_close(fm);
	pager_close(&self->pager);
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* It tries again for as long as it takes. */
TEST_F(paging, libxenforeignmemory__all_frames)
{
	lib_round(_metadata, self, (1 << FRAMES) - 1);
}

/* It does so only when the result of the whole batch says that it should. */
TEST_F(paging, libxenforeignmemory__first_frame)
{
	lib_round(_metadata, self, 1);
}

TEST_HARNESS_MAIN
