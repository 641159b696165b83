// SPDX-License-Identifier: GPL-2.0-only
/* See machine.h. A descriptor that a call needs is opened when it needs it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "machine.h"

struct machine machine;

void machine_init(void)
{
	memset(&machine, 0, sizeof(machine));
	memset(machine.fds, 0xff, sizeof(machine.fds));
}

static int open_slot(uint32_t slot)
{
	/* The last of a kind blocks. */
	if (slot < FIRST_PRIVCMD)
		return open("/dev/xen/evtchn", O_RDWR | O_CLOEXEC |
			    (slot == FIRST_PRIVCMD - 1 ? 0 : O_NONBLOCK));
	if (slot < FIRST_HYPERCALL)
		return open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	if (slot < FIRST_GNTDEV)
		return open("/dev/xen/hypercall", O_RDWR | O_CLOEXEC);
	if (slot < FIRST_GNTALLOC)
		return open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
	if (slot < FIRST_EVENTFD)
		return open("/dev/xen/gntalloc", O_RDWR | O_CLOEXEC);
	if (slot < FIRST_DMABUF)
		return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (slot < FIRST_OTHER)
		return event(FUZZ_EXPORTER, slot % 4, 0, 0, 0, 0, 2);
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

int get_fd(uint32_t slot)
{
	slot %= NR_FDS;
	if (machine.fds[slot] < 0)
		machine.fds[slot] = open_slot(slot);
	return machine.fds[slot];
}

void set_fd(uint32_t slot, int fd)
{
	slot %= NR_FDS;
	if (machine.fds[slot] >= 0)
		close(machine.fds[slot]);
	machine.fds[slot] = fd;
}

uint32_t get_port(uint32_t which)
{
	return which < NR_KEPT ? machine.ports[which] : which;
}

uint32_t get_domid(uint32_t which)
{
	static const uint32_t domids[] = {
		7, 8, 7, 8, 0, 0x7ff0, 0x7ff4, 9, 0x7fef, 0x10007, 0xffff, 0xffffffff,
	};

	return which < sizeof(domids) / sizeof(*domids) ? domids[which] : which;
}

uint64_t get_offset(uint32_t which)
{
	if (which < NR_KEPT)
		return machine.indexes[which].offset;
	/* Of the last of these the offset is no whole number of pages. */
	return which < 0x40 ? (which % 16) * 4096ull + (which == 0x3f) : (uint64_t)which << 12;
}

uint32_t get_gref(uint32_t which)
{
	return which < NR_KEPT ? machine.grefs[which] : which;
}

unsigned long get_map(uint32_t which, uint32_t page)
{
	return machine.maps[which % NR_KEPT].addr + page * 4096ul;
}


long event(uint32_t kind, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
	   uint32_t f)
{
	struct fuzz_event event = { .kind = kind, .arg = { a, b, c, d, e, f } };

	return ioctl(fuzz_fd, FUZZ_EVENT, &event);
}

/* Of this thread, where it says what is to fail. */
static __thread int fail_fd = -1;

void open_faults(void)
{
	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
}

static void write_fault(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (fail_fd >= 0 && pwrite(fail_fd, text, len, 0) != len)
		return;
}

void arm_fault(unsigned int nth)
{
	write_fault(nth);
}

void disarm_fault(void)
{
	write_fault(0);
}
