// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every error, and that nothing has changed.
 */

#define NO_VCPU(err, domid, vcpu) do {					\
	EXPECT_EQ(NULL, vm_vcpu_open(domid, vcpu));			\
	EXPECT_EQ(err, errno);						\
} while (0)

TEST_F(vcpu_context, open__bad_domain)
{
	NO_VCPU(ESRCH, DOM_NONE, 0);
	NO_VCPU(ESRCH, DOMID_SELF, 0);
	NO_VCPU(ESRCH, DOMID_INVALID, 0);
	NO_VCPU(ESRCH, 0x10000 + self->domid, 0);
	NO_VCPU(ESRCH, ~0U, 0);
	/* The last that there could be, and one that is not the next. */
	NO_VCPU(ESRCH, DOMID_FIRST_RESERVED - 1, 0);
	NO_VCPU(ESRCH, self->domid - 1, 0);
}

TEST_F(vcpu_context, open__bad_vcpu)
{
	NO_VCPU(ENOENT, self->domid, 2);
	NO_VCPU(ENOENT, self->domid, 128);
	NO_VCPU(ENOENT, self->domid, ~0U);
	NO_VCPU(ENOENT, 0, 1000);
}

/* This domain runs, for we do, and cannot pause itself. */
TEST_F(vcpu_context, open__own_domain)
{
	vm_vcpu_t *v = vm_vcpu_open(0, 0);
	struct vm_vcpu_info info;

	ASSERT_NE(NULL, v);
	EXPECT_TRUE(is_busy(v));
	EXPECT_EQ(0, vm_vcpu_info(v, &info));
	EXPECT_EQ(env_is_pvh(), info.hvm);
	EXPECT_EQ(-1, vm_vcpu_pause(v));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, vm_vcpu_close(v));
}

#define FAILS(err, call) do {						\
	errno = 0;							\
	EXPECT_EQ(-1, call);						\
	EXPECT_EQ(err, errno)						\
		TH_LOG("%s", #call);					\
} while (0)

TEST_F(vcpu_context, any__null)
{
	struct vm_vcpu_value value = { false, VCPU_CONTEXT_RAX, 1 };
	vm_thread_context_t c = some_context(9);
	struct vm_vcpu_info info;
	uint64_t v;

	FAILS(EINVAL, vm_set_thread_context(NULL, c));
	FAILS(EINVAL, vm_get_thread_context(NULL, &c));
	FAILS(EINVAL, vm_get_thread_context(self->v, NULL));
	FAILS(EINVAL, vm_set_thread_context_reg(NULL, 0, 1));
	FAILS(EINVAL, vm_get_thread_context_reg(NULL, 0, &v));
	FAILS(EINVAL, vm_get_thread_context_reg(self->v, 0, NULL));
	FAILS(EINVAL, vm_set_vmcs_field(NULL, VMX_GUEST_RIP, 1));
	FAILS(EINVAL, vm_get_vmcs_field(NULL, VMX_GUEST_RIP, &v));
	FAILS(EINVAL, vm_get_vmcs_field(self->v, VMX_GUEST_RIP, NULL));
	FAILS(EINVAL, vm_vcpu_set_values(NULL, &value, 1));
	FAILS(EINVAL, vm_vcpu_set_values(self->v, NULL, 1));
	FAILS(EINVAL, vm_vcpu_set_values(self->v, &value, 0));
	FAILS(EINVAL, vm_vcpu_get_values(NULL, &value, 1));
	FAILS(EINVAL, vm_vcpu_get_values(self->v, NULL, 1));
	FAILS(EINVAL, vm_vcpu_get_values(self->v, &value, 0));
	FAILS(EINVAL, vm_vcpu_info(NULL, &info));
	FAILS(EINVAL, vm_vcpu_info(self->v, NULL));
	FAILS(EINVAL, vm_vcpu_pause(NULL));
	FAILS(EINVAL, vm_vcpu_resume(NULL));
	FAILS(EINVAL, vm_vcpu_close(NULL));
	FAILS(EINVAL, vm_vcpu_fd(NULL));
	FAILS(EINVAL, vm_vcpu_access(NULL, false, 0));
	EXPECT_EQ(NULL, vm_vcpu_name_find(NULL));
	EXPECT_EQ(NULL, vm_vcpu_name_find(""));
	EXPECT_EQ(NULL, vm_vcpu_name_find("e"));
	EXPECT_EQ(NULL, vm_vcpu_name_find("xax"));
	EXPECT_TRUE(unchanged(self, NULL));
}

