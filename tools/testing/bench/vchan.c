// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxenvchan: both ends in one process, so that there are no switches of
 * processes in between. Only a PV domain can have them: an auto-translated one
 * would lose the pages.
 */
#include <string.h>

#include <libxenvchan.h>

#include "bench.h"
#include "env.h"
#include "floors.h"

#define TIMES	20
#define RING	(64 << 10)
#define CHUNK	(16 << 10)
#define CHUNKS	64
#define MESSAGE	64

static char out[CHUNK], in[CHUNK];

static void carry(struct libxenvchan *from, struct libxenvchan *to, size_t len)
{
	bench_need(libxenvchan_send(from, out, len) == (int)len, "send");
	bench_need(libxenvchan_recv(to, in, len) == (int)len, "receive");
}

/* Who finds nothing asks to be told, and waits. */
static void message(struct libxenvchan *from, struct libxenvchan *to)
{
	bench_need(!libxenvchan_data_ready(to), "an empty ring");
	bench_need(libxenvchan_send(from, out, MESSAGE) == MESSAGE, "send");
	bench_need(!libxenvchan_wait(to), "wait");
	bench_need(libxenvchan_recv(to, in, MESSAGE) == MESSAGE, "receive");
}

static void round_trip(struct libxenvchan *server, struct libxenvchan *client)
{
	struct bench_round r = {};
	unsigned int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++) {
			message(server, client);
			message(client, server);
		}
		bench_end(&r, TIMES);
	}
	bench_report("vchan-round-trip", MESSAGE, 0, &r);
}

static void throughput(struct libxenvchan *server, struct libxenvchan *client)
{
	struct bench_round r = {}, copy = {};
	unsigned int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < CHUNKS; i++)
			carry(server, client, CHUNK);
		bench_end(&r, CHUNKS);
		bench_begin(&copy);
		for (i = 0; i < 2 * CHUNKS; i++) {
			memcpy(in, out, CHUNK);
			/* It is to be done each time. */
			asm volatile("" : : : "memory");
		}
		bench_end(&copy, CHUNKS);
	}
	bench_report("vchan-send-receive", CHUNK, 0, &r);
	if (floor_have())
		bench_report_floor("vchan-send-receive", CHUNK, 0,
				   bench_median(&copy));
}

void bench_vchan(void)
{
	struct libxenvchan *server, *client;
	uint64_t arrive;

	if (!env_is_pv())
		return;
	memset(out, 1, sizeof(out));
	server = libxenvchan_server_init(NULL, BENCH_HERE, "bench", RING, RING);
	bench_need(!!server, "the server of a vchan");
	client = libxenvchan_client_init(NULL, BENCH_HERE, "bench");
	bench_need(!!client, "the client of a vchan");
	server->blocking = 1;
	client->blocking = 1;
	round_trip(server, client);
	throughput(server, client);
	libxenvchan_close(client);
	libxenvchan_close(server);
	if (!floor_have())
		return;
	arrive = floor_cost((struct floor_run){
		.op = FLOOR_ARRIVE,
		.times = TIMES,
	}).there;
	bench_report_floor("vchan-round-trip", MESSAGE, 0,
			   2 * (3 * bench_syscall + arrive));
}
