// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: a guest's write to a doorbell signals an eventfd, and the
 * requests that are not for us are left to the device model.
 */
#include <linux/kthread.h>
#include <linux/mmu_context.h>
#include <linux/sched.h>

#include <xen/events.h>

#include "privcmd/privcmd.h"
#include "suites/evtchn.h"
#include "suites/privcmd.h"
#include "suites/suites.h"

#define DOORBELL	0xd0000000
#define QUEUE		3

struct slot {
	u64 addr, data;
	u32 count, size, vp_eport;
	u16 pad;
	u8 state, type;
};

/* The port of the guest's that Xen has made for the requests of a vCPU. */
#define EPORT(vcpu)	(10 + (vcpu))

struct model {
	struct file *file, *events;
	unsigned long ioreq;
	u32 port[4];
	int fd, second;
};

static void put_eports(unsigned long ioreq, u32 first, unsigned int nr)
{
	while (nr--)
		put_eport(ioreq, nr, first + nr);
}

/* A device model: requests of four vCPUs, and a channel for each. */
static struct model model_new(struct kunit *test, enum xen_domain_type type)
{
	struct model m = {};
	unsigned int i;

	fake_become(type, true);
	fake_domain_new(GUEST, 0);
	fake_domain_new(OTHER, 0);
	fake_resource(GUEST, 0, 1, 4);
	fake_resource(GUEST, 1, 1, 4);
	m.file = env_open(test, PRIVCMD);
	m.events = env_open(test, EVTCHN);
	m.ioreq = map_foreign(m.file, 2);
	KUNIT_ASSERT_EQ(test, map_resource(m.file, GUEST, 0, 1, 1, 2, m.ioreq), 0);
	for (i = 0; i < ARRAY_SIZE(m.port); i++)
		m.port[i] = bind_interdomain(m.events, GUEST, EPORT(i));
	env_put(arr_addr(), m.port, sizeof(m.port));
	put_eports(m.ioreq, EPORT(0), ARRAY_SIZE(m.port));
	m.fd = env_eventfd(test);
	return m;
}

static struct privcmd_ioeventfd model_args(const struct model *m)
{
	return (struct privcmd_ioeventfd){
		.ioreq = m->ioreq, .ports = arr_addr(), .addr = DOORBELL,
		.addr_len = 4, .event_fd = m->fd, .vcpus = ARRAY_SIZE(m->port),
		.vq = QUEUE, .dom = GUEST,
	};
}

static long ioeventfd(const struct model *m, struct privcmd_ioeventfd arg)
{
	return env_ioctl(m->file, IOCTL_PRIVCMD_IOEVENTFD, &arg, sizeof(arg));
}

static struct slot a_request(void)
{
	return (struct slot){
		.addr = DOORBELL + 0x50, .data = QUEUE, .count = 1, .size = 4,
		.state = 1, .type = 1,
	};
}

/* The guest writes; returns the state that the request is left in. */
static u8 request(const struct model *m, unsigned int vcpu, struct slot slot)
{
	unsigned long at = m->ioreq + vcpu * sizeof(slot);

	env_put(at, &slot, sizeof(slot));
	fake_fire(m->port[vcpu]);
	env_get(&slot, at, sizeof(slot));
	return slot.state;
}

static void ioeventfd_works(struct kunit *test, enum xen_domain_type type)
{
	struct model m = model_new(test, type);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	for (i = 0; i < ARRAY_SIZE(m.port); i++) {
		KUNIT_EXPECT_EQ(test, request(&m, i, a_request()), 3);
		KUNIT_EXPECT_EQ(test, env_eventfd_count(m.fd), 1);
		KUNIT_EXPECT_EQ(test, fake_port_sent(m.port[i]), 1);
		KUNIT_EXPECT_FALSE(test, fake_port_masked(m.port[i]));
	}
	/* The mapping may go: the page is held. */
	KUNIT_EXPECT_EQ(test, env_munmap(m.ioreq, 2), 0);
	fake_fire(m.port[0]);
	env_close_fd(m.fd);
}

