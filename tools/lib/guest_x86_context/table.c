// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Every register and field: its name, and where Xen keeps it for each kind of
 * domain. A slot that is not mentioned is one that Xen does not keep.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

#include <xen/hvm/save.h>

#include <xen/foreign/x86_32.h>

/* Of a VMCS encoding: bits that are always 0, the width, and the upper half. */
#define ENCODING_RESERVED	0xffff9000U
#define ENCODING_WIDTH		0x6000U
#define ENCODING_WIDTH_64	0x2000U
#define ENCODING_HIGH		1U

/* As they are kept: bits 8 to 11 are 12 to 15 of what the VMCS has. */
#define AR_LOW			0x000ffU
#define AR_HIGH			0x0f000U
#define AR_UNUSABLE		0x10000U
#define KEPT_HIGH		0x00f00U
#define KEPT_PRESENT		0x00080U

#define REG(NAME, n)							\
	.name = { .name = n, .id = VCPU_CONTEXT_##NAME, .bits = 64 }

#define FIELD(NAME, n, width)						\
	.name = { .name = n, .is_field = true,				\
		  .id = VMX_GUEST_##NAME, .bits = (width) }

/* A member of the record, with so many bytes. */
#define HVM(m, bytes)							\
	.slot[VM_HVM] = { .part = VM_PART_CPU, .size = (bytes),		\
			  .offset = offsetof(struct hvm_hw_cpu, m) }

#define RIGHTS(m)							\
	.slot[VM_HVM] = { .part = VM_PART_CPU, .size = 4,		\
			  .format = VM_ACCESS_RIGHTS,			\
			  .offset = offsetof(struct hvm_hw_cpu, m) }

#define PV64(m, bytes)							\
	.slot[VM_PV64] = { .part = VM_PART_CPU, .size = (bytes),	\
			   .offset = offsetof(vcpu_guest_context_t, m) }

#define PV32(m, bytes)							\
	.slot[VM_PV32] = { .part = VM_PART_CPU, .size = (bytes),	\
			   .offset = offsetof(struct			\
					      vcpu_guest_context_x86_32, m) }

/* The same for every kind of domain. */
#define INFO(m)								\
	.slot[VM_HVM ... VM_PV32] = { .part = VM_PART_INFO, .size = 4,	\
				      .read_only = true,		\
				      .offset = offsetof(struct vm_record, m) }

static const struct vm_entry table[] = {
	{ REG(RAX, "rax"), HVM(rax, 8),
	  PV64(user_regs.rax, 8), PV32(user_regs.eax, 4) },
	{ REG(RBX, "rbx"), HVM(rbx, 8),
	  PV64(user_regs.rbx, 8), PV32(user_regs.ebx, 4) },
	{ REG(RCX, "rcx"), HVM(rcx, 8),
	  PV64(user_regs.rcx, 8), PV32(user_regs.ecx, 4) },
	{ REG(RDX, "rdx"), HVM(rdx, 8),
	  PV64(user_regs.rdx, 8), PV32(user_regs.edx, 4) },
	{ REG(RSI, "rsi"), HVM(rsi, 8),
	  PV64(user_regs.rsi, 8), PV32(user_regs.esi, 4) },
	{ REG(RDI, "rdi"), HVM(rdi, 8),
	  PV64(user_regs.rdi, 8), PV32(user_regs.edi, 4) },
	{ REG(RBP, "rbp"), HVM(rbp, 8),
	  PV64(user_regs.rbp, 8), PV32(user_regs.ebp, 4) },
	{ REG(R8, "r8"), HVM(r8, 8), PV64(user_regs.r8, 8) },
	{ REG(R9, "r9"), HVM(r9, 8), PV64(user_regs.r9, 8) },
	{ REG(R10, "r10"), HVM(r10, 8), PV64(user_regs.r10, 8) },
	{ REG(R11, "r11"), HVM(r11, 8), PV64(user_regs.r11, 8) },
	{ REG(R12, "r12"), HVM(r12, 8), PV64(user_regs.r12, 8) },
	{ REG(R13, "r13"), HVM(r13, 8), PV64(user_regs.r13, 8) },
	{ REG(R14, "r14"), HVM(r14, 8), PV64(user_regs.r14, 8) },
	{ REG(R15, "r15"), HVM(r15, 8), PV64(user_regs.r15, 8) },

	{ FIELD(RIP, "rip", 64), HVM(rip, 8),
	  PV64(user_regs.rip, 8), PV32(user_regs.eip, 4) },
	{ FIELD(RSP, "rsp", 64), HVM(rsp, 8),
	  PV64(user_regs.rsp, 8), PV32(user_regs.esp, 4) },
	{ FIELD(RFLAGS, "rflags", 64), HVM(rflags, 8),
	  PV64(user_regs.rflags, 8), PV32(user_regs.eflags, 4) },
	{ FIELD(CR0, "cr0", 64), HVM(cr0, 8),
	  PV64(ctrlreg[0], 8), PV32(ctrlreg[0], 4) },
	{ FIELD(CR3, "cr3", 64), HVM(cr3, 8),
	  .slot[VM_PV64] = { .part = VM_PART_CPU, .size = 8, .read_only = true,
			     .offset = offsetof(vcpu_guest_context_t,
						ctrlreg[3]) },
	  .slot[VM_PV32] = { .part = VM_PART_CPU, .size = 4, .read_only = true,
			     .format = VM_CR3_PV32,
			     .offset = offsetof(struct vcpu_guest_context_x86_32,
						ctrlreg[3]) } },
	{ FIELD(CR4, "cr4", 64), HVM(cr4, 8),
	  PV64(ctrlreg[4], 8), PV32(ctrlreg[4], 4) },
	{ FIELD(DR7, "dr7", 64), HVM(dr7, 8),
	  PV64(debugreg[7], 8), PV32(debugreg[7], 4) },

	{ FIELD(CS_SELECTOR, "cs_selector", 16), HVM(cs_sel, 4),
	  PV64(user_regs.cs, 2), PV32(user_regs.cs, 2) },
	{ FIELD(DS_SELECTOR, "ds_selector", 16), HVM(ds_sel, 4),
	  PV64(user_regs.ds, 2), PV32(user_regs.ds, 2) },
	{ FIELD(ES_SELECTOR, "es_selector", 16), HVM(es_sel, 4),
	  PV64(user_regs.es, 2), PV32(user_regs.es, 2) },
	{ FIELD(FS_SELECTOR, "fs_selector", 16), HVM(fs_sel, 4),
	  PV64(user_regs.fs, 2), PV32(user_regs.fs, 2) },
	{ FIELD(GS_SELECTOR, "gs_selector", 16), HVM(gs_sel, 4),
	  PV64(user_regs.gs, 2), PV32(user_regs.gs, 2) },
	{ FIELD(SS_SELECTOR, "ss_selector", 16), HVM(ss_sel, 4),
	  PV64(user_regs.ss, 2), PV32(user_regs.ss, 2) },
	{ FIELD(TR_SELECTOR, "tr_selector", 16), HVM(tr_sel, 4) },
	{ FIELD(LDTR_SELECTOR, "ldtr_selector", 16), HVM(ldtr_sel, 4) },

	{ FIELD(CS_BASE, "cs_base", 64), HVM(cs_base, 8) },
	{ FIELD(DS_BASE, "ds_base", 64), HVM(ds_base, 8) },
	{ FIELD(ES_BASE, "es_base", 64), HVM(es_base, 8) },
	{ FIELD(FS_BASE, "fs_base", 64), HVM(fs_base, 8), PV64(fs_base, 8) },
	{ FIELD(GS_BASE, "gs_base", 64), HVM(gs_base, 8),
	  .slot[VM_PV64] = { .part = VM_PART_CPU, .size = 8,
			     .format = VM_GS_BASE_PV64 } },
	{ FIELD(SS_BASE, "ss_base", 64), HVM(ss_base, 8) },
	{ FIELD(TR_BASE, "tr_base", 64), HVM(tr_base, 8) },
	{ FIELD(LDTR_BASE, "ldtr_base", 64), HVM(ldtr_base, 8) },
	{ FIELD(GDTR_BASE, "gdtr_base", 64), HVM(gdtr_base, 8) },
	{ FIELD(IDTR_BASE, "idtr_base", 64), HVM(idtr_base, 8) },

	{ FIELD(CS_LIMIT, "cs_limit", 32), HVM(cs_limit, 4) },
	{ FIELD(DS_LIMIT, "ds_limit", 32), HVM(ds_limit, 4) },
	{ FIELD(ES_LIMIT, "es_limit", 32), HVM(es_limit, 4) },
	{ FIELD(FS_LIMIT, "fs_limit", 32), HVM(fs_limit, 4) },
	{ FIELD(GS_LIMIT, "gs_limit", 32), HVM(gs_limit, 4) },
	{ FIELD(SS_LIMIT, "ss_limit", 32), HVM(ss_limit, 4) },
	{ FIELD(TR_LIMIT, "tr_limit", 32), HVM(tr_limit, 4) },
	{ FIELD(LDTR_LIMIT, "ldtr_limit", 32), HVM(ldtr_limit, 4) },
	{ FIELD(GDTR_LIMIT, "gdtr_limit", 32), HVM(gdtr_limit, 4) },
	{ FIELD(IDTR_LIMIT, "idtr_limit", 32), HVM(idtr_limit, 4) },

	{ FIELD(CS_ACCESS_RIGHTS, "cs_access_rights", 32), RIGHTS(cs_arbytes) },
	{ FIELD(DS_ACCESS_RIGHTS, "ds_access_rights", 32), RIGHTS(ds_arbytes) },
	{ FIELD(ES_ACCESS_RIGHTS, "es_access_rights", 32), RIGHTS(es_arbytes) },
	{ FIELD(FS_ACCESS_RIGHTS, "fs_access_rights", 32), RIGHTS(fs_arbytes) },
	{ FIELD(GS_ACCESS_RIGHTS, "gs_access_rights", 32), RIGHTS(gs_arbytes) },
	{ FIELD(SS_ACCESS_RIGHTS, "ss_access_rights", 32), RIGHTS(ss_arbytes) },
	{ FIELD(TR_ACCESS_RIGHTS, "tr_access_rights", 32), RIGHTS(tr_arbytes) },
	{ FIELD(LDTR_ACCESS_RIGHTS, "ldtr_access_rights", 32),
	  RIGHTS(ldtr_arbytes) },

	{ FIELD(SYSENTER_CS, "sysenter_cs", 32), HVM(sysenter_cs, 8) },
	{ FIELD(SYSENTER_ESP, "sysenter_esp", 64), HVM(sysenter_esp, 8) },
	{ FIELD(SYSENTER_EIP, "sysenter_eip", 64), HVM(sysenter_eip, 8) },
	{ FIELD(EFER, "efer", 64), HVM(msr_efer, 8) },
	{ FIELD(PAT, "pat", 64),
	  .slot[VM_HVM] = { .part = VM_PART_MTRR, .size = 8,
			    .offset = offsetof(struct hvm_hw_mtrr,
					       msr_pat_cr) } },
	{ FIELD(DEBUGCTRL, "debugctrl", 64) },
	{ FIELD(INTERRUPTABILITY, "interruptability", 32) },
	{ FIELD(ACTIVITY, "activity", 32), INFO(activity) },
};

const struct vm_entry *vm_entry_of(bool is_field, uint32_t id, bool *half)
{
	size_t i;

	*half = false;
	if (is_field) {
		*half = id & ENCODING_HIGH;
		if (id & ENCODING_RESERVED ||
		    (*half && (id & ENCODING_WIDTH) != ENCODING_WIDTH_64)) {
			errno = EINVAL;
			return NULL;
		}
		id &= ~ENCODING_HIGH;
	}
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].name.is_field == is_field && table[i].name.id == id)
			return &table[i];
	}
	errno = is_field ? ENOTSUP : EINVAL;
	return NULL;
}

