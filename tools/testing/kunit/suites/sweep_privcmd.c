// SPDX-License-Identifier: GPL-2.0-only
/* /dev/xen/privcmd, with each thing that an operation takes failing in turn. */
#include "suites/evtchn.h"
#include "suites/privcmd.h"
#include "suites/sweep.h"

/* More than there are bits in a word. */
#define FRAMES	70
/* More than the driver has room for on its stack. */
#define RESOURCE_FRAMES	40

static long op_privcmd_open(struct kunit *test, void *data)
{
	return open_and_close(PRIVCMD);
}

static void *setup_privcmd(struct kunit *test)
{
	fake_domain_new(GUEST, FRAMES);
	fake_resource(GUEST, 0, 1, RESOURCE_FRAMES);
	put_frames(FRAMES, 0);
	return env_open(test, PRIVCMD);
}

static void *setup_privcmd_xlate(struct kunit *test)
{
	fake_become(XEN_HVM_DOMAIN, true);
	return setup_privcmd(test);
}

static long op_mmap(struct kunit *test, void *file)
{
	unsigned long addr = map_foreign(file, 4);

	if (IS_ERR_VALUE(addr))
		return addr;
	return env_munmap(addr, 4);
}

/*
 * Errors of single frames, which the fake makes when a batch fails as a whole,
 * come back as success.
 */
static long fill_and_unmap(struct kunit *test, struct file *file,
			   unsigned long pages,
			   long (*fill)(struct file *file, unsigned long addr))
{
	unsigned int saved;
	unsigned long addr;
	long ret;

	saved = fake_enter();
	put_frames(FRAMES, 0);
	addr = map_foreign(file, pages);
	fake_leave(saved);
	ret = fill(file, addr);
	saved = fake_enter();
	KUNIT_EXPECT_EQ(test, env_munmap(addr, pages), 0);
	fake_leave(saved);
	return ret;
}

static long fill_batch_v2(struct file *file, unsigned long addr)
{
	return batch_v2(file, GUEST, addr, FRAMES);
}

static long op_batch_v2(struct kunit *test, void *file)
{
	return fill_and_unmap(test, file, FRAMES, fill_batch_v2);
}

static long fill_batch_v1(struct file *file, unsigned long addr)
{
	return batch_v1(file, GUEST, addr, FRAMES);
}

/* With something to report. */
static long op_batch_v1(struct kunit *test, void *file)
{
	fake_frame(GUEST, 2)->error = -EPERM;
	return fill_and_unmap(test, file, FRAMES, fill_batch_v1);
}

static long fill_runs(struct file *file, unsigned long addr)
{
	unsigned int saved;
	struct privcmd_mmap_entry run = { .va = addr, .npages = FRAMES };
	struct privcmd_mmap arg = {
		.num = 1, .dom = GUEST, .entry = (void __user *)arr_addr(),
	};

	saved = fake_enter();
	env_put(arr_addr(), &run, sizeof(run));
	fake_leave(saved);
	return env_ioctl(file, IOCTL_PRIVCMD_MMAP, &arg, sizeof(arg));
}

static long op_runs(struct kunit *test, void *file)
{
	return fill_and_unmap(test, file, FRAMES, fill_runs);
}

static long fill_resource(struct file *file, unsigned long addr)
{
	return map_resource(file, GUEST, 0, 1, 0, RESOURCE_FRAMES, addr);
}

static long op_resource(struct kunit *test, void *file)
{
	return fill_and_unmap(test, file, RESOURCE_FRAMES, fill_resource);
}

static long fill_one_resource(struct file *file, unsigned long addr)
{
	return map_resource(file, GUEST, 0, 1, 0, 1, addr);
}

static long op_one_resource(struct kunit *test, void *file)
{
	return fill_and_unmap(test, file, 1, fill_one_resource);
}

static long op_resource_size(struct kunit *test, void *file)
{
	return map_resource(file, GUEST, 0, 1, 0, 0, 0);
}

static long op_hypercall(struct kunit *test, void *file)
{
	return hypercall(file, __HYPERVISOR_xen_version, 0, 0, 0, 0, 0);
}

static long op_dm_op_small(struct kunit *test, void *file)
{
	unsigned int saved;
	struct privcmd_dm_op_buf buf = { (void __user *)buf_addr(), 24 };
	struct privcmd_dm_op arg = {
		.dom = GUEST, .num = 1, .ubufs = (void __user *)arr_addr(),
	};

	saved = fake_enter();
	env_put(arr_addr(), &buf, sizeof(buf));
	fake_leave(saved);
	return env_ioctl(file, IOCTL_PRIVCMD_DM_OP, &arg, sizeof(arg));
}

/* More buffers and more pages than there is room for on the stack. */
static long op_dm_op_large(struct kunit *test, void *file)
{
	struct privcmd_dm_op_buf buf[12] = {};
	struct privcmd_dm_op arg = {
		.dom = GUEST, .num = ARRAY_SIZE(buf),
		.ubufs = (void __user *)arr_addr(),
	};
	unsigned int saved, i;

	for (i = 0; i < ARRAY_SIZE(buf); i++) {
		buf[i].uptr = (void __user *)(buf_addr() + i * PAGE_SIZE + 8);
		buf[i].size = PAGE_SIZE;
	}
	saved = fake_enter();
	env_put(arr_addr(), buf, sizeof(buf));
	fake_leave(saved);
	return env_ioctl(file, IOCTL_PRIVCMD_DM_OP, &arg, sizeof(arg));
}

static long op_privcmd_restrict(struct kunit *test, void *data)
{
	struct file *file = env_try_open(PRIVCMD, 0);
	long err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = privcmd_restrict_to(file, GUEST);
	env_close(file);
	return err;
}

