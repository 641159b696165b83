// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests are made, used and destroyed, for as many seconds as XEN_STRESS_SECONDS
 * says: after the last of them dom0 and Xen have what they had after the first.
 *
 * A name is soak.<what is made>__<what is seen>.
 */
#include "kselftest_harness.h"

#include "client_fixture.h"
#include "client_traffic.h"
#include "files.h"
#include "grant.h"

#define SECONDS_DEFAULT	60

/* One with each kind of guest, before the first look. */
#define FIRST_ROUNDS	2

enum what {
	DOMAINS,
	XEN_PAGES,
	CHANNELS,
	GRANTS,
	MAPTRACK,
	OWN_GRANTS,
	OPEN,
	STORE_NODES,
	PROCESSES,
	LOOPS,
	MEMORY,
	SLAB,
	NUMBERS,
};

/*
 * How much may be missing in the end, however long it took. What is counted
 * exactly must be the same. A page of each round would be more than there is of
 * slack in an hour.
 */
static const struct {
	const char *name;
	long slack;
} numbers[NUMBERS] = {
	[DOMAINS] = { "domains", 0 },
	[XEN_PAGES] = { "pages that Xen has given out", 32 },
	[CHANNELS] = { "event channels of dom0", 0 },
	[GRANTS] = { "grants in use", 0 },
	[MAPTRACK] = { "maptrack frames of dom0, most ever", 2 },
	[OWN_GRANTS] = { "pages that dom0 grants", 0 },
	[OPEN] = { "devices that are open", 0 },
	[STORE_NODES] = { "nodes of xenstore", 0 },
	[PROCESSES] = { "processes", 0 },
	[LOOPS] = { "loop devices in use", 0 },
	[MEMORY] = { "KiB of dom0 in use", 4096 },
	[SLAB] = { "slab objects", 4000 },
};

/* Whoever has opened or mapped one has its module in use. */
#define COUNT_OPEN \
	"cat /sys/module/xen_privcmd/refcnt /sys/module/xen_evtchn/refcnt /sys/module/xen_gntdev/refcnt /sys/module/xen_gntalloc/refcnt | awk '{ n += $1 } END { print n }'"

/*
 * Kernel threads come and go with work; a process has a command line. Without a
 * pipe, of which the shell may have started the other end already, or not.
 */
#define COUNT_PROCESSES \
	"grep -l . /proc/[0-9]*/cmdline 2>/dev/null >/tmp/processes; wc -l </tmp/processes"

#define NAME_PROCESSES \
	"sed s/cmdline/comm/ /tmp/processes | xargs cat 2>/dev/null | sort >/tmp/processes.now"

#define MAPTRACK_OF_DOM0 \
	"sed -n '/for remote d0/,/maptrack/s/.* \\([0-9]*\\) maptrack.*/\\1/p' /tmp/g"

#define KIB_IN_USE \
	"awk '{ sub(\":\", \"\", $1); k[$1] = $2 } END { print k[\"MemTotal\"] - k[\"MemFree\"] - k[\"Buffers\"] - k[\"Cached\"] }' /proc/meminfo"

#define GROWN_SLABS \
	"awk 'NR == FNR { n[$1] = $2; next } $2 - n[$1] > 100 { print \"# soak:\", $1, n[$1], $2 }' /tmp/slab.first /tmp/slab.now"

#define NEW_PROCESSES \
	"diff /tmp/processes.first /tmp/processes.now | sed 's/^/# soak: /'"

static long count(const char *line)
{
	command("%s", line);
	return strtol(command_said(), NULL, 10);
}

/* Of all domains, in /tmp/g with what else Xen tells of them. */
static long grants_in_use(void)
{
	command("xl dmesg -c >/dev/null; xl debug-keys g; sleep 1; xl dmesg >/tmp/g");
	return count("grep -cE '^\\(XEN\\) \\[0x[0-9a-f]+\\]' /tmp/g");
}

/* Of those that gntalloc has, it gives all to one who asks. */
static long own_grants(void)
{
	return GRANT_LIMIT_DEFAULT - ga_room_wait(GRANT_LIMIT_DEFAULT);
}

/* Given out: what is still to be cleaned is not. */
static long xen_pages(xc_interface *xc)
{
	xc_physinfo_t info = {};

	if (xc_physinfo(xc, &info))
		return -1;
	return info.total_pages - info.free_pages - info.scrub_pages;
}

#define VMAP_AREAS "awk '$1 == \"vmap_area\" { print $2 }' /proc/slabinfo"

/*
 * What is kept only because nobody needs the room is no loss. What vfree() has
 * put off, until it is worth it, is done when a module goes.
 */
static void settle(void)
{
	long before = count(VMAP_AREAS);

	if (command("rmmod xen-netback && insmod /modules/backends/xen-netback.ko"))
		ksft_print_msg("soak: %s\n", command_said());
	ksft_print_msg("soak: vmap_area: %ld, with what is put off %ld\n",
		       count(VMAP_AREAS), before);
	command("sync; echo 3 >/proc/sys/vm/drop_caches; sleep 1");
	command("echo 3 >/proc/sys/vm/drop_caches");
	command("for s in /sys/kernel/slab/*/shrink; do echo 1 >$s; done");
}