TEST_F(vcpu_context, thread_context_reg__no_such_register)
{
	uint64_t v = 17;

	FAILS(EINVAL, vm_set_thread_context_reg(self->v, VCPU_CONTEXT_REGS, 1));
	FAILS(EINVAL, vm_get_thread_context_reg(self->v, VCPU_CONTEXT_REGS,
						&v));
	FAILS(EINVAL, vm_set_thread_context_reg(self->v, -1, 1));
	FAILS(EINVAL, vm_get_thread_context_reg(self->v, -1, &v));
	FAILS(EINVAL, vm_vcpu_access(self->v, false, VCPU_CONTEXT_REGS));
	EXPECT_EQ(17u, v);
	EXPECT_TRUE(unchanged(self, NULL));
}

/* Controls, the host's state, and what is of the guest but Xen does not keep. */
static const uint32_t not_kept[] = {
	0x0000, 0x0c02, 0x2800, 0x2801, VMX_GUEST_DEBUGCTRL, 0x280a, 0x2812,
	0x2c02, 0x4002, 0x4016, VMX_GUEST_INTERRUPTABILITY, 0x4828, 0x482e,
	0x4c00, 0x6000, 0x6822, 0x6828, 0x6c00, 0x6ffe,
};

/* No encoding has these bits, or no upper half. */
static const uint64_t no_field[] = {
	0x1800, 0x8800, 0x10000 + VMX_GUEST_RIP, ~0U, VMX_GUEST_CS_SELECTOR + 1,
	VMX_GUEST_CS_LIMIT + 1, VMX_GUEST_RSP + 1, 0x100000000 + VMX_GUEST_RIP,
	~0ULL,
};

TEST_F(vcpu_context, vmcs_field__not_kept)
{
	uint64_t v = 17;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(not_kept); i++) {
		FAILS(ENOTSUP, vm_get_vmcs_field(self->v, not_kept[i], &v));
		FAILS(ENOTSUP, vm_set_vmcs_field(self->v, not_kept[i], 1));
		EXPECT_EQ(0, vm_vcpu_access(self->v, true, not_kept[i]));
	}
	for (i = 0; i < ARRAY_SIZE(no_field); i++) {
		FAILS(EINVAL, vm_get_vmcs_field(self->v, no_field[i], &v));
		FAILS(EINVAL, vm_set_vmcs_field(self->v, no_field[i], 1));
	}
	EXPECT_EQ(17u, v);
	EXPECT_TRUE(unchanged(self, NULL));
}

TEST_F(vcpu_context, vmcs_field__not_kept_for_pv)
{
	uint64_t cr3, v = 17;
	size_t i;

	if (variant->hvm)
		SKIP(return, "it is about PV guests");
	for (i = 0; i < ARRAY_SIZE(hvm_choices); i++) {
		const char *name = hvm_choices[i].name;
		uint32_t id = vm_vcpu_name_find(name)->id;

		if (value_before(self, name) != ~0ULL)
			continue;
		FAILS(ENOTSUP, vm_get_vmcs_field(self->v, id, &v));
		FAILS(ENOTSUP, vm_set_vmcs_field(self->v, id, 1));
	}
	EXPECT_EQ(17u, v);
	EXPECT_EQ(0, vm_get_vmcs_field(self->v, VMX_GUEST_CR3, &cr3));
	EXPECT_EQ(self->vg.guest.frame[0] << 12, cr3);
	FAILS(ENOTSUP, vm_set_vmcs_field(self->v, VMX_GUEST_CR3, cr3));
	FAILS(ENOTSUP, vm_set_vmcs_field(self->v, VMX_GUEST_CR3,
					 self->vg.guest.frame[7] << 12));
	EXPECT_TRUE(unchanged(self, NULL));
}

struct bad_value {
	const char *name;
	uint64_t value;
};

