// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two processes play an event back and forth, each with a file of its own. One
 * that gets lost stops the game.
 *
 * The number of rounds can be set in XEN_PINGPONG_ROUNDS.
 */

#define ROUNDS		100000

/* A sign of life every so many rounds. */
#define PROGRESS	20000

/* A game that stands still for so long has lost an event. */
#define STALL_S		60

struct player {
	int fd;
	uint32_t port;
	unsigned int rounds;
	bool serves;
};

static int receive(const struct player *p)
{
	uint32_t port;

	if (read(p->fd, &port, sizeof(port)) != sizeof(port) || port != p->port)
		return -EIO;
	return ev_unmask(p->fd, port);
}

/* Returns 0, or the round in which it went wrong, from 1. */
static unsigned int play(const struct player *p)
{
	unsigned int round;

	for (round = 1; round <= p->rounds; round++) {
		if (round % 1000 == 1)
			alarm(STALL_S);
		if (p->serves && ev_notify(p->fd, p->port))
			return round;
		if (receive(p))
			return round;
		if (!p->serves && ev_notify(p->fd, p->port))
			return round;
		if (p->serves && round % PROGRESS == 0)
			ksft_print_msg("%u round trips\n", round);
	}
	alarm(0);
	return 0;
}

/* Connect to the port of the other, on a file of one's own. */
static int answer(void *arg)
{
	struct player *p = arg;
	int port;

	p->fd = ev_open(O_RDWR);
	if (p->fd < 0)
		return 1;
	port = ev_bind_interdomain(p->fd, DOM_HERE, p->port);
	if (port < 0)
		return 2;
	p->port = port;
	/* The event with which a channel begins. */
	if (receive(p))
		return 3;
	/* Ready. */
	if (ev_notify(p->fd, p->port))
		return 4;
	return play(p) ? 5 : 0;
}

static void wake_up(int sig)
{
	(void)sig;
}

static unsigned int rounds_wanted(void)
{
	const char *set = getenv("XEN_PINGPONG_ROUNDS");

	return set ? strtoul(set, NULL, 10) : ROUNDS;
}

TEST_F_TIMEOUT(evtchn, notify__pingpong_of_two_processes, 900)
{
	struct sigaction sa = { .sa_handler = wake_up };
	struct player here, there;
	unsigned int rounds = rounds_wanted();
	uint64_t begin;
	pid_t pid;

	/* A read that waits in vain ends with EINTR. */
	ASSERT_EQ(0, sigaction(SIGALRM, &sa, NULL));
	here = (struct player){ .fd = self->fd, .rounds = rounds,
				.serves = true };
	here.port = ASSERT_PORT(ev_bind_unbound(self->fd, DOM_HERE));
	there = (struct player){ .port = here.port, .rounds = rounds };
	pid = child_start(answer, &there);
	ASSERT_LT(0, pid);

	alarm(STALL_S);
	ASSERT_EQ(0, receive(&here));
	begin = now_us();
	EXPECT_EQ(0u, play(&here))
		TH_LOG("an event was lost, or came twice, in this round");
	ksft_print_msg("%u round trips in %llu ms\n", rounds,
		       (unsigned long long)(now_us() - begin) / 1000);
	EXPECT_EQ(0, child_wait(pid, STALL_S * 1000));
	EXPECT_QUIET(self->fd);
}
