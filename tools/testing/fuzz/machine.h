/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program has while it runs: descriptors, mappings, and what the calls
 * before have returned. Both threads use the same, and so may one the other's.
 */
#ifndef XEN_FUZZ_MACHINE_H
#define XEN_FUZZ_MACHINE_H

#include <stddef.h>

#include "prog.h"

#define NR_FDS		32
#define FIRST_PRIVCMD	4
#define FIRST_HYPERCALL	8
#define FIRST_GNTDEV	10
#define FIRST_GNTALLOC	14
#define FIRST_EVENTFD	16
#define FIRST_DMABUF	20
#define FIRST_OTHER	26

#define NR_KEPT		16

#define NR_DRIVERS	4

struct machine {
	int fds[NR_FDS];
	__u32 ports[NR_KEPT];
	/* Pages of the dma-bufs. */
	__u32 pages[NR_FDS];
	/* What was mapped, and by which descriptor. */
	struct map {
		unsigned long addr, len;
		__u32 slot;
	} maps[NR_KEPT];
	__u32 grefs[NR_KEPT];
	/* Offsets in files of gntdev, and of gntalloc. */
	struct index {
		__u64 offset;
		__u32 count;
	} indexes[2][NR_KEPT];
	unsigned int forks;
	/* Which thread is in a call. */
	int calling[2];
	/* And whether something is to fail in it. */
	int failing[2];
	/* Whose tracepoints are on: a bit for each driver. */
	__u32 traced;
	__u32 world;
};

/* Opened by the process that starts the others. */
extern int fuzz_fd;

extern struct machine machine;

/* machine.c */
void machine_init(__u32 world);
int get_fd(__u32 slot);
void set_fd(__u32 slot, int fd);
__u32 get_port(__u32 which);
__u32 get_domid(__u32 which);
__u32 get_gref(__u32 which);
/* Of what the descriptor is of. */
struct index *get_index(__u32 slot, __u32 which);
__u64 get_offset(__u32 slot, __u32 which);
void keep_index(__u32 slot, __u32 which, __u64 offset, __u32 count);
struct map *get_map(__u32 which);
/* One that is of the same device, if there is. */
struct map *get_map_of(__u32 slot, __u32 which);
/* An address in it, @page pages from its start. */
unsigned long address_in(const struct map *map, __u32 page);
void keep_map(__u32 slot, __u32 which, void *at, size_t len);
long event(__u32 kind, __u32 a, __u32 b, __u32 c, __u32 d, __u32 e,
	   __u32 f);
/* Of the thread that runs. */
void open_faults(void);
void arm_fault(unsigned int nth);
void disarm_fault(void);

/* observe.c */
void observe_init(void);
void trace_set(unsigned int driver, int on);

/* memory.c */
#define MAIN	0
#define LIST	1
#define SECOND	2
#define THIRD	3
/* Bytes that each of them has. */
#define ROOM	0x4000ul

void memory_init(void);
/* In each worker. */
void memory_fill(void);
void *place(__u32 how, unsigned int what, size_t size, int thread);
void put(void *to, const void *from, size_t size);
void get(void *to, const void *from, size_t size);
/* Copied there, at the place that the caller gets. */
void *give(__u32 how, const void *from, size_t size, int thread);
/* Where a mapping of the program's goes, and the end of all of them. */
void *memory_for(size_t size);
int can_be_private(__u32 slot);
void *map_at(size_t size, int prot, int flags, int fd, __u64 offset);
void memory_clear(void);
void poke(int thread, __u32 offset, __u32 value);
int touch(unsigned long addr, int write);

/* run.c */
long do_fork(__u32 mode, int thread);

/* The calls, by what they are about. */
op_fn by;

op_fn evtchn_virq;
op_fn evtchn_interdomain;
op_fn evtchn_unbound;
op_fn evtchn_unbind;
op_fn evtchn_notify;
op_fn evtchn_reset;
op_fn evtchn_restrict;
op_fn evtchn_static;
op_fn evtchn_read;
op_fn evtchn_write;

op_fn gntalloc_alloc;
op_fn gntalloc_dealloc;
op_fn gntalloc_notify;

op_fn gntdev_map;
op_fn gntdev_map_mmap;
op_fn gntdev_unmap;
op_fn gntdev_offset;
op_fn gntdev_notify;
op_fn gntdev_copy;
op_fn gntdev_export;
op_fn gntdev_wait;
op_fn gntdev_import;
op_fn gntdev_release;

op_fn privcmd_hypercall;
op_fn privcmd_batch2;
op_fn privcmd_batch;
op_fn privcmd_mmap;
op_fn privcmd_dm_op;
op_fn privcmd_restrict;
op_fn privcmd_resource;
op_fn privcmd_irqfd;
op_fn privcmd_device;
op_fn privcmd_ioeventfd;
op_fn privcmd_gsi;

op_fn file_open;
op_fn file_close;
op_fn file_dup;
op_fn file_poll;
op_fn file_fcntl;
op_fn file_any_ioctl;
op_fn file_signal;
op_fn file_read;

op_fn mem_mmap;
op_fn mem_mmap_all;
op_fn mem_mmap_anon;
op_fn mem_munmap;
op_fn mem_mremap;
op_fn mem_mprotect;
op_fn mem_madvise;
op_fn mem_touch;
op_fn mem_futex;
op_fn mem_poke;
op_fn mem_write;

op_fn task_fork;
op_fn task_yield;
op_fn task_sleep;
op_fn task_observe;
op_fn task_trace;

op_fn event_kill;
op_fn event_fire;
op_fn event_peer_maps;
op_fn event_peer_unmaps;
op_fn event_frame;
op_fn event_grant;
op_fn event_fails;
op_fn event_limit;
op_fn event_request;
op_fn event_exporter;
op_fn event_resume;

#endif
