// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake Xen's front: from the gate to what does the work.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <xen/interface/grant_table.h>
#include <xen/interface/xen.h>
#include <xen/interface/memory.h>
#include <xen/interface/version.h>
#include <xen/xen.h>
#include <xen/xen-ops.h>

#include <asm/xen/hypercall.h>

#include "fake/fake.h"
#include "shim/cpu.h"
#undef memcmp

#define HYPFS_OP	42
#define HYPFS_READ	1
#define HYPFS_ENTRY	12

#define XEN_MAJOR	4
#define XEN_MINOR	17

enum xen_domain_type xen_domain_type;
EXPORT_SYMBOL_GPL(xen_domain_type);

uint32_t xen_start_flags;
EXPORT_SYMBOL_GPL(xen_start_flags);

DEFINE_PER_CPU(uint32_t, xen_vcpu_id);
EXPORT_PER_CPU_SYMBOL_GPL(xen_vcpu_id);

u8 xen_features[XENFEAT_NR_SUBMAPS * 32];
EXPORT_SYMBOL_GPL(xen_features);

struct xen_fake_cpu xen_fake_cpu;
EXPORT_SYMBOL_GPL(xen_fake_cpu);

struct fake_transfer fake_transfer;
EXPORT_SYMBOL_GPL(fake_transfer);

/* Written by ASM_STAC and ASM_CLAC. */
u8 xen_fake_ac;
EXPORT_SYMBOL_GPL(xen_fake_ac);

EXPORT_SYMBOL_GPL(xen_fake_gate_syscall);
EXPORT_SYMBOL_GPL(xen_fake_gate_vmmcall);
EXPORT_SYMBOL_GPL(xen_fake_gate_vmcall);

void fake_become(enum xen_domain_type is, bool initial)
{
	xen_domain_type = is;
	xen_start_flags = initial ? SIF_INITDOMAIN : 0;
	xen_features[XENFEAT_auto_translated_physmap] = is == XEN_HVM_DOMAIN;
}
EXPORT_SYMBOL_GPL(fake_become);

/* For what happens while a module is loaded: init.c writes these two. */
static int type_set(const char *val, const struct kernel_param *kp)
{
	if (sysfs_streq(val, "pv"))
		fake_become(XEN_PV_DOMAIN, true);
	else if (sysfs_streq(val, "hvm"))
		fake_become(XEN_HVM_DOMAIN, true);
	else if (sysfs_streq(val, "domu"))
		fake_become(XEN_HVM_DOMAIN, false);
	else if (sysfs_streq(val, "native"))
		fake_become(XEN_NATIVE, false);
	else
		return -EINVAL;
	return 0;
}

static const struct kernel_param_ops type_ops = { .set = type_set };
module_param_cb(type, &type_ops, NULL, 0200);
MODULE_PARM_DESC(type, "What this domain is: pv, hvm, domu or native");

static int vendor_set(const char *val, const struct kernel_param *kp)
{
	if (sysfs_streq(val, "amd"))
		xen_fake_cpu.x86_vendor = X86_VENDOR_AMD;
	else if (sysfs_streq(val, "hygon"))
		xen_fake_cpu.x86_vendor = X86_VENDOR_HYGON;
	else
		xen_fake_cpu.x86_vendor = X86_VENDOR_INTEL;
	return 0;
}

static const struct kernel_param_ops vendor_ops = { .set = vendor_set };
module_param_cb(vendor, &vendor_ops, NULL, 0200);
MODULE_PARM_DESC(vendor, "Whose CPU it has: amd, hygon or intel");

/* Xen honours SMAP: without access it does not follow a process's pointer. */
bool fake_user_open(void)
{
	return xen_fake_ac;
}

/*
 * A process of UML could have memory at any address, the kernel's included. It
 * has none there, since it asks for none: the kernel's lies between these.
 */
static bool is_user(unsigned long address)
{
	return address < PAGE_OFFSET ||
	       (IS_ENABLED(CONFIG_UML) && address >= SZ_8G);
}

