// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modules in debugfs. See observe.h; part of xen-hypercall, which all of
 * them stand on.
 *
 * A file that is listed is one that can be looked at: close takes it from the
 * list, under the lock that a reader holds, before anything else happens to it.
 * What a reader finds in it may change meanwhile. A driver's show_stats() and
 * show_file() read words and wait for nothing: each open and close of a node
 * waits for them.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "lib/observe.h"

static struct dentry *top;

static int refusals_show(struct seq_file *m, void *unused)
{
	const struct xen_observed *observed = m->private;
	unsigned int i;

	for (i = 0; i < observed->nr_reasons; i++)
		seq_printf(m, "%s %ld\n", observed->reasons[i],
			   atomic_long_read(&observed->refused[i]));
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(refusals);

static int stats_show(struct seq_file *m, void *unused)
{
	struct xen_observed *observed = m->private;

	mutex_lock(&observed->lock);
	seq_printf(m, "open %lu\nopened %lu\n", observed->open,
		   observed->opened);
	observed->show_stats(m, &observed->files);
	mutex_unlock(&observed->lock);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(stats);

/* A process can call itself anything: its name does not end the field. */
static void show_name(struct seq_file *m, const char *comm)
{
	for (; *comm; comm++) {
		if (*comm > ' ' && *comm < 0x7f && *comm != '\\')
			seq_putc(m, *comm);
		else
			seq_printf(m, "\\%03o", (unsigned char)*comm);
	}
}

static int files_show(struct seq_file *m, void *unused)
{
	struct xen_observed *observed = m->private;
	struct xen_observed_file *file;

	mutex_lock(&observed->lock);
	list_for_each_entry(file, &observed->files, node) {
		seq_printf(m, "pid=%d ", file->pid);
		observed->show_file(m, file);
		seq_puts(m, " comm=");
		show_name(m, file->comm);
		seq_putc(m, '\n');
	}
	mutex_unlock(&observed->lock);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(files);

void xen_observe_restriction(struct seq_file *m, domid_t domid)
{
	if (domid == DOMID_INVALID)
		seq_puts(m, "restricted=no");
	else if (domid == DOMID_IDLE)
		seq_puts(m, "restricted=all");
	else
		seq_printf(m, "restricted=%u", domid);
}
EXPORT_SYMBOL_GPL(xen_observe_restriction);

void xen_observe_open(struct xen_observed *observed,
		      struct xen_observed_file *file)
{
	static_assert(sizeof(file->comm) == TASK_COMM_LEN);

	file->pid = task_tgid_nr(current);
	get_task_comm(file->comm, current);
	mutex_lock(&observed->lock);
	list_add_tail(&file->node, &observed->files);
	observed->open++;
	observed->opened++;
	mutex_unlock(&observed->lock);
}
EXPORT_SYMBOL_GPL(xen_observe_open);

void xen_observe_close(struct xen_observed *observed,
		       struct xen_observed_file *file)
{
	mutex_lock(&observed->lock);
	list_del(&file->node);
	observed->open--;
	mutex_unlock(&observed->lock);
}
EXPORT_SYMBOL_GPL(xen_observe_close);

void xen_observe(struct xen_observed *observed)
{
	struct dentry *dir;

	mutex_init(&observed->lock);
	INIT_LIST_HEAD(&observed->files);
	dir = debugfs_create_dir(observed->name, top);
	debugfs_create_file("refusals", 0400, dir, observed, &refusals_fops);
	debugfs_create_file("stats", 0400, dir, observed, &stats_fops);
	debugfs_create_file("files", 0400, dir, observed, &files_fops);
	observed->dir = dir;
}
EXPORT_SYMBOL_GPL(xen_observe);

/* Waits for those who read. */
void xen_unobserve(struct xen_observed *observed)
{
	debugfs_remove(observed->dir);
	mutex_destroy(&observed->lock);
}
EXPORT_SYMBOL_GPL(xen_unobserve);

void __init xen_observe_init(void)
{
	top = debugfs_create_dir("xen-devices", NULL);
}

void xen_observe_exit(void)
{
	debugfs_remove(top);
}
