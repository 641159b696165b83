// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads of a process, where what the one does comes between two steps of
 * what the other does. Races within one operation are with that operation.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/sched/mm.h>

#include "suites/evtchn.h"
#include "suites/privcmd.h"
#include "suites/suites.h"

struct victim {
	struct file *file;
	unsigned long addr, pages;
	long result;
};

static void unmap_it(void *data)
{
	struct victim *v = data;

	v->result = env_munmap(v->addr, v->pages);
}

static void replace_it(void *data)
{
	struct victim *v = data;

	unmap_it(v);
	v->result = vm_mmap(v->file, v->addr, v->pages * PAGE_SIZE,
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 0);
}

/* P1: the mapping is there when a batch begins, and gone when it is filled. */
TEST(race_p1_unmapped_before_it_is_filled)
{
	struct file *file = env_open(test, PRIVCMD);
	struct victim v = { file, map_foreign(file, 4), 4 };

	fake_domain_new(GUEST, 4);
	put_frames(4, 0);
	fake_at_step("kmalloc_array", unmap_it, &v);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, v.result, 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_UPDATE), 0);
}

/* ... and another is in its place, which this batch has no business with. */
TEST(race_p1_replaced_before_it_is_filled)
{
	struct file *file = env_open(test, PRIVCMD);
	struct victim v = { file, map_foreign(file, 4), 4 };

	fake_domain_new(GUEST, 4);
	put_frames(4, 0);
	fake_at_step("kmalloc_array", replace_it, &v);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, v.result, v.addr);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_UPDATE), 0);
	KUNIT_EXPECT_FALSE(test, env_mapped(v.addr));
	put_frames(4, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, v.addr, 4), 0);
	vm_munmap(v.addr, v.pages * PAGE_SIZE);
}

struct restricter {
	struct file *file;
	struct mm_struct *mm;
	struct completion done;
	bool in_between;
	long result;
};

/* Its argument is where the other thread has none. */
static int restrict_thread(void *data)
{
	unsigned long at = env_user() + PAGE_SIZE;
	struct ioctl_evtchn_restrict_domid arg = { .domid = OTHER };
	struct restricter *r = data;

	kthread_use_mm(r->mm);
	env_put(at, &arg, sizeof(arg));
	r->result = env_ioctl_at(r->file, IOCTL_EVTCHN_RESTRICT_DOMID, at);
	kthread_unuse_mm(r->mm);
	complete(&r->done);
	return 0;
}

static void restrict_meanwhile(void *data)
{
	struct task_struct *task;
	struct restricter *r = data;

	r->mm = current->mm;
	task = kthread_run(restrict_thread, r, "kunit-restrict");
	if (IS_ERR(task))
		return;
	r->in_between = wait_for_completion_timeout(&r->done, HZ / 20);
}

/*
 * P4: a process that was told that the file is restricted does not find a
 * channel in it, later, that it may not have.
 */
TEST(race_p4_restrict_waits_for_a_bind)
{
	struct file *file = env_open(test, EVTCHN);
	struct restricter r = { .file = file };
	u32 port;

	init_completion(&r.done);
	fake_before(FAKE_EVTCHN(EVTCHNOP_alloc_unbound), 1, restrict_meanwhile, &r);
	port = bind_unbound(file, GUEST);
	KUNIT_EXPECT_TRUE(test, fake_rules_done());
	KUNIT_EXPECT_FALSE(test, r.in_between);
	KUNIT_EXPECT_GT(test, (int)port, 0);
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&r.done, 30 * HZ));
	KUNIT_EXPECT_EQ(test, r.result, 0);
	KUNIT_EXPECT_EQ(test, bind_unbound(file, GUEST), -EACCES);
	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
}

static struct kunit_case races_cases[] = {
	KUNIT_CASE(race_p1_unmapped_before_it_is_filled),
	KUNIT_CASE(race_p1_replaced_before_it_is_filled),
	KUNIT_CASE(race_p4_restrict_waits_for_a_bind),
	{}
};

ENV_SUITE(races, races_cases);
