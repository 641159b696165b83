/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program has while it runs: descriptors, mappings, and what the calls
 * before have returned. Both threads use the same, and so may one the other's.
 */
#ifndef XEN_FUZZ_MACHINE_H
#define XEN_FUZZ_MACHINE_H

#include <stddef.h>
#include <stdint.h>

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
	uint32_t ports[NR_KEPT];
	/* Pages of the dma-bufs. */
	uint32_t pages[NR_FDS];
	/* What was mapped, and by which descriptor. */
	struct map {
		unsigned long addr, len;
		uint32_t slot;
	} maps[NR_KEPT];
	uint32_t grefs[NR_KEPT];
	/* Offsets in files of gntdev, and of gntalloc. */
	struct index {
		uint64_t offset;
		uint32_t count;
	} indexes[2][NR_KEPT];
	unsigned int forks;
	/* Which thread is in a call. */
	volatile int calling[2];
	/* And whether something is to fail in it. */
	int failing[2];
	/* Whose tracepoints are on: a bit for each driver. */
	uint32_t traced;
	uint32_t world;
};

/* Opened by the process that starts the others. */
extern int fuzz_fd;

extern struct machine machine;

/* machine.c */
void machine_init(uint32_t world);
int get_fd(uint32_t slot);
void set_fd(uint32_t slot, int fd);
uint32_t get_port(uint32_t which);
uint32_t get_domid(uint32_t which);
uint32_t get_gref(uint32_t which);
/* Of what the descriptor is of. */
struct index *get_index(uint32_t slot, uint32_t which);
uint64_t get_offset(uint32_t slot, uint32_t which);
void keep_index(uint32_t slot, uint32_t which, uint64_t offset, uint32_t count);
struct map *get_map(uint32_t which);
/* One that is of the same device, if there is. */
struct map *get_map_of(uint32_t slot, uint32_t which);
/* An address in it, @page pages from its start. */
unsigned long address_in(const struct map *map, uint32_t page);
void keep_map(uint32_t slot, uint32_t which, void *at, size_t len);
long event(uint32_t kind, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
	   uint32_t f);
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
void *place(uint32_t how, unsigned int what, size_t size, int thread);
void put(void *to, const void *from, size_t size);
void get(void *to, const void *from, size_t size);
/* Copied there, at the place that the caller gets. */
void *give(uint32_t how, const void *from, size_t size, int thread);
/* Where a mapping of the program's goes, and the end of all of them. */
void *memory_for(size_t size);
int can_be_private(uint32_t slot);
void *map_at(size_t size, int prot, int flags, int fd, uint64_t offset);
void memory_clear(void);
void poke(int thread, uint32_t offset, uint32_t value);
int touch(unsigned long addr, int write);

/* run.c */
long do_fork(uint32_t mode, int thread);

/* The calls, by what they are about. */
op_fn evtchn_virq, evtchn_interdomain, evtchn_unbound, evtchn_unbind, evtchn_notify,
      evtchn_reset, evtchn_restrict, evtchn_static, evtchn_read, evtchn_write;
op_fn gntalloc_alloc, gntalloc_dealloc, gntalloc_notify;
op_fn gntdev_map, gntdev_map_mmap, gntdev_unmap, gntdev_offset, gntdev_notify, gntdev_copy,
      gntdev_export, gntdev_wait, gntdev_import, gntdev_release;
op_fn privcmd_hypercall, privcmd_batch2, privcmd_batch, privcmd_mmap, privcmd_dm_op,
      privcmd_restrict, privcmd_resource, privcmd_irqfd, privcmd_ioeventfd, privcmd_gsi;
op_fn file_open, file_close, file_dup, file_poll, file_fcntl, file_any_ioctl, file_signal,
      file_read;
op_fn mem_mmap, mem_mmap_all, mem_mmap_anon, mem_munmap, mem_mremap, mem_mprotect, mem_madvise, mem_touch,
      mem_futex, mem_poke, mem_write;
op_fn task_fork, task_yield, task_sleep, task_observe, task_trace;
op_fn event_kill, event_fire, event_peer_maps, event_peer_unmaps, event_frame, event_grant,
      event_fails, event_limit, event_request, event_exporter, event_resume;

#endif
