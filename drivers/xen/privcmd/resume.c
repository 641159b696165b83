// SPDX-License-Identifier: GPL-2.0-only
/*
 * The domain was saved and restored.
 *
 * Foreign frames did not come along. In a PV domain the page tables were
 * restored without them, and the machine addresses of their entries belong to
 * other pages now: Xen is not asked to clear them (pv.c). In an auto-translated
 * domain there is nothing behind our pages any more, so they are taken out of the
 * page tables, and touching them is SIGBUS. In both, no ioctl fills a map that
 * was made before (map.c).
 *
 * The numbers of other domains name others now. A file that was restricted to a
 * domain may act on none, irqfds inject nothing and ioeventfds listen no more.
 * Files that are opened from now on ask XenStore anew.
 *
 * A map, an irqfd or an ioeventfd compares the xen_resume_generation() of when it
 * was made; the files are visited here, with user space frozen.
 */
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/notifier.h>

#include <xen/xen.h>

#include "lib/resume.h"
#include "privcmd/privcmd.h"

static void privcmd_file_resumed(struct privcmd_file *pf)
{
	privcmd_restrict_file_resumed(pf);
	if (!xen_pv_domain())
		unmap_mapping_range(pf->mapping, 0, 0, true);
}

static int privcmd_resumed(struct notifier_block *nb, unsigned long event, void *data)
{
	struct privcmd_file *pf;

	mutex_lock(&privcmd_files.lock);
	list_for_each_entry(pf, &privcmd_files.list, entry.node)
		privcmd_file_resumed(pf);
	mutex_unlock(&privcmd_files.lock);
	privcmd_restrict_resumed();
	return NOTIFY_DONE;
}

static struct notifier_block privcmd_resume_notifier = {
	.notifier_call = privcmd_resumed,
};

void __init privcmd_resume_init(void)
{
	xen_resume_register(&privcmd_resume_notifier);
}

void privcmd_resume_exit(void)
{
	xen_resume_unregister(&privcmd_resume_notifier);
}
