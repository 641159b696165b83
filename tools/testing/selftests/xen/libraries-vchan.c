// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every function of libxenvchan, as distributed: a PV dom0 has both ends of a
 * channel. It needs a xenstore.
 *
 * A name is libxenvchan.FUNCTION__behaviour, as in libraries.c.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libxenvchan.h>
#include <xenstore.h>

#include "beneath.h"
#include "clock.h"
#include "env.h"
#include "vchan.h"

#define XENSTORE	"/var/run/xenstored/socket"
#define CHANNEL		"/local/domain/0/data/libraries"

/* Rings of one page, and of two. */
#define TO_SERVER	4096
#define TO_CLIENT	8192

FIXTURE(libxenvchan) {
	struct libxenvchan *server;
	struct libxenvchan *client;
};

FIXTURE_SETUP(libxenvchan)
{
	if (env_loses_own_grants())
		SKIP(return, "an auto-translated domain loses a page that it maps from itself");
	if (access(XENSTORE, F_OK))
		SKIP(return, "there is no xenstore");
	self->server = libxenvchan_server_init(NULL, 0, CHANNEL, TO_SERVER,
					       TO_CLIENT);
	ASSERT_NE(NULL, self->server);
	self->client = libxenvchan_client_init(NULL, 0, CHANNEL);
	ASSERT_NE(NULL, self->client);
	/* The library leaves that to its caller. */
	self->server->blocking = 0;
	self->client->blocking = 0;
}

FIXTURE_TEARDOWN(libxenvchan)
{
	EXPECT_NAMED_CALL();
	if (self->client)
		libxenvchan_close(self->client);
	if (self->server)
		libxenvchan_close(self->server);
}

/* Is there a key of a channel in xenstore? */
static bool xenstore_has(const char *path, const char *key)
{
	struct xs_handle *xs = xs_open(0);
	char name[128];
	bool has;
	void *p;

	if (!xs)
		return false;
	snprintf(name, sizeof(name), "%s/%s", path, key);
	p = xs_read(xs, XBT_NULL, name, NULL);
	has = p;
	free(p);
	xs_close(xs);
	return has;
}

/* Send something from the server, and see it arrive. */
static bool carries(struct libxenvchan *from, struct libxenvchan *to)
{
	char buf[8] = {};

	return libxenvchan_send(from, "channel", 8) == 8 &&
	       libxenvchan_recv(to, buf, 8) == 8 && !strcmp(buf, "channel");
}

TEST_F(libxenvchan, libxenvchan_server_init__tells_xenstore)
{
	struct libxenvchan *v;

	v = CALL(libxenvchan_server_init, NULL, 0, CHANNEL "2", TO_SERVER,
		 TO_CLIENT);
	ASSERT_NE(NULL, v);
	EXPECT_BENEATH("gntalloc open", "evtchn open",
		       "evtchn BIND_UNBOUND_PORT", "evtchn write",
		       "gntalloc ALLOC_GREF", "gntalloc mmap",
		       "gntalloc SET_UNMAP_NOTIFY", "gntalloc DEALLOC_GREF",
		       "gntalloc ALLOC_GREF", "gntalloc mmap",
		       "gntalloc DEALLOC_GREF", "gntalloc ALLOC_GREF",
		       "gntalloc mmap", "gntalloc DEALLOC_GREF");
	EXPECT_TRUE(xenstore_has(CHANNEL "2", "ring-ref"));
	EXPECT_TRUE(xenstore_has(CHANNEL "2", "event-channel"));
	libxenvchan_close(v);
	EXPECT_FALSE(xenstore_has(CHANNEL "2", "ring-ref"));
}

