/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-privcmd, shared by its files. main.c tells the model.
 */
#ifndef XEN_PRIVCMD_PRIVCMD_H
#define XEN_PRIVCMD_PRIVCMD_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>

#include "lib/observe.h"
#include "lib/restrict.h"

struct privcmd_hypercall;
struct privcmd_mmap_entry;

/* One open file of /dev/xen/privcmd. */
struct privcmd_file {
	struct xen_restrict restriction;
	/* Of all that is mapped of the node. */
	struct address_space *mapping;

	/* Protected by irqfd.c's own lock; how many can be read without. */
	struct list_head irqfds;
	unsigned int nr_irqfds;

	/* For the list and what the servers in it listen to. */
	struct mutex ioeventfd_lock;
	/* Protected by ioeventfd_lock; how many can be read without. */
	struct list_head ioreq_servers;
	unsigned int nr_ioreq_servers;

	/* Mappings that have a map, and the pages of those. */
	atomic_t mappings;
	atomic_long_t pages;

	struct xen_observed_file observed;
};

/* MMAPBATCH, either version, from either kind of caller. */
struct privcmd_batch_args {
	unsigned long num;
	unsigned long addr;
	/* Frame numbers, of 32 bits if narrow. */
	void __user *arr;
	bool narrow;
	/* Second version: where the errors go. */
	int __user *err;
	domid_t dom;
};

/* MMAP; the entries are the same for every caller. */
struct privcmd_runs_args {
	unsigned long num;
	const struct privcmd_mmap_entry __user *entry;
	domid_t dom;
};

/* DM_OP. */
struct privcmd_dm_op_args {
	const void __user *ubufs;
	/* The buffers are described with 32-bit pointers and sizes. */
	bool narrow;
	unsigned int num;
	domid_t dom;
};

/* main.c; xenfs.ko links to both. */
extern const struct file_operations xen_privcmd_fops;
extern const struct file_operations xen_privcmdbuf_fops;

/* hypercall.c */
long privcmd_hypercall(struct privcmd_file *pf,
		       struct privcmd_hypercall __user *arg);

/* restrict.c */
int privcmd_restrict(struct privcmd_file *pf, void __user *arg);
int privcmd_restrict_open(struct privcmd_file *pf);
void privcmd_restrict_file_resumed(struct privcmd_file *pf);
void privcmd_restrict_resumed(void);
void privcmd_restrict_init(void);
void privcmd_restrict_exit(void);

/* batch.c */
int privcmd_mmapbatch(struct privcmd_file *pf,
		      const struct privcmd_batch_args *args);
int privcmd_mmap_runs(struct privcmd_file *pf,
		      const struct privcmd_runs_args *args);

/* resource.c */
int privcmd_mmap_resource(struct privcmd_file *pf, void __user *arg);

/* dm_op.c */
long privcmd_dm_op(struct privcmd_file *pf,
		   const struct privcmd_dm_op_args *args);

/* pcidev.c */
int privcmd_pcidev_get_gsi(struct privcmd_file *pf, void __user *arg);

/* irqfd.c */
int privcmd_irqfd(struct privcmd_file *pf, void __user *arg);
void privcmd_irqfd_release(struct privcmd_file *pf);
unsigned int privcmd_irqfd_count(struct privcmd_file *pf);
int privcmd_irqfd_init(void);
void privcmd_irqfd_exit(void);

/* ioeventfd.c */
int privcmd_ioeventfd(struct privcmd_file *pf, void __user *arg);
void privcmd_ioeventfd_release(struct privcmd_file *pf);
unsigned int privcmd_ioeventfd_count(struct privcmd_file *pf);

/* resume.c */
void privcmd_resume_init(void);
void privcmd_resume_exit(void);

/* ioctl.c */
long privcmd_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
#ifdef CONFIG_COMPAT
long privcmd_compat_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg);
#else
#define privcmd_compat_ioctl NULL
#endif

/* buf.c */
extern struct miscdevice privcmd_buf_miscdev;

#endif
