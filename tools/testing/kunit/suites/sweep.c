// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sweep: whatever a process can ask for, with each thing that it takes
 * failing in turn. See env.h.
 *
 * A row is a struct sweep. A driver gets its sweep by adding rows and a case
 * that goes through them.
 */
#include <linux/err.h>

#include <xen/interface/grant_table.h>

#include "suites/evtchn.h"
#include "suites/gntalloc.h"
#include "suites/gntdev_dmabuf.h"
#include "suites/privcmd.h"
#include "suites/suites.h"

#define PORTS	100
#define FRAMES	40
#define GRANTS	140
#define REFS	20

/* The next one has a machine of its own. */
static void sweep_again(struct kunit *test)
{
	env_end(test);
	env_begin(test);
}

static void sweep_rows(struct kunit *test, const struct sweep *rows,
		       unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		env_sweep(test, &rows[i]);
		if (i + 1 < nr)
			sweep_again(test);
	}
}

static long open_and_close(const char *path)
{
	struct file *file = env_try_open(path, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	env_close(file);
	return 0;
}

/* What a row does on its own account, if Xen or the kernel have part in it. */
static unsigned int own_begin(void)
{
	fake_pause(true);
	return fake_enter();
}

static void own_end(unsigned int saved)
{
	fake_leave(saved);
	fake_pause(false);
}

/* evtchn */

static long op_evtchn_open(struct kunit *test, void *data)
{
	return open_and_close(EVTCHN);
}

static void *setup_evtchn(struct kunit *test)
{
	fake_domain_new(GUEST, 0);
	return env_open(test, EVTCHN);
}

static void undo_bind(struct kunit *test, void *file, long port)
{
	KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
}

static long op_bind_virq(struct kunit *test, void *file)
{
	return bind_virq(file, 3);
}

static long op_bind_interdomain(struct kunit *test, void *file)
{
	return bind_interdomain(file, GUEST, 4);
}

static long op_bind_unbound(struct kunit *test, void *file)
{
	return bind_unbound(file, GUEST);
}

/* The ring has to grow for it. */
static void *setup_many_ports(struct kunit *test)
{
	struct file *file = setup_evtchn(test);
	unsigned int i;

	for (i = 1; i <= 64; i++)
		KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), i);
	fake_fire(3);
	return file;
}

static long op_bind_static(struct kunit *test, void *file)
{
	evtchn_port_t port;
	unsigned int saved;
	long err;

	saved = fake_enter();
	port = fake_port_new(EVTCHNSTAT_interdomain, GUEST, 1);
	fake_leave(saved);
	err = bind_static(file, port);
	saved = fake_enter();
	if (!err)
		KUNIT_EXPECT_EQ(test, unbind(file, port), 0);
	/* Bound or not, it is there still. */
	fake_port_close(port);
	fake_leave(saved);
	return err;
}

static long op_bind_and_unbind(struct kunit *test, void *file)
{
	long port, err;

	port = bind_unbound(file, GUEST);
	if (port < 0)
		return port;
	err = unbind(file, port);
	/* It may fail to be asked, never to be done. */
	if (err)
		undo_bind(test, file, port);
	return err;
}

static void *setup_one_port(struct kunit *test)
{
	struct file *file = setup_evtchn(test);

	KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), 1);
	return file;
}

static long op_notify(struct kunit *test, void *file)
{
	return notify(file, 1);
}

static long op_reset(struct kunit *test, void *file)
{
	return evtchn_reset(file);
}

static long op_restrict(struct kunit *test, void *data)
{
	struct file *file = env_try_open(EVTCHN, 0);
	long err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = evtchn_restrict_to(file, GUEST);
	env_close(file);
	return err;
}

static void *setup_ports_in_ring(struct kunit *test)
{
	struct file *file = setup_evtchn(test);
	unsigned int i;

	for (i = 1; i <= PORTS; i++)
		KUNIT_ASSERT_EQ(test, bind_unbound(file, GUEST), i);
	for (i = 1; i <= PORTS; i++)
		fake_fire(i);
	return file;
}

