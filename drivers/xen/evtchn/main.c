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
#include "evtchn/observe.h"
#include "evtchn/trace.h"
#include "hypercall/hypercall.h"
#include "lib/resume.h"

/* What read() and write() take at most in one call, in bytes. */
#define EVTCHN_IO_MAX	PAGE_SIZE

/* So many ports are unmasked without an allocation. */
#define EVTCHN_WRITE_STACK	32

static int evtchn_notify(struct evtchn_file *ef,
			 struct ioctl_evtchn_notify __user *arg)
{
	struct evtchn_send send;
	struct evtchn_port *p;
	long ret;

	if (get_user(send.port, &arg->port))
		return -EFAULT;

	p = evtchn_port_get(ef, send.port);
	if (!p)
		return evtchn_refuse(EVTCHN_R_NOT_BOUND, -ENOTCONN, send.port);
	/* A peer that is not there, or gone, is no error of the caller's. */
	ret = xen_hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_send,
			     (unsigned long)&send);
	trace_notify(send.port, ret);
	evtchn_port_put(p);
	return 0;
}

static int restricted_before(const struct evtchn_file *ef)
{
	return evtchn_refuse(EVTCHN_R_RESTRICTED_BEFORE, -EACCES,
			     READ_ONCE(ef->restriction.domid));
}

static int evtchn_restrict(struct evtchn_file *ef, void __user *arg)
{
	struct ioctl_evtchn_restrict_domid restrict_to;
	int err = 0;

	if (xen_restricted(&ef->restriction))
		return restricted_before(ef);
	if (copy_from_user(&restrict_to, arg, sizeof(restrict_to)))
		return -EFAULT;
	if (restrict_to.domid == 0 || restrict_to.domid >= DOMID_FIRST_RESERVED)
		return evtchn_refuse(EVTCHN_R_DOMID, -EINVAL, restrict_to.domid);

	/* When it returns, no bind that began without it is under way. */
	mutex_lock(&ef->bind_lock);
	if (!xen_restrict_set(&ef->restriction, restrict_to.domid))
		err = restricted_before(ef);
	mutex_unlock(&ef->bind_lock);
	return err;
}

static __always_inline long do_ioctl(struct evtchn_file *ef, unsigned int cmd,
				     void __user *uarg)
{
	switch (cmd) {
	case IOCTL_EVTCHN_NOTIFY:
		return evtchn_notify(ef, uarg);
	case IOCTL_EVTCHN_BIND_VIRQ:
		return evtchn_bind_virq(ef, uarg);
	case IOCTL_EVTCHN_BIND_INTERDOMAIN:
		return evtchn_bind_interdomain(ef, uarg);
	case IOCTL_EVTCHN_BIND_UNBOUND_PORT:
		return evtchn_bind_unbound(ef, uarg);
	case IOCTL_EVTCHN_BIND_STATIC:
		return evtchn_bind_static(ef, uarg);
	case IOCTL_EVTCHN_UNBIND:
		return evtchn_unbind(ef, uarg);
	case IOCTL_EVTCHN_RESET:
		evtchn_reset(ef);
		return 0;
	case IOCTL_EVTCHN_RESTRICT_DOMID:
		return evtchn_restrict(ef, uarg);
	default:
		/* Not -ENOTTY, on this device: callers know it this way. */
		return evtchn_refuse(EVTCHN_R_IOCTL, -ENOSYS, cmd);
	}
}

/* Once more, so that a call that nobody traces keeps nothing for the end. */
static noinline long traced_ioctl(struct evtchn_file *ef, unsigned int cmd,
				  void __user *uarg)
{
	long ret;

	trace_ioctl_enter(cmd);
	ret = do_ioctl(ef, cmd, uarg);
	trace_ioctl_exit(cmd, ret);
	return ret;
}

static long evtchn_ioctl(struct file *file, unsigned int cmd,
			 unsigned long arg)
{
	struct evtchn_file *ef = file->private_data;
	void __user *uarg = (void __user *)arg;

	if (trace_ioctl_enter_enabled() || trace_ioctl_exit_enabled())
		return traced_ioctl(ef, cmd, uarg);
	return do_ioctl(ef, cmd, uarg);
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
					       evtchn_ring_pending(&ef->ring) ||
					       evtchn_ring_lost(&ef->ring));
		if (ret)
			return ret;
	}
}

static void evtchn_unmask_port(struct evtchn_port *p)
{
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
			return evtchn_refuse(EVTCHN_R_MEMORY, -ENOMEM, count);
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

	evtchn_observe_open(ef);
	file->private_data = ef;
	return stream_open(inode, file);
}

static int evtchn_release(struct inode *inode, struct file *file)
{
	struct evtchn_file *ef = file->private_data;

	evtchn_observe_close(ef);
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
	evtchn_observe_init();
	xen_resume_register(&evtchn_resume);
	err = misc_register(&evtchn_miscdev);
	if (err) {
		xen_resume_unregister(&evtchn_resume);
		evtchn_observe_exit();
		pr_err("cannot make /dev/xen/evtchn (%d); is another module's still there?\n",
		       err);
	}
	return err;
}

static void __exit evtchn_exit(void)
{
	misc_deregister(&evtchn_miscdev);
	xen_resume_unregister(&evtchn_resume);
	evtchn_observe_exit();
	evtchn_port_exit();
}

module_init(evtchn_init);
module_exit(evtchn_exit);

MODULE_DESCRIPTION("Xen event channels for user space (/dev/xen/evtchn)");
MODULE_VERSION(XEN_DEVICES_VERSION);
MODULE_LICENSE("GPL");
