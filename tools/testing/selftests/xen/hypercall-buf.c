// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/hypercall: memory for hypercalls. It is zeroed, shared with
 * children, never moves, lives as long as anything maps it and no longer, and
 * can be cut like any other mapping but not grown.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <xen/version.h>
#include <xen/xen.h>

#include "child.h"
#include "clock.h"
#include "env.h"
#include "files.h"
#include "hcall.h"

#define PAGE		4096UL
#define RW		(PROT_READ | PROT_WRITE)

FIXTURE(hypercall_buf) {
	int fd;
	/* An open privcmd file. */
	int xen;
};

FIXTURE_SETUP(hypercall_buf)
{
	if (env_lacks(XEN_DEV_HYPERCALL))
		SKIP(return, "there is no %s", XEN_DEV_HYPERCALL);
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->fd = open(XEN_DEV_HYPERCALL, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	self->xen = privcmd_open();
	ASSERT_LE(0, self->xen);
}

FIXTURE_TEARDOWN(hypercall_buf)
{
	close(self->fd);
	close(self->xen);
}

static char *map(int fd, size_t size, off_t offset)
{
	return mmap(NULL, size, RW, MAP_SHARED, fd, offset);
}

#define ASSERT_MAP(pages) ({						\
	char *__map = map(self->fd, (pages) * PAGE, 0);			\
									\
	ASSERT_NE(MAP_FAILED, __map) TH_LOG("%s", strerror(errno));	\
	__map;								\
})

static bool all_zero(const char *p, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (p[i])
			return false;
	}
	return true;
}

/* What a child gets that reads or writes there: 0, or the signal. */
static int read_there(void *arg)
{
	return __atomic_load_n((char *)arg, __ATOMIC_RELAXED) & 0;
}

static int write_there(void *arg)
{
	__atomic_store_n((char *)arg, 1, __ATOMIC_RELAXED);
	return 0;
}

#define EXPECT_SIGNAL(sig, fn, addr) \
	EXPECT_EQ(CHILD_FAULT + (sig), child_run(fn, addr))

/* A hypercall that writes 16 bytes works there. */
#define EXPECT_USABLE(addr) do {					\
	char *__at = (addr);						\
									\
	memset(__at, 0xff, XEN_EXTRAVERSION_LEN);			\
	EXPECT_EQ(0, hcall2(self->xen, __HYPERVISOR_xen_version,	\
			    XENVER_extraversion, (uintptr_t)__at));	\
	EXPECT_NE(NULL, memchr(__at, 0, XEN_EXTRAVERSION_LEN));		\
} while (0)

TEST_F(hypercall_buf, mmap__is_zeroed)
{
	static const size_t sizes[] = { 1, 2, 3, 16, 256, 1024 };
	unsigned int i;
	char *p;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		p = ASSERT_MAP(sizes[i]);
		EXPECT_TRUE(all_zero(p, sizes[i] * PAGE))
			TH_LOG("%zu pages", sizes[i]);
		memset(p, 0xa5, sizes[i] * PAGE);
		ASSERT_EQ(0, munmap(p, sizes[i] * PAGE));
	}
}

TEST_F(hypercall_buf, mmap__size_is_rounded_up)
{
	char *p = map(self->fd, PAGE + 1, 0);

	ASSERT_NE(MAP_FAILED, p);
	p[2 * PAGE - 1] = 1;
	EXPECT_EQ(0, munmap(p, 2 * PAGE));
}

TEST_F(hypercall_buf, mmap__private_is_einval)
{
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, RW, MAP_PRIVATE, self->fd, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE,
				   self->fd, 0));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(hypercall_buf, mmap__offset_is_ignored)
{
	static const off_t pages[] = { 1, 7, 0x100000, 0x10000000000 };
	unsigned int i;
	char *first, *p;

	first = ASSERT_MAP(1);
	first[0] = 1;
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		p = map(self->fd, 2 * PAGE, pages[i] * PAGE);
		ASSERT_NE(MAP_FAILED, p)
			TH_LOG("page %ld", (long)pages[i]);
		EXPECT_TRUE(all_zero(p, 2 * PAGE));
		p[0] = 2;
	}
	EXPECT_EQ(1, first[0]);
}

TEST_F(hypercall_buf, mmap__each_has_its_own_pages)
{
	char *p[16];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = ASSERT_MAP(2);
		memset(p[i], i + 1, 2 * PAGE);
	}
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		EXPECT_EQ((int)i + 1, p[i][0]);
		EXPECT_EQ((int)i + 1, p[i][2 * PAGE - 1]);
	}
}

