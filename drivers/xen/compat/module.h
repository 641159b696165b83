/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_DEVICES_COMPAT_MODULE_H
#define XEN_DEVICES_COMPAT_MODULE_H

#include <linux/module.h>

#ifndef COMPAT_HAVE_NS_STRING
/* 6.13, "module: Convert symbol namespace to string literal". */
#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns) MODULE_INFO(import_ns, ns)
#endif

#endif
