// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that runs the code of lib/vcpu_code.S.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xenctrl.h>

#include <xen/hvm/save.h>

#include "clock.h"
#include "fmap.h"
#include "hcall.h"
#include "vcpu_guest.h"

#define TABLES		4

/* Of Xen's own table, for the kernel of a 32-bit guest. */
#define RING1_CS	0xe019
#define RING1_DS	0xe021

#define L1_FRAME	3

/* Present; user, accessed, dirty as well; and writable. */
#define ENTRY_PRESENT	0x01UL
#define ENTRY_RO	0x65UL
#define ENTRY_RW	0x67UL

/*
 * Three levels. The first has nothing but present bits, and in its last part a
 * table of its own, where Xen keeps its mappings.
 */
static void fill_tables_narrow(struct vcpu_guest *vg, uint8_t *mem)
{
	const xen_pfn_t *frame = vg->guest.frame;
	uint64_t *table = (uint64_t *)mem;

	table[0] = frame[1] << 12 | ENTRY_PRESENT;
	table[3] = frame[2] << 12 | ENTRY_PRESENT;
	table = (uint64_t *)(mem + PG);
	table[0] = frame[L1_FRAME] << 12 | ENTRY_RW;
}

/*
 * What all kinds of guests need: each table points to the next, and all lie
 * at the address that is their frame's number, tables as Xen wants them.
 */
static void fill_tables(struct vcpu_guest *vg, uint8_t *mem)
{
	const xen_pfn_t *frame = vg->guest.frame;
	uint64_t *table;
	unsigned int i;

	if (vg->guest.narrow)
		fill_tables_narrow(vg, mem);
	for (i = 0; i < L1_FRAME && !vg->guest.narrow; i++) {
		table = (uint64_t *)(mem + i * PG);
		table[0] = frame[i + 1] << 12 | ENTRY_RW;
	}
	table = (uint64_t *)(mem + L1_FRAME * PG);
	for (i = 0; i < VC_FRAMES; i++)
		table[i] = frame[i] << 12 | (i < TABLES ? ENTRY_RO : ENTRY_RW);
}

static uint8_t *map_frames(struct vcpu_guest *vg, unsigned int first,
			   unsigned int nr)
{
	int err[VC_FRAMES];
	uint8_t *mem = fm_area(vg->fd, nr);

	if (!mem)
		return NULL;
	if (fm_v2(vg->fd, vg->guest.domid, mem, nr, vg->guest.frame + first,
		  err)) {
		fm_unmap(mem, nr);
		return NULL;
	}
	return mem;
}

static int fill_memory(struct vcpu_guest *vg)
{
	/* Nothing that is mapped writable can become a page table of PV. */
	uint8_t *mem = map_frames(vg, 0, TABLES);

	if (!mem)
		return -ENOMEM;
	memset(mem, 0, TABLES * PG);
	fill_tables(vg, mem);
	vg->mem = map_frames(vg, TABLES, VC_FRAMES - TABLES);
	if (vg->mem) {
		memset(vg->mem, 0, (VC_FRAMES - TABLES) * PG);
		memcpy(vg->mem, vcpu_code, vcpu_code_end - vcpu_code);
		memcpy(vcpu_guest_at(vg, VC_OTHER_L4), mem, PG);
		*(uint64_t *)vcpu_guest_at(vg, VC_HVM) = vg->guest.hvm;
	}
	fm_unmap(mem, TABLES);
	return vg->mem ? 0 : -ENOMEM;
}

static uint64_t entry_of(unsigned int vcpu)
{
	return vcpu ? VC_SPIN_OTHER : VC_SPIN;
}

static int start_pv(struct vcpu_guest *vg, unsigned int vcpu)
{
	vcpu_guest_context_any_t *any = calloc(1, sizeof(*any));
	vcpu_guest_context_t *c;
	int ret;

	if (!any)
		return -ENOMEM;
	c = (void *)any;
	c->flags = VGCF_in_kernel | VGCF_online;
	c->user_regs.rip = entry_of(vcpu);
	c->user_regs.rsp = VC_STACK_END;
	c->user_regs.rflags = 0x202;
	c->user_regs.cs = FLAT_KERNEL_CS;
	c->user_regs.ss = FLAT_KERNEL_SS;
	c->kernel_ss = FLAT_KERNEL_SS;
	c->kernel_sp = VC_STACK_END;
	c->ctrlreg[3] = vg->guest.frame[0] << 12;
	ret = xc_vcpu_setcontext(vg->guest.xc, vg->guest.domid, vcpu, any);
	free(any);
	return ret ? -errno : 0;
}

static int start_narrow(struct vcpu_guest *vg)
{
	vcpu_guest_context_any_t *any = calloc(1, sizeof(*any));
	uint32_t frame = vg->guest.frame[0];
	int ret;

	if (!any)
		return -ENOMEM;
	any->x32.flags = VGCF_in_kernel | VGCF_online;
	any->x32.user_regs.eip = VC_SPIN_32;
	any->x32.user_regs.esp = VC_STACK_END;
	any->x32.user_regs.eflags = 0x202;
	any->x32.user_regs.cs = RING1_CS;
	any->x32.user_regs.ss = RING1_DS;
	any->x32.user_regs.ds = RING1_DS;
	any->x32.user_regs.es = RING1_DS;
	any->x32.kernel_ss = RING1_DS;
	any->x32.kernel_sp = VC_STACK_END;
	any->x32.ctrlreg[3] = frame << 12 | frame >> 20;
	ret = xc_vcpu_setcontext(vg->guest.xc, vg->guest.domid, 0, any);
	free(any);
	return ret ? -errno : 0;
}

