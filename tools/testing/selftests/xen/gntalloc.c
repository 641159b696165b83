// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntalloc: every ioctl, every errno, mmap, the accounting of the
 * limit, and what happens to a page that the peer still maps. The limit is that
 * of the whole system: nobody else may use the device meanwhile.
 *
 * Peer is this domain itself. In an auto-translated domain it must not map its
 * own grants, for it would lose the pages, but it can copy from them.
 *
 * A name is gntalloc.<operation>__<behaviour>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/gntalloc.h>
#include <xen/gntdev.h>

#include <xen/grant_table.h>
#include <xen/xen.h>

#include "badptr.h"
#include "bell.h"
#include "child.h"
#include "clock.h"
#include "env.h"
#include "evtchn_ops.h"
#include "files.h"
#include "fmap.h"
#include "grant.h"
#include "int80.h"

/* The limit that the tests run with, unless they need another. */
#define LIMIT		64

/* For helpers: struct gntalloc_fixture is what tests know as *self. */
#define gntalloc_fixture	_test_data_gntalloc

FIXTURE(gntalloc) {
	int fd;
	int other;
	/* For the peer. */
	int gntdev;
};

FIXTURE_SETUP(gntalloc)
{
	if (env_lacks(XEN_DEV_GNTALLOC))
		SKIP(return, "there is no %s", XEN_DEV_GNTALLOC);
	if (env_lacks(XEN_DEV_GNTDEV))
		SKIP(return, "there is no %s", XEN_DEV_GNTDEV);
	self->fd = ga_open();
	ASSERT_LE(0, self->fd);
	self->other = ga_open();
	ASSERT_LE(0, self->other);
	self->gntdev = gd_open();
	ASSERT_LE(0, self->gntdev);
	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, LIMIT));
	/* What a test before this one left behind is not this one's fault. */
	ASSERT_EQ(LIMIT, ga_room_wait(LIMIT));
}

/* Whatever the test did: without files and mappings all is free again. */
FIXTURE_TEARDOWN(gntalloc)
{
	EXPECT_LE(0, unmap_all_of("/dev/xen/gnt"));
	close(self->fd);
	close(self->other);
	close(self->gntdev);
	param_set(GRANT_LIMIT_PARAM, LIMIT);
	EXPECT_EQ(LIMIT, ga_room_wait(LIMIT))
		TH_LOG("pages were not given back");
	param_set(GRANT_LIMIT_PARAM, GRANT_LIMIT_DEFAULT);
}

/* Pages for this domain: their offset, and the references in @refs. */
#define ASSERT_ALLOC(fd, count, refs) ({				\
	uint64_t __index = ~0ULL;					\
									\
	ASSERT_EQ(0, ga_alloc(fd, DOM_HERE, count, &__index, refs));	\
	__index;							\
})

#define ASSERT_MMAP(fd, index, count) ({				\
	char *__addr = ga_map(fd, index, count);			\
									\
	ASSERT_NE(NULL, __addr)						\
		TH_LOG("mmap: %s", strerror(errno));			\
	__addr;								\
})

/* What is left of the limit. */
#define EXPECT_ROOM(pages)	EXPECT_EQ((int)(pages), ga_room(LIMIT + 1))

#include "gntalloc/args.c"
#include "gntalloc/alloc.c"
#include "gntalloc/dealloc.c"
#include "gntalloc/limit.c"
#include "gntalloc/full.c"
#include "gntalloc/vma.c"
#include "gntalloc/notify.c"
#include "shared/notify.c"
#include "gntalloc/peer.c"
#include "gntalloc/compat.c"
#include "gntalloc/threads.c"

TEST_HARNESS_MAIN