TEST_F(hypercall_buf, mmap__at_a_fixed_address)
{
	char *p = ASSERT_MAP(4);
	char *q;

	memset(p, 1, 4 * PAGE);
	q = mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, self->fd, 0);
	ASSERT_EQ(p + PAGE, q);
	EXPECT_EQ(1, p[0]);
	EXPECT_TRUE(all_zero(q, PAGE));
	EXPECT_EQ(1, p[2 * PAGE]);
}

TEST_F(hypercall_buf, mmap__read_only_file)
{
	int fd = open(XEN_DEV_HYPERCALL, O_RDONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0));
	EXPECT_EQ(EACCES, errno);
	/* To the driver, a shared mapping that can never write is private. */
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	EXPECT_EQ(EINVAL, errno);
	close(fd);
}

TEST_F(hypercall_buf, mmap__no_size_is_einval)
{
	EXPECT_EQ(MAP_FAILED, map(self->fd, 0, 0));
	EXPECT_EQ(EINVAL, errno);
}

/* Refused at once, and nobody was killed for want of memory. */
TEST_F(hypercall_buf, mmap__more_than_the_machine_has_is_enomem)
{
	struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	size_t ram = sysconf(_SC_PHYS_PAGES) * PAGE;
	const size_t sizes[] = {
		2 * ram, 1UL << 40, 1UL << 45, 1UL << 46,
	};
	unsigned int i;
	char *p;

	if (!env_is_ours())
		SKIP(return, "the stock module warns, or uses all memory up");
	setrlimit(RLIMIT_AS, &none);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		errno = 0;
		EXPECT_EQ(MAP_FAILED, map(self->fd, sizes[i], 0))
			TH_LOG("%zu bytes", sizes[i]);
		EXPECT_EQ(ENOMEM, errno)
			TH_LOG("%zu bytes: %s", sizes[i], strerror(errno));
	}
	p = ASSERT_MAP(1);
	EXPECT_USABLE(p);
}

TEST_F(hypercall_buf, hypercall__writes_into_it)
{
	char *p = ASSERT_MAP(4);

	/* What lies behind is not somebody else's then. */
	ASSERT_EQ(0, munmap(p + 3 * PAGE, PAGE));
	EXPECT_USABLE(p);
	EXPECT_USABLE(p + 1);
	EXPECT_USABLE(p + PAGE - 8);
	EXPECT_USABLE(p + 3 * PAGE - XEN_EXTRAVERSION_LEN);
	/* Past its end there is nothing. */
	EXPECT_EQ(-EFAULT, hcall2(self->xen, __HYPERVISOR_xen_version,
				  XENVER_extraversion, (uintptr_t)p +
				  3 * PAGE - XEN_EXTRAVERSION_LEN + 1));
}

/* Unlike other memory, it needs not be touched after a fork. */
struct after_fork {
	int xen;
	char *p;
};

static int call_after_fork(void *arg)
{
	struct after_fork *a = arg;

	return hcall2(a->xen, __HYPERVISOR_xen_version, XENVER_extraversion,
		      (uintptr_t)a->p) ? 1 : 0;
}

TEST_F(hypercall_buf, hypercall__after_fork)
{
	struct after_fork a = { self->xen, ASSERT_MAP(1) };

	memset(a.p, 0xff, XEN_EXTRAVERSION_LEN);
	EXPECT_EQ(0, child_run(call_after_fork, &a));
	EXPECT_NE(NULL, memchr(a.p, 0, XEN_EXTRAVERSION_LEN));
	EXPECT_USABLE(a.p);
}

static int check_and_change(void *arg)
{
	char *p = arg;

	if (p[0] != 1 || p[PAGE] != 2)
		return 1;
	p[0] = 3;
	return munmap(p + PAGE, PAGE) ? 2 : 0;
}

TEST_F(hypercall_buf, fork__is_shared_with_the_child)
{
	char *p = ASSERT_MAP(2);

	p[0] = 1;
	p[PAGE] = 2;
	EXPECT_EQ(0, child_run(check_and_change, p));
	/* The child's writing is seen, its unmapping is its own. */
	EXPECT_EQ(3, p[0]);
	EXPECT_EQ(2, p[PAGE]);
	EXPECT_USABLE(p + PAGE);
}

struct orphan {
	char *p;
	int pipe_fd;
};

/* Wait until the parent has unmapped it. */
static int check_later(void *arg)
{
	struct orphan *o = arg;
	char go;

	if (read(o->pipe_fd, &go, 1) != 1)
		return 1;
	sleep_ms(50);
	return o->p[0] == 1 && o->p[PAGE] == 2 ? 0 : 2;
}

