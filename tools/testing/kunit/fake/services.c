// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device-model operations, XenStore, lockdown and the like: each remembers what
 * it was asked and answers what it was told to.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/acpi.h>
#include <xen/interface/xen.h>
#include <xen/interface/hvm/dm_op.h>
#include <xen/xenbus.h>

#include "fake/fake.h"
#include "shim/seams.h"

struct fake_dm_op fake_dm_op;
EXPORT_SYMBOL_GPL(fake_dm_op);

bool fake_locked_down;
EXPORT_SYMBOL_GPL(fake_locked_down);

static BLOCKING_NOTIFIER_HEAD(xenstore_chain);
static bool xenstore_is_up;
static const char *xenstore_target;

static long dm_op_bufs(const struct xen_dm_op_buf *buf, unsigned int nr)
{
	unsigned long to = (unsigned long)buf[0].h;

	if (fake_copy_from(fake_dm_op.op, to,
			   min_t(size_t, buf[0].size, sizeof(fake_dm_op.op))))
		return -EFAULT;
	if (nr > 1 && fake_copy_from(fake_dm_op.second, (unsigned long)buf[1].h,
				     min_t(size_t, buf[1].size, sizeof(fake_dm_op.second))))
		return -EFAULT;
	if (fake_dm_op.answer_size &&
	    fake_copy_to(to, fake_dm_op.answer, fake_dm_op.answer_size))
		return -EFAULT;
	return fake_dm_op.result;
}

long fake_dm_op_call(domid_t domid, unsigned int nr, unsigned long bufs)
{
	const struct xen_dm_op_buf *buf = (void *)bufs;
	unsigned int i;

	fake_dm_op.count++;
	fake_dm_op.domid = domid;
	fake_dm_op.nr = nr;
	for (i = 0; i < nr && i < ARRAY_SIZE(fake_dm_op.size); i++)
		fake_dm_op.size[i] = buf[i].size;
	if (!fake_domain(domid) || fake_domain(domid)->dying)
		return -ESRCH;
	return nr ? dm_op_bufs(buf, nr) : -EINVAL;
}

int register_xenstore_notifier(struct notifier_block *nb)
{
	blocking_notifier_chain_register(&xenstore_chain, nb);
	if (xenstore_is_up)
		nb->notifier_call(nb, 0, NULL);
	return 0;
}
EXPORT_SYMBOL_GPL(register_xenstore_notifier);

void unregister_xenstore_notifier(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&xenstore_chain, nb);
}
EXPORT_SYMBOL_GPL(unregister_xenstore_notifier);

void fake_xenstore_up(const char *target)
{
	xenstore_target = target;
	xenstore_is_up = true;
	blocking_notifier_call_chain(&xenstore_chain, 0, NULL);
}
EXPORT_SYMBOL_GPL(fake_xenstore_up);

void fake_xenstore_down(void)
{
	xenstore_is_up = false;
}
EXPORT_SYMBOL_GPL(fake_xenstore_down);

void *xenbus_read(struct xenbus_transaction t, const char *dir,
		  const char *node, unsigned int *len)
{
	unsigned int saved = fake_enter();
	char *value;
	long err;

	if (fake_call(FAKE_XENBUS_READ, -ENOMEM, &err)) {
		value = ERR_PTR(err);
	} else if (strcmp(dir, "target") || *node || !xenstore_target) {
		value = ERR_PTR(-ENOENT);
	} else {
		value = kstrdup(xenstore_target, GFP_KERNEL | __GFP_NOFAIL);
		if (len)
			*len = strlen(value);
	}
	fake_leave(saved);
	return value;
}
EXPORT_SYMBOL_GPL(xenbus_read);

int xen_fake_locked_down(enum lockdown_reason what)
{
	return fake_locked_down ? -EPERM : 0;
}
EXPORT_SYMBOL_GPL(xen_fake_locked_down);

/* A device's line is its number, and device 0 is not xen-pciback's. */
int xen_acpi_get_gsi_from_sbdf(u32 sbdf)
{
	long err;

	if (fake_call(FAKE_GET_GSI, -EINVAL, &err))
		return err;
	return sbdf ? sbdf & 0xff : -ENOENT;
}
EXPORT_SYMBOL_GPL(xen_acpi_get_gsi_from_sbdf);

