// SPDX-License-Identifier: GPL-2.0-only
/* Calls of /dev/xen/privcmd and /dev/xen/hypercall. */
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <xen/evtchn.h>
#include <xen/privcmd.h>

#include "machine.h"

#define FRAMES	128

#define DOORBELL	0xd0000000
/* The first of those that Xen has for the slots. */
#define GUEST_PORT	0x800

/* Of the hypercalls only those whose pointers the fake takes for a process's. */
long privcmd_hypercall(const __u32 *a, int thread)
{
	static const __u64 numbers[] = { 17, 17, 42, 63, 64, 23, 1000, 1ull << 32, -1ull };
	__u64 at = (__u64)place(a[4], SECOND, 64, thread);
	struct privcmd_hypercall arg = {
		.op = numbers[a[1] % (sizeof(numbers) / sizeof(*numbers))],
	};

	if (at >= 0x60000000 && at < 0x200000000)
		at = 0;
	arg.arg[0] = a[2] % 4;
	arg.arg[1] = at;
	arg.arg[2] = a[3];
	arg.arg[3] = at;
	arg.arg[4] = a[3];
	/*
	 * Where no other call and no child can write another number into it: the
	 * fake would follow pointers that Xen takes for the kernel's.
	 */
	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_HYPERCALL,
		     a[4] % 8 == 7 ? (void *)8 : &arg);
}

static void *frames(const __u32 *a, int thread)
{
	unsigned long list[FRAMES];
	unsigned int i;

	for (i = 0; i < FRAMES; i++) {
		list[i] = a[5];
		if (a[6] & 1)
			list[i] = a[5] + i;
		if (a[6] & 2 && i % 3 == 2)
			list[i] = 1000000 + i;
		if (a[6] & 4 && i % 5 == 4)
			list[i] = -1ul - i;
	}
	return memcpy(place(0, THIRD, 0, thread), list, sizeof(list));
}

static void *frames_at(const __u32 *a, __u32 how, int thread)
{
	void *to = place(how, LIST, (a[4] % 1024) * 8, thread);

	if (!how)
		return frames(a, thread);
	put(to, frames(a, thread), FRAMES * sizeof(unsigned long));
	return to;
}

/* As many as there are, in most cases: the first call has to be about all. */
static __u32 how_many(const __u32 *a, const struct map *map)
{
	return a[4] & 3 && a[4] < 64 ? map->len / 4096 : a[4];
}

static __u32 from_page(const __u32 *a)
{
	return a[4] & 3 && a[4] < 64 ? 0 : a[3];
}

long privcmd_batch2(const __u32 *a, int thread)
{
	const struct map *map = get_map_of(a[0], a[2]);
	struct privcmd_mmapbatch_v2 arg = {
		.num = how_many(a, map), .dom = get_domid(a[1]),
		.addr = address_in(map, from_page(a)),
		.arr = frames_at(a, a[7] / 3, thread),
		.err = place(a[7] / 2, SECOND, (a[4] % 1024) * 4, thread),
	};

	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_MMAPBATCH_V2,
		     give(a[7], &arg, sizeof(arg), thread));
}

long privcmd_batch(const __u32 *a, int thread)
{
	const struct map *map = get_map_of(a[0], a[2]);
	struct privcmd_mmapbatch arg = {
		.num = how_many(a, map), .dom = get_domid(a[1]),
		.addr = address_in(map, from_page(a)),
		.arr = frames_at(a, a[7] / 2, thread),
	};

	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_MMAPBATCH,
		     give(a[7], &arg, sizeof(arg), thread));
}

long privcmd_mmap(const __u32 *a, int thread)
{
	struct privcmd_mmap_entry list[FRAMES];
	struct privcmd_mmap arg = {
		.num = a[4], .dom = get_domid(a[1]),
		.entry = place(a[7] / 2, LIST, (a[4] % 512) * sizeof(*list), thread),
	};
	const struct map *map = get_map_of(a[0], a[2]);
	unsigned int i, at = a[3] & 1 ? a[3] : 0, pages = a[6] % 4 + 1;

	for (i = 0; i < FRAMES; i++) {
		list[i] = (struct privcmd_mmap_entry){
			.va = address_in(map, at), .mfn = a[5] + at, .npages = pages,
		};
		at += pages + (a[6] == 8);
	}
	put(arg.entry, list, sizeof(list));
	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_MMAP,
		     give(a[7], &arg, sizeof(arg), thread));
}

