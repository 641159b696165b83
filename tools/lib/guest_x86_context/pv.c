// SPDX-License-Identifier: LGPL-2.1-only
/*
 * vCPUs of PV domains: the vCPU context.
 *
 * To set it sets everything, so everything is read first. What is not in it but
 * goes with it is the extended state of the processor: Xen takes the context to
 * be all there is of it.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#include <xen/foreign/x86_32.h>

/* In the entry vector: Xen returns by SYSRET, which loses RCX and R11. */
#define TRAP_SYSCALL	0x100U

static int context(struct vm_vcpu *v, struct vm_record *r, uint32_t cmd)
{
	struct xen_domctl op;

	memset(&op, 0, sizeof(op));
	op.u.vcpucontext.vcpu = v->vcpu;
	set_xen_guest_handle(op.u.vcpucontext.ctxt,
			     (vcpu_guest_context_t *)r->cpu);
	return vm_domctl(v, cmd, &op);
}

static int ext_state(struct vm_vcpu *v, uint32_t cmd,
		     struct xen_domctl_vcpuextstate *ext)
{
	struct xen_domctl op;

	memset(&op, 0, sizeof(op));
	op.u.vcpuextstate = *ext;
	op.u.vcpuextstate.vcpu = v->vcpu;
	if (vm_domctl(v, cmd, &op))
		return -1;
	*ext = op.u.vcpuextstate;
	return 0;
}

static int read_ext(struct vm_vcpu *v, struct vm_record *r)
{
	struct xen_domctl_vcpuextstate ext;

	memset(&ext, 0, sizeof(ext));
	/* Its most, and the mask that Xen wants to see again. */
	if (ext_state(v, XEN_DOMCTL_getvcpuextstate, &ext))
		return -1;
	if (!ext.size)
		return 0;
	r->ext = vm_buffer(v, r, ext.size);
	if (!r->ext)
		return -1;
	set_xen_guest_handle(ext.buffer, (uint64_t *)r->ext);
	if (ext_state(v, XEN_DOMCTL_getvcpuextstate, &ext))
		return -1;
	r->ext_size = ext.size;
	return 0;
}

int vm_pv_read(struct vm_vcpu *v, struct vm_record *r)
{
	r->cpu = vm_buffer(v, r, sizeof(vcpu_guest_context_t));
	if (!r->cpu)
		return -1;
	return context(v, r, XEN_DOMCTL_getvcpucontext);
}

int vm_pv_begin(struct vm_vcpu *v, struct vm_record *r)
{
	vcpu_guest_context_t *c;

	if (vm_pv_read(v, r) || read_ext(v, r))
		return -1;
	/* IRET, by which it returns instead, loses nothing. */
	c = r->cpu;
	if (v->kind == VM_PV64)
		c->user_regs.entry_vector &= ~TRAP_SYSCALL;
	return 0;
}

int vm_pv_write(struct vm_vcpu *v, struct vm_record *r)
{
	struct xen_domctl_vcpuextstate ext;

	if (context(v, r, XEN_DOMCTL_setvcpucontext))
		return -1;
	if (!r->ext)
		return 0;
	memset(&ext, 0, sizeof(ext));
	ext.size = r->ext_size;
	set_xen_guest_handle(ext.buffer, (uint64_t *)r->ext);
	return ext_state(v, XEN_DOMCTL_setvcpuextstate, &ext);
}