/* For init.c: XenStore comes up, with this as target; "none" for without. */
static char xenstore_says[16];

static int xenstore_set(const char *val, const struct kernel_param *kp)
{
	strscpy(xenstore_says, val, sizeof(xenstore_says));
	xenstore_says[strcspn(xenstore_says, "\n")] = '\0';
	fake_xenstore_up(strcmp(xenstore_says, "none") ? xenstore_says : NULL);
	return 0;
}

static const struct kernel_param_ops xenstore_ops = { .set = xenstore_set };
module_param_cb(xenstore, &xenstore_ops, NULL, 0200);
MODULE_PARM_DESC(xenstore, "XenStore comes up and names this target");

/* For init.c: XenStore names another target from now on, and nobody is told. */
static int target_set(const char *val, const struct kernel_param *kp)
{
	strscpy(xenstore_says, val, sizeof(xenstore_says));
	xenstore_says[strcspn(xenstore_says, "\n")] = '\0';
	xenstore_target = xenstore_says;
	return 0;
}

static const struct kernel_param_ops target_ops = { .set = target_set };
module_param_cb(target, &target_ops, NULL, 0200);
MODULE_PARM_DESC(target, "The target that XenStore names when it is asked");

module_param_named(locked_down, fake_locked_down, bool, 0200);
MODULE_PARM_DESC(locked_down, "The kernel is locked down");

/* For init.c: XenStore is gone again. */
static int xenstore_down_set(const char *val, const struct kernel_param *kp)
{
	fake_xenstore_down();
	return 0;
}

static const struct kernel_param_ops down_ops = { .set = xenstore_down_set };
module_param_cb(xenstore_down, &down_ops, NULL, 0200);
MODULE_PARM_DESC(xenstore_down, "XenStore goes down");

/* For init.c: "KEY NTH CODE", see fake_fail(). */
static int fail_set(const char *val, const struct kernel_param *kp)
{
	unsigned int what, nth;
	int code;

	if (sscanf(val, "%x %u %d", &what, &nth, &code) != 3)
		return -EINVAL;
	fake_fail(what, nth, code);
	return 0;
}

static const struct kernel_param_ops fail_ops = { .set = fail_set };
module_param_cb(fail, &fail_ops, NULL, 0200);
MODULE_PARM_DESC(fail, "Key, number of the call, and code of something that is to fail");

/* For init.c: a device whose name is taken cannot be made. */
static char squatter_name[32];
static struct miscdevice squatter = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= squatter_name,
};

static int squat_set(const char *val, const struct kernel_param *kp)
{
	if (squatter_name[0])
		misc_deregister(&squatter);
	strscpy(squatter_name, val, sizeof(squatter_name));
	squatter_name[strcspn(squatter_name, "\n")] = '\0';
	return squatter_name[0] ? misc_register(&squatter) : 0;
}

static const struct kernel_param_ops squat_ops = { .set = squat_set };
module_param_cb(squat, &squat_ops, NULL, 0200);
MODULE_PARM_DESC(squat, "A device name to take, or nothing to give it back");

/* For init.c: the workqueues that there are. */
static int workqueues;
module_param(workqueues, int, 0444);
MODULE_PARM_DESC(workqueues, "Workqueues of the drivers");

struct workqueue_struct *xen_fake_workqueue(struct workqueue_struct *wq)
{
	workqueues += !!wq;
	return wq;
}
EXPORT_SYMBOL_GPL(xen_fake_workqueue);

void xen_fake_destroy_workqueue(struct workqueue_struct *wq)
{
	workqueues--;
	(destroy_workqueue)(wq);
}
EXPORT_SYMBOL_GPL(xen_fake_destroy_workqueue);

void fake_services_reset(void)
{
	memset(&fake_dm_op, 0, sizeof(fake_dm_op));
	fake_locked_down = false;
	xenstore_is_up = false;
	xenstore_target = NULL;
}
