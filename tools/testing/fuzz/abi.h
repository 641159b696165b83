/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the fuzzer's process and its module: one device, which begins and ends
 * a program, makes events happen, and shows what was reached.
 */
#ifndef XEN_FUZZ_ABI_H
#define XEN_FUZZ_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define FUZZ_EDGES	65536
#define FUZZ_PCS	32768
#define FUZZ_NEW	1024
#define FUZZ_TEXT	32768

/* What the domain is while the program runs. */
enum fuzz_world { FUZZ_PV, FUZZ_HVM, FUZZ_WORLDS };

/* @rate: switch threads at one in 2^@rate places; 0: nowhere. */
struct fuzz_begin {
	__u32 world;
	__u32 seed;
	__u32 rate;
};

#define FUZZ_BEGIN	_IOW('Z', 0, struct fuzz_begin)

/* Of what there is when all files are closed, nothing may be left. */
struct fuzz_census {
	__u64 ports, irqs, actions, references;
	__u64 unpopulated, foreign, mapped;
	__u64 grants, handles, granted_pages;
	__u64 dma, exporters;
};

#define FUZZ_END	_IOR('Z', 1, struct fuzz_census)

enum fuzz_kind {
	/* Domain. */
	FUZZ_KILL,
	/* Port. */
	FUZZ_FIRE,
	/* Domain, reference, whether it writes. */
	FUZZ_PEER_MAPS,
	/* Number of the mapping, counted from the oldest. */
	FUZZ_PEER_UNMAPS,
	/* Domain, frame, times that it is paged out, errno. */
	FUZZ_FRAME,
	/* Domain, reference, times that it is paged out, GNTST_*. */
	FUZZ_GRANT,
	/* Which hypercall or service, counted from now on. */
	FUZZ_HYPERCALL_FAILS,
	/* Which limit, how much. */
	FUZZ_LIMIT,
	/* Domain, resource, vCPU, address, data, port. */
	FUZZ_REQUEST,
	/* Domain, vCPU, port of the domain's that its slot is for. */
	FUZZ_SLOT,
	/* See exporter.c; returns a descriptor. */
	FUZZ_EXPORTER,
	/* The domain was saved and is restored; 7: or that was called off. */
	FUZZ_RESUME,
	FUZZ_KINDS
};

struct fuzz_event {
	__u32 kind;
	__u32 arg[7];
};

#define FUZZ_EVENT	_IOW('Z', 2, struct fuzz_event)
/* Something hangs, or is left: ends the machine, with the program in the log. */
#define FUZZ_FAULT	_IO('Z', 3)

/* mmap of the device. */
struct fuzz_shared {
	/* Of the program that is running or was the last. */
	__u32 generation;
	/* Edges that no program before it has had. */
	__u32 nr_new;
	__u16 new[FUZZ_NEW];
	/* The last program that had it; 0: none. */
	__u32 edges[FUZZ_EDGES];
	__u32 nr_pcs;
	__u32 switches;
	__u64 pcs[FUZZ_PCS];
	/* The program, for the log. */
	char text[FUZZ_TEXT];
};

#endif
