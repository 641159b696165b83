// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls with buffers, as a program of the toolstack makes them: libxencall
 * gives the memory, from /dev/xen/hypercall, and takes it back.
 */
#include <stdint.h>

#include <xencall.h>

#include <xen/version.h>

#include "bench.h"
#include "floors.h"
#include "fmap.h"

#define PER_PAGE	(PG / sizeof(struct multicall_entry))

/* As many null hypercalls as fit into the buffer: Xen reads and writes it. */
static void fill(struct multicall_entry *call, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		call[i] = (struct multicall_entry){
			.op = __HYPERVISOR_xen_version,
			.args[0] = XENVER_version,
		};
	}
}

/* The library keeps some single pages. */
static void report_floor(const char *op, unsigned int pages)
{
	uint64_t memory;

	if (!floor_have())
		return;
	memory = pages > 1 ? floor_memory(pages) : 0;
	bench_report_floor(op, pages * PG, 0, memory + bench_syscall +
			   floor_cost((struct floor_run){
				.op = FLOOR_MULTICALL,
				.nr = pages * PER_PAGE,
			   }).there);
}

static void with_buffer(xencall_handle *xcall, unsigned int pages)
{
	struct bench_round fresh = {};
	struct multicall_entry *call;
	unsigned int i;

	/* The first ones pay for what the library keeps. */
	for (i = 0; i < BENCH_ROUNDS + 2; i++) {
		if (i == 2)
			fresh.done = 0;
		bench_begin(&fresh);
		call = xencall_alloc_buffer_pages(xcall, pages);
		bench_need(!!call, "a buffer");
		fill(call, pages * PER_PAGE);
		bench_need(!xencall2(xcall, __HYPERVISOR_multicall,
				     (uintptr_t)call, pages * PER_PAGE),
			   "multicall");
		xencall_free_buffer_pages(xcall, call, pages);
		bench_end(&fresh, 1);
	}
	bench_report("libxencall-buffer", pages * PG, 0, &fresh);
	report_floor("libxencall-buffer", pages);
}

void bench_call(void)
{
	xencall_handle *xcall = xencall_open(NULL, 0);

	bench_need(!!xcall, "xencall_open");
	with_buffer(xcall, 1);
	with_buffer(xcall, 16);
	xencall_close(xcall);
}
