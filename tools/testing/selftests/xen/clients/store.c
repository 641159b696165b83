// SPDX-License-Identifier: GPL-2.0-only
/* The two xenstored, of which one runs, and xenconsoled. */

/* Which: Debian has one in C and one in OCaml. */
static const char *store_program(void)
{
	return command("pidof oxenstored") ? "xenstored" : "oxenstored";
}

TEST_F_TIMEOUT(client, xenstored__serves_the_guest_too, CLIENT_TIMEOUT)
{
	EXPECT_COMMAND(0, "ls -l /proc/$(pidof %s)/fd | grep /dev/xen/evtchn",
		       store_program());
	ASSERT_COMMAND(0, "xenstore-write /local/domain/%u/data/word here",
		       self->domid);
	/* The guest's own, through its kernel; dom0 sees a watch fire. */
	EXPECT_COMMAND(0,
		       "timeout 20 xenstore-watch -n 2 /local/domain/%u/data/word >/tmp/fired 2>&1 & sleep 1",
		       self->domid);
	EXPECT_COMMAND(0, "xenstore-write /local/domain/%u/data/word there",
		       self->domid);
	EXPECT_TRUE(command_within(SOON_MS, "test $(grep -c data/word /tmp/fired) = 2"));
	EXPECT_COMMAND(0, "xenstore-rm /local/domain/%u/data/word",
		       self->domid);
	/* What is another domain's it may not write. */
	EXPECT_COMMAND(0, "xenstore-ls -p /local/domain/0 | grep -q 'n0'");
}

/* Another process goes on with the same connections, nodes and watches. */
TEST_F_TIMEOUT(client, xenstored__live_update_keeps_everything, CLIENT_TIMEOUT)
{
	const char *program = store_program();

	EXPECT_COMMAND(0, "xenstore-write /local/domain/0/data/kept yes");
	EXPECT_COMMAND(0,
		       "timeout 60 xenstore-watch -n 2 /local/domain/0/data/kept >/tmp/fired 2>&1 & sleep 1");
	ASSERT_COMMAND(0,
		       "xenstore-control live-update -t 20 /usr/lib/xen-4.17/bin/%s",
		       program);
	EXPECT_COMMAND(0,
		       "test \"$(xenstore-read /local/domain/0/data/kept)\" = yes");
	EXPECT_COMMAND(0, "xenstore-write /local/domain/0/data/kept again");
	EXPECT_TRUE(command_within(SOON_MS, "test $(grep -c data/kept /tmp/fired) = 2"));
	EXPECT_COMMAND(0, "xenstore-rm /local/domain/0/data/kept");
	/* The guest does not notice, and xl has what it knew. */
	EXPECT_EQ(0, guest_sh(self, "true"));
	EXPECT_COMMAND(0, "xl list %s && pidof %s", self->name, program);
	EXPECT_COMMAND(0, "ls -l /proc/$(pidof %s)/fd | grep /dev/xen/evtchn",
		       program);
}

/* Ended and started again, it finds the consoles that it had. */
TEST_F_TIMEOUT(client, xenconsoled__starts_again, CLIENT_TIMEOUT)
{
	ASSERT_COMMAND(0,
		       "kill $(pidof xenconsoled); while pidof xenconsoled; do sleep 0.1; done");
	ASSERT_COMMAND(0,
		       "/usr/lib/xen-4.17/bin/xenconsoled --log=guest --pid-file=/var/run/xenconsoled.pid");
	EXPECT_TRUE(command_within(SOON_MS, "pidof xenconsoled"));
	ASSERT_GUEST(0, "echo word-$((3 * 5)) >/dev/hvc0");
	EXPECT_TRUE(command_within(SOON_MS,
				   "grep word-15 /var/log/xen/console/guest-%s.log",
				   self->name));
}