TEST_F(hypercall_buf, fork__child_keeps_what_the_parent_unmaps)
{
	struct orphan o = { .p = ASSERT_MAP(2) };
	int fds[2];
	pid_t pid;

	o.p[0] = 1;
	o.p[PAGE] = 2;
	ASSERT_EQ(0, pipe(fds));
	o.pipe_fd = fds[0];
	pid = child_start(check_later, &o);
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, munmap(o.p, 2 * PAGE));
	ASSERT_EQ(1, write(fds[1], "g", 1));
	EXPECT_EQ(0, child_wait(pid, SOON_MS));
}

TEST_F(hypercall_buf, munmap__of_the_middle)
{
	char *p = ASSERT_MAP(5);
	int i;

	for (i = 0; i < 5; i++)
		p[i * PAGE] = i + 1;
	ASSERT_EQ(0, munmap(p + 2 * PAGE, PAGE));
	for (i = 0; i < 5; i++) {
		if (i == 2)
			continue;
		EXPECT_EQ(i + 1, p[i * PAGE]);
		EXPECT_USABLE(p + i * PAGE);
	}
	EXPECT_SIGNAL(SIGSEGV, read_there, p + 2 * PAGE);
	ASSERT_EQ(0, munmap(p, 5 * PAGE));
}

TEST_F(hypercall_buf, munmap__piece_by_piece)
{
	char *p = ASSERT_MAP(9);
	int i;

	memset(p, 1, 9 * PAGE);
	for (i = 0; i < 9; i += 2) {
		ASSERT_EQ(0, munmap(p + i * PAGE, PAGE))
			TH_LOG("round %d", i);
	}
	for (i = 1; i < 9; i += 2) {
		EXPECT_EQ(1, p[i * PAGE])
			TH_LOG("round %d", i);
	}
	for (i = 7; i > 0; i -= 2) {
		ASSERT_EQ(0, munmap(p + i * PAGE, PAGE))
			TH_LOG("round %d", i);
	}
}

TEST_F(hypercall_buf, close__mapping_lives_on)
{
	char *p = ASSERT_MAP(3);

	p[0] = 1;
	p[2 * PAGE] = 3;
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(1, p[0]);
	EXPECT_USABLE(p + PAGE);
	ASSERT_EQ(0, munmap(p + PAGE, PAGE));
	EXPECT_EQ(3, p[2 * PAGE]);
	EXPECT_USABLE(p);
	EXPECT_USABLE(p + 2 * PAGE);
}

TEST_F(hypercall_buf, mremap__moves)
{
	char *p = ASSERT_MAP(3);
	char *to, *q;

	memset(p, 0x5a, 3 * PAGE);
	to = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		  0);
	ASSERT_NE(MAP_FAILED, to);
	q = mremap(p, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	ASSERT_EQ(to, q);
	EXPECT_EQ(0x5a, q[0]);
	EXPECT_EQ(0x5a, q[3 * PAGE - 1]);
	EXPECT_SIGNAL(SIGSEGV, read_there, p);
	EXPECT_USABLE(q);
	EXPECT_USABLE(q + 2 * PAGE);
	ASSERT_EQ(0, munmap(q, 3 * PAGE));
}

TEST_F(hypercall_buf, mremap__shrinks)
{
	char *p = ASSERT_MAP(3);

	memset(p, 0x5a, 3 * PAGE);
	ASSERT_EQ(p, mremap(p, 3 * PAGE, PAGE, 0));
	EXPECT_EQ(0x5a, p[PAGE - 1]);
	EXPECT_USABLE(p);
	EXPECT_SIGNAL(SIGSEGV, read_there, p + PAGE);
}

TEST_F(hypercall_buf, mremap__cannot_grow)
{
	char *p = ASSERT_MAP(2);
	const struct {
		const char *name;
		size_t from;
		size_t to;
		int flags;
		int expected;
	} rows[] = {
		{ "in place", 2 * PAGE, 3 * PAGE, 0, EFAULT },
		{ "elsewhere", 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE, EFAULT },
		{ "a second mapping", 0, 2 * PAGE, MREMAP_MAYMOVE, EFAULT },
		{ "leaving it behind", 2 * PAGE, 2 * PAGE,
		  MREMAP_MAYMOVE | MREMAP_DONTUNMAP, EINVAL },
	};
	unsigned int i;

	p[0] = 1;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		errno = 0;
		EXPECT_EQ(MAP_FAILED, mremap(p, rows[i].from, rows[i].to,
					     rows[i].flags))
			TH_LOG("%s", rows[i].name);
		EXPECT_EQ(rows[i].expected, errno)
			TH_LOG("%s: %s", rows[i].name, strerror(errno));
	}
	EXPECT_EQ(1, p[0]);
	EXPECT_USABLE(p);
}

