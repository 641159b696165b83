// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: an operation of a device model on its guest.
 */
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xen/privcmd.h>

#include <xen/xen.h>

#include <xen/hvm/dm_op.h>

#include "bench.h"
#include "floors.h"
#include "guest.h"
#include "hcall.h"

#define TIMES	50

void bench_dm(void)
{
	struct xen_dm_op op = { .op = XEN_DMOP_nr_vcpus };
	struct privcmd_dm_op_buf buf = { &op, sizeof(op) };
	struct privcmd_dm_op arg = { .num = 1, .ubufs = &buf };
	int fd = privcmd_open(), i;
	struct bench_round r = {};
	struct guest g;

	bench_need(fd >= 0, "open of privcmd");
	bench_need(!guest_create(&g, true, 16), "an HVM domain");
	arg.dom = g.domid;
	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++)
			bench_need(!ioctl(fd, IOCTL_PRIVCMD_DM_OP, &arg),
				   "DM_OP");
		bench_end(&r, TIMES);
	}
	bench_report("privcmd-dm-op", 1, 0, &r);
	if (floor_have())
		bench_report_floor("privcmd-dm-op", 1, 0, bench_syscall +
				   floor_cost((struct floor_run){
					.op = FLOOR_DM_OP,
					.times = TIMES,
					.domid = g.domid,
					.addr = (uintptr_t)&op,
					.len = sizeof(op),
				   }).there);
	guest_free(&g);
	close(fd);
}
