// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: what it refuses for what reason, and what it shows.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mmu_context.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "privcmd/privcmd.h"
#include "suites/evtchn.h"
#include "suites/observe.h"
#include "suites/privcmd.h"
#include "suites/suites.h"

#define FILES	"/sys/kernel/debug/xen-devices/privcmd/files"

static struct file *open_with_guest(struct kunit *test)
{
	fake_domain_new(GUEST, 16);
	fake_resource(GUEST, 0, 1, 4);
	return env_open(test, PRIVCMD);
}

static void way_restricted(struct kunit *test)
{
	struct file *file = env_open(test, PRIVCMD);

	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, GUEST), 0);
	KUNIT_EXPECT_EQ(test, hypercall(file, 17, 0, 0, 0, 0, 0), -EPERM);
}

static void way_restricted_before(struct kunit *test)
{
	struct file *file = env_open(test, PRIVCMD);

	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, GUEST), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(file, OTHER), -EINVAL);
}

static void way_hypercall(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, hypercall(env_open(test, PRIVCMD), 9999, 0, 0, 0, 0, 0),
			-ENOSYS);
}

static void way_not_pv(struct kunit *test)
{
	fake_become(XEN_HVM_DOMAIN, true);
	KUNIT_EXPECT_EQ(test, map_run(env_open(test, PRIVCMD), GUEST, 0, 0, 1),
			-ENOSYS);
}

static void way_no_frames(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, batch_v2(env_open(test, PRIVCMD), GUEST, 0, 0), -EINVAL);
}

static void way_mapping(struct kunit *test)
{
	struct file *file = open_with_guest(test);

	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, env_user(), 1), -EINVAL);
}

static void way_mapping_size(struct kunit *test)
{
	struct file *file = open_with_guest(test);
	unsigned long addr = map_foreign(file, totalram_pages() + 1);

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 1, addr), -ENOMEM);
}

static void way_frame(struct kunit *test)
{
	struct file *file = open_with_guest(test);

	KUNIT_EXPECT_LT(test, map_run(file, GUEST, map_foreign(file, 1), 999, 1), 0);
}

static void way_paged_out(struct kunit *test)
{
	struct file *file = open_with_guest(test);

	fake_frame(GUEST, 3)->paged_out = 1;
	put_frames(2, 2);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, map_foreign(file, 2), 2), -ENOENT);
}

static void way_runs(struct kunit *test)
{
	struct file *file = open_with_guest(test);

	KUNIT_EXPECT_EQ(test, map_run(file, GUEST, map_foreign(file, 1), 0, 0), -EINVAL);
}

static void way_resource_args(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, map_resource(open_with_guest(test), GUEST, 0, 1, 0, 1, 0),
			-EINVAL);
}

static void way_resource(struct kunit *test)
{
	KUNIT_EXPECT_LT(test, map_resource(open_with_guest(test), GUEST, 99, 1, 0, 0, 0),
			0);
}

static void way_limit_bufs(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dm_op(open_with_guest(test), GUEST, 13, 17, 8), -E2BIG);
}

static void way_limit_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dm_op(open_with_guest(test), GUEST, 13, 1, 4097), -E2BIG);
}

/* Buffers of almost four gigabytes each, so many that their pages overflow. */
static void way_dm_op_pages(struct kunit *test)
{
	struct privcmd_dm_op_buf buf = {
		.uptr = (void __user *)buf_addr(), .size = UINT_MAX,
	};
	struct privcmd_dm_op arg = {
		.dom = GUEST, .num = 4200, .ubufs = (void __user *)arr_addr(),
	};
	struct file *file = open_with_guest(test);
	unsigned int i;

	env_set_param(test, "xen_privcmd", "dm_op_max_nr_bufs", "65535");
	env_set_param(test, "xen_privcmd", "dm_op_buf_max_size", "4294967295");
	for (i = 0; i < arg.num; i++)
		env_put(arr_addr() + i * sizeof(buf), &buf, sizeof(buf));
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_DM_OP, &arg, sizeof(arg)),
			-E2BIG);
	env_set_param(test, "xen_privcmd", "dm_op_max_nr_bufs", "16");
	env_set_param(test, "xen_privcmd", "dm_op_buf_max_size", "4096");
}

