/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One end of a vchan: the other sends and receives the same, in the other
 * order.
 *
 * Only for programs that are linked with libxenvchan.
 */
#ifndef XT_VCHAN_H
#define XT_VCHAN_H

#include <stdbool.h>

/*
 * As the server of @peer or its client, with the data of the channel at @path
 * of xenstore. A server sends @kib KiB first and then receives as many, a
 * client the other way round. Every word is compared. Returns 0 or -errno;
 * -EBADMSG when something else arrived.
 */
int vchan_run(bool server, int peer, const char *path, unsigned int kib);

struct libxenvchan;

/* The library exports it, but no header of it knows. */
void close_xs_srv(struct libxenvchan *v);

#endif
