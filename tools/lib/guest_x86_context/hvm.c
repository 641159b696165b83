// SPDX-License-Identifier: LGPL-2.1-only
/*
 * vCPUs of HVM and PVH domains: records of the HVM context.
 *
 * Xen gives away the record of one vCPU, or all. It takes what begins with the
 * header and ends with the end marker, and does with it as for a domain that is
 * restored:
 *
 * - A vCPU whose CPU record is not there goes offline. So those of all vCPUs are
 *   there, as they were read.
 * - To load a CPU record resets the PAT on AMD's processors, which the MTRR
 *   record sets again, and what XSAVE knows but FXSAVE does not, which the XSAVE
 *   record does. So both follow.
 * - The time stamp counter is loaded as it was when all was saved; nobody says
 *   when that was for one record alone. So all is read, and the time since is
 *   added.
 * - Interrupt controllers and timers are left out: what comes for them in
 *   between would be lost.
 *
 * On an error Xen 4.17 may have loaded a part of it, and all vCPUs are offline.
 * The caller puts back what was there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

#include <xen/hvm/save.h>

#define NS_PER_MS	1000000

/* Access rights, as they are kept. */
#define AR_TYPE		0x00fU
#define AR_ACCESSED	0x001U
#define AR_WRITABLE	0x002U
#define AR_CODE		0x008U
#define AR_S		0x010U
#define AR_PRESENT	0x080U

#define TYPE_LDT	0x2U
#define TYPE_TSS16_BUSY	0x3U
#define TYPE_TSS_BUSY	0xbU

#define SELECTOR_LOCAL	4U

_Static_assert(sizeof(struct hvm_hw_cpu) == HVM_SAVE_LENGTH(CPU),
	       "struct hvm_hw_cpu");

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int odd_answer(void)
{
	errno = EPROTO;
	return -1;
}

static void *read_record(struct vm_vcpu *v, struct vm_record *r,
			 unsigned int type, size_t size)
{
	struct xen_domctl op;
	void *buf = vm_buffer(v, r, size);

	if (!buf)
		return NULL;
	memset(&op, 0, sizeof(op));
	op.u.hvmcontext_partial.type = type;
	op.u.hvmcontext_partial.instance = v->vcpu;
	op.u.hvmcontext_partial.bufsz = size;
	set_xen_guest_handle(op.u.hvmcontext_partial.buffer, buf);
	if (vm_domctl(v, XEN_DOMCTL_gethvmcontext_partial, &op)) {
		/* A longer record than we know. */
		if (errno == ENOBUFS)
			errno = EPROTO;
		return NULL;
	}
	return buf;
}

/*
 * From when its domain begins to die until it is dead, which may take long, Xen
 * shows it only by this: it has no record to give.
 */
bool vm_hvm_is_dying(struct vm_vcpu *v)
{
	struct vm_record r = {};
	bool dying;

	dying = !read_record(v, &r, HVM_SAVE_CODE(CPU), HVM_SAVE_LENGTH(CPU)) &&
		errno == EINVAL;
	vm_record_free(v, &r);
	return dying;
}

int vm_hvm_read(struct vm_vcpu *v, struct vm_record *r, unsigned int parts)
{
	if (parts & 1U << VM_PART_CPU) {
		r->cpu = read_record(v, r, HVM_SAVE_CODE(CPU),
				     HVM_SAVE_LENGTH(CPU));
		if (!r->cpu)
			return -1;
	}
	if (parts & 1U << VM_PART_MTRR) {
		r->mtrr = read_record(v, r, HVM_SAVE_CODE(MTRR),
				      HVM_SAVE_LENGTH(MTRR));
		if (!r->mtrr)
			return -1;
	}
	return 0;
}

/* The descriptor at @at, or NULL if there is no whole record. */
static const struct hvm_save_descriptor *record_at(const uint8_t *image,
						   size_t size, size_t at)
{
	const struct hvm_save_descriptor *d = (const void *)(image + at);

	if (size - at < sizeof(*d) || size - at - sizeof(*d) < d->length)
		return NULL;
	return d;
}

