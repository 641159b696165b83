// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-hypercall: the one way from the drivers into Xen.
 *
 * The module holds the hypercall page and two C entries (page.S and entry.S, in
 * the directory of the architecture). They have no state: where the machines of
 * an architecture enter Xen by different instructions, the kernel's module
 * loader patches the one for this machine, init checks that it did and runs the
 * self-test, and from then on there is only code. What the drivers share besides
 * is here, too: the dispatch of ioctls (lib/ioctl.c), the open files and their
 * directory in debugfs (lib/files.c), tracepoints and refusals (lib/trace.c),
 * what happens after the domain was restored (lib/resume.c), what waits for a
 * peer (lib/pending.c), notifications of an unmap (lib/unmap_notify.c) and the
 * domain's own number (lib/domid.c).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include <xen/page.h>
#include <xen/xen.h>

#include "hypercall/hypercall.h"
#include "hypercall/selftest.h"
#include "hypercall/transfer.h"
#include "lib/files.h"
#include "lib/pending.h"
#include "lib/resume.h"

/* All drivers take a page of the kernel's and a frame of Xen's for the same. */
static_assert(PAGE_SIZE == XEN_PAGE_SIZE);

/* Set once init has found it in the page. */
static const char *transfer;

static int transfer_get(char *buf, const struct kernel_param *kp)
{
	return scnprintf(buf, PAGE_SIZE, "%s\n", transfer ?: "unknown");
}

static const struct kernel_param_ops transfer_ops = { .get = transfer_get };
module_param_cb(transfer, &transfer_ops, NULL, 0444);
MODULE_PARM_DESC(transfer, "Instruction that enters Xen on this machine (read only)");

static int selftest_get(char *buf, const struct kernel_param *kp)
{
	return xen_hypercall_selftest_report(buf, PAGE_SIZE);
}

static const struct kernel_param_ops selftest_ops = { .get = selftest_get };
module_param_cb(selftest, &selftest_ops, NULL, 0444);
MODULE_PARM_DESC(selftest, "Result of the self-test made at load (read only)");

static int __init xen_hypercall_init(void)
{
	const char *wanted = xen_hypercall_transfer();
	int err;

	if (!xen_domain()) {
		pr_err("this kernel does not run on Xen, so there is nothing to call\n");
		return -ENODEV;
	}
	if (!xen_hypercall_page_is_right()) {
		pr_err("the page was not patched to %s, which this machine needs\n",
		       wanted);
		return -ENOEXEC;
	}
	err = xen_hypercall_selftest();
	transfer = wanted;
	if (err) {
		pr_err("the trampolines do not work on this machine, refusing to load\n");
		return err;
	}
	err = xen_pending_init();
	if (err)
		return err;
	err = xen_resume_init();
	if (err) {
		xen_pending_exit();
		return err;
	}
	xen_files_dir_init();
	return 0;
}

static void __exit xen_hypercall_exit(void)
{
	xen_files_dir_exit();
	xen_resume_exit();
	xen_pending_exit();
}

/* Described in hypercall.h. */
EXPORT_SYMBOL_GPL(xen_hypercall_page);
EXPORT_SYMBOL_GPL(xen_hypercall_kernel);
EXPORT_SYMBOL_GPL(xen_hypercall_user);

module_init(xen_hypercall_init);
module_exit(xen_hypercall_exit);

MODULE_DESCRIPTION("Xen hypercall page and trampolines");
MODULE_VERSION(XEN_DEVICES_VERSION);
MODULE_LICENSE("GPL");