/* A read that fails has taken nothing out. */
static long op_read(struct kunit *test, void *file)
{
	ssize_t ret = read_ports(file, PORTS * sizeof(u32));

	if (ret >= 0)
		KUNIT_EXPECT_EQ(test, ret, PORTS * sizeof(u32));
	return ret;
}

static void undo_read(struct kunit *test, void *file, long result)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, write_ports(file, result), result);
	for (i = 1; i <= PORTS; i++)
		fake_fire(i);
}

static long op_write(struct kunit *test, void *file)
{
	return write_ports(file, PORTS * sizeof(u32));
}

/* What is released cannot fail. */
static long op_evtchn_release(struct kunit *test, void *data)
{
	struct file *file = env_try_open(EVTCHN, 0);
	unsigned int saved;

	if (IS_ERR(file))
		return PTR_ERR(file);
	saved = fake_enter();
	bind_unbound(file, GUEST);
	fake_leave(saved);
	env_close(file);
	return 0;
}

TEST(sweep_evtchn)
{
	static const struct sweep rows[] = {
		{ "open", NULL, op_evtchn_open },
		{ "BIND_VIRQ", setup_evtchn, op_bind_virq, undo_bind },
		{ "BIND_INTERDOMAIN", setup_evtchn, op_bind_interdomain, undo_bind },
		{ "BIND_UNBOUND_PORT", setup_evtchn, op_bind_unbound, undo_bind },
		{ "BIND_UNBOUND_PORT, ring grows", setup_many_ports,
		  op_bind_unbound, undo_bind },
		{ "BIND_STATIC", setup_evtchn, op_bind_static },
		{ "UNBIND", setup_evtchn, op_bind_and_unbind },
		{ "NOTIFY", setup_one_port, op_notify, .may_succeed = true },
		{ "RESET", setup_one_port, op_reset },
		{ "RESTRICT_DOMID", setup_evtchn, op_restrict },
		{ "read", setup_ports_in_ring, op_read, undo_read },
		{ "write", setup_ports_in_ring, op_write },
		{ "release", setup_evtchn, op_evtchn_release, .may_succeed = true },
	};

	sweep_rows(test, rows, ARRAY_SIZE(rows));
}

/* privcmd */

static long op_privcmd_open(struct kunit *test, void *data)
{
	return open_and_close(PRIVCMD);
}

static void *setup_privcmd(struct kunit *test)
{
	fake_domain_new(GUEST, FRAMES);
	fake_resource(GUEST, 0, 1, 3);
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
	return map_resource(file, GUEST, 0, 1, 0, 3, addr);
}

