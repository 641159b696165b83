// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of what the devices are asked.
 */
#include <stdint.h>
#include <stdio.h>

#include <xen/evtchn.h>
#include <xen/gntalloc.h>
#include <xen/gntdev.h>
#include <xen/privcmd.h>

#include <xen/xen.h>

#include <xen/hvm/dm_op.h>

#include "beneath_names.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIND(name)	{ IOCTL_EVTCHN_##name, #name }
#define ALLOC(name)	{ IOCTL_GNTALLOC_##name, #name }
#define DEV(name)	{ IOCTL_GNTDEV_##name, #name }
#define CMD(name)	{ IOCTL_PRIVCMD_##name, #name }
#define HCALL(name)	{ __HYPERVISOR_##name, #name }
#define DMOP(name)	{ XEN_DMOP_##name, #name }

struct named {
	unsigned long number;
	const char *name;
};

/* No two devices have a number in common. */
static const struct named ioctls[] = {
	BIND(BIND_VIRQ), BIND(BIND_INTERDOMAIN), BIND(BIND_UNBOUND_PORT),
	BIND(UNBIND), BIND(NOTIFY), BIND(RESET), BIND(RESTRICT_DOMID),
	BIND(BIND_STATIC),
	ALLOC(ALLOC_GREF), ALLOC(DEALLOC_GREF), ALLOC(SET_UNMAP_NOTIFY),
	DEV(MAP_GRANT_REF), DEV(UNMAP_GRANT_REF), DEV(GET_OFFSET_FOR_VADDR),
	DEV(SET_MAX_GRANTS), DEV(SET_UNMAP_NOTIFY), DEV(GRANT_COPY),
	DEV(DMABUF_EXP_FROM_REFS), DEV(DMABUF_EXP_WAIT_RELEASED),
	DEV(DMABUF_IMP_TO_REFS), DEV(DMABUF_IMP_RELEASE),
	CMD(MMAP), CMD(MMAPBATCH), CMD(MMAPBATCH_V2), CMD(RESTRICT),
	CMD(MMAP_RESOURCE), CMD(IRQFD), CMD(IOEVENTFD), CMD(PCIDEV_GET_GSI),
	CMD(UNIMPLEMENTED),
};

static const struct named hypercalls[] = {
	HCALL(mmu_update), HCALL(platform_op), HCALL(memory_op),
	HCALL(multicall), HCALL(xen_version), HCALL(console_io),
	HCALL(grant_table_op), HCALL(vcpu_op), HCALL(mmuext_op),
	HCALL(sched_op), HCALL(event_channel_op), HCALL(physdev_op),
	HCALL(hvm_op), HCALL(sysctl), HCALL(domctl), HCALL(kexec_op),
	HCALL(dm_op), HCALL(hypfs_op),
};

static const struct named dm_ops[] = {
	DMOP(create_ioreq_server), DMOP(get_ioreq_server_info),
	DMOP(map_io_range_to_ioreq_server),
	DMOP(unmap_io_range_from_ioreq_server),
	DMOP(set_ioreq_server_state), DMOP(destroy_ioreq_server),
	DMOP(track_dirty_vram), DMOP(set_pci_intx_level),
	DMOP(set_isa_irq_level), DMOP(set_pci_link_route),
	DMOP(modified_memory), DMOP(set_mem_type), DMOP(inject_event),
	DMOP(inject_msi), DMOP(map_mem_type_to_ioreq_server),
	DMOP(remote_shutdown), DMOP(relocate_memory),
	DMOP(pin_memory_cacheattr), DMOP(set_irq_level), DMOP(nr_vcpus),
};

struct names {
	const struct named *named;
	size_t nr;
};

static const struct names of_ioctls = { ioctls, ARRAY_SIZE(ioctls) };
static const struct names of_hypercalls = {
	hypercalls, ARRAY_SIZE(hypercalls),
};

static const struct names of_dm_ops = { dm_ops, ARRAY_SIZE(dm_ops) };

static const char *name_of(const struct names *names, unsigned long number)
{
	static char other[24];
	size_t i;

	for (i = 0; i < names->nr; i++) {
		if (names->named[i].number == number)
			return names->named[i].name;
	}
	snprintf(other, sizeof(other), "%#lx", number);
	return other;
}

/* A library asks for nothing to see whether it can ask. */
static const char *name_of_dm_op(const struct privcmd_dm_op *op)
{
	const struct xen_dm_op *what = op->num ? op->ubufs[0].uptr : NULL;

	return what ? name_of(&of_dm_ops, what->op) : "none";
}

void ioctl_name(unsigned long cmd, const void *arg, char *buf, size_t size)
{
	const struct privcmd_hypercall *call = arg;

	if (cmd == IOCTL_PRIVCMD_HYPERCALL)
		snprintf(buf, size, "HYPERCALL(%s)",
			 name_of(&of_hypercalls, call->op));
	else if (cmd == IOCTL_PRIVCMD_DM_OP)
		snprintf(buf, size, "DM_OP(%s)", name_of_dm_op(arg));
	else
		snprintf(buf, size, "%s", name_of(&of_ioctls, cmd));
}
