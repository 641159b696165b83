// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in a guest and does with grants what "guests-grant" in dom0 tells it
 * through xenstore; see lib/xl.c. No verdict here.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "evtchn_ops.h"
#include "holding.h"
#include "obey.h"
#include "vchan.h"

static char more[OBEY_TEXT];

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
	if (!strcmp(verb, "hello"))
		return 0;
	if (!strcmp(verb, "vchan"))
		return do_vchan(words);
	if (!strcmp(verb, "die"))
		kill(getpid(), SIGKILL);
	return holding_command(verb, words, more);
}

int main(void)
{
	return obey(do_command, more);
}
