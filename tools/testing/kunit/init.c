// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only process of the machine that the unit tests run in. It loads the
 * modules in the order of /modules, lets them go again, looks for what they left
 * behind, and switches the machine off. The suites run while their module is
 * being loaded, in this process.
 *
 * Its own findings are lines that begin with "kunit:"; the runner reads them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <xen/evtchn.h>
#include <xen/gntalloc.h>
#include <xen/privcmd.h>

#include "counts.h"
#include "leaks.h"

#define FAULTS		"/sys/kernel/debug"

static void check(int ok, const char *format, ...)
{
	va_list args;

	printf("kunit: %s - ", ok ? "ok" : "not ok");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static void skip(const char *what, const char *why)
{
	printf("kunit: ok - %s # SKIP %s\n", what, why);
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		printf("kunit: cannot write to %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* fail_nth is to count what can sleep, too, and to keep quiet about it. */
static void arm_faults(void)
{
	if (access(FAULTS "/failslab", F_OK)) {
		skip("allocations and accesses to user memory fail in turn",
		     "the kernel has no fault injection");
		return;
	}
	set(FAULTS "/failslab/ignore-gfp-wait", "N");
	set(FAULTS "/failslab/verbose", "0");
	set(FAULTS "/fail_page_alloc/ignore-gfp-wait", "N");
	set(FAULTS "/fail_page_alloc/ignore-gfp-highmem", "N");
	set(FAULTS "/fail_page_alloc/min-order", "0");
	set(FAULTS "/fail_page_alloc/verbose", "0");
	set(FAULTS "/fail_usercopy/verbose", "0");
}

static int load(const char *name, const char *args)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), "/%s.ko", name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return errno;
	ret = syscall(SYS_finit_module, fd, args, 0) ? errno : 0;
	close(fd);
	return ret;
}

static int unload(const char *name)
{
	char with_underscores[64];
	char *c;

	snprintf(with_underscores, sizeof(with_underscores), "%s", name);
	for (c = with_underscores; *c; c++) {
		if (*c == '-')
			*c = '_';
	}
	return syscall(SYS_delete_module, with_underscores, O_NONBLOCK) ?
	       errno : 0;
}

/* Where the kernel has what it does not export. */
static void find_kallsyms(char *args, size_t size)
{
	char line[256], name[128];
	unsigned long address;
	FILE *f = fopen("/proc/kallsyms", "r");

	args[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx %*c %127s", &address, name) == 2 &&
		    !strcmp(name, "kallsyms_lookup_name"))
			snprintf(args, size, "kallsyms=0x%lx", address);
	}
	if (f)
		fclose(f);
}

static void test_leaks(void)
{
	static const char lost[] = "no memory is lost";
	int found = tell_leaks();

	if (found < 0)
		skip(lost, "the kernel has no kmemleak");
	else
		check(!found, "%s", lost);
}

/* A kernel that looks for races finds none when it does not look. */
static void test_watched(void)
{
	FILE *f = fopen(FAULTS "/kcsan", "r");
	unsigned long watched = 0;

	if (!f)
		return;
	if (fscanf(f, "enabled: 1 used_watchpoints: %*d setup_watchpoints: %lu", &watched) != 1)
		watched = 0;
	fclose(f);
	check(watched, "KCSAN has watched %lu accesses", watched);
}

static void print_taint(void)
{
	char buffer[32] = "";
	int fd = open("/sys/module/xen_fake/parameters/taint", O_RDONLY);

	if (fd >= 0 && read(fd, buffer, sizeof(buffer) - 1) > 0)
		printf("kunit: taint %s", buffer);
	close(fd);
}

static void fake(const char *what, const char *value)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/xen_fake/parameters/%s", what);
	set(path, value);
}

static void expect_load(const char *name, const char *args, int expected,
			const char *where)
{
	int err = load(name, args);

	check(err == expected, "%s %s on %s: %s", name, args, where,
	      strerror(err));
	if (!err && expected)
		unload(name);
}

/* Of an init that says EEXIST, the loader of Linux 7.2 makes EBUSY. */
static void expect_taken(const char *name)
{
	int err = load(name, "");

	check(err == EEXIST || err == EBUSY, "%s on a taken name: %s", name,
	      strerror(err));
	if (!err)
		unload(name);
}

/* Was there something left to fail? It is all the same from here on. */
static int disarm(void)
{
	char left[16] = "";
	int fd = open("/proc/thread-self/fail-nth", O_RDWR);
	int over;

	over = pread(fd, left, sizeof(left) - 1, 0) > 0 && atoi(left) == 0;
	if (write(fd, "0", 1) != 1)
		over = 0;
	close(fd);
	return over;
}

/*
 * Each allocation in the init of a module fails in turn. It may be one that can
 * be done without; what is not loaded leaves nothing, and can be loaded then.
 */