int fake_copy_from(void *to, unsigned long from, size_t size)
{
	if (!is_user(from)) {
		memcpy(to, (void *)from, size);
		return 0;
	}
	if (!fake_user_open())
		return -EFAULT;
	return copy_from_user(to, (void __user *)from, size) ? -EFAULT : 0;
}

int fake_copy_to(unsigned long to, const void *from, size_t size)
{
	if (!is_user(to)) {
		memcpy((void *)to, from, size);
		return 0;
	}
	if (!fake_user_open())
		return -EFAULT;
	return copy_to_user((void __user *)to, from, size) ? -EFAULT : 0;
}

static long xen_version(unsigned int cmd, unsigned long arg)
{
	static const char extra[XEN_EXTRAVERSION_LEN] = ".0-fake";

	switch (cmd) {
	case XENVER_version:
		return XEN_MAJOR << 16 | XEN_MINOR;
	case XENVER_extraversion:
		return fake_copy_to(arg, extra, sizeof(extra));
	default:
		return -ENOSYS;
	}
}

/* One entry, /buildinfo/version/major. */
static long hypfs_op(unsigned int cmd, unsigned long path, unsigned long len,
		     unsigned long buf, unsigned long size)
{
	u32 major = XEN_MAJOR;

	if (cmd != HYPFS_READ)
		return -EOPNOTSUPP;
	if (size < HYPFS_ENTRY + sizeof(major))
		return -ENOBUFS;
	return fake_copy_to(buf + HYPFS_ENTRY, &major, sizeof(major));
}

static long multicall(unsigned long list, unsigned long nr)
{
	struct multicall_entry *entry = (void *)list;
	unsigned long i;

	for (i = 0; i < nr; i++) {
		entry[i].result =
			xen_fake_hypercall(entry[i].op, entry[i].args[0],
					   entry[i].args[1], entry[i].args[2],
					   entry[i].args[3], entry[i].args[4]);
	}
	return 0;
}

static long dispatch(unsigned long nr, unsigned long a1, unsigned long a2,
		     unsigned long a3, unsigned long a4, unsigned long a5)
{
	switch (nr) {
	case __HYPERVISOR_xen_version:
		return xen_version(a1, a2);
	case __HYPERVISOR_event_channel_op:
		return fake_evtchn_op(a1, a2);
	case __HYPERVISOR_memory_op:
		return fake_memory_op(a1, a2);
	case __HYPERVISOR_mmu_update:
		return fake_mmu_update(a1, a2, a3, a4);
	case __HYPERVISOR_mmuext_op:
		if (a4 != DOMID_SELF)
			return -ESRCH;
		return fake_mmuext_op(a1, a2);
	case __HYPERVISOR_multicall:
		return multicall(a1, a2);
	case __HYPERVISOR_dm_op:
		return fake_dm_op_call(a1, a2, a3);
	case __HYPERVISOR_grant_table_op:
		return fake_grant_op(a1, a2, a3);
	case HYPFS_OP:
		return hypfs_op(a1, a2, a3, a4, a5);
	default:
		return -ENOSYS;
	}
}

/* Hypercalls whose first argument is a command. */
static u32 key_of(unsigned long nr, unsigned long cmd)
{
	switch (nr) {
	case __HYPERVISOR_event_channel_op:
	case __HYPERVISOR_memory_op:
	case __HYPERVISOR_grant_table_op:
	case __HYPERVISOR_xen_version:
		return FAKE_HCALL(nr, cmd);
	case __HYPERVISOR_mmu_update:
		return fake_mmu_clears(cmd) ? FAKE_MMU_CLEAR : FAKE_MMU_UPDATE;
	default:
		return FAKE_HCALL(nr, 0);
	}
}

/* What a hypercall fails with when a test does not say. 0: it cannot. */
static long natural_of(u32 key)
{
	switch (key) {
	case FAKE_EVTCHN(EVTCHNOP_close):
	case FAKE_EVTCHN(EVTCHNOP_send):
	/* The model lets go of everything unless a test forbids it. */
	case FAKE_MEMORY(XENMEM_remove_from_physmap):
	case FAKE_GRANT(GNTTABOP_unmap_grant_ref):
	case FAKE_MULTICALL:
	case FAKE_MMU_CLEAR:
	case FAKE_MMUEXT:
		return 0;
	case FAKE_EVTCHN(EVTCHNOP_alloc_unbound):
	case FAKE_EVTCHN(EVTCHNOP_bind_interdomain):
	case FAKE_EVTCHN(EVTCHNOP_bind_virq):
		return -ENOSPC;
	case FAKE_EVTCHN(EVTCHNOP_status):
		return -ESRCH;
	default:
		return -ENOMEM;
	}
}

