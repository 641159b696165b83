// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The getters and setters.
 *
 * A setter keeps out others: its domain is paused once more, so that nobody else
 * who resumes it makes it run, and a byte of /dev/xen/privcmd is locked, the one
 * with the domain's number, for which other setters wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int fail(int err)
{
	errno = err;
	return -1;
}

/* While a domain dies Xen says many things. */
static int fail_or_gone(struct vm_vcpu *v)
{
	struct xen_domctl_getdomaininfo info;
	int err = errno;

	if (vm_domain_info(v, &info) && errno == ESRCH)
		return -1;
	if (err == EINVAL && v->kind == VM_HVM && vm_hvm_is_dying(v))
		return fail(ESRCH);
	return fail(err);
}

static int check_stopped(struct vm_vcpu *v)
{
	struct xen_domctl_getdomaininfo info;

	if (vm_domain_info(v, &info))
		return -1;
	if (!(info.flags & (XEN_DOMINF_paused | XEN_DOMINF_shutdown)))
		return fail(EBUSY);
	return 0;
}

/* Can all of them be got, or set? Tells in which parts they are. */
static int check_values(struct vm_vcpu *v, const struct vm_vcpu_value *values,
			size_t nr, bool set, unsigned int *parts)
{
	size_t i;

	if (!v || !values || !nr)
		return fail(EINVAL);
	*parts = 0;
	for (i = 0; i < nr; i++) {
		const struct vm_entry *entry;
		const struct vm_slot *slot;
		bool half;

		entry = vm_entry_of(values[i].is_field, values[i].id, &half);
		slot = entry ? vm_slot_of(entry, v->kind) : NULL;
		if (!slot)
			return -1;
		if (set && slot->read_only)
			return fail(ENOTSUP);
		*parts |= 1U << slot->part;
	}
	return 0;
}

static int read_info(struct vm_vcpu *v, struct vm_record *r)
{
	struct xen_domctl_getvcpuinfo info;

	if (vm_vcpu_state(v, &info))
		return -1;
	r->activity = VM_ACTIVITY_ACTIVE;
	if (!info.online)
		r->activity = VM_ACTIVITY_WAIT_FOR_SIPI;
	else if (info.blocked)
		r->activity = VM_ACTIVITY_HLT;
	return 0;
}

static int read_parts(struct vm_vcpu *v, struct vm_record *r, unsigned int parts)
{
	if (parts & 1U << VM_PART_INFO && read_info(v, r))
		return -1;
	parts &= ~(1U << VM_PART_INFO);
	if (!parts)
		return 0;
	return v->kind == VM_HVM ? vm_hvm_read(v, r, parts) : vm_pv_read(v, r);
}

int vm_vcpu_get_values(vm_vcpu_t *vcpu, struct vm_vcpu_value *values, size_t nr)
{
	struct vm_record r = {};
	unsigned int parts;
	size_t i;
	int ret;

	if (check_values(vcpu, values, nr, false, &parts) ||
	    check_stopped(vcpu))
		return -1;
	ret = read_parts(vcpu, &r, parts);
	for (i = 0; !ret && i < nr; i++)
		ret = vm_value_get(vcpu->kind, &r, &values[i]);
	vm_record_free(vcpu, &r);
	return ret ? fail_or_gone(vcpu) : 0;
}

/* Does Xen have exactly that now? */
static int verify(struct vm_vcpu *v, const struct vm_vcpu_value *values,
		  size_t nr, unsigned int parts)
{
	struct vm_record r = {};
	size_t i;
	int ret;

	ret = read_parts(v, &r, parts);
	for (i = 0; !ret && i < nr; i++) {
		struct vm_vcpu_value now = values[i];

		ret = vm_value_get(v->kind, &r, &now);
		if (!ret && now.value != values[i].value)
			ret = fail(EINVAL);
	}
	vm_record_free(v, &r);
	return ret;
}

static int put_values(struct vm_vcpu *v, struct vm_record *r,
		      const struct vm_vcpu_value *values, size_t nr,
		      struct vm_vcpu_value *old)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		old[i] = values[i];
		if (vm_value_get(v->kind, r, &old[i]))
			return -1;
	}
	for (i = 0; i < nr; i++) {
		if (vm_value_put(v->kind, r, &values[i]))
			return -1;
	}
	return v->kind == VM_HVM ? vm_hvm_check(r, values, nr) : 0;
}

static int write_record(struct vm_vcpu *v, struct vm_record *r)
{
	return v->kind == VM_HVM ? vm_hvm_write(v, r) : vm_pv_write(v, r);
}

/* Errors of it do not matter: the one that led here is told. */
static void put_back(struct vm_vcpu *v, struct vm_record *r,
		     const struct vm_vcpu_value *old, size_t nr)
{
	int err = errno;
	size_t i;

	for (i = 0; i < nr; i++)
		vm_value_put(v->kind, r, &old[i]);
	write_record(v, r);
	errno = err;
}

static int set_paused(struct vm_vcpu *v, const struct vm_vcpu_value *values,
		      size_t nr, unsigned int parts)
{
	struct vm_vcpu_value *old = calloc(nr, sizeof(*old));
	struct vm_record r = {};
	int ret;

	if (!old)
		return -1;
	ret = v->kind == VM_HVM ? vm_hvm_begin(v, &r) : vm_pv_begin(v, &r);
	if (!ret)
		ret = put_values(v, &r, values, nr, old);
	if (!ret) {
		ret = write_record(v, &r) || verify(v, values, nr, parts);
		if (ret)
			put_back(v, &r, old, nr);
	}
	vm_record_free(v, &r);
	free(old);
	return ret ? fail_or_gone(v) : 0;
}

