// SPDX-License-Identifier: GPL-2.0-only
/*
 * What our modules show of themselves: reasons for refusals, statistics and
 * tracepoints. Documentation/ABI/testing/debugfs-xen-devices has the format.
 *
 * Other programs may use the devices meanwhile: each test looks for its own
 * line, and counters only grow.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xen/privcmd.h>

#include "env.h"
#include "evtchn_ops.h"
#include "files.h"
#include "grant.h"
#include "granter.h"
#include "hcall.h"

#define SHOWN		"/sys/kernel/debug/xen-devices/"
#define TRACING		"/sys/kernel/tracing/"

static const char *const modules[] = { "privcmd", "evtchn", "gntdev", "gntalloc" };

FIXTURE(observe) {
	char text[1 << 16];
};

FIXTURE_SETUP(observe)
{
	if (!env_is_ours())
		SKIP(return, "the kernel's own modules show nothing of this");
	if (access("/sys/kernel/debug", X_OK))
		SKIP(return, "there is no debugfs");
}

FIXTURE_TEARDOWN(observe)
{
}

static const char *shown(const char *module, const char *file, char *buf, size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), SHOWN "%s/%s", module, file);
	if (read_text(path, buf, size) < 0)
		buf[0] = '\0';
	return buf;
}

/* The rest of the line that begins with a name and a blank, or NULL. */
static const char *line_of(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (text && (strncmp(text, name, len) || text[len] != ' ')) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return text ? text + len + 1 : NULL;
}

/* -1: there is no such line. */
static long number_of(const char *module, const char *file, const char *name)
{
	static char text[1 << 14];
	const char *line = line_of(shown(module, file, text, sizeof(text)), name);

	return line ? strtol(line, NULL, 10) : -1;
}

static long refused(const char *module, const char *reason)
{
	return number_of(module, "refusals", reason);
}

/* The line of the file that this process has opened last. */
static const char *own_line(const char *module, char *buf, size_t size)
{
	static char text[1 << 16];
	char begin[32], *line, *rest = text;

	snprintf(begin, sizeof(begin), "pid=%d ", getpid());
	shown(module, "files", text, sizeof(text));
	buf[0] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, begin, strlen(begin)))
			snprintf(buf, size, "%s", line + strlen(begin));
	}
	return buf;
}

TEST_F(observe, files__for_root_alone)
{
	static const char *const files[] = { "refusals", "stats", "files" };
	struct stat st;
	char path[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modules) * ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), SHOWN "%s/%s", modules[i / ARRAY_SIZE(files)],
			 files[i % ARRAY_SIZE(files)]);
		ASSERT_EQ(0, stat(path, &st)) TH_LOG("%s", path);
		EXPECT_EQ(S_IFREG | 0400, st.st_mode) TH_LOG("%s", path);
	}
}

TEST_F(observe, evtchn__file_and_refusals)
{
	long restricted = refused("evtchn", "restricted");
	int fd = ev_open(O_RDWR);

	ASSERT_GE(fd, 0);
	ASSERT_GT(ev_bind_unbound(fd, DOM_HERE), 0);
	EXPECT_EQ(0, ev_restrict(fd, 5));
	EXPECT_STREQ("ports=1 slots=64 unread=0 overflow=0 restricted=5 comm=observe",
		     own_line("evtchn", self->text, sizeof(self->text)));
	EXPECT_EQ(-ENOTCONN, ev_notify(fd, 4000));
	EXPECT_EQ(-EACCES, ev_bind_unbound(fd, DOM_HERE));
	EXPECT_LT(restricted, refused("evtchn", "restricted"));
	close(fd);
	EXPECT_STREQ("", own_line("evtchn", self->text, sizeof(self->text)));
}

TEST_F(observe, evtchn__overflow)
{
	long overflows = number_of("evtchn", "stats", "overflows");
	int a = ev_open(O_RDWR), b = ev_open(O_RDWR);

	ASSERT_LT(0, ev_overflow(a, b));
	EXPECT_LT(overflows, number_of("evtchn", "stats", "overflows"));
	EXPECT_NE(NULL, strstr(own_line("evtchn", self->text, sizeof(self->text)),
			       " overflow=1 "));
	close(a);
	close(b);
}