TEST_F(hypercall_buf, mprotect__there_and_back)
{
	char *p = ASSERT_MAP(3);

	p[PAGE] = 7;
	ASSERT_EQ(0, mprotect(p + PAGE, PAGE, PROT_READ));
	EXPECT_EQ(7, p[PAGE]);
	EXPECT_SIGNAL(SIGSEGV, write_there, p + PAGE);
	EXPECT_EQ(-EFAULT, hcall2(self->xen, __HYPERVISOR_xen_version,
				  XENVER_extraversion, (uintptr_t)p + PAGE));
	ASSERT_EQ(0, mprotect(p + PAGE, PAGE, PROT_NONE));
	EXPECT_SIGNAL(SIGSEGV, read_there, p + PAGE);
	ASSERT_EQ(0, mprotect(p + PAGE, PAGE, RW));
	EXPECT_EQ(7, p[PAGE]);
	EXPECT_USABLE(p + PAGE);
}

/* What was thrown away does not come back. */
TEST_F(hypercall_buf, madvise__dontneed)
{
	char *p = ASSERT_MAP(3);

	memset(p, 1, 3 * PAGE);
	ASSERT_EQ(0, madvise(p + PAGE, PAGE, MADV_DONTNEED));
	EXPECT_SIGNAL(SIGBUS, read_there, p + PAGE);
	EXPECT_EQ(1, p[0]);
	EXPECT_EQ(1, p[2 * PAGE]);
	EXPECT_USABLE(p);
	ASSERT_EQ(0, munmap(p, 3 * PAGE));
}

TEST_F(hypercall_buf, madvise__dontfork)
{
	char *p = ASSERT_MAP(2);

	ASSERT_EQ(0, madvise(p, PAGE, MADV_DONTFORK));
	EXPECT_SIGNAL(SIGSEGV, read_there, p);
	EXPECT_EQ(0, child_run(read_there, p + PAGE));
	EXPECT_EQ(-1, madvise(p, PAGE, MADV_DOFORK));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_USABLE(p);
}

TEST_F(hypercall_buf, ioctl__is_enotty)
{
	static const unsigned int cmds[] = {
		0, 0xffffffff, _IOC(_IOC_NONE, 'P', 0, 48),
		_IOC(_IOC_NONE, 'P', 0xff, 0), 0x5401,
	};
	char arg[64] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		EXPECT_EQ(-1, ioctl(self->fd, cmds[i], arg));
		EXPECT_EQ(ENOTTY, errno)
			TH_LOG("command %#x", cmds[i]);
	}
}

TEST_F(hypercall_buf, read__is_einval)
{
	char buf[8] = {};

	EXPECT_EQ(-1, read(self->fd, buf, sizeof(buf)));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(self->fd, buf, sizeof(buf)));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
}

/* Kilobytes, or -1. */
static long mem_free(void)
{
	char text[4096], *line;

	if (read_text("/proc/meminfo", text, sizeof(text)) < 0)
		return -1;
	line = strstr(text, "MemFree:");
	return line ? strtol(line + strlen("MemFree:"), NULL, 10) : -1;
}

/* Use 1 MiB in all ways that could lose a page. */
static int use_some(void *arg)
{
	size_t size = 256 * PAGE;
	int fd = open(XEN_DEV_HYPERCALL, O_RDWR);
	char *p, *q;

	(void)arg;
	p = map(fd, size, 0);
	q = map(fd, size, 0);
	if (p == MAP_FAILED || q == MAP_FAILED)
		return 1;
	memset(p, 1, size);
	memset(q, 2, size);
	if (munmap(p + 7 * PAGE, PAGE) ||
	    madvise(p + 99 * PAGE, PAGE, MADV_DONTNEED) ||
	    mremap(q, size, size / 2, 0) != q)
		return 2;
	if (close(fd) || munmap(p, size))
		return 3;
	/* The rest goes when the process does. */
	return 0;
}

TEST_F_TIMEOUT(hypercall_buf, munmap__frees_the_memory, 300)
{
	long before, after;
	int i;

	if (mem_free() <= 0)
		SKIP(return, "no /proc/meminfo");
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, child_run(use_some, NULL))
			TH_LOG("round %d", i);
	}
	before = mem_free();
	for (i = 0; i < 100; i++) {
		char *p = ASSERT_MAP(256);

		memset(p, 1, 256 * PAGE);
		ASSERT_EQ(0, munmap(p, 256 * PAGE));
	}
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, child_run(use_some, NULL))
			TH_LOG("round %d", i);
	}
	after = mem_free();
	ksft_print_msg("free before %ld kB, after %ld kB\n", before, after);
	EXPECT_GT(16384, before - after);
}

TEST_HARNESS_MAIN
