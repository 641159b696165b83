/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program: calls of two threads, in the world of a PV or of an auto-translated
 * domain. What the arguments of a call mean, its row in ops.c says.
 */
#ifndef XEN_FUZZ_PROG_H
#define XEN_FUZZ_PROG_H

#include <stddef.h>

#include "abi.h"

#define MAX_CALLS	48
#define MAX_ARGS	8

struct call {
	__u8 thread;
	__u8 op;
	/* The n-th allocation or access to user memory of it fails. */
	__u8 fault;
	__u32 arg[MAX_ARGS];
};

struct prog {
	__u32 world, seed, rate;
	unsigned int nr;
	struct call calls[MAX_CALLS];
};

typedef long op_fn(const __u32 *arg, int thread);

/* @kinds: a letter for each argument, see gen.c. */
struct op {
	const char *name;
	const char *kinds;
	op_fn *fn;
	/* How often it is chosen. */
	unsigned int weight;
};

extern const struct op ops[];
extern const unsigned int nr_ops;

/* text.c */
size_t prog_print(const struct prog *p, char *to, size_t size);
/* Returns the number of the line that is wrong, or 0. */
int prog_parse(struct prog *p, const char *text);

/* gen.c */
/* @state is kept there, to go on where another process ended. */
void gen_seed(__u64 *state, __u64 seed);
__u32 gen_random(__u32 below);
void gen_new(struct prog *p);
void gen_mutate(struct prog *p, const struct prog *other);

/* run.c: shared between the first process and its worker. */
struct stats {
	unsigned long long calls, okay;
	unsigned long long programs, killed;
	/* The worker has nothing left to do. */
	int done;
	unsigned long long by_op[256], okay_by_op[256];
};

extern struct stats *stats;
extern struct fuzz_shared *shared;

void run_init(void);
/*
 * Has a worker do that, and another if it dies, until it says that it is done.
 * @died is called in between, with what the program has left, or NULL.
 */
void run_worker(void (*work)(void), void (*died)(const struct fuzz_census *left));
/* In the worker. Returns false if something is left of it. */
int run_program(const struct prog *p, struct fuzz_census *left);
/* Ends the machine. */
void run_fault(void);

#endif
