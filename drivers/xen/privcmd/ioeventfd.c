// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_IOEVENTFD: a write of a guest that signals an eventfd.
 *
 * A device model shares with Xen a page of requests, a slot for each vCPU of
 * the guest, and an event channel for each slot. When the guest writes to the
 * doorbell of a virtio-mmio device, Xen fills the slot, stops the vCPU and
 * sends the event. Our handler, on the same IRQ as the device model's own,
 * looks whether the request is one that was asked for; if so it signals the
 * eventfd, answers the request and unmasks the event. Any other request is
 * left as it is, for the device model.
 *
 * Objects:
 *
 *	struct ioreq_server	one page of requests, as an open file uses it.
 *				Holds the map of the page, a kernel address for
 *				it (PV), and a reference on each event channel.
 *				Known by the map: at the address of one that was
 *				unmapped there may be another
 *	struct ioeventfd	one doorbell; found by hash in the handler
 *
 * Both go with the last DEASSIGN or with the file.
 *
 * Lock hierarchy:
 *
 *	privcmd_file.ioeventfd_lock	the file's servers, and their hashes for
 *					writing
 *	privcmd_map.lock		what the map maps, for a new server
 *
 * Neither is taken under the other: a server is made, and taken apart, while
 * nobody else can see it and no lock of ours is held. The caller's memory is
 * read then, which can take as long as he likes. mmap_lock is taken for a moment
 * to find the map, before either. The handler holds rcu_read_lock() for the hash,
 * and the eventfd's waitqueue is locked under it.
 *
 * The slot is shared with Xen, and its content comes from the guest: each field
 * is read once.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/hashtable.h>
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
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
#include "privcmd/killed.h"
#include "privcmd/map.h"
#include "privcmd/observe.h"
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

#define MAX_VCPUS		4096

struct ioeventfd {
	struct hlist_node node;
	struct eventfd_ctx *eventfd;
	u64 addr;
	u32 len;
	u32 vq;
};

/*
 * The IRQ is what we hold, with a reference and a handler. The port is a number
 * of Xen's, and good for nothing but to send.
 */
struct ioreq_port {
	struct ioreq_server *server;
	struct ioreq_slot *slot;
	evtchn_port_t port;
	int irq;
};

/* Where the slots begin: a page of a map. */
struct place {
	struct privcmd_map *map;
	unsigned long page;
};

struct ioreq_server {
	struct privcmd_file *file;
	struct list_head node;
	/* The domain, its ports, and as long as this is the same. */
	domid_t domid;
	unsigned int generation;
	/* It has a reference on the map. */
	struct place place;
	/* Its address when it was made, for DEASSIGN when it is there no more. */
	unsigned long uaddr;

	/* PV: our own mapping of the page. */
	struct privcmd_kmap *kmap;

	unsigned int nr_eventfds;
	DECLARE_HASHTABLE(eventfds, 6);

	unsigned int vcpus;
	struct ioreq_port ports[];
};

