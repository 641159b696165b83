// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads and processes that do random things.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "crew.h"

#define PAGE		4096UL

/* Between two murders, and how long a hand may take for its last operation. */
#define KILL_MS		100
#define LAST_MS		20000

void *shared_alloc(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void shared_free(void *p, size_t size)
{
	munmap(p, size);
}

unsigned int pick(struct hand *h, unsigned int below)
{
	/* 0 would stay 0. */
	h->random ^= h->random ? h->random << 13 : h->nr + 1;
	h->random ^= h->random >> 7;
	h->random ^= h->random << 17;
	return (h->random >> 32) % below;
}

bool one_of(long ret, const int *errors)
{
	if (ret >= 0)
		return true;
	for (; *errors; errors++) {
		if (ret == -*errors)
			return true;
	}
	return false;
}

void crew_fail(struct hand *h, const char *what, long value)
{
	struct crew *c = h->crew;

	if (atomic_exchange(&c->has_failed, true))
		return;
	snprintf(c->failed, sizeof(c->failed), "%s: %ld", what, value);
}

static void *hand_work(void *arg)
{
	struct hand *h = arg;
	struct crew *c = h->crew;

	while (!c->stop) {
		c->act(h, c->arg);
		h->done++;
	}
	return NULL;
}

static int hand_live(void *arg)
{
	hand_work(arg);
	return 0;
}

static int hand_start(struct hand *h, bool thread)
{
	if (thread)
		return -pthread_create(&h->thread, NULL, hand_work, h);
	h->pid = child_start(hand_live, h);
	return h->pid < 0 ? h->pid : 0;
}

struct crew *crew_start(unsigned int threads, unsigned int processes,
			crew_act act, void *arg, uint64_t seed)
{
	struct crew *c = shared_alloc(sizeof(*c));
	struct hand *h;

	if (!c)
		return NULL;
	c->act = act;
	c->arg = arg;
	c->threads = threads;
	for (; c->hands < threads + processes; c->hands++) {
		h = &c->hand[c->hands];
		h->crew = c;
		h->nr = c->hands;
		h->random = (seed + 1) * 0x9e3779b97f4a7c15ULL + h->nr + 1;
		if (hand_start(h, h->nr < threads)) {
			crew_fail(h, "cannot start it", h->nr);
			break;
		}
	}
	return c;
}

static void replace_one(struct crew *c, unsigned int nr)
{
	struct hand *h = &c->hand[nr];

	kill(h->pid, SIGKILL);
	if (child_wait(h->pid, LAST_MS) == -ETIMEDOUT)
		crew_fail(h, "a killed process does not end", h->pid);
	c->killed++;
	h->random += nr + 1;
	if (hand_start(h, false))
		crew_fail(h, "cannot start another process", h->pid);
}

void crew_work(struct crew *c, unsigned int ms)
{
	uint64_t end = now_us() + ms * 1000ULL;
	unsigned int nr = c->threads;

	while (now_us() < end && !c->has_failed) {
		sleep_ms(KILL_MS);
		if (c->threads >= c->hands)
			continue;
		replace_one(c, nr);
		if (++nr == c->hands)
			nr = c->threads;
	}
}

static bool hand_ends(struct crew *c, struct hand *h)
{
	struct timespec end;
	int ret;

	if (h->nr >= c->threads) {
		ret = child_wait(h->pid, LAST_MS);
		if (ret && ret != -ETIMEDOUT)
			crew_fail(h, "a process ended badly", ret);
		return ret != -ETIMEDOUT;
	}
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += LAST_MS / 1000;
	return !pthread_timedjoin_np(h->thread, NULL, &end);
}

unsigned long crew_stop(struct crew *c)
{
	unsigned long done = 0;
	unsigned int i;

	c->stop = true;
	for (i = 0; i < c->hands; i++) {
		if (!hand_ends(c, &c->hand[i]))
			c->hung++;
		done += c->hand[i].done;
	}
	return done;
}

void crew_free(struct crew *c)
{
	if (!c->hung)
		shared_free(c, sizeof(*c));
}

void crew_fork(struct hand *h, crew_act act, void *arg)
{
	bool early = pick(h, 2);
	pid_t pid;
	int i;

	pid = fork();
	if (pid < 0)
		return;
	if (!pid) {
		/* Others than the parent's. */
		h->random ^= getpid();
		alarm(LAST_MS / 1000);
		for (i = 0; i < 8; i++)
			act(h, arg);
		_exit(0);
	}
	if (early) {
		sched_yield();
		kill(pid, SIGKILL);
	}
	waitpid(pid, NULL, 0);
}

int arena_init(struct arena *a)
{
	a->base = mmap(NULL, ARENA_SLOTS * ARENA_PAGES * PAGE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (a->base == MAP_FAILED)
		return -errno;
	a->file = memfd_create("arena", MFD_CLOEXEC);
	if (a->file < 0 || ftruncate(a->file, PAGE))
		return -errno;
	return 0;
}

void arena_free(struct arena *a)
{
	munmap(a->base, ARENA_SLOTS * ARENA_PAGES * PAGE);
	close(a->file);
}

char *arena_slot(const struct arena *a, unsigned int slot)
{
	return a->base + slot * ARENA_PAGES * PAGE;
}

void arena_clear(char *addr, unsigned long pages)
{
	mmap(addr, pages * PAGE, PROT_NONE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

void arena_clear_all(const struct arena *a)
{
	arena_clear(a->base, ARENA_SLOTS * ARENA_PAGES);
}

void arena_read(const struct arena *a, const char *addr)
{
	if (pwrite(a->file, addr, 8, 0) < 0)
		sched_yield();
}

void arena_write(const struct arena *a, char *addr)
{
	if (pread(a->file, addr, 8, 0) < 0)
		sched_yield();
}

char *arena_part(struct hand *h, const struct arena *a, unsigned long *pages)
{
	unsigned int first = pick(h, ARENA_PAGES);

	*pages = 1 + pick(h, ARENA_PAGES - first);
	return arena_slot(a, pick(h, ARENA_SLOTS)) + first * PAGE;
}

void arena_disturb(struct hand *h, const struct arena *a)
{
	unsigned int kind = pick(h, h->nr < h->crew->threads ? 5 : 7);
	unsigned long pages;
	char *p = arena_part(h, a, &pages);

	switch (kind) {
	case 0:
		arena_read(a, p);
		break;
	case 1:
		arena_write(a, p);
		break;
	case 2:
		arena_clear(p, pages);
		break;
	case 3:
		mprotect(p, pages * PAGE, pick(h, 2) ? PROT_READ :
			 PROT_READ | PROT_WRITE);
		break;
	case 4:
		madvise(p, pages * PAGE, MADV_DONTNEED);
		break;
	case 5:
		munmap(p, pages * PAGE);
		break;
	case 6:
		mremap(p, pages * PAGE, pages * PAGE,
		       MREMAP_MAYMOVE | MREMAP_FIXED,
		       arena_slot(a, pick(h, ARENA_SLOTS)));
		break;
	}
}
