/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations on an open /dev/xen/evtchn, each of which returns what it is
 * documented to return, or -errno: the tests compare it with what they expect.
 */
#ifndef XT_EVTCHN_OPS_H
#define XT_EVTCHN_OPS_H

#include <stdint.h>
#include <sys/types.h>

/* The domain that the tests run in, and one that does not exist. */
#define DOM_HERE	0
#define DOM_NONE	0x7000

int ev_open(int flags);

int ev_bind_virq(int fd, uint32_t virq);
int ev_bind_unbound(int fd, uint32_t domain);
int ev_bind_interdomain(int fd, uint32_t domain, uint32_t port);
int ev_bind_static(int fd, uint32_t port);
int ev_unbind(int fd, uint32_t port);
int ev_notify(int fd, uint32_t port);
int ev_reset(int fd);
int ev_restrict(int fd, uint16_t domid);

/* A VIRQ that nobody uses. Returns the port and stores the number. */
int ev_bind_free_virq(int fd, uint32_t *virq);

ssize_t ev_read(int fd, void *buf, size_t bytes);
ssize_t ev_write(int fd, const void *buf, size_t bytes);

/* Unmask one port: 0 or -errno. */
int ev_unmask(int fd, uint32_t port);

/*
 * With several CPUs, give the event that was just sent the time to be queued,
 * so that it comes before the next. With one CPU it is queued already.
 */
void ev_settle(void);

/* What poll() reports without waiting. */
int ev_poll(int fd);

/* Wait until the file is readable or in error: what poll() reports, or 0. */
int ev_wait(int fd, unsigned int ms);

/* Wait for an event and read it: the port, or -ETIMEDOUT. It stays masked. */
int ev_next(int fd);

/* As ev_next(), and unmask it. */
int ev_take(int fd);

/* A channel from this domain to itself. */
struct ev_pair {
	uint32_t a;
	uint32_t b;
};

/*
 * Connect @fd_a with @fd_b, which may be the same. The event with which a new
 * channel begins is taken. Returns 0 or -errno.
 */
int ev_pair(int fd_a, int fd_b, struct ev_pair *pair);

/* Connect, and leave that event in the queue of @fd_b. */
int ev_pair_queued(int fd_a, int fd_b, struct ev_pair *pair);

/*
 * Make the ring of @fd_b overflow, by ports of it that are unbound while their
 * event waits in the ring. Returns how many events it took, or -errno.
 */
int ev_overflow(int fd_a, int fd_b);

/* Leave @events such stale events in the ring. Returns 0 or -errno. */
int ev_stale(int fd_a, int fd_b, unsigned int events);

#endif
