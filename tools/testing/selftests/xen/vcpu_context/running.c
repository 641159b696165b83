// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains that run, are paused by this one or that, sleep, or are down.
 */

static bool is_busy(vm_vcpu_t *v)
{
	vm_thread_context_t c = some_context(8);
	uint64_t value;

	return vm_get_thread_context(v, &c) == -1 && errno == EBUSY &&
	       vm_set_thread_context(v, c) == -1 && errno == EBUSY &&
	       vm_get_vmcs_field(v, VMX_GUEST_RIP, &value) == -1 &&
	       errno == EBUSY &&
	       vm_set_vmcs_field(v, VMX_GUEST_RIP, VC_SPIN) == -1 &&
	       errno == EBUSY &&
	       vm_get_vmcs_field(v, VMX_GUEST_ACTIVITY, &value) == -1 &&
	       errno == EBUSY;
}

static bool guest_counts(struct vcpu_context_fixture *self)
{
	return vcpu_guest_moves(&self->vg, VC_COUNT,
				vcpu_guest_word(&self->vg, VC_COUNT));
}

static bool guest_stands(struct vcpu_context_fixture *self)
{
	uint64_t count = vcpu_guest_word(&self->vg, VC_COUNT);

	sleep_ms(QUIET_MS);
	return vcpu_guest_word(&self->vg, VC_COUNT) == count;
}

TEST_F_TIMEOUT(vcpu_context, any__of_a_running_domain_is_busy, 60)
{
	struct vm_vcpu_info info;

	ASSERT_EQ(0, guest_run(self));
	EXPECT_TRUE(guest_counts(self));
	EXPECT_TRUE(is_busy(self->v));
	ASSERT_EQ(0, vm_vcpu_info(self->v, &info));
	EXPECT_FALSE(info.paused);
	EXPECT_TRUE(info.online);
	EXPECT_TRUE(guest_counts(self));
}

TEST_F_TIMEOUT(vcpu_context, pause__and_resume, 60)
{
	struct vm_vcpu_info info;

	ASSERT_EQ(0, guest_run(self));
	EXPECT_TRUE(guest_counts(self));
	ASSERT_EQ(0, vm_vcpu_pause(self->v));
	EXPECT_TRUE(guest_stands(self));
	ASSERT_EQ(0, vm_vcpu_info(self->v, &info));
	EXPECT_TRUE(info.paused);
	EXPECT_FALSE(info.running);
	EXPECT_EQ(variant->hvm, info.hvm);
	EXPECT_EQ(64, info.width);
	EXPECT_EQ(2u, info.vcpus);
	EXPECT_EQ(0, set_by_name(self->v, "r12", 12));
	/* By whoever it was paused, all of its vCPUs stand. */
	EXPECT_EQ(0, set_by_name(self->other, "r12", 12));
	ASSERT_EQ(0, vm_vcpu_pause(self->v));
	ASSERT_EQ(0, vm_vcpu_resume(self->v));
	EXPECT_TRUE(guest_stands(self));
	ASSERT_EQ(0, vm_vcpu_resume(self->v));
	EXPECT_TRUE(guest_counts(self));
	EXPECT_TRUE(is_busy(self->v));
	EXPECT_EQ(-1, vm_vcpu_resume(self->v));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(guest_counts(self));
}

TEST_F_TIMEOUT(vcpu_context, close__takes_back_pauses, 60)
{
	vm_vcpu_t *v = vm_vcpu_open(self->domid, 0);

	ASSERT_NE(NULL, v);
	ASSERT_EQ(0, guest_run(self));
	ASSERT_EQ(0, vm_vcpu_pause(v));
	ASSERT_EQ(0, vm_vcpu_pause(v));
	EXPECT_TRUE(guest_stands(self));
	ASSERT_EQ(0, vm_vcpu_close(v));
	EXPECT_TRUE(guest_counts(self));
}

/* Who has not paused it cannot resume it, and setting leaves no pause. */
TEST_F_TIMEOUT(vcpu_context, resume__of_what_others_paused, 60)
{
	EXPECT_EQ(-1, vm_vcpu_resume(self->v));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, set_by_name(self->v, "r12", 12));
	EXPECT_TRUE(guest_stands(self));
	ASSERT_EQ(0, guest_run(self));
	EXPECT_TRUE(guest_counts(self));
}

struct visit {
	int calls;
	int ret;
	bool paused;
};

static int visitor(vm_vcpu_t *v, void *arg)
{
	struct visit *visit = arg;
	struct vm_vcpu_info info;

	visit->calls++;
	visit->paused = !vm_vcpu_info(v, &info) && info.paused &&
			!set_by_name(v, "r13", 13);
	errno = EXDEV;
	return visit->ret;
}

TEST_F_TIMEOUT(vcpu_context, while_paused__calls_the_function, 60)
{
	struct visit visit = { .ret = 17 };

	ASSERT_EQ(0, guest_run(self));
	EXPECT_EQ(17, vm_vcpu_while_paused(self->v, visitor, &visit));
	EXPECT_EQ(1, visit.calls);
	EXPECT_TRUE(visit.paused);
	EXPECT_TRUE(guest_counts(self));
	visit.ret = -1;
	EXPECT_EQ(-1, vm_vcpu_while_paused(self->v, visitor, &visit));
	EXPECT_EQ(EXDEV, errno);
	EXPECT_EQ(2, visit.calls);
	EXPECT_TRUE(is_busy(self->v));
	EXPECT_EQ(-1, vm_vcpu_while_paused(self->v, NULL, NULL));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, vm_vcpu_while_paused(NULL, visitor, &visit));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(2, visit.calls);
	EXPECT_TRUE(guest_counts(self));
}

