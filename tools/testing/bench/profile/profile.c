// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does each operation some times between two marks, for a QEMU with the counter
 * (counter.c), and then hands out the kernel's symbols. The first rounds pay
 * for what the kernel keeps; the cheapest round counts.
 *
 * Prints TAP, a line for each operation in the order of the counter's.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "evtchn_ops.h"
#include "fmap.h"
#include "granter.h"
#include "guest.h"
#include "hcall.h"
#include "mark.h"

#define ROUNDS		7
#define MOST_REFS	256
#define MOST_SEGMENTS	1024
#define MOST_FRAMES	4096

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static int privcmd, gntdev, gntalloc, evtchn, evtchn_peer;
static struct ev_pair pair;
static struct granter granter;
static struct guest guest;
static char *place, *local;
static int frame_err[MOST_FRAMES];

enum stage { MAP, MMAP, MUNMAP, UNMAP };

/* What all rounds of an operation do alike. */
struct round {
	unsigned int size;
	/* Of a copy: bytes of a segment. */
	unsigned int len;
	enum stage stage;
};

#define MEASURED(call) do {	\
	mark_begin();	\
	call;		\
	mark_end();	\
} while (0)

static void null_syscall(const struct round *r)
{
	MEASURED(syscall(SYS_getppid));
}

static void hypercall(const struct round *r)
{
	MEASURED(xen_version(privcmd));
}

static void notify(const struct round *r)
{
	MEASURED(ev_notify(evtchn_peer, pair.a));
}

/* What comes of many events of a masked port is one more, when it is unmasked. */
static void drain(void)
{
	while (ev_wait(evtchn, 0) > 0)
		ev_take(evtchn);
}

static void read_port(const struct round *r)
{
	uint32_t port;

	drain();
	ev_notify(evtchn_peer, pair.a);
	MEASURED(ev_read(evtchn, &port, sizeof(port)));
	ev_unmask(evtchn, port);
}

static void unmask(const struct round *r)
{
	uint32_t port;

	drain();

	ev_notify(evtchn_peer, pair.a);
	ev_read(evtchn, &port, sizeof(port));
	MEASURED(ev_unmask(evtchn, port));
}

static void mmapbatch(const struct round *r)
{
	void *area = fm_area(privcmd, r->size);

	MEASURED(fm_v2(privcmd, guest.domid, area, r->size, guest.frame,
		       frame_err));
	munmap(area, r->size * PG);
}

static void mmapbatch_munmap(const struct round *r)
{
	void *area = fm_area(privcmd, r->size);

	fm_v2(privcmd, guest.domid, area, r->size, guest.frame, frame_err);
	MEASURED(munmap(area, r->size * PG));
}

static void resource(const struct round *r)
{
	void *area = fm_area(privcmd, r->size);

	MEASURED(fm_resource(privcmd, guest.domid, XENMEM_resource_grant_table,
			     XENMEM_resource_grant_table_id_shared, 0, r->size,
			     area, NULL));
	munmap(area, r->size * PG);
}

static void begin(const struct round *r, enum stage stage)
{
	if (r->stage == stage)
		mark_begin();
}

static void end(const struct round *r, enum stage stage)
{
	if (r->stage == stage)
		mark_end();
}

/* The stages of a grant's life, of which one is measured. */
static void grants(const struct round *r)
{
	uint64_t index;

	begin(r, MAP);
	gd_map_refs(gntdev, granter.domid, r->size, granter.ref, &index);
	end(r, MAP);
	begin(r, MMAP);
	mmap(place, r->size * PG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
	     gntdev, index);
	end(r, MMAP);
	begin(r, MUNMAP);
	munmap(place, r->size * PG);
	end(r, MUNMAP);
	begin(r, UNMAP);
	gd_unmap(gntdev, index, r->size);
	end(r, UNMAP);
}

static void copy(const struct round *r, bool out)
{
	static struct gntdev_grant_copy_segment seg[MOST_SEGMENTS];
	unsigned int i;
	uint32_t ref;
	char *at;

	for (i = 0; i < r->size; i++) {
		at = local + (size_t)i * r->len;
		ref = granter.ref[i % 16];
		seg[i] = out ? seg_out(at, granter.domid, ref, 0, r->len) :
			       seg_in(granter.domid, ref, 0, at, r->len);
	}
	MEASURED(gd_copy(gntdev, r->size, seg));
}

static void copy_in(const struct round *r)
{
	copy(r, false);
}

