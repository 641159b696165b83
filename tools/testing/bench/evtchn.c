// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: with few and with many ports on the file.
 */
#include <fcntl.h>
#include <unistd.h>

#include "bench.h"
#include "evtchn_ops.h"
#include "floors.h"

#define TIMES	50

/* So many of the ports have another end. */
#define PAIRS	1024

static struct ev_pair pairs[PAIRS];
static unsigned int nr_pairs;

static int open_with(unsigned int ports, int *other)
{
	int fd = ev_open(O_RDWR);
	unsigned int i;

	*other = ev_open(O_RDWR);
	bench_need(fd >= 0 && *other >= 0, "open of evtchn");
	nr_pairs = ports < PAIRS ? ports : PAIRS;
	for (i = 0; i < nr_pairs; i++)
		bench_need(!ev_pair(*other, fd, &pairs[i]), "a channel");
	for (; i < ports; i++)
		bench_need(ev_bind_unbound(fd, BENCH_HERE) >= 0, "a port");
	return fd;
}

static struct floor_cost floor_op(unsigned int op, unsigned int nr,
				  unsigned int times, uint64_t addr)
{
	return floor_cost((struct floor_run){
		.op = op,
		.nr = nr,
		.times = times,
		.addr = addr,
	});
}

/*
 * Of many events of a masked port one is left, which comes when it is unmasked:
 * it would be read in place of the next.
 */
static void drain(int fd)
{
	while (ev_wait(fd, 0) > 0)
		bench_need(ev_take(fd) >= 0, "take");
}

/* The port's event stays in the queue: it is not unmasked. */
static void one_notify(int other, int fd, unsigned int ports)
{
	struct bench_round r = {};
	unsigned int i;

	bench_need(!ev_notify(other, pairs[nr_pairs / 2].a), "notify");
	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++)
			ev_notify(other, pairs[nr_pairs / 2].a);
		bench_end(&r, TIMES);
	}
	bench_report("evtchn-notify", 1, ports, &r);
	if (floor_have())
		bench_report_floor("evtchn-notify", 1, ports, bench_syscall +
				   floor_op(FLOOR_SEND, 1, TIMES,
					    pairs[nr_pairs / 2].a).there);
	bench_need((uint32_t)ev_take(fd) == pairs[nr_pairs / 2].b, "take");
	drain(fd);
}

static void one_unmask(int fd, unsigned int ports)
{
	struct bench_round r = {};
	unsigned int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++)
			ev_unmask(fd, pairs[nr_pairs / 2].b);
		bench_end(&r, TIMES);
	}
	bench_report("evtchn-unmask-unmasked", 1, ports, &r);
	if (floor_have())
		bench_report_floor("evtchn-unmask-unmasked", 1, ports,
				   bench_syscall);
}

static void round_trip(int other, int fd, unsigned int ports)
{
	struct bench_round r = {};
	uint32_t port;
	unsigned int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++) {
			ev_notify(other, pairs[nr_pairs / 2].a);
			ev_read(fd, &port, sizeof(port));
			ev_unmask(fd, port);
		}
		bench_end(&r, TIMES);
		bench_need(port == pairs[nr_pairs / 2].b, "the event");
	}
	bench_report("evtchn-notify-read-unmask", 1, ports, &r);
	if (floor_have())
		bench_report_floor("evtchn-notify-read-unmask", 1, ports,
				   3 * bench_syscall +
				   floor_op(FLOOR_ARRIVE, 1, TIMES, 0).there);
}

/* Read and unmask of so many that have fired. */
static void read_many(int other, int fd, unsigned int n, unsigned int ports)
{
	struct bench_round rd = {}, un = {};
	uint32_t port[PAIRS];
	unsigned int i;

	while (rd.done < BENCH_ROUNDS) {
		for (i = 0; i < n; i++)
			ev_notify(other, pairs[i].a);
		bench_begin(&rd);
		bench_need(ev_read(fd, port, n * 4) == (ssize_t)(n * 4),
			   "read");
		bench_end(&rd, 1);
		bench_begin(&un);
		bench_need(ev_write(fd, port, n * 4) == (ssize_t)(n * 4),
			   "write");
		bench_end(&un, 1);
	}
	bench_report("evtchn-read", n, ports, &rd);
	bench_report("evtchn-unmask", n, ports, &un);
	if (!floor_have())
		return;
	bench_report_floor("evtchn-read", n, ports, bench_syscall);
	/* Of so many ports as do not take long to make. */
	i = n < 64 ? n : 64;
	bench_report_floor("evtchn-unmask", n, ports, bench_syscall +
			   floor_op(FLOOR_UNMASK, i, 1, 0).back * n / i);
}

static void bind_unbind(int fd, unsigned int ports)
{
	struct bench_round r = {};
	struct floor_cost cost;
	int port;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		port = ev_bind_unbound(fd, BENCH_HERE);
		bench_need(port >= 0 && !ev_unbind(fd, port), "bind, unbind");
		bench_end(&r, 1);
	}
	bench_report("evtchn-bind-unbind", 1, ports, &r);
	if (!floor_have())
		return;
	cost = floor_op(FLOOR_PORTS, 1, 1, 0);
	bench_report_floor("evtchn-bind-unbind", 1, ports,
			   2 * bench_syscall + cost.there + cost.back);
}

/* Once: it has to make the ports, which takes long. */
static void floor_close(unsigned int ports)
{
	struct floor_run run = {
		.op = FLOOR_PORTS,
		.nr = ports,
		.times = 1,
	};

	bench_report_floor("evtchn-close", ports, 0,
			   bench_syscall + floor_once(run).back);
}

static void with(unsigned int ports)
{
	struct bench_round r = {};
	int fd, other;

	fd = open_with(ports, &other);
	bench_settle();
	one_notify(other, fd, ports);
	one_unmask(fd, ports);
	round_trip(other, fd, ports);
	read_many(other, fd, 1, ports);
	if (nr_pairs >= 64)
		read_many(other, fd, 64, ports);
	if (nr_pairs >= PAIRS)
		read_many(other, fd, PAIRS, ports);
	bind_unbind(fd, ports);
	close(other);
	bench_settle();
	bench_begin(&r);
	close(fd);
	bench_end(&r, 1);
	bench_report("evtchn-close", ports, 0, &r);
	if (floor_have())
		floor_close(ports);
}

void bench_evtchn(void)
{
	static const unsigned int ports[] = { 1, 100, 1000, 4000 };
	unsigned int i;

	for (i = 0; i < (bench_short ? 2 : ARRAY_SIZE(ports)); i++)
		with(ports[i]);
}
