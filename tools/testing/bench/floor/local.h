/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the module share.
 */
#ifndef FLOOR_LOCAL_H
#define FLOOR_LOCAL_H

#include <linux/timex.h>
#include <linux/types.h>

#include "floor.h"

/* More than any operation of the benchmark is on. */
#define FLOOR_NR_MAX	65536u
#define FLOOR_LEN_MAX	4096u

/**
 * struct floor_timer - adds up what passes between its beginnings and ends
 * @begin: of the part that is being measured
 * @sum: of those before
 */
struct floor_timer {
	u64 begin;
	u64 sum;
};

/* What it costs to read the clock. */
extern u64 floor_clock;

static inline void floor_begin(struct floor_timer *timer)
{
	timer->begin = get_cycles();
}

static inline void floor_end(struct floor_timer *timer)
{
	timer->sum += get_cycles() - timer->begin - floor_clock;
}

/*
 * Each does its operation run->times times. The sums are divided by that
 * afterwards.
 */
typedef int floor_fn(const struct floor_run *run, struct floor_timer *there,
		     struct floor_timer *back);

floor_fn floor_xen_version;
floor_fn floor_multicall;
floor_fn floor_dm_op;
floor_fn floor_send;
floor_fn floor_arrive;
floor_fn floor_ports;
floor_fn floor_unmask;
floor_fn floor_frames;
floor_fn floor_resource;
floor_fn floor_pages;
floor_fn floor_grants;
floor_fn floor_copy;
floor_fn floor_alloc;

/*
 * Machine addresses of the page table entries of the caller from run->addr on,
 * for run->nr pages.
 */
int floor_entries(const struct floor_run *run, u64 *entry);

#endif
