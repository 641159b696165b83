// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the page as page.S means it? The kernel's module loader patches nothing
 * there, so a difference is a fault of the build.
 */
#include <linux/compiler.h>
#include <linux/types.h>

#include <asm/byteorder.h>

#include "hypercall/hypercall.h"
#include "hypercall/transfer.h"

/* The instructions of a stub, in their order. */
#define STUB_BTI_C	0xd503245fu
#define STUB_MOV_X16(n)	(0xd2800010u | (n) << 5)
#define STUB_HVC	(0xd4000002u | XEN_HYPERCALL_TAG << 5)
#define STUB_RET	0xd65f03c0u

const char *xen_hypercall_transfer(void)
{
	return "hvc";
}

bool xen_hypercall_page_is_right(void)
{
	const u8 *page = xen_hypercall_page;
	const __le32 *stub;
	unsigned int nr;

	/* Not to be folded into a pointer to code inside a stub. */
	OPTIMIZER_HIDE_VAR(page);
	for (nr = 0; nr < XEN_HYPERCALL_SLOTS; nr++) {
		stub = (const __le32 *)(page + nr * XEN_HYPERCALL_SLOT_SIZE);
		if (le32_to_cpu(stub[0]) != STUB_BTI_C ||
		    le32_to_cpu(stub[1]) != STUB_MOV_X16(nr) ||
		    le32_to_cpu(stub[2]) != STUB_HVC ||
		    le32_to_cpu(stub[3]) != STUB_RET)
			return false;
	}
	return true;
}
