// SPDX-License-Identifier: GPL-2.0-only
/* Programs as text: a head, and a line for each call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

static const char * const worlds[FUZZ_WORLDS] = { "pv", "hvm" };

static size_t print_call(const struct call *c, char *to, size_t size)
{
	const struct op *op = &ops[c->op];
	size_t len, i;

	len = snprintf(to, size, "%u %s", c->thread, op->name);
	for (i = 0; op->kinds[i]; i++)
		len += snprintf(to + len, size - len,
				c->arg[i] < 4096 ? " %u" : " 0x%x", c->arg[i]);
	if (c->fault)
		len += snprintf(to + len, size - len, " !%u", c->fault);
	return len + snprintf(to + len, size - len, "\n");
}

size_t prog_print(const struct prog *p, char *to, size_t size)
{
	size_t len;
	unsigned int i;

	len = snprintf(to, size, "world %s\nturns %u %u\n", worlds[p->world],
		       p->seed, p->rate);
	for (i = 0; i < p->nr && len + 160 < size; i++)
		len += print_call(&p->calls[i], to + len, size - len);
	return len;
}

static int find_op(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_ops; i++) {
		if (!strcmp(ops[i].name, name))
			return i;
	}
	return -1;
}

static int parse_call(struct call *c, char *line)
{
	char *word, *save = NULL;
	unsigned int nr = 0;
	int op;

	memset(c, 0, sizeof(*c));
	word = strtok_r(line, " ", &save);
	c->thread = word && !strcmp(word, "1");
	word = strtok_r(NULL, " ", &save);
	op = word ? find_op(word) : -1;
	if (op < 0)
		return -1;
	c->op = op;
	while ((word = strtok_r(NULL, " ", &save))) {
		if (*word == '!')
			c->fault = strtoul(word + 1, NULL, 0);
		else if (nr < MAX_ARGS)
			c->arg[nr++] = strtoul(word, NULL, 0);
	}
	return nr == strlen(ops[op].kinds) ? 0 : -1;
}

static int parse_head(struct prog *p, const char *line)
{
	char world[8];
	unsigned int i;

	if (sscanf(line, "turns %u %u", &p->seed, &p->rate) == 2)
		return 0;
	if (sscanf(line, "world %7s", world) != 1)
		return -1;
	for (i = 0; i < FUZZ_WORLDS; i++) {
		if (!strcmp(worlds[i], world)) {
			p->world = i;
			return 0;
		}
	}
	return -1;
}

static int parse_line(struct prog *p, char *line)
{
	if (!*line || *line == '#')
		return 0;
	if (*line == 'w' || *line == 't')
		return parse_head(p, line);
	if (p->nr == MAX_CALLS || parse_call(&p->calls[p->nr], line))
		return -1;
	p->nr++;
	return 0;
}

int prog_parse(struct prog *p, const char *text)
{
	char line[256];
	int number = 1;

	memset(p, 0, sizeof(*p));
	for (; *text; number++) {
		size_t len = strcspn(text, "\n");

		if (len >= sizeof(line))
			return number;
		memcpy(line, text, len);
		line[len] = '\0';
		if (parse_line(p, line))
			return number;
		text += len + (text[len] == '\n');
	}
	return 0;
}
