// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: what becomes of a mapping that is unmapped in part, changed,
 * moved, dropped, closed or inherited, in a PV domain and in an auto-translated
 * one.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/sched/task.h>

#include <xen/interface/grant_table.h>

#include "compat/mm.h"
#include "suites/evtchn.h"
#include "suites/gntdev.h"
#include "suites/suites.h"

/* A mapping needs neither the map in the file nor the file. */
TEST_BOTH(map_mapping_outlives_all)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 2);
	addr = show_grants(test, file, 1, 2);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(GUEST, 1));
	/* Its place is free. */
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 1), 0);
	env_close(file);
	KUNIT_EXPECT_EQ(test, env_get64(addr + PAGE_SIZE), fake_stamp(GUEST, 2));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	env_settle();
}

/* Of a part: at once in a PV domain, with the last of it elsewhere. */
TEST_BOTH(map_munmap_of_parts)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 9);
	addr = show_grants(test, file, 1, 9);
	KUNIT_EXPECT_EQ(test, env_munmap(addr + 3 * PAGE_SIZE, 3), 0);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 4)->mapped, xen_pv_domain() ? 0 : 1);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 6)->mapped, xen_pv_domain() ? 0 : 1);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 3)->mapped, each());
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 7)->mapped, each());
	KUNIT_EXPECT_EQ(test, env_get64(addr + 2 * PAGE_SIZE), fake_stamp(GUEST, 3));
	KUNIT_EXPECT_EQ(test, env_get64(addr + 6 * PAGE_SIZE), fake_stamp(GUEST, 7));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 4 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 7)->mapped, each());
	KUNIT_EXPECT_EQ(test, env_munmap(addr + 6 * PAGE_SIZE, 3), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 9), 0);
}

/* The entries of a PV domain are Xen's. */
TEST_BOTH(map_mprotect)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 3);
	addr = show_grants(test, file, 1, 3);
	KUNIT_EXPECT_EQ(test, env_mprotect(addr + PAGE_SIZE, 1, PROT_READ),
			xen_pv_domain() ? -EINVAL : 0);
	KUNIT_EXPECT_EQ(test, env_get64(addr + PAGE_SIZE), fake_stamp(GUEST, 2));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* P1, of gntdev: elsewhere it moves as any memory does. */
TEST_BOTH(map_mremap)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;
	long to;

	grant_from(GUEST, 1, 3);
	addr = show_grants(test, file, 1, 3);
	to = env_mremap(addr, 3);
	if (xen_pv_domain()) {
		KUNIT_EXPECT_EQ(test, to, -EINVAL);
		/* Refused, and without its entries. */
		KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	} else {
		KUNIT_ASSERT_GT(test, to, 0);
		KUNIT_EXPECT_EQ(test, env_get64(to), fake_stamp(GUEST, 1));
		addr = to;
	}
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* Dropped by madvise(): gone for good. */
TEST_BOTH(map_dropped_pages_stay_away)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 4);
	addr = show_grants(test, file, 1, 4);
	env_zap(addr + PAGE_SIZE, 2);
	KUNIT_EXPECT_TRUE(test, env_mapped(addr));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + PAGE_SIZE));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + 2 * PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + 3 * PAGE_SIZE));
	/* The entries are gone, the kernel's own mappings are not. */
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 2)->mapped, 1);
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 1)->mapped, each());
}

/* A view whose entries lie in two page tables. */
TEST(map_pv_across_tables)
{
	unsigned long room = env_mmap(NULL, 4 * PTRS_PER_PTE, PROT_NONE,
				      MAP_PRIVATE | MAP_ANONYMOUS);
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;
	unsigned int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(room));
	grant_from(GUEST, 1, 10);
	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 10), 0);
	addr = ALIGN(room + 4 * PAGE_SIZE, PMD_SIZE) - 4 * PAGE_SIZE;
	KUNIT_ASSERT_EQ(test, vm_mmap(file, addr, 10 * PAGE_SIZE, RW,
				      MAP_SHARED | MAP_FIXED, 0), addr);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, env_get64(addr + i * PAGE_SIZE),
				fake_stamp(GUEST, 1 + i));
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 10), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

static const struct vm_operations_struct no_ops;

