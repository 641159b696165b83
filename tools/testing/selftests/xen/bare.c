// SPDX-License-Identifier: GPL-2.0-only
/*
 * On a machine without Xen: the modules refuse to be loaded, say why in one
 * line, and leave nothing behind.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "env.h"

#define KLOG_READ_ALL	3

static int load(const char *module)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/modules/ours/%s.ko", module);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return err;
}

/* How many lines of the kernel log have both words. */
static int lines_with(const char *a, const char *b)
{
	static char log[1 << 20];
	char *line, *save = NULL;
	int len, count = 0;

	len = klogctl(KLOG_READ_ALL, log, sizeof(log) - 1);
	if (len < 0)
		return -errno;
	log[len] = 0;
	for (line = strtok_r(log, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		count += strstr(line, a) && strstr(line, b);
	return count;
}

FIXTURE(bare) {
	int unused;
};

FIXTURE_SETUP(bare)
{
	if (!access("/sys/hypervisor/type", F_OK))
		SKIP(return, "there is a hypervisor");
}

FIXTURE_TEARDOWN(bare)
{
}

TEST_F(bare, hypercall__refuses_with_one_line)
{
	EXPECT_EQ(-ENODEV, load("xen-hypercall"));
	EXPECT_NE(0, access("/sys/module/xen_hypercall", F_OK));
	EXPECT_EQ(1, lines_with("xen_hypercall: ", "does not run on Xen"));
}

/* They need the first one, and do not get that far. */
TEST_F(bare, drivers__are_refused)
{
	EXPECT_EQ(-ENOENT, load("xen-privcmd"));
	EXPECT_EQ(-ENOENT, load("xen-evtchn"));
	EXPECT_EQ(-ENOENT, load("xen-gntalloc"));
	EXPECT_EQ(-ENOENT, load("xen-gntdev"));
	EXPECT_NE(0, access(XEN_DEV_PRIVCMD, F_OK));
	EXPECT_NE(0, access(XEN_DEV_HYPERCALL, F_OK));
	EXPECT_NE(0, access(XEN_DEV_EVTCHN, F_OK));
	EXPECT_NE(0, access(XEN_DEV_GNTALLOC, F_OK));
	EXPECT_NE(0, access(XEN_DEV_GNTDEV, F_OK));
}

TEST_HARNESS_MAIN
