// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: grants as a dma-buf, and the pages of a dma-buf as grants.
 * Debian's drivers are built without these commands.
 *
 * A name is dmabuf.<operation>__<behaviour>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <xen/gntdev.h>

#include <xen/grant_table.h>
#include <xen/xen.h>

#include "badptr.h"
#include "child.h"
#include "clock.h"
#include "env.h"
#include "files.h"
#include "fmap.h"
#include "grant.h"
#include "granter.h"
#include "udmabuf.h"

#define PAGES		16
#define BAD_REF		0x00ffffff

/* For helpers: struct dmabuf_fixture is what tests know as *self. */
#define dmabuf_fixture	_test_data_dmabuf

/* The arguments with room for references. */
struct exp_arg {
	struct ioctl_gntdev_dmabuf_exp_from_refs arg;
	uint32_t more[PAGES];
};

struct imp_arg {
	struct ioctl_gntdev_dmabuf_imp_to_refs arg;
	uint32_t more[PAGES];
};

FIXTURE(dmabuf) {
	struct granter g;
	int fd;
};

static int do_ioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

/* A dma-buf of some references: a descriptor, or -errno. */
static int export_refs(int fd, uint32_t flags, uint32_t domid, uint32_t count,
		       const uint32_t *refs)
{
	struct exp_arg e = {
		.arg = { .flags = flags, .count = count, .domid = domid },
	};
	int ret;

	if (count <= PAGES && refs)
		memcpy(e.arg.refs, refs, count * sizeof(*refs));
	ret = do_ioctl(fd, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, &e);
	return ret ?: (int)e.arg.fd;
}

static int wait_released(int fd, uint32_t dmabuf, uint32_t ms)
{
	struct ioctl_gntdev_dmabuf_exp_wait_released arg = { dmabuf, ms };

	return do_ioctl(fd, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &arg);
}

static int import_refs(int fd, uint32_t dmabuf, uint32_t count, uint32_t *refs)
{
	struct imp_arg i = {
		.arg = { .fd = dmabuf, .count = count, .domid = DOM_HERE },
	};
	int ret = do_ioctl(fd, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, &i);

	if (!ret && refs)
		memcpy(refs, i.arg.refs, count * sizeof(*refs));
	return ret;
}

static int import_release(int fd, uint32_t dmabuf)
{
	struct ioctl_gntdev_dmabuf_imp_release arg = { .fd = dmabuf };

	return do_ioctl(fd, IOCTL_GNTDEV_DMABUF_IMP_RELEASE, &arg);
}

FIXTURE_SETUP(dmabuf)
{
	if (env_lacks(XEN_DEV_GNTDEV))
		SKIP(return, "there is no %s", XEN_DEV_GNTDEV);
	self->fd = gd_open();
	ASSERT_LE(0, self->fd);
	/* Ours has them. */
	if (!env_is_ours() && export_refs(self->fd, 0, 0, 0, NULL) == -ENOTTY)
		SKIP(return, "the driver is built without these commands");
	ASSERT_EQ(0, granter_create(&self->g, PAGES));
}

FIXTURE_TEARDOWN(dmabuf)
{
	unmap_all_of("/dmabuf:");
	close(self->fd);
	if (!self->g.guest.xc)
		return;
	if (self->g.guest.exists && self->g.table)
		EXPECT_EQ(0u, granter_idle(&self->g));
	granter_free(&self->g);
}

#define EXPORT(first, count)						\
	export_refs(self->fd, 0, self->g.domid, count, self->g.ref + (first))

#define ASSERT_EXPORT(first, count) ({					\
	int __dmabuf = EXPORT(first, count);				\
									\
	ASSERT_LE(0, __dmabuf)						\
		TH_LOG("%s", strerror(-__dmabuf));			\
	__dmabuf;							\
})

#define EXPECT_IDLE()	EXPECT_EQ(0u, granter_idle(&self->g))

#include "dmabuf/exp.c"
#include "dmabuf/wait.c"
#include "dmabuf/imp.c"

TEST_HARNESS_MAIN
