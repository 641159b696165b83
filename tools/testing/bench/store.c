// SPDX-License-Identifier: GPL-2.0-only
/*
 * What libxenvchan wants of a xenstore, so that none has to run: a list of names
 * and values. The library looks there once, when a channel is made.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#define ENTRIES	16

struct entry {
	char *name;
	char *value;
};

/* None is freed that was there at the beginning. */
static struct entry entries[ENTRIES] = { { "domid", "0" } };

static struct xs_handle *const handle = (void *)entries;

struct xs_handle *__wrap_xs_open(unsigned long flags)
{
	(void)flags;
	return handle;
}

void __wrap_xs_close(struct xs_handle *xs)
{
	(void)xs;
}

static int find(const char *name)
{
	int i;

	for (i = 0; i < ENTRIES; i++) {
		if (name ? entries[i].name && !strcmp(entries[i].name, name) :
			   !entries[i].name)
			return i;
	}
	return -1;
}

static void forget(struct entry *entry)
{
	if (entry == entries)
		return;
	free(entry->name);
	free(entry->value);
	entry->name = NULL;
	entry->value = NULL;
}

bool __wrap_xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path,
		     const void *data, unsigned int len)
{
	int i = find(path);

	(void)xs;
	(void)t;
	if (i < 0)
		i = find(NULL);
	if (i < 0)
		return false;
	forget(&entries[i]);
	entries[i].name = strdup(path);
	entries[i].value = strndup(data, len);
	return true;
}

void *__wrap_xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path,
		     unsigned int *len)
{
	int i = find(path);

	(void)xs;
	(void)t;
	if (i < 0)
		return NULL;
	if (len)
		*len = strlen(entries[i].value);
	return strdup(entries[i].value);
}

bool __wrap_xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
	int i = find(path);

	(void)xs;
	(void)t;
	if (i < 0)
		return false;
	forget(&entries[i]);
	return true;
}

bool __wrap_xs_set_permissions(struct xs_handle *xs, xs_transaction_t t,
			       const char *path, struct xs_permissions *perms,
			       unsigned int num)
{
	(void)xs;
	(void)t;
	(void)path;
	(void)perms;
	(void)num;
	return true;
}

xs_transaction_t __wrap_xs_transaction_start(struct xs_handle *xs)
{
	(void)xs;
	return 1;
}

bool __wrap_xs_transaction_end(struct xs_handle *xs, xs_transaction_t t,
			       bool abort)
{
	(void)xs;
	(void)t;
	(void)abort;
	return true;
}
