// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real guests, made by Debian's xl on our modules: the toolstack works, what it
 * started can be mapped, and our modules work inside too, with the restriction
 * that a domain other than dom0 is under (XSA-482).
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xenforeignmemory.h>
#include <xenstore.h>
#include <xen/io/console.h>

#include "env.h"

/* A guest needs a twentieth of it, on a machine that does nothing else. */
#define BOOT_TIMEOUT	240
#define GUEST_TIMEOUT	400
#define LOG_SIZE	(256 << 10)

static int run(const char *format, ...)
{
	char command[256];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static void pause_ms(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

FIXTURE(guests) {
	xc_interface *xc;
	struct xs_handle *xs;
	uint32_t domid;
	char *log;
	char path[64];
};

FIXTURE_VARIANT(guests) {
	const char *type;
	/* What xen-hypercall is to find. */
	const char *transfer;
};

FIXTURE_VARIANT_ADD(guests, pv) {
	.type = "pv",
	.transfer = "syscall",
};

FIXTURE_VARIANT_ADD(guests, pvh) {
	.type = "pvh",
	.transfer = "vmmcall",
};

/* What the guest has said up to now. */
static const char *said(struct _test_data_guests *self)
{
	FILE *f = fopen(self->path, "re");
	size_t len = 0;

	if (f) {
		len = fread(self->log, 1, LOG_SIZE - 1, f);
		fclose(f);
	}
	self->log[len] = 0;
	return self->log;
}

/* Of a guest that does not get on: its last words, and what Xen says of it. */
static void tell_of(struct _test_data_guests *self)
{
	run("tail -n 20 %s | tr -d '\\r' | sed 's/^/# guest: /'; xl list | sed 's/^/# /'",
	    self->path);
}

static bool wait_for(struct _test_data_guests *self, const char *text)
{
	int i;

	for (i = 0; i < BOOT_TIMEOUT * 5; i++) {
		if (strstr(said(self), text))
			return true;
		pause_ms(200);
	}
	tell_of(self);
	return false;
}

/* The line that begins so, with the number that it must end with. */
static bool says(struct _test_data_guests *self, const char *what, int value)
{
	char line[64];

	snprintf(line, sizeof(line), "guest: %s %d\r\n", what, value);
	if (strstr(said(self), line))
		return true;
	snprintf(line, sizeof(line), "guest: %s %d\n", what, value);
	return strstr(said(self), line);
}

static bool domain_exists(struct _test_data_guests *self)
{
	xc_domaininfo_t info;

	return xc_domain_getinfolist(self->xc, self->domid, 1, &info) == 1 &&
	       info.domain == self->domid;
}

FIXTURE_SETUP(guests)
{
	if (access("/guest/vmlinuz", F_OK))
		SKIP(return, "there is no guest to make");
	self->xc = xc_interface_open(NULL, NULL, 0);
	ASSERT_NE(NULL, self->xc);
	self->xs = xs_open(0);
	ASSERT_NE(NULL, self->xs);
	self->log = malloc(LOG_SIZE);
	ASSERT_NE(NULL, self->log);
	snprintf(self->path, sizeof(self->path),
		 "/var/log/xen/console/guest-%s.log", variant->type);
	unlink(self->path);
}

FIXTURE_TEARDOWN(guests)
{
	if (!self->xc)
		return;
	if (domain_exists(self))
		run("xl destroy %s >/tmp/xl 2>&1 || sed 's/^/# /' /tmp/xl",
		    variant->type);
	xs_close(self->xs);
	xc_interface_close(self->xc);
	free(self->log);
}

/* Make a guest, still paused. */
static bool make_paused(struct _test_data_guests *self, const char *type,
			const char *arguments)
{
	char command[256], number[16];
	FILE *p;

	snprintf(command, sizeof(command),
		 "xl -f create -p /guest/%s.cfg 'extra=\"console=hvc0 loglevel=4 %s\"' >/tmp/xl 2>&1 || sed 's/^/# /' /tmp/xl >&2; xl domid %s",
		 type, arguments, type);
	p = popen(command, "re");
	if (!p)
		return false;
	number[0] = 0;
	if (!fgets(number, sizeof(number), p))
		number[0] = 0;
	pclose(p);
	self->domid = atoi(number);
	return self->domid > 0;
}

static bool unpause(struct _test_data_guests *self)
{
	return xc_domain_unpause(self->xc, self->domid) == 0;
}

/* The frame of the console ring, as xenstore tells it to the backend. */
static unsigned long console_frame(struct _test_data_guests *self)
{
	unsigned long frame = 0;
	unsigned int len;
	char path[64];
	char *value;

	snprintf(path, sizeof(path), "/local/domain/%u/console/ring-ref",
		 self->domid);
	value = xs_read(self->xs, XBT_NULL, path, &len);
	if (value)
		frame = strtoul(value, NULL, 10);
	free(value);
	return frame;
}

/*
 * The ring holds the last of what the guest said. Its own words must be in it.
 */
static bool ring_has(const struct xencons_interface *ring, const char *text)
{
	char out[sizeof(ring->out) + 1];
	XENCONS_RING_IDX prod = ring->out_prod;
	unsigned int i;

	for (i = 0; i < sizeof(ring->out); i++)
		out[i] = ring->out[MASK_XENCONS_IDX(prod + i, ring->out)] ?: ' ';
	out[i] = 0;
	return strstr(out, text);
}

TEST_F_TIMEOUT(guests, create__console_ring_is_mapped, GUEST_TIMEOUT)
{
	xenforeignmemory_handle *fmem;
	xen_pfn_t frame;
	void *ring;
	int err, i;

	ASSERT_TRUE(make_paused(self, variant->type, ""));
	ASSERT_TRUE(unpause(self));
	ASSERT_TRUE(wait_for(self, "guest: still here, 1"));

	fmem = xenforeignmemory_open(NULL, 0);
	ASSERT_NE(NULL, fmem);
	frame = console_frame(self);
	ASSERT_NE(0, frame);
	ring = xenforeignmemory_map(fmem, self->domid, PROT_READ, 1, &frame,
				    &err);
	ASSERT_NE(NULL, ring);
	EXPECT_EQ(0, err);
	EXPECT_TRUE(ring_has(ring, "guest: still here"));

	/* Destroyed while mapped: the page stays until it is let go. */
	EXPECT_EQ(0, run("xl destroy %u", self->domid));
	EXPECT_TRUE(ring_has(ring, "guest: still here"));
	EXPECT_EQ(0, xenforeignmemory_unmap(fmem, ring, 1));
	xenforeignmemory_close(fmem);
	for (i = 0; i < 50 && domain_exists(self); i++)
		pause_ms(100);
	EXPECT_FALSE(domain_exists(self));
}

/* What is printed as a table, taken for arguments, but for what cannot be set. */
#define SET_ALL	"xen-vcpu-context set %u 0 $(xen-vcpu-context list %u 0 | " \
		"awk '!/^(%s) / { print $1 \"=\" $2 }')"

/* How often the guest said that it is still there. */
static int alive(struct _test_data_guests *self)
{
	const char *at = said(self);
	int nr = 0;

	while ((at = strstr(at, "guest: still here"))) {
		at++;
		nr++;
	}
	return nr;
}

/* Every register of a running kernel is set to what it is: it does not notice. */
TEST_F_TIMEOUT(guests, vcpu_context__set_to_what_it_is, GUEST_TIMEOUT)
{
	const char *fixed = strcmp(variant->type, "pv") ? "activity"
							: "activity|cr3";
	char text[64];
	int i;

	ASSERT_TRUE(make_paused(self, variant->type, ""));
	ASSERT_TRUE(unpause(self));
	ASSERT_TRUE(wait_for(self, "guest: still here, 1"));
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, run("xl pause %u", self->domid));
		ASSERT_EQ(0, run(SET_ALL, self->domid, self->domid,
				 fixed));
		ASSERT_EQ(0, run("xl unpause %u", self->domid));
		pause_ms(100);
	}
	snprintf(text, sizeof(text), "guest: still here, %d", alive(self) + 2);
	EXPECT_TRUE(wait_for(self, text));
	EXPECT_FALSE(strstr(said(self), "segfault"));
	EXPECT_FALSE(strstr(said(self), "Oops"));
	EXPECT_FALSE(strstr(said(self), "Call Trace"));
}

