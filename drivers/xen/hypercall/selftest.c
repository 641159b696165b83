// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-test of the hypercall page and the C entries, run once when the module
 * is loaded, on the machine it is loaded on.
 *
 * Two questions. Does everything arrive in the register that Xen looks into?
 * The captured twins of the entries answer that, for all arguments that Xen
 * knows, though no hypercall of today takes six. And does a call come back as
 * the compiler expects, with its own registers and stack as they were, and with
 * Xen's result? Real hypercalls that change nothing answer that, for every
 * number of arguments that some hypercall takes.
 *
 * Which register is whose, arch/selftest.h knows.
 *
 * What is right is what the kernel's own way into Xen answers to the same call.
 * Xen may have no grant tables for this domain, or a policy against a question:
 * where it refuses both ways alike nothing is learnt, and nothing is wrong.
 *
 * Each check leaves a line in the report.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/interface/grant_table.h>
#include <xen/interface/version.h>
#include <xen/interface/xen.h>
#include <xen/xen.h>

#include <asm/xen/hypercall.h>

#include "hypercall/hypercall.h"
#include "hypercall/selftest.h"

/* In Xen's public/hypfs.h, not yet in the kernel's copy. */
#define XEN_HYPERVISOR_HYPFS_OP		42
#define XEN_HYPFS_OP_READ		1
#define XEN_HYPFS_DIRENTRY_SIZE		12

/* A value that no two registers share and that is no valid pointer. */
#define SENTINEL(n)	(0x5e47000000000000UL | (n) * 0x010101010101UL)

static char report[2048];
static size_t report_len;
static unsigned int failures;

static_assert(offsetof(struct captured, nr) == CAPTURED_NR);
static_assert(offsetof(struct captured, arg) == CAPTURED_ARG(1));
static_assert(sizeof(struct captured) == CAPTURED_SIZE);

static void note(const char *verdict, const char *check)
{
	report_len += scnprintf(report + report_len,
				sizeof(report) - report_len, "%s %s\n",
				verdict, check);
}

static void check(bool ok, const char *what)
{
	note(ok ? "ok" : "FAIL", what);
	if (!ok) {
		pr_err("self-test: wrong: %s\n", what);
		failures++;
	}
}

static void skip(const char *what)
{
	note("skip", what);
}

/*
 * The same call, by both ways, with the same output. Returns whether Xen did
 * something: if it has refused, that says little about the arguments.
 */
static bool compare(long ours, long theirs, bool same_output, const char *what)
{
	char reason[96];

	if (ours != theirs || !same_output || ours >= 0) {
		check(ours == theirs && same_output, what);
		return ours == theirs && same_output;
	}
	snprintf(reason, sizeof(reason), "%s: Xen refuses it (%ld)", what, ours);
	skip(reason);
	return false;
}

/* The kernel's way for a call that it has no function for, or not in each kernel. */
static long call_of_kernel(unsigned long nr, unsigned long a1, unsigned long a2,
			   unsigned long a3, unsigned long a4, unsigned long a5)
{
	struct multicall_entry call = {
		.op = nr,
		.args = { a1, a2, a3, a4, a5 },
	};
	int ret = HYPERVISOR_multicall(&call, 1);

	return ret ?: (long)call.result;
}

static void probe_init(struct probe *p)
{
	u64 *reg = (u64 *)p;
	unsigned int i;

	for (i = 0; i < PROBE_IN_SIZE / sizeof(u64); i++)
		reg[i] = SENTINEL(i + 1);
}

static bool captured_all(struct probe *before)
{
	const struct captured *c = &xen_hypercall_captured;
	unsigned int i;

	if (c->nr != *probe_entry_arg(before, 0))
		return false;
	for (i = 1; i <= XEN_HYPERCALL_ARGS; i++) {
		if (c->arg[i - 1] != *probe_entry_arg(before, i))
			return false;
	}
	return true;
}

static void test_captured(void (*call)(struct probe *p), const char *what)
{
	struct probe before, after;

	probe_init(&before);
	*probe_entry_arg(&before, 0) = XEN_HYPERCALL_SLOTS - 1;
	after = before;
	memset(&xen_hypercall_captured, 0, sizeof(xen_hypercall_captured));
	call(&after);

	check(captured_all(&before) && probe_result(&after) == CAPTURED_RESULT &&
	      probe_intact(&before, &after), what);
}

/* A number that must be refused before the transfer. */
static void test_refused(void (*call)(struct probe *p), u64 nr,
			 const char *what)
{
	struct probe before, after;

	probe_init(&before);
	*probe_entry_arg(&before, 0) = nr;
	after = before;
	xen_hypercall_captured.nr = SENTINEL(0);
	call(&after);
	check(probe_result(&after) == (u64)-ENOSYS &&
	      probe_intact(&before, &after) &&
	      xen_hypercall_captured.nr == SENTINEL(0), what);
}

static void test_entries(void)
{
	static const u64 refused[] = {
		PROBE_REFUSED_NR, XEN_HYPERCALL_SLOTS,
		BIT_ULL(32) | __HYPERVISOR_xen_version, U64_MAX,
	};
	unsigned int i;

	test_captured(xen_hypercall_probe_kernel_captured,
		      "kernel entry: all arguments in their registers");
	test_captured(xen_hypercall_probe_user_captured,
		      "user entry: all arguments in their registers");
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		test_refused(xen_hypercall_probe_kernel_captured, refused[i],
			     "kernel entry: number refused");
		test_refused(xen_hypercall_probe_user_captured, refused[i],
			     "user entry: number refused");
	}
}

