// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: frames of another domain by their numbers, through each of
 * MMAPBATCH, MMAPBATCH_V2, MMAP and libxenforeignmemory, from a PV and from an
 * HVM guest. Nothing runs in the guest.
 *
 * A name is foreign.<guest>.<operation>__<behaviour>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/privcmd.h>

#include <xen/xen.h>

#include <xenctrl.h>
#include <xenforeignmemory.h>

#include "badptr.h"
#include "child.h"
#include "clock.h"
#include "env.h"
#include "fmap.h"
#include "guest.h"
#include "hcall.h"
#include "int80.h"

/* A domain that does not exist. */
#define DOM_NONE	0x7000

/* Frames of a guest, and one that no guest has. */
#define FRAMES		16
#define BAD_FRAME	0x1234567890UL

/* For helpers: struct foreign_fixture is what tests know as *self. */
#define foreign_fixture	_test_data_foreign

FIXTURE(foreign) {
	struct guest guest;
	uint32_t domid;
	xen_pfn_t *frame;
	int fd;
	int err[FRAMES];
};

FIXTURE_VARIANT(foreign) {
	bool hvm;
};

FIXTURE_VARIANT_ADD(foreign, pv) {
	.hvm = false,
};

FIXTURE_VARIANT_ADD(foreign, hvm) {
	.hvm = true,
};

FIXTURE_SETUP(foreign)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->fd = privcmd_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, guest_create(&self->guest, variant->hvm, FRAMES));
	self->domid = self->guest.domid;
	self->frame = self->guest.frame;
}

FIXTURE_TEARDOWN(foreign)
{
	close(self->fd);
	guest_free(&self->guest);
}

/* All frames of the guest, mapped in order. */
static void *map_all(struct foreign_fixture *self)
{
	void *p = fm_area(self->fd, FRAMES);

	if (!p || fm_v2(self->fd, self->domid, p, FRAMES, self->frame,
			self->err))
		return NULL;
	return p;
}

#define ASSERT_AREA(pages) ({						\
	char *__area = fm_area(self->fd, pages);			\
									\
	ASSERT_NE(NULL, __area);					\
	__area;								\
})

#define ASSERT_MAP_ALL() ({						\
	char *__all = map_all(self);					\
									\
	ASSERT_NE(NULL, __all);						\
	__all;								\
})

#define MAP_V2(addr, num, frames)					\
	fm_v2(self->fd, self->domid, addr, num, frames, self->err)

#include "foreign/batch.c"
#include "foreign/args.c"
#include "foreign/runs.c"
#include "foreign/vma.c"
#include "foreign/life.c"
#include "foreign/threads.c"
#include "foreign/compat.c"
#include "foreign/libxen.c"

TEST_HARNESS_MAIN
