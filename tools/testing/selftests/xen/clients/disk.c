// SPDX-License-Identifier: GPL-2.0-only
/* Disks and networks of a guest, through QEMU and through the kernel. */

/* The device model of this guest. */
#define QEMU "$(xenstore-read /local/domain/%u/image/device-model-pid)"

/* That it is QEMU, and with our devices. */
TEST_F_TIMEOUT(client, qdisk__reads_and_writes, CLIENT_TIMEOUT)
{
	char file[64];

	EXPECT_COMMAND(0, "xenstore-exists /local/domain/0/backend/qdisk/%u",
		       self->domid);
	EXPECT_COMMAND(0, "ls -l /proc/" QEMU "/fd | grep /dev/xen/gntdev",
		       self->domid);
	EXPECT_COMMAND(0, "ls -l /proc/" QEMU "/fd | grep /dev/xen/evtchn",
		       self->domid);
	snprintf(file, sizeof(file), GUEST_DISK "%s", self->name);
	use_disk(_metadata, self, "xvda", file);
}

TEST_F_TIMEOUT(client, qdisk__comes_and_goes, CLIENT_TIMEOUT)
{
	ASSERT_EQ(0, make_disk("/tmp/qdisk"));
	ASSERT_COMMAND(0,
		       "xl block-attach %s format=raw,vdev=xvdb,access=rw,backendtype=qdisk,target=/tmp/qdisk",
		       self->name);
	use_disk(_metadata, self, "xvdb", "/tmp/qdisk");
	EXPECT_COMMAND(0, "xl block-detach %s xvdb", self->name);
	EXPECT_TRUE(guest_within(self, SOON_MS, "test ! -b /dev/xvdb"));
	/* It closes the file after it has said that the disk is gone. */
	EXPECT_TRUE(command_within(SOON_MS,
				   "! ls -l /proc/" QEMU "/fd | grep /tmp/qdisk",
				   self->domid))
		TH_LOG("%s", command_said());
	EXPECT_COMMAND(0, "rm /tmp/qdisk");
}

TEST_F_TIMEOUT(client, blkback__reads_and_writes, CLIENT_TIMEOUT)
{
	ASSERT_EQ(0, make_disk("/tmp/phy"));
	ASSERT_COMMAND(0,
		       "xl block-attach %s format=raw,vdev=xvdb,access=rw,backendtype=phy,target=/tmp/phy || { cat /var/log/xen/xen-hotplug.log; false; }",
		       self->name);
	EXPECT_COMMAND(0, "xenstore-exists /local/domain/0/backend/vbd/%u",
		       self->domid);
	EXPECT_COMMAND(0, "losetup -a | grep /tmp/phy");
	use_disk(_metadata, self, "xvdb", "/tmp/phy");
	EXPECT_COMMAND(0, "xl block-detach %s xvdb", self->name);
	EXPECT_TRUE(guest_within(self, SOON_MS, "test ! -b /dev/xvdb"));
	EXPECT_TRUE(command_within(SOON_MS, "! losetup -a | grep /tmp/phy"))
		TH_LOG("%s", command_said());
	EXPECT_COMMAND(0, "rm /tmp/phy");
}

/* Either side gets a file that the other one serves. */
static void use_net(struct __test_metadata *_metadata,
		    struct client_fixture *self)
{
	EXPECT_TRUE(guest_within(self, SOON_MS, "ip link set eth0 up"));
	EXPECT_GUEST(0, "ip addr add 10.9.0.2/24 dev eth0");
	/* The bridge has to see it first. */
	EXPECT_TRUE(command_within(SOON_MS, "ping -c 1 -W 2 10.9.0.2"));
	EXPECT_GUEST(0, "ping -c 3 -s 1400 10.9.0.1");
	EXPECT_COMMAND(0,
		       "mkdir /tmp/net && cd /tmp/net && dd if=/dev/urandom of=here bs=64k count=32 && httpd -p 10.9.0.1:80");
	EXPECT_GUEST(0,
		     "mkdir /tmp/net; cd /tmp/net && dd if=/dev/urandom of=there bs=64k count=32 && httpd -p 10.9.0.2:80");
	EXPECT_GUEST(0, "wget -O /tmp/net/here http://10.9.0.1/here");
	EXPECT_TRUE(sums_agree(self, "cat /tmp/net/here", "cat /tmp/net/here"));
	EXPECT_COMMAND(0, "wget -O /tmp/net/there http://10.9.0.2/there");
	EXPECT_TRUE(sums_agree(self, "cat /tmp/net/there",
			       "cat /tmp/net/there"));
	EXPECT_COMMAND(0, "killall httpd; rm -r /tmp/net");
	EXPECT_GUEST(0, "killall httpd; rm -r /tmp/net");
}

TEST_F_TIMEOUT(client, netback__carries_files_both_ways, CLIENT_TIMEOUT)
{
	ASSERT_COMMAND(0,
		       "brctl addbr xenbr0 && ip addr add 10.9.0.1/24 dev xenbr0 && ip link set xenbr0 up");
	EXPECT_COMMAND(0,
		       "xl network-attach %s mac=00:16:3e:00:00:01 bridge=xenbr0 || { cat /var/log/xen/xen-hotplug.log; false; }",
		       self->name);
	EXPECT_COMMAND(0, "test -e /sys/class/net/xenbr0/brif/vif%u.0",
		       self->domid);
	use_net(_metadata, self);
	EXPECT_COMMAND(0, "xl network-detach %s 0", self->name);
	EXPECT_TRUE(guest_within(self, SOON_MS, "test ! -e /sys/class/net/eth0"));
	EXPECT_TRUE(command_within(SOON_MS, "! test -e /sys/class/net/vif%u.0",
				   self->domid));
	EXPECT_COMMAND(0, "ip link set xenbr0 down && brctl delbr xenbr0");
}

/* A file each way at once, through the proxies at either end. */
TEST_F_TIMEOUT(client, vchan_socket_proxy__carries_files_both_ways, CLIENT_TIMEOUT)
{
	use_proxy(_metadata, self);
}
