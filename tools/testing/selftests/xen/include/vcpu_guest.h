/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that runs the code of lib/vcpu_code.S, on one or two vCPUs.
 *
 * Only for programs that are linked with libxenctrl.
 */
#ifndef XT_VCPU_GUEST_H
#define XT_VCPU_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "guest.h"
#include "vcpu_code.h"

/* What is in lib/vcpu_code.S. */
extern const uint8_t vcpu_code[], vcpu_code_end[];

struct vcpu_guest {
	struct guest guest;
	int fd;
	/* Its frames from VC_CODE on. */
	uint8_t *mem;
};

/*
 * The domain, in addition to others if @add, with its code, and with so many
 * vCPUs started: in 64-bit mode, in kernel mode, at VC_SPIN the first and at
 * VC_SPIN_OTHER the second. It is paused. 0 or -errno.
 */
int vcpu_guest_create(struct vcpu_guest *vg, bool hvm, unsigned int vcpus,
		      bool add);

/* A 32-bit PV domain with one vCPU, at VC_SPIN_32. */
int vcpu_guest_create_narrow(struct vcpu_guest *vg);

void vcpu_guest_free(struct vcpu_guest *vg);

/* Unmap what is mapped of it. */
void vcpu_guest_unmap(struct vcpu_guest *vg);

/* Map it anew: its frames have other memory. 0 or -errno. */
int vcpu_guest_remap(struct vcpu_guest *vg);

/* Memory of the guest, shared with it. */
void *vcpu_guest_at(struct vcpu_guest *vg, unsigned long address);

/* A number of 8 bytes there, as it is now. */
uint64_t vcpu_guest_word(struct vcpu_guest *vg, unsigned long address);

/* Wait until the number there is other than @from. */
bool vcpu_guest_moves(struct vcpu_guest *vg, unsigned long address,
		      uint64_t from);

#endif
