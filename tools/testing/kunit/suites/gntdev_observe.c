// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/gntdev: what it refuses for what reason, and what it shows.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include <xen/interface/grant_table.h>

#include "gntdev/gntdev.h"
#include "suites/evtchn.h"
#include "suites/gntdev_dmabuf.h"
#include "suites/observe.h"
#include "suites/suites.h"

#define FILES	"/sys/kernel/debug/xen-devices/gntdev/files"
#define STATS	"/sys/kernel/debug/xen-devices/gntdev/stats"

static struct file *open_with_grants(struct kunit *test)
{
	grant_from(GUEST, 1, 4);
	return env_open(test, GNTDEV);
}

static void way_limit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, map_refs(env_open(test, GNTDEV), 65537), -EINVAL);
}

static void way_no_grants(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, map_refs(env_open(test, GNTDEV), 0), -EINVAL);
}

static void way_offset(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, unmap_grants(env_open(test, GNTDEV), 0, 1), -ENOENT);
}

static void way_notify_action(struct kunit *test)
{
	struct file *file = open_with_grants(test);

	KUNIT_EXPECT_EQ(test, set_notify(file, map_grants(file, 1, 1), 4, 0),
			-EINVAL);
}

static void way_notify_port(struct kunit *test)
{
	struct file *file = open_with_grants(test);

	KUNIT_EXPECT_EQ(test, set_notify(file, map_grants(file, 1, 1),
					 UNMAP_NOTIFY_SEND_EVENT, 77), -EINVAL);
}

static void way_notify_readonly(struct kunit *test)
{
	struct file *file = open_with_grants(test);
	long index = map_grants(file, 1, 1);

	env_mmap_at(file, index, 1, PROT_READ, MAP_SHARED);
	KUNIT_EXPECT_EQ(test, set_notify(file, index, UNMAP_NOTIFY_CLEAR_BYTE, 0),
			-EINVAL);
}

static void way_private(struct kunit *test)
{
	struct file *file = open_with_grants(test);
	long index = map_grants(file, 1, 1);

	KUNIT_EXPECT_EQ(test, (long)env_mmap_at(file, index, 1, RW, MAP_PRIVATE),
			-EINVAL);
}

static void way_mmap(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (long)show(env_open(test, GNTDEV), 0, 1), -EINVAL);
}

static void way_grant(struct kunit *test)
{
	struct file *file = open_with_grants(test);

	KUNIT_EXPECT_EQ(test, (long)show(file, map_grants(file, 4, 2), 2), -EINVAL);
}

static void way_page_tables(struct kunit *test)
{
	struct file *file;
	long index;

	fake_become(XEN_HVM_DOMAIN, true);
	file = open_with_grants(test);
	index = map_grants(file, 1, 1);
	fake_fail(FAKE_INSERT_PAGES, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, (long)show(file, index, 1), -ENOMEM);
}

static void way_vaddr(struct kunit *test)
{
	struct ioctl_gntdev_get_offset_for_vaddr arg = { .vaddr = env_user() };

	KUNIT_EXPECT_EQ(test, env_ioctl(env_open(test, GNTDEV),
					IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, &arg,
					sizeof(arg)), -EINVAL);
}

/* One segment, from the grant @ref to the memory of the test. */
static long copy_one(struct file *file, u32 ref, u16 flags)
{
	struct gntdev_grant_copy_segment segment = {
		.source.foreign = { .ref = ref, .domid = GUEST },
		.dest.virt = (void __user *)(env_user() + PAGE_SIZE),
		.len = 8, .flags = flags,
	};
	struct ioctl_gntdev_grant_copy arg = {
		.count = 1, .segments = (void __user *)env_user(),
	};

	env_put(env_user(), &segment, sizeof(segment));
	return env_ioctl(file, IOCTL_GNTDEV_GRANT_COPY, &arg, sizeof(arg));
}

static void way_segment(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, copy_one(open_with_grants(test), 1, 0), -EINVAL);
}

static void way_copy(struct kunit *test)
{
	fake_fail(FAKE_GRANT(GNTTABOP_copy), 1, -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_one(open_with_grants(test), 1,
				       GNTCOPY_source_gref), -EFAULT);
}

static void kill_me(void *data)
{
	env_kill(true);
}

static void way_interrupted(struct kunit *test)
{
	struct file *file = open_with_grants(test);

	fake_grant(GUEST, 1)->paged_out = 1000;
	fake_at_step("wait", kill_me, NULL);
	KUNIT_EXPECT_EQ(test, copy_one(file, 1, GNTCOPY_source_gref), -EINTR);
	env_kill(false);
}

static void way_dma_flags(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, export_flags(open_with_grants(test), 1, 1, 3), -EINVAL);
}

