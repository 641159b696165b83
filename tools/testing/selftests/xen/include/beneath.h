/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a call of a library does to the devices beneath it: which nodes it
 * opens, which ioctls it issues on which of them, what it maps.
 *
 * Only for programs that are linked with the option --wrap of the linker for
 * the functions below, libraries included.
 */
#ifndef XT_BENEATH_H
#define XT_BENEATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Call @fn and see what it does. Both are printed, in a line that the table of
 * the libraries is made of: "call FUNCTION = BENEATH;".
 */
#define CALL(fn, ...) ({						\
	beneath_begin(#fn);						\
	__auto_type __ret = fn(__VA_ARGS__);				\
									\
	beneath_end();							\
	__ret;								\
})

#define CALL_VOID(fn, ...) do {						\
	beneath_begin(#fn);						\
	fn(__VA_ARGS__);						\
	beneath_end();							\
} while (0)

/*
 * What the last call did, in this order: "NODE WHAT", or "" for nothing. What
 * is done several times in a row is there once.
 */
#define EXPECT_BENEATH(...)						\
	EXPECT_STREQ(beneath_join(__VA_ARGS__, NULL), beneath())

/*
 * Has the function that a test is named after been called, and looked at? It
 * goes up to the first "__" of the name.
 */
#define EXPECT_NAMED_CALL() do {					\
	if (_metadata->exit_code != KSFT_SKIP)				\
		EXPECT_TRUE(beneath_tested(_metadata->name))		\
			TH_LOG("the test does not test what it names");	\
} while (0)

/* Why a test can see no effect: for the table, too. */
#define NO_EFFECT(why)	beneath_note(why)

void beneath_begin(const char *function);
void beneath_end(void);
const char *beneath(void);
const char *beneath_join(const char *first, ...);
bool beneath_tested(const char *test);
void beneath_note(const char *why);

/* How many files on a node this process has open. */
int beneath_files(const char *node);

/* The functions of the C library, and what the linker takes for them. */
int __real_open(const char *path, int flags, ...);
int __real___open_2(const char *path, int flags);
int __real_close(int fd);
int __real_ioctl(int fd, unsigned long cmd, ...);
ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __real_write(int fd, const void *buf, size_t size);
void *__real_mmap(void *addr, size_t size, int prot, int flags, int fd,
		  off_t offset);
int __real_munmap(void *addr, size_t size);

int __wrap_open(const char *path, int flags, ...);
int __wrap___open_2(const char *path, int flags);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long cmd, ...);
ssize_t __wrap_read(int fd, void *buf, size_t size);
ssize_t __wrap_write(int fd, const void *buf, size_t size);
void *__wrap_mmap(void *addr, size_t size, int prot, int flags, int fd,
		  off_t offset);
int __wrap_munmap(void *addr, size_t size);

#endif
