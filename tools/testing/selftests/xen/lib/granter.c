// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain whose pages are granted to this one.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/memory.h>

#include "clock.h"
#include "env.h"
#include "granter.h"
#include "hcall.h"

#define IN_USE		(GTF_reading | GTF_writing)

static int map_table(struct granter *g)
{
	g->table = fm_area(g->xen, GRANTER_FRAMES);
	if (!g->table)
		return -ENOMEM;
	return fm_resource(g->xen, g->guest.domid, XENMEM_resource_grant_table,
			   XENMEM_resource_grant_table_id_shared, 0,
			   GRANTER_FRAMES, g->table, NULL);
}

static int map_memory(struct granter *g)
{
	int err[g->pages];
	unsigned int i;
	int ret;

	g->page = fm_area(g->xen, g->pages);
	if (!g->page)
		return -ENOMEM;
	ret = fm_v2(g->xen, g->guest.domid, g->page, g->pages, g->guest.frame,
		    err);
	for (i = 0; !ret && i < g->pages; i++)
		ret = err[i];
	return ret;
}

static int make_grants(struct granter *g)
{
	unsigned int i;
	int ret;

	ret = map_table(g);
	if (!ret)
		ret = map_memory(g);
	if (ret)
		return ret;
	for (i = 0; i < GRANTER_REFS; i++) {
		g->ref[i] = GRANTER_FIRST + i;
		granter_set(g, i, GTF_permit_access);
	}
	return 0;
}

int granter_create(struct granter *g, unsigned int pages)
{
	int ret;

	memset(g, 0, sizeof(*g));
	g->pages = pages;
	g->xen = privcmd_open();
	if (g->xen < 0)
		return g->xen;
	ret = guest_create(&g->guest, !env_is_pv(), pages);
	if (ret)
		return ret;
	g->domid = g->guest.domid;
	return make_grants(g);
}

int granter_forget(struct granter *g)
{
	int ret = 0;

	if (g->page)
		ret = fm_unmap(g->page, g->pages);
	g->page = NULL;
	if (!ret && g->table)
		ret = fm_unmap(g->table, GRANTER_FRAMES);
	g->table = NULL;
	return ret;
}

void granter_free(struct granter *g)
{
	granter_forget(g);
	guest_free(&g->guest);
	if (g->xen > 0)
		close(g->xen);
}

void granter_set(struct granter *g, unsigned int i, uint16_t flags)
{
	struct grant_entry_v1 *e = &g->table[g->ref[i]];

	e->domid = DOM_HERE;
	e->frame = g->guest.frame[i % g->pages];
	__atomic_store_n(&e->flags, flags, __ATOMIC_SEQ_CST);
}

unsigned int granter_in_use(struct granter *g, unsigned int i)
{
	struct grant_entry_v1 *e = &g->table[g->ref[i]];

	return __atomic_load_n(&e->flags, __ATOMIC_SEQ_CST) & IN_USE;
}

unsigned int granter_used(struct granter *g)
{
	unsigned int i, used = 0;

	for (i = 0; i < GRANTER_REFS; i++)
		used += granter_in_use(g, i) != 0;
	return used;
}

unsigned int granter_idle(struct granter *g)
{
	uint64_t end = now_us() + SOON_MS * 1000ULL;
	unsigned int used;

	while ((used = granter_used(g)) && now_us() < end)
		sleep_ms(10);
	return used;
}
