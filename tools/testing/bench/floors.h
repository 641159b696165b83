/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module of floor/ measures, and what a mapping of it costs.
 */
#ifndef FLOORS_H
#define FLOORS_H

#include "bench.h"
#include "floor/floor.h"

struct floor_cost {
	uint64_t there;
	uint64_t back;
};

/* Is the module loaded? Floors are left out without it. */
bool floor_have(void);

/* System calls that reach a driver, in which there is nothing to do. */
void floor_report_null(void);

/* Medians. @times of @run may be 0: once for each round. */
struct floor_cost floor_cost(struct floor_run run);

/* Of one round. */
struct floor_cost floor_once(struct floor_run run);

/* mmap and munmap of @nr pages at @place, as system calls, without content. */
struct floor_cost floor_vma(char *place, unsigned int nr);

/* Both together, with new memory of @nr pages. */
uint64_t floor_memory(unsigned int nr);

/*
 * To fill a new mapping of @run.nr pages, and to unmap it. The latter with the
 * hypercalls that empty it, and the page tables.
 */
struct floor_cost floor_fill(struct floor_run run, unsigned int rounds);

#endif