static void look(xc_interface *xc, long *n)
{
	n[DOMAINS] = count("xl list | wc -l");
	n[CHANNELS] = count("lsevtchn 0 | wc -l");
	n[GRANTS] = grants_in_use();
	n[MAPTRACK] = count(MAPTRACK_OF_DOM0);
	n[OWN_GRANTS] = own_grants();
	n[OPEN] = count(COUNT_OPEN);
	n[STORE_NODES] = count("xenstore-ls -f | wc -l");
	n[PROCESSES] = count(COUNT_PROCESSES);
	command(NAME_PROCESSES);
	n[LOOPS] = count("losetup -a | wc -l");
	settle();
	n[XEN_PAGES] = xen_pages(xc);
	n[MEMORY] = count(KIB_IN_USE);
	n[SLAB] = count("awk 'NR > 2 { n += $2 } END { print n }' /proc/slabinfo");
	command("awk 'NR > 2 { print $1, $2 }' /proc/slabinfo >/tmp/slab.now");
	if (command("test -e /tmp/slab.first"))
		command("for f in slab processes; do cp /tmp/$f.now /tmp/$f.first; done");
}

FIXTURE(soak) {
	struct client_fixture client;
	xc_interface *xc;
};

FIXTURE_SETUP(soak)
{
	if (!xl_possible())
		SKIP(return, "there is no guest to make");
	self->xc = xc_interface_open(NULL, NULL, 0);
	ASSERT_NE(NULL, self->xc);
}

FIXTURE_TEARDOWN(soak)
{
	command("xl destroy soak");
	if (self->xc)
		xc_interface_close(self->xc);
}

/* A guest with a disk of each kind and a channel, which all work. */
static void one_round(struct __test_metadata *_metadata,
		      struct client_fixture *self, const char *type)
{
	ASSERT_EQ(0, xl_open(&self->guest, type, "soak"));
	ASSERT_EQ(0, guest_make(&self->guest, ""));
	self->name = self->guest.name;
	self->domid = self->guest.domid;
	use_disk(_metadata, self, "xvda", GUEST_DISK "soak");
	ASSERT_EQ(0, make_disk("/tmp/phy"));
	ASSERT_COMMAND(0,
		       "xl block-attach soak format=raw,vdev=xvdb,access=rw,backendtype=phy,target=/tmp/phy");
	use_disk(_metadata, self, "xvdb", "/tmp/phy");
	use_proxy(_metadata, self);
	/* With everything still connected. */
	EXPECT_LT(0, grants_in_use());
	EXPECT_COMMAND(0, "xl destroy soak");
	EXPECT_TRUE(xl_gone(&self->guest));
	EXPECT_TRUE(command_within(SOON_MS * 3, NO_QEMU));
	EXPECT_TRUE(command_within(SOON_MS * 3, "! losetup -a | grep /tmp/phy"));
	/* The one that made the guest waited for its end. */
	EXPECT_TRUE(command_within(SOON_MS, "! pidof xl"));
	EXPECT_COMMAND(0, "rm -f /tmp/phy " GUEST_DISK "soak");
	xl_close(&self->guest);
}

static unsigned int seconds(void)
{
	const char *text = getenv("XEN_STRESS_SECONDS");

	return text ? atoi(text) : SECONDS_DEFAULT;
}

static void compare(struct __test_metadata *_metadata, const long *first,
		    const long *last, unsigned int rounds)
{
	unsigned int i;

	for (i = 0; i < NUMBERS; i++) {
		ksft_print_msg("soak: %s: %ld after %u rounds, %ld after %u, may be %ld more\n",
			       numbers[i].name, first[i], FIRST_ROUNDS, last[i],
			       rounds, numbers[i].slack);
		EXPECT_GE(numbers[i].slack, last[i] - first[i])
			TH_LOG("%s", numbers[i].name);
	}
	command(GROWN_SLABS);
	ksft_print_msg("soak: slabs that grew by more than 100:\n%s",
		       command_said());
	command(NEW_PROCESSES);
	ksft_print_msg("soak: processes that are gone or new:\n%s",
		       command_said());
}

TEST_F_TIMEOUT(soak, guests__leave_nothing, 6 * 3600)
{
	static const char * const types[] = { "pv", "pvh" };
	uint64_t end = now_us() + seconds() * 1000000ULL;
	long first[NUMBERS], last[NUMBERS];
	unsigned int rounds;

	command("rm -f /tmp/slab.first");
	for (rounds = 0; now_us() < end || rounds < FIRST_ROUNDS + 2; rounds++) {
		if (rounds == FIRST_ROUNDS)
			look(self->xc, first);
		one_round(_metadata, &self->client, types[rounds % 2]);
		ksft_print_msg("soak: round %u, %s\n", rounds + 1,
			       types[rounds % 2]);
	}
	look(self->xc, last);
	compare(_metadata, first, last, rounds);
	ASSERT_LT(0, first[SLAB]);
	ASSERT_LT(0, first[CHANNELS]);
}

TEST_HARNESS_MAIN
