// SPDX-License-Identifier: GPL-2.0-only
/*
 * The domain is saved and restored, in the order in which the kernel does it:
 * first Xen's side and the kernel's, with nothing else running, then the devices
 * are told, before the first of Xen's asks for something new.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/string.h>

#include "fake/fake.h"

static void everything_is_gone(void)
{
	fake_evtchn_resume();
	fake_irq_resume();
	fake_gnttab_resume();
	fake_own_grants_resume();
	fake_frames_resume();
}

void fake_resume(bool cancelled)
{
	struct device *dev = device_find_child_by_name(&platform_bus, "xen-hypercall");
	const struct dev_pm_ops *pm;

	if (WARN(!dev, "nobody is to be told of a resume"))
		return;
	pm = dev->type->pm;
	if (!cancelled)
		everything_is_gone();
	if (cancelled && pm->thaw_noirq)
		pm->thaw_noirq(dev);
	if (!cancelled)
		pm->restore_noirq(dev);
	put_device(dev);
}
EXPORT_SYMBOL_GPL(fake_resume);

static int resume_set(const char *val, const struct kernel_param *kp)
{
	fake_resume(sysfs_streq(val, "cancelled"));
	return 0;
}

static const struct kernel_param_ops resume_ops = { .set = resume_set };
module_param_cb(resume, &resume_ops, NULL, 0200);
MODULE_PARM_DESC(resume, "The domain is saved and restored; cancelled: it was only suspended");
