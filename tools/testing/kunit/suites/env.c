// SPDX-License-Identifier: GPL-2.0-only
/*
 * See env.h.
 *
 * KUnit runs each case in a kernel thread of its own. The memory is that of the
 * process that loads the module, for that is what initialises a suite. A thread
 * that gives up in the middle of a case takes a reference on the memory with
 * it, which is why there is one for it.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmu_context.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "compat/eventfd.h"
#include "suites/env.h"

#define MAX_FILES	64
#define MAX_MAPS	64

static struct {
	struct mm_struct *mm;
	/* The case's thread has it and has not given it back. */
	bool borrowed;
	unsigned long user;
	struct file *files[MAX_FILES];
	struct {
		unsigned long addr, pages;
	} maps[MAX_MAPS];
	struct fake_census before;
} env;

/* A system call of the process whose memory this is. */
#ifdef CONFIG_ARCH_HAS_SYSCALL_WRAPPER

typedef long syscall_fn(const struct pt_regs *regs);

static long system_call(const char *name, unsigned long a1, unsigned long a2,
			unsigned long a3, unsigned long a4, unsigned long a5)
{
	const struct pt_regs regs = {
		.di = a1, .si = a2, .dx = a3, .r10 = a4, .r8 = a5,
	};
	char symbol[32];

	snprintf(symbol, sizeof(symbol), "__x64_%s", name);
	return ((syscall_fn *)fake_symbol(symbol))(&regs);
}

#else

typedef long syscall_fn(unsigned long a1, unsigned long a2, unsigned long a3,
			unsigned long a4, unsigned long a5);

static long system_call(const char *name, unsigned long a1, unsigned long a2,
			unsigned long a3, unsigned long a4, unsigned long a5)
{
	return ((syscall_fn *)fake_symbol(name))(a1, a2, a3, a4, a5);
}

#endif

int env_suite_init(struct kunit_suite *suite)
{
	env.mm = current->mm;
	if (!env.mm)
		return -EINVAL;
	mmgrab(env.mm);
	return 0;
}

void env_suite_exit(struct kunit_suite *suite)
{
	env_settle();
	mmdrop(env.mm);
	env.mm = NULL;
}

static void files_close(void)
{
	unsigned int i;

	for (i = 0; i < MAX_FILES; i++) {
		if (env.files[i])
			__fput_sync(env.files[i]);
		env.files[i] = NULL;
	}
}

static void maps_close(void)
{
	unsigned int i;

	for (i = 0; i < MAX_MAPS; i++) {
		if (env.maps[i].pages)
			vm_munmap(env.maps[i].addr,
				  env.maps[i].pages * PAGE_SIZE);
		env.maps[i].pages = 0;
	}
	if (env.user)
		vm_munmap(env.user, ENV_PAGES * PAGE_SIZE);
	env.user = 0;
}

/* Before 6.12 it cannot be waited for. No kernel that looks for leaks is older. */
static void kvfree_rcu_wait(void)
{
#ifdef KUNIT_HAVE_KVFREE_RCU_BARRIER
	kvfree_rcu_barrier();
#endif
}

void env_settle(void)
{
	flush_delayed_fput();
	rcu_barrier();
	kvfree_rcu_wait();
}

void env_begin(struct kunit *test)
{
	fake_reset();
	if (!mmget_not_zero(env.mm))
		KUNIT_FAIL_AND_ABORT(test, "the process has no memory");
	kthread_use_mm(env.mm);
	env.borrowed = true;
	env.user = vm_mmap(NULL, 0, ENV_PAGES * PAGE_SIZE,
			   PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(env.user));
	/* So that it is there, and no page fault comes in between. */
	KUNIT_ASSERT_EQ(test, 0, clear_user((void __user *)env.user,
					    ENV_PAGES * PAGE_SIZE));
}

