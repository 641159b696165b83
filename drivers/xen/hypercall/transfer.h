/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction by which this machine enters Xen, as main.c sees it: the file
 * of the architecture knows which it is, and how a stub of the page looks.
 */
#ifndef XEN_HYPERCALL_TRANSFER_H
#define XEN_HYPERCALL_TRANSFER_H

#include <linux/types.h>

/* Its name, for people. */
const char *xen_hypercall_transfer(void);

/* Is the page as page.S means it, with that instruction in each stub? */
bool xen_hypercall_page_is_right(void);

#endif
