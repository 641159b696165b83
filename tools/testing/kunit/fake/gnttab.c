// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grant tables.
 */
#include <linux/errno.h>
#include <linux/module.h>

#include <xen/interface/grant_table.h>
#include <xen/interface/xen.h>

#include "fake/fake.h"

#define MAX_FRAMES	64

static long query_size(struct gnttab_query_size *op, unsigned int count)
{
	if (count != 1)
		return -EINVAL;
	op->nr_frames = 1;
	op->max_nr_frames = MAX_FRAMES;
	op->status = GNTST_okay;
	return 0;
}

long fake_grant_op(unsigned int cmd, unsigned long arg, unsigned int count)
{
	switch (cmd) {
	case GNTTABOP_query_size:
		return query_size((void *)arg, count);
	default:
		return -ENOSYS;
	}
}

void fake_gnttab_census(struct fake_census *census)
{
}

void fake_gnttab_reset(void)
{
}
