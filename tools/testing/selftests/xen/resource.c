// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: MMAP_RESOURCE, the frames that Xen holds for a domain.
 *
 * A name is resource.<guest>.<resource>__<behaviour>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/privcmd.h>

#include <xen/memory.h>
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
#include "ioreq.h"

/* A domain that does not exist. */
#define DOM_NONE	0x7000

#define FRAMES		4
#define GNTTAB		XENMEM_resource_grant_table
#define GNTTAB_SHARED	XENMEM_resource_grant_table_id_shared
#define IOREQ		XENMEM_resource_ioreq_server

/* What guest_create() allows the grant table to have. */
#define GNTTAB_FRAMES	4

/* For helpers: struct resource_fixture is what tests know as *self. */
#define resource_fixture	_test_data_resource

FIXTURE(resource) {
	struct guest guest;
	struct ioreq_server ioreq;
	uint32_t domid;
	int fd;
};

FIXTURE_VARIANT(resource) {
	bool hvm;
};

FIXTURE_VARIANT_ADD(resource, pv) {
	.hvm = false,
};

FIXTURE_VARIANT_ADD(resource, hvm) {
	.hvm = true,
};

FIXTURE_SETUP(resource)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->fd = privcmd_open();
	ASSERT_LE(0, self->fd);
	if (variant->hvm && ioreq_missing(self->fd)) {
		close(self->fd);
		SKIP(return, "this Xen has no device models");
	}
	ASSERT_EQ(0, guest_create(&self->guest, variant->hvm, FRAMES));
	self->domid = self->guest.domid;
	if (variant->hvm)
		ASSERT_EQ(0, ioreq_create(&self->ioreq, &self->guest));
}

FIXTURE_TEARDOWN(resource)
{
	close(self->fd);
	if (self->guest.exists)
		ioreq_destroy(&self->ioreq);
	guest_free(&self->guest);
}

/* Frames of the grant table from @idx on. */
static int map_gnttab(struct resource_fixture *self, uint32_t idx, uint64_t num,
		      void *addr)
{
	return fm_resource(self->fd, self->domid, GNTTAB, GNTTAB_SHARED, idx,
			   num, addr, NULL);
}

#define ASSERT_AREA(pages) ({						\
	char *__area = fm_area(self->fd, pages);			\
									\
	ASSERT_NE(NULL, __area);					\
	__area;								\
})

#include "resource/map.c"
#include "resource/args.c"

TEST_HARNESS_MAIN