static void test_init_fails(const char *name)
{
	char nth[16];
	int n, err, failed = 0, odd = 0;

	if (access(FAULTS "/failslab", F_OK)) {
		skip("allocations of an init fail in turn",
		     "the kernel has no fault injection");
		return;
	}
	for (n = 1; n < 1000; n++) {
		snprintf(nth, sizeof(nth), "%d", n);
		fake("init_fails", nth);
		err = load(name, "");
		if (!disarm())
			break;
		failed += err != 0;
		odd += err && err != ENOMEM;
		if (!err)
			unload(name);
	}
	check(!err && !odd && n > 1 && n < 1000,
	      "%s: each allocation of its init fails (%d of %d matter, %d odd)",
	      name, failed, n - 1, odd);
	check(unload(name) == 0, "%s unloads after that", name);
}

static void test_inits_fail(void)
{
	test_init_fails("xen-evtchn");
	test_init_fails("xen-privcmd");
	test_init_fails("xen-gntdev");
	test_init_fails("xen-gntalloc");
}

/* Where a module has no business it is not loaded, and says why. */
static void test_grant_refusals(void)
{
	fake("squat", "xen/gntdev");
	expect_taken("xen-gntdev");
	fake("squat", "xen/gntalloc");
	expect_taken("xen-gntalloc");
	/* Its device, and how that is set up: FAKE_DEVICE, FAKE_DMA_MASK. */
	fake("fail", "7f000101 1 -12");
	expect_load("xen-gntdev", "", ENOMEM, "no device");
	fake("fail", "7f000100 1 -5");
	expect_load("xen-gntdev", "", EIO, "a device without memory");
	fake("type", "native");
	expect_load("xen-gntdev", "", ENODEV, "bare metal");
	expect_load("xen-gntalloc", "", ENODEV, "bare metal");
	fake("type", "pv");
}

static void test_refusals(void)
{
	static const char * const vendors[] = { "amd", "hygon", "intel" };
	int i;

	fake("type", "native");
	expect_load("xen-hypercall", "", ENODEV, "bare metal");
	/* The page was assembled for PV. */
	fake("type", "hvm");
	for (i = 0; i < 3; i++) {
		fake("vendor", vendors[i]);
		expect_load("xen-hypercall", "", ENOEXEC, vendors[i]);
	}
	fake("type", "pv");
	expect_load("xen-hypercall", "", 0, "PV");
	fake("type", "native");
	expect_load("xen-evtchn", "", ENODEV, "bare metal");
	expect_load("xen-privcmd", "", ENODEV, "bare metal");
	fake("type", "pv");
	fake("squat", "xen/evtchn");
	expect_taken("xen-evtchn");
	fake("squat", "xen/privcmd");
	expect_taken("xen-privcmd");
	fake("squat", "xen/hypercall");
	expect_taken("xen-privcmd");
	test_grant_refusals();
	fake("squat", "\n");
	test_inits_fail();
}

static int shows(const char *path, const char *text)
{
	char buffer[4096] = "";
	int fd = open(path, O_RDONLY);

	if (fd >= 0 && read(fd, buffer, sizeof(buffer) - 1) < 0)
		buffer[0] = '\0';
	close(fd);
	return !!strstr(buffer, text);
}

static const char selftest_report[] =
	"/sys/module/xen_hypercall/parameters/selftest";

/* The hypercall with this key is refused, by the kernel's way and by ours. */
static void expect_skipped(const char *key, int err, const char *skip)
{
	char rule[32];

	snprintf(rule, sizeof(rule), "%s 1 %d", key, -err);
	fake("fail", rule);
	fake("fail", rule);
	expect_load("xen-hypercall", "", 0, "a Xen that refuses a call");
	check(shows(selftest_report, skip), "and tells of it: %s", skip);
	check(shows(selftest_report, "pass\n"), "the others are right");
	unload("xen-hypercall");
}

/* It is refused one of the two ways only. */
static void expect_difference(const char *key, const char *what)
{
	char rule[32];

	snprintf(rule, sizeof(rule), "%s 1 -1", key);
	fake("fail", rule);
	expect_load("xen-hypercall", "", ENOTRECOVERABLE, what);
}

/*
 * Keys as in fake.h: xen_version is hypercall 17, grant_table_op 20, mmuext_op
 * 26, hypfs 42.
 */
