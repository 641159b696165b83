// SPDX-License-Identifier: GPL-2.0-only
/* What the modules left behind of the kernel's memory. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "leaks.h"

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"

static void scan(void)
{
	int fd = open(KMEMLEAK, O_WRONLY);

	if (fd < 0 || write(fd, "scan", 4) < 0)
		printf("kunit: not ok - kmemleak scans\n");
	if (fd >= 0)
		close(fd);
}

/*
 * What it says of an object. Linux itself loses the name of a slab cache when
 * the last step of making one fails, which is to show it in sysfs.
 */
static int tell_leak(const char *text)
{
	if (!text[0] || strstr(text, "sysfs_slab_add"))
		return 0;
	printf("%s", text);
	return 1;
}

int tell_leaks(void)
{
	char line[256], object[4096] = "";
	size_t len = 0;
	int found = 0;
	FILE *f;

	if (access(KMEMLEAK, F_OK))
		return -1;
	/* Twice: an object that the first pass finds may be on its way. */
	scan();
	scan();
	f = fopen(KMEMLEAK, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "unreferenced", strlen("unreferenced"))) {
			found += tell_leak(object);
			len = 0;
		}
		if (len + strlen(line) < sizeof(object))
			len += sprintf(object + len, "%s", line);
	}
	found += tell_leak(object);
	if (f)
		fclose(f);
	return found;
}
