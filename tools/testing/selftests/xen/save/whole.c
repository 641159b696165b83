// SPDX-License-Identifier: GPL-2.0-only
/* A vchan that is broken by it, all at once, and a checkpoint, which breaks nothing. */

static void vchan_path(struct save_fixture *self, char *path, size_t size)
{
	snprintf(path, size, "/local/domain/%u/data/vchan", self->guest.domid);
}

/* A vchan that the guest serves: the other end is here. */
static struct libxenvchan *connect_to(struct save_fixture *self)
{
	struct libxenvchan *v;
	char path[64];

	vchan_path(self, path, sizeof(path));
	if (ask(self, "vchan-serve %s", path))
		return NULL;
	v = libxenvchan_client_init(NULL, self->guest.domid, path);
	if (v)
		v->blocking = 1;
	return v;
}

static void exchange(struct __test_metadata *_metadata,
		     struct save_fixture *self, struct libxenvchan *v)
{
	char in[8];

	EXPECT_ANSWER(5, "vchan-write hello");
	EXPECT_EQ(5, libxenvchan_recv(v, in, 5));
	EXPECT_EQ(0, memcmp(in, "hello", 5));
	EXPECT_EQ(6, libxenvchan_send(v, "answer", 6));
	EXPECT_ANSWER(6, "vchan-read");
}

/* The library finds out. */
static void vchan_ended(struct __test_metadata *_metadata,
			struct save_fixture *self, struct libxenvchan *v)
{
	EXPECT_EACH(text("%d %d", POLLIN | POLLERR | POLLHUP, -ENOTCONN),
		    "vchan-poll; vchan-wait");
	libxenvchan_close(v);
	EXPECT_ANSWER(0, "vchan-close");
}

/* And a new one can be had at once. */
TEST_F_TIMEOUT(save, vchan__ends_and_is_made_anew, SAVE_TIMEOUT)
{
	struct libxenvchan *v;

	if (all_at_once())
		SKIP(return, ONE_BY_ONE);
	v = connect_to(self);
	ASSERT_NE(NULL, v);
	exchange(_metadata, self, v);

	save_and_restore(_metadata, self);
	vchan_ended(_metadata, self, v);
	is_silent(_metadata, self);
	v = connect_to(self);
	ASSERT_NE(NULL, v);
	exchange(_metadata, self, v);
	libxenvchan_close(v);
	EXPECT_ANSWER(0, "vchan-close");
	let_go_of_all(_metadata, self);
}

/* What a process holds: ports of one file, a reader that sleeps on another. */
struct everything {
	uint32_t domid;
	struct ports ports;
	int reader_door;
	int reader_port;
	struct pages theirs;
	struct pages ours;
	struct libxenvchan *vchan;
};

static void hold_sleeper(struct __test_metadata *_metadata,
			 struct save_fixture *self, unsigned int f,
			 struct everything *e)
{
	e->reader_door = ev_bind_unbound(self->evtchn, self->guest.domid);
	ASSERT_LT(0, e->reader_door);
	ASSERT_ANSWER(0, "open %u", f);
	e->reader_port = ask(self, "interdomain %u %d", f, e->reader_door);
	ASSERT_LT(0, e->reader_port);
	/* Connecting has rung. */
	ASSERT_EACH(text("%d 0", e->reader_port), "take %u; sleep %u", f, f);
}

/* On files @f and @f + 1. Mappings in a PV guest are another matter: mappings.c */
static void hold_everything(struct __test_metadata *_metadata,
			    struct save_fixture *self, bool mappings,
			    unsigned int f, struct everything *e)
{
	e->domid = self->guest.domid;
	ASSERT_ANSWER(0, "open %u", f);
	ASSERT_LT(0, hold_ports(self, f, &e->ports));
	talk(_metadata, self, f, &e->ports);
	hold_sleeper(_metadata, self, f + 1, e);
	ASSERT_EQ(0, take(self, &e->theirs));
	pattern_write(e->theirs.p, PAGES, f + 1);
	ASSERT_ANSWER(0, "check-shared %u", f + 1);
	ASSERT_EQ(0, hang_bell(self, "shared"));
	if (mappings) {
		ASSERT_EQ(0, give(self, &e->ours));
		pattern_write(e->ours.p, PAGES, f + 2);
		ASSERT_ANSWER(0, "check-mapped %u", f + 2);
		ASSERT_EQ(0, hang_bell(self, "mapped"));
	}
	e->vchan = connect_to(self);
	ASSERT_NE(NULL, e->vchan);
	exchange(_metadata, self, e->vchan);
}

