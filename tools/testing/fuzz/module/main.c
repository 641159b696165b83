// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device of the fuzzer, and the end of the machine after a fault: whatever
 * ends it, the program that did it goes into the log.
 */
#include <linux/debug_locks.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/panic_notifier.h>
#include <linux/printk.h>
#include <linux/sched/debug.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "fake/fake.h"
#include "fuzz/module/fuzz.h"

/* For whom a fault of the machine's is told before it is switched off. */
#define HUNG_TASK_SECONDS	20

struct fuzz_shared *fuzz_shared;

static void tell_program(void)
{
	char *text = fuzz_shared->text, *line;

	text[FUZZ_TEXT - 1] = '\0';
	pr_emerg("fuzz: the program begins\n");
	while ((line = strsep(&text, "\n"))) {
		if (*line)
			pr_emerg("fuzz| %s\n", line);
	}
	pr_emerg("fuzz: the program ends\n");
}

static int tell_at_panic(struct notifier_block *nb, unsigned long action, void *data)
{
	tell_program();
	/* Of a bad address User-mode Linux tells no more than that. */
	dump_stack();
	return NOTIFY_DONE;
}

/* Before User-mode Linux's own, which does not return. */
static struct notifier_block at_panic = {
	.notifier_call	= tell_at_panic,
	.priority	= INT_MAX,
};

/* Not every fault that the kernel reports is one at which it stops. */
static void look_for_faults(void)
{
	if (!debug_locks || test_taint(TAINT_WARN) || test_taint(TAINT_BAD_PAGE) ||
	    test_taint(TAINT_DIE))
		panic("fuzz: a fault was reported");
}

typedef void fuzz_show_state(unsigned int state);

/* Where everyone is who does not die. */
static void show_stuck(void)
{
	fuzz_show_state *show = (void *)fake_symbol("show_state_filter");

	if (show)
		show(TASK_UNINTERRUPTIBLE);
}

static long end(struct fuzz_census __user *to)
{
	struct fuzz_census census;

	fuzz_world_settle(&census);
	fuzz_coverage_end();
	look_for_faults();
	return copy_to_user(to, &census, sizeof(census)) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *from = (void __user *)arg;
	struct fuzz_begin begin;
	struct fuzz_event event;

	switch (cmd) {
	case FUZZ_BEGIN:
		if (copy_from_user(&begin, from, sizeof(begin)))
			return -EFAULT;
		fuzz_world_renew(begin.world);
		fuzz_coverage_begin(&begin);
		return 0;
	case FUZZ_END:
		return end(from);
	case FUZZ_EVENT:
		if (copy_from_user(&event, from, sizeof(event)))
			return -EFAULT;
		return fuzz_event(&event);
	case FUZZ_FAULT:
		show_stuck();
		panic("fuzz: a fault was found");
	default:
		return -ENOTTY;
	}
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	return remap_vmalloc_range(vma, fuzz_shared, 0);
}

static const struct file_operations device_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= device_ioctl,
	.mmap		= device_mmap,
};

static struct miscdevice device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "fuzz",
	.fops	= &device_fops,
};

static void set_int(const char *name, long value)
{
	int *at = (int *)fake_symbol(name);

	if (at)
		*at = value;
}

static int __init fuzz_init(void)
{
	unsigned long *hung_after = (void *)fake_symbol("sysctl_hung_task_timeout_secs");
	int err;

	fuzz_shared = vmalloc_user(sizeof(*fuzz_shared));
	if (!fuzz_shared)
		return -ENOMEM;
	err = misc_register(&device);
	if (err) {
		vfree(fuzz_shared);
		return err;
	}
	fuzz_world_init();
	atomic_notifier_chain_register(&panic_notifier_list, &at_panic);
	/* Who is preempted for being too busy, is so anywhere. */
	set_int("sysctl_sched_rt_runtime", -1);
	if (hung_after)
		*hung_after = HUNG_TASK_SECONDS;
	return 0;
}

static void __exit fuzz_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &at_panic);
	misc_deregister(&device);
	fake_reset();
	vfree(fuzz_shared);
}

module_init(fuzz_init);
module_exit(fuzz_exit);

MODULE_DESCRIPTION("What the fuzzer asks of the kernel");
MODULE_LICENSE("GPL");