/* One at a time for each domain, in whichever processes. */
static int lock_domain(struct vm_vcpu *v, short type)
{
	struct flock lock = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = v->domid,
		.l_len = 1,
	};

	if (!fcntl(xencall_fd(v->xcall), F_OFD_SETLKW, &lock))
		return 0;
	/* What xentoolcore_restrict_all() left there is not for writing. */
	return fail(errno == EBADF ? EPERM : errno);
}

static int set_stopped(struct vm_vcpu *v, const struct vm_vcpu_value *values,
		       size_t nr, unsigned int parts)
{
	int ret, err;

	if (vm_domain_pause(v, true))
		return fail_or_gone(v);
	ret = set_paused(v, values, nr, parts);
	err = errno;
	vm_domain_pause(v, false);
	errno = err;
	return ret;
}

/* Who is killed by a signal in the middle would leave the domain paused. */
static int set_locked(struct vm_vcpu *v, const struct vm_vcpu_value *values,
		      size_t nr, unsigned int parts)
{
	sigset_t all, old;
	int ret, err;

	if (check_stopped(v))
		return -1;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = set_stopped(v, values, nr, parts);
	err = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = err;
	return ret;
}

int vm_vcpu_set_values(vm_vcpu_t *vcpu, const struct vm_vcpu_value *values,
		       size_t nr)
{
	unsigned int parts;
	int ret, err;

	if (check_values(vcpu, values, nr, true, &parts))
		return -1;
	pthread_mutex_lock(&vcpu->lock);
	ret = lock_domain(vcpu, F_WRLCK);
	if (!ret) {
		ret = set_locked(vcpu, values, nr, parts);
		err = errno;
		lock_domain(vcpu, F_UNLCK);
		errno = err;
	}
	pthread_mutex_unlock(&vcpu->lock);
	return ret;
}

int vm_vcpu_access(vm_vcpu_t *vcpu, bool is_field, uint32_t id)
{
	const struct vm_entry *entry;
	const struct vm_slot *slot;
	bool half;

	if (!vcpu)
		return fail(EINVAL);
	entry = vm_entry_of(is_field, id, &half);
	if (!entry)
		return errno == ENOTSUP ? 0 : -1;
	slot = vm_slot_of(entry, vcpu->kind);
	if (!slot)
		return 0;
	return slot->read_only ? VM_ACCESS_READ
			       : VM_ACCESS_READ | VM_ACCESS_WRITE;
}

_Static_assert(sizeof(struct vm_thread_context) ==
	       VCPU_CONTEXT_REGS * sizeof(uint64_t), "struct vm_thread_context");

static size_t all_registers(struct vm_vcpu *v, struct vm_vcpu_value *values,
			    const struct vm_thread_context *context)
{
	size_t nr = v->kind == VM_PV32 ? VCPU_CONTEXT_R8 : VCPU_CONTEXT_REGS;
	size_t i;

	for (i = 0; i < nr; i++) {
		values[i] = (struct vm_vcpu_value){ .id = i };
		if (context)
			values[i].value = context->reg[i];
	}
	return nr;
}

int vm_set_thread_context(vm_vcpu_t *vcpu, seL4_VCPUContext context)
{
	struct vm_vcpu_value values[VCPU_CONTEXT_REGS];

	if (!vcpu)
		return fail(EINVAL);
	return vm_vcpu_set_values(vcpu, values,
				  all_registers(vcpu, values, &context));
}

int vm_get_thread_context(vm_vcpu_t *vcpu, seL4_VCPUContext *context)
{
	struct vm_vcpu_value values[VCPU_CONTEXT_REGS];
	size_t nr, i;

	if (!vcpu || !context)
		return fail(EINVAL);
	nr = all_registers(vcpu, values, NULL);
	if (vm_vcpu_get_values(vcpu, values, nr))
		return -1;
	memset(context, 0, sizeof(*context));
	for (i = 0; i < nr; i++)
		context->reg[i] = values[i].value;
	return 0;
}

static int set_one(struct vm_vcpu *v, bool is_field, uint64_t id, uint64_t value)
{
	struct vm_vcpu_value one = { is_field, id, value };

	if (id > UINT32_MAX)
		return fail(EINVAL);
	return vm_vcpu_set_values(v, &one, 1);
}

static int get_one(struct vm_vcpu *v, bool is_field, uint64_t id,
		   uint64_t *value)
{
	struct vm_vcpu_value one = { is_field, id, 0 };

	if (!value || id > UINT32_MAX)
		return fail(EINVAL);
	if (vm_vcpu_get_values(v, &one, 1))
		return -1;
	*value = one.value;
	return 0;
}

int vm_set_thread_context_reg(vm_vcpu_t *vcpu, vcpu_context_reg_t reg,
			      uint64_t value)
{
	return set_one(vcpu, false, reg, value);
}

int vm_get_thread_context_reg(vm_vcpu_t *vcpu, vcpu_context_reg_t reg,
			      uint64_t *value)
{
	return get_one(vcpu, false, reg, value);
}

int vm_set_vmcs_field(vm_vcpu_t *vcpu, uint64_t field, uint64_t value)
{
	return set_one(vcpu, true, field, value);
}

int vm_get_vmcs_field(vm_vcpu_t *vcpu, uint64_t field, uint64_t *value)
{
	return get_one(vcpu, true, field, value);
}
