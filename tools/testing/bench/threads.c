// SPDX-License-Identifier: GPL-2.0-only
/*
 * What two threads do together, beside what one does alone: operations per
 * second. For a machine with two processors, in time as it passes.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <xen/memory.h>

#include "bench.h"
#include "env.h"
#include "evtchn_ops.h"
#include "fmap.h"
#include "granter.h"
#include "hcall.h"

#define THREADS		2

/* One and two take turns; the best of each counts. */
#define TURNS		6
#define TURN_NS		150000000LL
#define PLACE_PAGES	512UL
#define FRAMES		16

struct worker {
	/* Its own, or the one that all have. */
	int fd;
	int other;
	struct ev_pair pair;
	char *place;
	unsigned long done;
	pthread_t thread;
	void (*step)(struct worker *w);
};

static struct worker workers[THREADS];
static struct granter granter;
static atomic_bool go, stop;

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	while (!go)
		;
	while (!stop) {
		w->step(w);
		w->done++;
	}
	return NULL;
}

/* Operations per second of the first @nr together. */
static uint64_t rate(unsigned int nr)
{
	struct timespec turn = { .tv_nsec = TURN_NS };
	unsigned long done = 0;
	long long begin;
	unsigned int i;

	go = false;
	stop = false;
	for (i = 0; i < nr; i++) {
		workers[i].done = 0;
		bench_need(!pthread_create(&workers[i].thread, NULL, work,
					   &workers[i]), "a thread");
	}
	begin = now_ns();
	go = true;
	nanosleep(&turn, NULL);
	stop = true;
	for (i = 0; i < nr; i++) {
		pthread_join(workers[i].thread, NULL);
		done += workers[i].done;
	}
	return done * 1000000000LL / (now_ns() - begin);
}

static void compete(const char *name, void (*step)(struct worker *w))
{
	uint64_t best[THREADS + 1] = {}, r;
	unsigned int i, nr;

	for (i = 0; i < THREADS; i++)
		workers[i].step = step;
	for (i = 0; i < TURNS; i++) {
		for (nr = 1; nr <= THREADS; nr++) {
			r = rate(nr);
			best[nr] = r > best[nr] ? r : best[nr];
		}
	}
	for (nr = 1; nr <= THREADS; nr++)
		bench_report_value(name, nr, 0, best[nr]);
}

/* All on the first one's file, or each on its own. */
static void open_all(int (*open_one)(void), bool shared)
{
	unsigned int i;

	for (i = 0; i < THREADS; i++) {
		workers[i].fd = shared && i ? workers[0].fd : open_one();
		bench_need(workers[i].fd >= 0, "open");
	}
}

static void close_all(bool shared)
{
	unsigned int i;

	for (i = 0; i < (shared ? 1 : THREADS); i++)
		close(workers[i].fd);
}

static void step_null(struct worker *w)
{
	(void)w;
	syscall(SYS_getppid);
}

static void step_hypercall(struct worker *w)
{
	xen_version(w->fd);
}

static void hypercalls(void)
{
	open_all(privcmd_open, true);
	compete("hypercall-one-file", step_hypercall);
	close_all(true);
}

static int evtchn_open(void)
{
	return ev_open(O_RDWR);
}

static void step_notify(struct worker *w)
{
	ev_notify(w->fd, w->pair.a);
}

/* Of a port that is unmasked: nothing but the driver's own work. */
static void step_unmask(struct worker *w)
{
	ev_unmask(w->fd, w->pair.a);
}

static void events(const char *notify, const char *unmask, bool shared)
{
	unsigned int i;

	open_all(evtchn_open, shared);
	for (i = 0; i < THREADS; i++) {
		workers[i].other = evtchn_open();
		bench_need(!ev_pair(workers[i].fd, workers[i].other,
				    &workers[i].pair), "a channel");
	}
	compete(notify, step_notify);
	compete(unmask, step_unmask);
	for (i = 0; i < THREADS; i++)
		close(workers[i].other);
	close_all(shared);
}

static void step_map(struct worker *w)
{
	uint64_t index;

	bench_need(!gd_map_refs(w->fd, granter.domid, 1, granter.ref, &index),
		   "map");
	bench_need(mmap(w->place, PG, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_FIXED, w->fd, index) == w->place,
		   "mmap of a grant");
	munmap(w->place, PG);
	gd_unmap(w->fd, index, 1);
}

static void grants(const char *name, bool shared)
{
	open_all(gd_open, shared);
	compete(name, step_map);
	close_all(shared);
}

static void step_alloc(struct worker *w)
{
	uint64_t index;
	uint32_t ref;

	bench_need(!ga_alloc(w->fd, BENCH_NOBODY, 1, &index, &ref), "alloc");
	ga_free(w->fd, index, 1);
}

static void allocations(const char *name, bool shared)
{
	open_all(ga_open, shared);
	compete(name, step_alloc);
	close_all(shared);
}

static void step_frames(struct worker *w)
{
	void *area = fm_area(w->fd, FRAMES);
	int err[FRAMES];

	bench_need(area && !fm_v2(w->fd, granter.domid, area, FRAMES,
				  granter.guest.frame, err), "MMAPBATCH_V2");
	munmap(area, FRAMES * PG);
}

static void frames(void)
{
	open_all(privcmd_open, true);
	compete("mmapbatch-one-file", step_frames);
	close_all(true);
}

void bench_threads(void)
{
	unsigned int i;

	bench_need(!granter_create(&granter, FRAMES), "a domain that grants");
	for (i = 0; i < THREADS; i++) {
		/* Pages stay on both sides, and with them the page table. */
		workers[i].place = mmap(NULL, PLACE_PAGES * PG,
					PROT_READ | PROT_WRITE, MAP_PRIVATE |
					MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		bench_need(workers[i].place != MAP_FAILED, "a place");
		workers[i].place += PLACE_PAGES / 2 * PG;
	}
	compete("system-call", step_null);
	hypercalls();
	events("notify-one-file", "unmask-one-file", true);
	events("notify-two-files", "unmask-two-files", false);
	grants("grant-cycle-one-file", true);
	grants("grant-cycle-two-files", false);
	allocations("gntalloc-one-file", true);
	allocations("gntalloc-two-files", false);
	frames();
	granter_free(&granter);
}
