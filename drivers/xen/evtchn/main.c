// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-evtchn: /dev/xen/evtchn, event channels for processes.
 *
 * Objects:
 *
 *	struct evtchn_file	an open file; owns its ports and a ring
 *	struct evtchn_port	a bound port; found through the index (port.c)
 *	struct evtchn_ring	ports that fired and were not read (ring.c)
 *
 * The life of an event: the interrupt handler queues the port in the ring of
 * its file and leaves the port masked (lateeoi), read() takes it out, write()
 * unmasks it. An event that comes meanwhile stays pending in Xen. A bound port
 * starts unmasked.
 *
 * When the domain was restored, the kernel has forgotten the ports of before: it
 * has IRQs without a port. So has each file: its ports are taken out of the
 * index at once (evtchn_port_lose_all()), which frees their numbers, and out of
 * the file when it next binds, is reset, or is closed. A port is never closed by
 * its number, but through its IRQ, which is the same object for as long as we
 * hold a reference to it.
 *
 * Lock hierarchy:
 *
 *	evtchn_file.bind_lock	bind, unbind, reset, restrict
 *	  tables_lock			a table of the index (port.c)
 *	  evtchn_ring.cons_lock	read, reset, ring growth; held while a reader's
 *				memory is written, which can take long
 *	    evtchn_ring.prod_lock	interrupt, ring growth
 *
 * Notification, write() and a resume take none of them: they look the port up
 * in the index and hold a reference on it. Unbinding waits for the last one with
 * bind_lock held.
 *
 * Vocabulary: a port is *bound* to a file, *fires* when its event is
 * delivered, and is *unmasked* by write().
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/events.h>
#include <xen/evtchn.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/xen.h>
#include <xen/xen.h>

#include "evtchn/evtchn.h"
#include "evtchn/trace.h"
#include "hypercall/hypercall.h"
#include "lib/files.h"
#include "lib/ioctl.h"
#include "lib/resume.h"

/* What read() and write() take at most in one call, in bytes. */
#define EVTCHN_IO_MAX	PAGE_SIZE

/* So many ports are unmasked without an allocation. */
#define EVTCHN_WRITE_STACK	32

static long evtchn_notify(struct xen_ioctl_call *call)
{
	const struct ioctl_evtchn_notify *arg = call->arg;
	struct evtchn_send send = { .port = arg->port };
	struct evtchn_port *p;
	long ret;

	p = evtchn_port_get(call->file, send.port);
	if (!p)
		return -ENOTCONN;
	/* A peer that is not there, or gone, is no error of the caller's. */
	ret = xen_hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_send,
			     (unsigned long)&send);
	trace_notify(send.port, ret);
	evtchn_port_put(p);
	return 0;
}

/* Once restricted, a file stays so. */
static int evtchn_check_first_restrict(void *file)
{
	struct evtchn_file *ef = file;

	return xen_restricted(&ef->restriction) ? -EACCES : 0;
}

static long evtchn_restrict(struct xen_ioctl_call *call)
{
	const struct ioctl_evtchn_restrict_domid *arg = call->arg;
	struct evtchn_file *ef = call->file;
	int err = 0;

	if (arg->domid == 0 || arg->domid >= DOMID_FIRST_RESERVED)
		return -EINVAL;

	/* When it returns, no bind that began without it is under way. */
	mutex_lock(&ef->bind_lock);
	if (!xen_restrict_set(&ef->restriction, arg->domid))
		err = -EACCES;
	mutex_unlock(&ef->bind_lock);
	return err;
}