TEST_F(libxenvchan, libxenvchan_client_init__connects)
{
	struct libxenvchan *server, *v;

	server = libxenvchan_server_init(NULL, 0, CHANNEL "2", TO_SERVER,
					 TO_CLIENT);
	ASSERT_NE(NULL, server);
	v = CALL(libxenvchan_client_init, NULL, 0, CHANNEL "2");
	ASSERT_NE(NULL, v);
	EXPECT_BENEATH("gntdev open", "evtchn open", "evtchn BIND_INTERDOMAIN",
		       "evtchn write", "gntdev MAP_GRANT_REF", "gntdev mmap",
		       "gntdev SET_UNMAP_NOTIFY", "gntdev MAP_GRANT_REF",
		       "gntdev mmap", "gntdev MAP_GRANT_REF", "gntdev mmap",
		       "evtchn NOTIFY");
	server->blocking = 0;
	v->blocking = 0;
	EXPECT_TRUE(carries(server, v));
	EXPECT_TRUE(carries(v, server));
	libxenvchan_close(v);
	libxenvchan_close(server);
}

TEST_F(libxenvchan, libxenvchan_close__is_seen_by_the_peer)
{
	EXPECT_EQ(1, libxenvchan_is_open(self->server));
	CALL_VOID(libxenvchan_close, self->client);
	EXPECT_BENEATH("gntdev munmap", "gntdev GET_OFFSET_FOR_VADDR",
		       "gntdev munmap", "gntdev UNMAP_GRANT_REF",
		       "evtchn NOTIFY", "evtchn close", "gntdev close");
	self->client = NULL;
	EXPECT_EQ(0, libxenvchan_is_open(self->server));
	EXPECT_EQ(0, beneath_files("gntdev"));
}

TEST_F(libxenvchan, close_xs_srv__removes_the_channel_from_xenstore)
{
	EXPECT_TRUE(xenstore_has(CHANNEL, "ring-ref"));
	CALL_VOID(close_xs_srv, self->server);
	EXPECT_BENEATH("");
	EXPECT_FALSE(xenstore_has(CHANNEL, "ring-ref"));
	/* It has freed the path. */
	self->server->xs_path = NULL;
	EXPECT_TRUE(carries(self->server, self->client));
}

TEST_F(libxenvchan, libxenvchan_send__all_or_nothing)
{
	char buf[TO_CLIENT] = {};

	EXPECT_EQ(0, libxenvchan_data_ready(self->client));
	EXPECT_EQ(6000, CALL(libxenvchan_send, self->server, buf, 6000));
	EXPECT_BENEATH("evtchn NOTIFY");
	EXPECT_EQ(0, libxenvchan_send(self->server, buf, 6000));
	EXPECT_EQ(6000, libxenvchan_data_ready(self->client));
	/* There never will be room for that. */
	self->server->blocking = 1;
	EXPECT_EQ(-1, libxenvchan_send(self->server, buf, TO_CLIENT + 1));
}

TEST_F(libxenvchan, libxenvchan_write__what_there_is_room_for)
{
	char buf[TO_CLIENT] = {};

	EXPECT_EQ(0, libxenvchan_data_ready(self->client));
	EXPECT_EQ(6000, CALL(libxenvchan_write, self->server, buf, 6000));
	EXPECT_BENEATH("evtchn NOTIFY");
	EXPECT_EQ(TO_CLIENT - 6000, libxenvchan_write(self->server, buf, 6000));
	EXPECT_EQ(TO_CLIENT, libxenvchan_data_ready(self->client));
}

TEST_F(libxenvchan, libxenvchan_recv__all_or_nothing)
{
	char buf[8] = {};

	EXPECT_EQ(4, libxenvchan_write(self->client, "some", 4));
	EXPECT_EQ(0, CALL(libxenvchan_recv, self->server, buf, 8));
	EXPECT_BENEATH("");
	EXPECT_EQ(4, libxenvchan_write(self->client, "what", 4));
	EXPECT_EQ(8, CALL(libxenvchan_recv, self->server, buf, 8));
	EXPECT_EQ(0, memcmp(buf, "somewhat", 8));
}

