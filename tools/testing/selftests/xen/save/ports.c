// SPDX-License-Identifier: GPL-2.0-only
/* Event channels of before are gone, and say so; new ones work at once. */

/* What a file of the guest has, by their numbers there. */
struct ports {
	int unbound;
	int interdomain;
	int virq;
	unsigned int virq_number;
	/* The other end, in dom0. */
	int door;
};

/* Connecting rings, which is over then. The number of a port or -errno. */
static int hold_ports(struct save_fixture *self, unsigned int f,
		      struct ports *p)
{
	int rang = 0;

	p->door = ev_bind_unbound(self->evtchn, self->guest.domid);
	if (p->door < 0)
		return p->door;
	if (sscanf(ask_each(self, "unbound %u; interdomain %u %d; virq %u; virq-number %u; take %u",
			    f, f, p->door, f, f, f),
		   "%d %d %d %u %d", &p->unbound, &p->interdomain, &p->virq,
		   &p->virq_number, &rang) != 5)
		return -EIO;
	if (p->unbound <= 0 || p->virq <= 0)
		return p->unbound <= 0 ? p->unbound : p->virq;
	return rang == p->interdomain ? p->interdomain : -EBADMSG;
}

static bool has_port(const struct ports *p, int port)
{
	return port == p->unbound || port == p->interdomain || port == p->virq;
}

/* Events of either side arrive at the other. */
static void talk(struct __test_metadata *_metadata, struct save_fixture *self,
		 unsigned int f, const struct ports *p)
{
	EXPECT_EACH(text("%d 0 0", -EAGAIN), "read %u; poll %u; notify %u %d",
		    f, f, f, p->interdomain);
	EXPECT_EQ(p->door, ev_take(self->evtchn));
	EXPECT_EQ(0, ev_notify(self->evtchn, p->door));
	EXPECT_EACH(text("%d %d", POLLIN, p->interdomain), "wait %u; take %u",
		    f, f);
}

/* A port of before, which is not a new one by the same number. */
static void is_dead(struct __test_metadata *_metadata, struct save_fixture *self,
		    unsigned int f, int port)
{
	EXPECT_EACH(text("%d %d 0", -ENOTCONN, -ENOTCONN),
		    "notify %u %d; unbind %u %d; write %u %d", f, port, f, port,
		    f, port);
}

/* All ports of the file are of before, and whoever waits for one is told. */
static void all_dead(struct __test_metadata *_metadata,
		     struct save_fixture *self, unsigned int f,
		     const struct ports *p)
{
	const int all[] = { p->unbound, p->interdomain, p->virq };
	char commands[256], expected[128];
	int len, to, i;

	len = sprintf(commands, "poll %u; read %u", f, f);
	to = sprintf(expected, "%d %d", POLLIN | POLLERR | POLLHUP, -ENOTCONN);
	for (i = 0; i < 3; i++) {
		len += sprintf(commands + len, "; notify %u %d; unbind %u %d; write %u %d",
			       f, all[i], f, all[i], f, all[i]);
		to += sprintf(expected + to, " %d %d 0", -ENOTCONN, -ENOTCONN);
	}
	EXPECT_EACH(expected, "%s", commands);
}

static void others_dead(struct __test_metadata *_metadata,
			struct save_fixture *self, unsigned int f,
			const struct ports *old, const struct ports *new)
{
	if (!has_port(new, old->unbound))
		is_dead(_metadata, self, f, old->unbound);
	if (!has_port(new, old->interdomain))
		is_dead(_metadata, self, f, old->interdomain);
	if (!has_port(new, old->virq))
		is_dead(_metadata, self, f, old->virq);
}

TEST_F_TIMEOUT(save, evtchn__ports_of_before_are_gone, SAVE_TIMEOUT)
{
	struct ports used, idle, again, other;

	if (all_at_once())
		SKIP(return, ONE_BY_ONE);
	ASSERT_ANSWER(0, "open 0");
	ASSERT_LT(0, hold_ports(self, 0, &used));
	ASSERT_ANSWER(0, "open 1");
	ASSERT_LT(0, hold_ports(self, 1, &idle));
	talk(_metadata, self, 0, &used);

	save_and_restore(_metadata, self);
	all_dead(_metadata, self, 0, &used);
	/* Another file, and the same one. */
	EXPECT_ANSWER(0, "open 2");
	EXPECT_LT(0, hold_ports(self, 2, &other));
	EXPECT_EQ(used.virq_number, other.virq_number);
	ksft_print_msg("ports %d, %d and %d, then %d, %d and %d\n",
		       used.unbound, used.interdomain, used.virq,
		       other.unbound, other.interdomain, other.virq);
	talk(_metadata, self, 2, &other);
	all_dead(_metadata, self, 0, &used);
	EXPECT_LT(0, hold_ports(self, 0, &again));
	talk(_metadata, self, 0, &again);
	others_dead(_metadata, self, 0, &used, &again);
	talk(_metadata, self, 2, &other);

	save_and_restore(_metadata, self);
	all_dead(_metadata, self, 0, &again);
	/* These were so before. */
	all_dead(_metadata, self, 1, &idle);
	EXPECT_ANSWER(0, "close 1");
	EXPECT_ANSWER(0, "close 0");
	all_dead(_metadata, self, 2, &other);
	EXPECT_ANSWER(0, "open 0");
	EXPECT_LT(0, hold_ports(self, 0, &again));
	talk(_metadata, self, 0, &again);
	/* Of new ports only their owner lets go. */
	EXPECT_ANSWER(0, "close 2");
	talk(_metadata, self, 0, &again);
	EXPECT_ANSWER(0, "unbind 0 %d", again.unbound);
	let_go_of_all(_metadata, self);
}

/* A reset ends it, too: then the file is one without ports. */
TEST_F_TIMEOUT(save, evtchn__sleeping_reader_is_woken, SAVE_TIMEOUT)
{
	struct ports ports;

	if (all_at_once())
		SKIP(return, ONE_BY_ONE);
	ASSERT_ANSWER(0, "open 0");
	ASSERT_LT(0, ask(self, "unbound 0"));
	ASSERT_ANSWER(0, "sleep 0");
	ASSERT_ANSWER(0, "open 1");
	ASSERT_LT(0, ask(self, "unbound 1"));

	save_and_restore(_metadata, self);
	EXPECT_ANSWER(-ENOTCONN, "slept %d", SOON_MS);
	EXPECT_ANSWER(-ENOTCONN, "read 1");
	EXPECT_ANSWER(0, "reset 1");
	EXPECT_ANSWER(-EAGAIN, "read 1");
	EXPECT_ANSWER(0, "poll 1");
	EXPECT_LT(0, hold_ports(self, 1, &ports));
	talk(_metadata, self, 1, &ports);
	let_go_of_all(_metadata, self);
}
