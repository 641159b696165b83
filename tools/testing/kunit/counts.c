// SPDX-License-Identifier: GPL-2.0-only
/* How often each line was reached: the files of gcov, for "make coverage". */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "counts.h"

#define GCOV	"/sys/kernel/debug/gcov/"

static int complain(const char *what)
{
	printf("kunit: %s: %s\n", what, strerror(errno));
	return -1;
}

/* The path is in the name, as the host has one directory for all. */
static int save(const char *path)
{
	static char buffer[65536];
	char to[512], *c;
	int in, out, n;

	snprintf(to, sizeof(to), "/host/%s", path + strlen(GCOV));
	for (c = to + strlen("/host/"); *c; c++) {
		if (*c == '/')
			*c = '#';
	}
	in = open(path, O_RDONLY);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (in < 0 || out < 0)
		return complain(path);
	while ((n = read(in, buffer, sizeof(buffer))) > 0) {
		if (write(out, buffer, n) != n)
			return complain(to);
	}
	close(in);
	close(out);
	return n;
}

static int save_if_counts(const char *path, const struct stat *st, int type,
			  struct FTW *ftw)
{
	size_t len = strlen(path);

	if (type == FTW_F && len > 5 && !strcmp(path + len - 5, ".gcda"))
		return save(path);
	return 0;
}

int save_counts(void)
{
	const char *directory = getenv("coverage");

	if (!directory)
		return 0;
	if (mount("none", "/host", "hostfs", 0, directory))
		return complain("the host's directory");
	return nftw(GCOV, save_if_counts, 16, FTW_PHYS);
}
