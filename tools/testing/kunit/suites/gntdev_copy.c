// SPDX-License-Identifier: GPL-2.0-only
/*
 * GRANT_COPY of /dev/xen/gntdev.
 */
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include <xen/interface/grant_table.h>

#include "suites/gntdev.h"
#include "suites/suites.h"

#define MAX_SEGMENTS	300
#define GRANTS		6
/* Local memory, behind the segments. */
#define LOCAL_PAGE	4
#define LOCAL_PAGES	16

#define FROM	GNTCOPY_source_gref
#define TO	GNTCOPY_dest_gref

static struct gntdev_grant_copy_segment segments[MAX_SEGMENTS];

static unsigned long local(unsigned long offset)
{
	return env_user() + LOCAL_PAGE * PAGE_SIZE + offset;
}

static struct gntdev_grant_copy_segment from_grant(u32 ref, u32 offset,
						   unsigned long to, u32 len)
{
	return (struct gntdev_grant_copy_segment){
		.source.foreign = { .ref = ref, .offset = offset, .domid = GUEST },
		.dest.virt = (void __user *)to,
		.len = len, .flags = FROM, .status = 99,
	};
}

static struct gntdev_grant_copy_segment to_grant(u32 ref, u32 offset,
						 unsigned long from, u32 len)
{
	return (struct gntdev_grant_copy_segment){
		.dest.foreign = { .ref = ref, .offset = offset, .domid = GUEST },
		.source.virt = (void __user *)from,
		.len = len, .flags = TO, .status = 99,
	};
}

static struct gntdev_grant_copy_segment between(u32 from, u32 to, u32 offset,
						u32 len)
{
	return (struct gntdev_grant_copy_segment){
		.source.foreign = { .ref = from, .offset = offset, .domid = GUEST },
		.dest.foreign = { .ref = to, .offset = offset, .domid = GUEST },
		.len = len, .flags = FROM | TO, .status = 99,
	};
}

static long copy_at(struct file *file, unsigned long at, u32 nr)
{
	struct ioctl_gntdev_grant_copy arg = {
		.count = nr, .segments = (void __user *)at,
	};

	return env_ioctl(file, IOCTL_GNTDEV_GRANT_COPY, &arg, sizeof(arg));
}

static long copy(struct file *file, u32 nr)
{
	long err;

	env_put(env_user(), segments, nr * sizeof(segments[0]));
	err = copy_at(file, env_user(), nr);
	env_get(segments, env_user(), nr * sizeof(segments[0]));
	return err;
}

static struct file *setup(struct kunit *test)
{
	grant_from(GUEST, 1, GRANTS);
	return env_open(test, GNTDEV);
}

static void *granted(u32 ref)
{
	return page_address(fake_grant(GUEST, ref)->page);
}

TEST_BOTH(copy_each_way)
{
	struct file *file = setup(test);
	u64 value = 4711;

	env_put(local(24), &value, sizeof(value));
	segments[0] = from_grant(1, 0, local(0), 8);
	segments[1] = to_grant(2, 4088, local(24), 8);
	segments[2] = between(1, 3, 0, 8);
	segments[3] = from_grant(4, 0, local(0), 0);
	KUNIT_EXPECT_EQ(test, copy(file, 4), 0);
	KUNIT_EXPECT_EQ(test, env_get64(local(0)), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, *(u64 *)(granted(2) + 4088), 4711);
	KUNIT_EXPECT_EQ(test, *(u64 *)granted(3), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, segments[0].status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, segments[3].status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, copy_at(file, 8, 0), 0);
}

/* A segment may read what the one before it has written. */
TEST_BOTH(copy_one_after_the_other)
{
	struct file *file = setup(test);

	segments[0] = from_grant(1, 0, local(0), 8);
	segments[1] = to_grant(2, 0, local(0), 8);
	KUNIT_EXPECT_EQ(test, copy(file, 2), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)granted(2), fake_stamp(GUEST, 1));
}

