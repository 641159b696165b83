/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads and processes that do random things to the same files until they are
 * told to stop. Processes are killed now and then, and others take their place.
 *
 * What they do must not need the harness: they say what is wrong by
 * crew_fail(), and the test asks for it at the end.
 */
#ifndef XT_CREW_H
#define XT_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CREW_MAX	12

struct crew;

struct hand {
	struct crew *crew;
	unsigned int nr;
	/* Of a process, which has its addresses to itself. */
	pid_t pid;
	pthread_t thread;
	uint64_t random;
	/* The operations that were done. */
	atomic_ulong done;
};

/* One step, of a random kind. */
typedef void (*crew_act)(struct hand *h, void *arg);

/* Lies in memory that the processes share. */
struct crew {
	crew_act act;
	void *arg;
	unsigned int threads;
	unsigned int hands;
	unsigned int killed;
	unsigned int hung;
	atomic_bool stop;
	/* The first thing that went wrong, or "". */
	atomic_bool has_failed;
	char failed[128];
	struct hand hand[CREW_MAX];
};

/* Memory that is shared over fork(), zeroed; NULL without memory. */
void *shared_alloc(size_t size);
void shared_free(void *p, size_t size);

/* NULL, or the crew at work. @seed decides what its hands do, each for itself. */
struct crew *crew_start(unsigned int threads, unsigned int processes,
			crew_act act, void *arg, uint64_t seed);

/* Let it work for so long, with processes being killed; end early on failure. */
void crew_work(struct crew *c, unsigned int ms);

/*
 * The end: how many operations were done. What does not end within a while is
 * counted in @hung; a thread that hangs stays, and so does the crew.
 */
unsigned long crew_stop(struct crew *c);
void crew_free(struct crew *c);

/* Say what went wrong, @value being what came of it. */
void crew_fail(struct hand *h, const char *what, long value);

/* A number below @below. */
unsigned int pick(struct hand *h, unsigned int below);

/* @ret is 0 or more, or one of these errors, which end with 0. */
bool one_of(long ret, const int *errors);

/* In a child of this one, which may be killed before it is through. */
void crew_fork(struct hand *h, crew_act act, void *arg);

/*
 * Addresses for all to map in and unmap, in slots. They stay reserved: what is
 * unmapped there is replaced by nothing, so that nobody else gets them.
 */
#define ARENA_SLOTS	8
#define ARENA_PAGES	16UL

struct arena {
	char *base;
	/* A file to copy from and to: a bad address is then just an error. */
	int file;
};

int arena_init(struct arena *a);
void arena_free(struct arena *a);
char *arena_slot(const struct arena *a, unsigned int slot);

/* Take away what is mapped at @addr. */
void arena_clear(char *addr, unsigned long pages);
void arena_clear_all(const struct arena *a);

/* One word by a system call, wherever that is mapped by then. */
void arena_read(const struct arena *a, const char *addr);
void arena_write(const struct arena *a, char *addr);

/* A random part of a slot: its address, and the pages of it. */
char *arena_part(struct hand *h, const struct arena *a, unsigned long *pages);

/*
 * Something done to a random part of whatever is mapped, by system calls that
 * know nothing of it. In a process also what moves mappings.
 */
void arena_disturb(struct hand *h, const struct arena *a);

#endif
