// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOCTL_PRIVCMD_IRQFD: an eventfd that raises an interrupt in a guest.
 *
 * Each irqfd belongs to the open file that made it, and goes with it. An
 * eventfd has one irqfd at most, in the whole system.
 *
 * Whoever signals the eventfd does so with its waitqueue locked and interrupts
 * off. That is no place for a hypercall, so we only take the count there and
 * leave the rest to a worker. Signals that come before the worker are one
 * interrupt, as they would be one read of the eventfd.
 *
 * Lock hierarchy:
 *
 *	irqfd_lock			the table and the files' lists
 *	  waitqueue of the eventfd	(the kernel's) to begin to listen
 *	    a workqueue's		(the kernel's) from whoever signals
 *
 * To end listening the waitqueue is locked without irqfd_lock. Nobody waits for
 * user memory, or for memory, under either.
 *
 * The end: who takes an irqfd out of the table, under irqfd_lock, ends it,
 * after dropping the lock. That is DEASSIGN, the release of the file, or a
 * worker when the eventfd itself goes away.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <xen/interface/xen.h>
#include <xen/interface/hvm/dm_op.h>
#include <xen/privcmd.h>
#include <xen/xen-ops.h>

#include "compat/workqueue.h"
#include "hypercall/hypercall.h"
#include "lib/resume.h"
#include "lib/ioctl.h"
#include "privcmd/dm_op.h"
#include "privcmd/privcmd.h"

struct irqfd {
	struct privcmd_file *file;
	struct eventfd_ctx *eventfd;
	/* The domain, and as long as this is the same. */
	domid_t domid;
	unsigned int generation;
	struct work_struct inject;
	struct work_struct hangup;

	wait_queue_entry_t wait;
	wait_queue_head_t *wqh;
	poll_table pt;

	/* Protected by irqfd_lock. */
	struct hlist_node in_table;
	struct list_head in_file;

	/* The operation, one buffer. */
	u32 size;
	u8 op[] __aligned(8);
};

static DEFINE_MUTEX(irqfd_lock);
static DEFINE_HASHTABLE(irqfd_table, 8);
static struct workqueue_struct *irqfd_wq;

static struct irqfd *irqfd_find_locked(const struct eventfd_ctx *eventfd)
{
	struct irqfd *irqfd;

	lockdep_assert_held(&irqfd_lock);

	hash_for_each_possible(irqfd_table, irqfd, in_table,
			       (unsigned long)eventfd) {
		if (irqfd->eventfd == eventfd)
			return irqfd;
	}
	return NULL;
}

static void irqfd_link_locked(struct irqfd *irqfd)
{
	struct privcmd_file *pf = irqfd->file;

	lockdep_assert_held(&irqfd_lock);

	hash_add(irqfd_table, &irqfd->in_table, (unsigned long)irqfd->eventfd);
	list_add(&irqfd->in_file, &pf->irqfds);
	WRITE_ONCE(pf->nr_irqfds, pf->nr_irqfds + 1);
}

static void irqfd_unlink_locked(struct irqfd *irqfd)
{
	struct privcmd_file *pf = irqfd->file;

	lockdep_assert_held(&irqfd_lock);

	WRITE_ONCE(pf->nr_irqfds, pf->nr_irqfds - 1);
	hash_del(&irqfd->in_table);
	list_del_init(&irqfd->in_file);
}

static void irqfd_inject(struct work_struct *work)
{
	struct irqfd *irqfd = container_of(work, struct irqfd, inject);
	struct xen_dm_op_buf buf = { .size = irqfd->size };

	/* The file may have been restricted since, or the domain restored. */
	if (irqfd->generation != xen_resume_generation() ||
	    !xen_restrict_allows(&irqfd->file->restriction, irqfd->domid))
		return;
	set_xen_guest_handle(buf.h, irqfd->op);
	/* Nobody is there to be told what Xen answers. */
	xen_hypercall3(__HYPERVISOR_dm_op, irqfd->domid, 1, (unsigned long)&buf);
}

