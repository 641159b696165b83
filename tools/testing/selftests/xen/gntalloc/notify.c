// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the peer is told when the last local user of a page has gone: a byte
 * becomes zero, and an event arrives. Each page has its own notification.
 */

#define CLEAR		UNMAP_NOTIFY_CLEAR_BYTE
#define EVENT		UNMAP_NOTIFY_SEND_EVENT

/* See shared/notify.c. */
#define TEST_NOTIFY(name)	TEST_F(gntalloc, set_unmap_notify__##name)
#define SET_NOTIFY		ga_notify

struct memory {
	uint64_t index;
	unsigned int pages;
};

#define ASSERT_MEMORY(count) ({						\
	unsigned int __nr = (count);					\
	uint64_t __at = ASSERT_ALLOC(self->fd, __nr, NULL);		\
									\
	(struct memory){ __at, __nr };					\
})

static int memory_end(struct gntalloc_fixture *self, const struct memory *m)
{
	return ga_free(self->fd, m->index, m->pages);
}

/* What a process does that has memory of its own, and asks for CLEAR of @at. */
static bool memory_own(struct gntalloc_fixture *self, unsigned int at,
		       uint32_t port)
{
	int fd = ga_open();
	uint64_t index;

	(void)self;
	return !ga_alloc(fd, DOM_HERE, 2, &index, NULL) &&
	       ga_map(fd, index, 2) &&
	       !ga_notify(fd, index + at, CLEAR | EVENT, port);
}

/* Nobody has the pages any more: peer.c looks at them with the peer's eyes. */
#define EXPECT_CLEARED(at)	((void)(at))
#define EXPECT_ENDED()		EXPECT_ROOM(LIMIT)
#define EXPECT_IDLE()		EXPECT_ROOM(LIMIT)

TEST_F(gntalloc, set_unmap_notify__event_at_dealloc)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 2, NULL);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index + PG, EVENT, bell.pair.a));
	ASSERT_EQ(0, ga_free(self->fd, index, 1));
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, ga_free(self->fd, index + PG, 1));
	EXPECT_RING(bell);
	EXPECT_SILENCE(bell);
}

TEST_F(gntalloc, set_unmap_notify__event_at_close)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 2, NULL);
	struct bell a = ASSERT_BELL(), b = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index, EVENT, a.pair.a));
	ASSERT_EQ(0, ga_notify(self->fd, index + PG, EVENT, b.pair.a));
	EXPECT_SILENCE(a);
	close(self->fd);
	self->fd = -1;
	EXPECT_RING(a);
	EXPECT_RING(b);
}

TEST_F(gntalloc, set_unmap_notify__event_at_munmap)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 1, NULL);
	char *p = ASSERT_MMAP(self->fd, index, 1);
	struct bell bell = ASSERT_BELL();

	ASSERT_EQ(0, ga_notify(self->fd, index, EVENT, bell.pair.a));
	ASSERT_EQ(0, ga_free(self->fd, index, 1));
	EXPECT_SILENCE(bell);
	ASSERT_EQ(0, munmap(p, PG));
	EXPECT_RING(bell);
}

TEST_F(gntalloc, set_unmap_notify__page_is_looked_for_first)
{
	uint64_t index = ASSERT_ALLOC(self->fd, 2, NULL);

	EXPECT_EQ(-ENOENT, ga_notify(self->fd, index + 2 * PG, ~0, 0));
	EXPECT_EQ(-ENOENT, ga_notify(self->fd, index + 2 * PG, EVENT, ~0));
}
