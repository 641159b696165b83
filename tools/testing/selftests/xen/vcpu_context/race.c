// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several who set, and a domain that dies meanwhile.
 */

#define RACE_ROUNDS	20

struct racer {
	uint32_t domid;
	unsigned int vcpu;
	unsigned int reg;
};

/* What it has set stays, whatever the others set. */
static int child_races(void *arg)
{
	struct racer *r = arg;
	uint64_t i, value;
	vm_vcpu_t *v;

	v = vm_vcpu_open(r->domid, r->vcpu);
	if (!v)
		return 1;
	for (i = 0; i < RACE_ROUNDS; i++) {
		if (vm_set_thread_context_reg(v, r->reg, i << 8 | r->reg))
			return 2;
		if (vm_get_thread_context_reg(v, r->reg, &value))
			return 3;
		if (value != (i << 8 | r->reg))
			return 4;
	}
	return vm_vcpu_close(v) ? 5 : 0;
}

TEST_F_TIMEOUT(vcpu_context, set__by_four_processes, 120)
{
	struct racer r[] = {
		{ self->domid, 0, VCPU_CONTEXT_RBX },
		{ self->domid, 0, VCPU_CONTEXT_RCX },
		{ self->domid, 0, VCPU_CONTEXT_RDX },
		{ self->domid, 1, VCPU_CONTEXT_RSI },
	};
	pid_t pid[ARRAY_SIZE(r)];
	unsigned int i;
	uint64_t value;

	for (i = 0; i < ARRAY_SIZE(r); i++) {
		pid[i] = child_start(child_races, &r[i]);
		ASSERT_LT(0, pid[i]);
	}
	for (i = 0; i < ARRAY_SIZE(r); i++)
		EXPECT_EQ(0, child_wait(pid[i], 6 * SOON_MS));
	for (i = 0; i < ARRAY_SIZE(r); i++) {
		vm_vcpu_t *v = r[i].vcpu ? self->other : self->v;

		ASSERT_EQ(0, vm_get_thread_context_reg(v, r[i].reg, &value));
		EXPECT_EQ((RACE_ROUNDS - 1) << 8 | r[i].reg, value);
	}
}

static int child_destroys(void *arg)
{
	struct vcpu_context_fixture *self = arg;
	xc_interface *xc = xc_interface_open(NULL, NULL, 0);

	sleep_ms(50);
	return !xc || xc_domain_destroy(xc, self->domid);
}

TEST_F_TIMEOUT(vcpu_context, set__while_the_domain_dies, 60)
{
	uint64_t end = now_us() + SOON_MS * 1000ULL;
	pid_t pid = child_start(child_destroys, self);
	uint64_t i, done = 0;
	int ret;

	ASSERT_LT(0, pid);
	for (i = 0, ret = 0; !ret && now_us() < end; i++) {
		ret = vm_set_thread_context(self->v, some_context(i));
		done += !ret;
		if (!ret)
			ret = get_by_name(self->v, "rbx") == ~0ULL ? -1 : 0;
	}
	EXPECT_EQ(-1, ret);
	EXPECT_EQ(ESRCH, errno);
	ksft_print_msg("set %llu times\n", (unsigned long long)done);
	EXPECT_EQ(0, child_wait(pid, SOON_MS));
	EXPECT_TRUE(all_fail(self->v, ESRCH));
	self->vg.guest.exists = false;
}
