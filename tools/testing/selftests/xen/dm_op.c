// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: DM_OP, what a device model asks about its guest, here an
 * HVM guest in which nothing runs.
 *
 * A name is dm_op.<operation>__<behaviour>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/privcmd.h>

#include <xen/xen.h>

#include <xenctrl.h>
#include <xendevicemodel.h>

#include <xen/hvm/dm_op.h>
#include <xen/sched.h>

#include "badptr.h"
#include "clock.h"
#include "env.h"
#include "files.h"
#include "guest.h"
#include "hcall.h"
#include "int80.h"
#include "ioreq.h"

/* A domain that does not exist. */
#define DOM_NONE	0x7000

#define PG		4096UL
#define FRAMES		64
#define PARAMETER(name)	"/sys/module/xen_privcmd/parameters/" name
#define MAX_BUFS	PARAMETER("dm_op_max_nr_bufs")
#define MAX_SIZE	PARAMETER("dm_op_buf_max_size")

FIXTURE(dm_op) {
	struct guest guest;
	uint32_t domid;
	int fd;
	xendevicemodel_handle *dm;
};

static int set_number(const char *path, unsigned int number)
{
	FILE *f = fopen(path, "we");
	int ret;

	if (!f)
		return -errno;
	ret = fprintf(f, "%u\n", number);
	return fclose(f) || ret < 0 ? -EIO : 0;
}

FIXTURE_SETUP(dm_op)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->fd = privcmd_open();
	ASSERT_LE(0, self->fd);
	if (ioreq_missing(self->fd)) {
		close(self->fd);
		SKIP(return, "this Xen has no device models");
	}
	ASSERT_EQ(0, guest_create(&self->guest, true, FRAMES));
	self->domid = self->guest.domid;
	self->dm = xendevicemodel_open(NULL, 0);
	ASSERT_NE(NULL, self->dm);
}

FIXTURE_TEARDOWN(dm_op)
{
	set_number(MAX_BUFS, 16);
	set_number(MAX_SIZE, 4096);
	xendevicemodel_close(self->dm);
	close(self->fd);
	guest_free(&self->guest);
}

static int dm_call(int fd, uint16_t dom, unsigned int num,
		   const struct privcmd_dm_op_buf *bufs)
{
	struct privcmd_dm_op arg = { .dom = dom, .num = num, .ubufs = bufs };
	int ret = ioctl(fd, IOCTL_PRIVCMD_DM_OP, &arg);

	return ret < 0 ? -errno : ret;
}

static int dm_one(int fd, uint16_t dom, void *op, size_t size)
{
	struct privcmd_dm_op_buf buf = { op, size };

	return dm_call(fd, dom, 1, &buf);
}

/* Any page that is not written to. */
static void *read_only_copy(const void *from, size_t size)
{
	void *p = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	memcpy(p, from, size);
	return mprotect(p, PG, PROT_READ) ? NULL : p;
}

static const struct xen_dm_op nr_vcpus_op = { .op = XEN_DMOP_nr_vcpus };

/* Without buffers nothing is asked: how a library looks for the ioctl. */
TEST_F(dm_op, none__is_0)
{
	EXPECT_EQ(0, dm_call(self->fd, self->domid, 0, NULL));
	EXPECT_EQ(0, dm_call(self->fd, DOM_NONE, 0, NULL));
	EXPECT_EQ(0, dm_call(self->fd, DOMID_INVALID, 0, (void *)-1));
}

TEST_F(dm_op, any__no_such_domain)
{
	struct xen_dm_op op = nr_vcpus_op;

	EXPECT_EQ(-ESRCH, dm_one(self->fd, DOM_NONE, &op, sizeof(op)));
}

TEST_F(dm_op, any__unknown_operation)
{
	struct xen_dm_op op = { .op = 0x7fffffff };

	EXPECT_EQ(-EOPNOTSUPP, dm_one(self->fd, self->domid, &op, sizeof(op)));
}