static void copy_out(const struct round *r)
{
	copy(r, true);
}

static void alloc(const struct round *r)
{
	static uint32_t refs[MOST_REFS];
	uint64_t index;

	MEASURED(ga_alloc(gntalloc, DOM_NONE, r->size, &index, refs));
	ga_free(gntalloc, index, r->size);
}

static void dealloc(const struct round *r)
{
	static uint32_t refs[MOST_REFS];
	uint64_t index;

	ga_alloc(gntalloc, DOM_NONE, r->size, &index, refs);
	MEASURED(ga_free(gntalloc, index, r->size));
}

static const struct {
	const char *name;
	void (*run)(const struct round *r);
	struct round round;
} operations[] = {
	{ "null-syscall", null_syscall, { 1 } },
	{ "privcmd-hypercall", hypercall, { 1 } },
	{ "evtchn-notify", notify, { 1 } },
	{ "evtchn-read", read_port, { 1 } },
	{ "evtchn-unmask", unmask, { 1 } },
	{ "privcmd-mmapbatch", mmapbatch, { 1 } },
	{ "privcmd-mmapbatch", mmapbatch, { MOST_FRAMES } },
	{ "privcmd-munmap", mmapbatch_munmap, { 1 } },
	{ "privcmd-munmap", mmapbatch_munmap, { MOST_FRAMES } },
	{ "privcmd-resource", resource, { 1 } },
	{ "gntdev-map", grants, { 1, .stage = MAP } },
	{ "gntdev-mmap", grants, { 1, .stage = MMAP } },
	{ "gntdev-munmap", grants, { 1, .stage = MUNMAP } },
	{ "gntdev-unmap", grants, { 1, .stage = UNMAP } },
	{ "gntdev-map", grants, { 256, .stage = MAP } },
	{ "gntdev-mmap", grants, { 256, .stage = MMAP } },
	{ "gntdev-munmap", grants, { 256, .stage = MUNMAP } },
	{ "gntdev-unmap", grants, { 256, .stage = UNMAP } },
	{ "gntdev-copy-in-4096", copy_in, { 1, .len = 4096 } },
	{ "gntdev-copy-out-4096", copy_out, { 1, .len = 4096 } },
	{ "gntdev-copy-in-64", copy_in, { 1, .len = 64 } },
	{ "gntdev-copy-in-4096", copy_in, { 16, .len = 4096 } },
	{ "gntdev-copy-in-4096", copy_in, { 1024, .len = 4096 } },
	{ "gntdev-copy-out-4096", copy_out, { 1024, .len = 4096 } },
	{ "gntalloc-alloc", alloc, { 1 } },
	{ "gntalloc-dealloc", dealloc, { 1 } },
	{ "gntalloc-alloc", alloc, { 16 } },
	{ "gntalloc-dealloc", dealloc, { 16 } },
	{ "gntalloc-alloc", alloc, { 256 } },
	{ "gntalloc-dealloc", dealloc, { 256 } },
};

static int prepare(void)
{
	privcmd = privcmd_open();
	evtchn = ev_open(O_RDWR);
	evtchn_peer = ev_open(O_RDWR);
	gntdev = gd_open();
	gntalloc = ga_open();
	if (privcmd < 0 || evtchn < 0 || evtchn_peer < 0 || gntdev < 0 ||
	    gntalloc < 0 || ev_pair(evtchn_peer, evtchn, &pair) ||
	    granter_create(&granter, 16) || guest_add(&guest, false, MOST_FRAMES))
		return -1;
	place = mmap(NULL, 512 * PG, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	local = mmap(NULL, MOST_SEGMENTS * PG, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (place == MAP_FAILED || local == MAP_FAILED)
		return -1;
	/* Pages of the same page table stay on both sides. */
	place += 128 * PG;
	memset(local, 1, MOST_SEGMENTS * PG);
	return 0;
}

int main(void)
{
	unsigned int i, k;

	/* The counter begins to look at everything. */
	mark_done();
	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(operations));
	if (prepare()) {
		printf("Bail out! no machine to measure on\n");
		return 1;
	}
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		for (k = 0; k < ROUNDS; k++)
			operations[i].run(&operations[i].round);
		mark_done();
		printf("ok %u - profile.%s__%u\n", i + 1, operations[i].name,
		       operations[i].round.size);
	}
	granter_free(&granter);
	guest_free(&guest);
	fflush(stdout);
	return system("grep -i ' [tw] ' /proc/kallsyms | gzip | handout") ? 1 : 0;
}
