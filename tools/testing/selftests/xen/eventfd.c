// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: IRQFD and IOEVENTFD, between an eventfd and an HVM guest.
 * Debian builds the stock driver without them.
 *
 * A name is eventfd.<operation>__<behaviour>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/privcmd.h>

#include <xen/xen.h>

#include <xenctrl.h>
#include <xendevicemodel.h>

#include <xen/hvm/dm_op.h>
#include <xen/hvm/ioreq.h>
#include <xen/hvm/save.h>
#include <xen/sched.h>

#include "badptr.h"
#include "clock.h"
#include "env.h"
#include "evtchn_ops.h"
#include "fmap.h"
#include "guest.h"
#include "hcall.h"
#include "ioreq.h"

#define FRAMES		16
#define REASON		SHUTDOWN_reboot

/* For helpers: struct eventfd_fixture is what tests know as *self. */
#define eventfd_fixture	_test_data_eventfd

FIXTURE(eventfd) {
	struct guest guest;
	uint32_t domid;
	int fd;
	int efd;
	/* Shuts the guest down, which can be seen. */
	struct xen_dm_op op;
};

FIXTURE_SETUP(eventfd)
{
	if (!env_is_ours())
		SKIP(return, "Debian's driver is built without it");
	self->fd = privcmd_open();
	ASSERT_LE(0, self->fd);
	self->efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ASSERT_LE(0, self->efd);
	ASSERT_EQ(0, guest_create(&self->guest, true, FRAMES));
	self->domid = self->guest.domid;
	self->op.op = XEN_DMOP_remote_shutdown;
	self->op.u.remote_shutdown.reason = REASON;
}

FIXTURE_TEARDOWN(eventfd)
{
	close(self->fd);
	close(self->efd);
	guest_free(&self->guest);
}

#include "eventfd/irqfd.c"
#include "eventfd/payload.c"
#include "eventfd/interrupt.c"
#include "eventfd/ioeventfd.c"
#include "eventfd/doorbell.c"

TEST_HARNESS_MAIN
