/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain whose pages are granted to this one. Nothing runs in it: its grant
 * table is written, and can be read, from here. Xen marks in an entry how the
 * page is mapped, so that a test sees whether a grant has gone back.
 *
 * Works in a PV and in an auto-translated domain alike, where a domain must
 * not map a grant of its own: it would lose the page.
 *
 * Only for programs that are linked with libxenctrl.
 */
#ifndef XT_GRANTER_H
#define XT_GRANTER_H

#include <stdbool.h>
#include <stdint.h>

#include "fmap.h"
#include "grant.h"
#include "guest.h"

/* Frames of its grant table, and the first reference that is free for use. */
#define GRANTER_FRAMES	4
#define GRANTER_FIRST	8
#define GRANTER_REFS	(GRANTER_FRAMES * 512 - GRANTER_FIRST)

struct granter {
	struct guest guest;
	uint16_t domid;
	int xen;
	struct grant_entry_v1 *table;
	/* Its memory as it is. */
	char *page;
	unsigned int pages;
	/* Reference i grants page i % pages. */
	uint32_t ref[GRANTER_REFS];
};

/* All references of all its pages, writable for this domain. 0 or -errno. */
int granter_create(struct granter *g, unsigned int pages);
void granter_free(struct granter *g);

/* Let go of its memory and its table, so that it can vanish. */
int granter_forget(struct granter *g);

/* From now on with these GTF_*: also 0, not granted. */
void granter_set(struct granter *g, unsigned int i, uint16_t flags);

/* Is the page of a reference mapped by it: GTF_reading, GTF_writing? */
unsigned int granter_in_use(struct granter *g, unsigned int i);

/* How many are. */
unsigned int granter_used(struct granter *g);

/* Wait until none is. Returns how many still are. */
unsigned int granter_idle(struct granter *g);

#endif