static long op_resource(struct kunit *test, void *file)
{
	return fill_and_unmap(test, file, 3, fill_resource);
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
	for (i = 0; i < ARRAY_SIZE(port); i++)
		port[i] = bind_interdomain(events, GUEST, 10 + i);
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

TEST(sweep_privcmd)
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

/* Where no page table is yet, so that one has to be made for it. */
#define FAR	0x20000000ul

static unsigned long map_far(struct file *file, u64 offset, unsigned long pages)
{
	return vm_mmap(file, FAR, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_FIXED, offset);
}

static long unmap_far(unsigned long addr, unsigned long pages)
{
	return IS_ERR_VALUE(addr) ? addr : vm_munmap(addr, pages * PAGE_SIZE);
}

/* gntdev */

static long op_gntdev_open(struct kunit *test, void *data)
{
	return open_and_close(GNTDEV);
}

static void *setup_gntdev(struct kunit *test)
{
	grant_from(GUEST, 1, GRANTS);
	return env_open(test, GNTDEV);
}

static void *setup_gntdev_xlate(struct kunit *test)
{
	fake_become(XEN_HVM_DOMAIN, true);
	return setup_gntdev(test);
}

static long op_map_grants(struct kunit *test, void *file)
{
	return map_grants(file, 1, GRANTS);
}

static void undo_map_grants(struct kunit *test, void *file, long index)
{
	KUNIT_EXPECT_EQ(test, unmap_grants(file, index, GRANTS), 0);
}

/* It may fail to be asked, never to be done. */
static long op_unmap_grants(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long index = map_grants(file, 1, 1), err;

	own_end(saved);
	err = unmap_grants(file, index, 1);
	if (err)
		KUNIT_EXPECT_EQ(test, unmap_grants(file, index, 1), 0);
	return err;
}

/* Which frees the map, mapped or not. */
static long op_show_grants(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long index = map_grants(file, 1, GRANTS);
	unsigned long addr;

	own_end(saved);
	addr = map_far(file, index, GRANTS);
	saved = own_begin();
	KUNIT_EXPECT_EQ(test, unmap_grants(file, index, GRANTS), 0);
	own_end(saved);
	return unmap_far(addr, GRANTS);
}

/* All of it goes with the file. */
static long op_gntdev_release(struct kunit *test, void *data)
{
	unsigned int saved = own_begin();
	struct file *file = env_try_open(GNTDEV, 0);

	map_grants(file, 1, 1);
	map_grants(file, 2, 2);
	own_end(saved);
	env_close(file);
	return 0;
}

static unsigned long shown_at;

static void *setup_gntdev_shown(struct kunit *test)
{
	struct file *file = setup_gntdev(test);

	shown_at = show_grants(test, file, 1, GRANTS);
	return file;
}

static long op_get_offset(struct kunit *test, void *file)
{
	struct ioctl_gntdev_get_offset_for_vaddr arg = { .vaddr = shown_at };

	return env_ioctl(file, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, &arg, sizeof(arg));
}

static struct file *notify_events;

static void *setup_notify(struct kunit *test)
{
	struct file *file = setup_gntdev(test);

	notify_events = env_open(test, EVTCHN);
	KUNIT_EXPECT_EQ(test, bind_interdomain(notify_events, GUEST, 4), 1);
	KUNIT_EXPECT_EQ(test, map_grants(file, 1, 1), 0);
	return file;
}

static long op_notify_set(struct kunit *test, void *file)
{
	return set_notify(file, 0, UNMAP_NOTIFY_SEND_EVENT |
			  UNMAP_NOTIFY_CLEAR_BYTE, 1);
}

static void undo_notify(struct kunit *test, void *file, long result)
{
	KUNIT_EXPECT_EQ(test, set_notify(file, 0, 0, 0), 0);
}

/* Either way, from and to several pages. */
static long op_copy(struct kunit *test, void *file)
{
	static struct gntdev_grant_copy_segment s[140];
	struct ioctl_gntdev_grant_copy arg = {
		.count = ARRAY_SIZE(s), .segments = (void __user *)env_user(),
	};
	unsigned int saved, i;

	memset(s, 0, sizeof(s));
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		s[i].len = 100;
		s[i].flags = i % 50 < 25 ? GNTCOPY_source_gref : GNTCOPY_dest_gref;
		if (i % 50 < 25) {
			s[i].source.foreign.ref = 1 + i;
			s[i].source.foreign.domid = GUEST;
			s[i].dest.virt = (void __user *)env_user() + 5000 + 100 * i;
		} else {
			s[i].dest.foreign.ref = 1 + i;
			s[i].dest.foreign.domid = GUEST;
			s[i].source.virt = (void __user *)env_user() + 5000 + 100 * i;
		}
	}
	saved = own_begin();
	env_put(env_user(), s, sizeof(s));
	own_end(saved);
	return env_ioctl(file, IOCTL_GNTDEV_GRANT_COPY, &arg, sizeof(arg));
}

/* With a file of its own, which keeps the memory for copies. */
static long op_open_and_copy(struct kunit *test, void *data)
{
	unsigned int saved = own_begin();
	struct file *file = env_try_open(GNTDEV, 0);
	long ret;

	own_end(saved);
	ret = op_copy(test, file);
	saved = own_begin();
	env_close(file);
	own_end(saved);
	return ret;
}

/* The last reference to a dma-buf goes by way of a worker. */
static void close_dmabuf(int fd)
{
	unsigned int saved = own_begin();

	env_close_fd(fd);
	own_end(saved);
}

