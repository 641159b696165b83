/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test stands on: a process's memory, open files, and the proof that
 * nothing is left over.
 *
 * A test is written as
 *
 *	TEST(name)
 *	{
 *		struct file *file = env_open(test, "/dev/xen/evtchn");
 *		...
 *	}
 *
 * and listed with KUNIT_CASE(name). It begins on an empty machine, a PV dom0,
 * in the memory of the process that loads the module. What it opened and mapped
 * goes when it ends, and then Xen and the kernel must have nothing left.
 *
 * Within a test use KUNIT_EXPECT_*, or KUNIT_ASSERT_* where going on makes no
 * sense: what is left over is then cleared away, and not judged.
 */
#ifndef XEN_KUNIT_ENV_H
#define XEN_KUNIT_ENV_H

#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/types.h>

#include "fake/fake.h"

#define GUEST	((domid_t)7)
#define OTHER	((domid_t)9)

#define EVTCHN	"/dev/xen/evtchn"
#define PRIVCMD	"/dev/xen/privcmd"
#define BUFFERS	"/dev/xen/hypercall"
#define GNTDEV	"/dev/xen/gntdev"
#define GNTALLOC "/dev/xen/gntalloc"

#define RW	(PROT_READ | PROT_WRITE)

/* Pages of memory that a test has from the start. */
#define ENV_PAGES	40

int env_suite_init(struct kunit_suite *suite);
void env_suite_exit(struct kunit_suite *suite);
void env_exit(struct kunit *test);
void env_begin(struct kunit *test);
void env_end(struct kunit *test);

#define TEST(name)						\
	static void name##_body(struct kunit *test);		\
	static void name(struct kunit *test)			\
	{							\
		env_begin(test);				\
		name##_body(test);				\
		env_end(test);					\
	}							\
	static void name##_body(struct kunit *test)

/* The same test in either kind of domain. */
#define TEST_BOTH(name)							\
	static void name##_one(struct kunit *test);			\
	TEST(name)							\
	{								\
		fake_become(XEN_PV_DOMAIN, true);			\
		name##_one(test);					\
		env_end(test);						\
		env_begin(test);					\
		fake_become(XEN_HVM_DOMAIN, true);			\
		name##_one(test);					\
	}								\
	static void name##_one(struct kunit *test)

#define ENV_SUITE(suite_name, cases)				\
	struct kunit_suite suite_##suite_name = {		\
		.name = #suite_name,				\
		.suite_init = env_suite_init,			\
		.suite_exit = env_suite_exit,			\
		.exit = env_exit,				\
		.test_cases = cases,				\
	}

/* The test fails if not exactly as much exists as did. */
void env_expect_same(struct kunit *test, const struct fake_census *was,
		     const char *when);

/* Files. The first fails the test when it fails. */
struct file *env_open(struct kunit *test, const char *path);
struct file *env_try_open(const char *path, int flags);
void env_close(struct file *file);

/* A parameter of a module, by way of sysfs. */
void env_set_param(struct kunit *test, const char *module, const char *name,
		   const char *value);

/* Memory of the process: of the test's own, and of a file. */
unsigned long env_user(void);
void env_put(unsigned long to, const void *from, size_t size);
void env_get(void *to, unsigned long from, size_t size);
u64 env_get64(unsigned long from);
unsigned long env_mmap(struct file *file, unsigned long pages,
		       unsigned long prot, unsigned long flags);
unsigned long env_mmap_at(struct file *file, u64 offset, unsigned long pages,
			  unsigned long prot, unsigned long flags);
int env_munmap(unsigned long addr, unsigned long pages);
/* Moves it to where there is room; returns the new address or an errno. */
long env_mremap(unsigned long addr, unsigned long pages);
int env_mprotect(unsigned long addr, unsigned long pages, unsigned long prot);
/* Takes pages from the page tables alone. */
void env_zap(unsigned long addr, unsigned long pages);
/* Is there anything to touch? */
bool env_mapped(unsigned long addr);
/* What the address belongs to, or NULL. */
struct vm_area_struct *env_vma(unsigned long addr);

/* With @arg in the process's memory, and copied back afterwards. */
long env_ioctl(struct file *file, unsigned int cmd, void *arg, size_t size);
/* With the address as it is. */
long env_ioctl_at(struct file *file, unsigned int cmd, unsigned long arg);
long env_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* An eventfd: its number, and how it is signalled, looked at and closed. */
int env_eventfd(struct kunit *test);
void env_eventfd_signal(int fd);
u64 env_eventfd_count(int fd);
void env_close_fd(int fd);

/* The process is being killed, as far as the kernel can tell; or not. */
void env_kill(bool killed);

/* No deferred freeing, no work is under way any more. */
void env_settle(void);

#endif