/* Note where the records of our vCPU are. */
static int find_own(struct vm_vcpu *v, struct vm_record *r,
		    struct hvm_save_descriptor *d)
{
	if (d->instance != v->vcpu)
		return 0;
	if (d->typecode == HVM_SAVE_CODE(CPU)) {
		if (d->length != HVM_SAVE_LENGTH(CPU))
			return odd_answer();
		r->cpu = d + 1;
	} else if (d->typecode == HVM_SAVE_CODE(MTRR)) {
		if (d->length != HVM_SAVE_LENGTH(MTRR))
			return odd_answer();
		r->mtrr = d + 1;
	}
	return 0;
}

/* Leave in the image only what is written back. */
static int select_records(struct vm_vcpu *v, struct vm_record *r, size_t size)
{
	const struct hvm_save_descriptor *d;
	struct hvm_save_descriptor *copy;
	size_t at = 0, to = 0, length;

	do {
		d = record_at(r->image, size, at);
		if (!d || (!at && d->typecode != HVM_SAVE_CODE(HEADER)))
			return odd_answer();
		length = sizeof(*d) + d->length;
		at += length;
		switch (d->typecode) {
		case HVM_SAVE_CODE(HEADER):
		case HVM_SAVE_CODE(CPU):
		case HVM_SAVE_CODE(MTRR):
		case CPU_XSAVE_CODE:
		case HVM_SAVE_CODE(END):
			copy = (void *)(r->image + to);
			memmove(copy, d, length);
			if (find_own(v, r, copy))
				return -1;
			to += length;
			d = copy;
		}
	} while (d->typecode != HVM_SAVE_CODE(END));
	r->image_size = to;
	return 0;
}

int vm_hvm_begin(struct vm_vcpu *v, struct vm_record *r)
{
	struct xen_domctl op;

	memset(&op, 0, sizeof(op));
	if (vm_domctl(v, XEN_DOMCTL_gethvmcontext, &op))
		return -1;
	r->image = vm_buffer(v, r, op.u.hvmcontext.size);
	if (!r->image)
		return -1;
	set_xen_guest_handle(op.u.hvmcontext.buffer, r->image);
	if (vm_domctl(v, XEN_DOMCTL_gethvmcontext, &op))
		return -1;
	r->when = now_ns();
	if (select_records(v, r, op.u.hvmcontext.size))
		return -1;
	if (!r->cpu) {
		errno = ENODATA;
		return -1;
	}
	return r->mtrr ? 0 : odd_answer();
}

/* Bring the time stamps of all vCPUs up to date, never beyond. */
static void advance_time(struct vm_record *r)
{
	const struct hvm_save_header *header;
	struct hvm_save_descriptor *d;
	struct hvm_hw_cpu *cpu;
	uint64_t now = now_ns();
	uint64_t cycles;
	size_t at;

	header = (const void *)(r->image + sizeof(*d));
	cycles = (now - r->when) / NS_PER_MS * header->gtsc_khz +
		 (now - r->when) % NS_PER_MS * header->gtsc_khz / NS_PER_MS;
	r->when = now;
	for (at = 0; at < r->image_size; at += sizeof(*d) + d->length) {
		d = (void *)(r->image + at);
		cpu = (void *)(d + 1);
		if (d->typecode == HVM_SAVE_CODE(CPU))
			cpu->tsc += cycles;
	}
}

int vm_hvm_write(struct vm_vcpu *v, struct vm_record *r)
{
	struct xen_domctl op;

	memset(&op, 0, sizeof(op));
	op.u.hvmcontext.size = r->image_size;
	set_xen_guest_handle(op.u.hvmcontext.buffer, r->image);
	advance_time(r);
	return vm_domctl(v, XEN_DOMCTL_sethvmcontext, &op);
}

