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

#include "lib/files.h"
#include "lib/refusals.h"
#include "lib/restrict.h"

struct xen_ioctl_call;

/* The comment says what the number is about. */
enum privcmd_reason {
	/* The file may not act on the domain: its number. */
	PRIVCMD_R_RESTRICTED,
	/* Xen answers HYPERCALL with an errno: 0. */
	PRIVCMD_R_HYPERCALL,
	/* The mapping is larger than memory, or than all may have: its pages. */
	PRIVCMD_R_MAPPING_SIZE,
	/* Xen refuses a frame: its number. A batch goes on. */
	PRIVCMD_R_FRAME,
	/* Frames of a batch are paged out: the first of them. */
	PRIVCMD_R_PAGED_OUT,
	/* Xen refuses the resource: its type. */
	PRIVCMD_R_RESOURCE,
	/* The parameters of this name: what was asked for. */
	PRIVCMD_R_LIMIT_BUFS,
	PRIVCMD_R_LIMIT_SIZE,
	/* Xen refuses the operation of DM_OP: its code. */
	PRIVCMD_R_DM_OP,
	PRIVCMD_REASONS,
};

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

	struct xen_file entry;
};

/* main.c; xenfs.ko links to both. */
extern const struct file_operations xen_privcmd_fops;
extern const struct file_operations xen_privcmdbuf_fops;

/* trace.c */
extern const struct xen_refusals privcmd_refusals;

/* Count a refusal, and return @err. */
static inline int privcmd_refuse(enum privcmd_reason reason, int err, u64 what)
{
	return xen_refuse(&privcmd_refusals, reason, err, what);
}

/* debugfs.c */
extern struct xen_files privcmd_files;

/* hypercall.c */
long privcmd_hypercall(struct xen_ioctl_call *call);

/* restrict.c */
long privcmd_restrict(struct xen_ioctl_call *call);
int privcmd_check_unrestricted(void *file);
int privcmd_check_domid(struct privcmd_file *pf, domid_t domid);
int privcmd_restrict_open(struct privcmd_file *pf);
void privcmd_restrict_file_resumed(struct privcmd_file *pf);
void privcmd_restrict_resumed(void);
void privcmd_restrict_init(void);
void privcmd_restrict_exit(void);

/* batch.c */
int privcmd_check_pv(void *file);
long privcmd_mmapbatch(struct xen_ioctl_call *call);
long privcmd_mmapbatch_v2(struct xen_ioctl_call *call);
long privcmd_mmap_runs(struct xen_ioctl_call *call);

/* resource.c */
long privcmd_mmap_resource(struct xen_ioctl_call *call);

/* dm_op.c */
long privcmd_dm_op(struct xen_ioctl_call *call);

/* pcidev.c */
long privcmd_pcidev_get_gsi(struct xen_ioctl_call *call);

/* irqfd.c */
long privcmd_irqfd(struct xen_ioctl_call *call);
void privcmd_irqfd_release(struct privcmd_file *pf);
unsigned int privcmd_irqfd_count(struct privcmd_file *pf);
int privcmd_irqfd_init(void);
void privcmd_irqfd_exit(void);

/* ioeventfd.c */
long privcmd_ioeventfd(struct xen_ioctl_call *call);
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
