// SPDX-License-Identifier: GPL-2.0-only
/*
 * One end of a vchan.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <libxenvchan.h>

#include "clock.h"
#include "vchan.h"

/* Larger than a page, smaller than a ring. */
#define RING		(64 << 10)
#define CHUNK		(12 << 10)
#define WORDS		(CHUNK / 8)

static void chunk_fill(uint64_t *p, uint64_t number)
{
	uint64_t i;

	for (i = 0; i < WORDS; i++)
		p[i] = (number * WORDS + i + 1) * 0x9e3779b97f4a7c15ULL;
}

static int vchan_send(struct libxenvchan *v, unsigned int chunks)
{
	uint64_t out[WORDS];
	unsigned int i;

	for (i = 0; i < chunks; i++) {
		chunk_fill(out, i);
		if (libxenvchan_send(v, out, CHUNK) != CHUNK)
			return -EPIPE;
	}
	return 0;
}

static int vchan_receive(struct libxenvchan *v, unsigned int chunks)
{
	uint64_t in[WORDS], expected[WORDS];
	unsigned int i;

	for (i = 0; i < chunks; i++) {
		if (libxenvchan_recv(v, in, CHUNK) != CHUNK)
			return -EIO;
		chunk_fill(expected, i);
		if (memcmp(in, expected, CHUNK))
			return -EBADMSG;
	}
	return 0;
}

/* The server may not have told xenstore yet. */
static struct libxenvchan *vchan_connect(int peer, const char *path)
{
	uint64_t end = now_us() + 2 * SOON_MS * 1000ULL;
	struct libxenvchan *v;

	while (!(v = libxenvchan_client_init(NULL, peer, path))) {
		if (now_us() > end)
			break;
		sleep_ms(100);
	}
	return v;
}

int vchan_run(bool server, int peer, const char *path, unsigned int kib)
{
	unsigned int chunks = (kib << 10) / CHUNK + 1;
	struct libxenvchan *v;
	int ret;

	v = server ? libxenvchan_server_init(NULL, peer, path, RING, RING) :
		     vchan_connect(peer, path);
	if (!v)
		return errno ? -errno : -ENOTCONN;
	v->blocking = 1;
	if (server)
		ret = vchan_send(v, chunks) ?: vchan_receive(v, chunks);
	else
		ret = vchan_receive(v, chunks) ?: vchan_send(v, chunks);
	/* The one that received last closes first, and the other sees it. */
	if (!ret && !server) {
		while (libxenvchan_is_open(v) == 1)
			libxenvchan_wait(v);
	}
	libxenvchan_close(v);
	return ret;
}
