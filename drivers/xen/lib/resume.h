/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domain was saved and restored: migrated, hibernated, or brought back from
 * a checkpoint. Part of xen-hypercall.ko.
 *
 * Whatever Xen gave this domain before, ports, grant handles, foreign frames and
 * the numbers of other domains, is gone then, and its numbers may be given out
 * again. A domain that is only suspended and goes on has not been restored.
 */
#ifndef XEN_LIB_RESUME_H
#define XEN_LIB_RESUME_H

struct notifier_block;

/**
 * xen_resume_generation() - how often the domain has been restored.
 *
 * Who keeps a name that Xen gave keeps this beside it, and uses the name only
 * while it is the same.
 *
 * Context: any.
 * Return: a number that changes with each restore.
 */
unsigned int xen_resume_generation(void);

/**
 * xen_resume_register() - have a function called after each restore.
 * @nb: the function; it sees the new generation
 *
 * It runs while user space is frozen and before the kernel's own devices are
 * resumed, and may sleep. It must not wait for a lock that a process can hold
 * while it waits for user memory: the process may be frozen there.
 *
 * Return: 0; cannot fail.
 */
int xen_resume_register(struct notifier_block *nb);

/**
 * xen_resume_unregister() - end that.
 * @nb: what was registered
 *
 * The function is not running when it returns.
 */
void xen_resume_unregister(struct notifier_block *nb);

/* For xen-hypercall itself. */
int xen_resume_init(void);
void xen_resume_exit(void);

#endif
