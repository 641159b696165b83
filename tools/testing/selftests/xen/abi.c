// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine-readable ABI, Documentation/abi/xen-devices.json, against the
 * devices: what a language binding that has read nothing else would do. There
 * is no UAPI header here, only tables made from the JSON.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "env.h"
#include "int80.h"

#define MOST_ERRORS	16
#define DOMID_SELF	0x7ff0
#define PAGE		4096

/* Who calls, and index of what differs between the two. */
enum width { WIDE, NARROW };

struct abi_node {
	const char *path;
	int unknown_command;
};

struct abi_command {
	const char *path;
	const char *name;
	unsigned int number[2];
	unsigned int size[2];
	int errors[MOST_ERRORS];
};

struct abi_field {
	const char *of;
	const char *name;
	unsigned int offset[2];
	unsigned int size[2];
};

#include "abi_table.h"

FIXTURE(abi) {
	unsigned char *page;
};

FIXTURE_VARIANT(abi) {
	enum width width;
};

FIXTURE_VARIANT_ADD(abi, 64bit) {
	.width = WIDE,
};

FIXTURE_VARIANT_ADD(abi, 32bit) {
	.width = NARROW,
};

FIXTURE_SETUP(abi)
{
	if (!env_is_ours())
		SKIP(return, "it describes our modules");
	if (variant->width == NARROW && !int80_works())
		SKIP(return, "this kernel has no 32-bit system calls");
	self->page = int80_page();
	ASSERT_NE(NULL, self->page);
}

FIXTURE_TEARDOWN(abi)
{
	if (self->page)
		munmap(self->page, PAGE);
}

/* What the driver answers: 0 or more, or -errno. */
static int call(enum width width, int fd, unsigned int number, const void *arg)
{
	int ret;

	if (width == NARROW)
		return int80_ioctl(fd, number, arg);
	ret = ioctl(fd, number, arg);
	return ret < 0 ? -errno : ret;
}

static bool listed(const struct abi_command *c, int err)
{
	int i;

	for (i = 0; i < MOST_ERRORS; i++)
		if (err && c->errors[i] == err)
			return true;
	return false;
}

/* Each command on a file of its own, for some of them change it. */
static int try(enum width width, const struct abi_command *c, const void *arg)
{
	int fd = open(c->path, O_RDWR | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = call(width, fd, c->number[width], arg);
	close(fd);
	return ret;
}

static int by_name(enum width width, int fd, const char *name, const void *arg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(abi_commands); i++)
		if (!strcmp(abi_commands[i].name, name))
			return call(width, fd, abi_commands[i].number[width], arg);
	return -ENXIO;
}

/* Where a field lies in a struct that begins at @base. */
static void *field(enum width width, void *base, const char *of,
		   const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(abi_fields); i++)
		if (!strcmp(abi_fields[i].of, of) &&
		    !strcmp(abi_fields[i].name, name))
			return base + abi_fields[i].offset[width];
	return NULL;
}

#define FIELD(of, name) field(variant->width, self->page, of, name)
#define CALL(fd, name) by_name(variant->width, fd, name, self->page)

TEST_F(abi, commands__bad_pointer_is_listed)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(abi_commands); i++) {
		const struct abi_command *c = &abi_commands[i];
		int ret = try(variant->width, c, (void *)8);

		if (c->size[variant->width])
			EXPECT_GT(0, ret) TH_LOG("%s: %d", c->name, ret);
		EXPECT_TRUE(ret >= 0 || listed(c, -ret))
			TH_LOG("%s: %d", c->name, ret);
	}
}

/* Nothing but ones means nothing to any command. */
TEST_F(abi, commands__ones_are_listed)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(abi_commands); i++) {
		const struct abi_command *c = &abi_commands[i];
		int ret;

		memset(self->page, 0xff, PAGE);
		ret = try(variant->width, c, self->page);
		EXPECT_TRUE(ret >= 0 || listed(c, -ret))
			TH_LOG("%s: %d", c->name, ret);
	}
}

