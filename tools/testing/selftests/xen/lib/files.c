// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small text files of sysfs and procfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "files.h"

int read_text(const char *path, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t ret;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (len < size - 1) {
		ret = read(fd, buf + len, size - 1 - len);
		if (ret < 0) {
			ret = -errno;
			close(fd);
			return ret;
		}
		if (!ret)
			break;
		len += ret;
	}
	close(fd);
	if (len && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
	return len;
}

long read_number(const char *path)
{
	char text[64];
	int ret;

	ret = read_text(path, text, sizeof(text));
	return ret < 0 ? ret : strtol(text, NULL, 10);
}

/* The first of them: 1, or 0 when there is none, or -errno. */
static int unmap_one_of(const char *path)
{
	unsigned long from, to;
	char line[512];
	int ret = 0;
	FILE *f;

	f = fopen("/proc/self/maps", "re");
	if (!f)
		return -errno;
	while (!ret && fgets(line, sizeof(line), f)) {
		if (!strstr(line, path) ||
		    sscanf(line, "%lx-%lx", &from, &to) != 2)
			continue;
		ret = munmap((void *)from, to - from) ? -errno : 1;
	}
	fclose(f);
	return ret;
}

int unmap_all_of(const char *path)
{
	int ret, all = 0;

	while ((ret = unmap_one_of(path)) == 1)
		all++;
	return ret ? ret : all;
}
