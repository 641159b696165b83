/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What xen-gntalloc refuses, and what of it can be seen.
 */
#ifndef XEN_GNTALLOC_OBSERVE_H
#define XEN_GNTALLOC_OBSERVE_H

#include <linux/types.h>

struct gntalloc_file;

/* The comment says what the number is about; 0 where there is none. */
enum gntalloc_reason {
	/* The parameter of this name: what was asked for. */
	GNTALLOC_R_LIMIT,
	/* The grant table has no entry left. */
	GNTALLOC_R_GRANT_TABLE,
	/* DEALLOC_GREF of none. */
	GNTALLOC_R_NO_GRANTS,
	/* DEALLOC_GREF of an offset that is not a page's: the offset. */
	GNTALLOC_R_UNALIGNED,
	/* Nothing at the offset, or not as much: the offset. */
	GNTALLOC_R_OFFSET,
	/* A notification that does not exist: its action. */
	GNTALLOC_R_NOTIFY_ACTION,
	/* By a port that no process has bound: the port. */
	GNTALLOC_R_NOTIFY_PORT,
	/* A private mapping. */
	GNTALLOC_R_PRIVATE,
	/* mmap() of what is not there: the offset. */
	GNTALLOC_R_MMAP,
	/* The page tables cannot be made. */
	GNTALLOC_R_PAGE_TABLES,
	/* The process is being killed. */
	GNTALLOC_R_INTERRUPTED,
	GNTALLOC_R_MEMORY,
	/* No such ioctl: the command. */
	GNTALLOC_R_IOCTL,
	GNTALLOC_REASONS,
};

/* Count a refusal and return @err. */
int gntalloc_refuse(enum gntalloc_reason reason, int err, u64 what);

void gntalloc_observe_open(struct gntalloc_file *gf);
void gntalloc_observe_close(struct gntalloc_file *gf);
void gntalloc_observe_init(void);
void gntalloc_observe_exit(void);

#endif
