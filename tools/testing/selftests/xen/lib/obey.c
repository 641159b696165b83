// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that obeys dom0; see lib/xl.c.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xenstore.h>

#include "clock.h"
#include "obey.h"

static void reply(struct xs_handle *xs, unsigned int number, int result,
		  const char *more)
{
	char text[OBEY_TEXT + 64];
	int len;

	len = snprintf(text, sizeof(text), "%u %d%s", number, result, more);
	/* What is too long must not look like a guest that does not answer. */
	if (!xs_write(xs, XBT_NULL, "data/answer", text, len))
		xs_write(xs, XBT_NULL, "data/answer", text,
			 snprintf(text, sizeof(text), "%u -7", number));
}

/* The number of the command that is there, its verb and the rest. */
static unsigned int next_command(struct xs_handle *xs, char *verb, char *words)
{
	unsigned int number = 0, len;
	int skip = 0;
	char *text;

	text = xs_read(xs, XBT_NULL, "data/command", &len);
	verb[0] = 0;
	words[0] = 0;
	if (text && sscanf(text, "%u %31s %n", &number, verb, &skip) == 2)
		snprintf(words, OBEY_TEXT, "%s", text + skip);
	free(text);
	return number;
}

static int work(int (*command)(const char *verb, char *words), char *more,
		bool first)
{
	struct xs_handle *xs = xs_open(0);
	char verb[32], words[OBEY_TEXT];
	unsigned int done, number;

	if (!xs) {
		perror("guest: xs_open");
		return 1;
	}
	/* Its predecessor died: as it was told, or over what it was told. */
	done = first ? 0 : next_command(xs, verb, words);
	if (done)
		reply(xs, done, strcmp(verb, "die") ? -EINTR : 0, "");
	for (;;) {
		number = next_command(xs, verb, words);
		/* There is none in the new directory of a restored guest. */
		if (number == done || !number) {
			sleep_ms(20);
			continue;
		}
		more[0] = 0;
		reply(xs, number, command(verb, words), more);
		done = number;
	}
}

int obey(int (*command)(const char *verb, char *words), char *more)
{
	bool first = true;
	pid_t pid;

	for (;; first = false) {
		pid = fork();
		if (!pid)
			_exit(work(command, more, first));
		if (pid < 0 || waitpid(pid, NULL, 0) < 0)
			return 1;
		printf("guest: the worker ended\n");
		sleep_ms(100);
	}
}
