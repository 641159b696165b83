// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in a guest and does what "clients" in dom0 tells it through xenstore;
 * see lib/xl.c. No verdict here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "obey.h"

static char more[OBEY_TEXT];

/* Words: a line for the shell. The answer has what it says, in one line. */
static int do_sh(const char *words)
{
	FILE *p = popen(words, "re");
	size_t len = 1, i;
	int status;

	if (!p)
		return -errno;
	more[0] = ' ';
	/* Room for the number, and for the path: one message has all three. */
	len += fread(more + 1, 1, sizeof(more) - 512, p);
	while (fgetc(p) != EOF)
		;
	for (i = 0; i < len; i++)
		if (more[i] == '\n')
			more[i] = i + 1 < len ? ' ' : 0;
	more[len] = 0;
	status = pclose(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* How often it was asked: only memory knows. */
static int do_count(void)
{
	static int count;

	return ++count;
}

static int do_command(const char *verb, char *words)
{
	if (!strcmp(verb, "hello"))
		return 0;
	if (!strcmp(verb, "sh"))
		return do_sh(words);
	if (!strcmp(verb, "count"))
		return do_count();
	return -ENOSYS;
}

int main(void)
{
	return obey(do_command, more);
}