static void test_selftest(void)
{
	static const char transfer[] = "/sys/module/xen_hypercall/parameters/transfer";

	check(shows(selftest_report, "pass\n"), "the self-test passes");
	check(!shows(selftest_report, "skip "), "and skips nothing");
	check(shows(transfer, "syscall\n"), "the transfer is named");
	unload("xen-hypercall");
	expect_difference("110000", "a bad machine");
	expect_difference("140006", "a machine that is bad at three arguments");
	expect_difference("1a0000", "a machine that is bad at four arguments");
	expect_skipped("110001", EPERM, "skip two arguments");
	expect_skipped("140006", ENOSYS, "skip three arguments");
	expect_skipped("1a0000", EPERM, "skip four arguments");
	expect_skipped("2a0000", ENOSYS, "skip five arguments");
	check(load("xen-hypercall", "") == 0, "xen-hypercall loads");
}

static void nothing(int signal)
{
}

/* Opens the device, or is interrupted after a while. */
static int open_soon(const char *path)
{
	struct itimerval soon = { .it_value.tv_usec = 100000 };
	struct itimerval never = { 0 };
	struct sigaction action = { .sa_handler = nothing };
	int fd;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	fd = open(path, O_RDWR | O_CLOEXEC);
	setitimer(ITIMER_REAL, &never, NULL);
	return fd;
}

static int try_version(int fd)
{
	struct privcmd_hypercall call = { .op = 17 };

	return ioctl(fd, IOCTL_PRIVCMD_HYPERCALL, &call) < 0 ? errno : 0;
}

static int try_restrict(int fd, __u16 domid)
{
	return ioctl(fd, IOCTL_PRIVCMD_RESTRICT, &domid) ? errno : 0;
}

/* A file opened outside dom0 may act on the target, and on nothing else. */
static void expect_target(const char *says, int target_allowed)
{
	int fd;

	fake("xenstore", says);
	fd = open_soon("/dev/xen/privcmd");
	check(fd >= 0, "XSA-482: XenStore says '%s', open", says);
	check(try_version(fd) == EPERM, "XSA-482: no hypercalls");
	check(try_restrict(fd, 8) == EINVAL, "XSA-482: not another domain");
	check(try_restrict(fd, 7) == (target_allowed ? 0 : EINVAL),
	      "XSA-482: target '%s'", says);
	check(unload("xen-privcmd") != 0, "P7: not unloaded while it is open");
	close(fd);
}

/* The domain is restored somewhere else, where it serves another. */
static void test_another_target(void)
{
	int before, after;

	fake("xenstore", "7");
	expect_load("xen-privcmd", "", 0, "a domain that is restored");
	before = open_soon("/dev/xen/privcmd");
	fake("target", "8");
	fake("resume", "restored");
	after = open_soon("/dev/xen/privcmd");
	check(try_restrict(after, 8) == 0 && try_restrict(after, 7) == EINVAL,
	      "a file is restricted to what XenStore names then");
	check(try_restrict(before, 7) == EINVAL && try_restrict(before, 8) == EINVAL,
	      "a file of before to nothing that there is");
	close(before);
	close(after);
	unload("xen-privcmd");
}

static void test_outside_dom0(void)
{
	int fd;

	fake("type", "domu");
	expect_load("xen-privcmd", "", 0, "a domain");
	fd = open_soon("/dev/xen/privcmd");
	check(fd < 0 && errno == EINTR, "XSA-482: open waits for XenStore");
	expect_target("7", 1);
	expect_target("none", 0);
	expect_target("seven", 0);
	expect_target("40000", 0);
	check(unload("xen-privcmd") == 0, "xen-privcmd unloads");
	/* Nobody is there to be told any more. */
	fake("xenstore", "7");

	/* It is up already: no waiting. */
	expect_load("xen-privcmd", "", 0, "a domain with XenStore");
	expect_target("7", 1);
	unload("xen-privcmd");

	test_another_target();
	expect_load("xen-privcmd", "unrestricted=1", 0, "a domain");
	fd = open_soon("/dev/xen/privcmd");
	check(try_version(fd) == 0, "unrestricted: hypercalls");
	close(fd);
	unload("xen-privcmd");

	fake("locked_down", "1");
	fake("xenstore_down", "1");
	expect_load("xen-privcmd", "unrestricted=1", 0, "a domain, locked down");
	expect_target("7", 1);
	unload("xen-privcmd");
	fake("locked_down", "0");
	fake("type", "pv");
}

