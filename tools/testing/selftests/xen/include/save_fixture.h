/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that is saved and restored, while a process in it holds things.
 *
 * To make it takes longer than most of what is done with it, so that a test takes
 * over what the one before left; but not the process, which is another one.
 *
 * Included once, after the harness.
 */
#ifndef XT_SAVE_FIXTURE_H
#define XT_SAVE_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "env.h"
#include "evtchn_ops.h"
#include "fmap.h"
#include "grant.h"
#include "xl.h"

/* Of which a test that goes well needs a twentieth. */
#define SAVE_TIMEOUT	600

/* Within which a guest answers, also one that was just restored. */
#define ANSWER_MS	40000

#define IMAGE		"/tmp/saved"
#define DISK		"/tmp/disk-"
#define DISK_KIB	1024

/* For helpers: struct save_fixture is what tests know as *self. */
#define save_fixture	_test_data_save

FIXTURE(save) {
	struct xl_guest guest;
	/* It has not answered once. */
	bool dead;
	char asked[XL_TEXT / 2];
	int complaints;
	unsigned int restored;
	int evtchn;
	int gntdev;
	int gntalloc;
};

FIXTURE_VARIANT(save) {
	const char *type;
	const char *name;
	const char *loop;
	/* Its page tables have no frames of the machine in them. */
	bool translated;
};

FIXTURE_VARIANT_ADD(save, pv) {
	.type = "pv",
	.name = "save-pv",
	.loop = "/dev/loop0",
	.translated = false,
};

FIXTURE_VARIANT_ADD(save, pvh) {
	.type = "pvh",
	.name = "save-pvh",
	.loop = "/dev/loop1",
	.translated = true,
};

/* Each guest has all at once, twice; one after the other it takes long. */
#define ONE_BY_ONE	"one by one is for FULL=1"

static bool all_at_once(void)
{
	return getenv("XEN_TEST_QUICK");
}

/* What the guest answers, if it still does. */
static int ask(struct save_fixture *self, const char *format, ...)
{
	va_list args;
	int ret;

	if (self->dead)
		return -ETIMEDOUT;
	va_start(args, format);
	vsnprintf(self->asked, sizeof(self->asked), format, args);
	va_end(args);
	ret = xl_start(&self->guest, "%s", self->asked);
	ret = ret ?: xl_answer_within(&self->guest, ANSWER_MS);
	self->dead = ret == -ETIMEDOUT;
	return ret;
}

/* The number of the answer that follows its result, counted from 0. */
static unsigned int answered(struct save_fixture *self, unsigned int nr)
{
	char *text = self->guest.answer;

	strtol(text, &text, 10);
	for (; nr; nr--)
		strtoul(text, &text, 10);
	return strtoul(text, NULL, 10);
}

/*
 * The results of several commands, which have semicolons between them: to ask
 * takes longer than to do.
 */
static const char *ask_each(struct save_fixture *self, const char *format, ...)
{
	char commands[XL_TEXT / 4];
	const char *space;
	va_list args;

	va_start(args, format);
	vsnprintf(commands, sizeof(commands), format, args);
	va_end(args);
	if (ask(self, "each %s", commands))
		return self->dead ? "no answer" : self->guest.answer;
	space = strchr(self->guest.answer, ' ');
	return space ? space + 1 : "";
}

/* Text with numbers in it, until the next one. */
static const char *text(const char *format, ...)
{
	static char buf[256];
	va_list args;

	va_start(args, format);
	vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	return buf;
}

static bool is_as_expected(struct save_fixture *self, const char *expected,
			   const char *seen)
{
	if (!strcmp(expected, seen))
		return true;
	ksft_print_msg("\"%s\": %s and not %s\n", self->asked, seen, expected);
	return false;
}

#define EXPECT_EACH(expected, ...)					\
	EXPECT_TRUE(is_as_expected(self, expected,			\
				   ask_each(self, __VA_ARGS__)))
#define ASSERT_EACH(expected, ...)					\
	ASSERT_TRUE(is_as_expected(self, expected,			\
				   ask_each(self, __VA_ARGS__)))

/* The result of one, which may say more. */
static bool answers(struct save_fixture *self, int expected, int seen)
{
	if (expected == seen)
		return true;
	ksft_print_msg("\"%s\": %s and not %d\n", self->asked,
		       self->dead ? "no answer" : self->guest.answer, expected);
	return false;
}

#define EXPECT_ANSWER(expected, ...)					\
	EXPECT_TRUE(answers(self, expected, ask(self, __VA_ARGS__)))
#define ASSERT_ANSWER(expected, ...)					\
	ASSERT_TRUE(answers(self, expected, ask(self, __VA_ARGS__)))

