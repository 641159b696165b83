// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: hypercalls reach Xen as the caller made them and the
 * result comes back as Xen gave it; a restricted file makes none; everything
 * else is refused.
 *
 * The harness knows one translation unit, so the parts are included. A name is
 * privcmd.<operation>__<behaviour>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <xen/privcmd.h>

#include <xen/grant_table.h>
#include <xen/hypfs.h>
#include <xen/memory.h>
#include <xen/sysctl.h>
#include <xen/version.h>
#include <xen/xen.h>

#include "badptr.h"
#include "child.h"
#include "clock.h"
#include "env.h"
#include "files.h"
#include "hcall.h"
#include "int80.h"
#include "port.h"

/* A domain that does not exist. */
#define DOM_NONE	0x7000

FIXTURE(privcmd) {
	int fd;
};

FIXTURE_SETUP(privcmd)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->fd = privcmd_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(privcmd)
{
	close(self->fd);
}

#include "privcmd/hypercall.c"
#include "privcmd/args.c"
#include "privcmd/restrict.c"
#include "privcmd/file.c"
#include "privcmd/pcidev.c"
#include "privcmd/compat.c"

TEST_HARNESS_MAIN
