// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/evtchn: with few and with many ports on the file.
 */
#include <fcntl.h>
#include <unistd.h>

#include "bench.h"
#include "evtchn_ops.h"

#define TIMES	50

static struct ev_pair *pairs;

static int open_with(unsigned int ports, int *other)
{
	int fd = ev_open(O_RDWR);
	unsigned int i;

	*other = ev_open(O_RDWR);
	bench_need(fd >= 0 && *other >= 0, "open of evtchn");
	for (i = 0; i < ports; i++)
		bench_need(!ev_pair(*other, fd, &pairs[i]), "a channel");
	return fd;
}

/* The port's event stays in the queue: it is not unmasked. */
static void one_notify(int other, int fd, unsigned int ports)
{
	struct bench_round r = {};
	unsigned int i;

	bench_need(!ev_notify(other, pairs[ports / 2].a), "notify");
	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++)
			ev_notify(other, pairs[ports / 2].a);
		bench_end(&r, TIMES);
	}
	bench_report("evtchn-notify", 1, ports, &r);
	bench_need((uint32_t)ev_take(fd) == pairs[ports / 2].b, "take");
}

static void one_unmask(int fd, unsigned int ports)
{
	struct bench_round r = {};
	unsigned int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++)
			ev_unmask(fd, pairs[ports / 2].b);
		bench_end(&r, TIMES);
	}
	bench_report("evtchn-unmask-unmasked", 1, ports, &r);
}

static void round_trip(int other, int fd, unsigned int ports)
{
	struct bench_round r = {};
	uint32_t port;
	unsigned int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++) {
			ev_notify(other, pairs[ports / 2].a);
			ev_read(fd, &port, sizeof(port));
			ev_unmask(fd, port);
		}
		bench_end(&r, TIMES);
		bench_need(port == pairs[ports / 2].b, "the event");
	}
	bench_report("evtchn-notify-read-unmask", 1, ports, &r);
}

/* Read and unmask of so many that have fired. */
static void read_many(int other, int fd, unsigned int ports)
{
	struct bench_round rd = {}, un = {};
	uint32_t port[1024];
	unsigned int i, n;

	n = ports < 1024 ? ports : 1024;
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
}

static void bind_unbind(int fd, unsigned int ports)
{
	struct bench_round r = {};
	int port;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		port = ev_bind_unbound(fd, BENCH_HERE);
		bench_need(port >= 0 && !ev_unbind(fd, port), "bind, unbind");
		bench_end(&r, 1);
	}
	bench_report("evtchn-bind-unbind", 1, ports, &r);
}

static void with(unsigned int ports)
{
	struct bench_round r = {};
	int fd, other;

	fd = open_with(ports, &other);
	one_notify(other, fd, ports);
	one_unmask(fd, ports);
	round_trip(other, fd, ports);
	if (ports <= 1024)
		read_many(other, fd, ports);
	bind_unbind(fd, ports);
	bench_begin(&r);
	close(fd);
	bench_end(&r, 1);
	bench_report("evtchn-close", ports, 0, &r);
	close(other);
}

void bench_evtchn(void)
{
	static const unsigned int ports[] = { 1, 60, 1000, 1800 };
	unsigned int i;

	pairs = calloc(4096, sizeof(*pairs));
	for (i = 0; i < ARRAY_SIZE(ports); i++)
		with(ports[i]);
	free(pairs);
}