static u64 doorbell_key(u64 addr, u32 vq)
{
	return addr ^ ((u64)vq << 48);
}

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

	/* The answer comes after what was done about the request. */
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
	/* Xen says "ready" after the rest of the slot. */
	virt_rmb();

	rcu_read_lock();
	eventfd = match_request(server, port->slot, state);
	if (eventfd) {
		/* All is read that is to be read: take the request. */
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
		return privcmd_refuse(PRIVCMD_R_IOREQ_PORT, err, p->port);
	p->irq = irq_from_evtchn(p->port);
	err = request_irq(p->irq, ioreq_interrupt, IRQF_SHARED, "ioeventfd", p);
	if (err) {
		privcmd_refuse(PRIVCMD_R_IOREQ_PORT, err, p->port);
		evtchn_put(p->port);
	}
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
		      privcmd_refuse(PRIVCMD_R_INTERRUPTED, -EINTR, 0) :
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
	const unsigned long first = server->place.page;
	unsigned int i, pages = DIV_ROUND_UP(server->vcpus, SLOTS_PER_PAGE);
	void *page;
	int err;

	mutex_lock(&map->lock);
	err = -EINVAL;
	if (map->resource_domid != server->domid ||
	    map->resource_type != RESOURCE_IOREQ_SERVER ||
	    first < map->resource_first ||
	    map->resource_idx + (first - map->resource_first) != FRAME_OF_VCPU_0 ||
	    pages > map->resource_first + map->resource_nr - first)
		goto out;

	if (xen_pv_domain()) {
		server->kmap = privcmd_pv_kmap(map->frames +
					       (first - map->resource_first),
					       pages, map->resource_owner);
		err = -ENOMEM;
		if (!server->kmap)
			goto out;
	}
	for (i = 0; i < server->vcpus; i++) {
		page = server->kmap ?
		       server->kmap->addr + i / SLOTS_PER_PAGE * PAGE_SIZE :
		       page_address(map->pages[first + i / SLOTS_PER_PAGE]);
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

static struct ioreq_server *server_new(struct privcmd_file *pf,
				       const struct privcmd_ioeventfd *args,
				       const struct place *place)
{
	struct ioreq_server *server;
	int err;

	server = kvzalloc(struct_size(server, ports, args->vcpus),
			  GFP_KERNEL_ACCOUNT);
	if (!server)
		return ERR_PTR(privcmd_refuse(PRIVCMD_R_MEMORY, -ENOMEM, args->vcpus));
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
	if (err) {
		privcmd_refuse(err == -ENOMEM ? PRIVCMD_R_MEMORY : PRIVCMD_R_IOREQ,
			       err, args->ioreq);
		goto err_slots;
	}
	err = ports_attach(server);
	if (err)
		goto err_slots;
	return server;

err_slots:
	slots_release(server);
	kvfree(server);
	return ERR_PTR(err);
}

/* One that is in no list, and has no doorbell. */
static void server_free(struct ioreq_server *server)
{
	ports_detach(server, server->vcpus);
	slots_release(server);
	kvfree(server);
}

static void server_list(struct ioreq_server *server)
{
	struct privcmd_file *pf = server->file;

	lockdep_assert_held(&pf->ioeventfd_lock);

	list_add(&server->node, &pf->ioreq_servers);
	WRITE_ONCE(pf->nr_ioreq_servers, pf->nr_ioreq_servers + 1);
}

static void server_unlist(struct ioreq_server *server)
{
	struct privcmd_file *pf = server->file;

	lockdep_assert_held(&pf->ioeventfd_lock);

	list_del(&server->node);
	WRITE_ONCE(pf->nr_ioreq_servers, pf->nr_ioreq_servers - 1);
}

static bool server_is_at(const struct ioreq_server *server,
			 const struct place *place)
{
	return server->place.map == place->map &&
	       server->place.page == place->page;
}

static bool server_serves(const struct ioreq_server *server,
			  const struct privcmd_ioeventfd *args)
{
	return server->domid == args->dom && server->vcpus == args->vcpus;
}

/* The file's server of the page, NULL, or an error if it is another's. */
static struct ioreq_server *server_find(struct privcmd_file *pf,
					const struct privcmd_ioeventfd *args,
					const struct place *place)
{
	struct ioreq_server *server;

	lockdep_assert_held(&pf->ioeventfd_lock);

	list_for_each_entry(server, &pf->ioreq_servers, node) {
		if (server_is_at(server, place))
			return server_serves(server, args) ? server :
							     ERR_PTR(-EINVAL);
	}
	return NULL;
}

static struct ioeventfd *eventfd_find(struct ioreq_server *server,
				      const struct eventfd_ctx *eventfd)
{
	struct ioeventfd *e;
	int bucket;

	hash_for_each(server->eventfds, bucket, e, node) {
		if (e->eventfd == eventfd)
			return e;
	}
	return NULL;
}

/*
 * Give the doorbell to the server, which is *@fresh if there is none, and then
 * not the caller's any more. Returns 1 if there is neither.
 */
static int ioeventfd_add_locked(struct privcmd_file *pf,
				const struct privcmd_ioeventfd *args,
				const struct place *place,
				struct ioeventfd *e,
				struct ioreq_server **fresh)
{
	struct ioreq_server *server;

	server = server_find(pf, args, place);
	if (IS_ERR(server))
		return privcmd_refuse(PRIVCMD_R_IOREQ_OTHER, PTR_ERR(server),
				      args->ioreq);
	if (!server) {
		if (!*fresh)
			return 1;
		swap(server, *fresh);
		server_list(server);
	}
	if (eventfd_find(server, e->eventfd))
		return privcmd_refuse(PRIVCMD_R_EVENTFD_BUSY, -EBUSY,
				      args->event_fd);
	hash_add_rcu(server->eventfds, &e->node, doorbell_key(e->addr, e->vq));
	server->nr_eventfds++;
	return 0;
}

static int ioeventfd_add_to(struct privcmd_file *pf,
			    const struct privcmd_ioeventfd *args,
			    const struct place *place, struct ioeventfd *e,
			    struct ioreq_server **fresh)
{
	int ret;

	mutex_lock(&pf->ioeventfd_lock);
	ret = ioeventfd_add_locked(pf, args, place, e, fresh);
	mutex_unlock(&pf->ioeventfd_lock);
	return ret;
}

/* Only where there is no server are the ports looked at. */
static int ioeventfd_add_at(struct privcmd_file *pf,
			    const struct privcmd_ioeventfd *args,
			    const struct place *place, struct ioeventfd *e)
{
	struct ioreq_server *fresh = NULL;
	int ret;

	ret = ioeventfd_add_to(pf, args, place, e, &fresh);
	if (ret <= 0)
		return ret;
	fresh = server_new(pf, args, place);
	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	ret = ioeventfd_add_to(pf, args, place, e, &fresh);
	/* Another thread has made one meanwhile. */
	if (fresh)
		server_free(fresh);
	return ret;
}

static int ioeventfd_add(struct privcmd_file *pf,
			 const struct privcmd_ioeventfd *args,
			 struct ioeventfd *e)
{
	struct place place = {};
	int err;

	place.map = privcmd_map_get(args->ioreq, &place.page);
	if (IS_ERR(place.map))
		return privcmd_refuse(PRIVCMD_R_IOREQ, PTR_ERR(place.map),
				      args->ioreq);
	err = ioeventfd_add_at(pf, args, &place, e);
	privcmd_map_put(place.map);
	return err;
}

static int ioeventfd_assign(struct privcmd_file *pf,
			    const struct privcmd_ioeventfd *args)
{
	struct ioeventfd *e;
	u64 end;
	int err;

	if (check_add_overflow(args->addr, (u64)args->addr_len, &end) ||
	    args->addr_len > 8 || !is_power_of_2(args->addr_len))
		return privcmd_refuse(PRIVCMD_R_DOORBELL, -EINVAL, args->addr);
	if (!args->vcpus || args->vcpus > MAX_VCPUS)
		return privcmd_refuse(PRIVCMD_R_VCPUS, -EINVAL, args->vcpus);

	e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	if (!e)
		return privcmd_refuse(PRIVCMD_R_MEMORY, -ENOMEM, 0);
	e->addr = args->addr;
	e->len = args->addr_len;
	e->vq = args->vq;
	e->eventfd = eventfd_ctx_fdget(args->event_fd);
	if (IS_ERR(e->eventfd)) {
		err = privcmd_refuse(PRIVCMD_R_EVENTFD, PTR_ERR(e->eventfd),
				     args->event_fd);
		goto err_free;
	}

	err = ioeventfd_add(pf, args, e);
	if (!err)
		return 0;

	eventfd_ctx_put(e->eventfd);
err_free:
	kfree(e);
	return err;
}

/*
 * The doorbell of an eventfd: of the server whose page is at the address, or of
 * one whose page was there when it was made.
 */
static struct ioeventfd *ioeventfd_find_locked(struct privcmd_file *pf,
					       const struct privcmd_ioeventfd *args,
					       const struct place *place,
					       const struct eventfd_ctx *eventfd,
					       struct ioreq_server **server)
{
	struct ioeventfd *e, *found = NULL;
	struct ioreq_server *s;

	list_for_each_entry(s, &pf->ioreq_servers, node) {
		bool is_there = server_is_at(s, place);

		if (!server_serves(s, args) ||
		    (!is_there && (found || s->uaddr != args->ioreq)))
			continue;
		e = eventfd_find(s, eventfd);
		if (!e)
			continue;
		found = e;
		*server = s;
		if (is_there)
			break;
	}
	return found;
}

/* Take the doorbell out, and its server out of the list if it was the last. */
static struct ioeventfd *ioeventfd_remove_locked(struct privcmd_file *pf,
						 const struct privcmd_ioeventfd *args,
						 const struct place *place,
						 const struct eventfd_ctx *eventfd,
						 struct ioreq_server **last)
{
	struct ioreq_server *server;
	struct ioeventfd *e;

	e = ioeventfd_find_locked(pf, args, place, eventfd, &server);
	if (!e)
		return NULL;
	hash_del_rcu(&e->node);
	if (!--server->nr_eventfds) {
		server_unlist(server);
		*last = server;
	}
	return e;
}

static int ioeventfd_remove(struct privcmd_file *pf,
			    const struct privcmd_ioeventfd *args,
			    const struct eventfd_ctx *eventfd)
{
	struct ioreq_server *last = NULL;
	struct place place = {};
	struct ioeventfd *e;

	place.map = privcmd_map_get(args->ioreq, &place.page);
	mutex_lock(&pf->ioeventfd_lock);
	e = ioeventfd_remove_locked(pf, args, &place, eventfd, &last);
	mutex_unlock(&pf->ioeventfd_lock);
	if (!IS_ERR(place.map))
		privcmd_map_put(place.map);
	if (!e)
		return -ENODEV;
	/* There may be handlers that have found it. */
	synchronize_rcu();
	eventfd_ctx_put(e->eventfd);
	kfree(e);
	if (last)
		server_free(last);
	return 0;
}

static int ioeventfd_deassign(struct privcmd_file *pf,
			      const struct privcmd_ioeventfd *args)
{
	struct eventfd_ctx *eventfd;
	int err;

	eventfd = eventfd_ctx_fdget(args->event_fd);
	if (IS_ERR(eventfd))
		return privcmd_refuse(PRIVCMD_R_EVENTFD, PTR_ERR(eventfd),
				      args->event_fd);
	err = ioeventfd_remove(pf, args, eventfd);
	eventfd_ctx_put(eventfd);
	if (err)
		return privcmd_refuse(PRIVCMD_R_NOT_ASSIGNED, err, args->event_fd);
	return 0;
}

int privcmd_ioeventfd(struct privcmd_file *pf, void __user *arg)
{
	struct privcmd_ioeventfd args;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.flags & ~PRIVCMD_IOEVENTFD_FLAG_DEASSIGN)
		return privcmd_refuse(PRIVCMD_R_FLAGS, -EINVAL, args.flags);
	if (!xen_restrict_allows(&pf->restriction, args.dom))
		return privcmd_refuse(PRIVCMD_R_RESTRICTED, -EPERM, args.dom);
	if (args.flags & PRIVCMD_IOEVENTFD_FLAG_DEASSIGN)
		return ioeventfd_deassign(pf, &args);
	return ioeventfd_assign(pf, &args);
}

/* Takes no lock: whoever opens or closes a file waits for who asks. */
unsigned int privcmd_ioeventfd_count(struct privcmd_file *pf)
{
	return READ_ONCE(pf->nr_ioreq_servers);
}

/* The file is being closed. Without ports there are no handlers. */
void privcmd_ioeventfd_release(struct privcmd_file *pf)
{
	struct ioreq_server *server, *next;
	struct hlist_node *tmp;
	struct ioeventfd *e;
	int bucket;

	list_for_each_entry_safe(server, next, &pf->ioreq_servers, node) {
		list_del(&server->node);
		ports_detach(server, server->vcpus);
		hash_for_each_safe(server->eventfds, bucket, tmp, e, node) {
			eventfd_ctx_put(e->eventfd);
			kfree(e);
		}
		slots_release(server);
		kvfree(server);
	}
}
