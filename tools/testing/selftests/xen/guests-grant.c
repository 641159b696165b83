// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants between dom0 and a guest, in both directions, with our modules on both
 * sides, and libxenvchan as distributed on top of them.
 *
 * A guest takes half a minute, so a test does much with it.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/udmabuf.h>
#include <xen/gntalloc.h>
#include <xen/gntdev.h>

#include "child.h"
#include "clock.h"
#include "env.h"
#include "evtchn_ops.h"
#include "fmap.h"
#include "grant.h"
#include "vchan.h"
#include "xl.h"

#define GUEST_TIMEOUT	300
#define REFS_MAX	256
#define RW		(PROT_READ | PROT_WRITE)

/* For helpers: struct grants_fixture is what tests know as *self. */
#define grants_fixture	_test_data_guests_grant

FIXTURE(guests_grant) {
	struct xl_guest guest;
	int gntdev;
	int gntalloc;
	int evtchn;
	/* Pages for the guest, and pages of it. */
	uint32_t our_ref[REFS_MAX];
	uint32_t their_ref[REFS_MAX];
	uint64_t our_index;
	uint64_t their_index;
	char *ours;
	char *theirs;
};

FIXTURE_VARIANT(guests_grant) {
	const char *type;
};

FIXTURE_VARIANT_ADD(guests_grant, pv) {
	.type = "pv",
};

FIXTURE_VARIANT_ADD(guests_grant, pvh) {
	.type = "pvh",
};

FIXTURE_SETUP(guests_grant)
{
	if (!xl_possible())
		SKIP(return, "there is no guest to make");
	self->gntdev = gd_open();
	ASSERT_LE(0, self->gntdev);
	self->gntalloc = ga_open();
	ASSERT_LE(0, self->gntalloc);
	self->evtchn = ev_open(O_RDWR);
	ASSERT_LE(0, self->evtchn);
	ASSERT_EQ(0, xl_create(&self->guest, variant->type));
}

FIXTURE_TEARDOWN(guests_grant)
{
	xl_free(&self->guest);
}

/* Grant pages to the guest, and let it map them: its result. */
static int give(struct grants_fixture *self, unsigned int count)
{
	char text[XL_TEXT];
	unsigned int i;
	int len = 0, ret;

	ret = ga_alloc(self->gntalloc, self->guest.domid, count,
		       &self->our_index, self->our_ref);
	if (ret)
		return ret;
	self->ours = ga_map(self->gntalloc, self->our_index, count);
	if (!self->ours)
		return -errno;
	for (i = 0; i < count; i++)
		len += sprintf(text + len, " %u", self->our_ref[i]);
	return xl_do(&self->guest, "map%s", text);
}

/* Have the guest grant pages, and map them: 0 or -errno. */
static int take(struct grants_fixture *self, unsigned int count)
{
	unsigned int i;
	char *text;
	int ret;

	ret = xl_do(&self->guest, "share %u", count);
	if (ret)
		return ret;
	text = self->guest.answer;
	strtol(text, &text, 10);
	for (i = 0; i < count; i++)
		self->their_ref[i] = strtoul(text, &text, 10);
	ret = gd_map_refs(self->gntdev, self->guest.domid, count,
			  self->their_ref, &self->their_index);
	if (ret)
		return ret;
	self->theirs = gd_mmap(self->gntdev, self->their_index, count, RW);
	return self->theirs ? 0 : -errno;
}

static int let_ours_go(struct grants_fixture *self, unsigned int count)
{
	int ret = munmap(self->ours, count * PG) ? -errno : 0;

	return ret ? ret : ga_free(self->gntalloc, self->our_index, count);
}

static int let_theirs_go(struct grants_fixture *self, unsigned int count)
{
	int ret = munmap(self->theirs, count * PG) ? -errno : 0;

	return ret ? ret : gd_unmap(self->gntdev, self->their_index, count);
}

