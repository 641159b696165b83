// SPDX-License-Identifier: GPL-2.0-only
/* Grants of before are gone; who holds them is not harmed. */

#define PAGES	4
#define RW	(PROT_READ | PROT_WRITE)

/* Pages of the guest that are mapped here, or of dom0 for the guest. */
struct pages {
	char *p;
	uint64_t index;
	uint32_t ref[PAGES];
};

/* Have the guest share pages, and map them: 0 or -errno. */
static int take(struct save_fixture *self, struct pages *pages)
{
	unsigned int i;
	int ret = ask(self, "share %d", PAGES);

	for (i = 0; i < PAGES; i++)
		pages->ref[i] = answered(self, i);
	if (ret)
		return ret;
	ret = gd_map_refs(self->gntdev, self->guest.domid, PAGES, pages->ref,
			  &pages->index);
	if (ret)
		return ret;
	pages->p = gd_mmap(self->gntdev, pages->index, PAGES, RW);
	return pages->p ? 0 : -errno;
}

static int let_go(struct save_fixture *self, struct pages *pages)
{
	int ret = munmap(pages->p, PAGES * PG) ? -errno : 0;

	return ret ?: gd_unmap(self->gntdev, pages->index, PAGES);
}

/* Can the pages be mapped of the domain that the guest is now? */
static int granted(struct save_fixture *self, const struct pages *pages)
{
	uint64_t index;
	int ret;

	ret = gd_map_refs(self->gntdev, self->guest.domid, PAGES, pages->ref,
			  &index);
	if (ret)
		return ret;
	ret = gd_mmap_error(self->gntdev, index, PAGES, RW);
	return gd_unmap(self->gntdev, index, PAGES) ?: ret;
}

/* Have the guest map pages of dom0: 0 or -errno. */
static int give(struct save_fixture *self, struct pages *pages)
{
	int ret = ga_alloc(self->gntalloc, self->guest.domid, PAGES,
			   &pages->index, pages->ref);

	if (ret)
		return ret;
	pages->p = ga_map(self->gntalloc, pages->index, PAGES);
	if (!pages->p)
		return -errno;
	return ask(self, "map %u %u %u %u", pages->ref[0], pages->ref[1],
		   pages->ref[2], pages->ref[3]);
}

static int take_back(struct save_fixture *self, struct pages *pages)
{
	int ret = munmap(pages->p, PAGES * PG) ? -errno : 0;

	return ret ?: ga_free(self->gntalloc, pages->index, PAGES);
}

/* What the guest is to ring when it lets go. */
static int hang_bell(struct save_fixture *self, const char *what)
{
	int door = ev_bind_unbound(self->evtchn, self->guest.domid);

	return door < 0 ? door : ask(self, "notify-%s %d 100", what, door);
}

/* The one that it was. */
static bool is_gone(struct save_fixture *self, uint32_t domid)
{
	struct xl_guest before = self->guest;

	before.domid = domid;
	return xl_gone(&before);
}

TEST_F_TIMEOUT(save, gntalloc__memory_stays_and_access_goes, SAVE_TIMEOUT)
{
	struct pages old, new;
	uint32_t domid;
	int i;

	if (all_at_once())
		SKIP(return, ONE_BY_ONE);
	ASSERT_EQ(0, take(self, &old));
	pattern_write(old.p, PAGES, 1);
	ASSERT_ANSWER(0, "check-shared 1");
	ASSERT_EQ(0, hang_bell(self, "shared"));

	domid = self->guest.domid;
	for (i = 0; i < 2; i++) {
		save_and_restore(_metadata, self);
		EXPECT_ANSWER(0, "check-shared %d", 1 + i);
		EXPECT_GT(0, granted(self, &old));
		EXPECT_ANSWER(0, "write-shared %d", 2 + i);
		/* This is what the first one had in them. */
		EXPECT_EQ(0u, pattern_wrong(old.p, PAGES, 1));
	}
	EXPECT_EQ(0, let_go(self, &old));
	EXPECT_TRUE(is_gone(self, domid));
	EXPECT_ANSWER(0, "free-shared");
	is_silent(_metadata, self);

	ASSERT_EQ(0, take(self, &new));
	pattern_write(new.p, PAGES, 5);
	EXPECT_ANSWER(0, "check-shared 5");
	EXPECT_EQ(0, let_go(self, &new));
	let_go_of_all(_metadata, self);
}
