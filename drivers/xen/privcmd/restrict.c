// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which domain an open file may act on.
 *
 * In dom0 a file is unrestricted until IOCTL_PRIVCMD_RESTRICT. Elsewhere root
 * is not trusted with hypercalls on its own domain, since they reach around the
 * kernel's lockdown (XSA-482): every file is restricted from the start, to the
 * domain that XenStore names as "target", the one that a device-model domain
 * serves. Without a target nothing is allowed. Until XenStore has been asked,
 * open() waits. After the domain was restored nothing is allowed to what was
 * restricted before, and XenStore is asked again for what is opened then.
 *
 * The parameter "unrestricted" turns that off, except under lockdown.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <xen/interface/xen.h>
#include <xen/xen.h>
#include <xen/xenbus.h>

#include "lib/ioctl.h"
#include "privcmd/privcmd.h"

static bool unrestricted;
module_param(unrestricted, bool, 0);
MODULE_PARM_DESC(unrestricted, "Outside dom0, do not restrict files to the target domain");

/* What a file starts with, and whether that is still to be found out. */
static domid_t initial_domid = DOMID_INVALID;
static bool initial_unknown;
static DECLARE_WAIT_QUEUE_HEAD(initial_wait);

static bool notifier_registered;

long privcmd_restrict(struct xen_ioctl_call *call)
{
	const domid_t *domid = call->arg;
	struct privcmd_file *pf = call->file;

	/* To the same domain again is fine, and so is to none. */
	if (xen_restrict_set(&pf->restriction, *domid) ||
	    READ_ONCE(pf->restriction.domid) == *domid)
		return 0;
	return -EINVAL;
}

int privcmd_check_unrestricted(void *file)
{
	struct privcmd_file *pf = file;

	if (!xen_restricted(&pf->restriction))
		return 0;
	return privcmd_refuse(PRIVCMD_R_RESTRICTED, -EPERM, DOMID_SELF);
}

int privcmd_check_domid(struct privcmd_file *pf, domid_t domid)
{
	if (xen_restrict_allows(&pf->restriction, domid))
		return 0;
	return privcmd_refuse(PRIVCMD_R_RESTRICTED, -EPERM, domid);
}

static bool initial_known(void)
{
	/* Pairs with the release in xenstore_up(). */
	return !smp_load_acquire(&initial_unknown);
}

int privcmd_restrict_open(struct privcmd_file *pf)
{
	if (wait_event_interruptible(initial_wait, initial_known()))
		return -EINTR;
	xen_restrict_init(&pf->restriction, READ_ONCE(initial_domid));
	return 0;
}

/* DOMID_IDLE is the domain that nothing can be done to. */
static domid_t read_target(void)
{
	unsigned int domid;
	char *target;
	int err;

	target = xenbus_read(XBT_NIL, "target", "", NULL);
	if (IS_ERR(target))
		return DOMID_IDLE;
	err = kstrtouint(target, 10, &domid);
	kfree(target);
	if (err || domid >= DOMID_FIRST_RESERVED)
		return DOMID_IDLE;
	return domid;
}

static int xenstore_up(struct notifier_block *nb, unsigned long event,
		       void *data)
{
	domid_t domid = read_target();

	if (domid == DOMID_IDLE)
		pr_notice("XenStore names no target domain, so hypercalls are refused\n");
	WRITE_ONCE(initial_domid, domid);
	/* Pairs with the acquire in initial_known(). */
	smp_store_release(&initial_unknown, false);
	wake_up_all(&initial_wait);
	return NOTIFY_DONE;
}

/*
 * What XenStore named was in another life of the domain. It cannot be asked until
 * the kernel has connected to it again: whoever opens a file waits for that.
 */
static void ask_again(struct work_struct *work)
{
	xenstore_up(NULL, 0, NULL);
}

static DECLARE_WORK(ask_again_work, ask_again);

/* Before the files are visited nobody can have opened one: user space sleeps. */
void privcmd_restrict_resumed(void)
{
	if (!notifier_registered || !initial_known())
		return;
	WRITE_ONCE(initial_unknown, true);
	schedule_work(&ask_again_work);
}

/* The number that it is restricted to may be another domain's now. */
void privcmd_restrict_file_resumed(struct privcmd_file *pf)
{
	if (xen_restricted(&pf->restriction))
		WRITE_ONCE(pf->restriction.domid, DOMID_IDLE);
}

static struct notifier_block xenstore_notifier = {
	.notifier_call = xenstore_up,
};

void __init privcmd_restrict_init(void)
{
	if (xen_initial_domain())
		return;
	if (unrestricted) {
		if (!security_locked_down(LOCKDOWN_XEN_USER_ACTIONS))
			return;
		pr_warn("the kernel is locked down, so unrestricted=1 is ignored\n");
	}
	initial_domid = DOMID_IDLE;
	initial_unknown = true;
	/* Calls back at once when XenStore is up already. */
	notifier_registered = !register_xenstore_notifier(&xenstore_notifier);
}

void privcmd_restrict_exit(void)
{
	if (!notifier_registered)
		return;
	unregister_xenstore_notifier(&xenstore_notifier);
	cancel_work_sync(&ask_again_work);
}
