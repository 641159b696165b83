// SPDX-License-Identifier: GPL-2.0-only
/* Calls that are not a device's own: of files, memory and tasks, and events. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <xen/evtchn.h>
#include <xen/gntalloc.h>
#include <xen/gntdev.h>
#include <xen/privcmd.h>

#include "machine.h"

#define PAGE	4096ul

long file_open(const __u32 *a, int thread)
{
	set_fd(a[0], -1);
	return get_fd(a[0]);
}

long file_close(const __u32 *a, int thread)
{
	set_fd(a[0], -1);
	return 0;
}

long file_dup(const __u32 *a, int thread)
{
	int fd = dup(get_fd(a[0]));

	if (fd >= 0)
		set_fd(a[1], fd);
	return fd;
}

long file_poll(const __u32 *a, int thread)
{
	struct pollfd p = { .fd = get_fd(a[0]), .events = POLLIN | POLLOUT };

	return poll(&p, 1, 0);
}

long file_fcntl(const __u32 *a, int thread)
{
	int fd = get_fd(a[0]);

	switch (a[1] % 4) {
	case 0:
		fcntl(fd, F_SETOWN, getpid());
		return fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC);
	case 1:
		return fcntl(fd, F_SETFL, O_NONBLOCK);
	case 2:
		return fcntl(fd, F_SETFL, O_ASYNC);
	default:
		return fcntl(fd, F_SETFL, 0);
	}
}

/* Each on the devices for which it is not meant, too. */
long file_any_ioctl(const __u32 *a, int thread)
{
	static const unsigned int cmds[] = {
		IOCTL_EVTCHN_BIND_VIRQ, IOCTL_EVTCHN_BIND_INTERDOMAIN,
		IOCTL_EVTCHN_BIND_UNBOUND_PORT, IOCTL_EVTCHN_UNBIND,
		IOCTL_EVTCHN_NOTIFY, IOCTL_EVTCHN_RESET, IOCTL_EVTCHN_RESTRICT_DOMID,
		IOCTL_EVTCHN_BIND_STATIC, IOCTL_GNTALLOC_ALLOC_GREF,
		IOCTL_GNTALLOC_DEALLOC_GREF, IOCTL_GNTALLOC_SET_UNMAP_NOTIFY,
		IOCTL_GNTDEV_MAP_GRANT_REF, IOCTL_GNTDEV_UNMAP_GRANT_REF,
		IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, IOCTL_GNTDEV_SET_MAX_GRANTS,
		IOCTL_GNTDEV_GRANT_COPY, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS,
		IOCTL_GNTDEV_DMABUF_IMP_RELEASE, IOCTL_PRIVCMD_MMAP,
		IOCTL_PRIVCMD_MMAPBATCH, IOCTL_PRIVCMD_MMAPBATCH_V2,
		IOCTL_PRIVCMD_RESTRICT, IOCTL_PRIVCMD_MMAP_RESOURCE,
		IOCTL_PRIVCMD_IRQFD, IOCTL_PRIVCMD_PCIDEV_GET_GSI,
		IOCTL_PRIVCMD_UNIMPLEMENTED,
	};
	__u32 cmd = a[1];

	if (cmd < 32)
		cmd = cmds[cmd % (sizeof(cmds) / sizeof(*cmds))];
	return ioctl(get_fd(a[0]), cmd, place(a[2], MAIN, 32, thread));
}

long file_read(const __u32 *a, int thread)
{
	return read(get_fd(a[0]), place(a[1], MAIN, a[2], thread), a[2]);
}

long file_signal(const __u32 *a, int thread)
{
	__u64 one = 1;

	return write(get_fd(a[0]), &one, sizeof(one));
}

void *map_at(size_t size, int prot, int flags, int fd, __u64 offset)
{
	void *at = memory_for(size);

	return at ? mmap(at, size, prot, flags | MAP_FIXED_NOREPLACE, fd, offset) : MAP_FAILED;
}

/*
 * User-mode Linux has no special entries in its page tables: in a private mapping
 * it would take the frame of another domain for a page of its own.
 */
int can_be_private(__u32 slot)
{
	if (slot >= FIRST_PRIVCMD && slot < FIRST_HYPERCALL)
		return 0;
	return machine.world == FUZZ_HVM || slot < FIRST_GNTDEV || slot >= FIRST_GNTALLOC;
}

