/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What xen-gntdev refuses, and what of it can be seen.
 */
#ifndef XEN_GNTDEV_OBSERVE_H
#define XEN_GNTDEV_OBSERVE_H

#include <linux/list.h>
#include <linux/types.h>

struct gntdev_file;

/* The comment says what the number is about; 0 where there is none. */
enum gntdev_reason {
	/* The parameter of this name: what was asked for. */
	GNTDEV_R_LIMIT,
	/* A list of no grants. */
	GNTDEV_R_NO_GRANTS,
	/* No map at the offset, or not of that size: the offset. */
	GNTDEV_R_OFFSET,
	/* A notification that does not exist: its action. */
	GNTDEV_R_NOTIFY_ACTION,
	/* By a port that no process has bound: the port. */
	GNTDEV_R_NOTIFY_PORT,
	/* A byte to be cleared where nothing can be written: the offset. */
	GNTDEV_R_NOTIFY_READONLY,
	/* A private mapping that can be written to. */
	GNTDEV_R_PRIVATE,
	/* mmap() of what is no map, or of one that was mapped: the offset. */
	GNTDEV_R_MMAP,
	/* Xen refuses a grant: the reference. See also grant_refused. */
	GNTDEV_R_GRANT,
	/* The page tables cannot be made, or watched. */
	GNTDEV_R_PAGE_TABLES,
	/* GET_OFFSET_FOR_VADDR of what is no map: the address. */
	GNTDEV_R_VADDR,
	/* The map is of before the domain was restored: the offset. */
	GNTDEV_R_RESTORED,
	/* A grant of this domain's own, which is auto-translated: the reference. */
	GNTDEV_R_OWN_GRANT,
	/* The parameter import_limit: how many pages were said. */
	GNTDEV_R_IMPORT_LIMIT,
	/* A segment that is not within a grant, or has none: which of them. */
	GNTDEV_R_SEGMENT,
	/* Xen refuses to copy, as a whole: how many operations. */
	GNTDEV_R_COPY,
	/* The process is being killed. */
	GNTDEV_R_INTERRUPTED,
	/* Both kinds of DMA memory at once: the flags. */
	GNTDEV_R_DMA_FLAGS,
	/* No memory of that kind, in this kernel: the flags. */
	GNTDEV_R_DMA_KIND,
	/* The process can have no more open files. */
	GNTDEV_R_DESCRIPTOR,
	/* Was not exported by this file: the descriptor. */
	GNTDEV_R_NOT_EXPORTED,
	/* Is still in use after the time to wait: the descriptor. */
	GNTDEV_R_IN_USE,
	/* No dma-buf: the descriptor. */
	GNTDEV_R_NO_DMABUF,
	/* A dma-buf of another size: how many pages were said. */
	GNTDEV_R_DMABUF_SIZE,
	/* Its exporter does not let us have it: the descriptor. */
	GNTDEV_R_ATTACH,
	/* It is not made of whole pages of memory: the descriptor. */
	GNTDEV_R_NOT_PAGES,
	/* The grant table has no entry left. */
	GNTDEV_R_GRANT_TABLE,
	/* Was not imported by this file: the descriptor. */
	GNTDEV_R_NOT_IMPORTED,
	GNTDEV_R_MEMORY,
	/* No such ioctl: the command. */
	GNTDEV_R_IOCTL,
	GNTDEV_REASONS,
};

/* Count a refusal and return @err. */
int gntdev_refuse(enum gntdev_reason reason, int err, u64 what);

/* Xen has something against a grant. Counts no refusal: one for many may do. */
void gntdev_grant_refused(u16 domid, u32 ref, int status);

void gntdev_observe_open(struct gntdev_file *gf);
void gntdev_observe_close(struct gntdev_file *gf);
/* Call a function for all files that are open; none is opened or closed then. */
void gntdev_observe_files(void (*fn)(const struct list_head *files));
void gntdev_observe_init(void);
void gntdev_observe_exit(void);

#endif