/*
 * An mmap() that fails after the driver's has succeeded calls ->close() with
 * the entries in place.
 */
TEST_BOTH(map_closed_with_entries)
{
	struct file *file = env_open(test, GNTDEV);
	struct vm_area_struct *vma;
	unsigned long addr;

	grant_from(GUEST, 1, 3);
	addr = show_grants(test, file, 1, 3);
	vma = env_vma(addr);
	mmap_write_lock(current->mm);
	vma->vm_ops->close(vma);
	vma->vm_ops = &no_ops;
	mmap_write_unlock(current->mm);
	/* Elsewhere the entries hold the pages until they are gone. */
	KUNIT_EXPECT_EQ(test, grants_mapped(), xen_pv_domain() ? 0 : 3);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!grants_mapped()));
	KUNIT_EXPECT_EQ(test, unmap_grants(file, 0, 3), 0);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(holders(file) == 1));
}

/* Somebody who may not wait finds the view busy. */
TEST(map_pv_notifier_cannot_wait)
{
	struct mmu_notifier_range range = { .flags = 0 };
	struct mmu_interval_notifier *notifier;
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;

	grant_from(GUEST, 1, 4);
	addr = show_grants(test, file, 1, 4);
	/* A view begins with its notifier. */
	notifier = env_vma(addr)->vm_private_data;
	range.start = addr + PAGE_SIZE;
	range.end = addr + 2 * PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, notifier->ops->invalidate(notifier, &range, 1));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + 2 * PAGE_SIZE));
	/* Beyond both ends, and beside it. */
	range.start = addr + 8 * PAGE_SIZE;
	range.end = addr + 9 * PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, notifier->ops->invalidate(notifier, &range, 3));
	KUNIT_EXPECT_EQ(test, fake_grant(GUEST, 4)->mapped, 2);
	range.start = addr - PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, notifier->ops->invalidate(notifier, &range, 5));
	KUNIT_EXPECT_EQ(test, grants_mapped(), 4);
}

struct busy {
	struct mmu_interval_notifier *notifier;
	unsigned long addr;
	bool refused;
	struct task_struct *thread;
	struct completion done;
};

static int invalidate_thread(void *data)
{
	struct busy *busy = data;
	struct mmu_notifier_range range = {
		.start = busy->addr, .end = busy->addr + PAGE_SIZE,
	};

	busy->refused = !busy->notifier->ops->invalidate(busy->notifier, &range, 1);
	complete(&busy->done);
	return 0;
}

/* In the middle of a hypercall of another thread. */
static void invalidate_elsewhere(void *data)
{
	struct busy *busy = data;

	wake_up_process(busy->thread);
	wait_for_completion(&busy->done);
}

TEST(map_pv_notifier_busy)
{
	struct file *file = env_open(test, GNTDEV);
	unsigned long addr;
	struct busy busy;

	grant_from(GUEST, 1, 2);
	addr = show_grants(test, file, 1, 2);
	busy.notifier = env_vma(addr)->vm_private_data;
	busy.addr = addr;
	busy.refused = false;
	init_completion(&busy.done);
	busy.thread = kthread_create(invalidate_thread, &busy, "invalidate");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, busy.thread);
	fake_before(FAKE_GRANT(GNTTABOP_unmap_grant_ref), 1, invalidate_elsewhere,
		    &busy);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	KUNIT_EXPECT_TRUE(test, busy.refused);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* What a child of the process does, in the child. */
typedef pid_t clone_fn(struct kernel_clone_args *args);
typedef int kernel_wait_fn(pid_t pid, int *stat);
typedef void do_exit_fn(long code);

struct child {
	unsigned long addr;
	unsigned int pages;
	bool sees, has_vma;
	/* If set, the child lives until this is completed. */
	struct completion *stays;
};

static int child_fn(void *data)
{
	do_exit_fn *exit = (do_exit_fn *)fake_symbol("do_exit");
	struct child *child = data;

	child->has_vma = env_vma(child->addr);
	child->sees = env_get64(child->addr) == fake_stamp(GUEST, 1);
	if (child->stays)
		wait_for_completion(child->stays);
	exit(0);
	return 0;
}