/* One alone goes another way, on which the same happens. */
TEST_BOTH(copy_alone)
{
	struct file *file = setup(test);
	unsigned long addr = env_mmap(NULL, 2, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS);
	u64 value = 4711;

	segments[0] = from_grant(1, 0, local(PAGE_SIZE - 4), 8);
	KUNIT_EXPECT_EQ(test, copy(file, 1), 0);
	KUNIT_EXPECT_EQ(test, segments[0].status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, env_get64(local(PAGE_SIZE - 4)), fake_stamp(GUEST, 1));
	env_put(local(24), &value, sizeof(value));
	segments[0] = to_grant(2, 4088, local(24), 8);
	KUNIT_EXPECT_EQ(test, copy(file, 1), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)(granted(2) + 4088), 4711);
	segments[0] = between(1, 3, 0, 8);
	KUNIT_EXPECT_EQ(test, copy(file, 1), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)granted(3), fake_stamp(GUEST, 1));
	segments[0] = from_grant(1, 0, 8, 0);
	KUNIT_EXPECT_EQ(test, copy(file, 1), 0);
	KUNIT_EXPECT_EQ(test, segments[0].status, GNTST_okay);
	/* What Xen refuses changes nothing. */
	segments[0] = from_grant(99, 0, local(24), 8);
	KUNIT_EXPECT_EQ(test, copy(file, 1), 0);
	KUNIT_EXPECT_EQ(test, segments[0].status, GNTST_bad_gntref);
	KUNIT_EXPECT_EQ(test, env_get64(local(24)), 4711);
	/* Nor does what is not there. */
	KUNIT_EXPECT_EQ(test, vm_munmap(addr + PAGE_SIZE, PAGE_SIZE), 0);
	segments[0] = to_grant(2, 4088, addr + PAGE_SIZE, 8);
	KUNIT_EXPECT_EQ(test, copy(file, 1), -EFAULT);
	segments[0] = from_grant(1, 0, addr + PAGE_SIZE, 8);
	KUNIT_EXPECT_EQ(test, copy(file, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, *(u64 *)(granted(2) + 4088), 4711);
}

static bool is_dirty(struct kunit *test, unsigned int i)
{
	struct page *page;
	bool dirty;

	KUNIT_ASSERT_EQ(test, get_user_pages_fast(local(i * PAGE_SIZE), 1, 0, &page), 1);
	dirty = PageDirty(page);
	put_page(page);
	return dirty;
}

/* P11: the pages that were written to, whatever else is in the call. */
TEST(copy_p11_exactly_the_written_are_dirty)
{
	struct file *file = setup(test);
	unsigned int i;

	for (i = 0; i < LOCAL_PAGES; i++)
		KUNIT_EXPECT_FALSE(test, is_dirty(test, i));
	/* Across pages; next to what is read; twice the same. */
	segments[0] = to_grant(1, 0, local(0), 4096);
	segments[1] = from_grant(2, 0, local(PAGE_SIZE), 4096);
	segments[2] = to_grant(1, 0, local(2 * PAGE_SIZE), 4096);
	segments[3] = from_grant(2, 0, local(5 * PAGE_SIZE - 8), 16);
	segments[4] = from_grant(2, 0, local(5 * PAGE_SIZE + 8), 16);
	segments[5] = to_grant(2, 0, local(6 * PAGE_SIZE), 64);
	segments[6] = from_grant(2, 0, local(8 * PAGE_SIZE), 64);
	segments[7] = to_grant(2, 0, local(8 * PAGE_SIZE + 128), 64);
	KUNIT_EXPECT_EQ(test, copy(file, 8), 0);
	for (i = 0; i < LOCAL_PAGES; i++)
		KUNIT_EXPECT_EQ_MSG(test, is_dirty(test, i),
				    i == 1 || i == 4 || i == 5 || i == 8,
				    "page %u", i);
}

struct model {
	u8 local[LOCAL_PAGES * PAGE_SIZE];
	u8 grants[GRANTS][PAGE_SIZE];
};

