// SPDX-License-Identifier: GPL-2.0-only
/*
 * The open files of the devices, and their directories in debugfs. See files.h;
 * part of xen-hypercall, which all drivers stand on.
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

#include "lib/files.h"
#include "lib/refusals.h"

static struct dentry *top;

static int refusals_show(struct seq_file *m, void *unused)
{
	const struct xen_files *files = m->private;
	const struct xen_refusals *refusals = files->refusals;
	unsigned int i;

	for (i = 0; i < refusals->nr; i++)
		seq_printf(m, "%s %ld\n", refusals->reasons[i],
			   atomic_long_read(&refusals->count[i]));
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(refusals);

static int stats_show(struct seq_file *m, void *unused)
{
	struct xen_files *files = m->private;

	mutex_lock(&files->lock);
	seq_printf(m, "open %lu\nopened %lu\n", files->open, files->opened);
	files->show_stats(m, &files->list);
	mutex_unlock(&files->lock);
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
	struct xen_files *files = m->private;
	struct xen_file *file;

	mutex_lock(&files->lock);
	list_for_each_entry(file, &files->list, node) {
		seq_printf(m, "pid=%d ", file->pid);
		files->show_file(m, file);
		seq_puts(m, " comm=");
		show_name(m, file->comm);
		seq_putc(m, '\n');
	}
	mutex_unlock(&files->lock);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(files);

void xen_files_show_restriction(struct seq_file *m, domid_t domid)
{
	if (domid == DOMID_INVALID)
		seq_puts(m, "restricted=no");
	else if (domid == DOMID_IDLE)
		seq_puts(m, "restricted=all");
	else
		seq_printf(m, "restricted=%u", domid);
}
EXPORT_SYMBOL_GPL(xen_files_show_restriction);

void xen_files_add(struct xen_files *files, struct xen_file *file)
{
	static_assert(sizeof(file->comm) == TASK_COMM_LEN);

	file->pid = task_tgid_nr(current);
	get_task_comm(file->comm, current);
	mutex_lock(&files->lock);
	list_add_tail(&file->node, &files->list);
	files->open++;
	files->opened++;
	mutex_unlock(&files->lock);
}
EXPORT_SYMBOL_GPL(xen_files_add);

void xen_files_del(struct xen_files *files, struct xen_file *file)
{
	mutex_lock(&files->lock);
	list_del(&file->node);
	files->open--;
	mutex_unlock(&files->lock);
}
EXPORT_SYMBOL_GPL(xen_files_del);

void xen_files_init(struct xen_files *files)
{
	struct dentry *dir;

	mutex_init(&files->lock);
	INIT_LIST_HEAD(&files->list);
	dir = debugfs_create_dir(files->name, top);
	debugfs_create_file("refusals", 0400, dir, files, &refusals_fops);
	debugfs_create_file("stats", 0400, dir, files, &stats_fops);
	debugfs_create_file("files", 0400, dir, files, &files_fops);
	files->dir = dir;
}
EXPORT_SYMBOL_GPL(xen_files_init);

/* Waits for those who read. */
void xen_files_exit(struct xen_files *files)
{
	debugfs_remove(files->dir);
	mutex_destroy(&files->lock);
}
EXPORT_SYMBOL_GPL(xen_files_exit);

void __init xen_files_dir_init(void)
{
	top = debugfs_create_dir("xen-devices", NULL);
}

void xen_files_dir_exit(void)
{
	debugfs_remove(top);
}