const struct vm_slot *vm_slot_of(const struct vm_entry *entry, enum vm_kind kind)
{
	if (entry->slot[kind].part != VM_PART_NONE)
		return &entry->slot[kind];
	errno = ENOTSUP;
	return NULL;
}

/* Where in the record the value lies. */
static void *place(const struct vm_record *r, const struct vm_slot *slot)
{
	vcpu_guest_context_t *pv = r->cpu;
	char *base = r->cpu;

	if (slot->part == VM_PART_MTRR)
		base = r->mtrr;
	else if (slot->part == VM_PART_INFO)
		base = (char *)r;
	else if (slot->format == VM_GS_BASE_PV64)
		return pv->flags & VGCF_in_kernel ? &pv->gs_base_kernel
						  : &pv->gs_base_user;
	return base + slot->offset;
}

static uint64_t told(const struct vm_slot *slot, uint64_t kept)
{
	uint32_t low = kept;

	switch (slot->format) {
	case VM_ACCESS_RIGHTS:
		return (low & AR_LOW) | (low & KEPT_HIGH) << 4 |
		       (low & KEPT_PRESENT ? 0 : AR_UNUSABLE);
	case VM_CR3_PV32:
		return (uint64_t)(low >> 12 | low << 20) << 12;
	default:
		return kept;
	}
}

