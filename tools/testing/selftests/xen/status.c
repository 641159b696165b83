// SPDX-License-Identifier: GPL-2.0-only
/*
 * "xen-devices status" on a real Xen, on our modules and on the kernel's: what it
 * says of them, of this process, and of what this process does.
 *
 * A name is status.<what it tells>__<of what>.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command.h"
#include "env.h"
#include "files.h"
#include "grant.h"

#define STATUS		"xen-devices status"
#define COUNTS		"/sys/kernel/debug/xen-devices/gntalloc/refusals"
#define PG		4096UL

static const char * const drivers[] = {
	"xen-privcmd", "xen-evtchn", "xen-gntdev", "xen-gntalloc",
};

FIXTURE(status) {
	int fd;
};

FIXTURE_SETUP(status)
{
	self->fd = -1;
	if (!env_is_declared())
		SKIP(return, "XEN_MODULES is not set");
	if (command("command -v xen-devices"))
		SKIP(return, "there is no command xen-devices");
}

FIXTURE_TEARDOWN(status)
{
	if (self->fd >= 0)
		close(self->fd);
	if (!access(GRANT_LIMIT_PARAM, F_OK))
		EXPECT_EQ(0, param_set(GRANT_LIMIT_PARAM, GRANT_LIMIT_DEFAULT));
}

static int expected(void)
{
	return env_is_ours() ? 0 : 1;
}

/* The part of what was said that is about @module, as JSON. */
static const char *about(const char *module)
{
	static char part[8192];
	char name[64];
	const char *start, *end;

	snprintf(name, sizeof(name), "\"name\": \"%s\"", module);
	start = strstr(command_said(), name);
	if (!start)
		return "";
	end = strstr(start, "\n    }");
	snprintf(part, sizeof(part), "%.*s", end ? (int)(end - start) : -1,
		 start);
	return part;
}

/* Does that part name this process and @node, with it @how? */
static bool holds(const char *module, const char *node, const char *how)
{
	char holder[256];

	if (command(STATUS " --json") != expected())
		return false;
	snprintf(holder, sizeof(holder),
		 "{\"pid\": %d, \"comm\": \"status\", \"node\": \"%s\", \"how\": \"%s\"}",
		 getpid(), node, how);
	return strstr(about(module), holder);
}

TEST_F(status, modules__as_loaded)
{
	char state[64];
	unsigned int i;

	ASSERT_EQ(expected(), command(STATUS " --json"))
		TH_LOG("%s", command_said());
	snprintf(state, sizeof(state), "\"state\": \"%s\"",
		 env_is_ours() ? "ours" : "stock");
	for (i = 0; i < ARRAY_SIZE(drivers); i++)
		EXPECT_NE(NULL, strstr(about(drivers[i]), state))
			TH_LOG("%s", about(drivers[i]));
	EXPECT_NE(NULL, strstr(about("xen-hypercall"), env_is_ours() ?
			       "\"state\": \"ours\"" : "\"state\": \"absent\""));
}

TEST_F(status, text__in_a_sentence)
{
	EXPECT_EQ(expected(), command(STATUS));
	EXPECT_NE(NULL, strstr(command_said(), env_is_ours() ?
			       "All modules are ours." :
			       "Modules of the kernel are in use."))
		TH_LOG("%s", command_said());
	EXPECT_NE(NULL, strstr(command_said(), "xenfs"));
}

TEST_F(status, version__of_the_loaded)
{
	char version[64] = "", line[128];

	ASSERT_EQ(expected(), command(STATUS " --json"));
	if (read_text("/sys/module/xen_gntdev/version", version,
		      sizeof(version)) < 0)
		snprintf(line, sizeof(line), "\"version\": null");
	else
		snprintf(line, sizeof(line), "\"version\": \"%s\"", version);
	EXPECT_EQ(env_is_ours(), version[0] != '\0');
	EXPECT_NE(NULL, strstr(about("xen-gntdev"), line));
}

/* It starts some programs, each of which takes its time under emulation. */
TEST_F_TIMEOUT(status, holders__come_and_go, 120)
{
	static const struct {
		const char *module;
		const char *node;
	} rows[] = {
		{ "xen-evtchn", XEN_DEV_EVTCHN },
		{ "xen-privcmd", XEN_DEV_PRIVCMD },
		{ "xen-privcmd", XEN_DEV_HYPERCALL },
		{ "xen-gntdev", XEN_DEV_GNTDEV },
		{ "xen-gntalloc", XEN_DEV_GNTALLOC },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_FALSE(holds(rows[i].module, rows[i].node, "open"));
		self->fd = open(rows[i].node, O_RDWR | O_CLOEXEC);
		ASSERT_LE(0, self->fd);
		EXPECT_TRUE(holds(rows[i].module, rows[i].node, "open"))
			TH_LOG("%s", command_said());
		close(self->fd);
		self->fd = -1;
		EXPECT_FALSE(holds(rows[i].module, rows[i].node, "open"));
	}
}

/* A mapping holds the module without an open file. */
TEST_F(status, holders__of_a_mapping_alone)
{
	uint64_t index;
	void *p;

	self->fd = ga_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ga_alloc(self->fd, DOM_HERE, 1, &index, NULL));
	p = ga_map(self->fd, index, 1);
	ASSERT_NE(NULL, p);
	close(self->fd);
	self->fd = -1;
	EXPECT_TRUE(holds("xen-gntalloc", XEN_DEV_GNTALLOC, "mapped"))
		TH_LOG("%s", command_said());
	EXPECT_FALSE(holds("xen-gntalloc", XEN_DEV_GNTALLOC, "open"));
	ASSERT_EQ(0, munmap(p, PG));
	EXPECT_FALSE(holds("xen-gntalloc", XEN_DEV_GNTALLOC, "mapped"));
}

TEST_F(status, parameters__as_set)
{
	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, 77));
	ASSERT_EQ(expected(), command(STATUS " --json"));
	EXPECT_NE(NULL, strstr(about("xen-gntalloc"), "\"limit\": \"77\""))
		TH_LOG("%s", about("xen-gntalloc"));
}

static long long hits_now(void)
{
	const char *hits;
	long long number;

	if (command(STATUS " --json") != expected())
		return -EIO;
	hits = strstr(about("xen-gntalloc"), "\"limit_hits\": ");
	if (!hits || sscanf(hits, "\"limit_hits\": %lld", &number) != 1)
		return -ENOENT;
	return number;
}

TEST_F(status, limit__that_was_hit)
{
	long long before;

	if (access(COUNTS, R_OK))
		SKIP(return, "the modules keep no counts");
	before = hits_now();
	ASSERT_LE(0, before);
	self->fd = ga_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, param_set(GRANT_LIMIT_PARAM, 2));
	EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, 3, NULL, NULL));
	EXPECT_EQ(-ENOSPC, ga_alloc(self->fd, DOM_HERE, 4, NULL, NULL));
	EXPECT_EQ(before + 2, hits_now());
	EXPECT_EQ(expected(), command(STATUS));
	EXPECT_NE(NULL, strstr(command_said(), "A limit was hit"));
}

TEST_HARNESS_MAIN
