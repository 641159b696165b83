/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_DEVICES_COMPAT_MM_H
#define XEN_DEVICES_COMPAT_MM_H

#include <linux/mm.h>

#ifndef COMPAT_HAVE_VM_FLAGS_SET
/* 6.3, "mm: introduce vma->vm_flags wrapper functions". */
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma,
				  vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}
#endif

#endif
