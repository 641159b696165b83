// SPDX-License-Identifier: GPL-2.0-only
/*
 * IRQFD as a device model uses it: the operation is an MSI. It arrives in the
 * local APIC of the guest, and the guest's own handler runs.
 */

#define APIC_SVR	0xfee000f0U
#define APIC_EOI	0xfee000b0U
#define APIC_ISR	0x100
#define APIC_IRR	0x200
#define APIC_VECTORS	256

/* To the APIC with number 0, which is that of vCPU 0. */
#define MSI_ADDRESS	0xfee00000U

#define VECTOR		0x51
#define OTHER_VECTOR	0x93
/* Its handler ends the guest. */
#define END_VECTOR	0xa4
#define HANDLER_SIZE	64

/* Shared with the guest, so read anew after each call, as a doorbell is. */
struct counters {
	/* The APIC is on. */
	uint32_t ready;
	/* Interrupts may come; the guest waits for it. */
	uint32_t go;
	/* What the handlers count. */
	uint32_t taken[APIC_VECTORS];
};

struct interrupts {
	uint8_t *mem;
	uint8_t *code;
	struct counters *counters;
};

static void code_put(struct interrupts *in, const void *bytes, size_t nr)
{
	memcpy(in->code, bytes, nr);
	in->code += nr;
}

/* An operation that ends with the number it is given. */
#define CODE(in, number, ...) do {					\
	const uint8_t __op[] = { __VA_ARGS__ };				\
	struct interrupts *__in = (in);					\
	uint32_t __number = (number);					\
									\
	code_put(__in, __op, sizeof(__op));				\
	code_put(__in, &__number, sizeof(__number));			\
} while (0)

#define COUNTER(field)							\
	(DATA_FRAME * PG + offsetof(struct counters, field))

/* mov $value, %eax; mov %eax, address */
static void code_store(struct interrupts *in, uint32_t addr, uint32_t value)
{
	CODE(in, value, 0xb8);
	CODE(in, addr, 0xa3);
}

/* lock incl address */
static void code_count(struct interrupts *in, uint32_t addr)
{
	CODE(in, addr, 0xf0, 0xff, 0x05);
}

/* Turn the APIC on, say so, wait for the word, then sleep and be woken. */
static void code_main(struct interrupts *in)
{
	/* The end of 0: cmpl $0, go; then jne 1f; pause; jmp 0b */
	static const uint8_t wait[] = { 0, 0x75, 0x04, 0xf3, 0x90, 0xeb, 0xf3 };
	/* 1: sti; 2: hlt; jmp 2b */
	static const uint8_t idle[] = { 0xfb, 0xf4, 0xeb, 0xfd };

	code_store(in, APIC_SVR, 0x1ff);
	code_count(in, COUNTER(ready));
	CODE(in, COUNTER(go), 0x83, 0x3d);
	code_put(in, wait, sizeof(wait));
	code_put(in, idle, sizeof(idle));
}

/* push %eax; count it; EOI; pop %eax; iret */
static void code_handler(struct interrupts *in, unsigned int vector)
{
	static const uint8_t push = 0x50;
	static const uint8_t ret[] = { 0x58, 0xcf };

	code_put(in, &push, sizeof(push));
	code_count(in, COUNTER(taken[vector]));
	code_store(in, APIC_EOI, 0);
	code_put(in, ret, sizeof(ret));
}

/* Every vector has a handler, so a wrong one is counted too. */
static void code_all(struct interrupts *in)
{
	uint64_t *gdt = (void *)(in->mem + GDT_FRAME * PG);
	uint64_t *idt = (void *)(in->mem + IDT_FRAME * PG);
	uint32_t addr;
	unsigned int i;

	gdt[GUEST_CS / 8] = 0x00cf9b000000ffffULL;
	gdt[GUEST_DS / 8] = 0x00cf93000000ffffULL;
	for (i = 0; i < APIC_VECTORS; i++) {
		addr = HANDLERS_FRAME * PG + i * HANDLER_SIZE;
		/* A present 32-bit interrupt gate. */
		idt[i] = (uint64_t)(addr >> 16) << 48 | 0x8e00ULL << 32 |
			 GUEST_CS << 16 | (addr & 0xffff);
		in->code = in->mem + addr;
		if (i == END_VECTOR)
			code_put(in, code_cli_hlt, sizeof(code_cli_hlt));
		else
			code_handler(in, i);
	}
	in->code = in->mem + CODE_FRAME * PG;
	code_main(in);
}

/* Wait until a counter of the guest is there. */
static bool counter_reaches(const uint32_t *counter, uint32_t count)
{
	unsigned int ms;

	for (ms = 0; ms < SOON_MS && *counter < count; ms += 5)
		sleep_ms(5);
	return *counter == count;
}

/* A guest whose APIC is on, and that lets no interrupt in yet. */
static int interrupts_start(struct eventfd_fixture *self, struct interrupts *in)
{
	int err[FRAMES], ret;

	in->mem = fm_area(self->fd, FRAMES);
	if (!in->mem)
		return -ENOMEM;
	ret = fm_v2(self->fd, self->domid, in->mem, FRAMES, self->guest.frame,
		    err);
	if (ret)
		return ret;
	in->counters = (void *)(in->mem + DATA_FRAME * PG);
	memset(in->counters, 0, sizeof(*in->counters));
	code_all(in);
	ret = guest_start(self);
	if (ret)
		return ret;
	return counter_reaches(&in->counters->ready, 1) ? 0 : -ETIMEDOUT;
}

