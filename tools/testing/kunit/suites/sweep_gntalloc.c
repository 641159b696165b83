// SPDX-License-Identifier: GPL-2.0-only
/* /dev/xen/gntalloc, with each thing that an operation takes failing in turn. */
#include "suites/evtchn.h"
#include "suites/gntalloc.h"
#include "suites/sweep.h"

#define REFS	20

static long op_gntalloc_open(struct kunit *test, void *data)
{
	return open_and_close(GNTALLOC);
}

static void *setup_gntalloc(struct kunit *test)
{
	return env_open(test, GNTALLOC);
}

static long op_alloc(struct kunit *test, void *file)
{
	return alloc_grefs(file, REFS);
}

static void undo_alloc(struct kunit *test, void *file, long index)
{
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, index, REFS), 0);
}

static long op_dealloc(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long index = alloc_grefs(file, REFS), err;

	own_end(saved);
	err = dealloc_grefs(file, index, REFS);
	if (err)
		undo_alloc(test, file, index);
	return err;
}

static long op_show_refs(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long index = alloc_grefs(file, REFS);
	unsigned long addr;

	own_end(saved);
	addr = map_far(file, index, REFS);
	saved = own_begin();
	undo_alloc(test, file, index);
	own_end(saved);
	return unmap_far(addr, REFS);
}

static void *setup_alloc_notify(struct kunit *test)
{
	struct file *file = setup_gntalloc(test);
	struct file *events = env_open(test, EVTCHN);

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, bind_interdomain(events, GUEST, 4), 1);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 1), 0);
	return file;
}

static long op_alloc_notify(struct kunit *test, void *file)
{
	return alloc_notify(file, 0, UNMAP_NOTIFY_SEND_EVENT, 1);
}

static void undo_alloc_notify(struct kunit *test, void *file, long result)
{
	KUNIT_EXPECT_EQ(test, alloc_notify(file, 0, 0, 0), 0);
}

static long op_gntalloc_release(struct kunit *test, void *data)
{
	unsigned int saved = own_begin();
	struct file *file = env_try_open(GNTALLOC, 0);

	alloc_grefs(file, REFS);
	own_end(saved);
	env_close(file);
	return 0;
}

void gntalloc_sweep(struct kunit *test)
{
	static const struct sweep rows[] = {
		{ "open", NULL, op_gntalloc_open },
		{ "ALLOC_GREF", setup_gntalloc, op_alloc, undo_alloc },
		{ "DEALLOC_GREF", setup_gntalloc, op_dealloc },
		{ "mmap", setup_gntalloc, op_show_refs },
		{ "SET_UNMAP_NOTIFY", setup_alloc_notify, op_alloc_notify,
		  undo_alloc_notify },
		{ "release", NULL, op_gntalloc_release },
	};

	sweep_rows(test, rows, ARRAY_SIZE(rows));
}