static const struct bad_value hvm_bad[] = {
	/* Too wide. */
	{ "cs_selector", 0x10000 },
	{ "ds_limit", 0x100000000 },
	{ "sysenter_cs", 0x100000000 },
	/* Xen refuses it, up to 4.17 when it has taken some of it. */
	{ "cr0", 0x80010030 },
	{ "cr0", 0x1080010031 },
	{ "cr3", 0x8000000000000000 },
	{ "cr4", 0x80000020 },
	{ "efer", 0x400 },
	{ "efer", 0xffffffffffffffff },
	/* Xen would keep it differently. */
	{ "rflags", 0 },
	{ "pat", 0x0202020202020202 },
	{ "es_access_rights", 0x4093 },
	{ "es_access_rights", 0x100c093 },
	/* Xen would take it, and the guest die. */
	{ "rip", 0x8000000000000000 },
	{ "fs_base", 0x0000800000000000 },
	{ "gdtr_base", 0x1234000000000000 },
	{ "gdtr_limit", 0x10000 },
	{ "idtr_limit", 0x10000 },
	{ "ds_base", 0x100000000 },
	{ "cs_access_rights", 0x0 },
	{ "cs_access_rights", 0x1a09b },
	{ "cs_access_rights", 0xa08b },
	{ "ss_access_rights", 0xc09b },
	{ "ds_access_rights", 0xc092 },
	{ "ds_access_rights", 0xc099 },
	{ "tr_access_rights", 0x82 },
	{ "tr_access_rights", 0x1008b },
	{ "tr_selector", 0x4 },
	{ "ldtr_access_rights", 0x8b },
};

static const struct bad_value pv_bad[] = {
	{ "ds_selector", 0x10000 },
	{ "rip", 0x8000000000000000 },
	{ "rsp", 0x0000800000000000 },
	{ "fs_base", 0x0000800000000000 },
	/* The guest never runs with interrupts off, nor in Xen's mode. */
	{ "rflags", 0x2 },
	{ "ss_selector", 0x10 },
	/* The processor's. */
	{ "cr0", 0 },
	{ "cr4", 0xffffffffffffffff },
};

TEST_F_TIMEOUT(vcpu_context, set_vmcs_field__bad_value, 240)
{
	const struct bad_value *bad = variant->hvm ? hvm_bad : pv_bad;
	size_t i, nr = variant->hvm ? ARRAY_SIZE(hvm_bad) : ARRAY_SIZE(pv_bad);
	uint64_t count;

	for (i = 0; i < nr; i++) {
		EXPECT_EQ(-EINVAL, set_by_name(self->v, bad[i].name,
					       bad[i].value))
			TH_LOG("%s = %#llx", bad[i].name,
			       (unsigned long long)bad[i].value);
		EXPECT_TRUE(unchanged(self, NULL))
			TH_LOG("%s = %#llx", bad[i].name,
			       (unsigned long long)bad[i].value);
	}
	/* Both vCPUs are still there. */
	count = vcpu_guest_word(&self->vg, VC_COUNT_OTHER);
	ASSERT_EQ(0, guest_run(self));
	EXPECT_TRUE(guest_counts(self));
	EXPECT_TRUE(vcpu_guest_moves(&self->vg, VC_COUNT_OTHER, count));
}

/* One of several is bad: none is set. */
TEST_F(vcpu_context, set_values__one_is_bad)
{
	struct vm_vcpu_value values[] = {
		{ false, VCPU_CONTEXT_RBX, 1 },
		{ true, VMX_GUEST_RSP, 2 },
		{ true, VMX_GUEST_RIP, 0x8000000000000000 },
		{ true, VMX_GUEST_RFLAGS, 0x202 },
	};

	FAILS(EINVAL, vm_vcpu_set_values(self->v, values, 4));
	EXPECT_TRUE(unchanged(self, NULL));
	values[2].id = VMX_GUEST_INTERRUPTABILITY;
	FAILS(ENOTSUP, vm_vcpu_set_values(self->v, values, 4));
	FAILS(ENOTSUP, vm_vcpu_get_values(self->v, values, 4));
	EXPECT_EQ(1u, values[0].value);
	values[2].id = VMX_GUEST_ACTIVITY;
	FAILS(ENOTSUP, vm_vcpu_set_values(self->v, values, 4));
	/* The same twice, and not alike. */
	values[2] = (struct vm_vcpu_value){ false, VCPU_CONTEXT_RBX, 3 };
	FAILS(EINVAL, vm_vcpu_set_values(self->v, values, 4));
	EXPECT_TRUE(unchanged(self, NULL));
}

