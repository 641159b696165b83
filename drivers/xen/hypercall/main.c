// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-hypercall: the one way from the drivers into Xen.
 *
 * The module holds the hypercall page and two C entries (page.S, entry.S). They
 * have no state: the kernel's module loader patches the transfer instruction
 * for this machine, init checks that it did and runs the self-test, and from
 * then on there is only code. What the drivers share besides is here, too: the
 * dispatch of ioctls (lib/ioctl.c), the open
 * files and their directory in debugfs (lib/files.c), tracepoints and refusals
 * (lib/trace.c), what happens after the domain was
 * restored (lib/resume.c), what waits for a peer (lib/pending.c), notifications
 * of an unmap (lib/unmap_notify.c) and the domain's own number (lib/domid.c).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include <xen/interface/xen.h>
#include <xen/xen.h>

#include <asm/processor.h>

#include "hypercall/hypercall.h"
#include "hypercall/selftest.h"
#include "lib/files.h"
#include "lib/pending.h"
#include "lib/resume.h"

struct transfer {
	const char *name;
	u8 opcode[3];
	unsigned int len;
};

enum { TRANSFER_SYSCALL, TRANSFER_VMMCALL, TRANSFER_VMCALL, TRANSFERS };

static const struct transfer transfers[TRANSFERS] = {
	[TRANSFER_SYSCALL] = { "syscall", { 0x0f, 0x05 }, 2 },
	[TRANSFER_VMMCALL] = { "vmmcall", { 0x0f, 0x01, 0xd9 }, 3 },
	[TRANSFER_VMCALL] = { "vmcall", { 0x0f, 0x01, 0xc1 }, 3 },
};

/* Set once init has found it in the page. */
static const struct transfer *transfer;

/* A stub begins with "mov $nr, %eax". */
#define STUB_MOV_OPCODE		0xb8
#define STUB_TRANSFER_OFFSET	5

/* By the rule that the kernel applies to its own hypercalls. */
static const struct transfer *transfer_wanted(void)
{
	if (xen_pv_domain())
		return &transfers[TRANSFER_SYSCALL];
	if (boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
	    boot_cpu_data.x86_vendor == X86_VENDOR_HYGON)
		return &transfers[TRANSFER_VMMCALL];
	return &transfers[TRANSFER_VMCALL];
}

static bool stub_has(unsigned int nr, const struct transfer *t)
{
	const u8 *stub = xen_hypercall_page + nr * XEN_HYPERCALL_SLOT_SIZE;
	u32 imm;

	/* Not to be folded into a pointer to code inside a stub. */
	OPTIMIZER_HIDE_VAR(stub);
	memcpy(&imm, stub + 1, sizeof(imm));
	return stub[0] == STUB_MOV_OPCODE && imm == nr &&
	       !memcmp(stub + STUB_TRANSFER_OFFSET, t->opcode, t->len);
}

/* Is the page as page.S means it, with the instruction of this machine? */
static bool page_has(const struct transfer *t)
{
	unsigned int nr;

	for (nr = 0; nr < XEN_HYPERCALL_SLOTS; nr++) {
		if (nr != __HYPERVISOR_iret && !stub_has(nr, t))
			return false;
	}
	return true;
}

static int transfer_get(char *buf, const struct kernel_param *kp)
{
	return scnprintf(buf, PAGE_SIZE, "%s\n",
			 transfer ? transfer->name : "unknown");
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
	const struct transfer *t = transfer_wanted();
	int err;

	if (!xen_domain()) {
		pr_err("this kernel does not run on Xen, so there is nothing to call\n");
		return -ENODEV;
	}
	if (!page_has(t)) {
		pr_err("the page was not patched to %s, which this machine needs\n",
		       t->name);
		return -ENOEXEC;
	}
	err = xen_hypercall_selftest();
	transfer = t;
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
