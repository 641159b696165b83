// SPDX-License-Identifier: GPL-2.0-only
/*
 * General registers, set, and seen by a second process and by the guest.
 */

#define TRAP_SYSCALL	0x100

struct expected {
	uint32_t domid;
	vm_thread_context_t context;
};

/* In a process of its own, with a handle of its own: 0 if all is as expected. */
static int child_compares(void *arg)
{
	struct expected *e = arg;
	vm_thread_context_t c;
	vm_vcpu_t *v;
	unsigned int i;
	uint64_t value;

	v = vm_vcpu_open(e->domid, 0);
	if (!v)
		return 100;
	if (vm_get_thread_context(v, &c))
		return 101;
	if (memcmp(&c, &e->context, sizeof(c)))
		return 102;
	for (i = 0; i < VCPU_CONTEXT_REGS; i++) {
		if (vm_get_thread_context_reg(v, i, &value))
			return 103;
		if (value != e->context.reg[i])
			return 1 + i;
	}
	return vm_vcpu_close(v) ? 104 : 0;
}

TEST_F(vcpu_context, set_thread_context__read_by_another_process)
{
	struct expected e = { self->domid, some_context(1) };

	ASSERT_EQ(0, vm_set_thread_context(self->v, e.context));
	EXPECT_EQ(0, child_run(child_compares, &e));
	/* The names are the model's, too. */
	EXPECT_EQ(register_value(VCPU_CONTEXT_EBP, 1), e.context.ebp);
	EXPECT_EQ(register_value(VCPU_CONTEXT_R15, 1), e.context.r15);
}

TEST_F_TIMEOUT(vcpu_context, set_thread_context_reg__others_stay, 120)
{
	struct expected e = { .domid = self->domid };
	unsigned int i;

	ASSERT_EQ(0, vm_get_thread_context(self->v, &e.context));
	for (i = 0; i < VCPU_CONTEXT_REGS; i++) {
		uint64_t value = register_value(i, 2);
		const char *name = vm_vcpu_name_at(i)->name;

		ASSERT_EQ(0, vm_set_thread_context_reg(self->v, i, value));
		EXPECT_TRUE(unchanged(self, name))
			TH_LOG("when %s was set", name);
		e.context.reg[i] = value;
		self->before.value[i].value = value;
	}
	EXPECT_EQ(0, child_run(child_compares, &e));
}

/* Let it run where it writes down what it sees, and wait until it has. */
static bool guest_dumps(struct vcpu_context_fixture *self, uint64_t rip)
{
	uint64_t done = vcpu_guest_word(&self->vg, VC_DONE);

	return !vm_set_vmcs_field(self->v, VMX_GUEST_RIP, rip) &&
	       !guest_run(self) &&
	       vcpu_guest_moves(&self->vg, VC_DONE, done);
}

static uint64_t seen(struct vcpu_context_fixture *self, unsigned int slot)
{
	return vcpu_guest_word(&self->vg, VC_SLOTS + 8 * slot);
}

/* Registers are numbered as the slots are. */
static bool guest_saw(struct vcpu_context_fixture *self,
		      const vm_thread_context_t *c)
{
	unsigned int i;
	bool ok = true;

	for (i = 0; i < VCPU_CONTEXT_REGS; i++) {
		if (seen(self, i) == c->reg[i])
			continue;
		ksft_print_msg("%s: set to %#llx, seen as %#llx\n",
			       vm_vcpu_name_at(i)->name,
			       (unsigned long long)c->reg[i],
			       (unsigned long long)seen(self, i));
		ok = false;
	}
	return ok;
}