static void way_dm_op_bufs(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dm_op(open_with_guest(test), GUEST, 11, 1, 24), -EINVAL);
}

static void way_dm_op(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dm_op(env_open(test, PRIVCMD), 99, 13, 1, 24), -ESRCH);
}

static void way_flags(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, irqfd(env_open(test, PRIVCMD), GUEST, 0, 2), -EINVAL);
}

static void way_irqfd_op(struct kunit *test)
{
	struct privcmd_irqfd arg = {
		.dm_op = buf_addr(), .size = IRQFD_SIZE, .dom = GUEST,
	};
	struct file *file = env_open(test, PRIVCMD);
	u32 code = 11;

	env_put(buf_addr(), &code, sizeof(code));
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_IRQFD, &arg, sizeof(arg)),
			-EINVAL);
}

static void way_eventfd(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, irqfd(env_open(test, PRIVCMD), GUEST, 9999, 0), -EBADF);
}

static void way_eventfd_busy(struct kunit *test)
{
	struct file *file = env_open(test, PRIVCMD);
	int fd = env_eventfd(test);

	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), 0);
	KUNIT_EXPECT_EQ(test, irqfd(file, GUEST, fd, 0), -EBUSY);
	env_close_fd(fd);
}

/* A device model with one vCPU to serve. */
struct model {
	struct file *file;
	struct privcmd_ioeventfd arg;
};

static struct model model_new(struct kunit *test)
{
	struct model m = { .file = open_with_guest(test) };
	u32 port = bind_interdomain(env_open(test, EVTCHN), GUEST, 10);

	m.arg = (struct privcmd_ioeventfd){
		.ioreq = map_foreign(m.file, 1), .ports = arr_addr(),
		.addr = 0xd0000000, .addr_len = 4, .event_fd = env_eventfd(test),
		.vcpus = 1, .vq = 1, .dom = GUEST,
	};
	KUNIT_EXPECT_EQ(test, map_resource(m.file, GUEST, 0, 1, 1, 1, m.arg.ioreq), 0);
	put_eport(m.arg.ioreq, 0, 10);
	env_put(arr_addr(), &port, sizeof(port));
	return m;
}

static void expect_assign(struct kunit *test, struct model *m, long ret)
{
	KUNIT_EXPECT_EQ(test, env_ioctl(m->file, IOCTL_PRIVCMD_IOEVENTFD, &m->arg,
					sizeof(m->arg)), ret);
}

static void refused_assign(struct kunit *test, struct model *m, long err)
{
	expect_assign(test, m, err);
	env_close_fd(m->arg.event_fd);
}

static void way_doorbell(struct kunit *test)
{
	struct model m = model_new(test);

	m.arg.addr_len = 3;
	refused_assign(test, &m, -EINVAL);
}

static void way_vcpus(struct kunit *test)
{
	struct model m = model_new(test);

	m.arg.vcpus = 4097;
	refused_assign(test, &m, -EINVAL);
}

static void way_ioreq(struct kunit *test)
{
	struct model m = model_new(test);

	m.arg.ioreq = map_foreign(m.file, 1);
	refused_assign(test, &m, -EINVAL);
}

static void way_ioreq_other(struct kunit *test)
{
	struct model m = model_new(test);

	expect_assign(test, &m, 0);
	m.arg.dom = OTHER;
	refused_assign(test, &m, -EINVAL);
}

static void way_ioreq_port(struct kunit *test)
{
	struct model m = model_new(test);
	u32 none = 77;

	env_put(arr_addr(), &none, sizeof(none));
	refused_assign(test, &m, -ENOENT);
}

static void way_not_assigned(struct kunit *test)
{
	struct model m = model_new(test);

	m.arg.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	refused_assign(test, &m, -ENODEV);
}

