// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that a guest shares with dom0, and pages of dom0 that it has mapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "evtchn_ops.h"
#include "fmap.h"
#include "grant.h"
#include "holding.h"

#define REFS_MAX	256

/* What it has, of the two kinds. */
struct holding {
	int fd;
	char *p;
	uint64_t index;
	unsigned int count;
};

static struct holding mapped = { .fd = -1 }, shared = { .fd = -1 };

/* What a process has beside the pages of dom0, in the same page table as a rule. */
static char *neighbour;

static int make_neighbour(void)
{
	neighbour = mmap(NULL, PG, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (neighbour == MAP_FAILED)
		return -errno;
	pattern_write(neighbour, 1, 1);
	return 0;
}

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
	return mapped.p ? make_neighbour() : -errno;
}

/* Words: how many pages. The answer has their references. */
static int do_share(char *words, char *more)
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
	*h = (struct holding){ .fd = -1 };
	return ret;
}

/* The same in steps. */
static int give_back(struct holding *h)
{
	int ret = munmap(h->p, h->count * PG) ? -errno : 0;

	if (!ret && h == &mapped)
		ret = gd_unmap(h->fd, h->index, h->count);
	else if (!ret)
		ret = ga_free(h->fd, h->index, h->count);
	close(h->fd);
	*h = (struct holding){ .fd = -1 };
	return ret;
}

/* How many pages have something else in them than zeros, or what peek() says. */
static int not_zero(const struct holding *h)
{
	static const char zeros[PG];
	unsigned int i;
	int nr = 0, ret;

	for (i = 0; i < h->count; i++) {
		ret = peek(h->p + i * PG);
		if (ret < 0)
			return ret;
		nr += memcmp(h->p + i * PG, zeros, PG) != 0;
	}
	return nr;
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

int holding_command(const char *verb, char *words, char *more)
{
	struct holding *h = strstr(verb, "shared") ? &shared : &mapped;

	if (!strcmp(verb, "map"))
		return do_map(words);
	if (!strcmp(verb, "share"))
		return do_share(words, more);
	if (!h->p)
		return -ENOSYS;
	if (!strcmp(verb, "check-neighbour"))
		return pattern_wrong(neighbour, 1, 1);
	if (!strncmp(verb, "check-", 6))
		return pattern_wrong(h->p, h->count, atoi(words));
	if (!strncmp(verb, "write-", 6)) {
		pattern_write(h->p, h->count, atoi(words));
		return 0;
	}
	if (!strncmp(verb, "zeros-", 6))
		return not_zero(h);
	if (!strncmp(verb, "notify-", 7))
		return do_notify(h, words);
	if (!strncmp(verb, "release-", 8))
		return let_go(h);
	if (!strncmp(verb, "free-", 5))
		return give_back(h);
	return -ENOSYS;
}