TEST(ops_ioeventfd)
{
	ioeventfd_works(test, XEN_PV_DOMAIN);
}

TEST(ops_ioeventfd_auto_translated)
{
	ioeventfd_works(test, XEN_HVM_DOMAIN);
}

/* What is not ours is left as it is, for the device model (6.12.117). */
TEST(ops_ioeventfd_requests_of_others)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct slot others[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = a_request();
	others[0].addr += 4;
	others[1].data = QUEUE + 1;
	others[2].count = 2;
	others[3].size = 8;
	others[4].type = 0;
	others[5].state = 1 | 0x10;
	others[6].state = 1 | 0x20;
	others[7].state = 2;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		KUNIT_EXPECT_EQ(test, request(&m, 1, others[i]), others[i].state);
		/* It is the device model's to unmask. */
		KUNIT_EXPECT_TRUE(test, fake_port_masked(m.port[1]));
		KUNIT_EXPECT_EQ(test, unmask(m.events, m.port[1]), 4);
		env_put(arr_addr(), m.port, sizeof(m.port));
	}
	KUNIT_EXPECT_EQ(test, env_eventfd_count(m.fd), 0);
	KUNIT_EXPECT_EQ(test, fake_port_sent(m.port[1]), 0);
	/* Only 16 bits of the data name the queue. */
	others[0] = a_request();
	others[0].data |= 0xabcd0000;
	KUNIT_EXPECT_EQ(test, request(&m, 1, others[0]), 3);
	env_close_fd(m.fd);
}

TEST(ops_ioeventfd_bad_arguments)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd arg = model_args(&m);

	KUNIT_EXPECT_EQ(test, env_ioctl_at(m.file, IOCTL_PRIVCMD_IOEVENTFD, 8), -EFAULT);
#define REFUSED(field, value, errno)				\
	do {							\
		arg = model_args(&m);				\
		arg.field = value;				\
		KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), errno); \
	} while (0)
	REFUSED(flags, 2, -EINVAL);
	REFUSED(addr, U64_MAX, -EINVAL);
	REFUSED(addr_len, 0, -EINVAL);
	REFUSED(addr_len, 3, -EINVAL);
	REFUSED(addr_len, 16, -EINVAL);
	REFUSED(vcpus, 0, -EINVAL);
	REFUSED(vcpus, 4097, -EINVAL);
	REFUSED(event_fd, 999, -EBADF);
	REFUSED(ports, 8, -EFAULT);
	arg = model_args(&m);
	arg.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -ENODEV);
	arg.event_fd = 999;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EBADF);
#undef REFUSED
	env_close_fd(m.fd);
}

/* P3: the page must be the guest's requests, and long enough. */
TEST(ops_p3_ioeventfd_whose_page)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd arg = model_args(&m);
	unsigned long addr;

	arg.vcpus = 2 * PAGE_SIZE / sizeof(struct slot) + 1;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	arg = model_args(&m);
	arg.dom = OTHER;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	arg = model_args(&m);
	arg.ioreq += PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	arg.ioreq = m.ioreq + 8;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	/* Not a mapping of ours, and none at all. */
	arg.ioreq = env_user();
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	arg.ioreq = 0;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EFAULT);
	/* Ours, but unused; then of something else. */
	addr = map_foreign(m.file, 2);
	arg.ioreq = addr;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(m.file, GUEST, 1, 1, 1, 2, addr), 0);
	env_put(arr_addr(), m.port, sizeof(m.port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	/* The page for buffered requests comes first. */
	addr = map_foreign(m.file, 2);
	KUNIT_EXPECT_EQ(test, map_resource(m.file, GUEST, 0, 1, 0, 2, addr), 0);
	arg.ioreq = addr;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EINVAL);
	/* With the page behind it, it is found. */
	arg.ioreq = addr + PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	env_close_fd(m.fd);
}

