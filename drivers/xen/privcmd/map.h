/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of foreign frames, for the files that fill them and that look at
 * what is mapped. map.c explains how they work.
 */
#ifndef XEN_PRIVCMD_MAP_H
#define XEN_PRIVCMD_MAP_H

#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include <xen/interface/xen.h>
#include <xen/xen.h>

struct privcmd_map;
struct xen_mem_acquire_resource;

/* The part of a map that an ioctl works on; map->lock is held. */
struct privcmd_span {
	struct privcmd_map *map;
	unsigned long addr;
	/* In pages, from the start of the map. */
	unsigned long first;
	unsigned long nr;
};

/**
 * struct privcmd_map_ops - what a PV domain does in one way, and an
 * auto-translated domain in another
 * @size: bytes of the structure that holds the map, without its array, which
 *	has 8 bytes for each page
 * @movable: the kernel may move the mapping, and change its protection
 * @init: allocate what @release frees; NULL: nothing
 * @attached: a VMA has got the map, and mmap_lock is held for writing; NULL:
 *	nothing to do
 * @release: give the frames back; nothing maps them any more
 * @fill: map frames of a domain by their numbers. With @errs, each frame has 0
 *	or its errno there, and the ioctl fails for other reasons only. Without,
 *	the first frame that fails ends it (PV only). The numbers of the frames
 *	of a resource are Xen's own (PV only)
 * @prepare_resource: say at which gfns a resource is to appear when Xen
 *	acquires it; NULL: Xen says which mfns it has
 * @fill_resource: map a resource that was acquired, with the gfns or mfns
 */
struct privcmd_map_ops {
	size_t size;
	bool movable;
	int (*init)(struct privcmd_map *map, bool restricted);
	void (*attached)(struct privcmd_map *map, struct vm_area_struct *vma);
	void (*release)(struct privcmd_map *map);
	int (*fill)(struct privcmd_span *span, const u64 *frames, int *errs,
		    domid_t domid, bool resource);
	void (*prepare_resource)(struct privcmd_span *span, u64 *gpfns);
	int (*fill_resource)(struct privcmd_span *span,
			     const struct xen_mem_acquire_resource *op,
			     const u64 *frames);
};

extern const struct privcmd_map_ops privcmd_xlate_ops;

/* A resource that is mapped. Never changes. */
struct privcmd_resource {
	domid_t domid;
	/* Whose the frames are: of the domain, or DOMID_SELF. */
	domid_t owner;
	u32 type;
	/* Its first frame that is mapped, and the page of the map. */
	u32 idx;
	unsigned long first, nr;
	u64 frame[];
};

/* Exists from the first ioctl on a mapping until the VMA is gone. */
struct privcmd_map {
	const struct privcmd_map_ops *ops;
	/* One for each VMA that refers to it, one for each ioctl at work. */
	refcount_t users;
	/* Pages of the VMA, and xen_resume_generation(). Never change. */
	unsigned long nr;
	unsigned int generation;

	/* Serialises those who fill it. Taken before mmap_lock. */
	struct mutex lock;
	/* Protected by lock. NULL: other frames, or none. */
	struct privcmd_resource *resource;

	/* Protected by mmap_lock: where the VMA begins. */
	unsigned long start;
	/*
	 * Protected by mmap_lock: mremap() has moved the entries before it was
	 * refused, and they were cleared.
	 */
	bool emptied;
};

/* What a mapping must be like for an ioctl to begin. */
enum privcmd_claim {
	/* Unused and covered as a whole, or used and empty at the place. */
	PRIVCMD_CLAIM_BATCH,
	/* Unused, and addressed from its start. */
	PRIVCMD_CLAIM_START,
	/* Unused. */
	PRIVCMD_CLAIM_UNUSED,
};

/* map.c */
int privcmd_mmap(struct file *file, struct vm_area_struct *vma);
struct vm_area_struct *privcmd_span_lock(struct privcmd_span *span, bool write);
struct privcmd_map *privcmd_map_get(unsigned long addr, unsigned long *page);
void privcmd_map_put(struct privcmd_map *map);
void privcmd_map_count(const struct vm_area_struct *vma,
		       const struct privcmd_map *map, int by);

/* span.c */
int privcmd_span_begin(struct privcmd_span *span, unsigned long addr,
		       unsigned long nr, enum privcmd_claim claim);
void privcmd_span_end(struct privcmd_span *span);
void privcmd_span_abandon(struct privcmd_span *span);

/* Frames of a resource at a kernel address. */
struct privcmd_kmap {
	void *addr;
	unsigned int nr;
	/* Our own memory, which the kernel believes to be there. */
	struct page *page[];
};

/* pv.c and pv_kmap.c, where the kernel can be a PV domain's. */
#ifdef CONFIG_XEN_PV
extern const struct privcmd_map_ops privcmd_pv_ops;

static inline const struct privcmd_map_ops *privcmd_map_ops(void)
{
	return xen_pv_domain() ? &privcmd_pv_ops : &privcmd_xlate_ops;
}

struct privcmd_kmap *privcmd_pv_kmap(const u64 *frames, unsigned int nr,
				     domid_t owner);
void privcmd_pv_kunmap(struct privcmd_kmap *kmap);
#else
static inline const struct privcmd_map_ops *privcmd_map_ops(void)
{
	return &privcmd_xlate_ops;
}

/* Nobody calls these. */
static inline struct privcmd_kmap *privcmd_pv_kmap(const u64 *frames, unsigned int nr,
						   domid_t owner)
{
	return NULL;
}

static inline void privcmd_pv_kunmap(struct privcmd_kmap *kmap)
{
}
#endif

/* xlate.c: how many pages all maps have. */
long privcmd_xlate_held(void);

#endif
