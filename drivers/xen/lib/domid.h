/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_LIB_DOMID_H
#define XEN_LIB_DOMID_H

#include <xen/interface/xen.h>

/**
 * xen_own_domid() - the number of this domain.
 *
 * Asks Xen, by three hypercalls and for a moment with a port: a port that is
 * open to DOMID_SELF is shown with the number. That works in every kind of
 * domain and on every architecture, with or without XenStore. The number is
 * another after the domain was restored.
 *
 * Context: may sleep.
 * Return: the number, or DOMID_INVALID if Xen does not tell: no port is left, or
 * a policy forbids it.
 */
domid_t xen_own_domid(void);

#endif
