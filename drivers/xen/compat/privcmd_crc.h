/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the file that exports xen_privcmd_fops includes ahead of all else.
 *
 * xenfs.ko was built against the stock module, and loads only if the symbol
 * has the same checksum in ours. The checksum goes over the type, down through
 * every structure that is defined where the export is compiled. So the set of
 * structures that are visible there must be that of the stock file: these
 * headers give it, and each further one may spoil it. "make check" compares
 * the checksums.
 */
#ifndef XEN_DEVICES_COMPAT_PRIVCMD_CRC_H
#define XEN_DEVICES_COMPAT_PRIVCMD_CRC_H

#include <linux/mman.h>
#include <linux/security.h>
#include <linux/swap.h>

#include <xen/interface/xen.h>
#include <xen/xen-ops.h>

#include <asm/xen/hypercall.h>

/* 6.7: the stock file has ioeventfd. */
#ifdef COMPAT_HAVE_IOREQ_H
#include <xen/events.h>
#endif

#endif