/* Let @efd inject @vector. */
static int msi_assign(struct eventfd_fixture *self, int efd,
		      unsigned int vector)
{
	memset(&self->op, 0, sizeof(self->op));
	self->op.op = XEN_DMOP_inject_msi;
	self->op.u.inject_msi.addr = MSI_ADDRESS;
	self->op.u.inject_msi.data = vector;
	return irqfd(self, self->fd, efd, 0);
}

/*
 * How many bits of such a register of the APIC of vCPU 0 are set; @vector gets
 * the highest. Xen stores eight words of 32 bits, 16 bytes apart.
 */
static int apic_bits(struct eventfd_fixture *self, unsigned int reg,
		     int *vector)
{
	struct hvm_hw_lapic_regs regs;
	int i, nr = 0;
	uint32_t word;

	*vector = -1;
	if (xc_domain_hvm_getcontext_partial(self->guest.xc, self->domid,
					     HVM_SAVE_CODE(LAPIC_REGS), 0,
					     &regs, sizeof(regs)))
		return -errno;
	for (i = 0; i < APIC_VECTORS; i++) {
		memcpy(&word, regs.data + reg + i / 32 * 16, sizeof(word));
		if (word >> i % 32 & 1) {
			*vector = i;
			nr++;
		}
	}
	return nr;
}

/* The vector that alone is requested; or -ETIMEDOUT, -E2BIG. */
static int apic_requested(struct eventfd_fixture *self)
{
	int nr = 0, vector;
	unsigned int ms;

	for (ms = 0; ms < SOON_MS && !nr; ms += 5) {
		nr = apic_bits(self, APIC_IRR, &vector);
		if (nr < 0)
			return nr;
		sleep_ms(5);
	}
	if (nr != 1)
		return nr ? -E2BIG : -ETIMEDOUT;
	return vector;
}

/* All interrupts that the guest took. */
static uint32_t taken(struct interrupts *in)
{
	uint32_t i, sum = 0;

	for (i = 0; i < APIC_VECTORS; i++)
		sum += in->counters->taken[i];
	return sum;
}

/* Seen from outside first, then by the guest. */
TEST_F_TIMEOUT(eventfd, irqfd__injects_an_interrupt, 60)
{
	struct interrupts in;
	int vector;

	ASSERT_EQ(0, interrupts_start(self, &in));
	ASSERT_EQ(0, msi_assign(self, self->efd, VECTOR));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(0, apic_bits(self, APIC_IRR, &vector));

	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_EQ(VECTOR, apic_requested(self));
	EXPECT_EQ(0, apic_bits(self, APIC_ISR, &vector));
	EXPECT_EQ(0u, taken(&in));

	in.counters->go = 1;
	EXPECT_TRUE(counter_reaches(&in.counters->taken[VECTOR], 1));
	EXPECT_EQ(0, apic_bits(self, APIC_IRR, &vector));

	/* Again, while the guest sleeps. */
	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_TRUE(counter_reaches(&in.counters->taken[VECTOR], 2));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(2u, taken(&in));
	EXPECT_EQ(0, apic_bits(self, APIC_ISR, &vector));
	EXPECT_EQ(-ENOENT, guest_shutdown(&self->guest));
}

/* Each eventfd has its vector, down to the one that ends the guest. */
TEST_F_TIMEOUT(eventfd, irqfd__injects_the_interrupt_of_the_eventfd, 60)
{
	int other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct interrupts in;

	ASSERT_EQ(0, interrupts_start(self, &in));
	in.counters->go = 1;
	ASSERT_EQ(0, msi_assign(self, self->efd, VECTOR));
	ASSERT_EQ(0, msi_assign(self, other, OTHER_VECTOR));
	ASSERT_EQ(0, msi_assign(self, end, END_VECTOR));
	ASSERT_EQ(0, signal_efd(other));
	EXPECT_TRUE(counter_reaches(&in.counters->taken[OTHER_VECTOR], 1));
	EXPECT_EQ(0u, in.counters->taken[VECTOR]);
	ASSERT_EQ(0, signal_efd(self->efd));
	EXPECT_TRUE(counter_reaches(&in.counters->taken[VECTOR], 1));
	ASSERT_EQ(0, DEASSIGN());
	ASSERT_EQ(0, signal_efd(self->efd));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(2u, taken(&in));
	ASSERT_EQ(0, signal_efd(end));
	EXPECT_TRUE(guest_ends(self));
	close(other);
	close(end);
}

/* 200 times, and none is lost when each waits for the one before. */
TEST_F_TIMEOUT(eventfd, irqfd__injects_many_interrupts, 100)
{
	struct interrupts in;
	uint64_t begin;
	uint32_t i;

	ASSERT_EQ(0, interrupts_start(self, &in));
	in.counters->go = 1;
	ASSERT_EQ(0, msi_assign(self, self->efd, VECTOR));
	begin = now_us();
	for (i = 1; i <= 200; i++) {
		ASSERT_EQ(0, signal_efd(self->efd));
		ASSERT_TRUE(counter_reaches(&in.counters->taken[VECTOR], i));
	}
	ksft_print_msg("one interrupt took %llu us, most of it our sleep\n",
		       (unsigned long long)(now_us() - begin) / 200);
	EXPECT_EQ(200u, taken(&in));
}
