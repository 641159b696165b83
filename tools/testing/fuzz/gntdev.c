// SPDX-License-Identifier: GPL-2.0-only
/* Calls of /dev/xen/gntdev. */
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <xen/gntdev.h>

#include "machine.h"

#define REFS	64

#define GNTCOPY_source_gref	1
#define GNTCOPY_dest_gref	2

static long map_refs(__u32 slot, __u32 dom, __u32 ref, __u32 count, __u32 keep,
		     __u32 how, int thread)
{
	struct ioctl_gntdev_map_grant_ref arg = { .count = count };
	char *at = place(how, MAIN, sizeof(arg) + (count % 1024) * 8, thread);
	struct ioctl_gntdev_grant_ref list[REFS];
	unsigned int i;
	long ret;

	for (i = 0; i < REFS; i++)
		list[i] = (struct ioctl_gntdev_grant_ref){
			.domid = get_domid(dom), .ref = ref + i,
		};
	put(at, &arg, sizeof(arg));
	put(at + offsetof(typeof(arg), refs), list, sizeof(list));
	ret = ioctl(get_fd(slot), IOCTL_GNTDEV_MAP_GRANT_REF, at);
	if (ret)
		return ret;
	get(&arg, at, sizeof(arg));
	keep_index(slot, keep, arg.index, count);
	return 0;
}

long gntdev_map(const __u32 *a, int thread)
{
	return map_refs(a[0], a[1], a[2], a[3], a[4], a[5], thread);
}

/* What most do: at once, and of the same length. */
long gntdev_map_mmap(const __u32 *a, int thread)
{
	__u32 pages = a[3] % 16 + 1;
	int prot = a[6] & 1 ? PROT_READ : PROT_READ | PROT_WRITE;
	int private = (a[6] & 3) == 3 && can_be_private(a[0] % NR_FDS);
	void *at;

	if (map_refs(a[0], a[1], a[2], pages, a[4], 0, thread))
		return -1;
	at = map_at(pages * 4096, prot, private ? MAP_PRIVATE : MAP_SHARED, get_fd(a[0]),
		    get_offset(a[0], a[4] % NR_KEPT));
	if (at == MAP_FAILED)
		return -1;
	keep_map(a[0], a[5], at, pages * 4096);
	return 0;
}

long gntdev_unmap(const __u32 *a, int thread)
{
	struct ioctl_gntdev_unmap_grant_ref arg = {
		.index = get_offset(a[0], a[1]),
		/* Mostly the right one. */
		.count = a[2] & 3 ? get_index(a[0], a[1])->count : a[2],
	};

	return ioctl(get_fd(a[0]), IOCTL_GNTDEV_UNMAP_GRANT_REF,
		     give(a[3], &arg, sizeof(arg), thread));
}

long gntdev_offset(const __u32 *a, int thread)
{
	struct ioctl_gntdev_get_offset_for_vaddr arg = {
		.vaddr = address_in(get_map_of(a[0], a[1]), a[2]),
	};

	return ioctl(get_fd(a[0]), IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR,
		     give(a[3], &arg, sizeof(arg), thread));
}

long gntdev_notify(const __u32 *a, int thread)
{
	struct ioctl_gntdev_unmap_notify arg = {
		.index = get_offset(a[0], a[1]) + a[2], .action = a[3],
		.event_channel_port = get_port(a[4]),
	};

	return ioctl(get_fd(a[0]), IOCTL_GNTDEV_SET_UNMAP_NOTIFY,
		     give(a[5], &arg, sizeof(arg), thread));
}

