// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module xen-hypercall: it tested itself on this machine, enters Xen by
 * the instruction that this kind of domain needs, and stays while a driver
 * uses it. It has no device; what it does is seen through privcmd.
 */
#include "kselftest_harness.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "env.h"
#include "files.h"

#define MODULE		"/sys/module/xen_hypercall"
#define PARAMETER(name)	MODULE "/parameters/" name

FIXTURE(xen_hypercall) {
	char text[4096];
};

FIXTURE_SETUP(xen_hypercall)
{
	if (env_is_stock())
		SKIP(return, "the stock drivers have no such module");
	if (env_lacks(MODULE))
		SKIP(return, "the module is not loaded");
	ASSERT_EQ(0, access(MODULE, F_OK));
}

FIXTURE_TEARDOWN(xen_hypercall)
{
}

TEST_F(xen_hypercall, selftest__passed)
{
	char *line, *rest = self->text;
	unsigned int checks = 0;

	ASSERT_LT(0, read_text(PARAMETER("selftest"), self->text,
			       sizeof(self->text)));
	line = strsep(&rest, "\n");
	EXPECT_STREQ("pass", line);
	while ((line = strsep(&rest, "\n"))) {
		ksft_print_msg("%s\n", line);
		EXPECT_TRUE(!strncmp(line, "ok ", 3) ||
			    !strncmp(line, "skip ", 5))
			TH_LOG("%s", line);
		checks++;
	}
	EXPECT_LT(0u, checks);
}

#ifdef __x86_64__

/* The rule that the kernel applies to its own hypercalls. */
static const char *instruction_of_this_machine(void)
{
	unsigned int eax = 0, ebx = 0, ecx = 0, edx = 0;
	char vendor[13] = {};

	if (env_is_pv())
		return "syscall";
	__get_cpuid(0, &eax, &ebx, &ecx, &edx);
	memcpy(vendor, &ebx, 4);
	memcpy(vendor + 4, &edx, 4);
	memcpy(vendor + 8, &ecx, 4);
	if (!strcmp(vendor, "AuthenticAMD") || !strcmp(vendor, "HygonGenuine"))
		return "vmmcall";
	return "vmcall";
}

#else

static const char *instruction_of_this_machine(void)
{
	return "hvc";
}

#endif

TEST_F(xen_hypercall, transfer__is_of_this_machine)
{
	if (!env_is_pv() && !env_is_pvh())
		SKIP(return, "the kind of domain is unknown");
	ASSERT_LT(0, read_text(PARAMETER("transfer"), self->text,
			       sizeof(self->text)));
	EXPECT_STREQ(instruction_of_this_machine(), self->text);
}

TEST_F(xen_hypercall, parameters__are_read_only)
{
	static const char * const paths[] = {
		PARAMETER("selftest"), PARAMETER("transfer"),
	};
	struct stat st;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		ASSERT_EQ(0, stat(paths[i], &st));
		EXPECT_EQ(0444, (int)st.st_mode & 0777)
			TH_LOG("%s", paths[i]);
	}
}

TEST_F(xen_hypercall, holders__are_the_drivers)
{
	static const char * const holders[] = {
		MODULE "/holders/xen_privcmd", MODULE "/holders/xen_evtchn",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(holders); i++) {
		EXPECT_EQ(0, access(holders[i], F_OK))
			TH_LOG("no %s", holders[i]);
	}
}

TEST_F(xen_hypercall, unload__is_refused_while_used)
{
	EXPECT_EQ(-1, syscall(SYS_delete_module, "xen_hypercall", O_NONBLOCK));
	EXPECT_EQ(EWOULDBLOCK, errno);
	EXPECT_EQ(0, access(MODULE, F_OK));
}

TEST_HARNESS_MAIN
