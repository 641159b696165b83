/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypercall page, the C entries and the probes that call them, assembled
 * for one machine and under names of their own: KUNIT_NAME makes them.
 */
#undef KUNIT_MACHINE_PV
#ifdef KUNIT_GATE_PV
#define KUNIT_MACHINE_PV
#define KUNIT_NAME(name)	kunit_pv_##name
#elif defined(KUNIT_GATE_AMD)
#define KUNIT_MACHINE_AMD
#define KUNIT_NAME(name)	kunit_amd_##name
#else
#define KUNIT_MACHINE_INTEL
#define KUNIT_NAME(name)	kunit_intel_##name
#endif

#define xen_hypercall_page			KUNIT_NAME(page)
#define xen_hypercall_kernel			KUNIT_NAME(kernel)
#define xen_hypercall_user			KUNIT_NAME(user)
#define xen_hypercall_kernel_captured		KUNIT_NAME(kernel_captured)
#define xen_hypercall_user_captured		KUNIT_NAME(user_captured)
#define xen_hypercall_captured			KUNIT_NAME(captured)
#define xen_hypercall_probe_stub		KUNIT_NAME(probe_stub)
#define xen_hypercall_probe_kernel		KUNIT_NAME(probe_kernel)
#define xen_hypercall_probe_user		KUNIT_NAME(probe_user)
#define xen_hypercall_probe_kernel_captured	KUNIT_NAME(probe_kernel_captured)
#define xen_hypercall_probe_user_captured	KUNIT_NAME(probe_user_captured)

#include "hypercall/x86/page.S"
#include "hypercall/x86/entry.S"
#include "hypercall/x86/probe.S"

/*
 * Any place of the page, where the driver's own probe has one: it jumps to
 * kunit_target, and a jump changes no register.
 */
SYM_FUNC_START(KUNIT_NAME(jump))
	ANNOTATE_RETPOLINE_SAFE
	jmp	*kunit_target(%rip)
SYM_FUNC_END(KUNIT_NAME(jump))

SYM_TYPED_FUNC_START(KUNIT_NAME(probe_any))
	PROBE KUNIT_NAME(jump)
SYM_FUNC_END(KUNIT_NAME(probe_any))
