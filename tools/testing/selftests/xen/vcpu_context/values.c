// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values for registers and fields: other than those at the start, no two alike
 * where the processor leaves the choice, and valid together.
 */

/* Not seen by the guest; and not even to run with. */
#define UNSEEN		(-1)
#define PAUSED		(-2)

struct choice {
	const char *name;
	uint64_t value;
	/* The slot in which the guest saw it. */
	int slot;
};

/* Limits come before access rights, in which they decide on the granularity. */
static const struct choice hvm_choices[] = {
	{ "rip", VC_DUMP, VC_RIP },
	{ "rsp", 0xffff800012345678, VC_RSP },
	{ "rflags", 0x2008d7, VC_RFLAGS },
	{ "cr0", 0x8005003b, VC_CR0 },
	{ "cr3", VC_OTHER_L4, VC_CR3 },
	{ "cr4", 0x6ac, VC_CR4 },
	{ "dr7", 0x455, VC_DR7 },
	{ "cs_selector", 0x108, VC_CS },
	{ "ds_selector", 0x118, VC_DS },
	{ "es_selector", 0x120, VC_ES },
	{ "fs_selector", 0x128, VC_FS },
	{ "gs_selector", 0x130, VC_GS },
	{ "ss_selector", 0x138, VC_SS },
	{ "tr_selector", 0x140, VC_TR },
	{ "ldtr_selector", 0x148, VC_LDTR },
	{ "cs_base", 0x11000, PAUSED },
	{ "ds_base", 0x12000, PAUSED },
	{ "es_base", 0x13000, PAUSED },
	{ "ss_base", 0x14000, PAUSED },
	{ "fs_base", 0xffff800000015000, VC_FS_BASE },
	{ "gs_base", 0xffff800000016000, VC_GS_BASE },
	{ "tr_base", 0xffff800000017000, UNSEEN },
	{ "ldtr_base", 0xffff800000018000, UNSEEN },
	{ "gdtr_base", 0xffff800000019000, UNSEEN },
	{ "idtr_base", 0xffff80000001a000, UNSEEN },
	{ "cs_limit", 0x7fffffff, UNSEEN },
	{ "ds_limit", 0x345fff, UNSEEN },
	{ "es_limit", 0x12345, UNSEEN },
	{ "fs_limit", 0x1111, UNSEEN },
	{ "gs_limit", 0x2222, UNSEEN },
	{ "ss_limit", 0x54321, UNSEEN },
	{ "tr_limit", 0x2067, UNSEEN },
	{ "ldtr_limit", 0x3333, UNSEEN },
	{ "gdtr_limit", 0x1f7, UNSEEN },
	{ "idtr_limit", 0xdef, UNSEEN },
	{ "cs_access_rights", 0xb09b, UNSEEN },
	{ "ds_access_rights", 0xc0f3, UNSEEN },
	{ "es_access_rights", 0x50b3, UNSEEN },
	{ "fs_access_rights", 0x40d3, UNSEEN },
	{ "gs_access_rights", 0x10f3, UNSEEN },
	{ "ss_access_rights", 0x5093, UNSEEN },
	{ "tr_access_rights", 0x108b, UNSEEN },
	{ "ldtr_access_rights", 0x1082, UNSEEN },
	{ "sysenter_cs", 0x12345678, VC_SYSENTER_CS },
	{ "sysenter_esp", 0xffff80000001b008, VC_SYSENTER_ESP },
	{ "sysenter_eip", 0xffff80000001c010, VC_SYSENTER_EIP },
	{ "efer", 0xd01, VC_EFER },
	/* QEMU has no PAT of a guest's own: it would see Xen's. */
	{ "pat", 0x0001040500070406, UNSEEN },
};

/* Xen enters a PV guest with its own tables, so there is little to choose. */
static const struct choice pv_choices[] = {
	{ "rip", VC_DUMP, VC_RIP },
	{ "rsp", 0xffff900012345678, VC_RSP },
	{ "rflags", 0x200ad7, VC_RFLAGS },
	{ "cr0", 0, VC_CR0 },
	{ "cr4", 0, VC_CR4 },
	{ "dr7", 0x455, VC_DR7 },
	{ "ds_selector", FLAT_RING3_DS32, VC_DS },
	{ "es_selector", FLAT_RING3_CS64, VC_ES },
	{ "fs_base", 0x7f0000015000, VC_FS_BASE },
	{ "gs_base", 0x7f0000016000, VC_GS_BASE },
};

#define CR0_TS		0x8
#define CR4_TSD		0x4

static size_t choices(const struct vcpu_context_fixture *self,
		      const struct choice **list)
{
	if (self->vg.guest.hvm) {
		*list = hvm_choices;
		return ARRAY_SIZE(hvm_choices);
	}
	*list = pv_choices;
	return ARRAY_SIZE(pv_choices);
}

static uint64_t value_before(const struct vcpu_context_fixture *self,
			     const char *name)
{
	size_t i;

	for (i = 0; i < self->before.nr; i++) {
		if (!strcmp(self->before.name[i], name))
			return self->before.value[i].value;
	}
	return ~0ULL;
}

/* Of a PV guest's control registers most is the processor's. */
static uint64_t choice_value(const struct vcpu_context_fixture *self,
			     const struct choice *c)
{
	if (c->value)
		return c->value;
	return value_before(self, c->name) ^
	       (!strcmp(c->name, "cr0") ? CR0_TS : CR4_TSD);
}

static uint64_t register_value(unsigned int reg, unsigned int round)
{
	return 0xf00d000000000000ULL | (uint64_t)round << 40 |
	       (reg + 1) * 0x01010101ULL;
}

static vm_thread_context_t some_context(unsigned int round)
{
	vm_thread_context_t c;
	unsigned int i;

	for (i = 0; i < VCPU_CONTEXT_REGS; i++)
		c.reg[i] = register_value(i, round);
	return c;
}
