// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: the domain is saved and restored while a process has foreign
 * frames, eventfds and restricted files.
 */
#include <linux/delay.h>

#include "suites/evtchn.h"
#include "suites/observe.h"
#include "suites/privcmd.h"
#include "suites/suites.h"

#define PAGES	50

static unsigned long fill_all_but_one(struct kunit *test, struct file *file)
{
	unsigned long addr = map_foreign(file, PAGES);

	fake_domain_new(GUEST, PAGES);
	fake_frame(GUEST, 1)->paged_out = 1;
	put_frames(PAGES, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, PAGES), -ENOENT);
	expect_frame(test, addr, GUEST, 0);
	return addr;
}

/* What cannot be filled any further can be unmapped, and another be made. */
TEST_BOTH(resume_map_is_dead)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = fill_all_but_one(test, file);

	fake_resume(false);
	put_frames(1, 1);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr + PAGE_SIZE, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, PAGES), 0);
	addr = map_foreign(file, 2);
	put_frames(2, 0);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 2), 0);
	expect_frame(test, addr + PAGE_SIZE, GUEST, 1);
}

/* There is nothing behind it: SIGBUS, and not what memory that is none reads as. */
TEST(resume_auto_translated_map_is_empty)
{
	struct file *file = env_open(test, PRIVCMD);
	struct fake_census census;
	unsigned long addr;

	fake_become(XEN_HVM_DOMAIN, true);
	addr = fill_all_but_one(test, file);
	fake_resume(false);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_FALSE(test, env_mapped(addr + (PAGES - 1) * PAGE_SIZE));
	/* Xen has nothing to take back, and each page can be used again. */
	KUNIT_EXPECT_EQ(test, env_munmap(addr, PAGES), 0);
	fake_census(&census);
	KUNIT_EXPECT_EQ(test, census.unpopulated, 0);
}

/* Where the page tables were in the machine is somebody else's memory. */
TEST(resume_pv_map_is_left_to_the_kernel)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = fill_all_but_one(test, file);

	fake_resume(false);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, PAGES), 0);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_MMU_CLEAR), 0);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
}

/* It was only suspended: all is as it was. */
TEST_BOTH(resume_cancelled)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = fill_all_but_one(test, file);

	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, GUEST), 0);
	fake_resume(true);
	expect_frame(test, addr, GUEST, 0);
	put_frames(1, 1);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr + PAGE_SIZE, 1), 0);
}

/* The number may name another domain by now. */
TEST(resume_restricted_file_loses_its_right)
{
	struct file *file = env_open(test, PRIVCMD), *free = env_open(test, PRIVCMD);

	fake_domain_new(GUEST, 4);
	put_frames(4, 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, GUEST), 0);
	fake_resume(false);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, map_foreign(file, 4), 4), -EPERM);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, GUEST), -EINVAL);
	KUNIT_EXPECT_EQ(test, batch_v2(free, GUEST, map_foreign(free, 4), 4), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(free, GUEST), 0);
}

TEST(resume_irqfd_injects_nothing)
{
	struct file *file = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);

	fake_domain_new(GUEST, 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	fake_resume(false);
	env_eventfd_signal(fd);
	msleep(50);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 0);
	/* Taken back and assigned anew, it does. */
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, PRIVCMD_IRQFD_FLAG_DEASSIGN), 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	env_eventfd_signal(fd);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, PRIVCMD_IRQFD_FLAG_DEASSIGN), 0);
	KUNIT_EXPECT_EQ(test, fake_dm_op.count, 1);
	env_close_fd(fd);
}

static void resume_ioeventfd(struct kunit *test, enum xen_domain_type type)
{
	/* A request for queue 1, ready. */
	const struct {
		u64 addr, data;
		u32 count, size, vp_eport;
		u16 pad;
		u8 state, type;
	} slot = { 0xd0000050, 1, 1, 4, 10, 0, 1, 1 };
	struct file *file = env_open(test, PRIVCMD), *events = env_open(test, EVTCHN);
	struct privcmd_ioeventfd arg = {
		.ioreq = map_foreign(file, 1), .ports = arr_addr(),
		.addr = 0xd0000000, .addr_len = 4, .event_fd = env_eventfd(test),
		.vcpus = 1, .vq = 1, .dom = GUEST,
	};
	u32 port;

	fake_become(type, true);
	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 2);
	port = bind_interdomain(events, GUEST, 10);
	KUNIT_ASSERT_EQ(test, map_resource(file, GUEST, 0, 1, 1, 1, arg.ioreq), 0);
	env_put(arr_addr(), &port, sizeof(port));
	put_eport(arg.ioreq, 0, 10);
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_IOEVENTFD, &arg,
					sizeof(arg)), 0);
	env_put(arg.ioreq, &slot, sizeof(slot));
	fake_resume(false);
	/* The page is not one of requests any more. */
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_IOEVENTFD, &arg,
					sizeof(arg)), -EINVAL);
	/* The handler is called once more when it goes. */
	env_close(events);
	KUNIT_EXPECT_EQ(test, env_munmap(arg.ioreq, 1), 0);
	env_close(file);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(arg.event_fd), 0);
	env_close_fd(arg.event_fd);
}

TEST(resume_ioeventfd_listens_no_more)
{
	resume_ioeventfd(test, XEN_PV_DOMAIN);
}

TEST(resume_ioeventfd_auto_translated)
{
	resume_ioeventfd(test, XEN_HVM_DOMAIN);
}

static struct kunit_case resume_cases[] = {
	KUNIT_CASE(resume_map_is_dead),
	KUNIT_CASE(resume_auto_translated_map_is_empty),
	KUNIT_CASE(resume_pv_map_is_left_to_the_kernel),
	KUNIT_CASE(resume_cancelled),
	KUNIT_CASE(resume_restricted_file_loses_its_right),
	KUNIT_CASE(resume_irqfd_injects_nothing),
	KUNIT_CASE(resume_ioeventfd_listens_no_more),
	KUNIT_CASE(resume_ioeventfd_auto_translated),
	{}
};

ENV_SUITE(privcmd_resume, resume_cases);
