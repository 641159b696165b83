// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library guest_x86_context and its command, on a PV and an HVM guest that
 * run code of ours.
 *
 * A name is vcpu_context.<pv|hvm>.<call>__<behaviour>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xencall.h>
#include <xenctrl.h>
#include <xenguest.h>
#include <xentoolcore.h>

#include <xen/hvm/save.h>

#include "child.h"
#include "clock.h"
#include "env.h"
#include "guest_x86_context.h"
#include "hcall.h"
#include "vcpu_guest.h"

/* A domain that does not exist. */
#define DOM_NONE	0x7000

#define VALUES		80

/* All that Xen keeps of a vCPU, in the order of the library's names. */
struct state {
	size_t nr;
	struct vm_vcpu_value value[VALUES];
	const char *name[VALUES];
};

/* For helpers: struct vcpu_context_fixture is what tests know as *self. */
#define vcpu_context_fixture	_test_data_vcpu_context

FIXTURE(vcpu_context) {
	struct vcpu_guest vg;
	uint32_t domid;
	vm_vcpu_t *v;
	/* The second vCPU: nobody is to touch it. */
	vm_vcpu_t *other;
	struct state before;
	struct state other_before;
};

FIXTURE_VARIANT(vcpu_context) {
	bool hvm;
};

FIXTURE_VARIANT_ADD(vcpu_context, pv) {
	.hvm = false,
};

FIXTURE_VARIANT_ADD(vcpu_context, hvm) {
	.hvm = true,
};

static int state_get(vm_vcpu_t *v, struct state *s)
{
	const struct vm_vcpu_name *name;
	size_t i;

	memset(s, 0, sizeof(*s));
	for (i = 0; (name = vm_vcpu_name_at(i)) && s->nr < VALUES; i++) {
		if (vm_vcpu_access(v, name->is_field, name->id) <= 0)
			continue;
		s->name[s->nr] = name->name;
		s->value[s->nr].is_field = name->is_field;
		s->value[s->nr].id = name->id;
		s->nr++;
	}
	return vm_vcpu_get_values(v, s->value, s->nr) ? -errno : 0;
}

/* Xen keeps the granularity in the one as it is needed for the other. */
static bool goes_with(const char *name, const char *set)
{
	const char *underscore = strchr(set, '_');

	return underscore && !strcmp(underscore, "_limit") &&
	       !strncmp(name, set, underscore - set + 1) &&
	       strstr(name, "_access_rights");
}

/* How many values differ, but for what is called @set. */
static size_t state_differs(const struct state *a, const struct state *b,
			    const char *set)
{
	size_t i, nr = 0;

	if (a->nr != b->nr)
		return VALUES;
	for (i = 0; i < a->nr; i++) {
		if (a->value[i].value == b->value[i].value ||
		    (set && (!strcmp(a->name[i], set) ||
			     goes_with(a->name[i], set))))
			continue;
		ksft_print_msg("%s: %#llx became %#llx\n", a->name[i],
			       (unsigned long long)a->value[i].value,
			       (unsigned long long)b->value[i].value);
		nr++;
	}
	return nr;
}

/* Has nothing changed since the test began, but for @set of the first vCPU? */
static bool unchanged(struct vcpu_context_fixture *self, const char *set)
{
	struct state now;

	if (state_get(self->v, &now) || state_differs(&self->before, &now, set))
		return false;
	return !state_get(self->other, &now) &&
	       !state_differs(&self->other_before, &now, NULL);
}

static int set_by_name(vm_vcpu_t *v, const char *text, uint64_t value)
{
	const struct vm_vcpu_name *name = vm_vcpu_name_find(text);
	struct vm_vcpu_value one;

	if (!name)
		return -errno;
	one = (struct vm_vcpu_value){ name->is_field, name->id, value };
	return vm_vcpu_set_values(v, &one, 1) ? -errno : 0;
}

/* The value, or ~0 on error. */
static uint64_t get_by_name(vm_vcpu_t *v, const char *text)
{
	const struct vm_vcpu_name *name = vm_vcpu_name_find(text);
	struct vm_vcpu_value one;

	if (!name)
		return ~0ULL;
	one = (struct vm_vcpu_value){ name->is_field, name->id, 0 };
	return vm_vcpu_get_values(v, &one, 1) ? ~0ULL : one.value;
}

static int guest_pause(struct vcpu_context_fixture *self)
{
	return xc_domain_pause(self->vg.guest.xc, self->domid) ? -errno : 0;
}

static int guest_run(struct vcpu_context_fixture *self)
{
	return xc_domain_unpause(self->vg.guest.xc, self->domid) ? -errno : 0;
}

FIXTURE_SETUP(vcpu_context)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	ASSERT_EQ(0, vcpu_guest_create(&self->vg, variant->hvm, 2, false));
	self->domid = self->vg.guest.domid;
	self->v = vm_vcpu_open(self->domid, 0);
	ASSERT_NE(NULL, self->v)
		TH_LOG("%s", strerror(errno));
	self->other = vm_vcpu_open(self->domid, 1);
	ASSERT_NE(NULL, self->other);
	ASSERT_EQ(0, set_by_name(self->other, "rbx", 0x0ddba115));
	ASSERT_EQ(0, state_get(self->v, &self->before));
	ASSERT_EQ(0, state_get(self->other, &self->other_before));
}

FIXTURE_TEARDOWN(vcpu_context)
{
	if (self->v)
		vm_vcpu_close(self->v);
	if (self->other)
		vm_vcpu_close(self->other);
	vcpu_guest_free(&self->vg);
}

#include "vcpu_context/values.c"
#include "vcpu_context/registers.c"
#include "vcpu_context/fields.c"
#include "vcpu_context/running.c"
#include "vcpu_context/errors.c"
#include "vcpu_context/faults.c"
#include "vcpu_context/untouched.c"
#include "vcpu_context/race.c"
#include "vcpu_context/restore.c"
#include "vcpu_context/command.c"
#include "vcpu_context/narrow.c"

TEST_HARNESS_MAIN
