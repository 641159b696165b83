/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/xen/privcmd, for the suites. */
#ifndef XEN_KUNIT_PRIVCMD_H
#define XEN_KUNIT_PRIVCMD_H

#include <linux/mman.h>

#include <xen/privcmd.h>

#include "suites/env.h"

/* Where the arrays of a batch lie in the memory of the test. */
#define ARR_PAGE	0
#define ERR_PAGE	8
#define BUF_PAGE	12

static inline unsigned long arr_addr(void)
{
	return env_user() + ARR_PAGE * PAGE_SIZE;
}

static inline unsigned long err_addr(void)
{
	return env_user() + ERR_PAGE * PAGE_SIZE;
}

static inline unsigned long buf_addr(void)
{
	return env_user() + BUF_PAGE * PAGE_SIZE;
}

static inline unsigned long map_foreign(struct file *file, unsigned long pages)
{
	return env_mmap(file, pages, PROT_READ | PROT_WRITE, MAP_SHARED);
}

static inline void put_frame(unsigned int i, u64 frame)
{
	env_put(arr_addr() + i * sizeof(frame), &frame, sizeof(frame));
}

/* The frames from @first on, one after the other. */
static inline void put_frames(unsigned int nr, u64 first)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		put_frame(i, first + i);
}

static inline int get_err(unsigned int i)
{
	int err;

	env_get(&err, err_addr() + i * sizeof(err), sizeof(err));
	return err;
}

static inline long batch_v2(struct file *file, domid_t dom, unsigned long addr,
			    unsigned int nr)
{
	struct privcmd_mmapbatch_v2 arg = {
		.num = nr, .dom = dom, .addr = addr,
		.arr = (void __user *)arr_addr(),
		.err = (void __user *)err_addr(),
	};

	return env_ioctl(file, IOCTL_PRIVCMD_MMAPBATCH_V2, &arg, sizeof(arg));
}

static inline long batch_v1(struct file *file, domid_t dom, unsigned long addr,
			    int nr)
{
	struct privcmd_mmapbatch arg = {
		.num = nr, .dom = dom, .addr = addr,
		.arr = (void __user *)arr_addr(),
	};

	return env_ioctl(file, IOCTL_PRIVCMD_MMAPBATCH, &arg, sizeof(arg));
}

static inline void expect_frame(struct kunit *test, unsigned long addr,
				domid_t domid, u64 gfn)
{
	KUNIT_EXPECT_EQ(test, env_get64(addr), fake_stamp(domid, gfn));
}

/* One run of frames. */
static inline long map_run(struct file *file, domid_t dom, unsigned long addr,
			   u64 first, u64 nr)
{
	struct privcmd_mmap_entry run = { .va = addr, .mfn = first, .npages = nr };
	struct privcmd_mmap arg = {
		.num = 1, .dom = dom, .entry = (void __user *)arr_addr(),
	};

	env_put(arr_addr(), &run, sizeof(run));
	return env_ioctl(file, IOCTL_PRIVCMD_MMAP, &arg, sizeof(arg));
}

static inline long map_resource(struct file *file, domid_t dom, u32 type,
				u32 id, u32 idx, u64 nr, unsigned long addr)
{
	struct privcmd_mmap_resource arg = {
		.dom = dom, .type = type, .id = id, .idx = idx, .num = nr,
		.addr = addr,
	};

	return env_ioctl(file, IOCTL_PRIVCMD_MMAP_RESOURCE, &arg, sizeof(arg));
}

static inline long privcmd_restrict_to(struct file *file, domid_t domid)
{
	return env_ioctl(file, IOCTL_PRIVCMD_RESTRICT, &domid, sizeof(domid));
}

static inline long hypercall(struct file *file, u64 op, u64 a0, u64 a1, u64 a2,
			     u64 a3, u64 a4)
{
	struct privcmd_hypercall arg = { .op = op, .arg = { a0, a1, a2, a3, a4 } };

	return env_ioctl(file, IOCTL_PRIVCMD_HYPERCALL, &arg, sizeof(arg));
}

/* The operation begins with its number; up to three buffers, one page each. */
static inline long dm_op(struct file *file, domid_t dom, u32 code, u16 nr,
			 size_t size)
{
	struct privcmd_dm_op_buf buf[8] = {};
	struct privcmd_dm_op arg = {
		.dom = dom, .num = nr, .ubufs = (void __user *)arr_addr(),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(buf); i++) {
		buf[i].uptr = (void __user *)(buf_addr() + i * PAGE_SIZE);
		buf[i].size = size;
	}
	env_put(buf_addr(), &code, sizeof(code));
	env_put(arr_addr(), buf, sizeof(buf));
	return env_ioctl(file, IOCTL_PRIVCMD_DM_OP, &arg, sizeof(arg));
}

/* An interrupt, so to say: 24 bytes. */
#define IRQFD_CODE	13
#define IRQFD_SIZE	24

static inline long irqfd(struct file *file, domid_t dom, int fd, u32 flags)
{
	struct privcmd_irqfd arg = {
		.dm_op = buf_addr(), .size = IRQFD_SIZE, .fd = fd,
		.flags = flags, .dom = dom,
	};
	u32 code = IRQFD_CODE;

	env_put(buf_addr(), &code, sizeof(code));
	return env_ioctl(file, IOCTL_PRIVCMD_IRQFD, &arg, sizeof(arg));
}

/* What Xen writes into the slot of a vCPU: the guest's port for its requests. */
static inline void put_eport(unsigned long ioreq, unsigned int vcpu, u32 port)
{
	env_put(ioreq + vcpu * 32 + 24, &port, sizeof(port));
}

/* Linux 6.1 has nobody to ask for the GSI of a device. */
static inline bool kernel_knows_gsis(void)
{
#ifdef COMPAT_HAVE_GET_GSI
	return true;
#else
	return false;
#endif
}

#endif
