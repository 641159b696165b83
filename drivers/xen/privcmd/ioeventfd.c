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
 *	struct ioreq_server	one page of requests, as an open file uses it
 *				(ioreq.c). Holds the map of the page, a kernel
 *				address for it (PV), and a reference on each
 *				event channel. Known by the map: at the address
 *				of one that was unmapped there may be another
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
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/privcmd.h>

#include "lib/ioctl.h"
#include "privcmd/ioreq.h"
#include "privcmd/map.h"
#include "privcmd/privcmd.h"

#define MAX_VCPUS		4096

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
		return PTR_ERR(server);
	if (!server) {
		if (!*fresh)
			return 1;
		swap(server, *fresh);
		server_list(server);
	}
	if (eventfd_find(server, e->eventfd))
		return -EBUSY;
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
	fresh = privcmd_ioreq_new(pf, args, place);
	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	ret = ioeventfd_add_to(pf, args, place, e, &fresh);
	/* Another thread has made one meanwhile. */
	if (fresh)
		privcmd_ioreq_free(fresh);
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
		return PTR_ERR(place.map);
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
		return -EINVAL;
	if (!args->vcpus || args->vcpus > MAX_VCPUS)
		return -EINVAL;

	e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	if (!e)
		return -ENOMEM;
	e->addr = args->addr;
	e->len = args->addr_len;
	e->vq = args->vq;
	e->eventfd = eventfd_ctx_fdget(args->event_fd);
	if (IS_ERR(e->eventfd)) {
		err = PTR_ERR(e->eventfd);
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
		privcmd_ioreq_free(last);
	return 0;
}

static int ioeventfd_deassign(struct privcmd_file *pf,
			      const struct privcmd_ioeventfd *args)
{
	struct eventfd_ctx *eventfd;
	int err;

	eventfd = eventfd_ctx_fdget(args->event_fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	err = ioeventfd_remove(pf, args, eventfd);
	eventfd_ctx_put(eventfd);
	if (err)
		return err;
	return 0;
}

long privcmd_ioeventfd(struct xen_ioctl_call *call)
{
	const struct privcmd_ioeventfd *args = call->arg;
	int err;

	if (args->flags & ~PRIVCMD_IOEVENTFD_FLAG_DEASSIGN)
		return -EINVAL;
	err = privcmd_check_domid(call->file, args->dom);
	if (err)
		return err;
	if (args->flags & PRIVCMD_IOEVENTFD_FLAG_DEASSIGN)
		return ioeventfd_deassign(call->file, args);
	return ioeventfd_assign(call->file, args);
}

/* Takes no lock: whoever opens or closes a file waits for who asks. */
unsigned int privcmd_ioeventfd_count(struct privcmd_file *pf)
{
	return READ_ONCE(pf->nr_ioreq_servers);
}

/* The file is being closed. */
void privcmd_ioeventfd_release(struct privcmd_file *pf)
{
	struct ioreq_server *server, *next;

	list_for_each_entry_safe(server, next, &pf->ioreq_servers, node) {
		list_del(&server->node);
		privcmd_ioreq_free(server);
	}
}
