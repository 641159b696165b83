// SPDX-License-Identifier: GPL-2.0-only
/*
 * A 32-bit PV domain, whose context is another structure.
 */

#define OLD_REGS	VCPU_CONTEXT_R8

FIXTURE(vcpu_narrow) {
	struct vcpu_guest vg;
	vm_vcpu_t *v;
};

FIXTURE_SETUP(vcpu_narrow)
{
	int ret;

	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	ret = vcpu_guest_create_narrow(&self->vg);
	if (ret == -EOPNOTSUPP || ret == -EINVAL)
		SKIP(return, "Xen has no 32-bit PV domains here");
	ASSERT_EQ(0, ret);
	self->v = vm_vcpu_open(self->vg.guest.domid, 0);
	ASSERT_NE(NULL, self->v);
}

FIXTURE_TEARDOWN(vcpu_narrow)
{
	if (self->v)
		vm_vcpu_close(self->v);
	vcpu_guest_free(&self->vg);
}

static const struct choice narrow_choices[] = {
	{ "rax", 0x11111111, VC_RAX },
	{ "rbx", 0x22222222, VC_RBX },
	{ "rcx", 0x33333333, VC_RCX },
	{ "rdx", 0x84444444, VC_RDX },
	{ "rsi", 0x55555555, VC_RSI },
	{ "rdi", 0x66666666, VC_RDI },
	{ "rbp", 0xf7777777, VC_RBP },
	{ "rsp", 0x12345678, VC_RSP },
	{ "rip", VC_DUMP_32, VC_RIP },
	{ "rflags", 0x200ad7, VC_RFLAGS },
	{ "dr7", 0x455, VC_DR7 },
	{ "fs_selector", 0xe021, VC_FS },
	{ "gs_selector", 0xe019, VC_GS },
};

TEST_F_TIMEOUT(vcpu_narrow, set__each_alone_and_seen_by_the_guest, 120)
{
	const struct choice *c;
	struct state before, now;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(narrow_choices); i++) {
		c = &narrow_choices[i];
		ASSERT_EQ(0, state_get(self->v, &before));
		ASSERT_EQ(0, set_by_name(self->v, c->name, c->value))
			TH_LOG("%s", c->name);
		EXPECT_EQ(c->value, get_by_name(self->v, c->name));
		ASSERT_EQ(0, state_get(self->v, &now));
		EXPECT_EQ(0u, state_differs(&before, &now, c->name));
	}
	ASSERT_EQ(0, xc_domain_unpause(self->vg.guest.xc,
				       self->vg.guest.domid));
	ASSERT_TRUE(vcpu_guest_moves(&self->vg, VC_DONE, 0));
	for (i = 0; i < ARRAY_SIZE(narrow_choices); i++) {
		c = &narrow_choices[i];
		EXPECT_EQ(c->value, vcpu_guest_word(&self->vg, VC_SLOTS +
						    8 * c->slot))
			TH_LOG("%s", c->name);
	}
}

TEST_F(vcpu_narrow, thread_context__seven_registers)
{
	vm_thread_context_t c = some_context(1), now;
	unsigned int i;
	uint64_t value;

	/* Too wide: none of it is set. */
	FAILS(EINVAL, vm_set_thread_context(self->v, c));
	ASSERT_EQ(0, vm_get_thread_context(self->v, &now));
	for (i = 0; i < VCPU_CONTEXT_REGS; i++)
		EXPECT_EQ(0u, now.reg[i]);
	for (i = 0; i < OLD_REGS; i++)
		c.reg[i] &= 0xffffffff;
	ASSERT_EQ(0, vm_set_thread_context(self->v, c));
	ASSERT_EQ(0, vm_get_thread_context(self->v, &now));
	for (i = 0; i < VCPU_CONTEXT_REGS; i++)
		EXPECT_EQ(i < OLD_REGS ? c.reg[i] : 0, now.reg[i]);
	for (i = OLD_REGS; i < VCPU_CONTEXT_REGS; i++) {
		FAILS(ENOTSUP, vm_get_thread_context_reg(self->v, i, &value));
		FAILS(ENOTSUP, vm_set_thread_context_reg(self->v, i, 1));
	}
	FAILS(EINVAL, vm_set_thread_context_reg(self->v, 0, 1ULL << 32));
}

TEST_F(vcpu_narrow, vmcs_field__of_its_kind)
{
	struct vm_vcpu_info info;
	uint64_t value;

	ASSERT_EQ(0, vm_vcpu_info(self->v, &info));
	EXPECT_FALSE(info.hvm);
	EXPECT_EQ(32, info.width);
	ASSERT_EQ(0, vm_get_vmcs_field(self->v, VMX_GUEST_CR3, &value));
	EXPECT_EQ(self->vg.guest.frame[0] << 12, value);
	FAILS(ENOTSUP, vm_set_vmcs_field(self->v, VMX_GUEST_CR3, value));
	FAILS(ENOTSUP, vm_get_vmcs_field(self->v, VMX_GUEST_FS_BASE, &value));
	FAILS(ENOTSUP, vm_get_vmcs_field(self->v, VMX_GUEST_GS_BASE, &value));
	FAILS(EINVAL, vm_set_vmcs_field(self->v, VMX_GUEST_RIP, 1ULL << 32));
	FAILS(EINVAL, vm_set_vmcs_field(self->v, VMX_GUEST_RFLAGS, 2));
	/* Xen puts them into ring 1. */
	FAILS(EINVAL, vm_set_vmcs_field(self->v, VMX_GUEST_SS_SELECTOR, 8));
}
