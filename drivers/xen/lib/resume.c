// SPDX-License-Identifier: GPL-2.0-only
/*
 * See resume.h.
 *
 * The kernel has a notifier for Xen's resume, but that is also called when the
 * domain was not saved after all. A device is told the two apart: ->thaw() says
 * that nothing happened, ->restore() that this is another life. So there is a
 * device here that has nothing but that. Its noirq stage comes before any device
 * of Xen's is resumed, that is before the kernel asks for new ports and grants.
 */
#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/notifier.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/slab.h>

#include "lib/resume.h"

static BLOCKING_NOTIFIER_HEAD(chain);
static unsigned int generation;
static struct device *device;

unsigned int xen_resume_generation(void)
{
	return READ_ONCE(generation);
}
EXPORT_SYMBOL_GPL(xen_resume_generation);

int xen_resume_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&chain, nb);
}
EXPORT_SYMBOL_GPL(xen_resume_register);

void xen_resume_unregister(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&chain, nb);
}
EXPORT_SYMBOL_GPL(xen_resume_unregister);

static int restore_noirq(struct device *dev)
{
	WRITE_ONCE(generation, generation + 1);
	blocking_notifier_call_chain(&chain, 0, NULL);
	return 0;
}

static const struct dev_pm_ops pm_ops = {
	.restore_noirq = restore_noirq,
};

static void device_free(struct device *dev)
{
	kfree(dev);
}

static const struct device_type resume_type = {
	.name = "xen_resume",
	.pm = &pm_ops,
	.release = device_free,
};

int __init xen_resume_init(void)
{
	struct device *dev;
	int err;

	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return -ENOMEM;
	device_initialize(dev);
	dev->type = &resume_type;
	dev->parent = &platform_bus;
	err = dev_set_name(dev, "xen-hypercall") ?: device_add(dev);
	if (err)
		put_device(dev);
	else
		device = dev;
	return err;
}

void xen_resume_exit(void)
{
	device_unregister(device);
}