/* Hypercall 0 with arguments of 0 would take the trap table away. */
TEST_F(abi, commands__zeroes_are_listed)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(abi_commands); i++) {
		const struct abi_command *c = &abi_commands[i];
		int ret;

		if (!strcmp(c->name, "IOCTL_PRIVCMD_HYPERCALL"))
			continue;
		memset(self->page, 0, PAGE);
		ret = try(variant->width, c, self->page);
		EXPECT_TRUE(ret >= 0 || listed(c, -ret))
			TH_LOG("%s: %d", c->name, ret);
	}
}

TEST_F(abi, unknown_command__is_listed)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(abi_nodes); i++) {
		const struct abi_node *n = &abi_nodes[i];
		int fd = open(n->path, O_RDWR | O_CLOEXEC);

		ASSERT_LE(0, fd);
		EXPECT_EQ(-n->unknown_command,
			  call(variant->width, fd, _IO('x', 99), self->page))
			TH_LOG("%s", n->path);
		close(fd);
	}
}

/* A port for ourselves, connected to another, and an event through both. */
TEST_F(abi, evtchn__loop)
{
	int fd = open(XEN_DEV_EVTCHN, O_RDWR | O_CLOEXEC);
	uint32_t told = 0;
	int port, other;

	ASSERT_LE(0, fd);
	*(uint32_t *)FIELD("ioctl_evtchn_bind_unbound_port", "remote_domain") =
		DOMID_SELF;
	port = CALL(fd, "IOCTL_EVTCHN_BIND_UNBOUND_PORT");
	ASSERT_LT(0, port);
	*(uint32_t *)FIELD("ioctl_evtchn_bind_interdomain", "remote_domain") =
		DOMID_SELF;
	*(uint32_t *)FIELD("ioctl_evtchn_bind_interdomain", "remote_port") =
		port;
	other = CALL(fd, "IOCTL_EVTCHN_BIND_INTERDOMAIN");
	ASSERT_LT(0, other);
	/* Xen marks a new connection pending. */
	ASSERT_EQ(4, read(fd, &told, 4));
	EXPECT_EQ(other, told);
	*(uint32_t *)FIELD("ioctl_evtchn_notify", "port") = other;
	EXPECT_EQ(0, CALL(fd, "IOCTL_EVTCHN_NOTIFY"));
	ASSERT_EQ(4, read(fd, &told, 4));
	EXPECT_EQ(port, told);
	*(uint32_t *)FIELD("ioctl_evtchn_unbind", "port") = port;
	EXPECT_EQ(0, CALL(fd, "IOCTL_EVTCHN_UNBIND"));
	EXPECT_EQ(-ENOTCONN, CALL(fd, "IOCTL_EVTCHN_UNBIND"));
	close(fd);
}

