// SPDX-License-Identifier: GPL-2.0-only
/* Pages of dom0 that a process in the guest has mapped. */

/* Where nobody sees the frames of the machine, the pages turn into zeros. */
static void restored_with_mappings(struct __test_metadata *_metadata,
				   struct save_fixture *self)
{
	struct pages old, new;
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, give(self, &old));
		pattern_write(old.p, PAGES, 1);
		ASSERT_ANSWER(0, "check-mapped 1");
		ASSERT_EQ(0, hang_bell(self, "mapped"));
		save_and_restore(_metadata, self);
		EXPECT_EACH("0 0", "zeros-mapped; check-neighbour");
		EXPECT_EQ(0u, pattern_wrong(old.p, PAGES, 1));
		EXPECT_EQ(0, take_back(self, &old));
		/* By the ioctl, and then with the file alone. */
		EXPECT_ANSWER(0, i ? "release-mapped" : "free-mapped");
		is_silent(_metadata, self);
	}
	ASSERT_EQ(0, give(self, &new));
	pattern_write(new.p, PAGES, 2);
	EXPECT_ANSWER(0, "check-mapped 2");
	EXPECT_ANSWER(0, "write-mapped 3");
	EXPECT_EQ(0u, pattern_wrong(new.p, PAGES, 3));
	EXPECT_ANSWER(0, "free-mapped");
	EXPECT_EQ(0, take_back(self, &new));
}

/*
 * Xen's library leaves a page table with the frame of another domain in it out of
 * the image, and says that all went well. Whatever else the process had in that
 * table is lost with it, and the kernel complains when the process goes. So the
 * program is told by a signal, and the guest is of no use to the next test.
 */
static void broken_with_mappings(struct __test_metadata *_metadata,
				 struct save_fixture *self)
{
	struct pages old, new;

	ASSERT_EQ(0, give(self, &old));
	pattern_write(old.p, PAGES, 1);
	ASSERT_ANSWER(0, "check-mapped 1");
	ASSERT_EQ(0, hang_bell(self, "mapped"));
	save_and_restore(_metadata, self);
	ksft_print_msg("a page beside the mapping is %s\n",
		       ask(self, "check-neighbour") ? "lost" : "there");
	EXPECT_ANSWER(-SIGBUS, "zeros-mapped");
	EXPECT_ANSWER(0, "free-mapped");
	is_silent(_metadata, self);
	EXPECT_EQ(0u, pattern_wrong(old.p, PAGES, 1));
	EXPECT_EQ(0, take_back(self, &old));
	ASSERT_EQ(0, give(self, &new));
	pattern_write(new.p, PAGES, 2);
	EXPECT_ANSWER(0, "check-mapped 2");
	EXPECT_ANSWER(0, "free-mapped");
	EXPECT_EQ(0, take_back(self, &new));
	use_devices(_metadata, self);
	EXPECT_EQ(0, xl_destroy(&self->guest));
}

TEST_F_TIMEOUT(save, gntdev__mappings_of_before, SAVE_TIMEOUT)
{
	if (!variant->translated) {
		broken_with_mappings(_metadata, self);
		return;
	}
	if (all_at_once())
		SKIP(return, ONE_BY_ONE);
	restored_with_mappings(_metadata, self);
	let_go_of_all(_metadata, self);
}
