/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A dma-buf of ordinary memory, made by the kernel's udmabuf.
 */
#ifndef XT_UDMABUF_H
#define XT_UDMABUF_H

#define UDMABUF		"/dev/udmabuf"

struct memory {
	char *p;
	int memfd;
	int fd;
};

/* A dma-buf of @pages pages, and the memory itself. 0 or -errno. */
int memory_make(struct memory *m, unsigned int pages);

#endif