void env_expect_same(struct kunit *test, const struct fake_census *was,
		     const char *when)
{
	struct fake_census now;

	fake_census(&now);
	KUNIT_EXPECT_EQ_MSG(test, now.ports, was->ports, "%s: ports", when);
	KUNIT_EXPECT_EQ_MSG(test, now.irqs, was->irqs, "%s: IRQs", when);
	KUNIT_EXPECT_EQ_MSG(test, now.actions, was->actions, "%s: handlers", when);
	KUNIT_EXPECT_EQ_MSG(test, now.references, was->references,
			    "%s: references to ports", when);
	KUNIT_EXPECT_EQ_MSG(test, now.unpopulated, was->unpopulated,
			    "%s: unpopulated pages", when);
	KUNIT_EXPECT_EQ_MSG(test, now.foreign, was->foreign,
			    "%s: foreign frames", when);
	KUNIT_EXPECT_EQ_MSG(test, now.mapped, was->mapped,
			    "%s: mapped grants", when);
	KUNIT_EXPECT_EQ_MSG(test, now.grants, was->grants, "%s: grants", when);
	KUNIT_EXPECT_EQ_MSG(test, now.handles, was->handles,
			    "%s: grant handles", when);
	KUNIT_EXPECT_EQ_MSG(test, now.granted_pages, was->granted_pages,
			    "%s: pages that are granted", when);
	KUNIT_EXPECT_EQ_MSG(test, now.dma, was->dma,
			    "%s: memory that a device has", when);
}

/* A page of the test's own that someone has pinned and forgotten. */
static void expect_unpinned(struct kunit *test)
{
	struct page *page;
	unsigned int i;

	for (i = 0; i < ENV_PAGES; i++) {
		if (get_user_pages_fast(env.user + i * PAGE_SIZE, 1, 0, &page) != 1)
			continue;
		KUNIT_EXPECT_FALSE_MSG(test, folio_maybe_dma_pinned(page_folio(page)),
				       "page %u is pinned", i);
		put_page(page);
	}
}

void env_end(struct kunit *test)
{
	static const struct fake_census nothing;

	expect_unpinned(test);
	maps_close();
	files_close();
	/* A file that a mapping was the last user of. */
	env_settle();
	KUNIT_EXPECT_TRUE_MSG(test, fake_rules_done(),
			      "something was to fail, and was never called");
	env_expect_same(test, &nothing, "at the end");
	fake_reset();
	kthread_unuse_mm(env.mm);
	mmput(env.mm);
	env.borrowed = false;
}

/* In another thread than the case. */
void env_exit(struct kunit *test)
{
	if (!env.borrowed)
		return;
	/* The thread that gave up has dropped one reference, of two kinds. */
	env.borrowed = false;
	fake_rules_clear();
	kthread_use_mm(env.mm);
	maps_close();
	files_close();
	kthread_unuse_mm(env.mm);
	mmdrop(env.mm);
	env_settle();
	fake_reset();
}

struct file *env_try_open(const char *path, int flags)
{
	struct file *file = filp_open(path, O_RDWR | flags, 0);
	unsigned int i;

	if (IS_ERR(file))
		return file;
	for (i = 0; i < MAX_FILES; i++) {
		if (!env.files[i]) {
			env.files[i] = file;
			return file;
		}
	}
	__fput_sync(file);
	return ERR_PTR(-EMFILE);
}

struct file *env_open(struct kunit *test, const char *path)
{
	struct file *file = env_try_open(path, 0);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	return file;
}

void env_close(struct file *file)
{
	unsigned int i;

	for (i = 0; i < MAX_FILES; i++) {
		if (env.files[i] == file)
			env.files[i] = NULL;
	}
	__fput_sync(file);
}

void env_set_param(struct kunit *test, const char *module, const char *name,
		   const char *value)
{
	struct file *file;
	char path[80];
	loff_t pos = 0;

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", module, name);
	file = filp_open(path, O_WRONLY, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_EXPECT_GT(test, kernel_write(file, value, strlen(value), &pos), 0);
	__fput_sync(file);
}

unsigned long env_user(void)
{
	return env.user;
}

void env_put(unsigned long to, const void *from, size_t size)
{
	WARN_ON(copy_to_user((void __user *)to, from, size));
}

void env_get(void *to, unsigned long from, size_t size)
{
	WARN_ON(copy_from_user(to, (void __user *)from, size));
}

/* What is there, or 0 if nothing is. */
u64 env_get64(unsigned long from)
{
	u64 value = 0;

	if (copy_from_user(&value, (void __user *)from, sizeof(value)))
		return 0;
	return value;
}

bool env_mapped(unsigned long addr)
{
	u8 byte;

	return !copy_from_user(&byte, (void __user *)addr, 1);
}

struct vm_area_struct *env_vma(unsigned long addr)
{
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, addr);
	mmap_read_unlock(current->mm);
	return vma;
}

unsigned long env_mmap(struct file *file, unsigned long pages,
		       unsigned long prot, unsigned long flags)
{
	return env_mmap_at(file, 0, pages, prot, flags);
}