/* The ports are still held afterwards, and nothing else. */
static void everything_gone(struct __test_metadata *_metadata,
			    struct save_fixture *self, bool mappings,
			    unsigned int f, struct everything *e)
{
	all_dead(_metadata, self, f, &e->ports);
	EXPECT_GT(0, granted(self, &e->theirs));
	EXPECT_EACH(text("%d 0 0", -ENOTCONN),
		    "slept %d; check-shared %u; free-shared", SOON_MS, f + 1);
	EXPECT_EQ(0, let_go(self, &e->theirs));
	if (mappings) {
		EXPECT_EACH("0 0", "zeros-mapped; free-mapped");
		EXPECT_EQ(0u, pattern_wrong(e->ours.p, PAGES, f + 2));
		EXPECT_EQ(0, take_back(self, &e->ours));
	}
	vchan_ended(_metadata, self, e->vchan);
	EXPECT_TRUE(is_gone(self, e->domid));
	is_silent(_metadata, self);
}

/* In a row: what is new after the first is old after the second. */
TEST_F_TIMEOUT(save, everything__held_over_two_restores, SAVE_TIMEOUT)
{
	const bool mappings = variant->translated;
	struct everything first, second;
	struct ports new;

	hold_everything(_metadata, self, mappings, 0, &first);
	save_and_restore(_metadata, self);
	everything_gone(_metadata, self, mappings, 0, &first);

	hold_everything(_metadata, self, mappings, 2, &second);
	save_and_restore(_metadata, self);
	everything_gone(_metadata, self, mappings, 2, &second);
	all_dead(_metadata, self, 0, &first.ports);
	EXPECT_LT(0, hold_ports(self, 0, &new));
	talk(_metadata, self, 0, &new);
	let_go_of_all(_metadata, self);
}

/* The same as if it had not been. */
static void everything_there(struct __test_metadata *_metadata,
			     struct save_fixture *self, bool mappings,
			     unsigned int f, struct everything *e)
{
	talk(_metadata, self, f, &e->ports);
	EXPECT_EACH(text("%d %d", -EEXIST, -EINPROGRESS), "rebind %u %u; slept 0",
		    f, e->ports.virq_number);
	EXPECT_EQ(0, ev_notify(self->evtchn, e->reader_door));
	EXPECT_ANSWER(e->reader_port, "slept %d", SOON_MS);
	EXPECT_EACH("0 0", "check-shared %u; write-shared %u", f + 1, f + 2);
	EXPECT_EQ(0u, pattern_wrong(e->theirs.p, PAGES, f + 2));
	EXPECT_EQ(0, let_go(self, &e->theirs));
	if (mappings) {
		EXPECT_EACH("0 0", "check-mapped %u; write-mapped %u", f + 2,
			    f + 3);
		EXPECT_EQ(0u, pattern_wrong(e->ours.p, PAGES, f + 3));
		EXPECT_ANSWER(0, "release-mapped");
		EXPECT_EQ(0, take_back(self, &e->ours));
	}
	exchange(_metadata, self, e->vchan);
	libxenvchan_close(e->vchan);
	use_devices(_metadata, self);
}

/* It is only suspended. */
TEST_F_TIMEOUT(save, checkpoint__harms_nothing, SAVE_TIMEOUT)
{
	const bool mappings = variant->translated;
	uint32_t domid = self->guest.domid;
	struct everything e;

	hold_everything(_metadata, self, mappings, 0, &e);
	ASSERT_TRUE(succeeds("xl save -c",
			     text("%s " IMAGE, self->guest.name)));
	ASSERT_EQ(0, xl_find(&self->guest));
	EXPECT_EQ(domid, self->guest.domid);
	ASSERT_ANSWER(0, "hello");
	everything_there(_metadata, self, mappings, 0, &e);
	let_go_of_all(_metadata, self);
}
