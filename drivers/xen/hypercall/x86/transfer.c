// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which instruction enters Xen on this machine, and is it the one that the
 * kernel's module loader has put into the page?
 */
#include <linux/compiler.h>
#include <linux/string.h>

#include <xen/interface/xen.h>
#include <xen/xen.h>

#include <asm/processor.h>

#include "hypercall/hypercall.h"
#include "hypercall/transfer.h"

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

const char *xen_hypercall_transfer(void)
{
	return transfer_wanted()->name;
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

/* There is no instruction to find in the stub of iret. */
bool xen_hypercall_page_is_right(void)
{
	const struct transfer *t = transfer_wanted();
	unsigned int nr;

	for (nr = 0; nr < XEN_HYPERCALL_SLOTS; nr++) {
		if (nr != __HYPERVISOR_iret && !stub_has(nr, t))
			return false;
	}
	return true;
}
