// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: every ioctl but those of dma-bufs, every errno, and what can
 * be done to a mapping. The grants are those of a domain in which nothing runs.
 * After a test the domain must have all its pages back.
 *
 * A name is gntdev.<operation>__<behaviour>.
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
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
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
#include "granter.h"
#include "int80.h"

/* Pages of the granter. */
#define PAGES		16

/* A reference beyond every grant table. */
#define BAD_REF		0x00ffffff

/* For helpers: struct gntdev_fixture is what tests know as *self. */
#define gntdev_fixture	_test_data_gntdev

FIXTURE(gntdev) {
	struct granter g;
	int fd;
	int other;
};

FIXTURE_SETUP(gntdev)
{
	if (env_lacks(XEN_DEV_GNTDEV))
		SKIP(return, "there is no %s", XEN_DEV_GNTDEV);
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->fd = gd_open();
	ASSERT_LE(0, self->fd);
	self->other = gd_open();
	ASSERT_LE(0, self->other);
	ASSERT_EQ(0, granter_create(&self->g, PAGES));
}

/* Whatever the test did: without files and mappings all is given back. */
FIXTURE_TEARDOWN(gntdev)
{
	EXPECT_LE(0, unmap_all_of(XEN_DEV_GNTDEV));
	close(self->fd);
	close(self->other);
	if (!self->g.guest.xc)
		return;
	if (self->g.guest.exists && self->g.table) {
		EXPECT_EQ(0u, granter_idle(&self->g))
			TH_LOG("grants are still mapped");
	}
	granter_free(&self->g);
}

static bool linux_is(const char *version)
{
	char text[64];

	return read_text("/proc/sys/kernel/osrelease", text,
			 sizeof(text)) > 0 &&
	       !strncmp(text, version, strlen(version));
}

/* A map of the references from @first on, and where it lies. */
static int map_refs(struct gntdev_fixture *self, unsigned int first,
		    unsigned int count, uint64_t *index)
{
	return gd_map_refs(self->fd, self->g.domid, count,
			   self->g.ref + first, index);
}

#define ASSERT_MAP(first, count) ({					\
	uint64_t __index = ~0ULL;					\
									\
	ASSERT_EQ(0, map_refs(self, first, count, &__index));		\
	__index;							\
})

#define ASSERT_MMAP(index, count) ({					\
	char *__addr = gd_mmap(self->fd, index, count,			\
			       PROT_READ | PROT_WRITE);			\
									\
	ASSERT_NE(NULL, __addr)						\
		TH_LOG("mmap: %s", strerror(errno));			\
	__addr;								\
})

/* All pages mapped for writing, in a map that is gone from the file. */
#define ASSERT_MAPPED_ALL() ({						\
	uint64_t __where = ASSERT_MAP(0, PAGES);			\
	char *__all = ASSERT_MMAP(__where, PAGES);			\
									\
	ASSERT_EQ(0, gd_unmap(self->fd, __where, PAGES));		\
	__all;								\
})

#define EXPECT_IDLE()	EXPECT_EQ(0u, granter_idle(&self->g))

#include "gntdev/args.c"
#include "gntdev/index.c"
#include "gntdev/map.c"
#include "gntdev/vma.c"
#include "gntdev/life.c"
#include "gntdev/pin.c"
#include "gntdev/notify.c"
#include "shared/notify.c"
#include "gntdev/copy.c"
#include "gntdev/copyargs.c"
#include "gntdev/compat.c"
#include "gntdev/threads.c"

TEST_HARNESS_MAIN
