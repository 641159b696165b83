// SPDX-License-Identifier: GPL-2.0-only
/* What the drivers tell about themselves, while they do something else. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "machine.h"

static const char * const drivers[NR_DRIVERS] = { "evtchn", "privcmd", "gntdev", "gntalloc" };

/* The last is what all drivers have. */
static int enable[NR_DRIVERS + 1];

/* Before there is a program, so that these descriptors are none of its. */
void observe_init(void)
{
	char path[80];
	unsigned int i;

	for (i = 0; i < NR_DRIVERS; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/tracing/events/xen_%s/enable",
			 drivers[i]);
		enable[i] = open(path, O_WRONLY | O_CLOEXEC);
	}
	enable[NR_DRIVERS] = open("/sys/kernel/tracing/events/xen_devices/enable",
				  O_WRONLY | O_CLOEXEC);
}

void trace_set(unsigned int driver, int on)
{
	const char *value = on ? "1" : "0";

	if (pwrite(enable[driver], value, 1, 0) < 0 ||
	    pwrite(enable[NR_DRIVERS], value, 1, 0) < 0)
		return;
	if (on)
		machine.traced |= 1 << driver;
	else
		machine.traced &= ~(1 << driver);
}

long task_trace(const __u32 *a, int thread)
{
	trace_set(a[0] % NR_DRIVERS, !(a[0] & NR_DRIVERS));
	return 0;
}

long task_observe(const __u32 *a, int thread)
{
	static const char * const files[] = { "files", "stats", "refusals", "files" };
	char path[80], text[1024];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/xen-devices/%s/%s",
		 drivers[a[0] % NR_DRIVERS], files[a[0] / NR_DRIVERS % 4]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	do {
		len = read(fd, text, sizeof(text));
	} while (len > 0);
	close(fd);
	return len;
}