/* Xen counts to 255, and this test has paused it once before. */
TEST_F_TIMEOUT(vcpu_context, pause__too_often, 60)
{
	int i;

	for (i = 0; i < 254; i++)
		ASSERT_EQ(0, vm_vcpu_pause(self->v));
	EXPECT_EQ(-1, vm_vcpu_pause(self->v));
	EXPECT_EQ(EOVERFLOW, errno);
	/* A setter needs one, too. */
	EXPECT_EQ(-EOVERFLOW, set_by_name(self->v, "rbx", 1));
	EXPECT_TRUE(unchanged(self, NULL));
	ASSERT_EQ(0, vm_vcpu_resume(self->v));
	EXPECT_EQ(0, set_by_name(self->v, "rbx", 1));
	EXPECT_TRUE(unchanged(self, "rbx"));
}

/* Somebody looks at what is left of it. */
TEST_F_TIMEOUT(vcpu_context, any__of_a_domain_that_has_shut_down, 60)
{
	struct vm_vcpu_info info;

	ASSERT_EQ(0, guest_run(self));
	EXPECT_TRUE(guest_counts(self));
	ASSERT_EQ(0, xc_domain_shutdown(self->vg.guest.xc, self->domid,
					SHUTDOWN_crash));
	EXPECT_EQ(SHUTDOWN_crash, guest_shutdown(&self->vg.guest));
	ASSERT_EQ(0, vm_vcpu_info(self->v, &info));
	EXPECT_TRUE(info.shutdown);
	EXPECT_FALSE(info.paused);
	EXPECT_EQ(VC_SPIN, get_by_name(self->v, "rip") & ~0xfULL);
	EXPECT_EQ(0, set_by_name(self->v, "rbx", 17));
	EXPECT_EQ(17u, get_by_name(self->v, "rbx"));
}

/* hlt; jmp to it, or the same by a hypercall: SCHEDOP_block */
static const uint8_t code_sleep_hvm[] = { 0xf4, 0xeb, 0xfd };
static const uint8_t code_sleep_pv[] = {
	0xb8, 29, 0, 0, 0, 0xbf, 1, 0, 0, 0, 0x31, 0xf6, 0x0f, 0x05, 0xeb, 0xf0,
};

static void put_sleep(struct vcpu_context_fixture *self)
{
	void *to = vcpu_guest_at(&self->vg, VC_SEGMENTS);

	if (self->vg.guest.hvm)
		memcpy(to, code_sleep_hvm, sizeof(code_sleep_hvm));
	else
		memcpy(to, code_sleep_pv, sizeof(code_sleep_pv));
}

static bool state_becomes(vm_vcpu_t *v, bool blocked, bool online)
{
	struct vm_vcpu_info info;
	unsigned int ms;

	for (ms = 0; ms < SOON_MS; ms += 5) {
		if (vm_vcpu_info(v, &info))
			return false;
		if (info.blocked == blocked && info.online == online)
			return true;
		sleep_ms(5);
	}
	return false;
}

TEST_F_TIMEOUT(vcpu_context, activity__of_a_vcpu_that_sleeps, 60)
{
	put_sleep(self);
	EXPECT_EQ(VM_ACTIVITY_ACTIVE, get_by_name(self->v, "activity"));
	ASSERT_EQ(0, set_by_name(self->v, "rip", VC_SEGMENTS));
	ASSERT_EQ(0, set_by_name(self->v, "rflags", 0x202));
	ASSERT_EQ(0, guest_run(self));
	ASSERT_TRUE(state_becomes(self->v, true, true));
	EXPECT_TRUE(is_busy(self->v));
	ASSERT_EQ(0, guest_pause(self));
	EXPECT_EQ(VM_ACTIVITY_HLT, get_by_name(self->v, "activity"));
	EXPECT_EQ(VM_ACTIVITY_ACTIVE, get_by_name(self->other, "activity"));
	EXPECT_EQ(-1, vm_set_vmcs_field(self->v, VMX_GUEST_ACTIVITY, 0));
	EXPECT_EQ(ENOTSUP, errno);
	/* It can be touched, and sleeps on. */
	EXPECT_EQ(0, set_by_name(self->v, "rbx", 17));
	EXPECT_EQ(VM_ACTIVITY_HLT, get_by_name(self->v, "activity"));
}

/* With interrupts off HLT is the end of an HVM vCPU. */
TEST_F_TIMEOUT(vcpu_context, any__of_a_vcpu_that_went_offline, 60)
{
	uint64_t value;

	if (!variant->hvm)
		SKIP(return, "a PV vCPU has a context when it is offline, too");
	put_sleep(self);
	ASSERT_EQ(0, set_by_name(self->v, "rip", VC_SEGMENTS));
	ASSERT_EQ(0, guest_run(self));
	ASSERT_TRUE(state_becomes(self->v, false, false));
	ASSERT_EQ(0, guest_pause(self));
	EXPECT_EQ(VM_ACTIVITY_WAIT_FOR_SIPI, get_by_name(self->v, "activity"));
	EXPECT_EQ(-1, vm_get_thread_context_reg(self->v, 0, &value));
	EXPECT_EQ(ENODATA, errno);
	EXPECT_EQ(-1, vm_set_thread_context_reg(self->v, 0, 1));
	EXPECT_EQ(ENODATA, errno);
	/* To set the other leaves this one where it is. */
	EXPECT_EQ(0, set_by_name(self->other, "rcx", 17));
	EXPECT_EQ(VM_ACTIVITY_WAIT_FOR_SIPI, get_by_name(self->v, "activity"));
	EXPECT_EQ(17u, get_by_name(self->other, "rcx"));
}