static void cpu_record(struct hvm_hw_cpu *cpu, unsigned int vcpu)
{
	cpu->cs_sel = 8;
	cpu->ds_sel = 16;
	cpu->es_sel = 16;
	cpu->ss_sel = 16;
	cpu->cs_limit = ~0U;
	cpu->ds_limit = ~0U;
	cpu->es_limit = ~0U;
	cpu->ss_limit = ~0U;
	cpu->tr_limit = 0x67;
	cpu->cs_arbytes = 0xa9b;
	cpu->ds_arbytes = 0xc93;
	cpu->es_arbytes = 0xc93;
	cpu->ss_arbytes = 0xc93;
	cpu->tr_arbytes = 0x8b;
	/* PE, ET, NE, WP, PG; PAE; LME and LMA. */
	cpu->cr0 = 0x80010031;
	cpu->cr4 = 0x20;
	cpu->msr_efer = 0x500;
	cpu->dr6 = 0xffff0ff0;
	cpu->dr7 = 0x400;
	cpu->rflags = 2;
	cpu->rip = entry_of(vcpu);
	cpu->rsp = VC_STACK_END;
}

struct hvm_image {
	struct hvm_save_descriptor header_d;
	struct hvm_save_header header;
	struct {
		struct hvm_save_descriptor d;
		struct hvm_hw_cpu cpu;
	} vcpu[GUEST_VCPUS + 1];
};

static int start_hvm(struct vcpu_guest *vg, unsigned int vcpus)
{
	struct guest *g = &vg->guest;
	struct hvm_image *c;
	uint8_t *full;
	unsigned int i;
	int size, ret;

	size = xc_domain_hvm_getcontext(g->xc, g->domid, NULL, 0);
	if (size <= 0)
		return -EIO;
	full = calloc(1, size);
	c = calloc(1, sizeof(*c));
	ret = full && c ? 0 : -ENOMEM;
	if (!ret && xc_domain_hvm_getcontext(g->xc, g->domid, full, size) < 0)
		ret = -errno;
	if (!ret) {
		memcpy(c, full, sizeof(c->header_d) + sizeof(c->header));
		for (i = 0; i < vcpus; i++) {
			c->vcpu[i].d.typecode = HVM_SAVE_CODE(CPU);
			c->vcpu[i].d.instance = i;
			c->vcpu[i].d.length = HVM_SAVE_LENGTH(CPU);
			cpu_record(&c->vcpu[i].cpu, i);
		}
		/* The end marker is all zeroes. */
		ret = xc_domain_hvm_setcontext(g->xc, g->domid, (uint8_t *)c,
					       sizeof(*c)) ? -errno : 0;
	}
	free(full);
	free(c);
	return ret;
}

static int start(struct vcpu_guest *vg, unsigned int vcpus)
{
	unsigned int i;
	int ret = 0;

	if (vg->guest.hvm)
		return start_hvm(vg, vcpus);
	for (i = 0; !ret && i < vcpus; i++)
		ret = start_pv(vg, i);
	return ret;
}

int vcpu_guest_create(struct vcpu_guest *vg, bool hvm, unsigned int vcpus,
		      bool add)
{
	int ret;

	memset(vg, 0, sizeof(*vg));
	vg->fd = privcmd_open();
	if (vg->fd < 0)
		return vg->fd;
	ret = add ? guest_add(&vg->guest, hvm, VC_FRAMES)
		  : guest_create(&vg->guest, hvm, VC_FRAMES);
	if (!ret)
		ret = fill_memory(vg);
	if (!ret)
		ret = start(vg, vcpus);
	if (ret)
		vcpu_guest_free(vg);
	return ret;
}

int vcpu_guest_create_narrow(struct vcpu_guest *vg)
{
	int ret;

	memset(vg, 0, sizeof(*vg));
	vg->fd = privcmd_open();
	if (vg->fd < 0)
		return vg->fd;
	ret = guest_create_narrow(&vg->guest, VC_FRAMES);
	if (!ret)
		ret = fill_memory(vg);
	if (!ret)
		ret = start_narrow(vg);
	if (ret)
		vcpu_guest_free(vg);
	return ret;
}

void vcpu_guest_unmap(struct vcpu_guest *vg)
{
	if (vg->mem)
		fm_unmap(vg->mem, VC_FRAMES - TABLES);
	vg->mem = NULL;
}

int vcpu_guest_remap(struct vcpu_guest *vg)
{
	vcpu_guest_unmap(vg);
	vg->mem = map_frames(vg, TABLES, VC_FRAMES - TABLES);
	return vg->mem ? 0 : -ENOMEM;
}

void vcpu_guest_free(struct vcpu_guest *vg)
{
	vcpu_guest_unmap(vg);
	guest_free(&vg->guest);
	if (vg->fd > 0)
		close(vg->fd);
	vg->fd = -1;
}

void *vcpu_guest_at(struct vcpu_guest *vg, unsigned long address)
{
	return vg->mem + address - TABLES * PG;
}

uint64_t vcpu_guest_word(struct vcpu_guest *vg, unsigned long address)
{
	return __atomic_load_n((uint64_t *)vcpu_guest_at(vg, address),
			       __ATOMIC_ACQUIRE);
}

bool vcpu_guest_moves(struct vcpu_guest *vg, unsigned long address,
		      uint64_t from)
{
	unsigned int ms;

	for (ms = 0; ms < SOON_MS; ms += 5) {
		if (vcpu_guest_word(vg, address) != from)
			return true;
		sleep_ms(5);
	}
	return false;
}