static void way_descriptor(struct kunit *test)
{
	struct rlimit *limit = &current->signal->rlim[RLIMIT_NOFILE];
	struct file *file = open_with_grants(test);
	unsigned long was = limit->rlim_cur;

	limit->rlim_cur = 0;
	KUNIT_EXPECT_EQ(test, export_grants(file, 1, 1), -EMFILE);
	limit->rlim_cur = was;
	env_settle();
}

static void way_not_exported(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, wait_released(env_open(test, GNTDEV), 9999, 0), -ENOENT);
}

static void way_in_use(struct kunit *test)
{
	struct file *file = open_with_grants(test);
	long fd = export_grants(file, 1, 1);

	KUNIT_EXPECT_EQ(test, wait_released(file, fd, 1), -ETIMEDOUT);
	env_close_fd(fd);
	env_settle();
}

static void way_no_dmabuf(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, import_fd(env_open(test, GNTDEV), 9999, 1), -EBADF);
}

/* Import it, as @pages pages, and be refused. */
static void refused_import(struct kunit *test, struct fake_exporter *e,
			   unsigned int pages, long err)
{
	KUNIT_EXPECT_EQ(test, import_fd(env_open(test, GNTDEV), e->fd, pages), err);
	exporter_end(test, e);
}

static void way_dmabuf_size(struct kunit *test)
{
	struct fake_exporter e;

	exporter_new(test, &e, 2);
	refused_import(test, &e, 3, -EINVAL);
}

static void way_attach(struct kunit *test)
{
	struct fake_exporter e;

	exporter_new(test, &e, 2);
	e.attach_error = -EBUSY;
	refused_import(test, &e, 2, -EBUSY);
}

static void way_not_pages(struct kunit *test)
{
	struct fake_exporter e;

	exporter_new(test, &e, 2);
	e.no_memory = true;
	refused_import(test, &e, 2, -EINVAL);
}

static void way_grant_table(struct kunit *test)
{
	struct fake_exporter e;

	exporter_new(test, &e, 2);
	fake_grant_limit = 1;
	refused_import(test, &e, 2, -ENOSPC);
}

static void way_import_limit(struct kunit *test)
{
	struct fake_exporter e;

	env_set_param(test, "xen_gntdev", "import_limit", "1");
	exporter_new(test, &e, 2);
	refused_import(test, &e, 2, -ENOSPC);
	env_set_param(test, "xen_gntdev", "import_limit", "16384");
}

static void way_restored(struct kunit *test)
{
	struct file *file = open_with_grants(test);

	KUNIT_ASSERT_EQ(test, map_grants(file, 1, 1), 0);
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, show(file, 0, 1), -EINVAL);
}

static void way_own_grant(struct kunit *test)
{
	struct file *file = env_open(test, GNTDEV);

	fake_become(XEN_HVM_DOMAIN, true);
	put_ref(0, DOMID_SELF, 1);
	KUNIT_ASSERT_EQ(test, map_refs(file, 1), 0);
	KUNIT_EXPECT_EQ(test, show(file, 0, 1), -EOPNOTSUPP);
}

static void way_not_imported(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, release_fd(env_open(test, GNTDEV), 9999), -ENOENT);
}

static long map_one(void *file)
{
	return map_grants(file, 1, 1);
}

static void way_memory(struct kunit *test)
{
	observe_no_memory(test, map_one, open_with_grants(test));
}

static void way_ioctl(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, env_ioctl_at(env_open(test, GNTDEV), 0x12345, 0),
			-ENOTTY);
}

static refusal_fn * const ways[GNTDEV_REASONS] = {
	[GNTDEV_R_LIMIT]		= way_limit,
	[GNTDEV_R_GRANT]		= way_grant,
	[GNTDEV_R_RESTORED]		= way_restored,
	[GNTDEV_R_OWN_GRANT]		= way_own_grant,
	[GNTDEV_R_IMPORT_LIMIT]		= way_import_limit,
	[GNTDEV_R_COPY]			= way_copy,
	[GNTDEV_R_ATTACH]		= way_attach,
	[GNTDEV_R_NOT_PAGES]		= way_not_pages,
	[GNTDEV_R_GRANT_TABLE]		= way_grant_table,
};

/* The caller knows what he has done. */
static refusal_fn * const mistakes[] = {
	way_no_grants,
	way_offset,
	way_notify_action,
	way_notify_port,
	way_notify_readonly,
	way_private,
	way_mmap,
	way_page_tables,
	way_vaddr,
	way_segment,
	way_interrupted,
	way_dma_flags,
	way_descriptor,
	way_not_exported,
	way_in_use,
	way_no_dmabuf,
	way_dmabuf_size,
	way_not_imported,
	way_ioctl,
	way_memory,
};

TEST(gntdev_every_reason)
{
	observe_reasons(test, GNTDEV, ways, ARRAY_SIZE(ways));
}

TEST(gntdev_mistakes_are_not_counted)
{
	observe_mistakes(test, GNTDEV, mistakes, ARRAY_SIZE(mistakes));
}

