// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels: the kernel's IRQs for Xen's ports.
 *
 * An event is delivered at once, with interrupts off, if its IRQ has a handler
 * and is not masked. It is masked from then on until xen_irq_lateeoi().
 */
#include <linux/errno.h>
#include <linux/hardirq.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include <xen/events.h>
#include <xen/xen.h>

#include "fake/fake.h"
#include "shim/seams.h"

#define IRQ_BASE	1000
#define OTHER_DOMID	1

struct irq {
	unsigned int number;
	/* 0: none any more, since the domain was restored. */
	evtchn_port_t port;
	/* -1: the kernel's own, without references. */
	int references;
	bool is_static;
	/* Linux 6.1: the driver keeps a reference of a static port, for ever. */
	bool is_kept;
	bool pending, masked;
	struct list_head actions;
};

struct action {
	struct list_head node;
	irq_handler_t handler;
	unsigned long flags;
	void *dev;
};

/* By their number, and by their port. */
static DEFINE_XARRAY_ALLOC(irqs);
static DEFINE_XARRAY(by_port);

static struct irq *irq_of(evtchn_port_t port)
{
	return xa_load(&by_port, port);
}

static struct irq *irq_find(unsigned int number)
{
	return xa_load(&irqs, number);
}

static void run_handlers(struct irq *irq)
{
	struct action *a, *next;

	list_for_each_entry_safe(a, next, &irq->actions, node)
		a->handler(irq->number, a->dev);
}

/* Is there something to deliver? If so it is taken, and the IRQ masked. */
static bool irq_take(struct irq *irq)
{
	if (!irq || !irq->pending || irq->masked || list_empty(&irq->actions))
		return false;
	irq->pending = false;
	irq->masked = true;
	return true;
}

static void deliver_now(struct irq *irq)
{
	bool outermost = !in_hardirq();
	unsigned long flags;

	if (!irq_take(irq))
		return;
	local_irq_save(flags);
	if (outermost)
		__irq_enter_raw();
	run_handlers(irq);
	if (outermost)
		__irq_exit_raw();
	local_irq_restore(flags);
}

/* What could not be delivered because interrupts were off. */
static void deliver_late(struct irq_work *work)
{
	unsigned long number;
	struct irq *irq;

	xa_for_each(&irqs, number, irq)
		deliver_now(irq);
}

static DEFINE_IRQ_WORK(late, deliver_late);

static void deliver(struct irq *irq)
{
	if (irqs_disabled() && !in_hardirq())
		irq_work_queue(&late);
	else
		deliver_now(irq);
}

void fake_fire(evtchn_port_t port)
{
	struct irq *irq = irq_of(port);
	unsigned int saved = fake_enter();

	if (irq) {
		irq->pending = true;
		deliver(irq);
	}
	fake_leave(saved);
}
EXPORT_SYMBOL_GPL(fake_fire);

void fake_fire_elsewhere(evtchn_port_t port)
{
	struct irq *irq = irq_of(port);

	irq->pending = true;
	if (irq_take(irq))
		run_handlers(irq);
}
EXPORT_SYMBOL_GPL(fake_fire_elsewhere);

bool fake_port_masked(evtchn_port_t port)
{
	struct irq *irq = irq_of(port);

	return irq && irq->masked;
}
EXPORT_SYMBOL_GPL(fake_port_masked);

void fake_kernel_unmask(evtchn_port_t port)
{
	xen_irq_lateeoi(irq_from_evtchn(port), 0);
}
EXPORT_SYMBOL_GPL(fake_kernel_unmask);

unsigned int irq_from_evtchn(evtchn_port_t port)
{
	struct irq *irq = irq_of(port);

	return irq ? irq->number : -1;
}
EXPORT_SYMBOL_GPL(irq_from_evtchn);

static struct irq *irq_new(evtchn_port_t port)
{
	struct irq *irq = kzalloc(sizeof(*irq), GFP_KERNEL | __GFP_NOFAIL);