/* As many pages as what lies at the offset, unless told otherwise. */
long mem_mmap(const __u32 *a, int thread)
{
	__u32 slot = a[0] % NR_FDS, pages = a[2];
	int prot = a[3] & 1 ? PROT_READ : PROT_READ | PROT_WRITE;
	int flags = a[3] & 2 ? MAP_PRIVATE : MAP_SHARED;
	__u64 offset = get_offset(slot, a[4]);
	void *at;

	if (a[3] & 8)
		prot ^= PROT_EXEC;
	if (a[3] & 16)
		prot = PROT_NONE;
	if (!can_be_private(slot))
		flags = MAP_SHARED;
	if (slot < FIRST_GNTDEV || slot >= FIRST_EVENTFD)
		offset = a[4] < 64 ? 0 : offset;
	else if (!(pages & 3))
		pages = get_index(slot, a[4])->count;
	at = map_at(pages % 128 * PAGE, prot, flags, get_fd(slot), offset);
	if (at == MAP_FAILED)
		return -1;
	keep_map(slot, a[1], at, pages % 128 * PAGE);
	return 0;
}

/* The same, with the letters of the devices that it is for. */
long mem_mmap_all(const __u32 *a, int thread)
{
	__u32 whole[] = { a[0], a[1], a[2], a[3], a[4] };

	/* Only to read, or private: rarely. */
	if (a[3] < 16)
		whole[3] &= 1;
	return mem_mmap(whole, thread);
}

long mem_mmap_anon(const __u32 *a, int thread)
{
	size_t len = (a[1] % 64 + 1) * PAGE;
	void *at = map_at(len, PROT_READ | PROT_WRITE,
			  MAP_ANONYMOUS | (a[2] & 1 ? MAP_PRIVATE : MAP_SHARED), -1, 0);

	if (at == MAP_FAILED)
		return -1;
	keep_map(NR_FDS - 1, a[0], at, len);
	return 0;
}

/* A part of a mapping, or all of it. Nothing beyond: that may be ours. */
static struct map *part(const __u32 *a, unsigned long *at, size_t *len)
{
	struct map *map = get_map(a[0]);
	size_t pages = map->len / PAGE;
	size_t first = a[1], nr = a[2];

	if (!map->addr || !pages)
		return NULL;
	first %= pages;
	if (!nr || nr > pages - first)
		nr = pages - first;
	*at = map->addr + first * PAGE;
	*len = nr * PAGE;
	return map;
}

long mem_munmap(const __u32 *a, int thread)
{
	unsigned long at;
	size_t len;

	return part(a, &at, &len) ? munmap((void *)at, len) : -1;
}

long mem_mremap(const __u32 *a, int thread)
{
	size_t len, wanted;
	unsigned long at;
	struct map *map = part(a, &at, &len);
	void *to = NULL;
	int flags = 0;

	if (!map)
		return -1;
	wanted = a[3] ? a[3] * PAGE : len;
	if (a[4] & 3) {
		to = memory_for(wanted);
		if (!to)
			return -1;
		flags |= MREMAP_MAYMOVE | MREMAP_FIXED;
	}
	if (to && a[4] & 4)
		flags |= MREMAP_DONTUNMAP;
	to = mremap((void *)at, len, wanted, flags, to);
	if (to == MAP_FAILED)
		return -1;
	map->addr = (unsigned long)to;
	map->len = wanted;
	return 0;
}

long mem_mprotect(const __u32 *a, int thread)
{
	static const int prots[] = {
		PROT_READ, PROT_READ | PROT_WRITE, PROT_NONE, PROT_READ | PROT_EXEC,
	};
	unsigned long at;
	size_t len;

	if (!part(a, &at, &len))
		return -1;
	return mprotect((void *)at, len, prots[a[3] % 4]);
}

long mem_madvise(const __u32 *a, int thread)
{
	static const int advices[] = {
		MADV_DONTNEED, MADV_DOFORK, MADV_DONTFORK, MADV_REMOVE, MADV_FREE,
		MADV_WILLNEED, MADV_SEQUENTIAL, MADV_COLD, MADV_PAGEOUT,
		MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_DODUMP, MADV_DONTDUMP,
		MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED,
	};
	int advice = advices[a[3] % 16];
	unsigned long at;
	size_t len;

	if (!part(a, &at, &len))
		return -1;
	return madvise((void *)at, len, advice);
}

