// SPDX-License-Identifier: GPL-2.0-only
/* What xl tells and changes of a guest that runs. */
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>

TEST_F(dom0, xl_info__is_what_the_kernel_knows)
{
	long long total, free_memory;

	ASSERT_COMMAND(0, "xl info");
	total = command_number("total_memory");
	free_memory = command_number("free_memory");
	EXPECT_LT(0, free_memory);
	EXPECT_LT(free_memory, total);
	EXPECT_COMMAND(0,
		       "test \"$(xl info xen_version)\" = \"$(cd /sys/hypervisor/version && cat major).$(cat /sys/hypervisor/version/minor)$(cat /sys/hypervisor/version/extra)\"");
	EXPECT_COMMAND(0, "test $(xl info xen_caps | wc -w) -gt 1");
}

TEST_F(dom0, xl_dmesg__has_the_beginning_of_xen)
{
	EXPECT_COMMAND(0,
		       "xl dmesg | grep \"Xen version $(xl info xen_version)\"");
	EXPECT_COMMAND(0, "xl debug-keys h && xl dmesg | grep \"'h' pressed\"");
}

/* The guest says what it is; and a name is had once. */
TEST_F_TIMEOUT(client, xl_create__makes_what_was_asked_for, CLIENT_TIMEOUT)
{
	char uuid[40];

	EXPECT_GUEST(0, "grep -ix %s /sys/hypervisor/guest_type", variant->type);
	ASSERT_COMMAND(0, "xl vm-list | awk '$2 == %u { print $1 }'",
		       self->domid);
	snprintf(uuid, sizeof(uuid), "%.36s", command_said());
	EXPECT_EQ(36, strlen(uuid));
	EXPECT_GUEST(0, "grep -ix %s /sys/hypervisor/uuid", uuid);
	EXPECT_GUEST(0, "grep guest.client=1 /proc/cmdline");
	EXPECT_NE(0, command("xl create /guest/%s.cfg 'name=\"%s\"'",
			     variant->type, self->name));
	EXPECT_TRUE(strstr(command_said(), "already exists"))
		TH_LOG("%s", command_said());
}

TEST_F_TIMEOUT(client, xl_list__has_the_guest, CLIENT_TIMEOUT)
{
	EXPECT_COMMAND(0,
		       "test $(xl list %s | awk 'NR == 2 { print $2 }') = %u",
		       self->name, self->domid);
	/* Those that are not plugged in are listed, as paused. */
	EXPECT_COMMAND(0,
		       "test $(xl list %s | awk 'NR == 2 { print $4 }') = $(xl vcpu-list %s | grep ^%s | grep -vc -- --p)",
		       self->name, self->name, self->name);
	EXPECT_COMMAND(0, "xl list -l %s | grep '\"type\": \"%s\"'",
		       self->name, variant->type);
	EXPECT_COMMAND(0, "xl uptime %s | grep ^%s", self->name, self->name);
}