TEST_F_TIMEOUT(guests_grant, grants__both_ways, GUEST_TIMEOUT)
{
	static const unsigned int sizes[] = { 1, 16, 256 };
	struct xl_guest *g = &self->guest;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		n = sizes[i];
		ASSERT_EQ(0, give(self, n))
			TH_LOG("%u pages: %s", n, g->answer);
		pattern_write(self->ours, n, 10 + i);
		EXPECT_EQ(0, xl_do(g, "check-mapped %u", 10 + i));
		EXPECT_EQ(0, xl_do(g, "write-mapped %u", 1000 + i));
		EXPECT_EQ(0u, pattern_wrong(self->ours, n, 1000 + i));
		EXPECT_EQ(0, xl_do(g, "release-mapped"));
		EXPECT_EQ(0, let_ours_go(self, n));

		ASSERT_EQ(0, take(self, n))
			TH_LOG("%u pages: %s", n, g->answer);
		pattern_write(self->theirs, n, 20 + i);
		EXPECT_EQ(0, xl_do(g, "check-shared %u", 20 + i));
		EXPECT_EQ(0, xl_do(g, "write-shared %u", 2000 + i));
		EXPECT_EQ(0u, pattern_wrong(self->theirs, n, 2000 + i));
		/* The guest lets go first: the pages are ours until we do. */
		EXPECT_EQ(0, xl_do(g, "release-shared"));
		EXPECT_EQ(0u, pattern_wrong(self->theirs, n, 2000 + i));
		EXPECT_EQ(0, let_theirs_go(self, n));
	}
	EXPECT_EQ(GRANT_LIMIT_DEFAULT, ga_room_wait(GRANT_LIMIT_DEFAULT));
}

/* A port that the guest can connect to. */
static int door(struct grants_fixture *self)
{
	return ev_bind_unbound(self->evtchn, self->guest.domid);
}

/* Copies between this domain and the guest, without a mapping. */
TEST_F_TIMEOUT(guests_grant, grant_copy__both_ways, GUEST_TIMEOUT)
{
	struct gntdev_grant_copy_segment seg[16];
	struct xl_guest *g = &self->guest;
	static char buf[16 * PG];
	unsigned int i;

	ASSERT_EQ(0, take(self, 16));
	EXPECT_EQ(0, let_theirs_go(self, 16));
	pattern_write(buf, 16, 30);
	for (i = 0; i < 16; i++)
		seg[i] = seg_out(buf + i * PG, g->domid, self->their_ref[i], 0,
				 PG);
	ASSERT_EQ(0, gd_copy(self->gntdev, 16, seg));
	EXPECT_EQ(0, xl_do(g, "check-shared 30"));
	EXPECT_EQ(0, xl_do(g, "write-shared 3000"));
	for (i = 0; i < 16; i++)
		seg[i] = seg_in(g->domid, self->their_ref[i], 0, buf + i * PG,
				PG);
	ASSERT_EQ(0, gd_copy(self->gntdev, 16, seg));
	EXPECT_EQ(0u, pattern_wrong(buf, 16, 3000));
	EXPECT_EQ(0, xl_do(g, "release-shared"));
	for (i = 0; i < 16; i++)
		EXPECT_EQ(GNTST_general_error,
			  grant_status(g->domid, self->their_ref[i]));
}

struct dmabuf_args {
	union {
		struct ioctl_gntdev_dmabuf_imp_to_refs imp;
		struct ioctl_gntdev_dmabuf_exp_from_refs exp;
	};
	uint32_t more[16];
};

