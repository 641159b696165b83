/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What the files of the library share.
 *
 * A struct vm_record is a copy of what Xen keeps for one vCPU. The table of
 * names says where in it a register or field lies, for each kind of domain.
 */
#ifndef GUEST_X86_CONTEXT_INTERNAL_H
#define GUEST_X86_CONTEXT_INTERNAL_H

#include <pthread.h>

#include <xencall.h>

#include <xen/xen.h>

#include <xen/domctl.h>

#include "guest_x86_context.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum vm_kind { VM_HVM, VM_PV64, VM_PV32, VM_KINDS };

struct vm_vcpu {
	xencall_handle *xcall;
	uint32_t version;
	uint32_t domid;
	uint32_t vcpu;
	enum vm_kind kind;
	/* Protects pauses, and keeps the setters of this process in turn. */
	pthread_mutex_t lock;
	unsigned int pauses;
};

/* Parts of a record. */
enum vm_part { VM_PART_NONE, VM_PART_CPU, VM_PART_MTRR, VM_PART_INFO };

/* How the value in the record relates to the one that is told. */
enum vm_format {
	VM_PLAIN,
	/* The same without a hole and without the bit for an unusable segment. */
	VM_ACCESS_RIGHTS,
	/* A frame number of more than 20 bits in 32. */
	VM_CR3_PV32,
	/* The one of two that the mode of the vCPU says. */
	VM_GS_BASE_PV64,
};

struct vm_slot {
	uint8_t part;
	uint8_t size;
	uint8_t format;
	bool read_only;
	uint16_t offset;
};

struct vm_entry {
	struct vm_vcpu_name name;
	struct vm_slot slot[VM_KINDS];
};

struct vm_record {
	/* VM_PART_CPU, VM_PART_MTRR: into one of the buffers, or NULL. */
	void *cpu;
	void *mtrr;
	/* VM_PART_INFO */
	uint32_t activity;
	/* HVM: all that goes to Xen, and when its time stamps were right. */
	uint8_t *image;
	size_t image_size;
	uint64_t when;
	/* PV: what a processor has beyond the oldest registers. */
	void *ext;
	uint64_t ext_size;
	/* Hypercall buffers. */
	void *buffer[2];
};

/* table.c */

/* The entry, or NULL with errno. @half: 1 for the upper half of it, else 0. */
const struct vm_entry *vm_entry_of(bool is_field, uint32_t id, bool *half);

/* Where @entry lies, or NULL with errno if Xen does not keep it. */
const struct vm_slot *vm_slot_of(const struct vm_entry *entry, enum vm_kind kind);

int vm_value_get(enum vm_kind kind, const struct vm_record *r,
		 struct vm_vcpu_value *value);

/* -1 with errno EINVAL if it is too wide. */
int vm_value_put(enum vm_kind kind, struct vm_record *r,
		 const struct vm_vcpu_value *value);

/* domctl.c */

/* One command for the domain. 0, or -1 with errno. */
int vm_domctl(struct vm_vcpu *v, uint32_t cmd, struct xen_domctl *op);

/* Memory for Xen to read and write; vm_record_free() frees it. */
void *vm_buffer(struct vm_vcpu *v, struct vm_record *r, size_t size);

void vm_record_free(struct vm_vcpu *v, struct vm_record *r);

/* ESRCH if the domain is not there, or dying. */
int vm_domain_info(struct vm_vcpu *v, struct xen_domctl_getdomaininfo *info);

int vm_vcpu_state(struct vm_vcpu *v, struct xen_domctl_getvcpuinfo *info);

/* handle.c */
int vm_domain_pause(struct vm_vcpu *v, bool pause);

/*
 * hvm.c and pv.c. To read is for getters: @parts has a bit for each part that is
 * wanted. To begin is for setters: it reads all that vm_*_write() writes.
 */
bool vm_hvm_is_dying(struct vm_vcpu *v);
int vm_hvm_read(struct vm_vcpu *v, struct vm_record *r, unsigned int parts);
int vm_hvm_begin(struct vm_vcpu *v, struct vm_record *r);
int vm_hvm_write(struct vm_vcpu *v, struct vm_record *r);

/* Could a processor have these segments? Else -1 with errno EINVAL. */
int vm_hvm_check(const struct vm_record *r, const struct vm_vcpu_value *values,
		 size_t nr);

int vm_pv_read(struct vm_vcpu *v, struct vm_record *r);
int vm_pv_begin(struct vm_vcpu *v, struct vm_record *r);
int vm_pv_write(struct vm_vcpu *v, struct vm_record *r);

#endif