/* Type a line, as a person does, and wait until this appears. */
static bool type_and_see(int tty, const char *line, const char *text)
{
	uint64_t end = now_us() + SOON_MS * 1000ULL;
	static char seen[64 << 10];
	struct pollfd pfd = { .fd = tty, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	if (write(tty, line, strlen(line)) < 0)
		return false;
	while (len < sizeof(seen) - 1 && now_us() < end) {
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		n = read(tty, seen + len, sizeof(seen) - 1 - len);
		if (n <= 0)
			return false;
		len += n;
		seen[len] = 0;
		if (strstr(seen, text))
			return true;
	}
	return false;
}

/* The guest does the sum. */
TEST_F_TIMEOUT(client, xl_console__is_a_shell, CLIENT_TIMEOUT)
{
	int tty, status;
	pid_t pid;

	pid = forkpty(&tty, NULL, NULL, NULL);
	if (!pid) {
		execlp("xl", "xl", "console", "-t", "pv", self->name, NULL);
		_exit(127);
	}
	ASSERT_LT(0, pid);
	EXPECT_TRUE(type_and_see(tty, "echo is-$((6 * 7))-\r", "is-42-"));
	/* ^] ends it. */
	EXPECT_EQ(1, write(tty, "\x1d", 1));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(tty);
	/* xenconsoled writes down what it passes on. */
	EXPECT_TRUE(command_within(SOON_MS,
				   "grep is-42- /var/log/xen/console/guest-%s.log",
				   self->name));
}

TEST_F_TIMEOUT(client, xl_pause__stops_and_goes_on, CLIENT_TIMEOUT)
{
	ASSERT_LT(0, xl_do(&self->guest, "count"));
	ASSERT_COMMAND(0, "xl pause %s", self->name);
	EXPECT_COMMAND(0, "xl list %s | grep -E ' --p--- '", self->name);
	EXPECT_EQ(0, xl_start(&self->guest, "count"));
	EXPECT_EQ(-ETIMEDOUT, xl_answer_within(&self->guest, 2000));
	ASSERT_COMMAND(0, "xl unpause %s", self->name);
	EXPECT_LT(0, xl_answer_within(&self->guest, CLIENT_ALIVE_MS));
}

/*
 * QEMU plugs it in, and tells by an interrupt. It does not come up, see the
 * variant.
 */
static void plug_processor(struct __test_metadata *_metadata,
			   struct client_fixture *self)
{
	ASSERT_GUEST(0, "test ! -e /sys/devices/system/cpu/cpu1");
	ASSERT_COMMAND(0, "xl vcpu-set --ignore-host %s 2", self->name);
	EXPECT_TRUE(guest_within(self, SOON_MS,
				 "test -e /sys/devices/system/cpu/cpu1"));
}

TEST_F_TIMEOUT(client, xl_vcpu_set__takes_and_gives_a_processor, CLIENT_TIMEOUT)
{
	if (!strcmp(variant->type, "pvh"))
		SKIP(return, "an emulated PVH guest has one processor only");
	if (!strcmp(variant->type, "hvm")) {
		plug_processor(_metadata, self);
		return;
	}
	ASSERT_GUEST(0, "grep -x 0-1 /sys/devices/system/cpu/online");
	ASSERT_COMMAND(0, "xl vcpu-set --ignore-host %s 1", self->name);
	EXPECT_TRUE(guest_within(self, SOON_MS,
				 "grep -x 0 /sys/devices/system/cpu/online"));
	EXPECT_COMMAND(0, "xl vcpu-list %s | grep -- '--p'", self->name);
	ASSERT_COMMAND(0, "xl vcpu-set --ignore-host %s 2", self->name);
	/* It is there then; to use it is up to the guest. */
	EXPECT_TRUE(guest_within(self, SOON_MS,
				 "echo 1 >/sys/devices/system/cpu/cpu1/online"));
	EXPECT_GUEST(0, "grep -x 0-1 /sys/devices/system/cpu/online");
}

#define GUEST_MIB "awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo"

TEST_F_TIMEOUT(client, xl_mem_set__moves_the_balloon, CLIENT_TIMEOUT)
{
	int given, before, now;
	uint64_t end;

	ASSERT_COMMAND(0, "xl list %s | awk 'NR == 2 { print \"has\", $3 }'",
		       self->name);
	given = command_number("has");
	ASSERT_GUEST(0, GUEST_MIB);
	before = atoi(guest_said(self));
	ASSERT_COMMAND(0, "xl mem-set %s %d", self->name, given - 28);
	end = now_us() + SOON_MS * 1000ULL;
	do {
		ASSERT_GUEST(0, GUEST_MIB);
		now = atoi(guest_said(self));
	} while (now > before - 24 && now_us() < end);
	EXPECT_GE(before - 24, now);
	EXPECT_COMMAND(0,
		       "test $(xl list %s | awk 'NR == 2 { print $3 }') -le %d",
		       self->name, given - 24);
	EXPECT_COMMAND(0, "xl mem-set %s %d", self->name, given);
	/* The kernel of an HVM guest takes itself for somewhat smaller. */
	if (!strcmp(variant->type, "hvm"))
		given -= 4;
	EXPECT_TRUE(command_within(SOON_MS,
				   "test $(xl list %s | awk 'NR == 2 { print $3 }') -ge %d",
				   self->name, given))
		TH_LOG("%d: %s", given, command("xl list") ? "" : command_said());
}

TEST_F_TIMEOUT(client, xl_sched_credit2__keeps_a_weight, CLIENT_TIMEOUT)
{
	EXPECT_COMMAND(0, "xl sched-credit2 -d %s | grep ' 256 '", self->name);
	ASSERT_COMMAND(0, "xl sched-credit2 -d %s -w 512 -c 90", self->name);
	EXPECT_COMMAND(0, "xl sched-credit2 -d %s | grep -E ' 512 +90'",
		       self->name);
	/* Xen's own word for it. */
	EXPECT_COMMAND(0,
		       "xl debug-keys r && xl dmesg | grep 'Domain: %u w 512 c 90'",
		       self->domid);
	EXPECT_COMMAND(0, "xl sched-credit2 -d %s -w 256 -c 0", self->name);
}

TEST_F_TIMEOUT(client, xl_rename__is_known_by_the_new_name, CLIENT_TIMEOUT)
{
	ASSERT_COMMAND(0, "xl rename %s other", self->name);
	EXPECT_COMMAND(0, "test \"$(xl domid other)\" = %u", self->domid);
	EXPECT_NE(0, command("xl domid %s", self->name));
	EXPECT_COMMAND(0, "xl rename other %s", self->name);
}

/*
 * What only memory has: the kernel's identity, a file, a process that counts.
 */
struct memory {
	char boot[64];
	char sum[80];
	int count;
};

static int memorise(struct client_fixture *self, struct memory *m)
{
	int ret = guest_sh(self, "cat /proc/sys/kernel/random/boot_id");

	snprintf(m->boot, sizeof(m->boot), "%s", guest_said(self));
	ret = ret ?: guest_sh(self, "head -c 4000000 /dev/urandom >/tmp/file");
	ret = ret ?: guest_sh(self, "sha256sum </tmp/file");
	snprintf(m->sum, sizeof(m->sum), "%s", guest_said(self));
	m->count = xl_do(&self->guest, "count");
	return ret;
}

/* It is under another number, and all of that is there, and its disk works. */
static void remembers(struct __test_metadata *_metadata,
		      struct client_fixture *self, const struct memory *m)
{
	char here[128];

	ASSERT_EQ(0, xl_find(&self->guest));
	EXPECT_LT(self->domid, self->guest.domid);
	ASSERT_EQ(m->count + 1, xl_do(&self->guest, "count"))
		TH_LOG("the guest: %s", self->guest.answer);
	ASSERT_GUEST(0, "cat /proc/sys/kernel/random/boot_id");
	EXPECT_STREQ(m->boot, guest_said(self));
	ASSERT_GUEST(0, "sha256sum </tmp/file; rm /tmp/file");
	EXPECT_STREQ(m->sum, guest_said(self));
	EXPECT_GUEST(0,
		     "dd if=/dev/urandom of=/dev/xvda bs=4k count=1 conv=fsync");
	snprintf(here, sizeof(here), "dd bs=4k count=1 if=" GUEST_DISK "%s",
		 self->name);
	EXPECT_TRUE(sums_agree(self, here, "dd bs=4k count=1 if=/dev/xvda"));
}

TEST_F_TIMEOUT(client, xl_save__and_restore_go_on_where_it_was, CLIENT_TIMEOUT)
{
	struct memory m;

	ASSERT_EQ(0, memorise(self, &m));
	ASSERT_COMMAND(0, "xl save %s /tmp/saved", self->name);
	EXPECT_NE(0, command("xl domid %s", self->name));
	EXPECT_COMMAND(0, "test $(stat -c %%s /tmp/saved) -gt 8000000");
	ASSERT_COMMAND(0, "xl restore /tmp/saved");
	EXPECT_COMMAND(0, "rm /tmp/saved");
	remembers(_metadata, self, &m);
}

/* While it runs, from this machine to this machine. */
TEST_F_TIMEOUT(client, xl_migrate__goes_on_where_it_was, CLIENT_TIMEOUT)
{
	struct memory m;

	ASSERT_EQ(0, memorise(self, &m));
	if (!strcmp(variant->type, "pv")) {
		/* Debian's Xen has no shadow paging: its EOPNOTSUPP arrives. */
		EXPECT_NE(0, command("xl migrate -s '' %s 'xl migrate-receive'",
				     self->name));
		EXPECT_TRUE(strstr(command_said(), "enable logdirty: 95,"));
		EXPECT_EQ(m.count + 1, xl_do(&self->guest, "count"));
		return;
	}
	ASSERT_COMMAND(0, "xl migrate -s '' %s 'xl migrate-receive'",
		       self->name);
	remembers(_metadata, self, &m);
}