TEST_F(libxenvchan, libxenvchan_read__what_there_is)
{
	char buf[8] = {};

	EXPECT_EQ(0, libxenvchan_read(self->server, buf, 8));
	EXPECT_EQ(4, libxenvchan_write(self->client, "some", 4));
	EXPECT_EQ(4, CALL(libxenvchan_read, self->server, buf, 8));
	EXPECT_BENEATH("");
	EXPECT_EQ(0, memcmp(buf, "some", 4));
}

/* The writer of a full ring waits for the reader, who tells it. */
TEST_F(libxenvchan, libxenvchan_read__wakes_the_writer)
{
	char buf[TO_SERVER] = {};

	EXPECT_EQ(TO_SERVER, libxenvchan_write(self->client, buf, TO_SERVER));
	EXPECT_EQ(0, libxenvchan_buffer_space(self->client));
	EXPECT_EQ(TO_SERVER, CALL(libxenvchan_read, self->server, buf,
				  TO_SERVER));
	EXPECT_BENEATH("evtchn NOTIFY");
	EXPECT_EQ(TO_SERVER, libxenvchan_buffer_space(self->client));
}

TEST_F(libxenvchan, libxenvchan_wait__until_something_came)
{
	struct pollfd pfd = { .events = POLLIN };

	/* What came when the channel was made. */
	pfd.fd = libxenvchan_fd_for_select(self->server);
	while (poll(&pfd, 1, QUIET_MS) == 1)
		EXPECT_EQ(0, libxenvchan_wait(self->server));
	EXPECT_EQ(0, libxenvchan_data_ready(self->server));
	EXPECT_EQ(4, libxenvchan_write(self->client, "some", 4));
	EXPECT_EQ(0, CALL(libxenvchan_wait, self->server));
	EXPECT_BENEATH("evtchn read", "evtchn write");
	EXPECT_EQ(4, libxenvchan_data_ready(self->server));
	EXPECT_EQ(0, poll(&pfd, 1, QUIET_MS));
}

TEST_F(libxenvchan, libxenvchan_fd_for_select__is_readable_then)
{
	struct pollfd pfd = { .events = POLLIN };

	pfd.fd = CALL(libxenvchan_fd_for_select, self->server);
	EXPECT_BENEATH("");
	while (poll(&pfd, 1, QUIET_MS) == 1)
		EXPECT_EQ(0, libxenvchan_wait(self->server));
	EXPECT_EQ(0, libxenvchan_data_ready(self->server));
	EXPECT_EQ(4, libxenvchan_write(self->client, "some", 4));
	EXPECT_EQ(1, poll(&pfd, 1, SOON_MS));
}

TEST_F(libxenvchan, libxenvchan_is_open__waiting_open_closed)
{
	struct libxenvchan *v;

	EXPECT_EQ(1, CALL(libxenvchan_is_open, self->server));
	EXPECT_BENEATH("");
	EXPECT_EQ(1, libxenvchan_is_open(self->client));
	v = libxenvchan_server_init(NULL, 0, CHANNEL "2", TO_SERVER, TO_CLIENT);
	ASSERT_NE(NULL, v);
	EXPECT_EQ(2, libxenvchan_is_open(v));
	libxenvchan_close(v);
	libxenvchan_close(self->server);
	self->server = NULL;
	EXPECT_EQ(0, libxenvchan_is_open(self->client));
}

TEST_F(libxenvchan, libxenvchan_data_ready__counts_bytes)
{
	EXPECT_EQ(0, CALL(libxenvchan_data_ready, self->server));
	EXPECT_BENEATH("");
	EXPECT_EQ(4, libxenvchan_write(self->client, "some", 4));
	EXPECT_EQ(4, libxenvchan_data_ready(self->server));
}

TEST_F(libxenvchan, libxenvchan_buffer_space__counts_bytes)
{
	EXPECT_EQ(TO_SERVER, CALL(libxenvchan_buffer_space, self->client));
	EXPECT_BENEATH("");
	EXPECT_EQ(4, libxenvchan_write(self->client, "some", 4));
	EXPECT_EQ(TO_SERVER - 4, libxenvchan_buffer_space(self->client));
}

TEST_HARNESS_MAIN