TEST(ops_p3_ioeventfd_whose_ports)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	evtchn_port_t kernels = fake_kernel_port();
	u32 port[4];

	memcpy(port, m.port, sizeof(port));
	port[2] = bind_interdomain(m.events, OTHER, 1);
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -EINVAL);
	port[2] = bind_unbound(m.events, GUEST);
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -EINVAL);
	port[2] = 999;
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_LT(test, ioeventfd(&m, model_args(&m)), 0);
	/* P4 */
	port[2] = kernels;
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -EINVAL);
	fake_fail(FAKE_REQUEST_IRQ, 3, -ENOMEM);
	env_put(arr_addr(), m.port, sizeof(m.port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	env_close_fd(m.fd);
	evtchn_put(kernels);
}

/* A port to the guest, too, but somebody else's: its events are not ours to take. */
TEST(ops_p3_ioeventfd_which_port)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	u32 port[4];

	memcpy(port, m.port, sizeof(port));
	port[2] = bind_interdomain(m.events, GUEST, 99);
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -EINVAL);
	/* The ports of two vCPUs are exchanged. */
	port[2] = m.port[1];
	port[1] = m.port[2];
	env_put(arr_addr(), port, sizeof(port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -EINVAL);
	env_close_fd(m.fd);
}

/* The page is unmapped, and that of another ioreq server is at its address. */
static void exchange_page(struct kunit *test, const struct model *m,
			  unsigned int port)
{
	KUNIT_EXPECT_EQ(test, env_munmap(m->ioreq, 2), 0);
	KUNIT_ASSERT_EQ(test, vm_mmap(m->file, m->ioreq, 2 * PAGE_SIZE, RW,
				      MAP_SHARED | MAP_FIXED, 0), m->ioreq);
	fake_resource(GUEST, 0, 2, 3);
	KUNIT_ASSERT_EQ(test, map_resource(m->file, GUEST, 0, 2, 1, 2, m->ioreq), 0);
	put_eports(m->ioreq, port, ARRAY_SIZE(m->port));
}

static unsigned int servers_of(const struct model *m)
{
	const struct privcmd_file *pf = m->file->private_data;

	return pf->nr_ioreq_servers;
}

TEST(ops_ioeventfd_another_page_at_the_address)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd arg = model_args(&m);
	const u32 old = m.port[0];
	unsigned int i;

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	exchange_page(test, &m, 20);
	for (i = 0; i < ARRAY_SIZE(m.port); i++)
		m.port[i] = bind_interdomain(m.events, GUEST, 20 + i);
	env_put(arr_addr(), m.port, sizeof(m.port));
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	KUNIT_EXPECT_EQ(test, servers_of(&m), 2);
	KUNIT_EXPECT_EQ(test, request(&m, 1, a_request()), 3);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(m.fd), 1);
	/* What is there comes first, then what was. */
	arg.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	KUNIT_EXPECT_EQ(test, servers_of(&m), 1);
	KUNIT_EXPECT_EQ(test, request(&m, 1, a_request()), 1);
	env_close(m.events);
	KUNIT_EXPECT_EQ(test, fake_port_status(m.port[0]), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, fake_port_status(old), EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	KUNIT_EXPECT_EQ(test, fake_port_status(old), EVTCHNSTAT_closed);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -ENODEV);
	KUNIT_EXPECT_EQ(test, vm_munmap(m.ioreq, 2 * PAGE_SIZE), 0);
	env_close_fd(m.fd);
}

TEST(ops_ioeventfd_taken_back_unmapped)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd arg = model_args(&m);

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	KUNIT_EXPECT_EQ(test, env_munmap(m.ioreq, 2), 0);
	arg.event_fd = env_eventfd(test);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -EFAULT);
	arg.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -ENODEV);
	env_close_fd(arg.event_fd);
	arg.event_fd = m.fd;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	KUNIT_EXPECT_EQ(test, servers_of(&m), 0);
	env_close_fd(m.fd);
}