long xen_fake_hypercall(unsigned long nr, unsigned long a1, unsigned long a2,
			unsigned long a3, unsigned long a4, unsigned long a5)
{
	unsigned int saved = fake_enter(), noreclaim;
	u32 key = key_of(nr, a1);
	long ret;

	if (!fake_call(key, natural_of(key), &ret)) {
		/* Xen's memory is not the kernel's: any lock may be held here. */
		noreclaim = memalloc_noreclaim_save();
		ret = dispatch(nr, a1, a2, a3, a4, a5);
		memalloc_noreclaim_restore(noreclaim);
	}
	fake_called(key);
	fake_leave(saved);
	return ret;
}
EXPORT_SYMBOL_GPL(xen_fake_hypercall);

/* From gate.S. */
u64 xen_fake_enter(const struct fake_regs *regs, enum fake_gate gate)
{
	fake_transfer.regs = *regs;
	fake_transfer.gate = gate;
	fake_transfer.ac = xen_fake_ac;
	fake_transfer.count++;
	if (fake_transfer.only_record)
		return fake_transfer.result;
	return xen_fake_hypercall(regs->rax, regs->rdi, regs->rsi, regs->rdx,
				  regs->r10, regs->r8);
}

/* Which instruction is at this place of a stub? It is a call of its gate. */
int xen_fake_stub_cmp(const void *stub, const void *opcode, size_t len)
{
	static const struct {
		void (*gate)(void);
		u8 opcode[3];
		size_t len;
	} gates[] = {
		{ xen_fake_gate_syscall, { 0x0f, 0x05 }, 2 },
		{ xen_fake_gate_vmmcall, { 0x0f, 0x01, 0xd9 }, 3 },
		{ xen_fake_gate_vmcall, { 0x0f, 0x01, 0xc1 }, 3 },
	};
	const u8 *call = stub;
	unsigned int i;
	s32 distance;

	if (call[0] != 0xe8)
		return 1;
	memcpy(&distance, call + 1, sizeof(distance));
	for (i = 0; i < ARRAY_SIZE(gates); i++) {
		if (call + 5 + distance == (u8 *)gates[i].gate)
			return gates[i].len != len ||
			       memcmp(gates[i].opcode, opcode, len);
	}
	return 1;
}
EXPORT_SYMBOL_GPL(xen_fake_stub_cmp);

typedef unsigned long fake_get_taint(void);

static int taint_get(char *buf, const struct kernel_param *kp)
{
	fake_get_taint *get_taint = (void *)fake_symbol("get_taint");

	return sysfs_emit(buf, "%lu\n", get_taint());
}

static const struct kernel_param_ops taint_ops = { .get = taint_get };
module_param_cb(taint, &taint_ops, NULL, 0444);
MODULE_PARM_DESC(taint, "The kernel's taint flags (read only)");

/* An empty machine, as it was when the module was loaded. */
void fake_reset(void)
{
	fake_rules_clear();
	fake_irq_reset();
	fake_evtchn_reset();
	fake_frames_reset();
	fake_gnttab_reset();
	fake_dma_reset();
	fake_services_reset();
	fake_domains_free();
	fake_want_warnings(0);
	memset(&fake_transfer, 0, sizeof(fake_transfer));
	fake_become(XEN_PV_DOMAIN, true);
}
EXPORT_SYMBOL_GPL(fake_reset);

static int __init fake_init(void)
{
	fake_reset();
	return 0;
}

static void __exit fake_exit(void)
{
	fake_reset();
}

module_init(fake_init);
module_exit(fake_exit);

MODULE_DESCRIPTION("A fake Xen for unit tests");
MODULE_LICENSE("GPL");