/* Without a target: nothing is allowed. */
TEST_F_TIMEOUT(guests, restrict__in_a_guest_without_a_target, GUEST_TIMEOUT)
{
	char text[64];

	if (!env_is_ours())
		SKIP(return, "the guest has our modules");
	ASSERT_TRUE(make_paused(self, variant->type, ""));
	ASSERT_TRUE(unpause(self));
	ASSERT_TRUE(wait_for(self, "guest: done"));
	snprintf(text, sizeof(text), "guest: selftest pass by %s",
		 variant->transfer);
	EXPECT_TRUE(strstr(said(self), text));
	EXPECT_TRUE(says(self, "open", 0));
	EXPECT_TRUE(says(self, "hypercall", -EPERM));
	EXPECT_TRUE(says(self, "dm_op 0", -EPERM));
	EXPECT_TRUE(says(self, "dm_op 1", -EPERM));
	EXPECT_TRUE(says(self, "restrict 0", -EINVAL));
	EXPECT_TRUE(says(self, "event", 0));
}

/* With one, what a device model's domain has: that one domain. */
TEST_F_TIMEOUT(guests, restrict__in_a_guest_with_a_target, GUEST_TIMEOUT)
{
	char path[64];

	if (!env_is_ours())
		SKIP(return, "the guest has our modules");
	ASSERT_TRUE(make_paused(self, variant->type, ""));
	snprintf(path, sizeof(path), "/local/domain/%u/target", self->domid);
	ASSERT_TRUE(xs_write(self->xs, XBT_NULL, path, "0", 1));
	ASSERT_TRUE(unpause(self));
	ASSERT_TRUE(wait_for(self, "guest: done"));
	EXPECT_TRUE(says(self, "hypercall", -EPERM));
	EXPECT_TRUE(says(self, "dm_op 0", 0));
	EXPECT_TRUE(says(self, "dm_op 1", -EPERM));
	EXPECT_TRUE(says(self, "restrict 0", 0));
}

TEST_F_TIMEOUT(guests, restrict__in_a_guest_with_the_parameter, GUEST_TIMEOUT)
{
	if (!env_is_ours())
		SKIP(return, "the guest has our modules");
	ASSERT_TRUE(make_paused(self, variant->type, "guest.unrestricted=1"));
	ASSERT_TRUE(unpause(self));
	ASSERT_TRUE(wait_for(self, "guest: done"));
	EXPECT_TRUE(says(self, "hypercall",
			 xc_version(self->xc, XENVER_version, NULL)));
	EXPECT_TRUE(says(self, "dm_op 1", 0));
	EXPECT_TRUE(says(self, "restrict 0", 0));
}

TEST_HARNESS_MAIN
