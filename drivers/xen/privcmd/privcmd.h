/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-privcmd, shared by its files. main.c tells the model.
 */
#ifndef XEN_PRIVCMD_PRIVCMD_H
#define XEN_PRIVCMD_PRIVCMD_H

#include <linux/fs.h>
#include <linux/miscdevice.h>

#include "lib/restrict.h"

/* One open file of /dev/xen/privcmd. */
struct privcmd_file {
	struct xen_restrict restriction;
};

/* main.c; xenfs.ko links to both. */
extern const struct file_operations xen_privcmd_fops;
extern const struct file_operations xen_privcmdbuf_fops;

/* hypercall.c */
long privcmd_hypercall(struct privcmd_file *pf, void __user *arg);

/* restrict.c */
int privcmd_restrict(struct privcmd_file *pf, void __user *arg);
int privcmd_restrict_open(struct privcmd_file *pf);
void privcmd_restrict_init(void);
void privcmd_restrict_exit(void);

/* buf.c */
extern struct miscdevice privcmd_buf_miscdev;

#endif