static uint64_t kept(const struct vm_slot *slot, uint64_t value)
{
	if (slot->format == VM_ACCESS_RIGHTS)
		return (value & AR_LOW) | (value & AR_HIGH) >> 4;
	return value;
}

int vm_value_get(enum vm_kind kind, const struct vm_record *r,
		 struct vm_vcpu_value *value)
{
	const struct vm_entry *entry;
	const struct vm_slot *slot;
	uint64_t bits = 0;
	bool half;

	entry = vm_entry_of(value->is_field, value->id, &half);
	slot = entry ? vm_slot_of(entry, kind) : NULL;
	if (!slot)
		return -1;
	memcpy(&bits, place(r, slot), slot->size);
	bits = told(slot, bits);
	value->value = half ? bits >> 32 : bits;
	return 0;
}

int vm_value_put(enum vm_kind kind, struct vm_record *r,
		 const struct vm_vcpu_value *value)
{
	const struct vm_entry *entry;
	const struct vm_slot *slot;
	uint64_t bits = value->value;
	unsigned int width;
	bool half;

	entry = vm_entry_of(value->is_field, value->id, &half);
	slot = entry ? vm_slot_of(entry, kind) : NULL;
	if (!slot)
		return -1;
	width = slot->size * 8;
	if (width > entry->name.bits)
		width = entry->name.bits;
	if (half)
		width = 32;
	if (width < 64 && bits >> width) {
		errno = EINVAL;
		return -1;
	}
	if (half) {
		memcpy(&bits, place(r, slot), slot->size);
		bits = (uint32_t)bits | value->value << 32;
	}
	bits = kept(slot, bits);
	memcpy(place(r, slot), &bits, slot->size);
	return 0;
}

const struct vm_vcpu_name *vm_vcpu_name_at(size_t index)
{
	return index < ARRAY_SIZE(table) ? &table[index].name : NULL;
}

const struct vm_vcpu_name *vm_vcpu_name_find(const char *name)
{
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(table); i++) {
		const char *n = table[i].name.name;

		if (!strcasecmp(n, name) ||
		    (n[0] == 'r' && strchr("Ee", name[0]) && name[0] &&
		     !strcasecmp(n + 1, name + 1)))
			return &table[i].name;
	}
	errno = EINVAL;
	return NULL;
}
