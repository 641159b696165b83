// SPDX-License-Identifier: GPL-2.0-only
/*
 * Xen's own libraries, unmodified, on top of the devices: libxencall and
 * libxenevtchn as distributed.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <xen/hypfs.h>
#include <xen/sysctl.h>
#include <xen/version.h>
#include <xen/xen.h>

#include <xencall.h>
#include <xenevtchn.h>
#include <xentoolcore.h>

#include "clock.h"
#include "env.h"
#include "hcall.h"

/* A domain that does not exist. */
#define DOM_NONE	0x7000

FIXTURE(libxencall) {
	xencall_handle *xcall;
};

FIXTURE_SETUP(libxencall)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	if (env_lacks(XEN_DEV_HYPERCALL))
		SKIP(return, "there is no %s", XEN_DEV_HYPERCALL);
	self->xcall = xencall_open(NULL, 0);
	ASSERT_NE(NULL, self->xcall);
}

FIXTURE_TEARDOWN(libxencall)
{
	xencall_close(self->xcall);
}

TEST_F(libxencall, open__finds_the_buffer_device)
{
	EXPECT_EQ(1, xencall_buffers_never_fault(self->xcall));
}

TEST_F(libxencall, xencall2__version)
{
	EXPECT_LE(XEN_OLDEST, xencall2(self->xcall, __HYPERVISOR_xen_version,
				       XENVER_version, 0));
}

TEST_F(libxencall, xencall2__extraversion_in_a_buffer)
{
	char *extra;

	extra = xencall_alloc_buffer(self->xcall, sizeof(xen_extraversion_t));
	ASSERT_NE(NULL, extra);
	memset(extra, 0xff, sizeof(xen_extraversion_t));
	EXPECT_EQ(0, xencall2(self->xcall, __HYPERVISOR_xen_version,
			      XENVER_extraversion, (uintptr_t)extra));
	EXPECT_NE(NULL, memchr(extra, 0, sizeof(xen_extraversion_t)));
	xencall_free_buffer(self->xcall, extra);
}

TEST_F(libxencall, xencall0__error_is_in_errno)
{
	EXPECT_EQ(-1, xencall0(self->xcall, 63));
	EXPECT_EQ(ENOSYS, errno);
}

TEST_F(libxencall, xencall1__physinfo)
{
	struct xen_sysctl *op;
	int ret;

	op = xencall_alloc_buffer(self->xcall, sizeof(*op));
	ASSERT_NE(NULL, op);
	memset(op, 0, sizeof(*op));
	op->cmd = XEN_SYSCTL_physinfo;
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	ret = xencall1(self->xcall, __HYPERVISOR_sysctl, (uintptr_t)op);
	if (ret && errno == EACCES)
		SKIP(return, "Xen's toolstack interface is another version");
	ASSERT_EQ(0, ret);
	EXPECT_LT(0u, op->u.physinfo.nr_cpus);
	EXPECT_LE(op->u.physinfo.free_pages, op->u.physinfo.total_pages);
	EXPECT_LT(0u, op->u.physinfo.total_pages);
	xencall_free_buffer(self->xcall, op);
}

TEST_F(libxencall, xencall5__hypfs)
{
	static const char path[] = "/buildinfo/version/minor";
	struct xen_hypfs_direntry *entry;
	uint32_t value;
	char *buf;
	int ret;

	buf = xencall_alloc_buffer(self->xcall, 512);
	ASSERT_NE(NULL, buf);
	memset(buf, 0, 512);
	memcpy(buf, path, sizeof(path));
	entry = (struct xen_hypfs_direntry *)(buf + 256);
	ret = xencall5(self->xcall, __HYPERVISOR_hypfs_op, XEN_HYPFS_OP_read,
		       (uintptr_t)buf, sizeof(path), (uintptr_t)entry,
		       sizeof(*entry) + sizeof(value));
	if (ret && errno == ENOSYS)
		SKIP(return, "Xen has no hypfs");
	ASSERT_EQ(0, ret);
	memcpy(&value, entry + 1, sizeof(value));
	EXPECT_EQ(xencall2(self->xcall, __HYPERVISOR_xen_version,
			   XENVER_version, 0) & 0xffff, (int)value);
	xencall_free_buffer(self->xcall, buf);
}

/* The library keeps some buffers for the next time. */
TEST_F(libxencall, buffers__of_many_sizes)
{
	char *p[17];
	unsigned int i;
	int round;

	for (round = 0; round < 20; round++) {
		for (i = 1; i < ARRAY_SIZE(p); i++) {
			p[i] = xencall_alloc_buffer_pages(self->xcall, i);
			ASSERT_NE(NULL, p[i]);
			memset(p[i], i, i * 4096);
		}
		for (i = 1; i < ARRAY_SIZE(p); i++) {
			ASSERT_EQ((int)i, p[i][0]);
			ASSERT_EQ((int)i, p[i][i * 4096 - 1]);
			xencall_free_buffer_pages(self->xcall, p[i], i);
		}
	}
}