/* Neither was started. */
TEST_F(vcpu_context, any__of_a_vcpu_without_context)
{
	struct vcpu_guest vg;
	struct vm_vcpu_info info;
	vm_vcpu_t *v;
	uint64_t value;

	ASSERT_EQ(0, vcpu_guest_create(&vg, variant->hvm, 1, true));
	v = vm_vcpu_open(vg.guest.domid, 1);
	ASSERT_NE(NULL, v);
	FAILS(ENODATA, vm_get_thread_context_reg(v, VCPU_CONTEXT_RAX, &value));
	FAILS(ENODATA, vm_set_thread_context_reg(v, VCPU_CONTEXT_RAX, 1));
	FAILS(ENODATA, vm_get_vmcs_field(v, VMX_GUEST_RIP, &value));
	FAILS(ENODATA, vm_set_vmcs_field(v, VMX_GUEST_RIP, 1));
	EXPECT_EQ(VM_ACTIVITY_WAIT_FOR_SIPI, get_by_name(v, "activity"));
	ASSERT_EQ(0, vm_vcpu_info(v, &info));
	EXPECT_FALSE(info.online);
	EXPECT_EQ(0, vm_vcpu_close(v));
	vcpu_guest_free(&vg);
}

static bool all_fail(vm_vcpu_t *v, int err)
{
	vm_thread_context_t c = some_context(10);
	struct vm_vcpu_info info;
	uint64_t value;

	return vm_get_thread_context(v, &c) == -1 && errno == err &&
	       vm_set_thread_context(v, c) == -1 && errno == err &&
	       vm_get_thread_context_reg(v, 0, &value) == -1 && errno == err &&
	       vm_set_thread_context_reg(v, 0, 1) == -1 && errno == err &&
	       vm_get_vmcs_field(v, VMX_GUEST_RIP, &value) == -1 &&
	       errno == err &&
	       vm_set_vmcs_field(v, VMX_GUEST_RIP, 1) == -1 && errno == err &&
	       vm_vcpu_info(v, &info) == -1 && errno == err &&
	       vm_vcpu_pause(v) == -1 && errno == err;
}

TEST_F(vcpu_context, any__of_a_restricted_file)
{
	vm_vcpu_t *v = vm_vcpu_open(self->domid, 0);

	ASSERT_NE(NULL, v);
	ASSERT_LE(0, vm_vcpu_fd(v));
	ASSERT_EQ(0, privcmd_restrict(vm_vcpu_fd(v), self->domid));
	EXPECT_TRUE(all_fail(v, EPERM));
	EXPECT_EQ(0, vm_vcpu_close(v));
	EXPECT_TRUE(unchanged(self, NULL));
}

static int child_restricts_itself(void *arg)
{
	struct vcpu_context_fixture *self = arg;
	vm_vcpu_t *v = vm_vcpu_open(self->domid, 0);

	if (!v)
		return 1;
	if (xentoolcore_restrict_all(self->domid))
		return 2;
	return all_fail(v, EPERM) ? 0 : 3;
}

TEST_F(vcpu_context, any__of_a_restricted_process)
{
	EXPECT_EQ(0, child_run(child_restricts_itself, self));
	EXPECT_TRUE(unchanged(self, NULL));
}

/* Dead, but not gone while its memory is mapped; and then gone. */
TEST_F_TIMEOUT(vcpu_context, any__of_a_dead_domain, 60)
{
	ASSERT_EQ(0, vm_vcpu_pause(self->v));
	ASSERT_EQ(0, guest_destroy(&self->vg.guest));
	EXPECT_TRUE(all_fail(self->v, ESRCH));
	NO_VCPU(ESRCH, self->domid, 0);
	vcpu_guest_unmap(&self->vg);
	ASSERT_EQ(0, guest_gone(&self->vg.guest));
	EXPECT_TRUE(all_fail(self->v, ESRCH));
	NO_VCPU(ESRCH, self->domid, 0);
	/* Its pause is gone, too. */
	EXPECT_EQ(0, vm_vcpu_close(self->v));
	self->v = NULL;
}
