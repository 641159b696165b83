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

static pid_t first_process;

/*
 * The guests that were left for a next test, and QEMU, which has devices open. The
 * harness does not return, it exits.
 */
static void destroy_guests(void)
{
	if (getpid() != first_process || !xl_possible())
		return;
	command("for g in client-pv client-pvh client-hvm; do xl destroy $g; done");
	if (!command_within(SOON_MS * 2, NO_QEMU)) {
		command("xl list; ps | grep '[q]emu'");
		ksft_print_msg("QEMU is still there:\n%s\n", command_said());
	}
}

int main(int argc, char **argv)
{
	first_process = getpid();
	atexit(destroy_guests);
	return test_harness_run(argc, argv);
}
