/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of Debian's programs start with: a guest in which a shell obeys.
 *
 * To make one takes longer than most of what is done with it, so a test leaves
 * it as it was, and the next one takes it over.
 *
 * Included once by each program, after the harness.
 */
#ifndef XT_CLIENT_FIXTURE_H
#define XT_CLIENT_FIXTURE_H

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "env.h"
#include "xl.h"

/* A busy machine needs ten minutes to make and restore an HVM guest. */
#define CLIENT_TIMEOUT	900

/* Within which a guest that is not busy answers. */
#define CLIENT_ALIVE_MS	30000

/*
 * No QEMU is left. One that ends has its devices open for a while yet, but its
 * command line is gone, by which pidof knows it.
 */
#define NO_QEMU		"! grep -q ^xen-qemu /proc/[0-9]*/comm"

/* For helpers: struct client_fixture is what tests know as *self. */
#define client_fixture	_test_data_client

/* A program that is to end so: if not, what it said. */
#define EXPECT_COMMAND(status, ...) EXPECT_TRUE(command_ends(status, __VA_ARGS__))
#define ASSERT_COMMAND(status, ...) ASSERT_TRUE(command_ends(status, __VA_ARGS__))

/* The same in the guest. */
#define EXPECT_GUEST(status, ...) EXPECT_TRUE(guest_ends(self, status, __VA_ARGS__))
#define ASSERT_GUEST(status, ...) ASSERT_TRUE(guest_ends(self, status, __VA_ARGS__))

/* Without a guest. */
FIXTURE(dom0) {
};

FIXTURE_SETUP(dom0)
{
	if (!xl_possible())
		SKIP(return, "there is no toolstack");
}

FIXTURE_TEARDOWN(dom0)
{
}

FIXTURE(client) {
	struct xl_guest guest;
	/* Its name, or its number, for programs. */
	const char *name;
	unsigned int domid;
};

FIXTURE_VARIANT(client) {
	const char *type;
	const char *name;
	const char *config;
};

FIXTURE_VARIANT_ADD(client, pv) {
	.type = "pv",
	.name = "client-pv",
	.config = "'vcpus=2'",
};

/* With a second processor, emulated SVM in SVM, its kernel does not come up. */
FIXTURE_VARIANT_ADD(client, pvh) {
	.type = "pvh",
	.name = "client-pvh",
	.config = "",
};

/*
 * QEMU is its device model, and the firmware's. The processor that is missing
 * is for vcpu-set.
 */
FIXTURE_VARIANT_ADD(client, hvm) {
	.type = "hvm",
	.name = "client-hvm",
	.config = "'maxvcpus=2' 'memory=192' 'serial=\"pty\"'",
};

/* A line for the shell of the guest: its exit status or -errno. */
static int guest_sh(struct client_fixture *self, const char *format, ...)
{
	char line[XL_TEXT / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return xl_do(&self->guest, "sh { %s; } 2>&1", line);
}

static bool command_ends(int expected, const char *format, ...)
{
	char line[XL_TEXT / 2];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	status = command("%s", line);
	if (status != expected)
		ksft_print_msg("%s\n# ends with %d: %s\n", line, status,
			       command_said());
	return status == expected;
}

static bool guest_ends(struct client_fixture *self, int expected,
		       const char *format, ...)
{
	char line[XL_TEXT / 2];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	status = guest_sh(self, "%s", line);
	if (status != expected)
		ksft_print_msg("in the guest: %s\n# ends with %d: %s\n", line,
			       status, self->guest.answer);
	return status == expected;
}

/* What the last such line said. */
static const char *guest_said(struct client_fixture *self)
{
	const char *space = strchr(self->guest.answer, ' ');

	return space ? space + 1 : "";
}

/* Repeat it until it succeeds. */
static bool guest_within(struct client_fixture *self, unsigned int ms,
			 const char *line)
{
	uint64_t end = now_us() + ms * 1000ULL;

	while (guest_sh(self, "%s", line)) {
		if (now_us() > end)
			return false;
		sleep_ms(200);
	}
	return true;
}

/* The checksum of what a command of dom0 gives, and of the guest's device. */
static bool sums_agree(struct client_fixture *self, const char *dom0,
		       const char *guest)
{
	char sum[80];

	if (command("{ %s; } 2>/dev/null | sha256sum", dom0))
		return false;
	snprintf(sum, sizeof(sum), "%.64s", command_said());
	return guest_sh(self, "{ %s; } 2>/dev/null | sha256sum", guest) == 0 &&
	       !strncmp(sum, guest_said(self), 64);
}

static bool guest_answers(struct xl_guest *g, unsigned int ms)
{
	return xl_start(g, "hello") == 0 && xl_answer_within(g, ms) == 0;
}

/*
 * One with a disk from the beginning has QEMU, which later disks need. What is
 * on it the guest can see from the start.
 */
#define GUEST_DISK_KIB	8192
#define GUEST_DISK	"/tmp/disk-"

static int guest_make(struct xl_guest *g, const char *config)
{
	char text[512];

	if (command("dd if=/dev/urandom of=" GUEST_DISK "%s bs=1k count=%d",
		    g->name, GUEST_DISK_KIB))
		return -EIO;
	snprintf(text, sizeof(text), "%s 'disk=[\"%s,target=" GUEST_DISK "%s\"]'",
		 config, "format=raw,vdev=xvda,access=rw,backendtype=qdisk",
		 g->name);
	return xl_create_as(g, "client", text);
}

static int guest_take_over(struct client_fixture *self, const char *config)
{
	struct xl_guest *g = &self->guest;

	if (xl_find(g) == 0) {
		if (guest_answers(g, CLIENT_ALIVE_MS))
			return 0;
		command("xl destroy %s", g->name);
		g->commands = 0;
	}
	return guest_make(g, config);
}

FIXTURE_SETUP(client)
{
	if (!xl_possible())
		SKIP(return, "there is no guest to make");
	if (getenv("XEN_TEST_QUICK") && strcmp(variant->type, "pv"))
		SKIP(return, "guests of this kind are for FULL=1");
	ASSERT_EQ(0, xl_open(&self->guest, variant->type, variant->name));
	ASSERT_EQ(0, guest_take_over(self, variant->config));
	self->name = self->guest.name;
	self->domid = self->guest.domid;
}

FIXTURE_TEARDOWN(client)
{
	xl_close(&self->guest);
}

#endif