static void test_version_of(void (*call)(struct probe *p), u64 version,
			    const struct probe *before, const char *what)
{
	struct probe after = *before;

	call(&after);
	check(probe_result(&after) == version && probe_intact(before, &after),
	      what);
}

/* xen_version takes two arguments: all other registers hold rubbish. */
static void test_version(void)
{
	u64 version = HYPERVISOR_xen_version(XENVER_version, NULL);
	struct probe p;

	probe_init(&p);
	*probe_stub_arg(&p, 1) = XENVER_version;
	*probe_stub_arg(&p, 2) = 0;
	test_version_of(xen_hypercall_probe_stub, version, &p,
			"page: result and registers");

	probe_init(&p);
	*probe_entry_arg(&p, 0) = __HYPERVISOR_xen_version;
	*probe_entry_arg(&p, 1) = XENVER_version;
	*probe_entry_arg(&p, 2) = 0;
	test_version_of(xen_hypercall_probe_kernel, version, &p,
			"kernel entry: result and registers");
	test_version_of(xen_hypercall_probe_user, version, &p,
			"user entry: result and registers");
}

/* Two arguments, the second a pointer. */
static void test_two(void)
{
	struct xen_extraversion a = {}, b = {};
	long ours, theirs;

	theirs = HYPERVISOR_xen_version(XENVER_extraversion, &a);
	ours = xen_hypercall2(__HYPERVISOR_xen_version, XENVER_extraversion,
			      (unsigned long)&b);
	compare(ours, theirs, !memcmp(&a, &b, sizeof(a)), "two arguments");
}

/* The third argument is the number of structures, and has to be one. */
static void test_three(void)
{
	struct gnttab_query_size a = { .dom = DOMID_SELF, .status = 1 }, b = a;
	long ours, theirs;

	theirs = HYPERVISOR_grant_table_op(GNTTABOP_query_size, &a, 1);
	ours = xen_hypercall3(__HYPERVISOR_grant_table_op, GNTTABOP_query_size,
			      (unsigned long)&b, 1);
	/* The table may grow meanwhile, its limit does not. */
	if (!compare(ours, theirs,
		     a.status == b.status && a.max_nr_frames == b.max_nr_frames,
		     "three arguments: one structure"))
		return;
	b.status = 1;
	theirs = HYPERVISOR_grant_table_op(GNTTABOP_query_size, &a, 0);
	ours = xen_hypercall3(__HYPERVISOR_grant_table_op, GNTTABOP_query_size,
			      (unsigned long)&b, 0);
	check(ours == theirs && b.status == 1, "three arguments: no structure");
}

static long mmuext_nothing(domid_t domid)
{
	return xen_hypercall_kernel(__HYPERVISOR_mmuext_op, 0, 0, 0, domid, 0, 0);
}

/* The fourth argument names the domain; there is nothing to do for it. */
static void test_four(void)
{
	if (!xen_pv_domain()) {
		skip("four arguments: only PV has a hypercall for it");
		return;
	}
	if (compare(mmuext_nothing(DOMID_SELF),
		    call_of_kernel(__HYPERVISOR_mmuext_op, 0, 0, 0, DOMID_SELF, 0),
		    true, "four arguments: own domain"))
		check(mmuext_nothing(DOMID_INVALID) ==
		      call_of_kernel(__HYPERVISOR_mmuext_op, 0, 0, 0,
				     DOMID_INVALID, 0),
		      "four arguments: no domain");
}

struct hypfs_answer {
	char entry[XEN_HYPFS_DIRENTRY_SIZE];
	u32 value;
};

static const char hypfs_path[] = "/buildinfo/version/major";

static long hypfs_ours(struct hypfs_answer *answer, size_t size)
{
	return xen_hypercall_kernel(XEN_HYPERVISOR_HYPFS_OP, XEN_HYPFS_OP_READ,
				    (unsigned long)hypfs_path,
				    sizeof(hypfs_path), (unsigned long)answer,
				    size, 0);
}

static long hypfs_theirs(struct hypfs_answer *answer, size_t size)
{
	return call_of_kernel(XEN_HYPERVISOR_HYPFS_OP, XEN_HYPFS_OP_READ,
			      (unsigned long)hypfs_path, sizeof(hypfs_path),
			      (unsigned long)answer, size);
}

/* The fifth argument is the size of the buffer. */
static void test_five(void)
{
	struct hypfs_answer *a, *b;
	long ours, theirs;

	a = kcalloc(2, sizeof(*a), GFP_KERNEL);
	if (!a) {
		skip("five arguments: no memory");
		return;
	}
	b = a + 1;
	theirs = hypfs_theirs(a, sizeof(*a));
	ours = hypfs_ours(b, sizeof(*b));
	if (compare(ours, theirs, a->value == b->value,
		    "five arguments: room enough"))
		check(hypfs_ours(b, sizeof(b->entry)) ==
		      hypfs_theirs(a, sizeof(a->entry)),
		      "five arguments: too little room");
	kfree(a);
}

/**
 * xen_hypercall_selftest() - run every check.
 *
 * Return: 0, or -ENOTRECOVERABLE when a check failed.
 */
int xen_hypercall_selftest(void)
{
	test_entries();
	test_version();
	test_two();
	test_three();
	test_four();
	test_five();
	return failures ? -ENOTRECOVERABLE : 0;
}

/**
 * xen_hypercall_selftest_report() - what the checks found.
 * @buf: where to write it
 * @size: bytes at @buf
 *
 * The first line is "pass" or "fail", then follows a line for each check.
 *
 * Return: the number of bytes written, without the final NUL.
 */
int xen_hypercall_selftest_report(char *buf, size_t size)
{
	return scnprintf(buf, size, "%s\n%s", failures ? "fail" : "pass",
			 report);
}