static long op_gsi(struct kunit *test, void *file)
{
	struct privcmd_pcidev_get_gsi arg = { .sbdf = 5 };
	long ret;

	ret = env_ioctl(file, IOCTL_PRIVCMD_PCIDEV_GET_GSI, &arg, sizeof(arg));
	/* With nobody to ask it cannot succeed, and this is its only answer. */
	return kernel_knows_gsis() || ret != -EINVAL ? ret : 0;
}

static int an_eventfd;

static void *setup_irqfd(struct kunit *test)
{
	struct file *file = setup_privcmd(test);
	u32 code = IRQFD_CODE;

	an_eventfd = env_eventfd(test);
	env_put(buf_addr(), &code, sizeof(code));
	return file;
}

static long irqfd_as_it_is(struct file *file, u32 flags)
{
	struct privcmd_irqfd arg = {
		.dm_op = buf_addr(), .size = IRQFD_SIZE, .fd = an_eventfd,
		.flags = flags, .dom = GUEST,
	};

	return env_ioctl(file, IOCTL_PRIVCMD_IRQFD, &arg, sizeof(arg));
}

static long op_irqfd(struct kunit *test, void *file)
{
	return irqfd_as_it_is(file, 0);
}

static void undo_irqfd(struct kunit *test, void *file, long result)
{
	KUNIT_EXPECT_EQ(test, irqfd_as_it_is(file, PRIVCMD_IRQFD_FLAG_DEASSIGN), 0);
}

static struct privcmd_ioeventfd ioeventfd_args;

static void *setup_ioeventfd(struct kunit *test)
{
	struct file *file = setup_privcmd(test);
	struct file *events = env_open(test, EVTCHN);
	unsigned long addr = map_foreign(file, 2);
	u32 port[4];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, map_resource(file, GUEST, 0, 1, 1, 2, addr), 0);
	for (i = 0; i < ARRAY_SIZE(port); i++) {
		port[i] = bind_interdomain(events, GUEST, 10 + i);
		put_eport(addr, i, 10 + i);
	}
	env_put(arr_addr(), port, sizeof(port));
	ioeventfd_args = (struct privcmd_ioeventfd){
		.ioreq = addr, .ports = arr_addr(), .addr = 0x1000,
		.addr_len = 4, .event_fd = an_eventfd, .dom = GUEST,
		.vcpus = ARRAY_SIZE(port),
	};
	return file;
}

static void *setup_ioeventfd_xlate(struct kunit *test)
{
	fake_become(XEN_HVM_DOMAIN, true);
	return setup_ioeventfd(test);
}

static long op_ioeventfd(struct kunit *test, void *file)
{
	struct privcmd_ioeventfd arg = ioeventfd_args;

	return env_ioctl(file, IOCTL_PRIVCMD_IOEVENTFD, &arg, sizeof(arg));
}

static void undo_ioeventfd(struct kunit *test, void *file, long result)
{
	struct privcmd_ioeventfd arg = ioeventfd_args;

	arg.flags = PRIVCMD_IOEVENTFD_FLAG_DEASSIGN;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_IOEVENTFD, &arg,
					sizeof(arg)), 0);
}

static void *setup_buffers(struct kunit *test)
{
	return env_open(test, BUFFERS);
}

static long op_buffers(struct kunit *test, void *file)
{
	unsigned long addr = env_mmap(file, 20, PROT_READ | PROT_WRITE, MAP_SHARED);

	if (IS_ERR_VALUE(addr))
		return addr;
	return env_munmap(addr, 20);
}

void privcmd_sweep(struct kunit *test)
{
	static const struct sweep rows[] = {
		{ "open", NULL, op_privcmd_open },
		{ "mmap", setup_privcmd, op_mmap, .may_succeed = true },
		{ "HYPERCALL", setup_privcmd, op_hypercall },
		{ "MMAPBATCH_V2, PV", setup_privcmd, op_batch_v2, .may_succeed = true },
		{ "MMAPBATCH_V2, HVM", setup_privcmd_xlate, op_batch_v2,
		  .may_succeed = true },
		{ "MMAPBATCH, PV", setup_privcmd, op_batch_v1, .may_succeed = true },
		{ "MMAPBATCH, HVM", setup_privcmd_xlate, op_batch_v1,
		  .may_succeed = true },
		{ "MMAP", setup_privcmd, op_runs },
		{ "MMAP_RESOURCE, PV", setup_privcmd, op_resource },
		{ "MMAP_RESOURCE, HVM", setup_privcmd_xlate, op_resource },
		{ "MMAP_RESOURCE of one, PV", setup_privcmd, op_one_resource },
		{ "MMAP_RESOURCE of one, HVM", setup_privcmd_xlate, op_one_resource },
		{ "MMAP_RESOURCE, size", setup_privcmd, op_resource_size },
		{ "DM_OP", setup_privcmd, op_dm_op_small },
		{ "DM_OP, large", setup_privcmd, op_dm_op_large },
		{ "RESTRICT", setup_privcmd, op_privcmd_restrict },
		{ "PCIDEV_GET_GSI", setup_privcmd, op_gsi },
		{ "IRQFD", setup_irqfd, op_irqfd, undo_irqfd },
		{ "IOEVENTFD, PV", setup_ioeventfd, op_ioeventfd, undo_ioeventfd },
		{ "IOEVENTFD, HVM", setup_ioeventfd_xlate, op_ioeventfd,
		  undo_ioeventfd },
		{ "mmap of buffers", setup_buffers, op_buffers },
	};

	sweep_rows(test, rows, ARRAY_SIZE(rows));
	env_close_fd(an_eventfd);
}