/* Pages that are granted, and a map of what was granted, by offsets alone. */
TEST_F(abi, grants__alloc_and_map)
{
	int alloc = open(XEN_DEV_GNTALLOC, O_RDWR | O_CLOEXEC);
	int dev = open(XEN_DEV_GNTDEV, O_RDWR | O_CLOEXEC);
	uint64_t index, map;
	uint32_t ref;

	ASSERT_LE(0, alloc);
	ASSERT_LE(0, dev);
	*(uint16_t *)FIELD("ioctl_gntalloc_alloc_gref", "domid") = 0;
	*(uint16_t *)FIELD("ioctl_gntalloc_alloc_gref", "flags") = 1;
	*(uint32_t *)FIELD("ioctl_gntalloc_alloc_gref", "count") = 1;
	ASSERT_EQ(0, CALL(alloc, "IOCTL_GNTALLOC_ALLOC_GREF"));
	memcpy(&index, FIELD("ioctl_gntalloc_alloc_gref", "index"), 8);
	memcpy(&ref, FIELD("ioctl_gntalloc_alloc_gref", "gref_ids"), 4);
	EXPECT_EQ(0, index % PAGE);
	EXPECT_NE(0, ref);

	memset(self->page, 0, PAGE);
	*(uint32_t *)FIELD("ioctl_gntdev_map_grant_ref", "count") = 1;
	*(uint32_t *)(FIELD("ioctl_gntdev_map_grant_ref", "refs") + 4) = ref;
	ASSERT_EQ(0, CALL(dev, "IOCTL_GNTDEV_MAP_GRANT_REF"));
	memcpy(&map, FIELD("ioctl_gntdev_map_grant_ref", "index"), 8);
	memset(self->page, 0, PAGE);
	memcpy(FIELD("ioctl_gntdev_unmap_grant_ref", "index"), &map, 8);
	*(uint32_t *)FIELD("ioctl_gntdev_unmap_grant_ref", "count") = 1;
	EXPECT_EQ(0, CALL(dev, "IOCTL_GNTDEV_UNMAP_GRANT_REF"));
	EXPECT_EQ(-ENOENT, CALL(dev, "IOCTL_GNTDEV_UNMAP_GRANT_REF"));

	memset(self->page, 0, PAGE);
	memcpy(FIELD("ioctl_gntalloc_dealloc_gref", "index"), &index, 8);
	*(uint32_t *)FIELD("ioctl_gntalloc_dealloc_gref", "count") = 1;
	EXPECT_EQ(0, CALL(alloc, "IOCTL_GNTALLOC_DEALLOC_GREF"));
	EXPECT_EQ(-EINVAL, CALL(alloc, "IOCTL_GNTALLOC_DEALLOC_GREF"));
	close(dev);
	close(alloc);
}

/* A copy from a granted page, whose segments are of the caller's width. */
TEST_F(abi, grants__copy)
{
	int alloc = open(XEN_DEV_GNTALLOC, O_RDWR | O_CLOEXEC);
	int dev = open(XEN_DEV_GNTDEV, O_RDWR | O_CLOEXEC);
	void *segment = self->page + 1024, *buffer = self->page + 2048;
	uint64_t wide = (uintptr_t)buffer, list = (uintptr_t)segment;
	size_t width = variant->width == NARROW ? 4 : 8;
	uint64_t index;
	char *shared;
	uint32_t ref;

#define SEGMENT(name) \
	field(variant->width, segment, "gntdev_grant_copy_segment", name)
	ASSERT_LE(0, alloc);
	ASSERT_LE(0, dev);
	*(uint16_t *)FIELD("ioctl_gntalloc_alloc_gref", "flags") = 1;
	*(uint32_t *)FIELD("ioctl_gntalloc_alloc_gref", "count") = 1;
	ASSERT_EQ(0, CALL(alloc, "IOCTL_GNTALLOC_ALLOC_GREF"));
	memcpy(&index, FIELD("ioctl_gntalloc_alloc_gref", "index"), 8);
	memcpy(&ref, FIELD("ioctl_gntalloc_alloc_gref", "gref_ids"), 4);
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, alloc, index);
	ASSERT_NE(MAP_FAILED, shared);
	memcpy(shared + 100, "by offsets", sizeof("by offsets"));

	memset(self->page, 0, PAGE);
	memcpy(SEGMENT("source.foreign.ref"), &ref, 4);
	*(uint16_t *)SEGMENT("source.foreign.offset") = 100;
	*(uint16_t *)SEGMENT("source.foreign.domid") = DOMID_SELF;
	memcpy(SEGMENT("dest.virt"), &wide, width);
	*(uint16_t *)SEGMENT("len") = sizeof("by offsets");
	*(uint16_t *)SEGMENT("flags") = 1;
	*(int16_t *)SEGMENT("status") = 99;
	*(uint32_t *)FIELD("ioctl_gntdev_grant_copy", "count") = 1;
	memcpy(FIELD("ioctl_gntdev_grant_copy", "segments"), &list, width);
	ASSERT_EQ(0, CALL(dev, "IOCTL_GNTDEV_GRANT_COPY"));
	EXPECT_EQ(0, *(int16_t *)SEGMENT("status"));
	EXPECT_STREQ("by offsets", buffer);
	munmap(shared, PAGE);
	close(dev);
	close(alloc);
#undef SEGMENT
}

TEST_HARNESS_MAIN