static void way_gsi(struct kunit *test)
{
	struct privcmd_pcidev_get_gsi gsi = { .sbdf = 5 };

	if (kernel_knows_gsis())
		fake_fail(FAKE_GET_GSI, 1, -EINVAL);
	KUNIT_EXPECT_EQ(test, env_ioctl(env_open(test, PRIVCMD),
					IOCTL_PRIVCMD_PCIDEV_GET_GSI, &gsi,
					sizeof(gsi)), -EINVAL);
}

static long batch_one(void *file)
{
	return batch_v2(file, GUEST, env_user(), 1);
}

static void way_memory(struct kunit *test)
{
	observe_no_memory(test, batch_one, open_with_guest(test));
}

static void way_interrupted(struct kunit *test)
{
	struct file *file = open_with_guest(test);
	unsigned long addr = map_foreign(file, 1);

	put_frames(1, 0);
	env_kill(true);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 1), -EINTR);
	env_kill(false);
}

static void way_ioctl(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, env_ioctl_at(env_open(test, PRIVCMD), 0x12345, 0),
			-ENOTTY);
}

static refusal_fn * const ways[PRIVCMD_REASONS] = {
	[PRIVCMD_R_RESTRICTED]		= way_restricted,
	[PRIVCMD_R_HYPERCALL]		= way_hypercall,
	[PRIVCMD_R_MAPPING_SIZE]	= way_mapping_size,
	[PRIVCMD_R_FRAME]		= way_frame,
	[PRIVCMD_R_PAGED_OUT]		= way_paged_out,
	[PRIVCMD_R_RESOURCE]		= way_resource,
	[PRIVCMD_R_LIMIT_BUFS]		= way_limit_bufs,
	[PRIVCMD_R_LIMIT_SIZE]		= way_limit_size,
	[PRIVCMD_R_DM_OP]		= way_dm_op,
};

/* The caller knows what he has done. */
static refusal_fn * const mistakes[] = {
	way_restricted_before,
	way_not_pv,
	way_no_frames,
	way_mapping,
	way_runs,
	way_resource_args,
	way_dm_op_pages,
	way_dm_op_bufs,
	way_flags,
	way_irqfd_op,
	way_eventfd,
	way_eventfd_busy,
	way_doorbell,
	way_vcpus,
	way_ioreq,
	way_ioreq_other,
	way_ioreq_port,
	way_not_assigned,
	way_gsi,
	way_interrupted,
	way_ioctl,
	way_memory,
};

TEST(privcmd_every_reason)
{
	observe_reasons(test, PRIVCMD, ways, ARRAY_SIZE(ways));
}

TEST(privcmd_mistakes_are_not_counted)
{
	observe_mistakes(test, PRIVCMD, mistakes, ARRAY_SIZE(mistakes));
}

static void expect_file(struct kunit *test, const char *fields)
{
	char want[96];

	snprintf(want, sizeof(want), "pid=%d %s comm=", task_tgid_nr(current),
		 fields);
	KUNIT_EXPECT_TRUE_MSG(test, observe_line(observe_read(FILES), want),
			      "there is no '%s', but %s", want, observe_read(FILES));
}

TEST_BOTH(privcmd_files_are_listed)
{
	struct model m = model_new(test);
	unsigned long addr = map_foreign(m.file, 3);
	int fd = env_eventfd(test);

	expect_file(test, "mappings=1 bytes=4096 irqfds=0 ioreq-servers=0 restricted=no");
	put_frames(3, 1);
	KUNIT_EXPECT_EQ(test, batch_v2(m.file, GUEST, addr, 3), 0);
	env_put(arr_addr(), &(u32){ 0 }, sizeof(u32));
	KUNIT_EXPECT_EQ(test, irqfd(m.file, GUEST, fd, 0), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(m.file, GUEST), 0);
	expect_file(test, "mappings=2 bytes=16384 irqfds=1 ioreq-servers=0 restricted=7");
	KUNIT_EXPECT_EQ(test, observe_stat("privcmd", "mappings"), 2);
	KUNIT_EXPECT_EQ(test, observe_stat("privcmd", "bytes"), 16384);
	KUNIT_EXPECT_EQ(test, observe_stat("privcmd", "irqfds"), 1);
	/* Refused in a PV domain, and nothing is counted twice elsewhere. */
	env_mremap(addr, 3);
	KUNIT_EXPECT_EQ(test, observe_stat("privcmd", "mappings"), 2);
	KUNIT_EXPECT_EQ(test, env_munmap(m.arg.ioreq, 1), 0);
	KUNIT_EXPECT_EQ(test, observe_stat("privcmd", "bytes"), 12288);
	env_close_fd(fd);
	env_close_fd(m.arg.event_fd);
}