long privcmd_dm_op(const __u32 *a, int thread)
{
	struct privcmd_dm_op_buf list[32];
	struct privcmd_dm_op arg = {
		.dom = get_domid(a[1]), .num = a[2],
		.ubufs = place(a[6] / 2, LIST, (a[2] % 512) * sizeof(*list), thread),
	};
	unsigned int i;

	for (i = 0; i < 32; i++) {
		/* An address of the kernel's would be the fake's undoing. */
		list[i].uptr = place(i & 1 ? a[6] / 3 : 0, SECOND, a[4], thread);
		list[i].size = i && a[5] & 1 ? a[4] * i : a[4];
	}
	put(list[0].uptr, &a[3], sizeof(a[3]));
	put((void *)arg.ubufs, list, sizeof(list));
	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_DM_OP,
		     give(a[6], &arg, sizeof(arg), thread));
}

long privcmd_restrict(const __u32 *a, int thread)
{
	__u16 domid = get_domid(a[1]);

	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_RESTRICT,
		     give(a[2], &domid, sizeof(domid), thread));
}

long privcmd_resource(const __u32 *a, int thread)
{
	struct privcmd_mmap_resource arg = {
		.dom = get_domid(a[1]), .type = a[2] < 16 ? a[2] % 3 : a[2],
		.id = a[3] < 8 ? 0 : a[3], .idx = a[4], .num = a[5],
		.addr = a[5] ? address_in(get_map_of(a[0], a[6]), 0) : 0,
	};

	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_MMAP_RESOURCE,
		     give(a[7], &arg, sizeof(arg), thread));
}

long privcmd_irqfd(const __u32 *a, int thread)
{
	__u32 op[64] = { a[4] };
	struct privcmd_irqfd arg = {
		.dm_op = (__u64)place(a[6] / 2, SECOND, a[5], thread),
		.size = a[5], .fd = get_fd(a[1]), .dom = get_domid(a[2]),
		.flags = a[3] & 1 ? PRIVCMD_IRQFD_FLAG_DEASSIGN : a[3] & 16,
	};

	put((void *)arg.dm_op, op, sizeof(op));
	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_IRQFD,
		     give(a[6], &arg, sizeof(arg), thread));
}

/*
 * What a device model has first: the slots of an ioreq server, and an event
 * channel for each, to the port that Xen tells there.
 */
long privcmd_device(const __u32 *a, int thread)
{
	__u32 domid = get_domid(a[2]), vcpus = a[4] % 4 + 1, i;
	struct privcmd_mmap_resource arg = { .dom = domid, .idx = 1, .num = 2 };
	void *at;

	at = map_at(arg.num * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, get_fd(a[0]), 0);
	if (at == MAP_FAILED)
		return -1;
	keep_map(a[0], a[3], at, arg.num * 4096);
	arg.addr = (__u64)at;
	if (ioctl(get_fd(a[0]), IOCTL_PRIVCMD_MMAP_RESOURCE, &arg))
		return -1;
	for (i = 0; i < vcpus; i++) {
		struct ioctl_evtchn_bind_interdomain bind = {
			.remote_domain = domid, .remote_port = GUEST_PORT + i,
		};
		long port = ioctl(get_fd(a[1]), IOCTL_EVTCHN_BIND_INTERDOMAIN, &bind);

		if (port < 0)
			return port;
		machine.ports[i] = port;
		event(FUZZ_SLOT, domid, i, bind.remote_port, 0, 0, 0);
	}
	return 0;
}

long privcmd_ioeventfd(const __u32 *a, int thread)
{
	__u32 ports[64], i;
	struct privcmd_ioeventfd arg = {
		.ioreq = address_in(get_map_of(a[0], a[3]), a[4] & 1 ? 0 : a[4]),
		.ports = (__u64)place(a[7] / 2, SECOND, (a[5] % 4096) * 4, thread),
		.addr = DOORBELL + (a[6] & 8), .addr_len = a[6] & 4 ? 1 << (a[6] & 3) : 4,
		.event_fd = get_fd(a[1]), .vcpus = a[5], .vq = a[6] & 2,
		.flags = a[6] & 1 ? PRIVCMD_IOEVENTFD_FLAG_DEASSIGN : a[6] & 16,
		.dom = get_domid(a[2]),
	};

	for (i = 0; i < 64; i++)
		ports[i] = machine.ports[i % NR_KEPT];
	put((void *)arg.ports, ports, sizeof(ports));
	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_IOEVENTFD,
		     give(a[7], &arg, sizeof(arg), thread));
}

long privcmd_gsi(const __u32 *a, int thread)
{
	struct privcmd_pcidev_get_gsi arg = { .sbdf = a[1] };

	return ioctl(get_fd(a[0]), IOCTL_PRIVCMD_PCIDEV_GET_GSI,
		     give(a[2], &arg, sizeof(arg), thread));
}
