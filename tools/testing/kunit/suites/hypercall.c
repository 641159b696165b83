// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypercall page and the C entries, register by register, for each machine:
 * PV (syscall), AMD (vmmcall) and Intel (vmcall). Their sources are assembled
 * three times over, with a gate in place of the instruction.
 */
#include <linux/mm.h>
#include <linux/string.h>

#include <asm/processor-flags.h>

#include "hypercall/hypercall.h"
#include "hypercall/selftest.h"
#include "suites/env.h"
#include "suites/machines.h"
#include "suites/suites.h"

#define SENTINEL(n)	(0x5e47000000000000UL | (n) * 0x010101010101UL)
#define RESULT		0xfedcba9876543210UL

struct machine {
	const char *name;
	enum fake_gate gate;
	const u8 *page;
	void (*probe_any)(struct probe *p);
	void (*probe_kernel)(struct probe *p);
	void (*probe_user)(struct probe *p);
};

const void *kunit_target;

#define MACHINE(m, is_gate)						\
	{ .name = #m, .gate = is_gate, .page = kunit_##m##_page,	\
	  .probe_any = kunit_##m##_probe_any,				\
	  .probe_kernel = kunit_##m##_probe_kernel,			\
	  .probe_user = kunit_##m##_probe_user }

static const struct machine machines[] = {
	MACHINE(pv, FAKE_GATE_SYSCALL),
	MACHINE(amd, FAKE_GATE_VMMCALL),
	MACHINE(intel, FAKE_GATE_VMCALL),
};

static void probe_init(struct probe *p)
{
	u64 *reg = (u64 *)p;
	unsigned int i;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < PROBE_RSP / sizeof(u64); i++)
		reg[i] = SENTINEL(i + 1);
}

/* What C is promised, and that access to user memory is closed. */
static void expect_intact(struct kunit *test, const struct machine *m,
			  const struct probe *after)
{
	struct probe before;

	probe_init(&before);
	KUNIT_EXPECT_EQ_MSG(test, after->rbx, before.rbx, "%s", m->name);
	KUNIT_EXPECT_EQ_MSG(test, after->rbp, before.rbp, "%s", m->name);
	KUNIT_EXPECT_EQ_MSG(test, after->r12, before.r12, "%s", m->name);
	KUNIT_EXPECT_EQ_MSG(test, after->r13, before.r13, "%s", m->name);
	KUNIT_EXPECT_EQ_MSG(test, after->r14, before.r14, "%s", m->name);
	KUNIT_EXPECT_EQ_MSG(test, after->r15, before.r15, "%s", m->name);
	KUNIT_EXPECT_EQ_MSG(test, after->stack, before.stack, "%s", m->name);
	KUNIT_EXPECT_EQ_MSG(test, after->rsp, 0, "%s", m->name);
	KUNIT_EXPECT_FALSE(test, after->flags & X86_EFLAGS_DF);
	KUNIT_EXPECT_EQ(test, xen_fake_ac, 0);
}

static void record(void)
{
	memset(&fake_transfer, 0, sizeof(fake_transfer));
	fake_transfer.only_record = true;
	fake_transfer.result = RESULT;
}

/* Each stub hands over what is in the registers, with its own number. */
TEST(hypercall_every_stub)
{
	const struct fake_regs *seen = &fake_transfer.regs;
	const struct machine *m;
	struct probe p, before;
	unsigned int nr;

	probe_init(&before);
	for (m = machines; m < machines + ARRAY_SIZE(machines); m++) {
		for (nr = 0; nr < XEN_HYPERCALL_SLOTS; nr++) {
			if (nr == __HYPERVISOR_iret)
				continue;
			record();
			probe_init(&p);
			kunit_target = m->page + nr * XEN_HYPERCALL_SLOT_SIZE;
			m->probe_any(&p);
			KUNIT_EXPECT_EQ_MSG(test, seen->rax, nr, "%s", m->name);
			KUNIT_EXPECT_EQ(test, seen->rdi, before.rdi);
			KUNIT_EXPECT_EQ(test, seen->rsi, before.rsi);
			KUNIT_EXPECT_EQ(test, seen->rdx, before.rdx);
			KUNIT_EXPECT_EQ(test, seen->r10, before.r10);
			KUNIT_EXPECT_EQ(test, seen->r8, before.r8);
			KUNIT_EXPECT_EQ(test, seen->r9, before.r9);
			KUNIT_EXPECT_EQ(test, fake_transfer.gate, m->gate);
			KUNIT_EXPECT_EQ(test, fake_transfer.count, 1);
			KUNIT_EXPECT_FALSE(test, fake_transfer.ac);
			KUNIT_EXPECT_EQ(test, p.rax, RESULT);
			expect_intact(test, m, &p);
		}
	}
}