long mem_touch(const __u32 *a, int thread)
{
	unsigned long at;
	size_t len;

	if (!part(a, &at, &len))
		return -1;
	for (; len; len -= PAGE, at += PAGE) {
		if (touch(at, a[3] & 3))
			return -1;
	}
	return 0;
}

/* Looks up the page of the mapping, and lets it go again. */
long mem_futex(const __u32 *a, int thread)
{
	return syscall(SYS_futex, address_in(get_map(a[0]), a[1]), FUTEX_WAKE, 1, NULL, NULL, 0);
}

long mem_write(const __u32 *a, int thread)
{
	int fd = get_fd(a[0]);
	void *at = (void *)address_in(get_map(a[1]), a[2]);

	return a[2] & 1 ? read(fd, at, 8) : write(fd, at, 8);
}

long mem_poke(const __u32 *a, int thread)
{
	poke(thread, a[0], a[1]);
	return 0;
}

long task_fork(const __u32 *a, int thread)
{
	return do_fork(a[0], thread);
}

long task_yield(const __u32 *a, int thread)
{
	return sched_yield();
}

long task_sleep(const __u32 *a, int thread)
{
	return usleep(a[0] % 8 * 500);
}

long event_kill(const __u32 *a, int thread)
{
	return event(FUZZ_KILL, get_domid(a[0]), 0, 0, 0, 0, 0);
}

long event_fire(const __u32 *a, int thread)
{
	return event(FUZZ_FIRE, get_port(a[0]), 0, 0, 0, 0, 0);
}

long event_peer_maps(const __u32 *a, int thread)
{
	return event(FUZZ_PEER_MAPS, get_domid(a[0]), get_gref(a[1]), a[2], 0, 0, 0);
}

long event_peer_unmaps(const __u32 *a, int thread)
{
	return event(FUZZ_PEER_UNMAPS, a[0], 0, 0, 0, 0, 0);
}

long event_frame(const __u32 *a, int thread)
{
	return event(FUZZ_FRAME, get_domid(a[0]), a[1], a[2], a[3], 0, 0);
}

long event_grant(const __u32 *a, int thread)
{
	return event(FUZZ_GRANT, get_domid(a[0]), a[1], a[2], a[3], 0, 0);
}

long event_fails(const __u32 *a, int thread)
{
	return event(FUZZ_HYPERCALL_FAILS, a[0], 0, 0, 0, 0, 0);
}

long event_limit(const __u32 *a, int thread)
{
	return event(FUZZ_LIMIT, a[0], a[1], 0, 0, 0, 0);
}

long event_request(const __u32 *a, int thread)
{
	/* As privcmd_ioeventfd() has them. */
	return event(FUZZ_REQUEST, get_domid(a[0]), a[1], 0xd0000050 + (a[2] & 8), a[3] & 2,
		     get_port(a[4]), 0);
}

long event_exporter(const __u32 *a, int thread)
{
	__u32 offset = a[3], odd = a[5] < 4 ? 0 : 1 << a[5] % 8, most = a[2];
	/* Pages by which its size differs from what there is. */
	int more = a[6] % 8 < 5 ? 0 : (int)(a[6] % 5) - 2;
	long fd;

	fd = event(FUZZ_EXPORTER, a[1], most, offset, a[4] < 2048 ? 0 : a[4], odd,
		   2 + more);
	if (fd < 0)
		return fd;
	set_fd(a[0], fd);
	machine.pages[a[0] % NR_FDS] = (int)a[1] % 16 + 1 + more > 0 ? a[1] % 16 + 1 + more : 1;
	return fd;
}

/* Before a domain is saved, everybody is stopped outside of the kernel. */
long event_resume(const __u32 *a, int thread)
{
	if (machine.forks ||
	    __atomic_load_n(&machine.calling[!thread], __ATOMIC_ACQUIRE))
		return -1;
	return event(FUZZ_RESUME, a[0], 0, 0, 0, 0, 0);
}
