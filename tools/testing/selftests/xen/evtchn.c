// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: every ioctl and file operation, every errno, one case for
 * each behaviour. What needs thousands of ports or operations is in
 * evtchn-stress.
 *
 * The harness knows one translation unit, so the parts are included. A name is
 * evtchn.<operation>__<behaviour>.
 */
#include "kselftest_harness.h"

#include "evtchn_fixture.h"

#include "evtchn/bind.c"
#include "evtchn/unbind.c"
#include "evtchn/notify.c"
#include "evtchn/restrict.c"
#include "evtchn/badarg.c"
#include "evtchn/read.c"
#include "evtchn/write.c"
#include "evtchn/poll.c"
#include "evtchn/overflow.c"
#include "evtchn/file.c"
#include "evtchn/compat.c"
#include "evtchn/static.c"

TEST_HARNESS_MAIN