TEST_F(observe, privcmd__file_and_refusals)
{
	long hypercalls = refused("privcmd", "xen-hypercall");
	long restricted = refused("privcmd", "restricted");
	int fd = privcmd_open();

	ASSERT_GE(fd, 0);
	EXPECT_STREQ("mappings=0 bytes=0 irqfds=0 ioreq-servers=0 restricted=no comm=observe",
		     own_line("privcmd", self->text, sizeof(self->text)));
	EXPECT_EQ(-ENOSYS, hcall1(fd, 120, 0));
	EXPECT_LT(hypercalls, refused("privcmd", "xen-hypercall"));
	EXPECT_EQ(0, privcmd_restrict(fd, 9));
	EXPECT_EQ(-EPERM, hcall1(fd, __HYPERVISOR_xen_version, 0));
	EXPECT_LT(restricted, refused("privcmd", "restricted"));
	EXPECT_NE(NULL, strstr(own_line("privcmd", self->text, sizeof(self->text)),
			       " restricted=9 "));
	close(fd);
}

TEST_F(observe, gntalloc__file)
{
	int fd = ga_open();
	uint64_t index;

	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, ga_alloc(fd, DOM_HERE, 3, &index, NULL));
	EXPECT_STREQ("grants=3 bytes=12288 limit=1024 comm=observe",
		     own_line("gntalloc", self->text, sizeof(self->text)));
	EXPECT_LE(3, number_of("gntalloc", "stats", "used"));
	ASSERT_EQ(0, ga_free(fd, index, 1));
	EXPECT_STREQ("grants=2 bytes=8192 limit=1024 comm=observe",
		     own_line("gntalloc", self->text, sizeof(self->text)));
	close(fd);
}

/* What the kernel has logged since, up to the line that has the text. */
static int logged(int log, const char *what)
{
	char record[8192];
	ssize_t n;

	while ((n = read(log, record, sizeof(record) - 1)) > 0) {
		record[n] = '\0';
		if (strstr(record, what))
			return 1;
	}
	return 0;
}

static int open_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	lseek(fd, 0, SEEK_END);
	return fd;
}

/* The other meaning of ENOSPC would be a grant table that is full. */
TEST_F(observe, limit__gntalloc_is_told_and_logged)
{
	long limit = refused("gntalloc", "limit");
	long full = refused("gntalloc", "grant-table-full");
	int fd = ga_open(), log = open_log();

	ASSERT_GE(log, 0);
	EXPECT_EQ(-ENOSPC, ga_alloc(fd, DOM_HERE, GRANT_LIMIT_DEFAULT + 1, NULL, NULL));
	EXPECT_LT(limit, refused("gntalloc", "limit"));
	EXPECT_EQ(full, refused("gntalloc", "grant-table-full"));
	EXPECT_TRUE(logged(log, "the parameter limit=1024"));
	close(log);
	close(fd);
}

TEST_F(observe, limit__gntdev_is_told_and_logged)
{
	struct ioctl_gntdev_map_grant_ref arg = { .count = MAP_LIMIT_DEFAULT + 1 };
	long limit = refused("gntdev", "limit");
	int fd = gd_open(), log = open_log();

	ASSERT_GE(log, 0);
	EXPECT_EQ(-1, ioctl(fd, IOCTL_GNTDEV_MAP_GRANT_REF, &arg));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_LT(limit, refused("gntdev", "limit"));
	EXPECT_TRUE(logged(log, "the parameter limit=65536"));
	close(log);
	close(fd);
}

TEST_F(observe, limit__privcmd_is_told_and_logged)
{
	struct privcmd_dm_op arg = { .dom = DOM_NONE, .num = 17 };
	long limit = refused("privcmd", "limit-dm-op-max-nr-bufs");
	int fd = privcmd_open(), log = open_log();

	ASSERT_GE(log, 0);
	EXPECT_EQ(-1, ioctl(fd, IOCTL_PRIVCMD_DM_OP, &arg));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_LT(limit, refused("privcmd", "limit-dm-op-max-nr-bufs"));
	EXPECT_TRUE(logged(log, "the parameter dm_op_max_nr_bufs=16"));
	close(log);
	close(fd);
}