static long op_export(struct kunit *test, void *file)
{
	long fd = export_grants(file, 1, GRANTS);
	unsigned int saved = own_begin();

	if (fd < 0)
		env_settle();
	own_end(saved);
	return fd;
}

static void undo_export(struct kunit *test, void *file, long fd)
{
	close_dmabuf(fd);
}

static int an_export;

static void *setup_export(struct kunit *test)
{
	struct file *file = setup_gntdev(test);

	an_export = export_grants(file, 1, 2);
	KUNIT_ASSERT_GE(test, an_export, 0);
	return file;
}

static void *setup_export_xlate(struct kunit *test)
{
	fake_become(XEN_HVM_DOMAIN, true);
	return setup_export(test);
}

static long op_wait_released(struct kunit *test, void *file)
{
	long err = wait_released(file, an_export, 0);

	return err == -ETIMEDOUT ? 0 : err;
}

static long op_show_export(struct kunit *test, void *file)
{
	struct dma_buf *dmabuf = dma_buf_get(an_export);
	unsigned long addr;

	addr = map_far(dmabuf->file, 0, 2);
	dma_buf_put(dmabuf);
	return unmap_far(addr, 2);
}

/* A device that has it for a while. */
static long op_device(struct kunit *test, void *file)
{
	struct dma_buf *dmabuf = dma_buf_get(an_export);
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	struct device *dev;
	long err = 0;

	fake_dma_ops(&dev);
	attach = dma_buf_attach(dmabuf, dev);
	if (IS_ERR(attach)) {
		err = PTR_ERR(attach);
		goto out;
	}
	sgt = dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(sgt))
		err = PTR_ERR(sgt);
	else
		dma_buf_unmap_attachment_unlocked(attach, sgt, DMA_BIDIRECTIONAL);
	dma_buf_detach(dmabuf, attach);
out:
	dma_buf_put(dmabuf);
	return err;
}

static struct fake_exporter exporter;

static void *setup_import(struct kunit *test)
{
	exporter_new(test, &exporter, 6);
	return env_open(test, GNTDEV);
}

static long op_import(struct kunit *test, void *file)
{
	return import_fd(file, exporter.fd, 6);
}

static void undo_import(struct kunit *test, void *file, long result)
{
	KUNIT_EXPECT_EQ(test, release_fd(file, exporter.fd), 0);
}

static long op_release_import(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long err = import_fd(file, exporter.fd, 6);

	own_end(saved);
	if (err)
		return 0;
	err = release_fd(file, exporter.fd);
	if (err)
		undo_import(test, file, 0);
	return err;
}

TEST(sweep_gntdev_dmabuf)
{
	static const struct sweep exports[] = {
		{ "EXP_FROM_REFS", setup_gntdev, op_export, undo_export },
	};
	static const struct sweep exported[] = {
		{ "EXP_WAIT_RELEASED", setup_export, op_wait_released },
		{ "dma-buf of a device", setup_export, op_device },
		{ "mmap of a dma-buf, PV", setup_export, op_show_export },
		{ "mmap of a dma-buf, HVM", setup_export_xlate, op_show_export },
	};
	static const struct sweep imports[] = {
		{ "IMP_TO_REFS", setup_import, op_import, undo_import },
		{ "IMP_RELEASE", setup_import, op_release_import },
	};
	unsigned int i;

	sweep_rows(test, exports, ARRAY_SIZE(exports));
	for (i = 0; i < ARRAY_SIZE(exported); i++) {
		sweep_again(test);
		env_sweep(test, &exported[i]);
		close_dmabuf(an_export);
	}
	for (i = 0; i < ARRAY_SIZE(imports); i++) {
		sweep_again(test);
		env_sweep(test, &imports[i]);
		exporter_end(test, &exporter);
	}
}

