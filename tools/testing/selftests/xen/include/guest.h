/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain to map frames of: created through libxenctrl alone, without a
 * toolstack or XenStore. Nothing runs in it unless a test starts it.
 *
 * Only for programs that are linked with libxenctrl.
 */
#ifndef XT_GUEST_H
#define XT_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <xenctrl.h>

#define GUEST_VCPUS	2

/* How long it may take until a destroyed domain is not listed any more. */
#define GUEST_GONE_MS	2000

struct guest {
	xc_interface *xc;
	uint32_t domid;
	bool hvm;
	bool pc;
	/* PV with 32 bits. */
	bool narrow;
	bool exists;
	/* Its frames, by the numbers that a mapping wants. */
	unsigned long nr;
	xen_pfn_t *frame;
};

/*
 * A domain with @pages pages: PV, or HVM with nested paging and GUEST_VCPUS
 * vCPUs. Leftovers of a test that died are destroyed first. Returns 0 or
 * -errno; -EOPNOTSUPP if Xen cannot have such a domain here.
 */
int guest_create(struct guest *g, bool hvm, unsigned long pages);

/* HVM with the interrupt controllers and timers of a PC. */
int guest_create_pc(struct guest *g, unsigned long pages);

/* One more: the others of this test stay. */
int guest_add(struct guest *g, bool hvm, unsigned long pages);

/* A PV domain with 32 bits. -EOPNOTSUPP if Xen has none of these. */
int guest_create_narrow(struct guest *g, unsigned long pages);

/* Destroy the domain. Its number stays known. Returns 0 or -errno. */
int guest_destroy(struct guest *g);

/* Does Xen still list the domain? It does while one page of it is in use. */
bool guest_listed(struct guest *g);

/* Destroy, and wait until it is not listed: 0, or -errno, -ETIMEDOUT. */
int guest_vanish(struct guest *g);

/* As guest_vanish() without the destruction. */
int guest_gone(struct guest *g);

/* The reason of its shutdown, or -ENOENT if it is not shut down. */
int guest_shutdown(struct guest *g);

/* End of use: destroy what is there, and free. */
void guest_free(struct guest *g);

/* Memory that Xen has left, in pages. */
long xen_free_pages(struct guest *g);

/* MemFree of this domain, in KiB. */
long free_kib(void);

#endif
