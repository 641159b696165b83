// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads and processes that do random things to the same open files, guessing
 * each other's ports, indexes and addresses: whatever they get in each other's
 * way, nothing is left over at the end, nobody hangs, and the kernel has no
 * complaint, which whoever runs this looks for.
 *
 * Each case works in rounds, for as many seconds as XEN_STRESS_SECONDS says.
 *
 * A name is stress.<what is stressed>__<how>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <xen/gntalloc.h>
#include <xen/gntdev.h>
#include <xen/privcmd.h>

#include <xen/grant_table.h>
#include <xen/hvm/dm_op.h>
#include <xen/memory.h>
#include <xen/xen.h>

#include "bell.h"
#include "child.h"
#include "clock.h"
#include "crew.h"
#include "env.h"
#include "evtchn_ops.h"
#include "files.h"
#include "fmap.h"
#include "grant.h"
#include "granter.h"
#include "hcall.h"
#include "port.h"

#define THREADS		4
#define PROCESSES	3

#define SECONDS_DEFAULT	5
#define ROUND_MS	4000

/* For what comes after the last round, and for hands that hang. */
#define MORE_SECONDS	300

/*
 * What may be missing of MemFree in the end: a page of each operation would be
 * far more. KASAN keeps freed memory back, up to a part of all.
 */
#define SLACK_KIB	(64 << 10)

/* Of Xen's memory: what it sets up once, and keeps. */
#define SLACK_PAGES	256

static unsigned int case_seconds(void)
{
	const char *text = getenv("XEN_STRESS_SECONDS");
	unsigned int seconds = text ? atoi(text) : 0;

	return seconds ?: SECONDS_DEFAULT;
}

/* For helpers: struct stress_fixture is what tests know as *self. */
#define stress_fixture	_test_data_stress

FIXTURE(stress) {
	uint64_t begin;
	uint64_t end;
	uint64_t said;
	unsigned long done;
	unsigned int killed;
	unsigned int rounds;
	long kib;
	struct arena arena;
	/* An open privcmd file. */
	int xen;
};

FIXTURE_SETUP(stress)
{
	if (!env_is_ours())
		SKIP(return, "the stock modules would not survive it");
	self->xen = privcmd_open();
	ASSERT_LE(0, self->xen);
	ASSERT_EQ(0, arena_init(&self->arena));
	self->begin = now_us();
	self->said = self->begin;
	self->end = self->begin + case_seconds() * 1000000ULL;
}

FIXTURE_TEARDOWN(stress)
{
	if (self->xen > 0)
		close(self->xen);
	if (self->arena.base)
		arena_free(&self->arena);
}

/* Is there to be another round? The first counts as the one that warms up. */
static bool another_round(struct stress_fixture *self)
{
	if (self->rounds == 1)
		self->kib = free_kib();
	if (now_us() >= self->end && self->rounds)
		return false;
	self->rounds++;
	return true;
}

/* How long this round works. */
static unsigned int round_ms(struct stress_fixture *self)
{
	uint64_t now = now_us();
	uint64_t left = now < self->end ? (self->end - now) / 1000 : 1;

	return left < ROUND_MS ? left : ROUND_MS;
}

/* Also a sign of life, for whoever waits. */
static void say_how_far(struct stress_fixture *self)
{
	self->said = now_us();
	ksft_print_msg("%u s, %u rounds, %lu operations, %u killed\n",
		       (unsigned int)((self->said - self->begin) / 1000000),
		       self->rounds, self->done, self->killed);
	fflush(stdout);
}

/* A round of a crew from start to end. */
#define RUN_CREW(threads, processes, act, arg) ({			\
	struct crew *__c = crew_start(threads, processes, act, arg,	\
				      self->rounds);			\
									\
	ASSERT_NE(NULL, __c);						\
	crew_work(__c, round_ms(self));					\
	END_CREW(__c);							\
})

#define END_CREW(c) ({							\
	struct crew *__e = (c);						\
									\
	self->done += crew_stop(__e);					\
	self->killed += __e->killed;					\
	ASSERT_EQ(0u, __e->hung)					\
		TH_LOG("round %u: somebody hangs", self->rounds);	\
	ASSERT_FALSE(__e->has_failed)					\
		TH_LOG("round %u: %s", self->rounds, __e->failed);	\
	crew_free(__e);							\
	if (now_us() > self->said + 20000000)				\
		say_how_far(self);					\
})

/* After the last round. */
#define EXPECT_MEMORY() ({						\
	long __kib = free_kib();					\
									\
	say_how_far(self);						\
	ksft_print_msg("MemFree %ld %+ld KiB\n", self->kib,		\
		       __kib - self->kib);				\
	EXPECT_LT(self->kib - SLACK_KIB, __kib);			\
})

#define TEST_STRESS(name)						\
	TEST_F_TIMEOUT(stress, name, case_seconds() + MORE_SECONDS)

#include "stress/evtchn.c"
#include "stress/gntdev.c"
#include "stress/gntalloc.c"
#include "stress/foreign.c"
#include "stress/restrict.c"
#include "stress/unload.c"

TEST_HARNESS_MAIN
