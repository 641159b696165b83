// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each hypercall of each call fails once; and Xen has other versions.
 */

#include "xencall_hook.h"

/* One that neither Xen nor the library has use for. */
#define FAULT		ENOTUNIQ

static void hook(unsigned int fail_at, bool late)
{
	xencall_hook.calls = 0;
	xencall_hook.fail_at = fail_at;
	xencall_hook.fail_errno = FAULT;
	xencall_hook.fail_late = late;
	xencall_hook.on = true;
}

/* Did the fault come? */
static bool unhook(void)
{
	xencall_hook.on = false;
	return xencall_hook.calls >= xencall_hook.fail_at;
}

static int call_get(vm_vcpu_t *v)
{
	uint64_t value;

	return vm_get_thread_context_reg(v, VCPU_CONTEXT_RBX, &value);
}

static int call_get_field(vm_vcpu_t *v)
{
	struct vm_vcpu_value values[] = {
		{ true, VMX_GUEST_RIP, 0 },
		{ true, VMX_GUEST_ACTIVITY, 0 },
		{ true, VMX_GUEST_PAT, 0 },
	};
	struct vm_vcpu_info info;

	if (vm_vcpu_info(v, &info))
		return -1;
	return vm_vcpu_get_values(v, values, info.hvm ? 3 : 2);
}

static int call_open(vm_vcpu_t *v)
{
	struct vcpu_context_fixture *self = (void *)v;
	vm_vcpu_t *other = vm_vcpu_open(self->domid, 0);

	return other ? vm_vcpu_close(other) : -1;
}

/* Fails at the first, second, ... hypercall. Returns how many there were. */
static int sweep(struct vcpu_context_fixture *self, int (*call)(vm_vcpu_t *v),
		 vm_vcpu_t *v)
{
	unsigned int n;
	int ret;

	for (n = 1; n < 50; n++) {
		hook(n, false);
		ret = call(v);
		if (!unhook())
			return ret ? -1 : (int)n - 1;
		if (ret != -1 || errno != FAULT) {
			ksft_print_msg("hypercall %u: %d, errno %d\n", n, ret,
				       errno);
			return -1;
		}
		if (!unchanged(self, NULL))
			return -1;
	}
	return -1;
}

TEST_F_TIMEOUT(vcpu_context, get__each_hypercall_fails, 60)
{
	EXPECT_EQ(2, sweep(self, call_get, self->v));
	EXPECT_LE(4, sweep(self, call_get_field, self->v));
	EXPECT_LE(2, sweep(self, call_open, (void *)self));
}

/*
 * At the last the value is set, and what remains is a pause. Whether Xen did
 * before the error what it was told to, is all the same.
 */
static int sweep_set(struct vcpu_context_fixture *self, bool late)
{
	unsigned int n;
	int ret;

	for (n = 1; n < 50; n++) {
		hook(n, late);
		ret = vm_set_thread_context_reg(self->v, VCPU_CONTEXT_RBX, 17);
		if (!unhook())
			return -1;
		if (!ret) {
			if (!late && guest_run(self))
				return -1;
			break;
		}
		if (errno != FAULT || !unchanged(self, NULL)) {
			ksft_print_msg("hypercall %u: errno %d\n", n, errno);
			return -1;
		}
		/* The pause was made, though it was said that it was not. */
		if (late && n == 2 && guest_run(self))
			return -1;
	}
	return unchanged(self, "rbx") ? (int)n : -1;
}

TEST_F_TIMEOUT(vcpu_context, set__each_hypercall_fails, 240)
{
	EXPECT_LE(7, sweep_set(self, false));
	ASSERT_EQ(0, set_by_name(self->v, "rbx", value_before(self, "rbx")));
	EXPECT_LE(7, sweep_set(self, true));
	/* All pauses are gone. */
	ASSERT_EQ(0, guest_run(self));
	EXPECT_TRUE(guest_counts(self));
}

/* 4.17, 4.18, 4.19 to 4.21, and later ones that answer alike. */
TEST_F_TIMEOUT(vcpu_context, open__each_version, 60)
{
	uint32_t version;
	uint64_t value;
	vm_vcpu_t *v;

	for (version = 0x15; version <= 0x1f; version++) {
		hook(0, false);
		xencall_hook.version = version;
		v = vm_vcpu_open(self->domid, 0);
		EXPECT_NE(NULL, v);
		if (v) {
			EXPECT_EQ(0, vm_set_thread_context_reg(v, 1, version));
			EXPECT_EQ(0, vm_get_thread_context_reg(v, 1, &value));
			EXPECT_EQ(version, value);
			EXPECT_EQ(0, vm_vcpu_close(v));
		}
		xencall_hook.on = false;
		xencall_hook.version = 0;
	}
	EXPECT_TRUE(unchanged(self, "rbx"));
}

TEST_F(vcpu_context, open__unknown_version)
{
	static const uint32_t unknown[] = { 0x14, 0x20, ~0U };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		hook(0, false);
		xencall_hook.version = unknown[i];
		NO_VCPU(EPROTONOSUPPORT, self->domid, 0);
		xencall_hook.on = false;
		xencall_hook.version = 0;
	}
}
