/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guests do with dom0 all day: disks, and channels. Included once by each
 * program, after client_fixture.h.
 */
#ifndef XT_CLIENT_TRAFFIC_H
#define XT_CLIENT_TRAFFIC_H

static int make_disk(const char *file)
{
	return command("dd if=/dev/urandom of=%s bs=1k count=%d", file,
		       GUEST_DISK_KIB);
}

/* Each side reads what the other wrote; the guest must not use its cache. */
static void use_disk(struct __test_metadata *_metadata,
		     struct client_fixture *self, const char *device,
		     const char *file)
{
	char here[128], there[128];

	snprintf(there, sizeof(there), "test -b /dev/%s", device);
	EXPECT_TRUE(guest_within(self, SOON_MS, there));
	snprintf(here, sizeof(here), "cat %s", file);
	snprintf(there, sizeof(there), "cat /dev/%s", device);
	EXPECT_TRUE(sums_agree(self, here, there))
		TH_LOG("%s, the guest: %s", command_said(), self->guest.answer);
	EXPECT_GUEST(0,
		     "dd if=/dev/urandom of=/dev/%s bs=64k seek=64 count=64 conv=fsync",
		     device);
	EXPECT_GUEST(0, "echo 3 >/proc/sys/vm/drop_caches");
	snprintf(here, sizeof(here), "dd bs=64k skip=64 if=%s", file);
	snprintf(there, sizeof(there), "dd bs=64k skip=64 if=/dev/%s", device);
	EXPECT_TRUE(sums_agree(self, here, there))
		TH_LOG("%s, the guest: %s", command_said(), self->guest.answer);
}

/* For a megabyte each way: a machine with better things to do needs 20 s of it. */
#define PROXY_MS	(SOON_MS * 6)

/* A file each way at once, through a proxy at either end of a vchan. */
static void use_proxy(struct __test_metadata *_metadata,
		      struct client_fixture *self)
{
	EXPECT_COMMAND(0, "dd if=/dev/urandom of=/tmp/out bs=64k count=16");
	EXPECT_GUEST(0, "dd if=/dev/urandom of=/tmp/out bs=64k count=16");
	EXPECT_GUEST(0,
		     "{ (cat /tmp/out; sleep 60) | vchan-socket-proxy -m server 0 data/proxy - >/tmp/in; } >/tmp/proxy 2>&1 & true");
	EXPECT_TRUE(command_within(SOON_MS,
				   "xenstore-exists /local/domain/%u/data/proxy/event-channel",
				   self->domid));
	EXPECT_COMMAND(0,
		       "{ (cat /tmp/out; sleep 60) | vchan-socket-proxy -m client %u /local/domain/%u/data/proxy - >/tmp/in; } >/tmp/proxy 2>&1 &",
		       self->domid, self->domid);
	EXPECT_TRUE(command_within(PROXY_MS, "test $(stat -c %%s /tmp/in) = 1048576"))
		TH_LOG("%s", command("ls -l /tmp; cat /tmp/proxy") ? "" : command_said());
	EXPECT_TRUE(guest_within(self, PROXY_MS, "test $(stat -c %s /tmp/in) = 1048576"));
	EXPECT_TRUE(sums_agree(self, "cat /tmp/out", "cat /tmp/in"));
	EXPECT_TRUE(sums_agree(self, "cat /tmp/in", "cat /tmp/out"));
	EXPECT_COMMAND(0,
		       "killall vchan-socket-proxy sleep; rm /tmp/in /tmp/out /tmp/proxy");
	/* The other end goes when this one is closed. */
	EXPECT_TRUE(guest_within(self, SOON_MS, "! pidof vchan-socket-proxy"));
	EXPECT_GUEST(0, "killall sleep; rm -f /tmp/in /tmp/out /tmp/proxy");
}

#endif
