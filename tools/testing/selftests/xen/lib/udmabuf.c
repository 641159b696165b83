// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dma-buf of ordinary memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/udmabuf.h>

#include "fmap.h"
#include "udmabuf.h"

int memory_make(struct memory *m, unsigned int pages)
{
	struct udmabuf_create create = { .size = pages * PG };
	int dev;

	m->memfd = memfd_create("dmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (m->memfd < 0 || ftruncate(m->memfd, pages * PG) ||
	    fcntl(m->memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		return -errno;
	m->p = mmap(NULL, pages * PG, PROT_READ | PROT_WRITE, MAP_SHARED,
		    m->memfd, 0);
	if (m->p == MAP_FAILED)
		return -errno;
	memset(m->p, 0, pages * PG);
	dev = open(UDMABUF, O_RDWR | O_CLOEXEC);
	if (dev < 0)
		return -errno;
	create.memfd = m->memfd;
	m->fd = ioctl(dev, UDMABUF_CREATE, &create);
	close(dev);
	return m->fd < 0 ? -errno : 0;
}
