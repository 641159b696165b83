// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call of a library does to the devices beneath it.
 *
 * The linker sends the calls of all objects and libraries here that would go
 * to the C library. While one of them is watched, what concerns a node of
 * /dev/xen is noted; then the C library does it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "beneath_names.h"

#define NODES		"/dev/xen/"
#define NODE_MAX	32
#define TEXT_MAX	512

static const char *watched;
static char functions[TEXT_MAX];
static char text[TEXT_MAX];
static bool looked_at;

static void note(const char *node, const char *what)
{
	char entry[128];
	size_t used = strlen(text), last;

	snprintf(entry, sizeof(entry), "%s %s", node, what);
	/* One of several of the same kind says it all. */
	last = strlen(entry);
	if (used >= last && !strcmp(text + used - last, entry))
		return;
	snprintf(text + used, sizeof(text) - used, "%s%s", used ? ", " : "",
		 entry);
}

/* The node that a path names, or NULL. */
static const char *node_of_path(const char *path)
{
	size_t len = strlen(NODES);

	return strncmp(path, NODES, len) ? NULL : path + len;
}

static const char *node_of_file(int fd, char *buf)
{
	char link[64], path[sizeof(NODES) + NODE_MAX];
	const char *node;
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return NULL;
	path[len] = 0;
	node = node_of_path(path);
	if (!node)
		return NULL;
	snprintf(buf, NODE_MAX, "%.*s", NODE_MAX - 1, node);
	return buf;
}

static const char *node_of_memory(const void *addr, char *buf)
{
	unsigned long begin, end;
	char line[256], path[128];
	const char *node = NULL;
	FILE *maps = fopen("/proc/self/maps", "re");

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %127s", &begin, &end,
			   path) != 3)
			continue;
		if ((uintptr_t)addr < begin || (uintptr_t)addr >= end)
			continue;
		node = node_of_path(path);
		break;
	}
	if (maps)
		fclose(maps);
	if (!node)
		return NULL;
	snprintf(buf, NODE_MAX, "%.*s", NODE_MAX - 1, node);
	return buf;
}

static void note_file(int fd, const char *what)
{
	char buf[NODE_MAX];
	int saved = errno;

	if (watched && fd >= 0 && node_of_file(fd, buf))
		note(buf, what);
	errno = saved;
}

void beneath_begin(const char *function)
{
	size_t used = strlen(functions);

	snprintf(functions + used, sizeof(functions) - used, "%s ", function);
	text[0] = 0;
	watched = function;
}

void beneath_end(void)
{
	int saved = errno;
	const char *function = watched;

	watched = NULL;
	printf("# call %s = %s;\n", function, text);
	fflush(stdout);
	errno = saved;
}

const char *beneath(void)
{
	looked_at = true;
	return text;
}

const char *beneath_join(const char *first, ...)
{
	static char all[TEXT_MAX];
	const char *next;
	size_t used;
	va_list ap;

	used = snprintf(all, sizeof(all), "%s", first);
	va_start(ap, first);
	while ((next = va_arg(ap, const char *)))
		used += snprintf(all + used, sizeof(all) - used, ", %s", next);
	va_end(ap);
	return all;
}

bool beneath_tested(const char *test)
{
	const char *end = strstr(test, "__");
	char name[64];

	snprintf(name, sizeof(name), "%.*s ",
		 end ? (int)(end - test) : (int)strlen(test), test);
	return looked_at && strstr(functions, name);
}

void beneath_note(const char *why)
{
	printf("# note = %s;\n", why);
	fflush(stdout);
}

int beneath_files(const char *node)
{
	char buf[NODE_MAX];
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");
	int files = 0;

	while (dir && (entry = readdir(dir))) {
		if (node_of_file(atoi(entry->d_name), buf))
			files += !strcmp(buf, node);
	}
	if (dir)
		closedir(dir);
	return files;
}

int __wrap_open(const char *path, int flags, ...)
{
	const char *node = node_of_path(path);
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (watched && node)
		note(node, "open");
	return __real_open(path, flags, mode);
}

int __wrap___open_2(const char *path, int flags)
{
	const char *node = node_of_path(path);

	if (watched && node)
		note(node, "open");
	return __real___open_2(path, flags);
}

int __wrap_close(int fd)
{
	note_file(fd, "close");
	return __real_close(fd);
}

int __wrap_ioctl(int fd, unsigned long cmd, ...)
{
	char name[64];
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (watched) {
		ioctl_name(cmd, arg, name, sizeof(name));
		note_file(fd, name);
	}
	return __real_ioctl(fd, cmd, arg);
}

ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	note_file(fd, "read");
	return __real_read(fd, buf, size);
}

ssize_t __wrap_write(int fd, const void *buf, size_t size)
{
	note_file(fd, "write");
	return __real_write(fd, buf, size);
}

void *__wrap_mmap(void *addr, size_t size, int prot, int flags, int fd,
		  off_t offset)
{
	note_file(fd, "mmap");
	return __real_mmap(addr, size, prot, flags, fd, offset);
}

int __wrap_munmap(void *addr, size_t size)
{
	char buf[NODE_MAX];
	int saved = errno;

	if (watched && node_of_memory(addr, buf))
		note(buf, "munmap");
	errno = saved;
	return __real_munmap(addr, size);
}
