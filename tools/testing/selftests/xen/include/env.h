/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests run on: whose modules, which kind of domain.
 *
 * Whoever starts the tests says whose modules are loaded in the environment
 * variable XEN_MODULES, "ours" or "stock". Without it a test may only do what
 * is safe on both.
 *
 * Nothing passes silently: a test that lacks something is skipped with the
 * reason, or it fails where the environment vouches for the thing.
 */
#ifndef XT_ENV_H
#define XT_ENV_H

#include <stdbool.h>

#define XEN_DEV_EVTCHN		"/dev/xen/evtchn"
#define XEN_DEV_GNTALLOC	"/dev/xen/gntalloc"
#define XEN_DEV_GNTDEV		"/dev/xen/gntdev"
#define XEN_DEV_HYPERCALL	"/dev/xen/hypercall"
#define XEN_DEV_PRIVCMD		"/dev/xen/privcmd"

/* Somebody vouches for the environment: what is missing is an error. */
bool env_is_declared(void);

bool env_is_ours(void);
bool env_is_stock(void);

/* Page tables made by the guest itself. */
bool env_is_pv(void);
/* Second-level page tables, so no frame numbers of the machine. */
bool env_is_pvh(void);

/* Does Xen move a page of this domain's to where it maps it by its own grant? */
bool env_loses_own_grants(void);

/* Is there no such file, and nobody vouched for it? Reason for a skip. */
bool env_lacks(const char *path);

#endif
