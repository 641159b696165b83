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

static int xl_run(struct xl_guest *g)
{
	char command[256], number[16] = "";
	FILE *p;

	snprintf(command, sizeof(command),
		 "xl create /guest/%s.cfg 'extra=\"console=hvc0 loglevel=4 guest.grant=1\"' >/tmp/xl 2>&1 || sed 's/^/# /' /tmp/xl; xl domid %s",
		 g->type, g->type);
	p = popen(command, "re");
	if (!p)
		return -errno;
	while (fgets(number, sizeof(number), p) && number[0] == '#')
		;
	pclose(p);
	g->domid = atoi(number);
	return g->domid ? 0 : -EIO;
}

int xl_create(struct xl_guest *g, const char *type)
{
	int ret;

	memset(g, 0, sizeof(*g));
	g->type = type;
	g->xc = xc_interface_open(NULL, NULL, 0);
	g->xs = xs_open(0);
	if (!g->xc || !g->xs)
		return -ENODEV;
	ret = xl_run(g);
	if (ret)
		return ret;
	return xl_do(g, "hello");
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
	uint64_t end = now_us() + wait_s * 1000000ULL;

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

void xl_free(struct xl_guest *g)
{
	char command[64];

	if (g->type) {
		snprintf(command, sizeof(command),
			 "xl destroy %s >/dev/null 2>&1", g->type);
		if (system(command))
			g->domid = 0;
	}
	if (g->xs)
		xs_close(g->xs);
	if (g->xc)
		xc_interface_close(g->xc);
}