static void segment(struct gntdev_grant_copy_segment *s, const __u32 *a, unsigned int i,
		    int thread)
{
	__u32 kind = (a[4] >> i % 4) & 3;

	memset(s, 0, sizeof(*s));
	s->flags = kind ? kind : a[4] & 31;
	s->len = a[5];
	if (s->flags & GNTCOPY_source_gref) {
		s->source.foreign.ref = a[2] + i;
		s->source.foreign.domid = get_domid(a[1]);
		s->source.foreign.offset = a[6];
	} else {
		s->source.virt = place(i & 1 ? a[7] : 0, SECOND, s->len, thread);
	}
	if (s->flags & GNTCOPY_dest_gref) {
		s->dest.foreign.ref = a[2] + i + 1;
		s->dest.foreign.domid = get_domid(a[1]);
		s->dest.foreign.offset = a[6] / 2;
	} else {
		s->dest.virt = (char *)place(i & 2 ? a[7] : 0, THIRD, s->len, thread) +
			       a[6] % 4096;
	}
}

long gntdev_copy(const __u32 *a, int thread)
{
	struct gntdev_grant_copy_segment list[REFS];
	struct ioctl_gntdev_grant_copy arg = { .count = a[3] };
	unsigned int i;

	arg.segments = place(a[7] / 2, LIST, (a[3] % 512) * sizeof(*list), thread);
	for (i = 0; i < a[3] && i < REFS; i++)
		segment(&list[i], a, i, thread);
	put(arg.segments, list, i * sizeof(*list));
	return ioctl(get_fd(a[0]), IOCTL_GNTDEV_GRANT_COPY,
		     give(a[7], &arg, sizeof(arg), thread));
}

long gntdev_export(const __u32 *a, int thread)
{
	struct ioctl_gntdev_dmabuf_exp_from_refs arg = {
		.domid = get_domid(a[1]), .count = a[3],
		/* The fake has one area for coherent memory, which is not enough. */
		.flags = a[4] & ~(GNTDEV_DMA_FLAG_WC | GNTDEV_DMA_FLAG_COHERENT),
	};
	char *at = place(a[6], MAIN, sizeof(arg) + (a[3] % 1024) * 4, thread);
	__u32 list[REFS], i;
	long ret;

	for (i = 0; i < REFS; i++)
		list[i] = a[2] + i;
	put(at, &arg, sizeof(arg));
	put(at + offsetof(typeof(arg), refs), list, sizeof(list));
	ret = ioctl(get_fd(a[0]), IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, at);
	if (ret)
		return ret;
	get(&arg, at, sizeof(arg));
	set_fd(a[5], arg.fd);
	machine.pages[a[5] % NR_FDS] = arg.count;
	return 0;
}

long gntdev_wait(const __u32 *a, int thread)
{
	struct ioctl_gntdev_dmabuf_exp_wait_released arg = {
		.fd = get_fd(a[1]), .wait_to_ms = a[2] % 16,
	};

	return ioctl(get_fd(a[0]), IOCTL_GNTDEV_DMABUF_EXP_WAIT_RELEASED,
		     give(a[3], &arg, sizeof(arg), thread));
}

/* As many pages as the dma-buf has, or nearly. */
long gntdev_import(const __u32 *a, int thread)
{
	struct ioctl_gntdev_dmabuf_imp_to_refs arg = {
		.fd = get_fd(a[1]), .domid = get_domid(a[3]),
		.count = a[2] & 7 ? machine.pages[a[1] % NR_FDS] : a[2],
	};
	void *at = place(a[5], MAIN, sizeof(arg) + (arg.count % 1024) * 4, thread);
	long ret;

	put(at, &arg, sizeof(arg));
	ret = ioctl(get_fd(a[0]), IOCTL_GNTDEV_DMABUF_IMP_TO_REFS, at);
	if (ret)
		return ret;
	get(&arg, at, sizeof(arg));
	machine.grefs[a[4] % NR_KEPT] = arg.refs[0];
	return 0;
}

long gntdev_release(const __u32 *a, int thread)
{
	struct ioctl_gntdev_dmabuf_imp_release arg = {
		.fd = get_fd(a[1]),
	};

	return ioctl(get_fd(a[0]), IOCTL_GNTDEV_DMABUF_IMP_RELEASE,
		     give(a[2], &arg, sizeof(arg), thread));
}