/* Not before the log has it ten times does it come to an end. */
TEST_F(observe, limit__log_is_not_flooded)
{
	int fd = ga_open(), log = open_log();
	unsigned int i, lines = 0;

	for (i = 0; i < 1000; i++)
		ga_alloc(fd, DOM_HERE, GRANT_LIMIT_DEFAULT + 1, NULL, NULL);
	while (logged(log, "the parameter limit="))
		lines++;
	/* Another interval may have begun. */
	EXPECT_GE(20, lines);
	close(log);
	close(fd);
}

TEST_F(observe, gntdev__refused_grant_is_named)
{
	long bad = number_of("gntdev", "stats", "gntst-bad-reference");
	long grants = refused("gntdev", "xen-grant");
	uint32_t ref = 0xffffff;
	int fd = gd_open();
	struct granter g;
	const char *last;
	uint64_t index;
	char want[64];

	ASSERT_EQ(0, granter_create(&g, 1));
	ASSERT_EQ(0, gd_map_refs(fd, g.domid, 1, &ref, &index));
	EXPECT_STREQ("maps=1 grants=1 bytes=4096 limit=65536 comm=observe",
		     own_line("gntdev", self->text, sizeof(self->text)));
	EXPECT_EQ(-EINVAL, gd_mmap_error(fd, index, 1, PROT_READ | PROT_WRITE));
	EXPECT_LT(grants, refused("gntdev", "xen-grant"));
	EXPECT_LT(bad, number_of("gntdev", "stats", "gntst-bad-reference"));
	last = line_of(shown("gntdev", "stats", self->text, sizeof(self->text)),
		       "gntst-last");
	ASSERT_NE(NULL, last);
	snprintf(want, sizeof(want), "domid=%u ref=16777215 gntst=-3", g.domid);
	EXPECT_STREQ(want, last);
	close(fd);
	granter_free(&g);
}

/* What an auto-translated domain must not map is refused, and said to be. */
TEST_F(observe, gntdev__own_grant_is_refused)
{
	long own = refused("gntdev", "own-grant");
	int ga = ga_open(), gd = gd_open();
	uint64_t index;
	uint32_t ref;

	ASSERT_EQ(0, ga_alloc(ga, DOM_HERE, 1, NULL, &ref));
	ASSERT_EQ(0, gd_map_refs(gd, DOM_HERE, 1, &ref, &index));
	if (!env_loses_own_grants()) {
		EXPECT_EQ(0, gd_mmap_error(gd, index, 1, PROT_READ));
	} else {
		EXPECT_EQ(-EOPNOTSUPP, gd_mmap_error(gd, index, 1, PROT_READ));
		EXPECT_LT(own, refused("gntdev", "own-grant"));
	}
	close(gd);
	close(ga);
}

/* ---- tracepoints */

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -errno;
	close(fd);
	return ret;
}

static int trace(const char *system, int on)
{
	char path[128];

	snprintf(path, sizeof(path), TRACING "events/%s/enable", system);
	return write_text(path, on ? "1" : "0");
}

FIXTURE(trace) {
	char text[1 << 18];
};

FIXTURE_SETUP(trace)
{
	if (!env_is_ours())
		SKIP(return, "the kernel's own modules have no tracepoints");
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	if (access(TRACING "trace", R_OK))
		SKIP(return, "the kernel has no tracing");
	/* This empties it. */
	close(open(TRACING "trace", O_WRONLY | O_TRUNC));
}

FIXTURE_TEARDOWN(trace)
{
	trace("xen_devices", 0);
	trace("xen_privcmd", 0);
	trace("xen_evtchn", 0);
	trace("xen_gntdev", 0);
	trace("xen_gntalloc", 0);
}

static bool traced(const char *text, const char *what)
{
	if (strstr(text, what))
		return true;
	printf("# not in the trace: '%s'\n", what);
	return false;
}

/* End it, and take what was written. */
static void take_trace(const char *system, char *text, size_t size)
{
	trace(system, 0);
	trace("xen_devices", 0);
	if (read_text(TRACING "trace", text, size) < 0)
		text[0] = '\0';
}