/* Out of the table, and ours alone: no signal reaches it after this. */
static void irqfd_unlisten(struct irqfd *irqfd)
{
	u64 count;

	eventfd_ctx_remove_wait_queue(irqfd->eventfd, &irqfd->wait, &count);
}

/*
 * What was signalled before is delivered first. By us, if no worker has begun:
 * we may be one, and would wait for another that gets no turn because of us.
 */
static void irqfd_free(struct irqfd *irqfd)
{
	if (cancel_work_sync(&irqfd->inject))
		irqfd_inject(&irqfd->inject);
	eventfd_ctx_put(irqfd->eventfd);
	kfree(irqfd);
}

/* For all but the hang-up itself, which may be on its way. */
static void irqfd_end(struct irqfd *irqfd)
{
	irqfd_unlisten(irqfd);
	cancel_work_sync(&irqfd->hangup);
	irqfd_free(irqfd);
}

/* The last reference on the eventfd's file is gone. */
static void irqfd_hangup(struct work_struct *work)
{
	struct irqfd *irqfd = container_of(work, struct irqfd, hangup);
	bool ours;

	mutex_lock(&irqfd_lock);
	ours = hash_hashed(&irqfd->in_table);
	if (ours)
		irqfd_unlink_locked(irqfd);
	mutex_unlock(&irqfd_lock);
	if (!ours)
		return;
	irqfd_unlisten(irqfd);
	irqfd_free(irqfd);
}

/* From the eventfd, with its waitqueue locked and interrupts off. */
static int irqfd_wakeup(wait_queue_entry_t *wait, unsigned int mode, int sync,
			void *key)
{
	struct irqfd *irqfd = container_of(wait, struct irqfd, wait);
	__poll_t events = key_to_poll(key);
	u64 count;

	if (events & EPOLLIN) {
		eventfd_ctx_do_read(irqfd->eventfd, &count);
		queue_work(irqfd_wq, &irqfd->inject);
	}
	if (events & EPOLLHUP)
		queue_work(irqfd_wq, &irqfd->hangup);
	return 0;
}

static void irqfd_enqueue(struct file *file, wait_queue_head_t *wqh,
			  poll_table *pt)
{
	struct irqfd *irqfd = container_of(pt, struct irqfd, pt);

	irqfd->wqh = wqh;
	add_wait_queue_priority(wqh, &irqfd->wait);
}

/* Begin to listen, and do not miss what was signalled before. */
static void irqfd_listen(struct irqfd *irqfd, struct file *eventfd_file)
{
	u64 count;

	init_waitqueue_func_entry(&irqfd->wait, irqfd_wakeup);
	init_poll_funcptr(&irqfd->pt, irqfd_enqueue);
	if (!(vfs_poll(eventfd_file, &irqfd->pt) & EPOLLIN))
		return;
	spin_lock_irq(&irqfd->wqh->lock);
	eventfd_ctx_do_read(irqfd->eventfd, &count);
	spin_unlock_irq(&irqfd->wqh->lock);
	if (count)
		queue_work(irqfd_wq, &irqfd->inject);
}

static struct irqfd *irqfd_new(struct privcmd_file *pf,
			       const struct privcmd_irqfd *args)
{
	struct irqfd *irqfd;

	irqfd = kzalloc(struct_size(irqfd, op, args->size), GFP_KERNEL_ACCOUNT);
	if (!irqfd)
		return ERR_PTR(-ENOMEM);
	irqfd->file = pf;
	irqfd->domid = args->dom;
	irqfd->generation = xen_resume_generation();
	irqfd->size = args->size;
	INIT_WORK(&irqfd->inject, irqfd_inject);
	INIT_WORK(&irqfd->hangup, irqfd_hangup);
	if (copy_from_user(irqfd->op, u64_to_user_ptr(args->dm_op),
			   args->size)) {
		kfree(irqfd);
		return ERR_PTR(-EFAULT);
	}
	return irqfd;
}

/* Takes over the irqfd; fails when the eventfd has one. */
static int irqfd_publish(struct irqfd *irqfd, struct file *eventfd_file)
{
	int err = 0;

	mutex_lock(&irqfd_lock);
	if (irqfd_find_locked(irqfd->eventfd)) {
		err = -EBUSY;
	} else {
		irqfd_link_locked(irqfd);
		/* Under the lock: nobody ends what has not begun. */
		irqfd_listen(irqfd, eventfd_file);
	}
	mutex_unlock(&irqfd_lock);
	return err;
}

