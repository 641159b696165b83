/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KUnit as a module, for a kernel that was built without it: what such a kernel
 * has no room for in its own structures. "prepare" makes the library from the
 * kernel's source and has it call these.
 */
#ifndef XEN_KUNIT_STOCK_LIBRARY_H
#define XEN_KUNIT_STOCK_LIBRARY_H

#ifndef __ASSEMBLY__

#include <linux/types.h>

/* The parser of what the library says knows it without a module's name. */
#ifdef KUNIT_LIBRARY
#undef pr_fmt
#define pr_fmt(fmt) fmt
#endif

struct kunit;
struct kunit_suite;
struct notifier_block;

/* In place of the test in struct task_struct. There is one at a time. */
struct kunit *kunit_stock_test(void);
void kunit_stock_set_test(struct kunit *test);

/* In place of the suites in struct module, and of what is told of modules. */
struct kunit_stock_module {
	struct kunit_suite **kunit_suites, **kunit_init_suites;
	int num_kunit_suites, num_kunit_init_suites;
};

int kunit_stock_register(struct notifier_block *nb);
int kunit_stock_unregister(struct notifier_block *nb);
void kunit_stock_module(struct kunit_stock_module *module, unsigned long state);

/* In place of what the kernel's lib/glob.c has, which not every kernel has. */
bool kunit_stock_glob_match(const char *pattern, const char *string);
bool kunit_stock_glob_match_len(const char *pattern, const char *string,
				size_t len);

#endif

#endif