	irq->port = port;
	irq->references = -1;
	INIT_LIST_HEAD(&irq->actions);
	WARN_ON(xa_alloc(&irqs, &irq->number, irq, XA_LIMIT(IRQ_BASE, INT_MAX),
			 GFP_KERNEL));
	xa_store(&by_port, port, irq, GFP_KERNEL);
	return irq;
}

int bind_evtchn_to_irq_lateeoi(evtchn_port_t port)
{
	unsigned int saved = fake_enter();
	long ret = 0;

	if (port >= fake_evtchn_limit)
		ret = -ENOMEM;
	else if (fake_call(FAKE_BIND_IRQ, -ENOMEM, &ret))
		;
	else if (fake_call(FAKE_BIND_IRQ_CLOSES, 0, &ret))
		fake_port_try_close(port);
	else if (!irq_of(port))
		irq_new(port);
	fake_leave(saved);
	return ret ?: irq_from_evtchn(port);
}
EXPORT_SYMBOL_GPL(bind_evtchn_to_irq_lateeoi);

static int make_refcounted(evtchn_port_t port, bool is_static)
{
	struct irq *irq = irq_of(port);
	long err;

	if (!irq)
		return -ENOENT;
	if (fake_call(FAKE_MAKE_REFCOUNTED, 0, &err))
		return err;
	WARN(irq->references != -1, "port %u has references already", port);
	irq->references = 1;
	irq->is_static = is_static;
	return 0;
}

#ifdef COMPAT_HAVE_STATIC_EVTCHN
int evtchn_make_refcounted(evtchn_port_t port, bool is_static)
{
	return make_refcounted(port, is_static);
}
#else
int evtchn_make_refcounted(evtchn_port_t port)
{
	return make_refcounted(port, false);
}
#endif
EXPORT_SYMBOL_GPL(evtchn_make_refcounted);

/* See compat/evtchn.h: a second reference, before there is a handler. */
static void note_kept(struct irq *irq)
{
#ifndef COMPAT_HAVE_STATIC_EVTCHN
	if (irq && irq->references == 1 && list_empty(&irq->actions))
		irq->is_kept = true;
#endif
}

/* Nothing but what the driver keeps on such a kernel. */
static bool is_left_behind(const struct irq *irq)
{
	return irq->is_kept && irq->references == 1 && list_empty(&irq->actions);
}

int evtchn_get(evtchn_port_t port)
{
	struct irq *irq;
	long err;

	if (port >= fake_evtchn_limit)
		return -EINVAL;
	irq = irq_of(port);
	note_kept(irq);
	if (fake_call(FAKE_EVTCHN_GET, -EINVAL, &err))
		return err;
	irq = irq_of(port);
	if (!irq)
		return -ENOENT;
	if (irq->references <= 0 || irq->references == SHRT_MAX)
		return -EINVAL;
	irq->references++;
	return 0;
}
EXPORT_SYMBOL_GPL(evtchn_get);

/* The last reference closes the port, unless it is static, or gone. */
static void irq_put(struct irq *irq)
{
	evtchn_port_t port = irq->port;

	if (irq->references > 0 && --irq->references)
		return;
	WARN(!list_empty(&irq->actions), "port %u goes, but has a handler", port);
	if (port && !irq->is_static)
		WARN(fake_port_try_close(port), "port %u is closed a second time", port);
	if (port)
		xa_erase(&by_port, port);
	xa_erase(&irqs, irq->number);
	kfree(irq);
}

void evtchn_put(evtchn_port_t port)
{
	struct irq *irq = irq_of(port);

	might_sleep();
	if (!WARN(!irq, "port %u is put, but has no IRQ", port))
		irq_put(irq);
}
EXPORT_SYMBOL_GPL(evtchn_put);

void unbind_from_irqhandler(unsigned int number, void *dev)
{
	if (xen_fake_free_irq(number, dev))
		irq_put(irq_find(number));
}
EXPORT_SYMBOL_GPL(unbind_from_irqhandler);