TEST_F(trace, privcmd__hypercall)
{
	int fd = privcmd_open();

	ASSERT_EQ(0, trace("xen_devices", 1));
	ASSERT_EQ(0, trace("xen_privcmd", 1));
	ASSERT_GE(xen_version(fd), XEN_OLDEST);
	hcall1(fd, 120, 77);
	take_trace("xen_privcmd", self->text, sizeof(self->text));
	EXPECT_TRUE(traced(self->text, ": ioctl_enter: device=privcmd nr=0 "));
	EXPECT_TRUE(traced(self->text, ": hypercall_enter: op=17 cmd=0\n"));
	EXPECT_TRUE(traced(self->text, ": hypercall_exit: op=17 ret=2"));
	EXPECT_TRUE(traced(self->text, ": hypercall_exit: op=120 ret=-38\n"));
	EXPECT_TRUE(traced(self->text,
			   ": refused: device=privcmd reason=xen-hypercall err=-38 what="));
	close(fd);
}

TEST_F(trace, evtchn__notify)
{
	int fd = ev_open(O_RDWR);
	struct ev_pair pair;
	char want[64];

	ASSERT_EQ(0, trace("xen_devices", 1));
	ASSERT_EQ(0, trace("xen_evtchn", 1));
	ASSERT_EQ(0, ev_pair(fd, fd, &pair));
	ASSERT_EQ(0, ev_notify(fd, pair.a));
	EXPECT_EQ(-ENOTCONN, ev_notify(fd, 4000));
	EXPECT_EQ(0, ev_unbind(fd, pair.a));
	take_trace("xen_evtchn", self->text, sizeof(self->text));
	snprintf(want, sizeof(want), ": bind: port=%u irq=", pair.a);
	EXPECT_TRUE(traced(self->text, want));
	snprintf(want, sizeof(want), ": notify: port=%u ret=0\n", pair.a);
	EXPECT_TRUE(traced(self->text, want));
	snprintf(want, sizeof(want), ": unbind: port=%u\n", pair.a);
	EXPECT_TRUE(traced(self->text, want));
	EXPECT_TRUE(traced(self->text, ": ioctl_exit: device=evtchn nr=4 cmd=0x44504 ret=-107\n"));
	EXPECT_TRUE(traced(self->text, ": hypercall_exit: op=32 ret=0\n"));
	close(fd);
}

/* As the documentation has it, for those without a program for that. */
TEST_F(trace, evtchn__histogram)
{
	const char *trigger = TRACING "events/xen_evtchn/notify/trigger";
	int fd = ev_open(O_RDWR), i;
	struct ev_pair pair;
	char want[64];

	if (access(TRACING "events/xen_evtchn/notify/hist", R_OK))
		SKIP(close(fd); return, "the kernel has no histograms of events");
	ASSERT_EQ(0, ev_pair(fd, fd, &pair));
	ASSERT_EQ(0, write_text(trigger, "hist:keys=port"));
	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, ev_notify(fd, pair.a));
	EXPECT_LT(0, read_text(TRACING "events/xen_evtchn/notify/hist", self->text,
			       sizeof(self->text)));
	EXPECT_EQ(0, write_text(trigger, "!hist:keys=port"));
	snprintf(want, sizeof(want), "{ port: %10u } hitcount: %10d\n", pair.a, 5);
	EXPECT_TRUE(traced(self->text, want));
	close(fd);
}

TEST_F(trace, evtchn__overflow)
{
	int a = ev_open(O_RDWR), b = ev_open(O_RDWR);

	ASSERT_EQ(0, trace("xen_devices", 1));
	ASSERT_EQ(0, trace("xen_evtchn", 1));
	ASSERT_LT(0, ev_overflow(a, b));
	take_trace("xen_evtchn", self->text, sizeof(self->text));
	EXPECT_TRUE(traced(self->text, ": overflow: port="));
	close(a);
	close(b);
}