/* It would not come back, so it is not called: ud2. */
TEST(hypercall_iret_traps)
{
	const struct machine *m;
	const u8 *stub;

	for (m = machines; m < machines + ARRAY_SIZE(machines); m++) {
		stub = m->page + __HYPERVISOR_iret * XEN_HYPERCALL_SLOT_SIZE;
		KUNIT_EXPECT_EQ(test, stub[0], 0x0f);
		KUNIT_EXPECT_EQ(test, stub[1], 0x0b);
	}
}

TEST(hypercall_page_layout)
{
	const struct machine *m;
	unsigned int nr, i;
	const u8 *stub;
	u32 imm;

	for (m = machines; m < machines + ARRAY_SIZE(machines); m++) {
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(m->page));
		for (nr = 0; nr < XEN_HYPERCALL_SLOTS; nr++) {
			stub = m->page + nr * XEN_HYPERCALL_SLOT_SIZE;
			if (nr == __HYPERVISOR_iret)
				continue;
			memcpy(&imm, stub + 1, sizeof(imm));
			KUNIT_EXPECT_EQ(test, stub[0], 0xb8);
			KUNIT_EXPECT_EQ(test, imm, nr);
			/* Room in front of the next for a call's accounting. */
			for (i = 16; i < XEN_HYPERCALL_SLOT_SIZE; i++)
				KUNIT_EXPECT_EQ(test, stub[i], 0x90);
		}
	}
}

static void expect_entry(struct kunit *test, const struct machine *m,
			 void (*call)(struct probe *p), bool user, u64 nr)
{
	const struct fake_regs *seen = &fake_transfer.regs;
	struct probe p, before;

	record();
	probe_init(&before);
	probe_init(&p);
	p.rdi = nr;
	call(&p);
	KUNIT_EXPECT_EQ_MSG(test, seen->rax, nr, "%s", m->name);
	KUNIT_EXPECT_EQ(test, seen->rdi, before.rsi);
	KUNIT_EXPECT_EQ(test, seen->rsi, before.rdx);
	KUNIT_EXPECT_EQ(test, seen->rdx, before.rcx);
	KUNIT_EXPECT_EQ(test, seen->r10, before.r8);
	KUNIT_EXPECT_EQ(test, seen->r8, before.r9);
	KUNIT_EXPECT_EQ(test, seen->r9, before.stack);
	KUNIT_EXPECT_EQ(test, fake_transfer.gate, m->gate);
	KUNIT_EXPECT_EQ(test, fake_transfer.count, 1);
	KUNIT_EXPECT_EQ(test, fake_transfer.ac, user);
	KUNIT_EXPECT_EQ(test, p.rax, RESULT);
	expect_intact(test, m, &p);
}

/* Six arguments, for the first and the last number and some between. */
TEST(hypercall_entries)
{
	static const u64 numbers[] = { 0, 1, 22, 24, 32, 127 };
	const struct machine *m;
	unsigned int i;

	for (m = machines; m < machines + ARRAY_SIZE(machines); m++) {
		for (i = 0; i < ARRAY_SIZE(numbers); i++) {
			expect_entry(test, m, m->probe_kernel, false, numbers[i]);
			expect_entry(test, m, m->probe_user, true, numbers[i]);
		}
	}
}

static void expect_refused(struct kunit *test, const struct machine *m,
			   void (*call)(struct probe *p), u64 nr)
{
	struct probe p;

	record();
	probe_init(&p);
	p.rdi = nr;
	call(&p);
	KUNIT_EXPECT_EQ_MSG(test, p.rax, (u64)-ENOSYS, "%s, %llx", m->name, nr);
	KUNIT_EXPECT_EQ(test, fake_transfer.count, 0);
	expect_intact(test, m, &p);
}

