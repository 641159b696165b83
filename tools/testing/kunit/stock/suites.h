/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file with the list of suites: the kernel does not find them in the
 * module, so the module says where they are.
 */
#ifndef XEN_KUNIT_STOCK_SUITES_H
#define XEN_KUNIT_STOCK_SUITES_H

#include <kunit/test.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "stock/library.h"

/* Completed by the list. */
static struct kunit_stock_module all;

static int __init suites_init(void)
{
	kunit_stock_module(&all, MODULE_STATE_LIVE);
	return 0;
}

static void __exit suites_exit(void)
{
	kunit_stock_module(&all, MODULE_STATE_GOING);
}

#undef kunit_test_suites
#define kunit_test_suites(suites...)					\
	static struct kunit_suite *all_suites[] = { suites };		\
									\
	static struct kunit_stock_module all = {			\
		.kunit_suites = all_suites,				\
		.num_kunit_suites = ARRAY_SIZE(all_suites),		\
	};								\
									\
	module_init(suites_init);					\
	module_exit(suites_exit)

#endif
