/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every test of /dev/xen/evtchn starts with: two open files, so that one
 * can be at the other end of a channel, and a way past the driver to Xen.
 *
 * Included once by each program, after the harness.
 */
#ifndef XT_EVTCHN_FIXTURE_H
#define XT_EVTCHN_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/time.h>
#include <unistd.h>

#include <xen/evtchn.h>
#include <xen/xen.h>

#include "badptr.h"
#include "child.h"
#include "clock.h"
#include "env.h"
#include "evtchn_ops.h"
#include "hcall.h"
#include "int80.h"
#include "port.h"

/* Ports that a test got from Xen behind the driver's back. */
#define RAW_PORTS	16

/* For helpers: struct evtchn_fixture is what tests know as *self. */
#define evtchn_fixture	_test_data_evtchn

FIXTURE(evtchn) {
	int fd;
	int other;
	/* An open privcmd file. */
	int xen;
	uint32_t raw[RAW_PORTS];
	unsigned int nr_raw;
};

FIXTURE_SETUP(evtchn)
{
	if (env_lacks(XEN_DEV_EVTCHN))
		SKIP(return, "there is no %s", XEN_DEV_EVTCHN);
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->fd = ev_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->other = ev_open(O_RDWR);
	ASSERT_LE(0, self->other);
	self->xen = privcmd_open();
	ASSERT_LE(0, self->xen);
}

FIXTURE_TEARDOWN(evtchn)
{
	unsigned int i;

	close(self->fd);
	close(self->other);
	for (i = 0; i < self->nr_raw; i++)
		port_close(self->xen, self->raw[i]);
	close(self->xen);
}

/* Close before the end of the test. */
static inline void close_file(int *fd)
{
	close(*fd);
	*fd = -1;
}

/* The port that @bind returns. The test ends when it fails. */
#define ASSERT_PORT(bind) ({						\
	int __port = (bind);						\
									\
	ASSERT_LT(0, __port)						\
		TH_LOG("%s: %s", #bind, strerror(-__port));		\
	__port;								\
})

#define ASSERT_PAIR(fd_a, fd_b) ({					\
	struct ev_pair __pair = {};					\
									\
	ASSERT_EQ(0, ev_pair(fd_a, fd_b, &__pair));			\
	__pair;								\
})

/* Nothing arrives on @fd. */
#define EXPECT_QUIET(fd)	EXPECT_EQ(0, ev_wait(fd, QUIET_MS))

#endif
