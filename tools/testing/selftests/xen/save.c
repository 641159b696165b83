// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests that Debian's xl saves and restores, while a process in them holds what
 * Xen has given to it. Of all that, nothing is left after a restore but memory.
 * The guest asks, with "domu-save", and dom0 judges.
 *
 * The harness knows one translation unit, so the parts are included.
 */
#include "kselftest_harness.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <libxenvchan.h>

#include "save_fixture.h"

#include "save/ports.c"
#include "save/grants.c"
#include "save/whole.c"
/* The last: a PV guest is of no use afterwards. */
#include "save/mappings.c"

static bool store(struct xs_handle *xs, const char *directory, const char *name,
		  const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return xs_write(xs, XBT_NULL, path, value, strlen(value));
}

/* As /etc/xen/scripts/block does it, for a backend that is there: tell the device. */
static int connect_disk(const char *directory)
{
	struct xs_handle *xs = xs_open(0);
	char path[256], number[32];
	unsigned int len;
	struct stat st;
	char *device;

	snprintf(path, sizeof(path), "%s/params", directory);
	device = xs ? xs_read(xs, XBT_NULL, path, &len) : NULL;
	if (!device || stat(device, &st))
		return 1;
	free(device);
	snprintf(number, sizeof(number), "%x:%x", major(st.st_rdev),
		 minor(st.st_rdev));
	return !store(xs, directory, "physical-device", number) ||
	       !store(xs, directory, "hotplug-status", "connected");
}

static pid_t first_process;

/* The guests that were left for a next test. The harness exits. */
static void destroy_guests(void)
{
	if (getpid() != first_process || !xl_possible())
		return;
	command("for g in save-pv save-pvh; do xl destroy $g; done");
	/* The backends let go of them. */
	command_within(SOON_MS,
		       "losetup -d /dev/loop0; losetup -d /dev/loop1; ! losetup -a | grep -q .");
}

/* xl runs this program, too, to connect the disks. */
int main(int argc, char **argv)
{
	const char *directory = getenv("XENBUS_PATH");

	if (directory && argc == 2)
		return strcmp(argv[1], "add") ? 0 : connect_disk(directory);
	first_process = getpid();
	atexit(destroy_guests);
	return test_harness_run(argc, argv);
}