/* A dma-buf of 16 pages of memory, which @p shows: its descriptor or -errno. */
static int make_dmabuf(char **p)
{
	struct udmabuf_create create = { .size = 16 * PG };
	int dev, ret;

	create.memfd = memfd_create("guests-grant",
				    MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (ftruncate(create.memfd, 16 * PG) ||
	    fcntl(create.memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		return -errno;
	*p = mmap(NULL, 16 * PG, RW, MAP_SHARED, create.memfd, 0);
	if (*p == MAP_FAILED)
		return -errno;
	pattern_write(*p, 16, 0);
	dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		return -errno;
	ret = ioctl(dev, UDMABUF_CREATE, &create);
	ret = ret < 0 ? -errno : ret;
	close(dev);
	close(create.memfd);
	return ret;
}

/* Memory of a dma-buf that the guest maps, also after its release here. */
TEST_F_TIMEOUT(guests_grant, dmabuf__of_ours_in_the_guest, GUEST_TIMEOUT)
{
	struct ioctl_gntdev_dmabuf_imp_release release = {};
	struct xl_guest *g = &self->guest;
	struct dmabuf_args args = {};
	char text[XL_TEXT], *p;
	uint32_t ref[16];
	int fd, len = 0, i;

	if (!env_is_ours())
		SKIP(return, "the stock driver is built without dma-bufs");
	if (access("/dev/udmabuf", F_OK))
		SKIP(return, "the kernel has no udmabuf");
	fd = make_dmabuf(&p);
	ASSERT_LE(0, fd);
	args.imp.fd = fd;
	args.imp.count = 16;
	args.imp.domid = g->domid;
	ASSERT_EQ(0, ioctl(self->gntdev, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS,
			   &args.imp))
		TH_LOG("%s", strerror(errno));
	memcpy(ref, (char *)&args + offsetof(struct dmabuf_args, imp.refs),
	       sizeof(ref));
	for (i = 0; i < 16; i++)
		len += sprintf(text + len, " %u", ref[i]);
	ASSERT_EQ(0, xl_do(g, "map%s", text));
	pattern_write(p, 16, 50);
	EXPECT_EQ(0, xl_do(g, "check-mapped 50"));
	EXPECT_EQ(0, xl_do(g, "write-mapped 5000"));
	EXPECT_EQ(0u, pattern_wrong(p, 16, 5000));

	release.fd = fd;
	EXPECT_EQ(0, ioctl(self->gntdev, IOCTL_GNTDEV_DMABUF_IMP_RELEASE,
			   &release));
	close(fd);
	EXPECT_EQ(0, munmap(p, 16 * PG));
	EXPECT_EQ(0, xl_do(g, "check-mapped 5000"));
	EXPECT_EQ(0, xl_do(g, "release-mapped"));
}

/* Grants of the guest as a dma-buf, which another file then takes in. */
TEST_F_TIMEOUT(guests_grant, dmabuf__of_the_guest_here, GUEST_TIMEOUT)
{
	struct ioctl_gntdev_dmabuf_exp_wait_released wait = {};
	struct ioctl_gntdev_dmabuf_imp_release release = {};
	struct xl_guest *g = &self->guest;
	struct dmabuf_args args = {};
	int fd, other = gd_open();
	char *p;

	if (!env_is_ours())
		SKIP(return, "the stock driver is built without dma-bufs");
	ASSERT_LE(0, other);
	ASSERT_EQ(0, take(self, 16));
	EXPECT_EQ(0, let_theirs_go(self, 16));
	args.exp.count = 16;
	args.exp.domid = g->domid;
	memcpy((char *)&args + offsetof(struct dmabuf_args, exp.refs),
	       self->their_ref, 16 * sizeof(uint32_t));
	ASSERT_EQ(0, ioctl(self->gntdev, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS,
			   &args.exp))
		TH_LOG("%s", strerror(errno));
	fd = args.exp.fd;
	p = mmap(NULL, 16 * PG, RW, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	pattern_write(p, 16, 60);
	EXPECT_EQ(0, xl_do(g, "check-shared 60"));
	EXPECT_EQ(0, xl_do(g, "write-shared 6000"));
	EXPECT_EQ(0u, pattern_wrong(p, 16, 6000));

	memset(&args, 0, sizeof(args));
	args.imp.fd = fd;
	args.imp.count = 16;
	args.imp.domid = g->domid;
	EXPECT_EQ(0, ioctl(other, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, &args.imp));
	close(fd);
	EXPECT_EQ(0, munmap(p, 16 * PG));
	/* It lives on with whoever has it. */
	wait.fd = fd;
	EXPECT_EQ(-1, ioctl(self->gntdev, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED,
			    &wait));
	EXPECT_EQ(ETIMEDOUT, errno);
	release.fd = fd;
	EXPECT_EQ(0, ioctl(other, IOCTL_GNTDEV_DMABUF_IMP_RELEASE, &release));
	wait.wait_to_ms = SOON_MS;
	if (ioctl(self->gntdev, IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED, &wait))
		EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(0, xl_do(g, "release-shared"));
	close(other);
}

/* A process of the guest dies with grants of both kinds, then all of it. */
TEST_F_TIMEOUT(guests_grant, peer__is_killed_and_destroyed, GUEST_TIMEOUT)
{
	struct xl_guest *g = &self->guest;
	int mapped_bell, shared_bell, port, i;
	bool rang[2] = {};

	ASSERT_EQ(0, give(self, 4));
	ASSERT_EQ(0, take(self, 4));
	memset(self->ours, 0x5a, 4 * PG);
	memset(self->theirs, 0x5a, 4 * PG);
	mapped_bell = door(self);
	ASSERT_LT(0, mapped_bell);
	shared_bell = door(self);
	ASSERT_LT(0, shared_bell);
	ASSERT_EQ(0, xl_do(g, "notify-mapped %d 4097", mapped_bell));
	ASSERT_EQ(0, xl_do(g, "notify-shared %d 8194", shared_bell));
	/* Connecting may have rung. */
	while (ev_wait(self->evtchn, QUIET_MS))
		ASSERT_LT(0, ev_take(self->evtchn));

	ASSERT_EQ(0, xl_do(g, "die"));
	for (i = 0; i < 2; i++) {
		port = ev_take(self->evtchn);
		EXPECT_TRUE(port == mapped_bell || port == shared_bell)
			TH_LOG("port %d", port);
		rang[port == shared_bell] = true;
	}
	EXPECT_TRUE(rang[0] && rang[1]);
	EXPECT_EQ(0, self->ours[4097]);
	EXPECT_EQ(0x5a, self->ours[4096]);
	EXPECT_EQ(0, self->theirs[8194]);
	EXPECT_EQ(0x5a, self->theirs[8195]);
	/* What we have of it stays until we let go. */
	EXPECT_EQ(0, let_theirs_go(self, 4));
	EXPECT_EQ(0, let_ours_go(self, 4));
	EXPECT_EQ(GRANT_LIMIT_DEFAULT, ga_room_wait(GRANT_LIMIT_DEFAULT));

	/* Now the domain, with both kinds mapped. */
	ASSERT_EQ(0, give(self, 16));
	ASSERT_EQ(0, take(self, 16));
	pattern_write(self->theirs, 16, 40);
	EXPECT_EQ(0, xl_do(g, "check-shared 40"));
	ASSERT_EQ(0, xl_destroy(g));
	EXPECT_EQ(0u, pattern_wrong(self->theirs, 16, 40));
	EXPECT_EQ(0, let_ours_go(self, 16));
	EXPECT_EQ(GRANT_LIMIT_DEFAULT, ga_room_wait(GRANT_LIMIT_DEFAULT));
	EXPECT_EQ(0u, pattern_wrong(self->theirs, 16, 40));
	EXPECT_EQ(0, let_theirs_go(self, 16));
	EXPECT_TRUE(xl_gone(g));
}

static unsigned int vchan_kib(void)
{
	const char *mib = getenv("XEN_TEST_VCHAN_MIB");

	if (mib)
		return atoi(mib) << 10;
	return getenv("XEN_TEST_QUICK") ? 4 << 10 : 100 << 10;
}

static void run_vchan(struct __test_metadata *_metadata,
		      struct grants_fixture *self, bool server,
		      const char *path)
{
	unsigned int kib = vchan_kib();
	uint64_t begin = now_us();

	ASSERT_EQ(0, xl_start(&self->guest, "vchan %s %u %s",
			      server ? "client" : "server", kib, path));
	EXPECT_EQ(0, vchan_run(server, self->guest.domid, path, kib));
	EXPECT_EQ(0, xl_answer(&self->guest))
		TH_LOG("the guest: %s", self->guest.answer);
	ksft_print_msg("%u KiB each way as the %s: %llu ms\n", kib,
		       server ? "server" : "client",
		       (unsigned long long)(now_us() - begin) / 1000);
	EXPECT_EQ(GRANT_LIMIT_DEFAULT, ga_room_wait(GRANT_LIMIT_DEFAULT));
}

TEST_F_TIMEOUT(guests_grant, vchan__both_roles, GUEST_TIMEOUT)
{
	char path[64];

	run_vchan(_metadata, self, true, "/local/domain/0/data/vchan-test");
	snprintf(path, sizeof(path), "/local/domain/%u/data/vchan-test",
		 self->guest.domid);
	run_vchan(_metadata, self, false, path);
}

/* Without a guest: both ends in dom0, which must be PV for that. */
FIXTURE(vchan_loopback) {
	unsigned int kib;
};

FIXTURE_SETUP(vchan_loopback)
{
	if (access("/var/run/xenstored/socket", F_OK))
		SKIP(return, "there is no xenstored");
	if (env_loses_own_grants())
		SKIP(return, "an auto-translated domain loses a page that it maps from itself");
	self->kib = vchan_kib() / 4;
}

FIXTURE_TEARDOWN(vchan_loopback)
{
}

#define LOOPBACK	"/local/domain/0/data/vchan-loopback"

static int loopback_client(void *arg)
{
	unsigned int *kib = arg;

	return -vchan_run(false, DOM_HERE, LOOPBACK, *kib);
}

TEST_F_TIMEOUT(vchan_loopback, vchan__of_two_processes, 120)
{
	pid_t pid = child_start(loopback_client, &self->kib);

	ASSERT_LT(0, pid);
	EXPECT_EQ(0, vchan_run(true, DOM_HERE, LOOPBACK, self->kib));
	EXPECT_EQ(0, child_wait(pid, SOON_MS));
	EXPECT_EQ(GRANT_LIMIT_DEFAULT, ga_room_wait(GRANT_LIMIT_DEFAULT));
}

TEST_HARNESS_MAIN
