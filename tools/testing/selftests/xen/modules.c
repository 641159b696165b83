// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modules as seen from outside: who made the nodes, what these are called
 * and who may open them, that an open file holds its module, and that the
 * kernel's own xenfs works on top of them.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "env.h"
#include "files.h"
#include "hcall.h"

#define MISC_MAJOR	10

struct node {
	const char *path;
	/* What /proc/misc shows. */
	const char *name;
	const char *module;
};

static const struct node nodes[] = {
	{ XEN_DEV_EVTCHN, "xen/evtchn", "xen_evtchn" },
	{ XEN_DEV_GNTALLOC, "xen/gntalloc", "xen_gntalloc" },
	{ XEN_DEV_GNTDEV, "xen/gntdev", "xen_gntdev" },
	{ XEN_DEV_HYPERCALL, "xen/hypercall", "xen_privcmd" },
	{ XEN_DEV_PRIVCMD, "xen/privcmd", "xen_privcmd" },
};

FIXTURE(modules) {
	char text[8192];
};

FIXTURE_SETUP(modules)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		if (env_lacks(nodes[i].path))
			SKIP(return, "there is no %s", nodes[i].path);
}

FIXTURE_TEARDOWN(modules)
{
}

/* The text of a file of a module, or "" if there is none. */
static const char *attribute(const char *module, const char *name, char *buf,
			     size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/%s", module, name);
	if (read_text(path, buf, size) < 0)
		buf[0] = '\0';
	return buf;
}

TEST_F(modules, environment__is_what_it_says)
{
	unsigned int i;
	bool external;

	if (!env_is_declared())
		SKIP(return, "XEN_MODULES is not set");
	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		attribute(nodes[i].module, "taint", self->text,
			  sizeof(self->text));
		external = strchr(self->text, 'O');
		EXPECT_EQ(env_is_ours(), external)
			TH_LOG("%s has taint \"%s\"", nodes[i].module,
			       self->text);
	}
}

TEST_F(modules, version__is_the_same_everywhere)
{
	static const char * const others[] = {
		"xen_evtchn", "xen_gntalloc", "xen_gntdev", "xen_hypercall",
	};
	char other[64];
	unsigned int i;

	if (!env_is_ours())
		SKIP(return, "the stock modules have no version");
	attribute("xen_privcmd", "version", self->text, sizeof(self->text));
	EXPECT_STRNE("", self->text);
	ksft_print_msg("version %s\n", self->text);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		attribute(others[i], "version", other, sizeof(other));
		EXPECT_STREQ(self->text, other)
			TH_LOG("%s", others[i]);
	}
}

TEST_F(modules, nodes__are_for_root_only)
{
	struct stat st;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		ASSERT_EQ(0, stat(nodes[i].path, &st));
		EXPECT_TRUE(S_ISCHR(st.st_mode))
			TH_LOG("%s", nodes[i].path);
		EXPECT_EQ(0600, (int)st.st_mode & 07777)
			TH_LOG("%s", nodes[i].path);
		EXPECT_EQ(0u, st.st_uid);
		EXPECT_EQ(0u, st.st_gid);
		EXPECT_EQ((unsigned int)MISC_MAJOR, major(st.st_rdev));
	}
}

/* The number in /proc/misc that belongs to a name, or -1. */
static int misc_minor(const char *text, const char *name)
{
	const char *line = text;
	char found[64];
	int minor;

	while (line && sscanf(line, "%d %63s", &minor, found) == 2) {
		if (!strcmp(found, name))
			return minor;
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return -1;
}

TEST_F(modules, nodes__are_registered_by_name)
{
	struct stat st;
	unsigned int i;

	ASSERT_LT(0, read_text("/proc/misc", self->text, sizeof(self->text)));
	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		ASSERT_EQ(0, stat(nodes[i].path, &st));
		EXPECT_EQ((int)minor(st.st_rdev),
			  misc_minor(self->text, nodes[i].name))
			TH_LOG("%s", nodes[i].name);
	}
}

static long references(const char *module)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", module);
	return read_number(path);
}

static int unload(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? -errno : 0;
}

TEST_F(modules, unload__refused_while_a_file_is_open)
{
	unsigned int i;
	long before;
	int fd;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		before = references(nodes[i].module);
		fd = open(nodes[i].path, O_RDWR | O_CLOEXEC);
		ASSERT_LE(0, fd);
		EXPECT_LT(before, references(nodes[i].module))
			TH_LOG("%s", nodes[i].path);
		EXPECT_EQ(-EWOULDBLOCK, unload(nodes[i].module))
			TH_LOG("%s", nodes[i].path);
		close(fd);
		EXPECT_EQ(before, references(nodes[i].module))
			TH_LOG("%s", nodes[i].path);
	}
}

TEST_F(modules, unload__refused_while_memory_is_mapped)
{
	long before = references("xen_privcmd");
	void *p;
	int fd;

	fd = open(XEN_DEV_HYPERCALL, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	close(fd);
	EXPECT_EQ(-EWOULDBLOCK, unload("xen_privcmd"));
	memset(p, 1, 4096);
	munmap(p, 4096);
	EXPECT_EQ(before, references("xen_privcmd"));
}

/* Where xenfs can be found, mounting it for this process if need be. */
static const char *xenfs(void)
{
	if (!access("/proc/xen/privcmd", F_OK))
		return "/proc/xen/privcmd";
	if (unshare(CLONE_NEWNS))
		return NULL;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (mount("xenfs", "/proc/xen", "xenfs", 0, NULL))
		return NULL;
	return "/proc/xen/privcmd";
}

TEST_F(modules, xenfs__privcmd_works)
{
	const char *path = xenfs();
	struct stat st;
	int fd;

	if (!path)
		SKIP(return, "xenfs cannot be mounted: %s", strerror(errno));
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(0600, (int)st.st_mode & 07777);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_LE(XEN_OLDEST, xen_version(fd));
	EXPECT_EQ(0, privcmd_restrict(fd, 1));
	EXPECT_EQ(-EPERM, xen_version(fd));
	EXPECT_EQ(-EWOULDBLOCK, unload("xen_privcmd"));
	close(fd);
}

TEST_HARNESS_MAIN
