/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sweep: whatever a process can ask for, with each thing that it takes
 * failing in turn.
 *
 * A row says what to do; it is done with the first, the second, … thing
 * failing, until it succeeds. Things that fail are allocations, then accesses
 * to user memory, then hypercalls and the kernel's services. After each failure
 * all is as it was before.
 *
 * What a row does on its own account is between fake_enter() and fake_leave(),
 * or between own_begin() and own_end().
 *
 * The rows of a driver are in a file of their own, with a function that goes
 * through them. The cases that call these are in sweep.c.
 */
#ifndef XEN_KUNIT_SWEEP_H
#define XEN_KUNIT_SWEEP_H

#include <linux/err.h>
#include <linux/mm.h>

#include "suites/env.h"

struct sweep {
	const char *name;
	/* Once, before; its result is given to the others. May be NULL. */
	void *(*setup)(struct kunit *test);
	/* What is swept. Negative is a failure. */
	long (*op)(struct kunit *test, void *data);
	/* After a success. May be NULL. */
	void (*undo)(struct kunit *test, void *data, long result);
	/* It answers with success even if something within it failed. */
	bool may_succeed;
};

void sweep_row(struct kunit *test, const struct sweep *sweep);
/* One after the other, each on a machine of its own. */
void sweep_rows(struct kunit *test, const struct sweep *rows, unsigned int nr);

void evtchn_sweep(struct kunit *test);
void privcmd_sweep(struct kunit *test);
void gntdev_sweep(struct kunit *test);
void gntdev_dmabuf_sweep(struct kunit *test);
void gntalloc_sweep(struct kunit *test);

/* The next one has a machine of its own. */
static inline void sweep_again(struct kunit *test)
{
	env_end(test);
	env_begin(test);
}

static inline long open_and_close(const char *path)
{
	struct file *file = env_try_open(path, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	env_close(file);
	return 0;
}

/* What a row does on its own account, if Xen or the kernel have part in it. */
static inline unsigned int own_begin(void)
{
	fake_pause(true);
	return fake_enter();
}

static inline void own_end(unsigned int saved)
{
	fake_leave(saved);
	fake_pause(false);
}

/* Where no page table is yet, so that one has to be made for it. */
#define FAR	0x20000000ul

static inline unsigned long map_far(struct file *file, u64 offset,
				    unsigned long pages)
{
	return vm_mmap(file, FAR, pages * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED,
		       offset);
}

static inline long unmap_far(unsigned long addr, unsigned long pages)
{
	return IS_ERR_VALUE(addr) ? addr : vm_munmap(addr, pages * PAGE_SIZE);
}

#endif
