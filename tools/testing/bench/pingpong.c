// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: two processes that wait for each other.
 */
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "evtchn_ops.h"
#include "floors.h"

#define TIMES	50
#define TOTAL	(TIMES * BENCH_ROUNDS)

struct table {
	int fd;
	/* Of the other end, to send to; of this one, to be told by. */
	uint32_t out;
};

static void hit(struct table *t)
{
	bench_need(!ev_notify(t->fd, t->out), "notify");
}

static void wait_for(struct table *t)
{
	uint32_t port;

	bench_need(ev_read(t->fd, &port, sizeof(port)) == sizeof(port),
		   "read");
	ev_unmask(t->fd, port);
}

static void eventfd_hit(int fd)
{
	uint64_t one = 1;

	bench_need(write(fd, &one, sizeof(one)) == sizeof(one), "write");
}

static void eventfd_wait(int fd)
{
	uint64_t count;

	bench_need(read(fd, &count, sizeof(count)) == sizeof(count), "read");
}

static void end_child(pid_t child)
{
	int status;

	bench_need(waitpid(child, &status, 0) == child && !status,
		   "the other process");
}

/* The same with files that have nothing to do with Xen. */
static uint64_t eventfd_pingpong(void)
{
	int there = eventfd(0, EFD_CLOEXEC), back = eventfd(0, EFD_CLOEXEC);
	struct bench_round r = {};
	pid_t child = fork();
	int i;

	bench_need(child >= 0 && there >= 0 && back >= 0, "fork, eventfd");
	if (!child) {
		for (i = 0; i < TOTAL; i++) {
			eventfd_wait(there);
			eventfd_hit(back);
		}
		_exit(0);
	}
	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++) {
			eventfd_hit(there);
			eventfd_wait(back);
		}
		bench_end(&r, TIMES);
	}
	end_child(child);
	close(there);
	close(back);
	return bench_median(&r);
}

static void report_floor(void)
{
	uint64_t switches = eventfd_pingpong(), arrive;

	if (!floor_have())
		return;
	arrive = floor_cost((struct floor_run){
		.op = FLOOR_ARRIVE,
		.times = TIMES,
	}).there;
	/* Two that unmask. */
	bench_report_floor("evtchn-pingpong", 1, 0,
			   switches + 2 * bench_syscall + 2 * arrive);
}

void bench_pingpong(void)
{
	struct table a = { .fd = ev_open(O_RDWR) }, b = { .fd = ev_open(O_RDWR) };
	struct bench_round r = {};
	struct ev_pair pair;
	pid_t child;
	int i;

	bench_need(a.fd >= 0 && b.fd >= 0 && !ev_pair(a.fd, b.fd, &pair),
		   "a channel");
	a.out = pair.a;
	b.out = pair.b;
	child = fork();
	bench_need(child >= 0, "fork");
	if (!child) {
		for (i = 0; i < TOTAL; i++) {
			wait_for(&b);
			hit(&b);
		}
		_exit(0);
	}
	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++) {
			hit(&a);
			wait_for(&a);
		}
		bench_end(&r, TIMES);
	}
	end_child(child);
	bench_report("evtchn-pingpong", 1, 0, &r);
	close(a.fd);
	close(b.fd);
	report_floor();
}
