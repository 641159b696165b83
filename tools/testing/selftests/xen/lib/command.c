// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that are run through the shell.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "command.h"

#define LINE	2048

static char said[256 << 10];

static int command_line(const char *line)
{
	char all[LINE + 32], rest[4096];
	size_t len;
	int status;
	FILE *p;

	/* Braces: the redirection is for the whole line. */
	snprintf(all, sizeof(all), "{ %s\n} 2>&1 </dev/null", line);
	p = popen(all, "re");
	if (!p)
		return -errno;
	len = fread(said, 1, sizeof(said) - 1, p);
	said[len] = 0;
	while (fread(rest, 1, sizeof(rest), p))
		;
	status = pclose(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

int command(const char *format, ...)
{
	char line[LINE];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return len < LINE ? command_line(line) : -E2BIG;
}

bool command_within(unsigned int ms, const char *format, ...)
{
	uint64_t end = now_us() + ms * 1000ULL;
	char line[LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	while (command_line(line)) {
		if (now_us() > end)
			return false;
		sleep_ms(100);
	}
	return true;
}

const char *command_said(void)
{
	return said;
}

long long command_number(const char *what)
{
	const char *p = strstr(said, what);

	if (!p)
		return -1;
	p += strlen(what);
	p += strcspn(p, "0123456789\n");
	return *p && *p != '\n' ? strtoll(p, NULL, 10) : -1;
}