FIXTURE(libxenevtchn) {
	xenevtchn_handle *a;
	xenevtchn_handle *b;
};

FIXTURE_SETUP(libxenevtchn)
{
	if (env_lacks(XEN_DEV_EVTCHN))
		SKIP(return, "there is no %s", XEN_DEV_EVTCHN);
	self->a = xenevtchn_open(NULL, 0);
	ASSERT_NE(NULL, self->a);
	self->b = xenevtchn_open(NULL, 0);
	ASSERT_NE(NULL, self->b);
}

FIXTURE_TEARDOWN(libxenevtchn)
{
	xenevtchn_close(self->a);
	xenevtchn_close(self->b);
}

/* Wait for an event, as a program does: the port, or -1. */
static int wait_event(xenevtchn_handle *handle)
{
	struct pollfd pfd = { .fd = xenevtchn_fd(handle), .events = POLLIN };

	if (poll(&pfd, 1, SOON_MS) != 1)
		return -1;
	return xenevtchn_pending(handle);
}

TEST_F(libxenevtchn, loopback__both_ways)
{
	int a, b, i;

	a = xenevtchn_bind_unbound_port(self->a, 0);
	ASSERT_LT(0, a);
	b = xenevtchn_bind_interdomain(self->b, 0, a);
	ASSERT_LT(0, b);
	EXPECT_EQ(b, wait_event(self->b));
	EXPECT_EQ(0, xenevtchn_unmask(self->b, b));
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, xenevtchn_notify(self->a, a));
		EXPECT_EQ(b, wait_event(self->b));
		EXPECT_EQ(0, xenevtchn_unmask(self->b, b));
		EXPECT_EQ(0, xenevtchn_notify(self->b, b));
		EXPECT_EQ(a, wait_event(self->a));
		EXPECT_EQ(0, xenevtchn_unmask(self->a, a));
	}
	EXPECT_EQ(0, xenevtchn_unbind(self->b, b));
	EXPECT_EQ(0, xenevtchn_unbind(self->a, a));
	EXPECT_EQ(-1, xenevtchn_unbind(self->a, a));
	EXPECT_EQ(ENOTCONN, errno);
}

TEST_F(libxenevtchn, bind_virq__twice)
{
	int port = xenevtchn_bind_virq(self->a, VIRQ_ARGO);

	if (port < 0 && errno == EEXIST)
		SKIP(return, "somebody has VIRQ_ARGO");
	ASSERT_LT(0, port);
	EXPECT_EQ(-1, xenevtchn_bind_virq(self->b, VIRQ_ARGO));
	EXPECT_EQ(EEXIST, errno);
	EXPECT_EQ(0, xenevtchn_unbind(self->a, port));
}

TEST_F(libxenevtchn, fdopen__of_an_inherited_file)
{
	xenevtchn_handle *again;
	int a, b;

	a = xenevtchn_bind_unbound_port(self->a, 0);
	ASSERT_LT(0, a);
	again = xenevtchn_fdopen(NULL, dup(xenevtchn_fd(self->a)), 0);
	ASSERT_NE(NULL, again);
	b = xenevtchn_bind_interdomain(self->b, 0, a);
	ASSERT_LT(0, b);
	EXPECT_EQ(0, xenevtchn_notify(again, a));
	EXPECT_EQ(b, wait_event(self->b));
	xenevtchn_close(again);
}

TEST_F(libxenevtchn, restrict__to_a_domain)
{
	EXPECT_EQ(0, xenevtchn_restrict(self->a, DOM_NONE));
	EXPECT_EQ(-1, xenevtchn_bind_unbound_port(self->a, 0));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, xenevtchn_bind_interdomain(self->a, 1, 1));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, xenevtchn_bind_interdomain(self->a, DOM_NONE, 1));
	EXPECT_EQ(ESRCH, errno);
	EXPECT_LT(0, xenevtchn_bind_unbound_port(self->b, 0));
}

/* What a device model does to all that it has open. */
TEST_F(libxenevtchn, restrict__of_all_libraries)
{
	xencall_handle *xcall;

	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	xcall = xencall_open(NULL, 0);
	ASSERT_NE(NULL, xcall);
	EXPECT_EQ(0, xentoolcore_restrict_all(DOM_NONE));
	EXPECT_EQ(-1, xenevtchn_bind_unbound_port(self->a, 0));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, xencall2(xcall, __HYPERVISOR_xen_version,
			       XENVER_version, 0));
	EXPECT_EQ(ENOTTY, errno);
	xencall_close(xcall);
}

TEST_HARNESS_MAIN