/* A page of another domain, and one of ours. */
TEST_F(trace, grants__map_and_copy)
{
	int ga = ga_open(), gd = gd_open();
	struct gntdev_grant_copy_segment seg;
	uint64_t index, alloc_index;
	uint32_t ref, none = 0xffffff;
	char want[96], buf[8];
	struct granter g;
	void *addr;

	ASSERT_EQ(0, granter_create(&g, 1));
	ASSERT_EQ(0, trace("xen_devices", 1));
	ASSERT_EQ(0, trace("xen_gntdev", 1));
	ASSERT_EQ(0, trace("xen_gntalloc", 1));
	ASSERT_EQ(0, ga_alloc(ga, DOM_HERE, 1, &alloc_index, &ref));
	ASSERT_EQ(0, gd_map_refs(gd, g.domid, 1, g.ref, &index));
	addr = gd_mmap(gd, index, 1, PROT_READ);
	ASSERT_NE(NULL, addr);
	ASSERT_EQ(0, munmap(addr, PG));
	seg = seg_in(DOM_HERE, ref, 0, buf, sizeof(buf));
	EXPECT_EQ(0, gd_copy(gd, 1, &seg));
	ASSERT_EQ(0, gd_map_refs(gd, g.domid, 1, &none, &index));
	EXPECT_EQ(-EINVAL, gd_mmap_error(gd, index, 1, PROT_READ));
	EXPECT_EQ(0, ga_free(ga, alloc_index, 1));
	trace("xen_gntalloc", 0);
	take_trace("xen_gntdev", self->text, sizeof(self->text));
	snprintf(want, sizeof(want), ": grant: domid=0 ref=%u readonly=0\n", ref);
	EXPECT_TRUE(traced(self->text, want));
	snprintf(want, sizeof(want), ": map: domid=%u ref=%u count=1 readonly=1 err=0\n",
		 g.domid, g.ref[0]);
	EXPECT_TRUE(traced(self->text, want));
	snprintf(want, sizeof(want), ": unmap: domid=%u ref=%u count=1\n", g.domid,
		 g.ref[0]);
	EXPECT_TRUE(traced(self->text, want));
	EXPECT_TRUE(traced(self->text, ": copy: segments=1 ops=1 err=0\n"));
	snprintf(want, sizeof(want), ": grant_refused: domid=%u ref=16777215 gntst=-3\n",
		 g.domid);
	EXPECT_TRUE(traced(self->text, want));
	EXPECT_TRUE(traced(self->text,
			   ": refused: device=gntdev reason=xen-grant err=-22 what=16777215"));
	snprintf(want, sizeof(want), ": revoke: ref=%u revoked=", ref);
	EXPECT_TRUE(traced(self->text, want));
	/* Where the kernel has its things is nobody's business. */
	EXPECT_EQ(NULL, strstr(self->text, "ffff8"));
	close(ga);
	close(gd);
	granter_free(&g);
}

/* ---- files that come and go while somebody looks */

struct race {
	atomic_bool stop;
	atomic_uint opened, read;
};

static void *open_and_close(void *data)
{
	struct race *race = data;
	int fd[4];

	while (!race->stop) {
		fd[0] = ev_open(O_RDWR);
		fd[1] = privcmd_open();
		fd[2] = gd_open();
		fd[3] = ga_open();
		ev_bind_unbound(fd[0], DOM_HERE);
		ga_alloc(fd[3], DOM_HERE, 2, NULL, NULL);
		close(fd[0]);
		close(fd[1]);
		close(fd[2]);
		close(fd[3]);
		race->opened++;
	}
	return NULL;
}

static void *look(void *data)
{
	static _Thread_local char text[1 << 14];
	struct race *race = data;
	unsigned int i;

	while (!race->stop) {
		for (i = 0; i < ARRAY_SIZE(modules); i++) {
			shown(modules[i], "files", text, sizeof(text));
			shown(modules[i], "stats", text, sizeof(text));
		}
		race->read++;
	}
	return NULL;
}

TEST_F(observe, race__files_come_and_go)
{
	struct race race = {};
	pthread_t threads[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(threads); i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL,
					    i % 2 ? look : open_and_close, &race));
	for (i = 0; i < 3000 && (race.opened < 300 || race.read < 100); i++)
		usleep(10000);
	race.stop = true;
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	EXPECT_LE(300, race.opened);
	EXPECT_LE(100, race.read);
	for (i = 0; i < ARRAY_SIZE(modules); i++)
		EXPECT_STREQ("", own_line(modules[i], self->text, sizeof(self->text)));
}

TEST_HARNESS_MAIN
