// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/privcmd: from an eventfd to a guest, and back. Debian builds the
 * stock driver without it, so there is nothing to compare with.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xen/privcmd.h>

#include <xen/xen.h>

#include <xenctrl.h>
#include <xendevicemodel.h>

#include <xen/hvm/dm_op.h>
#include <xen/hvm/ioreq.h>
#include <xen/hvm/save.h>
#include <xen/sched.h>

#include "bench.h"
#include "clock.h"
#include "evtchn_ops.h"
#include "floors.h"
#include "fmap.h"
#include "guest.h"
#include "hcall.h"
#include "ioreq.h"

#define TIMES		50
#define FRAMES		16
#define REASON		SHUTDOWN_reboot

/* What the guest rings, and how often. */
#define DEVICE		0xf0000000U
#define DOORBELL	(DEVICE + 0x50)
#define RINGS		500

struct eventfd_fixture {
	struct guest guest;
	uint32_t domid;
	int fd;
	int efd;
};

/* How code of ours runs in the guest. */
#include "../selftests/xen/eventfd/payload.c"

static int irqfd(struct eventfd_fixture *f, struct xen_dm_op *op,
		 uint32_t flags)
{
	struct privcmd_irqfd arg = {
		.dm_op = (uintptr_t)op,
		.size = sizeof(*op),
		.fd = f->efd,
		.flags = flags,
		.dom = f->domid,
	};

	return ioctl(f->fd, IOCTL_PRIVCMD_IRQFD, &arg) ? -errno : 0;
}

/* With one processor, who writes has to let the kernel do the rest. */
static void from_eventfd(struct eventfd_fixture *f, struct xen_dm_op *op)
{
	struct bench_round r = {};
	uint64_t one = 1;
	int i;

	while (r.done < BENCH_ROUNDS) {
		bench_begin(&r);
		for (i = 0; i < TIMES; i++) {
			bench_need(write(f->efd, &one, 8) == 8, "write");
			sched_yield();
		}
		bench_end(&r, TIMES);
	}
	bench_need(guest_shutdown(&f->guest) == REASON, "the operation");
	bench_report("irqfd", 1, 0, &r);
	if (floor_have())
		bench_report_floor("irqfd", 1, 0, 2 * bench_syscall +
				   floor_cost((struct floor_run){
					.op = FLOOR_DM_OP,
					.times = TIMES,
					.domid = f->domid,
					.addr = (uintptr_t)op,
					.len = sizeof(*op),
				   }).there);
}

/* Returns false if the driver has no such thing. */
static bool irqfds(struct eventfd_fixture *f)
{
	struct xen_dm_op op = {
		.op = XEN_DMOP_remote_shutdown,
		.u.remote_shutdown.reason = REASON,
	};
	int err = irqfd(f, &op, 0);

	/* Of a kernel that knows the number, and of one that does not. */
	if (err == -EOPNOTSUPP || err == -ENOTTY)
		return false;
	errno = -err;
	bench_need(!err, "IRQFD");
	from_eventfd(f, &op);
	bench_need(!irqfd(f, &op, PRIVCMD_IRQFD_FLAG_DEASSIGN), "DEASSIGN");
	return true;
}

/* A device model, with the slot and the port of vCPU 0. */
static struct ioreq *connect(struct eventfd_fixture *f, struct ioreq_server *s,
			     int evtchn, uint32_t *ports)
{
	struct ioreq *slot = fm_area(f->fd, 1);
	int i, port;

	bench_need(!ioreq_create(s, &f->guest), "an ioreq server");
	bench_need(slot && !fm_resource(f->fd, f->domid, 0, s->id,
					IOREQ_SLOT_FRAME, 1, slot, NULL),
		   "its slots");
	bench_need(!ioreq_enable(s) &&
		   !xendevicemodel_map_io_range_to_ioreq_server(s->dm, f->domid,
								s->id, 1, DEVICE,
								DEVICE + 0xfff),
		   "a device");
	for (i = 0; i < GUEST_VCPUS; i++) {
		port = ev_bind_interdomain(evtchn, f->domid, slot[i].vp_eport);
		bench_need(port >= 0, "a port of the slot");
		ports[i] = port;
	}
	/* A new channel begins with an event. */
	while (ev_wait(evtchn, QUIET_MS) > 0)
		ev_take(evtchn);
	return slot;
}

/* 1: mov %eax, DOORBELL; dec %ecx; jnz 1b; and the end */
static void load(struct eventfd_fixture *f)
{
	uint8_t code[] = {
		0xb8, 0, 0, 0, 0,
		0xb9, 0, 0, 0, 0,
		0xa3, 0, 0, 0, 0,
		0x49,
		0x75, 0xf8,
	};
	uint32_t rings = RINGS, doorbell = DOORBELL;
	char *mem = fm_area(f->fd, 1);
	int err;

	memcpy(code + 6, &rings, 4);
	memcpy(code + 11, &doorbell, 4);
	bench_need(mem && !fm_v2(f->fd, f->domid, mem, 1,
				 f->guest.frame + CODE_FRAME, &err),
		   "the guest's memory");
	memcpy(mem, code, sizeof(code));
	memcpy(mem + sizeof(code), code_cli_hlt, sizeof(code_cli_hlt));
}

/* From one write of the guest to the next, with all that Xen does for it. */
static void be_rung(struct eventfd_fixture *f)
{
	struct bench_round r = {};
	uint64_t count, total;

	bench_need(!guest_start(f), "the guest");
	bench_need(read(f->efd, &count, 8) == 8, "the first ring");
	total = count;
	bench_begin(&r);
	while (total < RINGS) {
		bench_need(read(f->efd, &count, 8) == 8, "a ring");
		total += count;
	}
	bench_end(&r, RINGS - 1);
	bench_report("ioeventfd", 1, 0, &r);
	bench_need(total == RINGS && guest_ends(f), "the end");
}

static void ioeventfds(struct eventfd_fixture *f)
{
	uint32_t ports[GUEST_VCPUS];
	struct ioreq_server server;
	int evtchn = ev_open(O_RDWR);
	struct privcmd_ioeventfd arg = {
		.ports = (uintptr_t)ports,
		.addr = DEVICE,
		.addr_len = 4,
		.event_fd = f->efd,
		.vcpus = GUEST_VCPUS,
		.dom = f->domid,
	};

	arg.ioreq = (uintptr_t)connect(f, &server, evtchn, ports);
	load(f);
	bench_need(!ioctl(f->fd, IOCTL_PRIVCMD_IOEVENTFD, &arg), "IOEVENTFD");
	be_rung(f);
	close(evtchn);
	ioreq_destroy(&server);
}

static void fixture_open(struct eventfd_fixture *f)
{
	f->fd = privcmd_open();
	f->efd = eventfd(0, EFD_CLOEXEC);
	bench_need(f->fd >= 0 && f->efd >= 0, "open");
	bench_need(!guest_create(&f->guest, true, FRAMES), "an HVM domain");
	f->domid = f->guest.domid;
}

static void fixture_close(struct eventfd_fixture *f)
{
	close(f->fd);
	close(f->efd);
	guest_free(&f->guest);
}

void bench_eventfd(void)
{
	struct eventfd_fixture f;
	bool has;

	fixture_open(&f);
	has = irqfds(&f);
	fixture_close(&f);
	if (!has)
		return;
	fixture_open(&f);
	ioeventfds(&f);
	fixture_close(&f);
}