TEST(hypercall_numbers_that_are_none)
{
	static const u64 numbers[] = {
		__HYPERVISOR_iret, 128, 255, 1ULL << 31, 1ULL << 32,
		1ULL << 32 | __HYPERVISOR_xen_version, 1ULL << 63, U64_MAX,
	};
	const struct machine *m;
	unsigned int i;

	for (m = machines; m < machines + ARRAY_SIZE(machines); m++) {
		for (i = 0; i < ARRAY_SIZE(numbers); i++) {
			expect_refused(test, m, m->probe_kernel, numbers[i]);
			expect_refused(test, m, m->probe_user, numbers[i]);
		}
	}
}

/* What the drivers call, as the compiler has it. */
TEST(hypercall_from_c)
{
	const struct fake_regs *seen = &fake_transfer.regs;
	u64 ret;

	record();
	ret = xen_hypercall1(__HYPERVISOR_sched_op, SENTINEL(1));
	KUNIT_EXPECT_EQ(test, ret, RESULT);
	KUNIT_EXPECT_EQ(test, seen->rax, __HYPERVISOR_sched_op);
	KUNIT_EXPECT_EQ(test, seen->rdi, SENTINEL(1));

	record();
	ret = xen_hypercall2(__HYPERVISOR_memory_op, SENTINEL(1), SENTINEL(2));
	KUNIT_EXPECT_EQ(test, ret, RESULT);
	KUNIT_EXPECT_EQ(test, seen->rax, __HYPERVISOR_memory_op);
	KUNIT_EXPECT_EQ(test, seen->rdi, SENTINEL(1));
	KUNIT_EXPECT_EQ(test, seen->rsi, SENTINEL(2));

	record();
	ret = xen_hypercall3(__HYPERVISOR_grant_table_op, SENTINEL(1),
			     SENTINEL(2), SENTINEL(3));
	KUNIT_EXPECT_EQ(test, ret, RESULT);
	KUNIT_EXPECT_EQ(test, seen->rax, __HYPERVISOR_grant_table_op);
	KUNIT_EXPECT_EQ(test, seen->rdi, SENTINEL(1));
	KUNIT_EXPECT_EQ(test, seen->rsi, SENTINEL(2));
	KUNIT_EXPECT_EQ(test, seen->rdx, SENTINEL(3));

	record();
	ret = xen_hypercall4(__HYPERVISOR_mmu_update, SENTINEL(1), SENTINEL(2),
			     SENTINEL(3), SENTINEL(4));
	KUNIT_EXPECT_EQ(test, ret, RESULT);
	KUNIT_EXPECT_EQ(test, seen->rax, __HYPERVISOR_mmu_update);
	KUNIT_EXPECT_EQ(test, seen->rdi, SENTINEL(1));
	KUNIT_EXPECT_EQ(test, seen->rsi, SENTINEL(2));
	KUNIT_EXPECT_EQ(test, seen->rdx, SENTINEL(3));
	KUNIT_EXPECT_EQ(test, seen->r10, SENTINEL(4));

	record();
	ret = xen_hypercall_kernel(127, SENTINEL(1), SENTINEL(2), SENTINEL(3),
				   SENTINEL(4), SENTINEL(5), SENTINEL(6));
	KUNIT_EXPECT_EQ(test, ret, RESULT);
	KUNIT_EXPECT_EQ(test, seen->r10, SENTINEL(4));
	KUNIT_EXPECT_EQ(test, seen->r8, SENTINEL(5));
	KUNIT_EXPECT_EQ(test, seen->r9, SENTINEL(6));
	KUNIT_EXPECT_FALSE(test, fake_transfer.ac);

	record();
	ret = xen_hypercall_user(127, SENTINEL(1), SENTINEL(2), SENTINEL(3),
				 SENTINEL(4), SENTINEL(5), SENTINEL(6));
	KUNIT_EXPECT_EQ(test, ret, RESULT);
	KUNIT_EXPECT_EQ(test, seen->rdi, SENTINEL(1));
	KUNIT_EXPECT_EQ(test, seen->r9, SENTINEL(6));
	KUNIT_EXPECT_TRUE(test, fake_transfer.ac);
	KUNIT_EXPECT_EQ(test, xen_fake_ac, 0);
}

static struct kunit_case hypercall_cases[] = {
	KUNIT_CASE(hypercall_every_stub),
	KUNIT_CASE(hypercall_iret_traps),
	KUNIT_CASE(hypercall_page_layout),
	KUNIT_CASE(hypercall_entries),
	KUNIT_CASE(hypercall_numbers_that_are_none),
	KUNIT_CASE(hypercall_from_c),
	{}
};

ENV_SUITE(hypercall, hypercall_cases);
