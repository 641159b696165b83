// SPDX-License-Identifier: GPL-2.0-only
/*
 * A few instructions of ours that run in the guest: where they lie, how they
 * start, and how they end.
 */

#define CODE_FRAME	1
#define DATA_FRAME	2
#define GDT_FRAME	3
#define IDT_FRAME	4
#define STACK_END_FRAME	6
/* As many as it takes. */
#define HANDLERS_FRAME	8

/* What vCPU 0 has loaded already. To load it anew it needs the tables. */
#define GUEST_CS	8
#define GUEST_DS	16
#define GDT_SIZE	(3 * 8)
#define IDT_SIZE	(256 * 8)

/* cli; hlt: with interrupts off that is the end of a vCPU. */
static const uint8_t code_cli_hlt[] = { 0xfa, 0xf4 };

/*
 * vCPU 0 in flat 32-bit mode, at the code, with interrupts off. The other one
 * stays down.
 */
static int guest_start(struct eventfd_fixture *self)
{
	struct {
		struct hvm_save_descriptor header_d;
		struct hvm_save_header header;
		struct hvm_save_descriptor cpu_d;
		struct hvm_hw_cpu cpu;
		struct hvm_save_descriptor end_d;
		struct hvm_save_end end;
	} *c;
	struct guest *g = &self->guest;
	uint8_t *full;
	int size, ret;

	size = xc_domain_hvm_getcontext(g->xc, g->domid, NULL, 0);
	if (size <= 0)
		return -EIO;
	full = calloc(1, size);
	c = calloc(1, sizeof(*c));
	if (!full || !c ||
	    xc_domain_hvm_getcontext(g->xc, g->domid, full, size) < 0)
		return -EIO;
	memcpy(c, full, sizeof(c->header_d) + sizeof(c->header));
	c->cpu_d.typecode = HVM_SAVE_CODE(CPU);
	c->cpu_d.length = HVM_SAVE_LENGTH(CPU);
	c->cpu.cs_sel = GUEST_CS;
	c->cpu.ds_sel = GUEST_DS;
	c->cpu.es_sel = GUEST_DS;
	c->cpu.ss_sel = GUEST_DS;
	c->cpu.cs_limit = ~0U;
	c->cpu.ds_limit = ~0U;
	c->cpu.es_limit = ~0U;
	c->cpu.ss_limit = ~0U;
	c->cpu.tr_limit = 0x67;
	c->cpu.cs_arbytes = 0xc9b;
	c->cpu.ds_arbytes = 0xc93;
	c->cpu.es_arbytes = 0xc93;
	c->cpu.ss_arbytes = 0xc93;
	c->cpu.tr_arbytes = 0x8b;
	c->cpu.gdtr_base = GDT_FRAME * PG;
	c->cpu.gdtr_limit = GDT_SIZE - 1;
	c->cpu.idtr_base = IDT_FRAME * PG;
	c->cpu.idtr_limit = IDT_SIZE - 1;
	/* PE and ET. */
	c->cpu.cr0 = 0x11;
	c->cpu.dr6 = 0xffff0ff0;
	c->cpu.dr7 = 0x400;
	c->cpu.rflags = 2;
	c->cpu.rip = CODE_FRAME * PG;
	c->cpu.rsp = STACK_END_FRAME * PG;
	c->end_d.typecode = HVM_SAVE_CODE(END);
	c->end_d.length = HVM_SAVE_LENGTH(END);
	ret = xc_domain_hvm_setcontext(g->xc, g->domid, (uint8_t *)c,
				       sizeof(*c));
	free(full);
	free(c);
	if (ret || xc_domain_unpause(g->xc, g->domid))
		return -errno;
	return 0;
}

static bool guest_ends(struct eventfd_fixture *self)
{
	unsigned int ms;

	for (ms = 0; ms < SOON_MS; ms += 5) {
		if (guest_shutdown(&self->guest) == SHUTDOWN_poweroff)
			return true;
		sleep_ms(5);
	}
	return false;
}
