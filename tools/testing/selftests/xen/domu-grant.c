// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in a guest and does with grants what "guests-grant" in dom0 tells it
 * through xenstore; see lib/xl.c. No verdict here.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "evtchn_ops.h"
#include "fmap.h"
#include "grant.h"
#include "obey.h"
#include "vchan.h"

#define REFS_MAX	256

/* What it has, of the two kinds. */
struct holding {
	int fd;
	char *p;
	uint64_t index;
	unsigned int count;
};

static struct holding mapped = { .fd = -1 }, shared = { .fd = -1 };
static char more[OBEY_TEXT];

/* Words: references of dom0. */
static int do_map(char *words)
{
	uint32_t ref[REFS_MAX];
	char *word, *save;
	int ret;

	mapped.count = 0;
	for (word = strtok_r(words, " ", &save); word && mapped.count < REFS_MAX;
	     word = strtok_r(NULL, " ", &save))
		ref[mapped.count++] = atoi(word);
	mapped.fd = gd_open();
	if (mapped.fd < 0)
		return mapped.fd;
	ret = gd_map_refs(mapped.fd, DOM_HERE, mapped.count, ref,
			  &mapped.index);
	if (ret)
		return ret;
	mapped.p = gd_mmap(mapped.fd, mapped.index, mapped.count,
			   PROT_READ | PROT_WRITE);
	return mapped.p ? 0 : -errno;
}

/* Words: how many pages. The answer has their references. */
static int do_share(char *words)
{
	uint32_t ref[REFS_MAX];
	unsigned int i;
	int len = 0, ret;

	shared.count = atoi(words);
	if (shared.count > REFS_MAX)
		return -E2BIG;
	shared.fd = ga_open();
	if (shared.fd < 0)
		return shared.fd;
	ret = ga_alloc(shared.fd, DOM_HERE, shared.count, &shared.index, ref);
	if (ret)
		return ret;
	shared.p = ga_map(shared.fd, shared.index, shared.count);
	for (i = 0; i < shared.count; i++)
		len += sprintf(more + len, " %u", ref[i]);
	return shared.p ? 0 : -errno;
}

static int let_go(struct holding *h)
{
	int ret = munmap(h->p, h->count * PG) ? -errno : 0;

	close(h->fd);
	h->fd = -1;
	return ret;
}

/* Words: a port of dom0 to be rung, and the offset of a byte to be cleared. */
static int do_notify(struct holding *h, char *words)
{
	unsigned int port = 0, offset = 0, action;
	int fd = ev_open(O_RDWR), ours;

	if (sscanf(words, "%u %u", &port, &offset) != 2)
		return -EINVAL;
	ours = ev_bind_interdomain(fd, DOM_HERE, port);
	if (ours < 0)
		return ours;
	action = UNMAP_NOTIFY_CLEAR_BYTE | UNMAP_NOTIFY_SEND_EVENT;
	if (h == &mapped)
		return gd_notify(h->fd, h->index + offset, action, ours);
	return ga_notify(h->fd, h->index + offset, action, ours);
}

/* Words: server or client, KiB, and a path. */
static int do_vchan(char *words)
{
	char role[16], path[256];
	unsigned int kib;

	if (sscanf(words, "%15s %u %255s", role, &kib, path) != 3)
		return -EINVAL;
	return vchan_run(!strcmp(role, "server"), DOM_HERE, path, kib);
}

static int do_command(const char *verb, char *words)
{
	struct holding *h = strstr(verb, "shared") ? &shared : &mapped;

	if (!strcmp(verb, "hello"))
		return 0;
	if (!strcmp(verb, "map"))
		return do_map(words);
	if (!strcmp(verb, "share"))
		return do_share(words);
	if (!strncmp(verb, "check-", 6))
		return pattern_wrong(h->p, h->count, atoi(words));
	if (!strncmp(verb, "write-", 6)) {
		pattern_write(h->p, h->count, atoi(words));
		return 0;
	}
	if (!strncmp(verb, "notify-", 7))
		return do_notify(h, words);
	if (!strncmp(verb, "release-", 8))
		return let_go(h);
	if (!strcmp(verb, "vchan"))
		return do_vchan(words);
	if (!strcmp(verb, "die"))
		kill(getpid(), SIGKILL);
	return -ENOSYS;
}

int main(void)
{
	return obey(do_command, more);
}