static void model_do(struct model *m, const struct gntdev_grant_copy_segment *s)
{
	u8 *from, *to;

	from = s->flags & FROM ?
	       &m->grants[s->source.foreign.ref - 1][s->source.foreign.offset] :
	       &m->local[(unsigned long)s->source.virt - local(0)];
	to = s->flags & TO ?
	     &m->grants[s->dest.foreign.ref - 1][s->dest.foreign.offset] :
	     &m->local[(unsigned long)s->dest.virt - local(0)];
	memcpy(to, from, s->len);
}

static struct gntdev_grant_copy_segment
random_segment(struct rnd_state *rnd, unsigned long *next)
{
	u32 len = prandom_u32_state(rnd) % 4 ? prandom_u32_state(rnd) % 600 :
					       prandom_u32_state(rnd) % 4097;
	u32 offset = prandom_u32_state(rnd) % (4097 - len);
	u32 ref = 1 + prandom_u32_state(rnd) % GRANTS;
	unsigned long at = *next;

	/* Often behind the last one, as callers cut up their buffers. */
	if (prandom_u32_state(rnd) % 3 == 0 || at + len > LOCAL_PAGES * PAGE_SIZE)
		at = prandom_u32_state(rnd) % (LOCAL_PAGES * PAGE_SIZE - 4096);
	*next = at + len;
	switch (prandom_u32_state(rnd) % 5) {
	case 0:
		return between(ref, ref % GRANTS + 1, offset, len);
	case 1:
	case 2:
		return from_grant(ref, offset, local(at), len);
	default:
		return to_grant(ref, offset, local(at), len);
	}
}

static void model_fill(struct model *m, struct rnd_state *rnd)
{
	unsigned int i;

	prandom_bytes_state(rnd, m, sizeof(*m));
	env_put(local(0), m->local, sizeof(m->local));
	for (i = 0; i < GRANTS; i++)
		memcpy(granted(i + 1), m->grants[i], PAGE_SIZE);
}

static void model_compare(struct kunit *test, const struct model *m)
{
	u8 *now = kunit_kmalloc(test, sizeof(m->local), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, now);
	env_get(now, local(0), sizeof(m->local));
	KUNIT_EXPECT_EQ(test, memcmp(now, m->local, sizeof(m->local)), 0);
	for (i = 0; i < GRANTS; i++)
		KUNIT_EXPECT_EQ(test, memcmp(granted(i + 1), m->grants[i], PAGE_SIZE), 0);
}

/* Any mixture does the same as one memcpy() after the other. */
TEST_BOTH(copy_against_model)
{
	struct model *m = kunit_kmalloc(test, sizeof(*m), GFP_KERNEL);
	struct file *file = setup(test);
	struct rnd_state rnd;
	unsigned int round, i;
	unsigned long next = 0;

	KUNIT_ASSERT_NOT_NULL(test, m);
	prandom_seed_state(&rnd, 4711);
	model_fill(m, &rnd);
	for (round = 0; round < 10; round++) {
		unsigned int nr = 1 + prandom_u32_state(&rnd) % MAX_SEGMENTS;

		for (i = 0; i < nr; i++) {
			segments[i] = random_segment(&rnd, &next);
			model_do(m, &segments[i]);
		}
		KUNIT_EXPECT_EQ(test, copy(file, nr), 0);
		for (i = 0; i < nr; i++)
			KUNIT_EXPECT_EQ(test, segments[i].status, GNTST_okay);
		model_compare(test, m);
	}
}

/* As few hypercalls as possible, and each page is named once for each part. */
TEST(copy_batches)
{
	struct file *file = setup(test);
	unsigned int i;

	for (i = 0; i < 300; i++)
		segments[i] = from_grant(1, 0, local(i * 200), 200);
	KUNIT_EXPECT_EQ(test, copy(file, 300), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_copy)), 3);
	for (i = 0; i < 300; i++)
		KUNIT_EXPECT_EQ(test, env_get64(local(i * 200)), fake_stamp(GUEST, 1));
}