static pid_t fork_child(struct kunit *test, struct child *child)
{
	struct kernel_clone_args args = {
		.exit_signal = SIGCHLD, .fn = child_fn, .fn_arg = child,
	};
	clone_fn *clone = (clone_fn *)fake_symbol("kernel_clone");
	pid_t pid = clone(&args);

	KUNIT_ASSERT_GT(test, pid, 0);
	return pid;
}

static void wait_for_child(pid_t pid)
{
	kernel_wait_fn *wait = (kernel_wait_fn *)fake_symbol("kernel_wait");
	int status;

	wait(pid, &status);
}

/* Forks, lets the child look, and waits for its end. */
static void fork_and_look(struct kunit *test, struct child *child)
{
	wait_for_child(fork_child(test, child));
}

TEST_BOTH(map_fork)
{
	struct file *file = env_open(test, GNTDEV);
	struct child child = {};

	grant_from(GUEST, 1, 2);
	child.addr = show_grants(test, file, 1, 2);
	fork_and_look(test, &child);
	KUNIT_EXPECT_EQ(test, child.has_vma, !xen_pv_domain());
	KUNIT_EXPECT_EQ(test, child.sees, !xen_pv_domain());
	/* The child's end was not the parent's. */
	KUNIT_EXPECT_EQ(test, env_get64(child.addr), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, grants_mapped(), each() * 2);
	KUNIT_EXPECT_EQ(test, env_munmap(child.addr, 2), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
}

/* As MADV_DOFORK does. */
static void ask_for_fork(unsigned long addr)
{
	struct vm_area_struct *vma = env_vma(addr);

	mmap_write_lock(current->mm);
	vm_flags_clear(vma, VM_DONTCOPY);
	mmap_write_unlock(current->mm);
}

/* The child has the VMA then, and nothing in it. */
TEST(map_pv_fork_all_the_same)
{
	struct file *file = env_open(test, GNTDEV);
	struct child child = {};

	grant_from(GUEST, 1, 2);
	child.addr = show_grants(test, file, 1, 2);
	ask_for_fork(child.addr);
	fork_and_look(test, &child);
	KUNIT_EXPECT_TRUE(test, child.has_vma);
	KUNIT_EXPECT_FALSE(test, child.sees);
	KUNIT_EXPECT_EQ(test, env_get64(child.addr), fake_stamp(GUEST, 1));
	KUNIT_EXPECT_EQ(test, grants_mapped(), 4);
}

/* However long the child lives, the peer is told when the parent is done. */
TEST(map_pv_fork_child_stays)
{
	struct file *events = env_open(test, EVTCHN), *file = env_open(test, GNTDEV);
	DECLARE_COMPLETION_ONSTACK(stays);
	struct child child = { .stays = &stays };
	long port;
	pid_t pid;

	grant_from(GUEST, 1, 2);
	port = bind_interdomain(events, GUEST, 5);
	child.addr = show_grants(test, file, 1, 2);
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, UNMAP_NOTIFY_SEND_EVENT, port), 0);
	ask_for_fork(child.addr);
	pid = fork_child(test, &child);
	KUNIT_EXPECT_EQ(test, env_munmap(child.addr, 2), 0);
	KUNIT_EXPECT_EQ(test, grants_mapped(), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(port), 1);
	complete(&stays);
	wait_for_child(pid);
	KUNIT_EXPECT_TRUE(test, child.has_vma);
	KUNIT_EXPECT_FALSE(test, child.sees);
}

static struct kunit_case vma_cases[] = {
	KUNIT_CASE(map_mapping_outlives_all),
	KUNIT_CASE(map_munmap_of_parts),
	KUNIT_CASE(map_mprotect),
	KUNIT_CASE(map_mremap),
	KUNIT_CASE(map_dropped_pages_stay_away),
	KUNIT_CASE(map_pv_across_tables),
	KUNIT_CASE(map_closed_with_entries),
	KUNIT_CASE(map_pv_notifier_cannot_wait),
	KUNIT_CASE(map_pv_notifier_busy),
	KUNIT_CASE(map_fork),
	KUNIT_CASE(map_pv_fork_all_the_same),
	KUNIT_CASE(map_pv_fork_child_stays),
	{}
};

ENV_SUITE(gntdev_vma, vma_cases);