/* The domain was restored, and the numbers of its ports are somebody else's. */
TEST(ops_ioeventfd_leaves_ports_of_others)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	u32 port[4];
	unsigned int i;

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	fake_resume(false);
	env_close(m.events);
	m.events = env_open(test, EVTCHN);
	for (i = 0; i < ARRAY_SIZE(port); i++) {
		port[i] = bind_interdomain(m.events, GUEST, EPORT(i));
		KUNIT_EXPECT_EQ(test, port[i], m.port[i]);
	}
	KUNIT_EXPECT_EQ(test, env_munmap(m.ioreq, 2), 0);
	env_close(m.file);
	for (i = 0; i < ARRAY_SIZE(port); i++)
		KUNIT_EXPECT_EQ(test, fake_port_status(port[i]),
				EVTCHNSTAT_interdomain);
	env_close_fd(m.fd);
}

TEST(ops_ioeventfd_several)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd one = model_args(&m), two = model_args(&m);
	struct slot slot = a_request();

	two.event_fd = env_eventfd(test);
	two.vq = 4;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, one), 0);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, one), -EBUSY);
	two.vcpus = 2;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, two), -EINVAL);
	two.vcpus = 4;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, two), 0);
	slot.data = 4;
	KUNIT_EXPECT_EQ(test, request(&m, 2, slot), 3);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(two.event_fd), 1);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(one.event_fd), 0);
	one.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	two.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, one), 0);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, one), -ENODEV);
	KUNIT_EXPECT_EQ(test, request(&m, 0, a_request()), 1);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, two), 0);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, two), -ENODEV);
	env_close_fd(one.event_fd);
	env_close_fd(two.event_fd);
}

/* Locks that the thread holds, where the kernel keeps a list of them. */
static int locks_held(void)
{
#ifdef CONFIG_LOCKDEP
	return current->lockdep_depth;
#else
	return 0;
#endif
}

static void count_locks(void *data)
{
	*(int *)data = locks_held();
}

/* The caller's memory takes as long as the caller likes. */
TEST(ops_ioeventfd_reads_ports_unlocked)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd arg = model_args(&m);
	int held = -1;

	fake_at_step("get_user", count_locks, &held);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	KUNIT_EXPECT_EQ(test, held, locks_held());
	/* Nobody looks at the ports of a page that is in use. */
	arg.ports = 8;
	arg.event_fd = env_eventfd(test);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	env_close_fd(arg.event_fd);
	env_close_fd(m.fd);
}

static void kill_it(void *data)
{
	env_kill(true);
}

/* Thousands of ports are not attached for a process that is no more. */
TEST(ops_ioeventfd_killed)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	unsigned long before = fake_calls(FAKE_REQUEST_IRQ);

	fake_at_step("get_user", kill_it, NULL);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), -EINTR);
	env_kill(false);
	KUNIT_EXPECT_EQ(test, fake_calls(FAKE_REQUEST_IRQ), before);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	env_close_fd(m.fd);
}

static void assign_another(void *data)
{
	struct model *m = data;
	struct privcmd_ioeventfd arg = model_args(m);

	arg.vq = QUEUE + 1;
	arg.event_fd = m->second;
	WARN_ON(ioeventfd(m, arg));
}

/* Two threads make the server at the same time: one of them is in vain. */
TEST(ops_ioeventfd_two_at_once)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct privcmd_ioeventfd arg = model_args(&m);
	struct slot slot = a_request();

	m.second = env_eventfd(test);
	fake_at_step("get_user", assign_another, &m);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	KUNIT_EXPECT_EQ(test, request(&m, 1, slot), 3);
	slot.data = QUEUE + 1;
	KUNIT_EXPECT_EQ(test, request(&m, 1, slot), 3);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(m.fd), 1);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(m.second), 1);
	arg.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	arg.event_fd = m.second;
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), 0);
	KUNIT_EXPECT_EQ(test, ioeventfd(&m, arg), -ENODEV);
	env_close_fd(m.second);
	env_close_fd(m.fd);
}

struct remover {
	struct task_struct *task;
	struct mm_struct *mm;
	const struct model *model;
	long result;
};

