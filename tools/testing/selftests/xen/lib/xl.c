// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that Debian's xl makes.
 *
 * A command is a number and words at data/command of the guest's directory of
 * xenstore, the answer the same number, the result, and words, at data/answer.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "xl.h"

#define GONE_MS		20000

bool xl_possible(void)
{
	return access("/guest/vmlinuz", F_OK) == 0;
}

/* The domain that has the name now, and how often it was told something. */
int xl_find(struct xl_guest *g)
{
	char line[64], path[64], *text;
	unsigned int len;
	FILE *p;

	snprintf(line, sizeof(line), "xl domid %s 2>/dev/null", g->name);
	p = popen(line, "re");
	if (!p)
		return -errno;
	if (!fgets(line, sizeof(line), p))
		line[0] = 0;
	pclose(p);
	g->domid = atoi(line);
	if (!g->domid)
		return -ENOENT;
	snprintf(path, sizeof(path), "/local/domain/%u/data/command", g->domid);
	text = xs_read(g->xs, XBT_NULL, path, &len);
	if (text)
		g->commands = atoi(text);
	free(text);
	return 0;
}

static int xl_run(struct xl_guest *g, const char *what, const char *config)
{
	char command[1024];
	int len;

	len = snprintf(command, sizeof(command),
		       "xl create /guest/%s.cfg 'name=\"%s\"' 'extra=\"console=hvc0 loglevel=4 guest.%s=1\"' %s >/tmp/xl 2>&1 || { sed 's/^/# /' /tmp/xl; false; }",
		       g->type, g->name, what, config);
	if (len >= (int)sizeof(command))
		return -E2BIG;
	return system(command) ? -EIO : xl_find(g);
}

int xl_open(struct xl_guest *g, const char *type, const char *name)
{
	memset(g, 0, sizeof(*g));
	g->type = type;
	g->name = name;
	g->xc = xc_interface_open(NULL, NULL, 0);
	g->xs = xs_open(0);
	return g->xc && g->xs ? 0 : -ENODEV;
}

int xl_create_as(struct xl_guest *g, const char *what, const char *config)
{
	int ret = xl_run(g, what, config);

	return ret ? ret : xl_do(g, "hello");
}

int xl_create(struct xl_guest *g, const char *type)
{
	int ret = xl_open(g, type, type);

	return ret ? ret : xl_create_as(g, "grant", "");
}

int xl_start(struct xl_guest *g, const char *format, ...)
{
	char text[XL_TEXT], path[64];
	va_list args;
	int len;

	len = snprintf(text, sizeof(text), "%u ", ++g->commands);
	va_start(args, format);
	len += vsnprintf(text + len, sizeof(text) - len, format, args);
	va_end(args);
	if (len >= (int)sizeof(text))
		return -E2BIG;
	snprintf(path, sizeof(path), "/local/domain/%u/data/command",
		 g->domid);
	return xs_write(g->xs, XBT_NULL, path, text, len) ? 0 : -errno;
}

/* The answer to the last command, if it is there: stored without its number. */
static bool xl_answered(struct xl_guest *g)
{
	unsigned int len, number = 0;
	char path[64], *text;
	int skip = 0;

	snprintf(path, sizeof(path), "/local/domain/%u/data/answer", g->domid);
	text = xs_read(g->xs, XBT_NULL, path, &len);
	if (text && sscanf(text, "%u %n", &number, &skip) == 1 &&
	    number == g->commands)
		snprintf(g->answer, sizeof(g->answer), "%s", text + skip);
	free(text);
	return number == g->commands;
}

int xl_answer(struct xl_guest *g)
{
	unsigned int wait_s = g->commands == 1 ? XL_BOOT_S : XL_ANSWER_S;

	return xl_answer_within(g, wait_s * 1000);
}

int xl_answer_within(struct xl_guest *g, unsigned int ms)
{
	uint64_t end = now_us() + ms * 1000ULL;

	while (!xl_answered(g)) {
		if (now_us() > end)
			return -ETIMEDOUT;
		sleep_ms(20);
	}
	return atoi(g->answer);
}

int xl_do(struct xl_guest *g, const char *format, ...)
{
	char text[XL_TEXT];
	va_list args;
	int ret;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ret = xl_start(g, "%s", text);
	return ret ? ret : xl_answer(g);
}

int xl_destroy(struct xl_guest *g)
{
	char command[64];

	snprintf(command, sizeof(command), "xl destroy %u", g->domid);
	return system(command) ? -EIO : 0;
}

bool xl_gone(struct xl_guest *g)
{
	uint64_t end = now_us() + GONE_MS * 1000ULL;
	xc_domaininfo_t info;

	while (xc_domain_getinfolist(g->xc, g->domid, 1, &info) == 1 &&
	       info.domain == g->domid) {
		if (now_us() > end)
			return false;
		sleep_ms(100);
	}
	return true;
}

void xl_close(struct xl_guest *g)
{
	if (g->xs)
		xs_close(g->xs);
	if (g->xc)
		xc_interface_close(g->xc);
}

void xl_free(struct xl_guest *g)
{
	char command[64];

	if (g->name) {
		snprintf(command, sizeof(command),
			 "xl destroy %s >/dev/null 2>&1", g->name);
		if (system(command))
			g->domid = 0;
	}
	xl_close(g);
}