TEST_F(dm_op, any__restricted)
{
	struct xen_dm_op op = nr_vcpus_op;
	int fd = privcmd_open();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, privcmd_restrict(fd, self->domid + 1));
	EXPECT_EQ(-EPERM, dm_one(fd, self->domid, &op, sizeof(op)));
	EXPECT_EQ(-EPERM, dm_call(fd, self->domid, 0, NULL));
	EXPECT_EQ(-EPERM, dm_call(fd, DOMID_INVALID, 0, NULL));
	EXPECT_EQ(-EPERM, dm_call(fd, self->domid, 1000, NULL));
	EXPECT_EQ(0, dm_call(fd, self->domid + 1, 0, NULL));
	close(fd);
	ASSERT_EQ(0, privcmd_restrict(self->fd, self->domid));
	EXPECT_EQ(0, dm_one(self->fd, self->domid, &op, sizeof(op)));
	EXPECT_EQ(GUEST_VCPUS, op.u.nr_vcpus.vcpus);
}

/* A bad last buffer tells whether the driver looked at it. */
static int dm_many(int fd, uint16_t dom, unsigned int num, bool bad)
{
	struct privcmd_dm_op_buf buf[32];
	struct xen_dm_op op = nr_vcpus_op;
	unsigned int i;

	for (i = 0; i < num; i++)
		buf[i] = (struct privcmd_dm_op_buf){ &op, sizeof(op) };
	if (bad)
		buf[num - 1].uptr = (void *)16;
	return dm_call(fd, dom, num, buf);
}

TEST_F(dm_op, any__number_of_buffers)
{
	unsigned int num;

	for (num = 3; num <= 16; num++) {
		EXPECT_EQ(-EFAULT, dm_many(self->fd, self->domid, num, true));
		/* Xen itself takes less. */
		EXPECT_EQ(-E2BIG, dm_many(self->fd, self->domid, num, false));
	}
	EXPECT_EQ(0, dm_many(self->fd, self->domid, 2, false));
	EXPECT_EQ(-E2BIG, dm_many(self->fd, self->domid, 17, true));
	EXPECT_EQ(-E2BIG, dm_call(self->fd, self->domid, 0xffff, NULL));
}

TEST_F(dm_op, any__limit_on_buffers_changes)
{
	EXPECT_EQ(16, read_number(MAX_BUFS));
	ASSERT_EQ(0, set_number(MAX_BUFS, 1));
	EXPECT_EQ(-E2BIG, dm_many(self->fd, self->domid, 2, true));
	EXPECT_EQ(0, dm_many(self->fd, self->domid, 1, false));
	ASSERT_EQ(0, set_number(MAX_BUFS, 20));
	EXPECT_EQ(-EFAULT, dm_many(self->fd, self->domid, 20, true));
	EXPECT_EQ(-E2BIG, dm_many(self->fd, self->domid, 21, true));
	ASSERT_EQ(0, set_number(MAX_BUFS, 0));
	EXPECT_EQ(-E2BIG, dm_many(self->fd, self->domid, 1, false));
	EXPECT_EQ(0, dm_call(self->fd, self->domid, 0, NULL));
}

TEST_F(dm_op, any__limit_on_size_changes)
{
	char *p = calloc(1, 3 * PG);

	ASSERT_NE(NULL, p);
	memcpy(p, &nr_vcpus_op, sizeof(nr_vcpus_op));
	EXPECT_EQ(4096, read_number(MAX_SIZE));
	EXPECT_EQ(0, dm_one(self->fd, self->domid, p, PG));
	EXPECT_EQ(-E2BIG, dm_one(self->fd, self->domid, p, PG + 1));
	EXPECT_EQ(-E2BIG, dm_one(self->fd, self->domid, p, SIZE_MAX));
	ASSERT_EQ(0, set_number(MAX_SIZE, 2 * PG));
	EXPECT_EQ(0, dm_one(self->fd, self->domid, p, 2 * PG));
	EXPECT_EQ(-E2BIG, dm_one(self->fd, self->domid, p, 2 * PG + 1));
	ASSERT_EQ(0, set_number(MAX_SIZE, 8));
	EXPECT_EQ(-E2BIG, dm_one(self->fd, self->domid, p, 9));
	free(p);
}

