// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debian's programs as they are, on the modules that are loaded: each does what
 * it is for, and something else than the program says that it did.
 *
 * The harness knows one translation unit, so the parts are included. A name is
 * <guest>.<program>__<behaviour>, from which the table of clients is made.
 */
#include "kselftest_harness.h"

#include "client_fixture.h"
#include "client_traffic.h"

#include "clients/xl.c"
#include "clients/disk.c"
#include "clients/store.c"
#include "clients/tools.c"
#include "clients/end.c"

/* The guests that were left for a next test, and who has opened devices. */
static void destroy_guests(void)
{
	command("for g in client-pv client-pvh; do xl destroy $g; done");
	if (!command_within(SOON_MS * 2, "! pidof xen-qemu-system-i386")) {
		command("xl list; ps | grep '[q]emu'");
		ksft_print_msg("QEMU is still there:\n%s\n", command_said());
	}
}

int main(int argc, char **argv)
{
	int ret = test_harness_run(argc, argv);

	if (xl_possible())
		destroy_guests();
	return ret;
}