static int irqfd_assign(struct privcmd_file *pf,
			const struct privcmd_irqfd *args)
{
	unsigned int max = privcmd_dm_op_max_size();
	struct file *eventfd_file;
	struct irqfd *irqfd;
	u32 code;
	int err;

	if (args->size > max)
		return privcmd_refuse_dm_op_size(args->size, max);
	irqfd = irqfd_new(pf, args);
	if (IS_ERR(irqfd))
		return PTR_ERR(irqfd);
	/* One buffer is what it gets. */
	code = privcmd_dm_op_code(irqfd->op, irqfd->size);
	if (privcmd_dm_op_min_bufs(code) > 1) {
		err = -EINVAL;
		goto err_irqfd;
	}

	eventfd_file = eventfd_fget(args->fd);
	if (IS_ERR(eventfd_file)) {
		err = PTR_ERR(eventfd_file);
		goto err_irqfd;
	}
	irqfd->eventfd = eventfd_ctx_fileget(eventfd_file);
	err = irqfd_publish(irqfd, eventfd_file);
	if (err)
		eventfd_ctx_put(irqfd->eventfd);
	/* Not before it listens, or the hang-up could be missed. */
	fput(eventfd_file);
	if (!err)
		return 0;

err_irqfd:
	kfree(irqfd);
	return err;
}

/* Not an error if there is none. One of another file counts as none. */
static int irqfd_deassign(struct privcmd_file *pf,
			  const struct privcmd_irqfd *args)
{
	struct eventfd_ctx *eventfd;
	struct irqfd *irqfd;

	eventfd = eventfd_ctx_fdget(args->fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);

	mutex_lock(&irqfd_lock);
	irqfd = irqfd_find_locked(eventfd);
	if (irqfd && irqfd->file != pf)
		irqfd = NULL;
	if (irqfd)
		irqfd_unlink_locked(irqfd);
	mutex_unlock(&irqfd_lock);

	if (irqfd)
		irqfd_end(irqfd);
	eventfd_ctx_put(eventfd);
	return 0;
}

long privcmd_irqfd(struct xen_ioctl_call *call)
{
	const struct privcmd_irqfd *args = call->arg;
	int err;

	if (args->flags & ~PRIVCMD_IRQFD_FLAG_DEASSIGN)
		return -EINVAL;
	err = privcmd_check_domid(call->file, args->dom);
	if (err)
		return err;
	if (args->flags & PRIVCMD_IRQFD_FLAG_DEASSIGN)
		return irqfd_deassign(call->file, args);
	return irqfd_assign(call->file, args);
}

/* The file is being closed: no ioctl runs. A hang-up may. */
void privcmd_irqfd_release(struct privcmd_file *pf)
{
	struct irqfd *irqfd, *next;
	LIST_HEAD(mine);

	mutex_lock(&irqfd_lock);
	list_for_each_entry_safe(irqfd, next, &pf->irqfds, in_file) {
		irqfd_unlink_locked(irqfd);
		list_add(&irqfd->in_file, &mine);
	}
	mutex_unlock(&irqfd_lock);

	list_for_each_entry_safe(irqfd, next, &mine, in_file)
		irqfd_end(irqfd);
	/* A hang-up that unlinked its irqfd itself still looks at the file. */
	flush_workqueue(irqfd_wq);
}

/* Takes no lock, as privcmd_ioeventfd_count(). */
unsigned int privcmd_irqfd_count(struct privcmd_file *pf)
{
	return READ_ONCE(pf->nr_irqfds);
}

int privcmd_irqfd_init(void)
{
	irqfd_wq = alloc_workqueue("xen-privcmd-irqfd", WQ_PERCPU | WQ_HIGHPRI, 0);
	return irqfd_wq ? 0 : -ENOMEM;
}

void privcmd_irqfd_exit(void)
{
	destroy_workqueue(irqfd_wq);
}