/* The structures are the same for a 32-bit caller. */
static const struct xen_ioctl evtchn_table[] = {
	XEN_IOCTL(IOCTL_EVTCHN_BIND_VIRQ, struct ioctl_evtchn_bind_virq,
		  evtchn_bind_virq,
		  .check = evtchn_check_unrestricted),
	XEN_IOCTL(IOCTL_EVTCHN_BIND_INTERDOMAIN, struct ioctl_evtchn_bind_interdomain,
		  evtchn_bind_interdomain),
	XEN_IOCTL(IOCTL_EVTCHN_BIND_UNBOUND_PORT, struct ioctl_evtchn_bind_unbound_port,
		  evtchn_bind_unbound,
		  .check = evtchn_check_unrestricted),
	XEN_IOCTL(IOCTL_EVTCHN_UNBIND, struct ioctl_evtchn_unbind,
		  evtchn_unbind),
	XEN_IOCTL(IOCTL_EVTCHN_NOTIFY, struct ioctl_evtchn_notify,
		  evtchn_notify),
	XEN_IOCTL(IOCTL_EVTCHN_RESET, struct {}, evtchn_reset),
	XEN_IOCTL(IOCTL_EVTCHN_RESTRICT_DOMID, struct ioctl_evtchn_restrict_domid,
		  evtchn_restrict,
		  .check = evtchn_check_first_restrict),
	XEN_IOCTL(IOCTL_EVTCHN_BIND_STATIC, struct ioctl_evtchn_bind,
		  evtchn_bind_static),
};

static const struct xen_ioctls evtchn_ioctls = {
	.device		= "evtchn",
	.table		= evtchn_table,
	.nr		= ARRAY_SIZE(evtchn_table),
	/* Not -ENOTTY, on this device: callers know it this way. */
	.unknown	= -ENOSYS,
};

static long evtchn_ioctl(struct file *file, unsigned int cmd,
			 unsigned long arg)
{
	return xen_ioctl(&evtchn_ioctls, file->private_data, cmd, arg);
}

/* Whole ports only. */
static size_t evtchn_io_size(size_t count)
{
	return min_t(size_t, round_down(count, sizeof(evtchn_port_t)),
		     EVTCHN_IO_MAX);
}

static ssize_t evtchn_read(struct file *file, char __user *buf, size_t count,
			   loff_t *ppos)
{
	struct evtchn_file *ef = file->private_data;
	size_t ports = evtchn_io_size(count) / sizeof(evtchn_port_t);
	ssize_t ret;

	if (!ports)
		return 0;

	for (;;) {
		ret = evtchn_ring_read(&ef->ring, buf, ports);
		if (ret != -EAGAIN || (file->f_flags & O_NONBLOCK))
			return ret;
		ret = wait_event_interruptible(ef->ring.wait,
					       evtchn_ring_ready(&ef->ring));
		if (ret)
			return ret;
	}
}

static void evtchn_unmask_port(struct evtchn_port *p)
{
	/* A full barrier; pairs with the one in evtchn_interrupt(). */
	if (!test_and_clear_bit(EVTCHN_PORT_FIRED, &p->flags))
		return;
	/*
	 * If it fired again, it belongs in the ring again, and stays masked. The
	 * handler may find it before we do, and then queues it itself.
	 */
	if (!evtchn_port_requeue(p))
		xen_irq_lateeoi(p->irq, 0);
}

/* A port that is not ours, or did not fire, is passed over. */
static void evtchn_unmask(struct evtchn_file *ef, evtchn_port_t port)
{
	struct evtchn_port *p;

	p = evtchn_port_get(ef, port);
	if (!p)
		return;
	evtchn_unmask_port(p);
	evtchn_port_put(p);
}

static ssize_t evtchn_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	struct evtchn_file *ef = file->private_data;
	evtchn_port_t on_stack[EVTCHN_WRITE_STACK];
	evtchn_port_t *ports = on_stack;
	size_t i;

	count = evtchn_io_size(count);
	if (!count)
		return 0;

	/* All of it is read before anything is done, in case it faults. */
	if (count > sizeof(on_stack)) {
		ports = kmalloc(count, GFP_KERNEL);
		if (!ports)
			return -ENOMEM;
	}
	if (copy_from_user(ports, buf, count)) {
		count = -EFAULT;
		goto out;
	}
	for (i = 0; i < count / sizeof(*ports); i++)
		evtchn_unmask(ef, ports[i]);