TEST_F(dm_op, any__bad_pointer)
{
	struct bad_pointer bad[BAD_POINTERS];
	struct xen_dm_op op = nr_vcpus_op;
	struct privcmd_dm_op_buf buf[2];
	unsigned int i;

	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_DM_OP);
	ASSERT_EQ(0, bad_pointers(bad, sizeof(buf[0])));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, dm_call(self->fd, self->domid, 1,
					   (void *)bad[i].addr))
			TH_LOG("buffers: %s", bad[i].name);
	}
	ASSERT_EQ(0, bad_pointers(bad, sizeof(op)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		void *addr = (void *)bad[i].addr;

		EXPECT_EQ(-EFAULT, dm_one(self->fd, self->domid, addr,
					  sizeof(op)))
			TH_LOG("operation: %s", bad[i].name);
		buf[0] = (struct privcmd_dm_op_buf){ &op, sizeof(op) };
		buf[1] = (struct privcmd_dm_op_buf){ addr, sizeof(op) };
		EXPECT_EQ(-EFAULT, dm_call(self->fd, self->domid, 2, buf))
			TH_LOG("second buffer: %s", bad[i].name);
	}
	EXPECT_EQ(0u, op.u.nr_vcpus.vcpus);
}

TEST_F(dm_op, any__short_operation)
{
	struct xen_dm_op op = nr_vcpus_op;
	size_t size;

	for (size = 0; size < 8; size++)
		EXPECT_GT(0, dm_one(self->fd, self->domid, &op, size));
	EXPECT_EQ(0u, op.u.nr_vcpus.vcpus);
}

/* The result comes back although it lies in two pages. */
TEST_F(dm_op, any__operation_across_pages)
{
	char *p = mmap(NULL, 2 * PG, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct xen_dm_op *op;
	unsigned int i;

	ASSERT_NE(MAP_FAILED, p);
	for (i = 1; i < sizeof(*op); i++) {
		op = (struct xen_dm_op *)(p + PG - i);
		memcpy(op, &nr_vcpus_op, sizeof(*op));
		EXPECT_EQ(0, dm_one(self->fd, self->domid, op, sizeof(*op)));
		EXPECT_EQ(GUEST_VCPUS, op->u.nr_vcpus.vcpus);
	}
}

/* To see whether a result has a place to go, the place is not written to. */
TEST_F(dm_op, any__failure_leaves_the_buffer_alone)
{
	static const uint32_t codes[] = {
		XEN_DMOP_create_ioreq_server, XEN_DMOP_get_ioreq_server_info,
		XEN_DMOP_set_mem_type, 12345, 0xffffffff,
	};
	struct xen_dm_op op, before;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		memset(&op, 0xff, sizeof(op));
		op.op = codes[i];
		op.pad = 0;
		memcpy(&before, &op, sizeof(op));
		EXPECT_GT(0, dm_one(self->fd, self->domid, &op, sizeof(op)))
			TH_LOG("operation %u", codes[i]);
		EXPECT_EQ(0, memcmp(&op, &before, sizeof(op)))
			TH_LOG("operation %u", codes[i]);
	}
}

/* An operation whose result has no place to go is not done. */
TEST_F(dm_op, create_ioreq_server__read_only_is_efault)
{
	struct xen_dm_op op = { .op = XEN_DMOP_create_ioreq_server };
	ioservid_t id = 99;
	void *ro;

	op.u.create_ioreq_server.handle_bufioreq = 2;
	ro = read_only_copy(&op, sizeof(op));
	ASSERT_NE(NULL, ro);
	EXPECT_EQ(-EFAULT, dm_one(self->fd, self->domid, ro, sizeof(op)));
	EXPECT_EQ(0, xendevicemodel_create_ioreq_server(self->dm, self->domid,
							2, &id));
	EXPECT_EQ(0, id);
}

/* One that gives no result may be constant. */
TEST_F(dm_op, remote_shutdown__from_read_only_memory)
{
	struct xen_dm_op op = { .op = XEN_DMOP_remote_shutdown };
	void *ro;

	op.u.remote_shutdown.reason = SHUTDOWN_reboot;
	ro = read_only_copy(&op, sizeof(op));
	ASSERT_NE(NULL, ro);
	EXPECT_EQ(-ENOENT, guest_shutdown(&self->guest));
	EXPECT_EQ(0, dm_one(self->fd, self->domid, ro, sizeof(op)));
	EXPECT_EQ(SHUTDOWN_reboot, guest_shutdown(&self->guest));
}

static int modified(int fd, uint32_t domid, unsigned int nr,
		    struct xen_dm_op_modified_memory_extent *extents)
{
	struct xen_dm_op op = { .op = XEN_DMOP_modified_memory };
	struct privcmd_dm_op_buf buf[2] = {
		{ &op, sizeof(op) },
		{ extents, nr * sizeof(*extents) },
	};

