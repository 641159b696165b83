/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of the sub-operations of DM_OP, for the ioctls that carry one.
 */
#ifndef XEN_PRIVCMD_DM_OP_H
#define XEN_PRIVCMD_DM_OP_H

#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

/* Numbers of sub-operations: Xen, public/hvm/dm_op.h. */
enum privcmd_dm_op_code {
	DMOP_CREATE_IOREQ_SERVER = 1,
	DMOP_GET_IOREQ_SERVER_INFO = 2,
	DMOP_MAP_IO_RANGE = 3,
	DMOP_UNMAP_IO_RANGE = 4,
	DMOP_SET_IOREQ_SERVER_STATE = 5,
	DMOP_DESTROY_IOREQ_SERVER = 6,
	DMOP_TRACK_DIRTY_VRAM = 7,
	DMOP_SET_PCI_INTX_LEVEL = 8,
	DMOP_SET_ISA_IRQ_LEVEL = 9,
	DMOP_SET_PCI_LINK_ROUTE = 10,
	DMOP_MODIFIED_MEMORY = 11,
	DMOP_SET_MEM_TYPE = 12,
	DMOP_INJECT_EVENT = 13,
	DMOP_INJECT_MSI = 14,
	DMOP_REMOTE_SHUTDOWN = 16,
	DMOP_PIN_MEMORY_CACHEATTR = 18,
	DMOP_SET_IRQ_LEVEL = 19,
};

/* The operation begins with its number. 0, which is none, if it is too short. */
static inline u32 privcmd_dm_op_code(const void *op, size_t size)
{
	u32 code = 0;

	memcpy(&code, op, min(size, sizeof(code)));
	return code;
}

/*
 * A hypervisor without the fix of XSA-506 looks at a buffer that it was not
 * given.
 */
static inline unsigned int privcmd_dm_op_min_bufs(u32 code)
{
	return code == DMOP_TRACK_DIRTY_VRAM || code == DMOP_MODIFIED_MEMORY ?
	       2 : 1;
}

/* dm_op.c: the limits on buffers, and on the bytes of one. */
unsigned int privcmd_dm_op_max_bufs(void);
unsigned int privcmd_dm_op_max_size(void);
int privcmd_refuse_dm_op_size(u64 size, unsigned int max);

#endif
