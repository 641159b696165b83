// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of the guest's state.
 */

struct expected_state {
	uint32_t domid;
	struct state *state;
};

static int child_compares_state(void *arg)
{
	struct expected_state *e = arg;
	struct state now;
	vm_vcpu_t *v;
	size_t i;

	v = vm_vcpu_open(e->domid, 0);
	if (!v)
		return 100;
	if (state_get(v, &now))
		return 101;
	if (state_differs(e->state, &now, NULL))
		return 102;
	for (i = 0; i < now.nr; i++) {
		uint64_t value;

		if (!now.value[i].is_field)
			continue;
		if (vm_get_vmcs_field(v, now.value[i].id, &value) ||
		    value != now.value[i].value)
			return 1 + i;
	}
	return vm_vcpu_close(v) ? 103 : 0;
}

/* Each alone, with all others as they were; then a second process reads all. */
TEST_F_TIMEOUT(vcpu_context, set_vmcs_field__read_by_another_process, 240)
{
	struct expected_state e = { self->domid, &self->before };
	const struct choice *c;
	size_t i, nr = choices(self, &c);

	for (i = 0; i < nr; i++) {
		uint64_t value = choice_value(self, &c[i]);

		ASSERT_NE(value, value_before(self, c[i].name))
			TH_LOG("%s", c[i].name);
		ASSERT_EQ(0, set_by_name(self->v, c[i].name, value))
			TH_LOG("%s", c[i].name);
		EXPECT_EQ(value, get_by_name(self->v, c[i].name))
			TH_LOG("%s", c[i].name);
		EXPECT_TRUE(unchanged(self, c[i].name))
			TH_LOG("when %s was set", c[i].name);
		ASSERT_EQ(0, state_get(self->v, &self->before));
	}
	EXPECT_EQ(0, child_run(child_compares_state, &e));
}

/* No field that can be set was forgotten. */
TEST_F(vcpu_context, set_vmcs_field__all_have_a_value_here)
{
	const struct choice *c;
	size_t i, j, nr = choices(self, &c);

	for (i = 0; i < self->before.nr; i++) {
		if (!self->before.value[i].is_field ||
		    vm_vcpu_access(self->v, true, self->before.value[i].id) !=
		    (VM_ACCESS_READ | VM_ACCESS_WRITE))
			continue;
		for (j = 0; j < nr; j++) {
			if (!strcmp(c[j].name, self->before.name[i]))
				break;
		}
		/* Of these PV guests can have what Xen's own table has. */
		if (!variant->hvm && strstr("cs_selector fs_selector gs_selector ss_selector",
					    self->before.name[i]))
			continue;
		EXPECT_NE(nr, j)
			TH_LOG("%s", self->before.name[i]);
	}
}

static bool guest_saw_tables(struct vcpu_context_fixture *self)
{
	uint8_t *gdtr = vcpu_guest_at(&self->vg, VC_SLOTS + 8 * VC_GDTR);
	uint8_t *idtr = vcpu_guest_at(&self->vg, VC_SLOTS + 8 * VC_IDTR);
	uint64_t base[2];
	uint16_t limit[2];

	memcpy(&limit[0], gdtr, 2);
	memcpy(&limit[1], idtr, 2);
	memcpy(&base[0], gdtr + 2, 8);
	memcpy(&base[1], idtr + 2, 8);
	return limit[0] == get_by_name(self->v, "gdtr_limit") &&
	       limit[1] == get_by_name(self->v, "idtr_limit") &&
	       base[0] == get_by_name(self->v, "gdtr_base") &&
	       base[1] == get_by_name(self->v, "idtr_base");
}

/* Set all that go together at once, and have the guest look at itself. */
TEST_F_TIMEOUT(vcpu_context, set_vmcs_field__seen_by_the_guest, 120)
{
	struct vm_vcpu_value values[VALUES];
	const struct choice *c;
	size_t i, nr = choices(self, &c), used = 0;

	for (i = 0; i < nr; i++) {
		const struct vm_vcpu_name *name = vm_vcpu_name_find(c[i].name);

		ASSERT_NE(NULL, name);
		if (c[i].slot == PAUSED)
			continue;
		values[used++] = (struct vm_vcpu_value){
			name->is_field, name->id, choice_value(self, &c[i])
		};
	}
	ASSERT_EQ(0, vm_vcpu_set_values(self->v, values, used));
	ASSERT_TRUE(guest_dumps(self, VC_DUMP));
	ASSERT_EQ(0, guest_pause(self));
	for (i = 0; i < nr; i++) {
		if (c[i].slot < 0)
			continue;
		EXPECT_EQ(choice_value(self, &c[i]), seen(self, c[i].slot))
			TH_LOG("%s", c[i].name);
	}
	if (variant->hvm)
		EXPECT_TRUE(guest_saw_tables(self));
}

/* A PV guest's loads of segments take the bases away, so these by themselves. */
TEST_F_TIMEOUT(vcpu_context, set_vmcs_field__selectors_of_fs_and_gs, 60)
{
	if (variant->hvm)
		SKIP(return, "they are among the others there");
	ASSERT_EQ(0, set_by_name(self->v, "fs_selector", FLAT_RING3_DS32));
	ASSERT_EQ(0, set_by_name(self->v, "gs_selector", FLAT_RING3_CS64));
	EXPECT_EQ(FLAT_RING3_DS32, get_by_name(self->v, "fs_selector"));
	EXPECT_EQ(FLAT_RING3_CS64, get_by_name(self->v, "gs_selector"));
	ASSERT_TRUE(guest_dumps(self, VC_DUMP));
	EXPECT_EQ(FLAT_RING3_DS32, seen(self, VC_FS));
	EXPECT_EQ(FLAT_RING3_CS64, seen(self, VC_GS));
}

