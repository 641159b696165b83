// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scripts of tools/bpftrace, in the bpftrace of the distribution: each runs
 * while a child does what it is to see.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "env.h"
#include "evtchn_ops.h"
#include "grant.h"
#include "granter.h"
#include "hcall.h"

#define SCRIPTS		"/bpftrace"

/* What compiling a script may take, under emulation. */
#define ATTACH_SECONDS	240

FIXTURE(bpftrace) {
	pid_t child;
};

FIXTURE_SETUP(bpftrace)
{
	self->child = 0;
	if (!env_is_ours())
		SKIP(return, "the kernel's own modules have no tracepoints");
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	if (access("/usr/bin/bpftrace", X_OK) || access(SCRIPTS, R_OK))
		SKIP(return, "there is no bpftrace: make run BPFTRACE=1");
}

FIXTURE_TEARDOWN(bpftrace)
{
	if (self->child <= 0)
		return;
	kill(self->child, SIGKILL);
	waitpid(self->child, NULL, 0);
}

/* Does it over and over, until it is killed. */
static pid_t begin(void (*act)(void *data), void *data)
{
	pid_t child = fork();

	if (child)
		return child;
	for (;;) {
		act(data);
		usleep(20000);
	}
}

/*
 * Run a script for some seconds, from when it sees something on. It says what it
 * has when it is interrupted.
 */
static int run_script(const char *name, const char *first_words)
{
	return command("cd /tmp; bpftrace -B none " SCRIPTS "/%s >said 2>&1 & p=$!; i=0;"
		       "while ! grep -q '%s' /tmp/said && [ $i -lt %d ];"
		       " do kill -0 $p || break; sleep 1; i=$((i + 1)); done;"
		       "sleep 5; kill -INT $p; wait $p; rc=$?; cat /tmp/said; exit $rc",
		       name, first_words, ATTACH_SECONDS);
}

static void call_xen(void *data)
{
	int fd = *(int *)data;

	xen_version(fd);
	hcall1(fd, 120, 0);
}

TEST_F_TIMEOUT(bpftrace, hypercalls__latency_by_operation, 400)
{
	int fd = privcmd_open();

	ASSERT_GE(fd, 0);
	self->child = begin(call_xen, &fd);
	EXPECT_EQ(0, run_script("hypercalls.bt", "End with"));
	TH_LOG("%s", command_said());
	EXPECT_NE(NULL, strstr(command_said(), "@nanoseconds[17]:"));
	EXPECT_NE(NULL, strstr(command_said(), "@calls[bpftrace, 17]:"));
	EXPECT_LT(0, command_number("@failed[120, -38]: "));
	close(fd);
}

static void map_grant(void *data)
{
	const struct granter *g = data;
	uint32_t none = 0xffffff;
	int gd = gd_open();
	uint64_t index;

	if (!gd_map_refs(gd, g->domid, 1, g->ref, &index))
		gd_mmap_error(gd, index, 1, PROT_READ);
	if (!gd_map_refs(gd, g->domid, 1, &none, &index))
		gd_mmap_error(gd, index, 1, PROT_READ);
	close(gd);
}

TEST_F_TIMEOUT(bpftrace, grants__who_maps_whose, 400)
{
	struct granter g;
	char want[64];

	ASSERT_EQ(0, granter_create(&g, 1));
	self->child = begin(map_grant, &g);
	EXPECT_EQ(0, run_script("grants.bt", "FIRST REF"));
	TH_LOG("%s", command_said());
	snprintf(want, sizeof(want), "@mapped[bpftrace, %u]: ", g.domid);
	EXPECT_LT(0, command_number(want));
	snprintf(want, sizeof(want), "@released[%u]: ", g.domid);
	EXPECT_LT(0, command_number(want));
	snprintf(want, sizeof(want), "@refused[bpftrace, %u, 16777215, -3]: ", g.domid);
	EXPECT_LT(0, command_number(want));
	kill(self->child, SIGKILL);
	waitpid(self->child, NULL, 0);
	self->child = 0;
	granter_free(&g);
}

static void send_event(void *data)
{
	const int *fd_and_port = data;

	ev_notify(fd_and_port[0], fd_and_port[1]);
}

TEST_F_TIMEOUT(bpftrace, notify__rate_by_port, 400)
{
	int fd_and_port[2] = { ev_open(O_RDWR) };
	struct ev_pair pair;
	char want[64];

	ASSERT_EQ(0, ev_pair(fd_and_port[0], fd_and_port[0], &pair));
	fd_and_port[1] = pair.a;
	self->child = begin(send_event, fd_and_port);
	EXPECT_EQ(0, run_script("notify.bt", "End with"));
	TH_LOG("%s", command_said());
	snprintf(want, sizeof(want), "@per_second[bpftrace, %u]: ", pair.a);
	EXPECT_LT(0, command_number(want));
	snprintf(want, sizeof(want), "@in_all[bpftrace, %u]: ", pair.a);
	EXPECT_LT(0, command_number(want));
	close(fd_and_port[0]);
}

TEST_HARNESS_MAIN
