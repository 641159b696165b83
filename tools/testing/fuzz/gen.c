// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs from nothing, and from others. The letters of ops.c:
 *
 *	e p h d a v b	a descriptor of its device: evtchn, privcmd, hypercall,
 *			gntdev, gntalloc, an eventfd, a dma-buf
 *	x		any descriptor
 *	A		where in memory the argument lies, see memory.c
 *	D		domain		R	grant reference, or frame
 *	T		port		C	how many
 *	M		mapping		G	pages
 *	I		offset in a file, by the number of what it was given for
 *	S		where a result is kept
 *	F		a few bits	N	any number
 *	Y		bytes
 */
#include <string.h>

#include "prog.h"

static __u64 *state;

void gen_seed(__u64 *where, __u64 seed)
{
	state = where;
	*state = seed * 0x9e3779b97f4a7c15 + 1;
}

static __u64 next(void)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1d;
}

__u32 gen_random(__u32 below)
{
	return (next() >> 32) % below;
}

static int one_in(__u32 n)
{
	return !gen_random(n);
}

static __u32 interesting(void)
{
	static const __u32 numbers[] = {
		0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 511,
		512, 1000, 1023, 1024, 1025, 4095, 4096, 4097, 8192, 0x7fef,
		0x7ff0, 0x7ff4, 0x7fff, 0x8000, 0xffff, 0x10000, 0x10001, 0xfffff,
		0x7fffffff, 0x80000000, 0xfffff000, 0xfffffffe, 0xffffffff,
	};

	return numbers[gen_random(sizeof(numbers) / sizeof(*numbers))];
}

/* First descriptor of a kind, and how many. */
static __u32 descriptor(char kind)
{
	static const struct {
		char kind;
		__u8 first, nr;
	} kinds[] = {
		{ 'e', 0, 4 }, { 'p', 4, 4 }, { 'h', 8, 2 }, { 'd', 10, 4 },
		{ 'a', 14, 2 }, { 'v', 16, 4 }, { 'b', 20, 6 },
	};
	unsigned int i;

	/* Most have enough with one or two. */
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (kinds[i].kind == kind && !one_in(40))
			return kinds[i].first + (one_in(3) ? gen_random(kinds[i].nr) : 0);
	}
	return gen_random(32);
}

static __u32 argument(char kind)
{
	switch (kind) {
	case 'A':
		return one_in(8) ? gen_random(64) : 0;
	case 'D':
		return one_in(3) ? gen_random(12) : 0;
	case 'R':
		return one_in(10) ? interesting() : gen_random(one_in(3) ? 40 : 6);
	case 'T':
		return one_in(12) ? interesting() : gen_random(one_in(3) ? 16 : 3);
	case 'C':
		return one_in(10) ? interesting() : 1 + gen_random(one_in(4) ? 40 : 4);
	case 'M': case 'I':
		return one_in(16) ? gen_random(64) : gen_random(one_in(3) ? 16 : 3);
	case 'G':
		return one_in(10) ? gen_random(80) : gen_random(5);
	case 'S':
		return gen_random(one_in(3) ? 16 : 3);
	case 'F':
		return gen_random(one_in(3) ? 32 : 4);
	case 'N':
		return one_in(2) ? interesting() : gen_random(16);
	case 'Y':
		return one_in(3) ? interesting() : gen_random(64) * (one_in(2) ? 1 : 64);
	default:
		return descriptor(kind);
	}
}

static __u8 choose_op(void)
{
	static unsigned int total;
	unsigned int i, sum = 0;
	__u32 at;

	for (i = 0; !total && i < nr_ops; i++)
		sum += ops[i].weight;
	total += sum;
	at = gen_random(total);
	for (i = 0; at >= ops[i].weight; i++)
		at -= ops[i].weight;
	return i;
}

