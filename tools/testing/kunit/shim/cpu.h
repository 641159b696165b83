/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the file of xen-hypercall that looks at the CPU and at the page: the CPU
 * is the fake's, and a call of a gate counts as the instruction that it stands
 * for.
 */
#ifndef XEN_KUNIT_CPU_H
#define XEN_KUNIT_CPU_H

/* What says boot_cpu_data itself has to come before it is another's name. */
#include <linux/module.h>
#include <linux/string.h>
#include <linux/types.h>

#include <xen/xen.h>

#include <asm/processor.h>

struct xen_fake_cpu {
	u8 x86_vendor;
};

extern struct xen_fake_cpu xen_fake_cpu;
int xen_fake_stub_cmp(const void *stub, const void *opcode, size_t len);

#undef memcmp
#define boot_cpu_data			xen_fake_cpu
#define memcmp(stub, opcode, len)	xen_fake_stub_cmp(stub, opcode, len)

#ifndef X86_VENDOR_INTEL
#define X86_VENDOR_INTEL	0
#define X86_VENDOR_AMD		2
#define X86_VENDOR_HYGON	9
#endif

#endif
