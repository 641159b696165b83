/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of xen-gntdev share. The model is in main.c.
 */
#ifndef XEN_GNTDEV_H
#define XEN_GNTDEV_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <xen/grant_table.h>
#include <xen/interface/grant_table.h>

#include "lib/files.h"
#include "lib/ioctl.h"
#include "lib/refusals.h"
#include "lib/resume.h"
#include "lib/unmap_notify.h"

/* The comment says what the number is about. */
enum gntdev_reason {
	/* The parameter of this name: what was asked for. */
	GNTDEV_R_LIMIT,
	/* The parameter import_limit: how many pages were said. */
	GNTDEV_R_IMPORT_LIMIT,
	/* Xen refuses a grant: the reference. See also gntdev_grant_refused(). */
	GNTDEV_R_GRANT,
	/* Xen refuses to copy, as a whole: how many operations. */
	GNTDEV_R_COPY,
	/* A grant of this domain's own, which is auto-translated: the reference. */
	GNTDEV_R_OWN_GRANT,
	/* The map is of before the domain was restored: the offset. */
	GNTDEV_R_RESTORED,
	/* The exporter of a dma-buf does not let us have it: the descriptor. */
	GNTDEV_R_ATTACH,
	/* A dma-buf is not made of whole pages of memory: the descriptor. */
	GNTDEV_R_NOT_PAGES,
	/* The grant table has no entry left: the page of the import. */
	GNTDEV_R_GRANT_TABLE,
	GNTDEV_REASONS,
};

/* Grants in one hypercall, at most. */
#define GNTDEV_BATCH	128U

/* An operation of either kind. */
union gntdev_op {
	struct gnttab_map_grant_ref map;
	struct gnttab_unmap_grant_ref unmap;
};

/* As many as a map or a mapping of @count grants has room for. */
static inline u32 gntdev_batch(u32 count)
{
	return min(count, GNTDEV_BATCH);
}

/* A slot that Xen was never asked about. Its own codes are 0 and below. */
#define GNTDEV_NOT_TRIED	1

/**
 * struct gntdev_grant - one slot of a map
 * @ref: grant reference in the granter's table
 * @handle: Xen's name for the kernel's mapping, or INVALID_GRANT_HANDLE
 * @domid: the granter
 * @status: GNTST_* of the last attempt, or GNTDEV_NOT_TRIED
 * @unmap_pending: to be released as soon as nothing pins the page
 */
struct gntdev_grant {
	grant_ref_t ref;
	grant_handle_t handle;
	domid_t domid;
	s8 status;
	bool unmap_pending;
};

/**
 * struct gntdev_map - a list of grants, what MAP_GRANT_REF makes
 * @node: in the index of the file
 * @index: offset in the file, in pages
 * @count: number of grants
 * @gap: pages that are free below @index
 * @max_gap: largest @gap in the subtree
 * @indexed: in the index; cleared for good by whoever takes it out
 * @published: user space knows the index
 * @used: was mapped, or an attempt was made, and cannot be again
 * @readonly: Xen maps the grants for reading only
 * @generation: the life of the domain that the references are of
 * @users: file, mappings, pending release, dma-buf
 * @vmas: VMAs of an auto-translated domain that show the pages
 * @lock: protects what follows
 * @notify: what happens when the grants go back
 * @live: grants that Xen has mapped for the kernel
 * @closed: nobody can reach the pages any more
 * @pending: to wait for pages that somebody else uses (grants.c); protected by
 *	the lock of that queue
 * @dma: where the pages come from, or NULL for ordinary ones
 * @grants: the slots
 * @ops: gntdev_batch() operations, as what goes back must not need memory
 * @pages: the pages that the grants are behind
 *
 * One allocation holds it all.
 */
struct gntdev_map {
	struct rb_node node;
	u64 index;
	u64 gap;
	u64 max_gap;
	u32 count;
	bool indexed;
	bool published;
	bool used;
	bool readonly;
	unsigned int generation;
	refcount_t users;
	atomic_t vmas;

	/* Protects: */
	struct mutex lock;
	struct xen_unmap_notify notify;
	u32 live;
	bool closed;

	struct list_head pending;

	struct gntdev_dma *dma;
	struct gntdev_grant *grants;
	union gntdev_op *ops;
	struct page *pages[];
};

/* Are the grants of before the domain was restored? Then Xen has none of them. */
static inline bool gntdev_map_lost(const struct gntdev_map *map)
{
	return map->generation != xen_resume_generation();
}

static inline void gntdev_grant_init(struct gntdev_grant *grant, u32 domid,
				     u32 ref)
{
	*grant = (struct gntdev_grant){
		.ref = ref,
		.handle = INVALID_GRANT_HANDLE,
		.domid = domid,
		.status = GNTDEV_NOT_TRIED,
	};
}

