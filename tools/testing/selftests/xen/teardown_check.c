// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test that fails at once: the build wants to see that its fixture is taken
 * down all the same.
 */
#include "kselftest_harness.h"

FIXTURE(check) {
	bool set_up;
};

FIXTURE_SETUP(check)
{
	self->set_up = true;
}

FIXTURE_TEARDOWN(check)
{
	ksft_print_msg("torn down: %d\n", self->set_up);
}

TEST_F(check, failed__assertion)
{
	ASSERT_TRUE(false);
}

TEST_HARNESS_MAIN
