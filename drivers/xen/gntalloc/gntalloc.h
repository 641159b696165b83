/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-gntalloc, shared by its files. main.c tells the model.
 */
#ifndef XEN_GNTALLOC_GNTALLOC_H
#define XEN_GNTALLOC_GNTALLOC_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include <xen/grant_table.h>
#include <xen/interface/xen.h>

#include "lib/files.h"
#include "lib/refusals.h"
#include "lib/unmap_notify.h"

/* The comment says what the number is about. */
enum gntalloc_reason {
	/* The parameter of this name: what was asked for. */
	GNTALLOC_R_LIMIT,
	/* The grant table has no entry left: the domain it was for. */
	GNTALLOC_R_GRANT_TABLE,
	GNTALLOC_REASONS,
};

/* One open file. */
struct gntalloc_file {
	/*
	 * Protects the index, and the notification of whatever is in it. Never
	 * held while user memory is copied, because mmap() takes it.
	 */
	struct mutex lock;
	struct rb_root index;
	/* The block in the index with the greatest numbers, or NULL. */
	struct gntalloc_block *newest;
	/* How many references are in it. */
	unsigned long nr_refs;
	/* The next number to give out. Only ever grows. */
	atomic64_t next;

	struct xen_file entry;
};

/* One page and the grant for it. */
struct gntalloc_ref {
	struct page *page;
	grant_ref_t gref;
	/*
	 * The file, as long as the reference is in the index, and each mapping.
	 * None: pending.
	 */
	refcount_t users;
	/* Belongs to the last user when there is nobody else. */
	struct xen_unmap_notify notify;
	/* Taken out of the index, or pending; empty otherwise. */
	struct list_head list;
	/* Its place in its block. */
	u32 slot;
	/* Protected by the lock of the file: can it be found? */
	bool indexed;
};

/* So many make a block of no more than a page. */
#define GNTALLOC_BLOCK_MAX	64u

/*
 * References that were made together and have consecutive numbers. They go one
 * by one; the block stays until the last is gone.
 */
struct gntalloc_block {
	union {
		/* In the index of the file, while it has one that is. */
		struct rb_node node;
		/* New. */
		struct list_head list;
	};
	/* Number of the first: its place in the file, in pages. */
	u64 first;
	u16 count;
	/* Protected by the lock of the file: how many can be found. */
	u16 nr_indexed;
	/* How many are not gone. */
	refcount_t live;
	struct gntalloc_ref ref[];
};

/* What ALLOC_GREF says, from any caller. */
struct gntalloc_alloc_args {
	u32 count;
	domid_t domid;
	bool readonly;
	/* Where the results go. */
	u64 __user *index;
	u32 __user *ids;
};

/* trace.c */
extern const struct xen_refusals gntalloc_refusals;

/* Count a refusal, and return @err. */
static inline int gntalloc_refuse(enum gntalloc_reason reason, int err, u64 what)
{
	return xen_refuse(&gntalloc_refusals, reason, err, what);
}

/* debugfs.c */
extern struct xen_files gntalloc_files;

/* ioctl.c */
long gntalloc_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
#ifdef CONFIG_COMPAT
long gntalloc_compat_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg);
#else
#define gntalloc_compat_ioctl NULL
#endif

/* alloc.c */
int gntalloc_alloc(struct gntalloc_file *gf,
		   const struct gntalloc_alloc_args *args);
int gntalloc_dealloc(struct gntalloc_file *gf, u64 index, u32 count);
int gntalloc_set_notify(struct gntalloc_file *gf, u64 index, u32 action,
			evtchn_port_t port);
void gntalloc_dealloc_all(struct gntalloc_file *gf);

/* index.c */
void gntalloc_index_add(struct gntalloc_file *gf, struct gntalloc_block *block);
void gntalloc_index_del(struct gntalloc_file *gf, struct gntalloc_ref *ref);
struct gntalloc_ref *gntalloc_index_find(struct gntalloc_file *gf, u64 number,
					 unsigned long count);
struct gntalloc_ref *gntalloc_index_next(struct gntalloc_ref *ref);

/* ref.c */
int gntalloc_limit(void);
unsigned int gntalloc_used(void);
int gntalloc_reserve(u32 count);
void gntalloc_unreserve(u32 count);
struct gntalloc_block *gntalloc_block_new(domid_t domid, bool readonly, u32 nr);
struct gntalloc_block *gntalloc_block_of(struct gntalloc_ref *ref);
void gntalloc_ref_put(struct gntalloc_ref *ref);
unsigned int gntalloc_pending_count(void);
void gntalloc_ref_init(void);
void gntalloc_ref_exit(void);

/* map.c */
int gntalloc_mmap(struct file *file, struct vm_area_struct *vma);

#endif