TEST_BOTH(copy_statuses)
{
	struct file *file = setup(test);

	fake_grant(GUEST, 2)->readonly = true;
	fake_grant(GUEST, 3)->status = GNTST_bad_page;
	segments[0] = from_grant(2, 0, local(0), 8);
	segments[1] = to_grant(2, 0, local(0), 8);
	/* Two operations. */
	segments[2] = from_grant(3, 0, local(PAGE_SIZE - 4), 8);
	segments[3] = from_grant(99, 0, local(PAGE_SIZE), 8);
	segments[4] = from_grant(1, 0, local(8), 8);
	segments[5] = between(3, 1, 0, 8);
	segments[6] = between(1, 3, 0, 8);
	segments[7] = from_grant(1, 0, local(24), 8);
	segments[7].source.foreign.domid = OTHER;
	KUNIT_EXPECT_EQ(test, copy(file, 8), 0);
	KUNIT_EXPECT_EQ(test, segments[0].status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, segments[1].status, GNTST_permission_denied);
	KUNIT_EXPECT_EQ(test, segments[2].status, GNTST_bad_page);
	KUNIT_EXPECT_EQ(test, segments[3].status, GNTST_bad_gntref);
	KUNIT_EXPECT_EQ(test, segments[4].status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, segments[5].status, GNTST_bad_page);
	KUNIT_EXPECT_EQ(test, segments[6].status, GNTST_bad_page);
	KUNIT_EXPECT_EQ(test, segments[7].status, GNTST_bad_domain);
	KUNIT_EXPECT_EQ(test, env_get64(local(8)), fake_stamp(GUEST, 1));
}

static void break_grant(void *data)
{
	fake_grant(GUEST, 1)->status = GNTST_bad_page;
}

/* A segment's status is that of the part that failed, not of the last. */
TEST(copy_status_of_first_part)
{
	struct file *file = setup(test);

	fake_grant(GUEST, 1)->paged_out = 1;
	fake_before(FAKE_GRANT(GNTTABOP_copy), 2, break_grant, NULL);
	segments[0] = from_grant(1, 0, local(PAGE_SIZE - 4), 8);
	segments[1] = from_grant(2, 0, local(64), 8);
	KUNIT_EXPECT_EQ(test, copy(file, 2), 0);
	KUNIT_EXPECT_EQ(test, segments[0].status, GNTST_bad_page);
	KUNIT_EXPECT_EQ(test, segments[1].status, GNTST_okay);
}

TEST_BOTH(copy_paged_out)
{
	struct file *file = setup(test);

	fake_grant(GUEST, 1)->paged_out = 5;
	segments[0] = from_grant(2, 0, local(64), 8);
	segments[1] = from_grant(1, 0, local(0), 8);
	segments[2] = from_grant(3, 0, local(128), 8);
	KUNIT_EXPECT_EQ(test, copy(file, 3), 0);
	KUNIT_EXPECT_EQ(test, segments[1].status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, env_get64(local(0)), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_copy)), 6);
	/* For ever: at some point it is enough. */
	fake_grant(GUEST, 1)->paged_out = 100000;
	KUNIT_EXPECT_EQ(test, copy(file, 3), 0);
	KUNIT_EXPECT_EQ(test, segments[0].status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, segments[1].status, GNTST_bad_page);
	KUNIT_EXPECT_EQ(test, segments[2].status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_copy)), 6 + 256);
}

TEST(copy_hypercall_fails)
{
	struct file *file = setup(test);

	segments[0] = from_grant(1, 0, local(0), 8);
	fake_fail(FAKE_GRANT(GNTTABOP_copy), 1, -EFAULT);
	KUNIT_EXPECT_EQ(test, copy(file, 1), -EFAULT);
	/* While it is tried again. */
	fake_grant(GUEST, 1)->paged_out = 3;
	fake_fail(FAKE_GRANT(GNTTABOP_copy), 2, -EPERM);
	KUNIT_EXPECT_EQ(test, copy(file, 1), -EPERM);
}

static void kill_me(void *data)
{
	env_kill(true);
}

