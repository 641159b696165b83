// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page of requests that eventfds are signalled for: its slots, its event
 * channels, and the handler. ioeventfd.c tells the model.
 *
 * The slot is shared with Xen, and its content comes from the guest: each field
 * is read once.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/hashtable.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/events.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/xen.h>
#include <xen/privcmd.h>
#include <xen/xen.h>

#include "compat/eventfd.h"
#include "hypercall/hypercall.h"
#include "lib/resume.h"
#include "privcmd/ioreq.h"
#include "privcmd/killed.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"

/* A slot, as Xen's public/hvm/ioreq.h has it. */
struct ioreq_slot {
	u64 addr;
	u64 data;
	u32 count;
	u32 size;
	u32 vp_eport;
	u16 pad;
	/* The state in the low bits, then flags. */
	u8 state;
	u8 type;
};

static_assert(sizeof(struct ioreq_slot) == 32);

#define STATE_MASK		0x0f
#define STATE_READY		1
#define STATE_INPROCESS		2
#define STATE_RESPONSE		3
#define FLAG_DATA_IS_PTR	0x10
#define FLAG_READ		0x20
#define TYPE_MMIO		1

#define RESOURCE_IOREQ_SERVER	0
/* Frame 0 of the resource is for buffered requests, the slots follow. */
#define FRAME_OF_VCPU_0		1

#define SLOTS_PER_PAGE		(PAGE_SIZE / sizeof(struct ioreq_slot))

/* Where a virtio-mmio device has its doorbell, and what is written there. */
#define DOORBELL_OFFSET		0x50
#define DOORBELL_QUEUE_MASK	0xffff

static struct eventfd_ctx *find_doorbell(struct ioreq_server *server, u64 addr,
					 u32 size, u32 vq)
{
	struct ioeventfd *e;

	hash_for_each_possible_rcu(server->eventfds, e, node,
				   doorbell_key(addr, vq)) {
		if (e->addr == addr && e->len == size && e->vq == vq)
			return e->eventfd;
	}
	return NULL;
}

/* The eventfd that this request is for, or NULL if it is not ours. */
static struct eventfd_ctx *match_request(struct ioreq_server *server,
					 const struct ioreq_slot *slot, u8 state)
{
	u64 addr, data;
	u32 size;

	if ((state & (FLAG_DATA_IS_PTR | FLAG_READ)) ||
	    READ_ONCE(slot->type) != TYPE_MMIO || READ_ONCE(slot->count) != 1)
		return NULL;
	addr = READ_ONCE(slot->addr);
	data = READ_ONCE(slot->data);
	size = READ_ONCE(slot->size);
	return find_doorbell(server, addr - DOORBELL_OFFSET, size,
			     data & DOORBELL_QUEUE_MASK);
}

static void answer_request(struct ioreq_port *port, u8 state)
{
	struct evtchn_send send = { .port = port->port };

	/*
	 * The answer comes after what was done about the request. Pairs with the
	 * barrier of Xen's, when it has seen the answer.
	 */
	virt_wmb();
	WRITE_ONCE(port->slot->state, (state & ~STATE_MASK) | STATE_RESPONSE);
	xen_hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_send,
		       (unsigned long)&send);
}

static irqreturn_t ioreq_interrupt(int irq, void *data)
{
	struct ioreq_port *port = data;
	struct ioreq_server *server = port->server;
	struct eventfd_ctx *eventfd;
	u8 state;

	/* There is no slot behind the page since the domain was restored. */
	if (server->generation != xen_resume_generation())
		return IRQ_NONE;
	state = READ_ONCE(port->slot->state);
	if ((state & STATE_MASK) != STATE_READY)
		return IRQ_NONE;
	/* The file may have been restricted since. */
	if (!xen_restrict_allows(&server->file->restriction, server->domid))
		return IRQ_NONE;
	/*
	 * Xen says "ready" after the rest of the slot. Pairs with the barrier that
	 * it has between them.
	 */
	virt_rmb();

	rcu_read_lock();
	eventfd = match_request(server, port->slot, state);
	if (eventfd) {
		/*
		 * All is read that is to be read: take the request. Pairs with that
		 * of another who looks at the slot, QEMU for instance.
		 */
		virt_mb();
		WRITE_ONCE(port->slot->state,
			   (state & ~STATE_MASK) | STATE_INPROCESS);
		eventfd_signal(eventfd);
		answer_request(port, state);
	}
	rcu_read_unlock();
	if (!eventfd)
		return IRQ_NONE;
	xen_irq_lateeoi(irq, 0);
	return IRQ_HANDLED;
}

/*
 * Is it an event channel of a process, to this port of the guest's? Takes a
 * reference.
 */
static int port_get(evtchn_port_t port, domid_t domid, evtchn_port_t remote)
{
	struct evtchn_status status = { .dom = DOMID_SELF, .port = port };
	int err;

	err = evtchn_get(port);
	if (err)
		return err;
	if (xen_hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_status,
			   (unsigned long)&status) ||
	    status.status != EVTCHNSTAT_interdomain ||
	    status.u.interdomain.dom != domid ||
	    status.u.interdomain.port != remote) {
		evtchn_put(port);
		return -EINVAL;
	}
	return 0;
}