static bool is_canonical(uint64_t address)
{
	return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

static bool code_ok(uint32_t ar, uint64_t base)
{
	return ar & AR_PRESENT && ar & AR_S && ar & AR_ACCESSED &&
	       !(base >> 32);
}

static bool stack_ok(uint32_t ar, uint64_t base)
{
	if (!(ar & AR_PRESENT))
		return true;
	return ar & AR_S && ar & AR_ACCESSED && ar & AR_WRITABLE &&
	       !(ar & AR_CODE) && !(base >> 32);
}

/* The base of a wide one is used, and must be good, even if it is not present. */
static bool data_ok(uint32_t ar, uint64_t base, bool wide)
{
	if (!(ar & AR_PRESENT))
		return !wide || is_canonical(base);
	/* Of code the same bit says that it is readable. */
	if (ar & AR_CODE && !(ar & AR_WRITABLE))
		return false;
	return ar & AR_S && ar & AR_ACCESSED &&
	       (wide ? is_canonical(base) : !(base >> 32));
}

static bool tss_ok(uint32_t ar, uint32_t selector, uint64_t base)
{
	if (!(ar & AR_PRESENT) || ar & AR_S || selector & SELECTOR_LOCAL)
		return false;
	if ((ar & AR_TYPE) == TYPE_TSS16_BUSY)
		return !(base >> 32);
	return (ar & AR_TYPE) == TYPE_TSS_BUSY && is_canonical(base);
}

static bool ldt_ok(uint32_t ar, uint32_t selector, uint64_t base)
{
	if (!(ar & AR_PRESENT))
		return true;
	return !(ar & AR_S) && (ar & AR_TYPE) == TYPE_LDT &&
	       !(selector & SELECTOR_LOCAL) && is_canonical(base);
}

/*
 * What the segment that a field is of must be like. Xen takes anything, and
 * then the guest dies of it, or Xen itself if it was built for debugging.
 */
static bool segment_ok(const struct hvm_hw_cpu *c, uint32_t field)
{
	switch (field) {
	case VMX_GUEST_CS_BASE:
	case VMX_GUEST_CS_ACCESS_RIGHTS:
		return code_ok(c->cs_arbytes, c->cs_base);
	case VMX_GUEST_SS_BASE:
	case VMX_GUEST_SS_ACCESS_RIGHTS:
		return stack_ok(c->ss_arbytes, c->ss_base);
	case VMX_GUEST_DS_BASE:
	case VMX_GUEST_DS_ACCESS_RIGHTS:
		return data_ok(c->ds_arbytes, c->ds_base, false);
	case VMX_GUEST_ES_BASE:
	case VMX_GUEST_ES_ACCESS_RIGHTS:
		return data_ok(c->es_arbytes, c->es_base, false);
	case VMX_GUEST_FS_BASE:
	case VMX_GUEST_FS_ACCESS_RIGHTS:
		return data_ok(c->fs_arbytes, c->fs_base, true);
	case VMX_GUEST_GS_BASE:
	case VMX_GUEST_GS_ACCESS_RIGHTS:
		return data_ok(c->gs_arbytes, c->gs_base, true);
	case VMX_GUEST_TR_BASE:
	case VMX_GUEST_TR_SELECTOR:
	case VMX_GUEST_TR_ACCESS_RIGHTS:
		return tss_ok(c->tr_arbytes, c->tr_sel, c->tr_base);
	case VMX_GUEST_LDTR_BASE:
	case VMX_GUEST_LDTR_SELECTOR:
	case VMX_GUEST_LDTR_ACCESS_RIGHTS:
		return ldt_ok(c->ldtr_arbytes, c->ldtr_sel, c->ldtr_base);
	case VMX_GUEST_GDTR_BASE:
		return is_canonical(c->gdtr_base);
	case VMX_GUEST_IDTR_BASE:
		return is_canonical(c->idtr_base);
	case VMX_GUEST_GDTR_LIMIT:
		return !(c->gdtr_limit >> 16);
	case VMX_GUEST_IDTR_LIMIT:
		return !(c->idtr_limit >> 16);
	case VMX_GUEST_RIP:
		return is_canonical(c->rip);
	}
	return true;
}

int vm_hvm_check(const struct vm_record *r, const struct vm_vcpu_value *values,
		 size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (values[i].is_field && !segment_ok(r->cpu, values[i].id)) {
			errno = EINVAL;
			return -1;
		}
	}
	return 0;
}
