/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small text files of sysfs and procfs.
 */
#ifndef XT_FILES_H
#define XT_FILES_H

#include <stddef.h>

/*
 * Read a whole small file into @buf and end it with a NUL. A final newline is
 * removed. Returns the length or -errno.
 */
int read_text(const char *path, char *buf, size_t size);

/* The decimal number in a file, or -errno. */
long read_number(const char *path);

/*
 * Take all mappings of the file @path out of this process. Returns how many
 * those were, or -errno.
 */
int unmap_all_of(const char *path);

#endif
