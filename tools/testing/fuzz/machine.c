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

void machine_init(__u32 world)
{
	memset(&machine, 0, sizeof(machine));
	memset(machine.fds, 0xff, sizeof(machine.fds));
	machine.world = world;
}

static int open_slot(__u32 slot)
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
	if (slot < FIRST_OTHER) {
		machine.pages[slot] = slot % 4 + 1;
		return event(FUZZ_EXPORTER, slot % 4, 0, 0, 0, 0, 2);
	}
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

int get_fd(__u32 slot)
{
	slot %= NR_FDS;
	if (machine.fds[slot] < 0)
		machine.fds[slot] = open_slot(slot);
	return machine.fds[slot];
}

void set_fd(__u32 slot, int fd)
{
	slot %= NR_FDS;
	if (machine.fds[slot] >= 0)
		close(machine.fds[slot]);
	machine.fds[slot] = fd;
}

/*
 * What was kept under a number; where nothing was, what comes next. Most calls
 * do nothing with what does not exist.
 */
static __u32 get_kept(const __u32 *kept, __u32 which)
{
	unsigned int i;

	if (which >= NR_KEPT)
		return which;
	for (i = 0; i < NR_KEPT; i++) {
		if (kept[(which + i) % NR_KEPT])
			return kept[(which + i) % NR_KEPT];
	}
	return 0;
}

__u32 get_port(__u32 which)
{
	return get_kept(machine.ports, which);
}

__u32 get_gref(__u32 which)
{
	return get_kept(machine.grefs, which);
}

__u32 get_domid(__u32 which)
{
	static const __u32 domids[] = {
		7, 8, 7, 8, 0, 0x7ff0, 0x7ff4, 9, 0x7fef, 0x10007, 0xffff, 0xffffffff,
	};

	return which < sizeof(domids) / sizeof(*domids) ? domids[which] : which;
}

static int is_gntalloc(__u32 slot)
{
	slot %= NR_FDS;
	return slot >= FIRST_GNTALLOC && slot < FIRST_EVENTFD;
}

struct index *get_index(__u32 slot, __u32 which)
{
	struct index *list = machine.indexes[is_gntalloc(slot)];
	unsigned int i;

	for (i = 0; i < NR_KEPT; i++) {
		if (list[(which + i) % NR_KEPT].count)
			return &list[(which + i) % NR_KEPT];
	}
	return &list[which % NR_KEPT];
}

__u64 get_offset(__u32 slot, __u32 which)
{
	if (which < NR_KEPT)
		return get_index(slot, which)->offset;
	/* Of the last of these the offset is no whole number of pages. */
	return which < 0x40 ? (which % 16) * 4096ull + (which == 0x3f) : (__u64)which << 12;
}

void keep_index(__u32 slot, __u32 which, __u64 offset, __u32 count)
{
	struct index *index = &machine.indexes[is_gntalloc(slot)][which % NR_KEPT];

	index->offset = offset;
	index->count = count;
}

/* Which device a descriptor is of. */
static int device_of(__u32 slot)
{
	static const __u8 first[] = {
		FIRST_PRIVCMD, FIRST_HYPERCALL, FIRST_GNTDEV, FIRST_GNTALLOC,
		FIRST_EVENTFD, FIRST_DMABUF, FIRST_OTHER,
	};
	unsigned int i;

	for (i = 0; i < sizeof(first); i++) {
		if (slot % NR_FDS < first[i])
			break;
	}
	return i;
}

struct map *get_map(__u32 which)
{
	unsigned int i;

	for (i = 0; i < NR_KEPT; i++) {
		if (machine.maps[(which + i) % NR_KEPT].addr)
			return &machine.maps[(which + i) % NR_KEPT];
	}
	return &machine.maps[which % NR_KEPT];
}

struct map *get_map_of(__u32 slot, __u32 which)
{
	unsigned int i;

	/* The higher numbers are for any. */
	for (i = 0; i < NR_KEPT && which < NR_KEPT; i++) {
		struct map *map = &machine.maps[(which + i) % NR_KEPT];

		if (map->addr && device_of(map->slot) == device_of(slot))
			return map;
	}
	return get_map(which);
}

unsigned long address_in(const struct map *map, __u32 page)
{
	return map->addr + page * 4096ul;
}

void keep_map(__u32 slot, __u32 which, void *at, size_t len)
{
	struct map *map = &machine.maps[which % NR_KEPT];

	map->addr = (unsigned long)at;
	map->len = len;
	map->slot = slot;
}

long event(__u32 kind, __u32 a, __u32 b, __u32 c, __u32 d, __u32 e,
	   __u32 f)
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
