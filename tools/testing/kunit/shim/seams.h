/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the drivers' calls go elsewhere than in a release build. Included ahead
 * of each C file of the drivers: the files themselves are compiled as they are.
 *
 * UML has no room for thousands of IRQs, so those of event channels are the
 * fake Xen's. It has no lockdown, so the fake has the say. And each primitive
 * that is redirected here is a place where a test can step in, as another CPU
 * would.
 */
#ifndef XEN_KUNIT_SEAMS_H
#define XEN_KUNIT_SEAMS_H

/* The kernel's headers want it before they come; the drivers have the same. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/interrupt.h>
#include <linux/security.h>
#include <linux/workqueue.h>

#include <xen/xen.h>

int xen_fake_request_irq(unsigned int irq, irq_handler_t handler,
			 unsigned long flags, const char *name, void *dev);
const void *xen_fake_free_irq(unsigned int irq, void *dev);
int xen_fake_locked_down(enum lockdown_reason what);
void xen_fake_step(const char *where);
void xen_fake_init_begins(void);
struct workqueue_struct *xen_fake_workqueue(struct workqueue_struct *wq);
void xen_fake_destroy_workqueue(struct workqueue_struct *wq);

/* A workqueue that is lost is still in a list of the kernel's: they are counted. */
#ifdef alloc_workqueue
#undef alloc_workqueue
#define alloc_workqueue(...) \
	xen_fake_workqueue(alloc_hooks(alloc_workqueue_noprof(__VA_ARGS__)))
#else
#define alloc_workqueue(...)	xen_fake_workqueue(alloc_workqueue(__VA_ARGS__))
#endif
#define destroy_workqueue(wq)	xen_fake_destroy_workqueue(wq)

/* Each module asks this when its init begins. */
#undef xen_domain
#define xen_domain() \
	(xen_fake_init_begins(), xen_domain_type != XEN_NATIVE)

/* Linux 6.19 and later look at the CPU, which is not the fake's. */
#undef xen_pv_domain
#define xen_pv_domain()		(xen_domain_type == XEN_PV_DOMAIN)

#define request_irq(irq, handler, flags, name, dev) \
	xen_fake_request_irq(irq, handler, flags, name, dev)
#define free_irq(irq, dev)		xen_fake_free_irq(irq, dev)
#define security_locked_down(what)	xen_fake_locked_down(what)

#endif