/* Xen has written into the slot which port of the guest its channel is to. */
static int port_attach(struct ioreq_port *p, domid_t domid)
{
	int err;

	err = port_get(p->port, domid, READ_ONCE(p->slot->vp_eport));
	if (err)
		return err;
	p->irq = irq_from_evtchn(p->port);
	err = request_irq(p->irq, ioreq_interrupt, IRQF_SHARED, "ioeventfd", p);
	if (err)
		evtchn_put(p->port);
	return err;
}

static void ports_detach(struct ioreq_server *server, unsigned int nr)
{
	/* By its IRQ: the port may be somebody else's since a restore. */
	while (nr--) {
		unbind_from_irqhandler(server->ports[nr].irq, &server->ports[nr]);
		cond_resched();
	}
}

static int ports_attach(struct ioreq_server *server)
{
	unsigned int i;
	int err;

	for (i = 0; i < server->vcpus; i++) {
		err = privcmd_killed() ?
		      -EINTR :
		      port_attach(&server->ports[i], server->domid);
		if (err) {
			ports_detach(server, i);
			return err;
		}
	}
	return 0;
}

/*
 * Find the slots: they must be those of an ioreq server of the guest, from the
 * first vCPU on, and enough.
 */
static int slots_locate(struct ioreq_server *server)
{
	struct privcmd_map *map = server->place.map;
	const struct privcmd_resource *resource;
	const unsigned long first = server->place.page;
	const u64 *frame;
	unsigned int i, pages = DIV_ROUND_UP(server->vcpus, SLOTS_PER_PAGE);
	void *page;
	int err;

	mutex_lock(&map->lock);
	err = -EINVAL;
	resource = map->resource;
	if (!resource || resource->domid != server->domid ||
	    resource->type != RESOURCE_IOREQ_SERVER ||
	    first < resource->first ||
	    resource->idx + (first - resource->first) != FRAME_OF_VCPU_0 ||
	    pages > resource->first + resource->nr - first)
		goto out;

	frame = resource->frame + (first - resource->first);
	if (xen_pv_domain()) {
		server->kmap = privcmd_pv_kmap(frame, pages, resource->owner);
		err = -ENOMEM;
		if (!server->kmap)
			goto out;
	}
	for (i = 0; i < server->vcpus; i++) {
		page = server->kmap ?
		       server->kmap->addr + i / SLOTS_PER_PAGE * PAGE_SIZE :
		       page_address(pfn_to_page(frame[i / SLOTS_PER_PAGE]));
		server->ports[i].slot = (struct ioreq_slot *)page +
					i % SLOTS_PER_PAGE;
	}
	err = 0;
out:
	mutex_unlock(&map->lock);
	return err;
}

static void slots_release(struct ioreq_server *server)
{
	if (server->kmap)
		privcmd_pv_kunmap(server->kmap);
	privcmd_map_put(server->place.map);
}

static int ports_copy(struct ioreq_server *server, u64 uports)
{
	unsigned int __user *from = u64_to_user_ptr(uports);
	unsigned int i;

	for (i = 0; i < server->vcpus; i++) {
		if (get_user(server->ports[i].port, from + i))
			return -EFAULT;
		server->ports[i].server = server;
	}
	return 0;
}

/* With no doorbell yet, and in no list. */
struct ioreq_server *privcmd_ioreq_new(struct privcmd_file *pf,
				       const struct privcmd_ioeventfd *args,
				       const struct place *place)
{
	struct ioreq_server *server;
	int err;

	server = kvzalloc(struct_size(server, ports, args->vcpus),
			  GFP_KERNEL_ACCOUNT);
	if (!server)
		return ERR_PTR(-ENOMEM);
	server->file = pf;
	server->domid = args->dom;
	server->generation = xen_resume_generation();
	server->place = *place;
	refcount_inc(&place->map->users);
	server->uaddr = args->ioreq;
	server->vcpus = args->vcpus;
	hash_init(server->eventfds);

	err = ports_copy(server, args->ports);
	if (err)
		goto err_slots;
	err = slots_locate(server);
	if (err)
		goto err_slots;
	err = ports_attach(server);
	if (err)
		goto err_slots;
	return server;

err_slots:
	slots_release(server);
	kvfree(server);
	return ERR_PTR(err);
}

/* One that is in no list. Without ports there are no handlers. */
void privcmd_ioreq_free(struct ioreq_server *server)
{
	struct hlist_node *next;
	struct ioeventfd *e;
	int bucket;

	ports_detach(server, server->vcpus);
	hash_for_each_safe(server->eventfds, bucket, next, e, node) {
		eventfd_ctx_put(e->eventfd);
		kfree(e);
	}
	slots_release(server);
	kvfree(server);
}
