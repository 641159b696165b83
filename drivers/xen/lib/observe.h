/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an administrator can see of a module: whom it refused what, and who has
 * which of its files open. xen-hypercall.ko has the code, and the directory in
 * debugfs; Documentation/ABI/testing/debugfs-xen-devices has the format.
 *
 * Nothing that succeeds is counted here. Totals are the sum over the open
 * files, made when somebody reads them.
 *
 * No more headers than these: privcmd's export is checksummed with all that is
 * included where it is.
 */
#ifndef XEN_LIB_OBSERVE_H
#define XEN_LIB_OBSERVE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <xen/interface/xen.h>

struct dentry;
struct seq_file;

/* One open file, part of the driver's own structure for it. */
struct xen_observed_file {
	struct list_head node;
	pid_t pid;
	char comm[16];
};

/**
 * struct xen_observed - one module
 * @name: of its directory
 * @reasons: the names of what its ioctls refuse for, by number
 * @nr_reasons: how many
 * @refused: how often, for each of them
 * @show_stats: prints its totals, which are sums over @files; called with
 *	@lock held, and waits for nothing
 * @show_file: prints the fields of one file; called with @lock held, and waits
 *	for nothing
 * @lock: protects what follows; taken by open, close, and whoever reads
 * @files: the files that are open, oldest first
 * @open: how many
 * @opened: how many there ever were
 * @dir: its directory, or an error, which is of no consequence
 */
struct xen_observed {
	const char *name;
	const char *const *reasons;
	unsigned int nr_reasons;
	atomic_long_t *refused;
	void (*show_stats)(struct seq_file *m, const struct list_head *files);
	void (*show_file)(struct seq_file *m, struct xen_observed_file *file);

	/* Protects: */
	struct mutex lock;
	struct list_head files;
	unsigned long open;
	unsigned long opened;

	struct dentry *dir;
};

/**
 * xen_observe() - show a module in debugfs.
 * @observed: the module
 *
 * For its init, before there is a node to open. Cannot fail: a kernel without
 * debugfs shows nothing.
 */
void xen_observe(struct xen_observed *observed);

/**
 * xen_unobserve() - end that.
 * @observed: the module
 *
 * For its exit. Nobody reads when it returns.
 */
void xen_unobserve(struct xen_observed *observed);

/**
 * xen_observe_open() - list a file.
 * @observed: the module
 * @file: the file, set up so far that it can be shown
 */
void xen_observe_open(struct xen_observed *observed,
		      struct xen_observed_file *file);

/**
 * xen_observe_close() - take a file from the list.
 * @observed: the module
 * @file: the file, before any of it is torn down
 */
void xen_observe_close(struct xen_observed *observed,
		       struct xen_observed_file *file);

/**
 * xen_observe_restriction() - print what a file is restricted to.
 * @m: where
 * @domid: the domain, or DOMID_INVALID
 */
void xen_observe_restriction(struct seq_file *m, domid_t domid);

/* For xen-hypercall itself: the directory of all of them. */
void xen_observe_init(void);
void xen_observe_exit(void);

/* One more refusal. */
static inline void xen_observe_refusal(struct xen_observed *observed,
				       unsigned int reason)
{
	atomic_long_inc(&observed->refused[reason]);
}

#endif
