/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of x86's: the kernel's own way into Xen, which the self-test of
 * xen-hypercall compares ours with. Here it ends in the fake Xen.
 */
#ifndef XEN_KUNIT_ASM_XEN_HYPERCALL_H
#define XEN_KUNIT_ASM_XEN_HYPERCALL_H

#include <xen/interface/xen.h>

long xen_fake_hypercall(unsigned long nr, unsigned long a1, unsigned long a2,
			unsigned long a3, unsigned long a4, unsigned long a5);

static inline int HYPERVISOR_event_channel_op(int cmd, void *arg)
{
	return xen_fake_hypercall(__HYPERVISOR_event_channel_op, cmd,
				  (unsigned long)arg, 0, 0, 0);
}

static inline int HYPERVISOR_xen_version(int cmd, void *arg)
{
	return xen_fake_hypercall(__HYPERVISOR_xen_version, cmd,
				  (unsigned long)arg, 0, 0, 0);
}

static inline int HYPERVISOR_grant_table_op(unsigned int cmd, void *uop,
					    unsigned int count)
{
	return xen_fake_hypercall(__HYPERVISOR_grant_table_op, cmd,
				  (unsigned long)uop, count, 0, 0);
}

static inline int HYPERVISOR_multicall(void *calls, uint32_t nr)
{
	return xen_fake_hypercall(__HYPERVISOR_multicall, (unsigned long)calls,
				  nr, 0, 0, 0);
}

#endif
