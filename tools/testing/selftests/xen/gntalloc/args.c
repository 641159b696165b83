// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that are none, and arguments that cannot be read or written.
 */

TEST_F(gntalloc, unknown_ioctl__is_enotty)
{
	static const struct bad_command rows[] = {
		{ "zero", 0 },
		{ "all ones", 0xffffffff },
		{ "gntdev's map", IOCTL_GNTDEV_MAP_GRANT_REF },
		{ "gntdev's copy", IOCTL_GNTDEV_GRANT_COPY },
		{ "next number", _IOC(_IOC_NONE, 'G', 13, 8) },
		{ "alloc, direction", _IOC(_IOC_WRITE, 'G', 5, 24) },
		{ "alloc of a 32-bit caller", 0x00144705 },
		{ "dealloc of a 32-bit caller", 0x000c4706 },
		{ "privcmd's hypercall", _IOC(_IOC_NONE, 'P', 0, 48) },
		{ "terminal's", 0x5401 },
	};

	EXPECT_STREQ("", bad_commands(self->fd, rows, ARRAY_SIZE(rows), ENOTTY));
	EXPECT_ROOM(LIMIT);
}

TEST_F(gntalloc, alloc_gref__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_GNTALLOC_ALLOC_GREF);
	EXPECT_ROOM(LIMIT);
}

TEST_F(gntalloc, dealloc_gref__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_GNTALLOC_DEALLOC_GREF);
	EXPECT_ROOM(LIMIT);
}

TEST_F(gntalloc, set_unmap_notify__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_GNTALLOC_SET_UNMAP_NOTIFY);
	EXPECT_ROOM(LIMIT);
}

/* Results that cannot be written: nothing is allocated. */
TEST_F(gntalloc, alloc_gref__result_not_writable)
{
	struct ioctl_gntalloc_alloc_gref *arg;
	int i;

	arg = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, arg);
	arg->domid = DOM_HERE;
	arg->flags = GNTALLOC_FLAG_WRITABLE;
	arg->count = 3;
	ASSERT_EQ(0, mprotect(arg, PG, PROT_READ));
	for (i = 0; i < LIMIT; i++) {
		EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTALLOC_ALLOC_GREF, arg));
		EXPECT_EQ(EFAULT, errno);
	}
	EXPECT_ROOM(LIMIT);
	ASSERT_ALLOC(self->fd, LIMIT, NULL);
}

/* The array of references goes on behind the structure, and ends in a hole. */
TEST_F(gntalloc, alloc_gref__array_in_a_hole)
{
	struct ioctl_gntalloc_alloc_gref *arg;
	char *hole = before_a_hole();

	ASSERT_NE(NULL, hole);
	arg = (void *)(hole - sizeof(*arg));
	arg->domid = DOM_HERE;
	/* Padding at the end of the structure is room for a second one. */
	arg->count = 3;
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTALLOC_ALLOC_GREF, arg));
	EXPECT_EQ(EFAULT, errno);
	arg->count = LIMIT;
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTALLOC_ALLOC_GREF, arg));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_ROOM(LIMIT);
	arg->count = 1;
	EXPECT_EQ(0, ioctl(self->fd, IOCTL_GNTALLOC_ALLOC_GREF, arg));
	EXPECT_ROOM(LIMIT - 1);
}
