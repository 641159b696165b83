/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The open files of a device: what debugfs shows of them, and who has to hear
 * that the domain was restored. xen-hypercall.ko has the code;
 * Documentation/ABI/testing/debugfs-xen-devices has the format.
 *
 * Totals are the sum over the open files, made when somebody reads them:
 * nothing that succeeds is counted.
 *
 * No more headers than these: privcmd's export is checksummed with all that is
 * included where it is.
 */
#ifndef XEN_LIB_FILES_H
#define XEN_LIB_FILES_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <xen/interface/xen.h>

struct dentry;
struct seq_file;
struct xen_refusals;

/* One open file, part of the driver's own structure for it. */
struct xen_file {
	struct list_head node;
	pid_t pid;
	char comm[16];
};

/**
 * struct xen_files - the open files of a device
 * @name: of its directory in debugfs
 * @refusals: what its driver refused
 * @show_stats: prints its totals, which are sums over @list; called with
 *	@lock held, and waits for nothing
 * @show_file: prints the fields of one file; called with @lock held, and waits
 *	for nothing
 * @lock: protects @list, @open and @opened; taken by open, close, whoever reads
 *	debugfs, and a resume
 * @list: the files, oldest first
 * @open: how many
 * @opened: how many there ever were
 * @dir: the directory, or an error, which is of no consequence
 */
struct xen_files {
	const char *name;
	const struct xen_refusals *refusals;
	void (*show_stats)(struct seq_file *m, const struct list_head *list);
	void (*show_file)(struct seq_file *m, struct xen_file *file);

	/* Protects the next three. */
	struct mutex lock;
	struct list_head list;
	unsigned long open;
	unsigned long opened;

	struct dentry *dir;
};

/**
 * xen_files_init() - show a device in debugfs.
 * @files: the files of the device
 *
 * For the driver's init, before there is a node to open. Cannot fail: a kernel
 * without debugfs shows nothing.
 */
void xen_files_init(struct xen_files *files);

/**
 * xen_files_exit() - end that.
 * @files: the files of the device
 *
 * For the driver's exit. Nobody reads when it returns.
 */
void xen_files_exit(struct xen_files *files);

/**
 * xen_files_add() - list a file that is being opened.
 * @files: the files of the device
 * @file: the file, set up so far that it can be shown
 */
void xen_files_add(struct xen_files *files, struct xen_file *file);

/**
 * xen_files_del() - take a file that is being closed from the list.
 * @files: the files of the device
 * @file: the file, before any of it is torn down
 */
void xen_files_del(struct xen_files *files, struct xen_file *file);

/**
 * xen_files_show_restriction() - print what a file is restricted to.
 * @m: where
 * @domid: the domain, or DOMID_INVALID
 */
void xen_files_show_restriction(struct seq_file *m, domid_t domid);

/* For xen-hypercall itself: the directory of all of them. */
void xen_files_dir_init(void);
void xen_files_dir_exit(void);

#endif
