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

#ifndef COMPAT_HAVE_ZAP_SPECIAL
/* 7.1, "mm: rename zap_vma_ptes() to zap_special_vma_range()". */
#define zap_special_vma_range(vma, addr, size) zap_vma_ptes(vma, addr, size)
#endif

#ifndef COMPAT_HAVE_FIND_NORMAL_PAGE
/* 6.18, "mm: rename vm_ops->find_special_page() to vm_ops->find_normal_page()". */
#define find_normal_page find_special_page
#endif

#endif