struct device;
struct gntdev_copy;

/**
 * struct gntdev_file - an open file
 * @lock: protects @maps and what of a map says that it belongs there
 * @maps: the maps in the order of their index
 * @copy: room for a copy that nobody works with at the moment, or NULL
 * @exports: dma-bufs that were made here and are in use (dmabuf_exp.c)
 * @imports: dma-bufs that are granted (dmabuf_imp.c)
 * @nr_maps: how many are in @maps; written under @lock
 * @nr_grants: in all of them
 * @mapping: where the kernel finds all that is mapped of the node
 * @dev: what memory for a dma-buf is allocated in the name of
 * @entry: its place among all open files
 */
struct gntdev_file {
	/* Protects: */
	spinlock_t lock;
	struct rb_root maps;
	struct gntdev_copy *copy;
	struct list_head exports;
	struct list_head imports;
	unsigned long nr_maps;
	unsigned long nr_grants;
	struct address_space *mapping;
	struct device *dev;
	struct xen_file entry;
};

/* trace.c */
extern const struct xen_refusals gntdev_refusals;
void gntdev_grant_refused(u16 domid, u32 ref, int status);
void gntdev_show_statuses(struct seq_file *m);

/* Count a refusal, and return @err. */
static inline int gntdev_refuse(enum gntdev_reason reason, int err, u64 what)
{
	return xen_refuse(&gntdev_refusals, reason, err, what);
}

/* debugfs.c */
extern struct xen_files gntdev_files;

/* index.c */
void gntdev_index_reserve(struct gntdev_file *gf, struct gntdev_map *map);
void gntdev_index_publish(struct gntdev_file *gf, struct gntdev_map *map);
bool gntdev_index_remove(struct gntdev_file *gf, struct gntdev_map *map);
struct gntdev_map *gntdev_index_find(struct gntdev_file *gf, u64 index);
struct gntdev_map *gntdev_index_claim(struct gntdev_file *gf, u64 index,
				      unsigned long count);
struct gntdev_map *gntdev_index_pop(struct gntdev_file *gf);

/* map.c */
unsigned int gntdev_limit(void);
int gntdev_check_count(u32 count);
struct gntdev_map *gntdev_map_new(u32 count, struct device *dev, u32 dma_flags);
void gntdev_map_put(struct gntdev_map *map);
long gntdev_map_grant_ref(struct xen_ioctl_call *call);
long gntdev_unmap_grant_ref(struct xen_ioctl_call *call);
long gntdev_set_unmap_notify(struct xen_ioctl_call *call);

/* grants.c */
int gntdev_grants_ask(struct gnttab_map_grant_ref *ops, u32 nr,
		      unsigned int *tries);
int gntdev_grants_map(struct gntdev_map *map);
void gntdev_grants_release(struct gntdev_map *map, u32 first, u32 count);
void gntdev_grants_close(struct gntdev_map *map);
unsigned int gntdev_grants_pending(void);
void gntdev_grants_restored(void);
void gntdev_grants_init(void);
void gntdev_grants_exit(void);

/* vma.c */
int gntdev_mmap(struct file *file, struct vm_area_struct *vma);
long gntdev_get_offset_for_vaddr(struct xen_ioctl_call *call);
vm_fault_t gntdev_fault(const struct gntdev_map *map, struct vm_fault *vmf);
void gntdev_vma_restored(const struct list_head *files);

/* pv.c, where the kernel can be a PV domain's. Else nobody calls them. */
#ifdef CONFIG_XEN_PV
int gntdev_pv_mmap(struct gntdev_map *map, struct vm_area_struct *vma);
int gntdev_pv_mmap_shared(struct gntdev_map *map, struct vm_area_struct *vma);
struct gntdev_map *gntdev_pv_vma_map(const struct vm_area_struct *vma);
#else
static inline int gntdev_pv_mmap(struct gntdev_map *map, struct vm_area_struct *vma)
{
	return -EOPNOTSUPP;
}

static inline int gntdev_pv_mmap_shared(struct gntdev_map *map,
					struct vm_area_struct *vma)
{
	return -EOPNOTSUPP;
}

static inline struct gntdev_map *gntdev_pv_vma_map(const struct vm_area_struct *vma)
{
	return NULL;
}
#endif

/* copy.c */
#define GNTDEV_COMPAT_GRANT_COPY_SIZE	8
long gntdev_grant_copy(struct xen_ioctl_call *call);
void gntdev_expand_grant_copy(void *arg);
void gntdev_copy_free(struct gntdev_file *gf);

#endif