static void gen_call(struct call *c)
{
	const char *kinds;
	unsigned int i;

	memset(c, 0, sizeof(*c));
	c->op = choose_op();
	c->thread = one_in(4);
	c->fault = one_in(24) ? 1 + gen_random(12) : 0;
	kinds = ops[c->op].kinds;
	for (i = 0; kinds[i]; i++)
		c->arg[i] = argument(kinds[i]);
}

static void gen_head(struct prog *p)
{
	p->world = gen_random(FUZZ_WORLDS);
	p->seed = gen_random(1 << 16);
	p->rate = one_in(3) ? 0 : 2 + gen_random(7);
}

/* Half of them keep to one device, so that its calls meet. */
static int fits(const struct call *c, const char *devices)
{
	return !devices || strpbrk(ops[c->op].kinds, devices) ||
	       !strpbrk(ops[c->op].kinds, "ephdavb");
}

void gen_new(struct prog *p)
{
	static const char * const focus[] = {
		NULL, NULL, NULL, "e", "p", "db", "a", "epv",
	};
	const char *devices = focus[gen_random(sizeof(focus) / sizeof(*focus))];
	unsigned int tries;

	memset(p, 0, sizeof(*p));
	gen_head(p);
	p->nr = 2 + gen_random(MAX_CALLS - 8);
	for (unsigned int i = 0; i < p->nr; i++) {
		for (tries = 0; tries < 20; tries++) {
			gen_call(&p->calls[i]);
			if (fits(&p->calls[i], devices))
				break;
		}
	}
}

static void insert(struct prog *p)
{
	unsigned int at = gen_random(p->nr + 1);

	if (p->nr == MAX_CALLS)
		return;
	memmove(&p->calls[at + 1], &p->calls[at], (p->nr - at) * sizeof(*p->calls));
	gen_call(&p->calls[at]);
	p->nr++;
}

static void repeat(struct prog *p)
{
	unsigned int from = gen_random(p->nr), at = gen_random(p->nr + 1);
	struct call c = p->calls[from];

	if (p->nr == MAX_CALLS)
		return;
	memmove(&p->calls[at + 1], &p->calls[at], (p->nr - at) * sizeof(*p->calls));
	p->calls[at] = c;
	p->calls[at].thread ^= one_in(2);
	p->nr++;
}

static void drop(struct prog *p)
{
	unsigned int at = gen_random(p->nr);

	p->nr--;
	memmove(&p->calls[at], &p->calls[at + 1], (p->nr - at) * sizeof(*p->calls));
}

static void change(struct prog *p)
{
	struct call *c = &p->calls[gen_random(p->nr)];
	const char *kinds = ops[c->op].kinds;
	size_t nr = strlen(kinds), at;

	if (one_in(8)) {
		c->thread ^= 1;
	} else if (one_in(8)) {
		c->fault = one_in(3) ? 0 : 1 + gen_random(20);
	} else if (nr) {
		at = gen_random(nr);
		if (one_in(3))
			c->arg[at] += one_in(2) ? 1 : -1;
		else
			c->arg[at] = argument(kinds[at]);
	}
}

/* The beginning of one, and the end of the other. */
static void splice(struct prog *p, const struct prog *other)
{
	unsigned int keep = gen_random(p->nr + 1), from = gen_random(other->nr);

	while (from < other->nr && keep < MAX_CALLS)
		p->calls[keep++] = other->calls[from++];
	p->nr = keep;
}

void gen_mutate(struct prog *p, const struct prog *other)
{
	unsigned int times = 1 + gen_random(one_in(3) ? 12 : 3);

	while (times--) {
		switch (gen_random(16)) {
		case 0:
			gen_head(p);
			break;
		case 1: case 2:
			splice(p, other);
			break;
		case 3: case 4:
			if (p->nr > 1)
				drop(p);
			break;
		case 5:
			repeat(p);
			break;
		case 6: case 7: case 8: case 9:
			insert(p);
			break;
		default:
			change(p);
		}
	}
}