static int remove_thread(void *data)
{
	struct remover *r = data;
	struct privcmd_ioeventfd arg;

	kthread_use_mm(r->mm);
	arg = model_args(r->model);
	arg.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	r->result = ioeventfd(r->model, arg);
	env_close_fd(r->model->fd);
	kthread_unuse_mm(r->mm);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void wake_remover(void *data)
{
	struct remover *r = data;

	/* It comes before us until it has to wait. */
	wake_up_process(r->task);
}

/* The eventfd is taken away, and gone, while the handler has found it. */
TEST(ops_ioeventfd_removed_while_handled)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);
	struct slot slot = a_request();
	struct remover r = { .mm = current->mm, .model = &m };

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	env_put(m.ioreq, &slot, sizeof(slot));
	r.task = kthread_create(remove_thread, &r, "kunit-remover");
	get_task_struct(r.task);
	sched_set_fifo(r.task);
	fake_at_step("eventfd_signal", wake_remover, &r);
	fake_fire_elsewhere(m.port[0]);
	kthread_stop(r.task);
	put_task_struct(r.task);
	KUNIT_EXPECT_EQ(test, r.result, 0);
	env_get(&slot, m.ioreq, sizeof(slot));
	KUNIT_EXPECT_EQ(test, slot.state, 3);
}

TEST(ops_ioeventfd_restricted_since)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	KUNIT_EXPECT_EQ(test, privcmd_restrict_to(m.file, OTHER), 0);
	KUNIT_EXPECT_EQ(test, request(&m, 0, a_request()), 1);
	KUNIT_EXPECT_EQ(test, env_eventfd_count(m.fd), 0);
	env_close_fd(m.fd);
}

/* The ports outlive the evtchn file for as long as they are needed. */
TEST(ops_ioeventfd_outlives_the_event_file)
{
	struct model m = model_new(test, XEN_PV_DOMAIN);

	KUNIT_EXPECT_EQ(test, ioeventfd(&m, model_args(&m)), 0);
	env_close(m.events);
	KUNIT_EXPECT_EQ(test, fake_port_status(m.port[3]), EVTCHNSTAT_interdomain);
	KUNIT_EXPECT_EQ(test, request(&m, 3, a_request()), 3);
	/* A mapping has a reference on its file. */
	KUNIT_EXPECT_EQ(test, env_munmap(m.ioreq, 2), 0);
	env_close(m.file);
	KUNIT_EXPECT_EQ(test, fake_port_status(m.port[3]), EVTCHNSTAT_closed);
	env_close_fd(m.fd);
}

static struct kunit_case ioeventfd_cases[] = {
	KUNIT_CASE(ops_ioeventfd),
	KUNIT_CASE(ops_ioeventfd_auto_translated),
	KUNIT_CASE(ops_ioeventfd_requests_of_others),
	KUNIT_CASE(ops_ioeventfd_bad_arguments),
	KUNIT_CASE(ops_p3_ioeventfd_whose_page),
	KUNIT_CASE(ops_p3_ioeventfd_whose_ports),
	KUNIT_CASE(ops_p3_ioeventfd_which_port),
	KUNIT_CASE(ops_ioeventfd_another_page_at_the_address),
	KUNIT_CASE(ops_ioeventfd_taken_back_unmapped),
	KUNIT_CASE(ops_ioeventfd_leaves_ports_of_others),
	KUNIT_CASE(ops_ioeventfd_several),
	KUNIT_CASE(ops_ioeventfd_reads_ports_unlocked),
	KUNIT_CASE(ops_ioeventfd_killed),
	KUNIT_CASE(ops_ioeventfd_two_at_once),
	KUNIT_CASE(ops_ioeventfd_removed_while_handled),
	KUNIT_CASE(ops_ioeventfd_restricted_since),
	KUNIT_CASE(ops_ioeventfd_outlives_the_event_file),
	{}
};

ENV_SUITE(privcmd_ioeventfd, ioeventfd_cases);