out:
	if (ports != on_stack)
		kfree(ports);
	return count;
}

static __poll_t evtchn_poll(struct file *file, poll_table *wait)
{
	struct evtchn_file *ef = file->private_data;

	poll_wait(file, &ef->ring.wait, wait);
	/* Pairs with ring_wake(). Not every kernel has it in poll_wait(). */
	smp_mb();
	/* Reading does not wait, and says why: there is nothing to wait for. */
	if (evtchn_ring_lost(&ef->ring))
		return EPOLLIN | EPOLLRDNORM | EPOLLHUP | EPOLLERR;
	/* An overflow hides everything else until it is reset. */
	if (evtchn_ring_overflow(&ef->ring))
		return EPOLLERR;
	if (evtchn_ring_pending(&ef->ring))
		return EPOLLOUT | EPOLLWRNORM | EPOLLIN | EPOLLRDNORM;
	return EPOLLOUT | EPOLLWRNORM;
}

static int evtchn_fasync(int fd, struct file *file, int on)
{
	struct evtchn_file *ef = file->private_data;

	return fasync_helper(fd, file, on, &ef->ring.fasync);
}

static int evtchn_open(struct inode *inode, struct file *file)
{
	struct evtchn_file *ef;

	ef = kzalloc(sizeof(*ef), GFP_KERNEL_ACCOUNT);
	if (!ef)
		return -ENOMEM;
	ef->name = kasprintf(GFP_KERNEL_ACCOUNT, "evtchn:%s", current->comm);
	if (!ef->name) {
		kfree(ef);
		return -ENOMEM;
	}
	evtchn_ring_init(&ef->ring);
	mutex_init(&ef->bind_lock);
	INIT_LIST_HEAD(&ef->ports);
	xen_restrict_init(&ef->restriction, DOMID_INVALID);

	xen_files_add(&evtchn_files, &ef->entry);
	file->private_data = ef;
	return stream_open(inode, file);
}

static int evtchn_release(struct inode *inode, struct file *file)
{
	struct evtchn_file *ef = file->private_data;

	xen_files_del(&evtchn_files, &ef->entry);
	evtchn_unbind_all(ef);
	evtchn_ring_destroy(&ef->ring);
	kfree(ef->name);
	kfree(ef);
	return 0;
}

static const struct file_operations evtchn_fops = {
	.owner		= THIS_MODULE,
	.open		= evtchn_open,
	.release	= evtchn_release,
	.read		= evtchn_read,
	.write		= evtchn_write,
	.poll		= evtchn_poll,
	.fasync		= evtchn_fasync,
	.unlocked_ioctl	= evtchn_ioctl,
	/* The structures are the same for a 32-bit caller. */
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice evtchn_miscdev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "xen/evtchn",
	.fops	= &evtchn_fops,
};

static int evtchn_restored(struct notifier_block *nb, unsigned long unused,
			   void *data)
{
	evtchn_port_lose_all();
	return NOTIFY_DONE;
}

static struct notifier_block evtchn_resume = {
	.notifier_call = evtchn_restored,
};

static int __init evtchn_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;
	xen_files_init(&evtchn_files);
	xen_resume_register(&evtchn_resume);
	err = misc_register(&evtchn_miscdev);
	if (err) {
		xen_resume_unregister(&evtchn_resume);
		xen_files_exit(&evtchn_files);
		pr_err("cannot make /dev/xen/evtchn (%d); is another module's still there?\n",
		       err);
	}
	return err;
}

static void __exit evtchn_exit(void)
{
	misc_deregister(&evtchn_miscdev);
	xen_resume_unregister(&evtchn_resume);
	xen_files_exit(&evtchn_files);
	evtchn_port_exit();
}

module_init(evtchn_init);
module_exit(evtchn_exit);

MODULE_DESCRIPTION("Xen event channels for user space (/dev/xen/evtchn)");
MODULE_VERSION(XEN_DEVICES_VERSION);
MODULE_LICENSE("GPL");
