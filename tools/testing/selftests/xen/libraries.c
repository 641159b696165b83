// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every function of Xen's stable libraries, and those of libxenctrl that
 * kexec-tools calls, as distributed: what it is for, and what it does to the
 * devices for that.
 *
 * A name is LIBRARY.FUNCTION__behaviour. tools/testing/static/libraries sees
 * that no function is forgotten, and tools/testing/libraries makes a table.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/gntdev.h>
#include <xen/privcmd.h>

#include <xen/grant_table.h>
#include <xen/hypfs.h>
#include <xen/kexec.h>
#include <xen/memory.h>
#include <xen/platform.h>
#include <xen/sched.h>
#include <xen/version.h>
#include <xen/xen.h>

#include <xencall.h>
#include <xenctrl.h>
#include <xendevicemodel.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xengnttab.h>

#include <xen/hvm/dm_op.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/hvm/save.h>

#include "bell.h"
#include "beneath.h"
#include "clock.h"
#include "env.h"
#include "files.h"
#include "fmap.h"
#include "grant.h"
#include "granter.h"
#include "guest.h"
#include "hcall.h"
#include "port.h"
#include "udmabuf.h"

#define RW	(PROT_READ | PROT_WRITE)

#include "libraries/call.c"
#include "libraries/evtchn.c"
#include "libraries/gnttab.c"
#include "libraries/gntshr.c"
#include "libraries/foreignmemory.c"
#include "libraries/devicemodel.c"
#include "libraries/memory.c"
#include "libraries/kexec.c"

TEST_HARNESS_MAIN