TEST(sweep_gntdev)
{
	static const struct sweep rows[] = {
		{ "open", NULL, op_gntdev_open },
		{ "MAP_GRANT_REF", setup_gntdev, op_map_grants, undo_map_grants },
		{ "UNMAP_GRANT_REF", setup_gntdev, op_unmap_grants },
		{ "mmap, PV", setup_gntdev, op_show_grants },
		{ "mmap, HVM", setup_gntdev_xlate, op_show_grants },
		{ "GET_OFFSET_FOR_VADDR", setup_gntdev_shown, op_get_offset },
		{ "SET_UNMAP_NOTIFY", setup_notify, op_notify_set, undo_notify },
		{ "GRANT_COPY", setup_gntdev, op_copy },
		{ "GRANT_COPY, first of a file", setup_gntdev, op_open_and_copy },
		{ "release", setup_gntdev, op_gntdev_release },
	};

	sweep_rows(test, rows, ARRAY_SIZE(rows));
}

/* gntalloc */

static long op_gntalloc_open(struct kunit *test, void *data)
{
	return open_and_close(GNTALLOC);
}

static void *setup_gntalloc(struct kunit *test)
{
	return env_open(test, GNTALLOC);
}

static long op_alloc(struct kunit *test, void *file)
{
	return alloc_grefs(file, REFS);
}

static void undo_alloc(struct kunit *test, void *file, long index)
{
	KUNIT_EXPECT_EQ(test, dealloc_grefs(file, index, REFS), 0);
}

static long op_dealloc(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long index = alloc_grefs(file, REFS), err;

	own_end(saved);
	err = dealloc_grefs(file, index, REFS);
	if (err)
		undo_alloc(test, file, index);
	return err;
}

static long op_show_refs(struct kunit *test, void *file)
{
	unsigned int saved = own_begin();
	long index = alloc_grefs(file, REFS);
	unsigned long addr;

	own_end(saved);
	addr = map_far(file, index, REFS);
	saved = own_begin();
	undo_alloc(test, file, index);
	own_end(saved);
	return unmap_far(addr, REFS);
}

static void *setup_alloc_notify(struct kunit *test)
{
	struct file *file = setup_gntalloc(test);

	fake_domain_new(GUEST, 0);
	notify_events = env_open(test, EVTCHN);
	KUNIT_EXPECT_EQ(test, bind_interdomain(notify_events, GUEST, 4), 1);
	KUNIT_EXPECT_EQ(test, alloc_grefs(file, 1), 0);
	return file;
}

static long op_alloc_notify(struct kunit *test, void *file)
{
	return alloc_notify(file, 0, UNMAP_NOTIFY_SEND_EVENT, 1);
}

static void undo_alloc_notify(struct kunit *test, void *file, long result)
{
	KUNIT_EXPECT_EQ(test, alloc_notify(file, 0, 0, 0), 0);
}

static long op_gntalloc_release(struct kunit *test, void *data)
{
	unsigned int saved = own_begin();
	struct file *file = env_try_open(GNTALLOC, 0);

	alloc_grefs(file, REFS);
	own_end(saved);
	env_close(file);
	return 0;
}

TEST(sweep_gntalloc)
{
	static const struct sweep rows[] = {
		{ "open", NULL, op_gntalloc_open },
		{ "ALLOC_GREF", setup_gntalloc, op_alloc, undo_alloc },
		{ "DEALLOC_GREF", setup_gntalloc, op_dealloc },
		{ "mmap", setup_gntalloc, op_show_refs },
		{ "SET_UNMAP_NOTIFY", setup_alloc_notify, op_alloc_notify,
		  undo_alloc_notify },
		{ "release", NULL, op_gntalloc_release },
	};

	sweep_rows(test, rows, ARRAY_SIZE(rows));
}

static struct kunit_case sweep_cases[] = {
	KUNIT_CASE_SLOW(sweep_evtchn),
	KUNIT_CASE_SLOW(sweep_privcmd),
	KUNIT_CASE_SLOW(sweep_gntdev),
	KUNIT_CASE_SLOW(sweep_gntdev_dmabuf),
	KUNIT_CASE_SLOW(sweep_gntalloc),
	{}
};

ENV_SUITE(sweep, sweep_cases);
