// SPDX-License-Identifier: GPL-2.0-only
/*
 * The domain was saved and restored: what the files had is of another life.
 *
 * Foreign frames did not come along. In a PV domain the page tables were
 * restored without them, and the machine addresses that were noted for emptying
 * are other pages' now: a map of before is left to the kernel (pv_empty.c). In
 * an auto-translated one there is nothing behind our pages any more, so they are
 * taken out of the page tables, and touching them is SIGBUS. In either the map
 * cannot be filled any further.
 *
 * The numbers of other domains mean others now. A file that was restricted to one
 * loses its right, irqfds inject nothing and ioeventfds listen no more. Files
 * that are opened from now on ask XenStore anew.
 *
 * What belongs to a map, an irqfd or an ioeventfd compares the generation that it
 * was made in; the files are visited here, with user space frozen.
 */
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/notifier.h>

#include <xen/xen.h>

#include "lib/resume.h"
#include "privcmd/privcmd.h"

static void file_resumed(struct privcmd_file *pf)
{
	privcmd_restrict_file_resumed(pf);
	if (!xen_pv_domain())
		unmap_mapping_range(pf->mapping, 0, 0, true);
}

static int resumed(struct notifier_block *nb, unsigned long event, void *data)
{
	struct privcmd_file *pf;

	mutex_lock(&privcmd_files.lock);
	list_for_each_entry(pf, &privcmd_files.list, entry.node)
		file_resumed(pf);
	mutex_unlock(&privcmd_files.lock);
	privcmd_restrict_resumed();
	return NOTIFY_DONE;
}

static struct notifier_block resume_notifier = {
	.notifier_call = resumed,
};

void __init privcmd_resume_init(void)
{
	xen_resume_register(&resume_notifier);
}

void privcmd_resume_exit(void)
{
	xen_resume_unregister(&resume_notifier);
}