/* Which reference, of whom, and what Xen has against it. */
TEST_BOTH(gntdev_refused_grants_are_named)
{
	static const s16 codes[] = {
		GNTST_bad_domain, GNTST_permission_denied, GNTST_no_space, -77,
	};
	static const char * const names[] = {
		"gntst-bad-domain", "gntst-permission-denied", "gntst-no-space",
		"gntst-other",
	};
	struct file *file = open_with_grants(test);
	char want[64];
	unsigned int i;
	long before;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		before = observe_stat("gntdev", names[i]);
		fake_grant(GUEST, 3)->status = codes[i];
		observe_trace("gntdev", true);
		KUNIT_EXPECT_EQ(test, (long)show(file, map_grants(file, 1, 4), 4),
				-EINVAL);
		observe_trace("gntdev", false);
		KUNIT_EXPECT_EQ(test, observe_stat("gntdev", names[i]), before + 1);
		snprintf(want, sizeof(want), "gntst-last domid=7 ref=3 gntst=%d",
			 codes[i]);
		KUNIT_EXPECT_STREQ(test, observe_line(observe_read(STATS),
						      "gntst-last ") ?: "none", want);
		snprintf(want, sizeof(want), "grant_refused: domid=7 ref=3 gntst=%d\n",
			 codes[i]);
		if (observe_traced())
			observe_expect(test, want);
	}
}

TEST(gntdev_refused_copies_are_named)
{
	struct file *file = open_with_grants(test);

	KUNIT_EXPECT_EQ(test, copy_one(file, 99, GNTCOPY_source_gref), 0);
	KUNIT_EXPECT_STREQ(test, observe_line(observe_read(STATS), "gntst-last ") ?:
			   "none", "gntst-last domid=7 ref=99 gntst=-3");
}

TEST_BOTH(gntdev_files_are_listed)
{
	struct file *file = open_with_grants(test);
	long index = map_grants(file, 1, 3);
	unsigned long addr;
	struct page *page;
	char want[80];

	KUNIT_EXPECT_GE(test, map_grants(file, 4, 1), 0);
	snprintf(want, sizeof(want), "pid=%d maps=2 grants=4 bytes=16384 limit=65536 comm=",
		 task_tgid_nr(current));
	KUNIT_EXPECT_NOT_NULL(test, observe_line(observe_read(FILES), want));
	KUNIT_EXPECT_EQ(test, observe_stat("gntdev", "maps"), 2);
	KUNIT_EXPECT_EQ(test, observe_stat("gntdev", "grants"), 4);
	addr = show(file, index, 3);
	page = pin_page(test, addr);
	KUNIT_EXPECT_EQ(test, unmap_grants(file, index, 3), 0);
	KUNIT_EXPECT_EQ(test, observe_stat("gntdev", "grants"), 1);
	KUNIT_EXPECT_EQ(test, observe_stat("gntdev", "pending"), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, observe_stat("gntdev", "pending"), 1);
	put_page(page);
	KUNIT_EXPECT_TRUE(test, EVENTUALLY(!observe_stat("gntdev", "pending")));
}

TEST(gntdev_events_are_traced)
{
	struct file *file = open_with_grants(test);
	unsigned long addr;

	grant_from(OTHER, 8, 1);
	if (!observe_trace("gntdev", true))
		kunit_skip(test, "the kernel has no tracing");
	put_ref(0, GUEST, 1);
	put_ref(1, GUEST, 2);
	put_ref(2, OTHER, 8);
	addr = show(file, map_refs(file, 3), 3);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 3), 0);
	KUNIT_EXPECT_EQ(test, copy_one(file, 3, GNTCOPY_source_gref), 0);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, 0x12345, 0), -ENOTTY);
	observe_trace("gntdev", false);
	observe_expect(test, " map: domid=7 ref=1 count=2 readonly=0 err=0\n");
	observe_expect(test, " map: domid=9 ref=8 count=1 readonly=0 err=0\n");
	observe_expect(test, " unmap: domid=7 ref=1 count=3\n");
	observe_expect(test, " copy: segments=1 ops=1 err=0\n");
	observe_expect(test, " hypercall_exit: op=20 ret=0\n");
	observe_expect(test, "ioctl_exit: device=gntdev nr=69 cmd=0x12345 ret=-25\n");
}

static struct kunit_case observe_cases[] = {
	KUNIT_CASE(gntdev_every_reason),
	KUNIT_CASE(gntdev_mistakes_are_not_counted),
	KUNIT_CASE(gntdev_refused_grants_are_named),
	KUNIT_CASE(gntdev_refused_copies_are_named),
	KUNIT_CASE(gntdev_files_are_listed),
	KUNIT_CASE(gntdev_events_are_traced),
	{}
};

ENV_SUITE(gntdev_observe, observe_cases);