TEST(privcmd_servers_are_listed)
{
	struct model m = model_new(test);

	expect_assign(test, &m, 0);
	expect_file(test, "mappings=1 bytes=4096 irqfds=0 ioreq-servers=1 restricted=no");
	KUNIT_EXPECT_EQ(test, observe_stat("privcmd", "ioreq-servers"), 1);
	env_close_fd(m.arg.event_fd);
}

struct reader {
	struct mm_struct *mm;
	struct completion done;
};

static int read_thread(void *data)
{
	struct reader *r = data;

	kthread_use_mm(r->mm);
	observe_read(FILES);
	kthread_unuse_mm(r->mm);
	complete_all(&r->done);
	return 0;
}

/*
 * Whatever an ioctl of one file waits for, nobody who reads here waits for it:
 * who opens or closes another file would, too.
 */
TEST(privcmd_files_are_listed_meanwhile)
{
	struct privcmd_file *pf = env_open(test, PRIVCMD)->private_data;
	struct reader r = { .mm = current->mm };

	init_completion(&r.done);
	mutex_lock(&pf->ioeventfd_lock);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, kthread_run(read_thread, &r, "kunit-reader"));
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&r.done, 2 * HZ), 0);
	mutex_unlock(&pf->ioeventfd_lock);
	/* In any case: it is this function's memory. */
	wait_for_completion(&r.done);
}

TEST(privcmd_events_are_traced)
{
	struct file *file = open_with_guest(test);
	unsigned long addr = map_foreign(file, 2);

	if (!observe_trace("privcmd", true))
		kunit_skip(test, "the kernel has no tracing");
	fake_transfer.only_record = true;
	fake_transfer.result = 1234;
	KUNIT_EXPECT_EQ(test, hypercall(file, 17, 5, 0, 0, 0, 0), 1234);
	fake_transfer.only_record = false;
	KUNIT_EXPECT_EQ(test, dm_op(file, GUEST, 13, 1, 24), 0);
	put_frame(0, 2);
	put_frame(1, 999);
	KUNIT_EXPECT_EQ(test, batch_v2(file, GUEST, addr, 2), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(addr, 2), 0);
	KUNIT_EXPECT_EQ(test, env_compat_ioctl(file, 0x12345, 0), -ENOTTY);
	observe_trace("privcmd", false);
	observe_expect(test, " ioctl_enter: device=privcmd nr=0 ");
	observe_expect(test, " hypercall_enter: op=17 cmd=5\n");
	observe_expect(test, " hypercall_exit: op=17 ret=1234\n");
	observe_expect(test, " hypercall_exit: op=41 ret=0\n");
	observe_expect(test, " map: domid=7 pages=2 failed=1\n");
	observe_expect(test, " refused: device=privcmd reason=xen-frame err=-");
	observe_expect(test, " unmap: pages=2\n");
	observe_expect(test, "ioctl_exit: device=privcmd nr=69 cmd=0x12345 ret=-25\n");
}

static struct kunit_case observe_cases[] = {
	KUNIT_CASE(privcmd_every_reason),
	KUNIT_CASE(privcmd_mistakes_are_not_counted),
	KUNIT_CASE(privcmd_files_are_listed),
	KUNIT_CASE(privcmd_servers_are_listed),
	KUNIT_CASE(privcmd_files_are_listed_meanwhile),
	KUNIT_CASE(privcmd_events_are_traced),
	{}
};

ENV_SUITE(privcmd_observe, observe_cases);