/* A process that is being killed does not wait, nor go on. */
TEST(copy_killed)
{
	struct file *file = setup(test);
	unsigned int i;

	fake_grant(GUEST, 1)->paged_out = 1000;
	segments[0] = from_grant(1, 0, local(0), 8);
	fake_at_step("wait", kill_me, NULL);
	KUNIT_EXPECT_EQ(test, copy(file, 1), -EINTR);
	env_kill(false);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_copy)), 1);

	for (i = 0; i < 200; i++)
		segments[i] = from_grant(2, 0, local(i * 8), 8);
	fake_after(FAKE_GRANT(GNTTABOP_copy), 1, kill_me, NULL);
	KUNIT_EXPECT_EQ(test, copy(file, 200), -EINTR);
	env_kill(false);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_copy)), 2);
}

TEST_BOTH(copy_bad_segments)
{
	struct file *file = setup(test);

	segments[0] = from_grant(1, 0, local(0), 8);
	segments[1] = from_grant(1, 0, local(0), 8);
	segments[1].flags = 0;
	KUNIT_EXPECT_EQ(test, copy(file, 2), -EINVAL);
	/* Other bits have always been ignored. */
	segments[1].flags = 0xfff0;
	KUNIT_EXPECT_EQ(test, copy(file, 2), -EINVAL);
	segments[1].flags = 0xfff0 | FROM;
	KUNIT_EXPECT_EQ(test, copy(file, 2), 0);
	segments[1] = from_grant(1, 1, local(0), 4096);
	KUNIT_EXPECT_EQ(test, copy(file, 2), -EINVAL);
	segments[1] = to_grant(1, 0xffff, local(0), 0xffff);
	KUNIT_EXPECT_EQ(test, copy(file, 2), -EINVAL);
	segments[1] = between(1, 2, 0, 8);
	segments[1].dest.foreign.offset = 4089;
	KUNIT_EXPECT_EQ(test, copy(file, 2), -EINVAL);
	segments[1] = between(1, 2, 0, 8);
	segments[1].source.foreign.offset = 4089;
	KUNIT_EXPECT_EQ(test, copy(file, 2), -EINVAL);
	segments[1] = from_grant(1, 0, -4096UL, 8);
	KUNIT_EXPECT_EQ(test, copy(file, 2), -EFAULT);
	/* Nothing was asked of Xen. */
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_copy)), 1);
	KUNIT_EXPECT_EQ(test, copy_at(file, 8, 1), -EFAULT);
}

/* Local memory that is not there, or not to be written to. */
TEST(copy_bad_memory)
{
	struct file *file = setup(test);
	unsigned long addr = env_mmap(NULL, 4, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS);

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_EXPECT_EQ(test, vm_munmap(addr + 2 * PAGE_SIZE, PAGE_SIZE), 0);
	/* On either side of the hole, which is nobody's business then. */
	segments[0] = from_grant(1, 0, addr + PAGE_SIZE, 8);
	segments[1] = from_grant(1, 0, addr + 3 * PAGE_SIZE, 8);
	KUNIT_EXPECT_EQ(test, copy(file, 2), 0);
	fake_rules_clear();
	segments[0] = from_grant(1, 0, local(0), 8);
	segments[1] = from_grant(1, 0, local(3 * PAGE_SIZE), 8);
	/* All of it, half of it, a part of a run of three. */
	segments[2] = from_grant(1, 0, addr + 2 * PAGE_SIZE, 8);
	KUNIT_EXPECT_EQ(test, copy(file, 3), -EFAULT);
	segments[2] = from_grant(1, 0, addr + 2 * PAGE_SIZE - 4, 8);
	KUNIT_EXPECT_EQ(test, copy(file, 3), -EFAULT);
	segments[2] = to_grant(1, 0, addr, 4096);
	segments[3] = to_grant(1, 0, addr + PAGE_SIZE, 4096);
	segments[4] = to_grant(1, 0, addr + 2 * PAGE_SIZE, 4096);
	KUNIT_EXPECT_EQ(test, copy(file, 5), -EFAULT);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_GRANT(GNTTABOP_copy)), 0);
	KUNIT_EXPECT_EQ(test, env_mprotect(addr, 1, PROT_READ), 0);
	segments[2] = from_grant(1, 0, addr, 8);
	KUNIT_EXPECT_EQ(test, copy(file, 3), -EFAULT);
	segments[2] = to_grant(1, 0, addr, 8);
	KUNIT_EXPECT_EQ(test, copy(file, 3), 0);
}

