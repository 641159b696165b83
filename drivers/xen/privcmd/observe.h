/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What xen-privcmd refuses, and what of it can be seen.
 */
#ifndef XEN_PRIVCMD_OBSERVE_H
#define XEN_PRIVCMD_OBSERVE_H

#include <linux/types.h>

struct privcmd_file;

/* The comment says what the number is about; 0 where there is none. */
enum privcmd_reason {
	/* The file may not act on the domain: its number. */
	PRIVCMD_R_RESTRICTED,
	/* RESTRICT again: the domain that it was restricted to. */
	PRIVCMD_R_RESTRICTED_BEFORE,
	/* Xen answers HYPERCALL with an errno. */
	PRIVCMD_R_HYPERCALL,
	/* MMAP in a domain that is not PV. */
	PRIVCMD_R_NOT_PV,
	/* A batch of no frames. */
	PRIVCMD_R_NO_FRAMES,
	/* The mapping is not there, not ours, or used: its address. */
	PRIVCMD_R_MAPPING,
	/* It is larger than memory, or more than all may have: its pages. */
	PRIVCMD_R_MAPPING_SIZE,
	/* Xen refuses a frame: its number. A batch goes on. */
	PRIVCMD_R_FRAME,
	/* Frames of a batch are paged out: the first of them. */
	PRIVCMD_R_PAGED_OUT,
	/* The runs of MMAP do not follow each other. */
	PRIVCMD_R_RUNS,
	/* An address without a number of frames, or the reverse, or too many. */
	PRIVCMD_R_RESOURCE_ARGS,
	/* Xen refuses the resource: its type. */
	PRIVCMD_R_RESOURCE,
	/* The parameters of this name: what was asked for. */
	PRIVCMD_R_LIMIT_BUFS,
	PRIVCMD_R_LIMIT_SIZE,
	/* More pages than can be counted. */
	PRIVCMD_R_DM_OP_PAGES,
	/* An operation without its buffers: its code. */
	PRIVCMD_R_DM_OP_BUFS,
	/* Xen refuses the operation: its code. */
	PRIVCMD_R_DM_OP,
	/* IRQFD or IOEVENTFD with unknown flags: the flags. */
	PRIVCMD_R_FLAGS,
	/* An operation that needs more than an irqfd has: its code. */
	PRIVCMD_R_IRQFD_OP,
	/* No eventfd: the descriptor. */
	PRIVCMD_R_EVENTFD,
	/* The eventfd has a use already: the descriptor. */
	PRIVCMD_R_EVENTFD_BUSY,
	/* The doorbell is not one: its address. */
	PRIVCMD_R_DOORBELL,
	/* No vCPUs, or too many: how many. */
	PRIVCMD_R_VCPUS,
	/* No requests of that domain there: the address. */
	PRIVCMD_R_IOREQ,
	/* The requests are in use with another domain or other vCPUs. */
	PRIVCMD_R_IOREQ_OTHER,
	/* A port that is no channel to the domain: the port. */
	PRIVCMD_R_IOREQ_PORT,
	/* DEASSIGN of what was not assigned: the descriptor. */
	PRIVCMD_R_NOT_ASSIGNED,
	/* The device has no GSI: its SBDF. */
	PRIVCMD_R_GSI,
	/* The process is being killed. */
	PRIVCMD_R_INTERRUPTED,
	PRIVCMD_R_MEMORY,
	/* No such ioctl: the command. */
	PRIVCMD_R_IOCTL,
	PRIVCMD_REASONS,
};

/* Count a refusal and return @err. */
int privcmd_refuse(enum privcmd_reason reason, int err, u64 what);

/* -ENOMEM, -EINTR, or what a mapping does not allow. */
int privcmd_refuse_mapping(int err, unsigned long addr);

void privcmd_observe_open(struct privcmd_file *pf);
void privcmd_observe_close(struct privcmd_file *pf);
/* Call @fn with each open file, which it must not keep. */
void privcmd_observe_files(void (*fn)(struct privcmd_file *pf));
void privcmd_observe_init(void);
void privcmd_observe_exit(void);

#endif
