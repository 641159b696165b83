// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn with thousands of ports, tens of thousands of events, and
 * several threads and processes at a time. Nothing gets lost, nothing is left
 * over, and the time it takes is printed.
 */
#include "kselftest_harness.h"

#include "evtchn_fixture.h"

#include "evtchn/scale.c"
#include "evtchn/threads.c"
#include "evtchn/pingpong.c"

TEST_HARNESS_MAIN