unsigned long env_mmap_at(struct file *file, u64 offset, unsigned long pages,
			  unsigned long prot, unsigned long flags)
{
	unsigned long addr = vm_mmap(file, 0, pages * PAGE_SIZE, prot, flags,
				     offset);
	unsigned int i;

	if (IS_ERR_VALUE(addr))
		return addr;
	for (i = 0; i < MAX_MAPS; i++) {
		if (!env.maps[i].pages) {
			env.maps[i].addr = addr;
			env.maps[i].pages = pages;
			return addr;
		}
	}
	vm_munmap(addr, pages * PAGE_SIZE);
	return -ENOMEM;
}

int env_munmap(unsigned long addr, unsigned long pages)
{
	int err = vm_munmap(addr, pages * PAGE_SIZE);
	unsigned int i;

	for (i = 0; !err && i < MAX_MAPS; i++) {
		if (env.maps[i].addr == addr && env.maps[i].pages == pages)
			env.maps[i].pages = 0;
	}
	return err;
}

long env_mremap(unsigned long addr, unsigned long pages)
{
	unsigned long room;
	unsigned int i;
	long to;

	/* An address that is free, so that it has to move. */
	room = vm_mmap(NULL, 0, pages * PAGE_SIZE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(room))
		return room;
	to = system_call("sys_mremap", addr, pages * PAGE_SIZE,
			 pages * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	if (IS_ERR_VALUE(to)) {
		vm_munmap(room, pages * PAGE_SIZE);
		return to;
	}
	for (i = 0; i < MAX_MAPS; i++) {
		if (env.maps[i].addr == addr)
			env.maps[i].addr = to;
	}
	return to;
}

int env_mprotect(unsigned long addr, unsigned long pages, unsigned long prot)
{
	return system_call("sys_mprotect", addr, pages * PAGE_SIZE, prot, 0, 0);
}

void env_zap(unsigned long addr, unsigned long pages)
{
	unsigned long size = pages * PAGE_SIZE;

	mmap_read_lock(current->mm);
#if defined(KUNIT_HAVE_ZAP_PAGE_RANGE)
	zap_page_range(vma_lookup(current->mm, addr), addr, size);
#elif defined(KUNIT_HAVE_ZAP_VMA_RANGE)
	zap_vma_range(vma_lookup(current->mm, addr), addr, size);
#else
	zap_page_range_single(vma_lookup(current->mm, addr), addr, size, NULL);
#endif
	mmap_read_unlock(current->mm);
}

long env_ioctl_at(struct file *file, unsigned int cmd, unsigned long arg)
{
	return file->f_op->unlocked_ioctl(file, cmd, arg);
}

long env_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return file->f_op->compat_ioctl(file, cmd, arg);
}

/* The last page is for this; tests have the others. */
long env_ioctl(struct file *file, unsigned int cmd, void *arg, size_t size)
{
	unsigned long at = env.user + (ENV_PAGES - 1) * PAGE_SIZE;
	unsigned int saved;
	long ret;

	saved = fake_enter();
	env_put(at, arg, size);
	fake_leave(saved);
	ret = env_ioctl_at(file, cmd, at);
	saved = fake_enter();
	env_get(arg, at, size);
	fake_leave(saved);
	return ret;
}

int env_eventfd(struct kunit *test)
{
	int fd = system_call("sys_eventfd2", 0, EFD_NONBLOCK, 0, 0, 0);

	KUNIT_ASSERT_GE(test, fd, 0);
	return fd;
}

void env_eventfd_signal(int fd)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(fd);

	eventfd_signal(ctx);
	eventfd_ctx_put(ctx);
}

u64 env_eventfd_count(int fd)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(fd);
	wait_queue_entry_t none;
	u64 count;

	init_waitqueue_entry(&none, current);
	INIT_LIST_HEAD(&none.entry);
	eventfd_ctx_remove_wait_queue(ctx, &none, &count);
	eventfd_ctx_put(ctx);
	return count;
}

void env_close_fd(int fd)
{
	close_fd(fd);
	flush_delayed_fput();
}

void env_kill(bool killed)
{
	if (killed) {
		sigaddset(&current->pending.signal, SIGKILL);
		set_thread_flag(TIF_SIGPENDING);
	} else {
		sigdelset(&current->pending.signal, SIGKILL);
		clear_thread_flag(TIF_SIGPENDING);
	}
}