/* The statuses cannot be told. */
TEST(copy_statuses_unwritable)
{
	struct file *file = setup(test);

	segments[0] = from_grant(1, 0, local(0), 8);
	env_put(env_user(), segments, sizeof(segments[0]));
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, copy_at(file, env_user(), 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, env_mprotect(env_user(), 1, PROT_READ | PROT_WRITE), 0);
}

struct second {
	struct kunit *test;
	struct file *file;
};

static void copy_meanwhile(void *data)
{
	struct second *second = data;
	unsigned long at = env_user() + 2 * PAGE_SIZE;
	struct gntdev_grant_copy_segment s = from_grant(2, 0, local(PAGE_SIZE), 8);

	env_put(at, &s, sizeof(s));
	KUNIT_EXPECT_EQ(second->test, copy_at(second->file, at, 1), 0);
}

/* Another thread copies by the same file. */
TEST(copy_two_at_once)
{
	struct second second = { test, setup(test) };

	segments[0] = from_grant(1, 0, local(0), 8);
	KUNIT_EXPECT_EQ(test, copy(second.file, 1), 0);
	fake_before(FAKE_GRANT(GNTTABOP_copy), 1, copy_meanwhile, &second);
	KUNIT_EXPECT_EQ(test, copy(second.file, 1), 0);
	KUNIT_EXPECT_EQ(test, env_get64(local(0)), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, env_get64(local(PAGE_SIZE)), fake_stamp(GUEST, 2));
}

/* A 32-bit caller leaves something in the upper half of its pointers. */
TEST(copy_compat)
{
	struct {
		u32 count, segments;
	} arg = { .count = 3 };
	struct gntdev_grant_copy_segment s[3];
	const u64 upper = 0xdead000000000000;
	struct file *file = setup(test);
	unsigned long low;

	low = vm_mmap(NULL, 0x10000000, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	KUNIT_ASSERT_EQ(test, low, 0x10000000);
	s[0] = from_grant(1, 0, upper | (low + PAGE_SIZE), 8);
	s[1] = to_grant(2, 8, upper | (low + PAGE_SIZE), 8);
	s[2] = between(1, 3, 0, 8);
	arg.segments = low + 64;
	env_put(low, &arg, sizeof(arg));
	env_put(low + 64, s, sizeof(s));
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, _IOC(_IOC_NONE, 'G', 8, 8), low), 0);
	KUNIT_EXPECT_EQ(test, env_get64(low + PAGE_SIZE), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, ((u64 *)granted(2))[1], fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, *(u64 *)granted(3), fake_stamp(GUEST, 1));
	/* Its number only, for those whose structures differ. */
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, IOCTL_GNTDEV_GRANT_COPY, low),
			-ENOTTY);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, _IOC(_IOC_NONE, 'G', 8, 8), 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, IOCTL_GNTDEV_UNMAP_GRANT_REF, 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, vm_munmap(low, 2 * PAGE_SIZE), 0);
}

static struct kunit_case copy_cases[] = {
	KUNIT_CASE(copy_each_way),
	KUNIT_CASE(copy_one_after_the_other),
	KUNIT_CASE(copy_alone),
	KUNIT_CASE(copy_p11_exactly_the_written_are_dirty),
	KUNIT_CASE(copy_against_model),
	KUNIT_CASE(copy_batches),
	KUNIT_CASE(copy_statuses),
	KUNIT_CASE(copy_status_of_first_part),
	KUNIT_CASE(copy_paged_out),
	KUNIT_CASE(copy_hypercall_fails),
	KUNIT_CASE(copy_killed),
	KUNIT_CASE(copy_bad_segments),
	KUNIT_CASE(copy_bad_memory),
	KUNIT_CASE(copy_statuses_unwritable),
	KUNIT_CASE(copy_two_at_once),
	KUNIT_CASE(copy_compat),
	{}
};

ENV_SUITE(gntdev_copy, copy_cases);