/*
 * Out of 64-bit mode by one call: code segment, control registers, EFER; and a
 * base for each data segment, which only matters there.
 */
TEST_F_TIMEOUT(vcpu_context, set_values__bases_seen_by_the_guest, 60)
{
	struct vm_vcpu_value values[] = {
		{ true, VMX_GUEST_CR0, 0x11 },
		{ true, VMX_GUEST_CR4, 0 },
		{ true, VMX_GUEST_EFER, 0 },
		{ true, VMX_GUEST_CS_ACCESS_RIGHTS, 0xc09b },
		{ true, VMX_GUEST_RIP, VC_SEGMENTS_32 },
		{ true, VMX_GUEST_FS_LIMIT, 0xfff },
		{ true, VMX_GUEST_GS_LIMIT, 0xfff },
		{ true, VMX_GUEST_FS_ACCESS_RIGHTS, 0x4093 },
		{ true, VMX_GUEST_GS_ACCESS_RIGHTS, 0x4093 },
		{ true, VMX_GUEST_DS_BASE, VC_SEGMENTS },
		{ true, VMX_GUEST_ES_BASE, VC_SEGMENTS + 0x1000 },
		{ true, VMX_GUEST_SS_BASE, VC_SEGMENTS + 0x2000 },
		{ true, VMX_GUEST_FS_BASE, VC_SEGMENTS + 0x3000 },
		{ true, VMX_GUEST_GS_BASE, VC_SEGMENTS + 0x4000 },
	};
	uint32_t *saw = vcpu_guest_at(&self->vg, VC_SEGMENTS + VC_SEEN);
	uint32_t i;

	if (!variant->hvm)
		SKIP(return, "PV guests have no bases of segments");
	for (i = 0; i < 5; i++)
		*(uint32_t *)vcpu_guest_at(&self->vg, VC_SEGMENTS +
					   i * 0x1000) = 0xba5e0000 + i;
	ASSERT_EQ(0, vm_vcpu_set_values(self->v, values, ARRAY_SIZE(values)));
	ASSERT_EQ(0, guest_run(self));
	ASSERT_TRUE(vcpu_guest_moves(&self->vg, VC_SEGMENTS + VC_SEEN_ALL, 0));
	for (i = 0; i < 5; i++)
		EXPECT_EQ(0xba5e0000 + i, saw[i]);
}

/* The model's 32-bit machine has two encodings for what has 64 bits. */
TEST_F(vcpu_context, vmcs_field__halves)
{
	uint64_t low, high, all;

	if (!variant->hvm)
		SKIP(return, "PV guests have no such field");
	ASSERT_EQ(0, vm_get_vmcs_field(self->v, VMX_GUEST_PAT, &all));
	ASSERT_EQ(0, vm_get_vmcs_field(self->v, VMX_GUEST_PAT + 1, &high));
	EXPECT_EQ(all >> 32, high);
	ASSERT_EQ(0, vm_set_vmcs_field(self->v, VMX_GUEST_PAT + 1, 0x00070400));
	EXPECT_TRUE(unchanged(self, "pat"));
	ASSERT_EQ(0, vm_get_vmcs_field(self->v, VMX_GUEST_PAT, &low));
	EXPECT_EQ(0x00070400ULL << 32 | (all & 0xffffffff), low);
	EXPECT_EQ(-1, vm_set_vmcs_field(self->v, VMX_GUEST_PAT + 1, 1ULL << 32));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, vm_get_vmcs_field(self->v, VMX_GUEST_RIP + 1, &low));
	EXPECT_EQ(EINVAL, errno);
}

/* The time stamp counter at this moment, and how many kHz it has. */
static uint64_t tsc_now(struct vcpu_context_fixture *self, uint32_t *khz)
{
	const struct hvm_save_header *header;
	xc_interface *xc = self->vg.guest.xc;
	struct hvm_hw_cpu cpu = {};
	uint8_t *full;
	int size;

	size = xc_domain_hvm_getcontext(xc, self->domid, NULL, 0);
	full = size > 0 ? calloc(1, size) : NULL;
	if (!full || xc_domain_hvm_getcontext(xc, self->domid, full, size) < 0)
		return 0;
	header = (void *)(full + sizeof(struct hvm_save_descriptor));
	*khz = header->gtsc_khz;
	free(full);
	/* Of the moment when all was saved. */
	if (xc_domain_hvm_getcontext_partial(xc, self->domid, HVM_SAVE_CODE(CPU),
					     0, &cpu, sizeof(cpu)))
		return 0;
	return cpu.tsc;
}

#define TSC_SLEEP_MS	300

/*
 * Whoever sets a register long after somebody has saved all does not set the
 * time back to then. What is lost is the time within Xen, which is long only
 * when this machine is stopped right there.
 */
TEST_F_TIMEOUT(vcpu_context, set_vmcs_field__time_goes_on, 60)
{
	uint64_t before, after, begin, us = 0;
	uint64_t ms = 0;
	uint32_t khz;
	int i;

	if (!variant->hvm)
		SKIP(return, "the time of PV guests is not in their context");
	for (i = 0; i < 5 && ms < TSC_SLEEP_MS / 2; i++) {
		begin = now_us();
		before = tsc_now(self, &khz);
		sleep_ms(TSC_SLEEP_MS);
		ASSERT_EQ(0, set_by_name(self->v, "rbx", i));
		after = tsc_now(self, &khz);
		us = now_us() - begin;
		ASSERT_NE(0u, khz);
		ASSERT_NE(0u, before);
		ASSERT_LE(before, after);
		ms = (after - before) / khz;
	}
	EXPECT_LE(TSC_SLEEP_MS / 2, ms);
	/* The clocks may differ by a hundredth. */
	EXPECT_GE(us / 990 + 2, ms);
}
