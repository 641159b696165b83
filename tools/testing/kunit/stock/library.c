// SPDX-License-Identifier: GPL-2.0-only
/*
 * See library.h. Also in place of the parts of the library that are left out:
 * devices, which none of our suites has.
 */
#include <linux/export.h>
#include <linux/notifier.h>
#include <linux/sched.h>

#include "device-impl.h"
#include "stock/library.h"

static struct {
	struct task_struct *task;
	struct kunit *test;
} running;

static BLOCKING_NOTIFIER_HEAD(modules);

struct kunit *kunit_stock_test(void)
{
	return READ_ONCE(running.task) == current ? READ_ONCE(running.test) : NULL;
}
EXPORT_SYMBOL_GPL(kunit_stock_test);

void kunit_stock_set_test(struct kunit *test)
{
	WRITE_ONCE(running.test, test);
	WRITE_ONCE(running.task, test ? current : NULL);
}

int kunit_stock_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&modules, nb);
}

int kunit_stock_unregister(struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(&modules, nb);
}

void kunit_stock_module(struct kunit_stock_module *module, unsigned long state)
{
	blocking_notifier_call_chain(&modules, state, module);
}
EXPORT_SYMBOL_GPL(kunit_stock_module);

int kunit_bus_init(void)
{
	return 0;
}

void kunit_bus_shutdown(void)
{
}