void xen_irq_lateeoi(unsigned int number, unsigned int flags)
{
	struct irq *irq = irq_find(number);
	long none;

	if (WARN(!irq, "there is no IRQ %u to unmask", number))
		return;
	fake_call(FAKE_LATEEOI, 0, &none);
	/* More often than it was masked does no harm. */
	irq->masked = false;
	deliver(irq);
}
EXPORT_SYMBOL_GPL(xen_irq_lateeoi);

int xen_fake_request_irq(unsigned int number, irq_handler_t handler,
			 unsigned long flags, const char *name, void *dev)
{
	struct irq *irq = irq_find(number);
	struct action *a;
	long err;

	might_sleep();
	if (WARN(!irq, "there is no IRQ %u for a handler", number))
		return -EINVAL;
	if (fake_call(FAKE_REQUEST_IRQ, -ENOMEM, &err))
		return err;
	if (!list_empty(&irq->actions) && !(flags & IRQF_SHARED))
		return -EBUSY;
	a = kzalloc(sizeof(*a), GFP_KERNEL | __GFP_NOFAIL);
	*a = (struct action){ .handler = handler, .flags = flags, .dev = dev };
	list_add_tail(&a->node, &irq->actions);
	deliver(irq);
	return 0;
}
EXPORT_SYMBOL_GPL(xen_fake_request_irq);

const void *xen_fake_free_irq(unsigned int number, void *dev)
{
	struct irq *irq = irq_find(number);
	unsigned long flags;
	struct action *a;

	might_sleep();
	if (WARN(!irq, "there is no IRQ %u to free", number))
		return NULL;
	list_for_each_entry(a, &irq->actions, node) {
		if (a->dev == dev)
			goto found;
	}
	WARN(1, "IRQ %u has no such handler", number);
	return NULL;

found:
	list_del(&a->node);
	/* As CONFIG_DEBUG_SHIRQ has it: once more, when it may be gone. */
	local_irq_save(flags);
	a->handler(number, dev);
	local_irq_restore(flags);
	kfree(a);
	/* The name of the handler, in truth. */
	return "";
}
EXPORT_SYMBOL_GPL(xen_fake_free_irq);

evtchn_port_t fake_kernel_port(void)
{
	evtchn_port_t port = fake_port_new(EVTCHNSTAT_interdomain, OTHER_DOMID, 1);

	irq_new(port);
	return port;
}
EXPORT_SYMBOL_GPL(fake_kernel_port);

/*
 * The domain is restored: all ports are gone, and the kernel asks for its own
 * anew, before anybody else does.
 */
void fake_irq_resume(void)
{
	struct irq *irq;
	unsigned long i;

	xa_destroy(&by_port);
	xa_for_each(&irqs, i, irq) {
		irq->port = 0;
		irq->pending = false;
		if (irq->references != -1)
			continue;
		irq->port = fake_port_new(EVTCHNSTAT_interdomain, OTHER_DOMID, 1);
		xa_store(&by_port, irq->port, irq, GFP_KERNEL);
	}
}

static unsigned long count_list(const struct list_head *list)
{
	const struct list_head *node;
	unsigned long count = 0;

	list_for_each(node, list)
		count++;
	return count;
}

void fake_irq_census(struct fake_census *census)
{
	struct irq *irq;
	unsigned long i;

	xa_for_each(&irqs, i, irq) {
		if (is_left_behind(irq))
			continue;
		census->irqs++;
		census->actions += count_list(&irq->actions);
		census->references += max(irq->references, 0);
	}
}

void fake_irq_reset(void)
{
	struct action *a, *next;
	struct irq *irq;
	unsigned long i;

	if (irq_work_is_busy(&late))
		irq_work_sync(&late);
	xa_for_each(&irqs, i, irq) {
		list_for_each_entry_safe(a, next, &irq->actions, node)
			kfree(a);
		kfree(irq);
	}
	xa_destroy(&irqs);
	xa_init_flags(&irqs, XA_FLAGS_ALLOC);
	xa_destroy(&by_port);
}