	op.u.modified_memory.nr_extents = nr;
	return dm_call(fd, domid, 2, buf);
}

/* Only where somebody wants to know does Xen look at what is modified. */
#define LOG_DIRTY()							\
	ASSERT_LE(0, xc_shadow_control(self->guest.xc, self->domid,	\
				       XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY, \
				       NULL, 0))

TEST_F(dm_op, modified_memory__from_read_only_memory)
{
	struct xen_dm_op_modified_memory_extent extents[3] = {
		{ .first_pfn = 1, .nr = 1 },
		{ .first_pfn = 4, .nr = 8 },
		{ .first_pfn = 20, .nr = 2 },
	};
	void *ro = read_only_copy(extents, sizeof(extents));

	ASSERT_NE(NULL, ro);
	LOG_DIRTY();
	EXPECT_EQ(0, modified(self->fd, self->domid, 3, ro));
}

TEST_F(dm_op, modified_memory__across_pages)
{
	struct xen_dm_op_modified_memory_extent *extents;
	char *p = mmap(NULL, 2 * PG, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	ASSERT_NE(MAP_FAILED, p);
	LOG_DIRTY();
	extents = (void *)(p + PG - 3 * sizeof(*extents) - 8);
	for (i = 0; i < 8; i++) {
		extents[i].first_pfn = i * 2;
		extents[i].nr = 1;
	}
	EXPECT_EQ(0, modified(self->fd, self->domid, 8, extents));
	/* The last one is wrong, so it was read. */
	extents[7].first_pfn = 0x100000000;
	EXPECT_EQ(-EINVAL, modified(self->fd, self->domid, 8, extents));
	EXPECT_EQ(0, modified(self->fd, self->domid, 7, extents));
}

/* XSA-506: Xen would look at a buffer that it was not given. */
TEST_F(dm_op, one_buffer_of_two__is_einval)
{
	struct xen_dm_op op = { .op = XEN_DMOP_track_dirty_vram };

	if (!env_is_ours())
		SKIP(return, "Xen would read what is not there");
	op.u.track_dirty_vram.nr = FRAMES;
	EXPECT_EQ(-EINVAL, dm_one(self->fd, self->domid, &op, sizeof(op)));
	EXPECT_EQ(-EINVAL, dm_one(self->fd, DOM_NONE, &op, sizeof(op)));
	op.op = XEN_DMOP_modified_memory;
	op.u.modified_memory.nr_extents = 1;
	EXPECT_EQ(-EINVAL, dm_one(self->fd, self->domid, &op, sizeof(op)));
	EXPECT_EQ(-EINVAL, dm_one(self->fd, DOM_NONE, &op, sizeof(op)));
}

/* At first all is dirty: Xen writes the map, in two pages. */
TEST_F(dm_op, track_dirty_vram__writes_the_map)
{
	char *p = mmap(NULL, 2 * PG, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long *map;

	ASSERT_NE(MAP_FAILED, p);
	map = (void *)(p + PG - 4);
	EXPECT_EQ(0, xendevicemodel_track_dirty_vram(self->dm, self->domid, 0,
						     FRAMES, map));
	EXPECT_EQ(~0UL, *map);
}

/* The library gives an empty buffer, which needs no page. */
TEST_F(dm_op, track_dirty_vram__of_no_page)
{
	EXPECT_EQ(0, xendevicemodel_track_dirty_vram(self->dm, self->domid, 0,
						     0, NULL));
}

TEST_F(dm_op, track_dirty_vram__read_only_is_efault)
{
	unsigned long zero = 0;
	void *ro = read_only_copy(&zero, sizeof(zero));

	ASSERT_NE(NULL, ro);
	EXPECT_EQ(-1, xendevicemodel_track_dirty_vram(self->dm, self->domid, 0,
						      FRAMES, ro));
	EXPECT_EQ(EFAULT, errno);
}

#define IO_RANGE(op, which, start)					\
	xendevicemodel_##op##_io_range##which##_ioreq_server(dm, self->domid, \
							     id, 1, start, \
							     0xf0000fff)

TEST_F(dm_op, libxendevicemodel__ioreq_server)
{
	xendevicemodel_handle *dm = self->dm;
	evtchn_port_t port = 0;
	ioservid_t id = 99, other = 99;

	ASSERT_EQ(0, xendevicemodel_create_ioreq_server(dm, self->domid, 2,
							&id));
	ASSERT_EQ(0, xendevicemodel_create_ioreq_server(dm, self->domid, 0,
							&other));
	EXPECT_NE(id, other);
	EXPECT_EQ(0, xendevicemodel_get_ioreq_server_info(dm, self->domid, id,
							  NULL, NULL, &port));
	EXPECT_NE(0u, port);
	EXPECT_EQ(0, xendevicemodel_set_ioreq_server_state(dm, self->domid, id,
							   1));
	EXPECT_EQ(0, IO_RANGE(map, _to, 0xf0000000));
	EXPECT_EQ(-1, IO_RANGE(map, _to, 0xf0000800));
	EXPECT_EQ(EEXIST, errno);
	EXPECT_EQ(0, IO_RANGE(unmap, _from, 0xf0000000));
	EXPECT_EQ(0, xendevicemodel_destroy_ioreq_server(dm, self->domid, id));
	EXPECT_EQ(-1, xendevicemodel_destroy_ioreq_server(dm, self->domid, id));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(0, xendevicemodel_destroy_ioreq_server(dm, self->domid,
							 other));
}

TEST_F(dm_op, libxendevicemodel__interrupts)
{
	EXPECT_EQ(0, xendevicemodel_inject_msi(self->dm, self->domid,
					       0xfee00000, 0x30));
	EXPECT_EQ(-1, xendevicemodel_inject_event(self->dm, self->domid, 99,
						  14, 3, 0, 0, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, xendevicemodel_set_isa_irq_level(self->dm, self->domid,
						       16, 1));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(dm_op, libxendevicemodel__restrict)
{
	unsigned int vcpus = 0;

	EXPECT_EQ(0, xendevicemodel_restrict(self->dm, self->domid));
	EXPECT_EQ(0, xendevicemodel_nr_vcpus(self->dm, self->domid, &vcpus));
	EXPECT_EQ(GUEST_VCPUS, vcpus);
	EXPECT_EQ(-1, xendevicemodel_nr_vcpus(self->dm, DOM_NONE, &vcpus));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(0, xendevicemodel_shutdown(self->dm, self->domid,
					     SHUTDOWN_poweroff));
	EXPECT_EQ(SHUTDOWN_poweroff, guest_shutdown(&self->guest));
}

struct narrow {
	struct {
		uint16_t dom, num;
		uint32_t ubufs;
	} arg;
	struct {
		uint32_t uptr, size;
	} buf[20];
	struct xen_dm_op op;
	unsigned long map;
};

#define NARROW_DM_OP	0x00085005
#define LOW(p)		((uint32_t)(uintptr_t)(p))

TEST_F(dm_op, any__int80)
{
	struct narrow *n = LOW_PAGE(return);

	n->arg.dom = self->domid;
	EXPECT_EQ(0, int80_ioctl(self->fd, NARROW_DM_OP, &n->arg));
	n->arg.num = 1;
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, NARROW_DM_OP, &n->arg));
	n->arg.ubufs = LOW(n->buf);
	n->buf[0].uptr = LOW(&n->op);
	n->buf[0].size = sizeof(n->op);
	n->op = nr_vcpus_op;
	EXPECT_EQ(0, int80_ioctl(self->fd, NARROW_DM_OP, &n->arg));
	EXPECT_EQ(GUEST_VCPUS, n->op.u.nr_vcpus.vcpus);

	n->op = (struct xen_dm_op){ .op = XEN_DMOP_track_dirty_vram };
	n->op.u.track_dirty_vram.nr = FRAMES;
	n->arg.num = 2;
	n->buf[1].uptr = LOW(&n->map);
	n->buf[1].size = sizeof(n->map);
	EXPECT_EQ(0, int80_ioctl(self->fd, NARROW_DM_OP, &n->arg));
	EXPECT_EQ(~0UL, n->map);
	n->buf[1].uptr = 16;
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, NARROW_DM_OP, &n->arg));
	n->arg.num = 17;
	EXPECT_EQ(-E2BIG, int80_ioctl(self->fd, NARROW_DM_OP, &n->arg));
	EXPECT_EQ(-ENOTTY, int80_ioctl(self->fd, IOCTL_PRIVCMD_DM_OP, &n->arg));
}

TEST_HARNESS_MAIN