/* Signals: one that interrupts a read, and one that tells of an event. */
static void test_evtchn_signals(int fd)
{
	struct itimerval soon = { .it_value.tv_usec = 50000 };
	struct sigaction alarm = { .sa_handler = nothing };
	struct timespec second = { .tv_sec = 1 };
	struct ioctl_evtchn_bind_unbound_port unbound = { 0 };
	struct ioctl_evtchn_bind_interdomain channel = { 0 };
	struct ioctl_evtchn_notify notify;
	unsigned int port;
	sigset_t io;

	sigemptyset(&io);
	sigaddset(&io, SIGIO);
	sigprocmask(SIG_BLOCK, &io, NULL);
	sigaction(SIGALRM, &alarm, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	check(read(fd, &port, sizeof(port)) < 0 && errno == EINTR,
	      "a read is interrupted");
	fcntl(fd, F_SETOWN, getpid());
	check(fcntl(fd, F_SETFL, O_ASYNC) == 0, "SIGIO can be asked for");
	channel.remote_port = ioctl(fd, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &unbound);
	notify.port = ioctl(fd, IOCTL_EVTCHN_BIND_INTERDOMAIN, &channel);
	ioctl(fd, IOCTL_EVTCHN_NOTIFY, &notify);
	check(sigtimedwait(&io, NULL, &second) == SIGIO, "SIGIO comes");
	check(read(fd, &port, sizeof(port)) == 4 && port == channel.remote_port,
	      "and the event can be read");
	fcntl(fd, F_SETFL, 0);
}

static void test_evtchn_in_use(void)
{
	int fd;

	expect_load("xen-evtchn", "", 0, "PV");
	fd = open_soon("/dev/xen/evtchn");
	check(fd >= 0 && unload("xen-evtchn") != 0,
	      "P7: not unloaded while it is open");
	test_evtchn_signals(fd);
	close(fd);
	check(unload("xen-evtchn") == 0, "xen-evtchn unloads");
}

/* One file, to a directory of the host, with its path as name. */
/* A page that the peer still maps when the module goes is the kernel's to free. */
static void test_gntalloc_unload(void)
{
	struct ioctl_gntalloc_alloc_gref arg = { .domid = 7, .count = 1 };
	char peer[32];
	int fd;

	check(load("xen-gntalloc", "") == 0, "xen-gntalloc loads");
	fd = open_soon("/dev/xen/gntalloc");
	check(ioctl(fd, IOCTL_GNTALLOC_ALLOC_GREF, &arg) == 0, "a page is shared");
	snprintf(peer, sizeof(peer), "7 %u", arg.gref_ids[0]);
	fake("peer_maps", peer);
	check(unload("xen-gntalloc") != 0, "P7: not unloaded while it is open");
	close(fd);
	check(unload("xen-gntalloc") == 0, "P7: unloaded with a peer that is late");
	snprintf(peer, sizeof(peer), "%u", arg.gref_ids[0]);
	fake("peer_unmaps", peer);
}

/* What this process says comes between what the kernel says, line by line. */
static void use_log(void)
{
	mkdir("/dev", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	if (!freopen("/dev/kmsg", "w", stdout))
		perror("kunit: /dev/kmsg");
	setvbuf(stdout, NULL, _IOLBF, 0);
}

/* Where the kernel has no KUnit, it is a module. */
static void load_kunit(void)
{
	const char *suite = getenv("suite");
	char args[256];
	int err;

	if (access("/kunit.ko", F_OK))
		return;
	snprintf(args, sizeof(args), "enable=1%s%s", suite ? " filter_glob=" : "",
		 suite ? suite : "");
	err = load("kunit", args);
	check(!err, "kunit loads (%d)", err);
}

int main(void)
{
	static const char * const modules[] = {
		"xen-hypercall", "xen-evtchn", "xen-privcmd",
		"xen-gntdev", "xen-gntalloc", "xen-kunit", NULL
	};
	char args[64];
	int i, err;

	use_log();
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("debugfs", FAULTS, "debugfs", 0, NULL);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	/* What the kernel itself has lost is not our business. */
	if (!access(FAULTS "/kmemleak", F_OK)) {
		set(FAULTS "/kmemleak", "scan");
		set(FAULTS "/kmemleak", "clear");
	}
	printf("kunit: begin\n");
	/* Where the kernel has none. The runner says so. */
	if (getenv("console_module"))
		load("kunit-console", "");
	arm_faults();
	load_kunit();
	find_kallsyms(args, sizeof(args));
	err = load("xen-fake", args);
	if (err)
		check(0, "xen-fake does not load: %s", strerror(err));
	for (i = 0; modules[i]; i++) {
		err = load(modules[i], "");
		check(!err, "%s loads (%d)", modules[i], err);
	}
	while (i-- > 0) {
		err = unload(modules[i]);
		check(!err, "%s unloads (%d)", modules[i], err);
	}
	test_refusals();
	test_outside_dom0();
	test_evtchn_in_use();
	test_gntalloc_unload();
	test_selftest();
	check(unload("xen-hypercall") == 0, "xen-hypercall unloads");
	check(shows("/sys/module/xen_fake/parameters/workqueues", "0\n"),
	      "no workqueue is left");
	test_init_fails("xen-hypercall");
	test_leaks();
	test_watched();
	print_taint();
	unload("xen-fake");
	check(!save_counts(), "what was counted is saved");
	printf("kunit: end\n");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