/* A program of dom0, which is to succeed. */
static bool succeeds(const char *program, const char *arguments)
{
	int status = command("%s %s", program, arguments);

	if (status)
		ksft_print_msg("%s %s ends with %d: %s\n", program, arguments,
			       status, command_said());
	return !status;
}

/* Its disk is a loop device of dom0, connected by this program: see main(). */
static int make_guest(struct xl_guest *g, const char *loop)
{
	char config[256];

	if (command("losetup -d %s; dd if=/dev/zero of=" DISK "%s bs=1k count=%d && losetup %s "
		    DISK "%s", loop, g->name, DISK_KIB, loop, g->name))
		return -EIO;
	snprintf(config, sizeof(config),
		 "'memory=96' 'disk=[\"format=raw,vdev=xvda,access=rw,backendtype=phy,script=/tests/save,target=%s\"]'",
		 loop);
	return xl_create_as(g, "save", config);
}

/* The process in it may be in the middle of what the last test wanted. */
static int take_guest(struct save_fixture *self, const char *loop)
{
	struct xl_guest *g = &self->guest;
	int ret = xl_find(g);

	if (!ret && ask(self, "die") == 0 && ask(self, "hello") == 0)
		return 0;
	self->dead = false;
	if (!ret)
		command("xl destroy %s", g->name);
	g->commands = 0;
	return make_guest(g, loop);
}

FIXTURE_SETUP(save)
{
	if (!xl_possible())
		SKIP(return, "there is no guest to make");
	self->evtchn = ev_open(O_RDWR);
	ASSERT_LE(0, self->evtchn);
	self->gntdev = gd_open();
	ASSERT_LE(0, self->gntdev);
	self->gntalloc = ga_open();
	ASSERT_LE(0, self->gntalloc);
	ASSERT_EQ(0, xl_open(&self->guest, variant->type, variant->name));
	ASSERT_EQ(0, take_guest(self, variant->loop))
		TH_LOG("%s", command_said());
	self->complaints = ask(self, "complaints");
}

FIXTURE_TEARDOWN(save)
{
	unlink(IMAGE);
	xl_close(&self->guest);
}

/* What the guest wrote has arrived on the disk, and in the log of its console. */
static void use_devices(struct __test_metadata *_metadata,
			struct save_fixture *self)
{
	static unsigned int seed;
	char page[PG], path[64];
	int fd;

	seed++;
	EXPECT_EACH("0 0 0", "disk-write %u; disk-check %u; say I-am-%u-in-%u",
		    seed, seed, seed, self->guest.domid);
	snprintf(path, sizeof(path), DISK "%s", self->guest.name);
	fd = open(path, O_RDONLY);
	EXPECT_EQ((ssize_t)PG, read(fd, page, PG));
	EXPECT_EQ(0u, pattern_wrong(page, 1, seed));
	close(fd);
	EXPECT_TRUE(command_within(SOON_MS,
				   "grep I-am-%u-in-%u /var/log/xen/console/guest-%s.log",
				   seed, self->guest.domid, self->guest.name));
}

/* Its kernel has not complained of anything; the console has what it did. */
static void is_silent(struct __test_metadata *_metadata,
		      struct save_fixture *self)
{
	EXPECT_ANSWER(self->complaints, "complaints");
	if (self->complaints == atoi(self->guest.answer))
		return;
	command("tail -n 80 /var/log/xen/console/guest-%s.log | tr -d '\\r' | sed 's/^/# guest: /'",
		self->guest.name);
	printf("%s\n", command_said());
}

/* Whatever the process still has goes with it. */
static void let_go_of_all(struct __test_metadata *_metadata,
			  struct save_fixture *self)
{
	EXPECT_ANSWER(0, "die");
	is_silent(_metadata, self);
	use_devices(_metadata, self);
}

static void save_and_restore(struct __test_metadata *_metadata,
			     struct save_fixture *self)
{
	struct xl_guest *g = &self->guest;
	uint32_t before = g->domid;
	uint64_t begin = now_us();

	ASSERT_TRUE(succeeds("xl save", text("%s " IMAGE, g->name)));
	ASSERT_TRUE(succeeds("xl restore", IMAGE));
	unlink(IMAGE);
	ASSERT_EQ(0, xl_find(g));
	EXPECT_LT(before, g->domid);
	ASSERT_ANSWER(0, "hello");
	self->restored++;
	ksft_print_msg("saved and restored %u: %llu ms\n", self->restored,
		       (unsigned long long)(now_us() - begin) / 1000);
	use_devices(_metadata, self);
	is_silent(_metadata, self);
}

#endif