TEST_F_TIMEOUT(vcpu_context, set_thread_context__seen_by_the_guest, 60)
{
	vm_thread_context_t c = some_context(3);

	ASSERT_EQ(0, vm_set_thread_context(self->v, c));
	ASSERT_TRUE(guest_dumps(self, VC_DUMP));
	EXPECT_TRUE(guest_saw(self, &c));
	EXPECT_EQ(VC_DUMP, seen(self, VC_RIP));

	/* Again, now that it has run. */
	ASSERT_EQ(0, guest_pause(self));
	c = some_context(4);
	ASSERT_EQ(0, vm_set_thread_context(self->v, c));
	ASSERT_TRUE(guest_dumps(self, VC_DUMP_AGAIN));
	EXPECT_TRUE(guest_saw(self, &c));
	EXPECT_EQ(VC_DUMP_AGAIN, seen(self, VC_RIP));
}

/* What the guest itself put into registers comes out. */
TEST_F_TIMEOUT(vcpu_context, get_thread_context__of_what_the_guest_did, 60)
{
	vm_thread_context_t c = some_context(5), now;

	ASSERT_EQ(0, vm_set_thread_context(self->v, c));
	ASSERT_TRUE(guest_dumps(self, VC_DUMP));
	ASSERT_EQ(0, guest_pause(self));
	ASSERT_EQ(0, vm_get_thread_context(self->v, &now));
	/* The code has it point to the slots, and the rest is not touched. */
	EXPECT_EQ(VC_SLOTS, now.rbp);
	EXPECT_EQ(c.rsi, now.rsi);
	EXPECT_EQ(c.rdi, now.rdi);
	EXPECT_EQ(0, memcmp(&now.r8, &c.r8, 8 * sizeof(now.r8)));
	EXPECT_EQ(VC_STACK_END, get_by_name(self->v, "rsp"));
}

/* The other vCPU goes on where it was. */
TEST_F_TIMEOUT(vcpu_context, set_thread_context__the_other_vcpu_goes_on, 60)
{
	uint64_t count;

	ASSERT_EQ(0, guest_run(self));
	ASSERT_TRUE(vcpu_guest_moves(&self->vg, VC_COUNT_OTHER, 0));
	ASSERT_EQ(0, guest_pause(self));
	count = vcpu_guest_word(&self->vg, VC_COUNT_OTHER);
	ASSERT_EQ(0, state_get(self->other, &self->other_before));
	ASSERT_EQ(0, vm_set_thread_context(self->v, some_context(6)));
	ASSERT_EQ(0, state_get(self->v, &self->before));
	EXPECT_TRUE(unchanged(self, NULL));
	EXPECT_EQ(count, vcpu_guest_word(&self->vg, VC_COUNT_OTHER));
	ASSERT_EQ(0, guest_run(self));
	EXPECT_TRUE(vcpu_guest_moves(&self->vg, VC_COUNT_OTHER, count));
}

/* Pause it while it is in Xen, which it entered by SYSCALL. */
static bool stopped_in_syscall(struct vcpu_context_fixture *self)
{
	vcpu_guest_context_any_t any;
	vcpu_guest_context_t *c = (void *)&any;
	unsigned int i;

	for (i = 0; i < 200; i++) {
		sleep_ms(5);
		if (guest_pause(self) ||
		    xc_vcpu_getcontext(self->vg.guest.xc, self->domid, 0, &any))
			return false;
		if (c->user_regs.entry_vector & TRAP_SYSCALL)
			return true;
		if (guest_run(self))
			return false;
	}
	return false;
}

/* RCX and R11, too, which SYSRET would lose. */
TEST_F_TIMEOUT(vcpu_context, set_thread_context__in_a_hypercall, 60)
{
	vm_thread_context_t c = some_context(7);

	if (variant->hvm)
		SKIP(return, "PV guests alone use SYSCALL");
	ASSERT_EQ(0, vm_set_vmcs_field(self->v, VMX_GUEST_RIP, VC_YIELD));
	ASSERT_EQ(0, guest_run(self));
	ASSERT_TRUE(stopped_in_syscall(self));
	ASSERT_EQ(0, vm_set_thread_context(self->v, c));
	ASSERT_TRUE(guest_dumps(self, VC_DUMP));
	EXPECT_TRUE(guest_saw(self, &c));
}
