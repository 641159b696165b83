// SPDX-License-Identifier: GPL-2.0-only
/*
 * Going from the stock modules to ours and back on a running dom0, as "make
 * load" and "make unload" do: all or nothing, and whoever is in the way is
 * named. And as modprobe does, with ours installed or not.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "env.h"

#define SWAP		"/bin/xen-modules"
#define OUTPUT_SIZE	1024

static const char * const nodes[] = {
	XEN_DEV_EVTCHN, XEN_DEV_PRIVCMD, XEN_DEV_HYPERCALL,
	XEN_DEV_GNTALLOC, XEN_DEV_GNTDEV, "/proc/xen/privcmd",
	/* Not a driver's, but a file of xenfs. */
	"/proc/xen/capabilities",
};

/* Run a command. Returns its exit status, and what it said. */
static int shell(const char *command, char *output)
{
	size_t len;
	int status;
	FILE *p;

	p = popen(command, "re");
	if (!p)
		return -errno;
	len = fread(output, 1, OUTPUT_SIZE - 1, p);
	output[len] = 0;
	status = pclose(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static int swap_to(const char *want, char *output)
{
	char command[128];

	snprintf(command, sizeof(command), SWAP " %s 2>&1", want);
	return shell(command, output);
}

/* All of them out, and in as Debian's scripts do, from what is installed. */
static int restart_with(const char *installed, char *output)
{
	struct utsname name;
	char command[512];

	if (uname(&name))
		return -errno;
	snprintf(command, sizeof(command),
		 "exec 2>&1; set -e; cd /lib/modules/%s\n"
		 "umount /proc/xen\n"
		 "rmmod xenfs xen_privcmd xen_evtchn xen_gntdev xen_gntalloc\n"
		 "! grep -q ^xen_hypercall /proc/modules || rmmod xen_hypercall\n"
		 "cp modules.dep.%s modules.dep\n"
		 "modprobe xenfs; modprobe xen-evtchn; modprobe xen-gntdev\n"
		 "modprobe xen-gntalloc\n"
		 "mount -t xenfs none /proc/xen\n", name.release, installed);
	return shell(command, output);
}

static int lines_of(const char *text)
{
	int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* Only ours have a version. */
static bool loaded_is_ours(const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s/version", module);
	return !access(path, F_OK);
}

static bool all_are_ours(void)
{
	return loaded_is_ours("xen_hypercall") &&
	       loaded_is_ours("xen_privcmd") &&
	       loaded_is_ours("xen_evtchn") &&
	       loaded_is_ours("xen_gntalloc") &&
	       loaded_is_ours("xen_gntdev");
}

static bool none_is_ours(void)
{
	return access("/sys/module/xen_hypercall", F_OK) &&
	       !loaded_is_ours("xen_privcmd") &&
	       !loaded_is_ours("xen_evtchn") &&
	       !loaded_is_ours("xen_gntalloc") &&
	       !loaded_is_ours("xen_gntdev");
}

static bool nodes_work(void)
{
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		fd = open(nodes[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return false;
		close(fd);
	}
	return true;
}

FIXTURE(swap) {
	char output[OUTPUT_SIZE];
	char me[32];
};

FIXTURE_SETUP(swap)
{
	if (!env_is_ours() || access(SWAP, X_OK))
		SKIP(return, "there are no modules to swap for");
	setenv("XEN_MODULES_OURS", "/modules/ours", 1);
	setenv("XEN_MODULES_STOCK", "/modules/stock", 1);
	snprintf(self->me, sizeof(self->me), "(%d)", getpid());
	ASSERT_TRUE(all_are_ours());
}

/* Whatever happened: the tests that follow want ours. */
FIXTURE_TEARDOWN(swap)
{
	if (env_is_ours() && !all_are_ours())
		swap_to("ours", self->output);
}

TEST_F(swap, load__when_there_is_nothing_to_do)
{
	EXPECT_EQ(0, swap_to("ours", self->output));
	EXPECT_TRUE(strstr(self->output, "nothing to do"));
	EXPECT_TRUE(all_are_ours());
}

TEST_F(swap, load__wants_one_of_two_words)
{
	EXPECT_EQ(2, swap_to("", self->output));
	EXPECT_EQ(2, swap_to("theirs", self->output));
	EXPECT_TRUE(all_are_ours());
}

/* For helpers: struct swap_fixture is what tests know as *self. */
#define swap_fixture	_test_data_swap

/*
 * With each node open in turn the modules cannot go, and the message is one
 * line with the name and the number of the process.
 */
static void expect_refusals(struct __test_metadata *_metadata,
			    struct swap_fixture *self, const char *want)
{
	unsigned int i;
	int fd;

	/* All of /proc is searched each time, which takes a second. */
	for (i = getenv("XEN_TEST_QUICK") ? 5 : 0; i < ARRAY_SIZE(nodes); i++) {
		fd = open(nodes[i], O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, fd);
		EXPECT_EQ(1, swap_to(want, self->output));
		EXPECT_TRUE(strstr(self->output, "in use by swap ") &&
			    strstr(self->output, self->me)) {
			TH_LOG("%s: %s", nodes[i], self->output);
		}
		EXPECT_EQ(1, lines_of(self->output));
		close(fd);
	}
	EXPECT_TRUE(nodes_work());
}

TEST_F_TIMEOUT(swap, unload__names_who_has_a_node_open, 60)
{
	expect_refusals(_metadata, self, "stock");
	EXPECT_TRUE(all_are_ours());
}

TEST_F_TIMEOUT(swap, load__names_who_has_a_node_open, 60)
{
	ASSERT_EQ(0, restart_with("stock", self->output));
	expect_refusals(_metadata, self, "ours");
	EXPECT_TRUE(none_is_ours());
	EXPECT_EQ(0, restart_with("ours", self->output));
}

/* By hand, and not the way to do it: what is there stays. */
TEST_F_TIMEOUT(swap, insmod__beside_the_stock_ones, 60)
{
	static const char * const drivers[] = {
		"xen-privcmd", "xen-evtchn", "xen-gntdev", "xen-gntalloc",
	};
	char command[128];
	unsigned int i;

	ASSERT_EQ(0, restart_with("stock", self->output));
	ASSERT_EQ(0, shell("insmod /modules/ours/xen-hypercall.ko 2>&1",
			   self->output));
	for (i = 0; i < ARRAY_SIZE(drivers); i++) {
		snprintf(command, sizeof(command),
			 "insmod /modules/ours/%s.ko 2>&1", drivers[i]);
		EXPECT_NE(0, shell(command, self->output));
		EXPECT_TRUE(strstr(self->output, "File exists"))
			TH_LOG("%s", self->output);
		EXPECT_EQ(1, lines_of(self->output));
	}
	EXPECT_EQ(0, shell("rmmod xen_hypercall 2>&1", self->output));
	EXPECT_TRUE(none_is_ours());
	EXPECT_TRUE(nodes_work());
	EXPECT_EQ(0, restart_with("ours", self->output));
}

TEST_F(swap, unload__names_who_has_a_buffer_mapped)
{
	void *buf;
	int fd;

	fd = open(XEN_DEV_HYPERCALL, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	buf = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, buf);
	close(fd);
	EXPECT_EQ(1, swap_to("stock", self->output));
	EXPECT_TRUE(strstr(self->output, self->me));
	EXPECT_TRUE(all_are_ours());
	munmap(buf, 4096);
}

TEST_F_TIMEOUT(swap, unload__and_load_again, 120)
{
	int i, rounds = getenv("XEN_TEST_QUICK") ? 1 : 3;

	for (i = 0; i < rounds; i++) {
		ASSERT_EQ(0, swap_to("stock", self->output)) {
			TH_LOG("%s", self->output);
		}
		EXPECT_TRUE(none_is_ours());
		EXPECT_TRUE(nodes_work());
		ASSERT_EQ(0, swap_to("ours", self->output)) {
			TH_LOG("%s", self->output);
		}
		EXPECT_TRUE(all_are_ours());
		EXPECT_TRUE(nodes_work());
	}
}

/*
 * depmod has decided that updates/ wins; xenfs, which is stock, brings our
 * privcmd in, and that the page.
 */
TEST_F_TIMEOUT(swap, modprobe__takes_what_is_installed, 120)
{
	int i, rounds = getenv("XEN_TEST_QUICK") ? 1 : 3;

	for (i = 0; i < rounds; i++) {
		ASSERT_EQ(0, restart_with("ours", self->output)) {
			TH_LOG("%s", self->output);
		}
		EXPECT_TRUE(all_are_ours());
		EXPECT_TRUE(nodes_work());
		ASSERT_EQ(0, restart_with("stock", self->output)) {
			TH_LOG("%s", self->output);
		}
		EXPECT_TRUE(none_is_ours());
		EXPECT_TRUE(nodes_work());
	}
	ASSERT_EQ(0, restart_with("ours", self->output)) {
		TH_LOG("%s", self->output);
	}
	EXPECT_TRUE(all_are_ours());
}

/* modprobe, too, leaves alone what is in use. */
TEST_F(swap, modprobe__does_not_remove_what_is_open)
{
	int fd = open(XEN_DEV_GNTDEV, O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_NE(0, shell("modprobe -r xen-gntdev 2>&1", self->output));
	EXPECT_EQ(1, lines_of(self->output)) {
		TH_LOG("%s", self->output);
	}
	EXPECT_TRUE(all_are_ours());
	close(fd);
	EXPECT_TRUE(nodes_work());
}

TEST_HARNESS_MAIN
