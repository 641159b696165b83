/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels as Xen sees them, past /dev/xen/evtchn: to check what the
 * driver did, and to make ports that it does not know.
 *
 * @fd is an open privcmd file. All functions return -errno on failure.
 */
#ifndef XT_PORT_H
#define XT_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include <xen/event_channel.h>

/* Ports that every domain has room for; the tests count in this range. */
#define PORT_RANGE	1024

/* Above all ports of any event channel ABI. */
#define PORT_BEYOND	131072u

int port_status(int fd, uint32_t port, struct evtchn_status *status);

/* EVTCHNSTAT_*, or -errno. */
int port_state(int fd, uint32_t port);

/* A new port that waits for @remote. Returns the port. */
int port_alloc(int fd, uint16_t remote);

/* A new port connected to @remote_port of @remote. Returns the port. */
int port_connect(int fd, uint16_t remote, uint32_t remote_port);

int port_close(int fd, uint32_t port);
int port_send(int fd, uint32_t port);

/* How many ports below PORT_RANGE are open. */
int ports_open(int fd);

/* The number of a port below PORT_RANGE that is closed. */
int port_closed(int fd);

#endif
