// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain to map frames of.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xencall.h>

#include "clock.h"
#include "guest.h"

#define MEMPOOL_BYTES	(2UL << 20)
#define EXTENTS		4096UL

/* How a domain of ours is known from one that somebody needs. */
static const xen_domain_handle_t handle = {
	'x', 'e', 'n', '-', 'd', 'e', 'v', 'i',
	'c', 'e', 's', ' ', 't', 'e', 's', 't',
};

static void destroy_leftovers(xc_interface *xc)
{
	xc_domaininfo_t info[8];
	int i, nr;

	nr = xc_domain_getinfolist(xc, 1, 8, info);
	for (i = 0; i < nr; i++) {
		if (!memcmp(info[i].handle, handle, sizeof(handle)))
			xc_domain_destroy(xc, info[i].domain);
	}
}

#ifdef __x86_64__

/* All that Xen itself emulates for a guest with a device model. */
#define PC_DEVICES	(XEN_X86_EMU_ALL & ~XEN_X86_EMU_VPCI)
#define HAS_PV		true

static void choose_devices(const struct guest *g, struct xen_arch_domainconfig *arch)
{
	if (g->hvm)
		arch->emulation_flags = g->pc ? PC_DEVICES : XEN_X86_EMU_LAPIC;
}

#else

#define HAS_PV		false

/* The interrupt controller that the machine has, and nothing else. */
static void choose_devices(const struct guest *g, struct xen_arch_domainconfig *arch)
{
	(void)g;
	(void)arch;
}

#endif

static int domain_create(struct guest *g)
{
	struct xen_domctl_createdomain config = {
		.max_vcpus = GUEST_VCPUS,
		.max_evtchn_port = -1,
		.max_grant_frames = 4,
		.max_maptrack_frames = 16,
		.grant_opts = XEN_DOMCTL_GRANT_version(1),
	};

	memcpy(config.handle, handle, sizeof(handle));
	if (g->hvm)
		config.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;
	choose_devices(g, &config.arch);
	if (xc_domain_create(g->xc, &g->domid, &config))
		return -errno;
	g->exists = true;
	return 0;
}

/* The numbers are the machine's for PV, and the guest's own for HVM. */
static int domain_populate(struct guest *g)
{
	unsigned long i, done, nr;

	for (i = 0; i < g->nr; i++)
		g->frame[i] = i;
	for (done = 0; done < g->nr; done += nr) {
		nr = g->nr - done < EXTENTS ? g->nr - done : EXTENTS;
		if (xc_domain_populate_physmap_exact(g->xc, g->domid, nr, 0, 0,
						     g->frame + done))
			return errno ? -errno : -ENOMEM;
	}
	return 0;
}

/* libxenctrl leaves that to the library that builds domains. */
static int domain_narrow(struct guest *g)
{
	xencall_handle *xcall = xc_interface_xcall_handle(g->xc);
	struct xen_domctl *op = xencall_alloc_buffer(xcall, sizeof(*op));
	int ret;

	if (!op)
		return -ENOMEM;
	memset(op, 0, sizeof(*op));
	op->cmd = XEN_DOMCTL_set_address_size;
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op->domain = g->domid;
	op->u.address_size.size = 32;
	ret = xencall1(xcall, __HYPERVISOR_domctl, (uintptr_t)op) ? -errno : 0;
	xencall_free_buffer(xcall, op);
	return ret;
}

static int domain_build(struct guest *g)
{
	int ret;

	ret = domain_create(g);
	if (!ret && g->narrow)
		ret = domain_narrow(g);
	if (ret)
		return ret;
	if (xc_domain_setmaxmem(g->xc, g->domid, (g->nr + 1024) * 4))
		return -errno;
	if (xc_domain_max_vcpus(g->xc, g->domid, GUEST_VCPUS))
		return -errno;
	if (g->hvm && xc_set_paging_mempool_size(g->xc, g->domid,
						 MEMPOOL_BYTES +
						 (g->nr / 512 << 12)))
		return -errno;
	return domain_populate(g);
}

static int guest_open(struct guest *g)
{
	memset(g, 0, sizeof(*g));
	g->xc = xc_interface_open(NULL, NULL, 0);
	if (!g->xc)
		return errno ? -errno : -ENODEV;
	return 0;
}

static int guest_build(struct guest *g, bool hvm, unsigned long pages)
{
	int ret;

	g->hvm = hvm || !HAS_PV;
	g->nr = pages;
	g->frame = calloc(pages, sizeof(*g->frame));
	ret = g->frame ? domain_build(g) : -ENOMEM;
	if (ret)
		guest_free(g);
	return ret;
}

int guest_create(struct guest *g, bool hvm, unsigned long pages)
{
	int ret = guest_open(g);

	if (ret)
		return ret;
	destroy_leftovers(g->xc);
	return guest_build(g, hvm, pages);
}

int guest_create_pc(struct guest *g, unsigned long pages)
{
	int ret = guest_open(g);

	if (ret)
		return ret;
	destroy_leftovers(g->xc);
	g->pc = true;
	return guest_build(g, true, pages);
}

int guest_add(struct guest *g, bool hvm, unsigned long pages)
{
	int ret = guest_open(g);

	return ret ? ret : guest_build(g, hvm, pages);
}

int guest_create_narrow(struct guest *g, unsigned long pages)
{
	int ret = guest_open(g);

	if (ret)
		return ret;
	destroy_leftovers(g->xc);
	g->narrow = true;
	return guest_build(g, false, pages);
}

int guest_destroy(struct guest *g)
{
	if (!g->exists)
		return 0;
	if (xc_domain_destroy(g->xc, g->domid))
		return -errno;
	g->exists = false;
	return 0;
}

bool guest_listed(struct guest *g)
{
	xc_domaininfo_t info;

	return xc_domain_getinfolist(g->xc, g->domid, 1, &info) == 1 &&
	       info.domain == g->domid;
}

int guest_gone(struct guest *g)
{
	uint64_t end = now_us() + GUEST_GONE_MS * 1000ULL;

	while (guest_listed(g)) {
		if (now_us() > end)
			return -ETIMEDOUT;
		sleep_ms(5);
	}
	return 0;
}

int guest_vanish(struct guest *g)
{
	int ret = guest_destroy(g);

	return ret ? ret : guest_gone(g);
}

int guest_shutdown(struct guest *g)
{
	xc_domaininfo_t info;

	if (xc_domain_getinfolist(g->xc, g->domid, 1, &info) != 1 ||
	    info.domain != g->domid)
		return -ESRCH;
	if (!(info.flags & XEN_DOMINF_shutdown))
		return -ENOENT;
	return info.flags >> XEN_DOMINF_shutdownshift &
	       XEN_DOMINF_shutdownmask;
}

void guest_free(struct guest *g)
{
	if (!g->xc)
		return;
	guest_destroy(g);
	xc_interface_close(g->xc);
	free(g->frame);
	memset(g, 0, sizeof(*g));
}

long xen_free_pages(struct guest *g)
{
	xc_physinfo_t info = {};

	return xc_physinfo(g->xc, &info) ? -errno : (long)info.free_pages;
}

long free_kib(void)
{
	char line[128];
	long kib = -1;
	FILE *f;

	f = fopen("/proc/meminfo", "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "MemFree: %ld", &kib) == 1)
			break;
	}
	fclose(f);
	return kib;
}
