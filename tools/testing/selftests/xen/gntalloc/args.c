// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that are none, and arguments that cannot be read or written.
 */

TEST_F(gntalloc, unknown_ioctl__is_enotty)
{
	static const struct {
		const char *name;
		unsigned int cmd;
	} rows[] = {
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
	uint64_t arg[16] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		errno = 0;
		EXPECT_EQ(-1, ioctl(self->fd, rows[i].cmd, arg))
			TH_LOG("%s", rows[i].name);
		EXPECT_EQ(ENOTTY, errno)
			TH_LOG("%s: %s", rows[i].name, strerror(errno));
		EXPECT_EQ(-1, ioctl(self->fd, rows[i].cmd, NULL));
		EXPECT_EQ(ENOTTY, errno)
			TH_LOG("%s: %s", rows[i].name, strerror(errno));
	}
	EXPECT_ROOM(LIMIT);
}

static void expect_efault(struct __test_metadata *_metadata,
			  struct gntalloc_fixture *self, unsigned int cmd)
{
	struct bad_pointer bad[BAD_POINTERS];
	unsigned int i;

	ASSERT_EQ(0, bad_pointers(bad, _IOC_SIZE(cmd)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		errno = 0;
		EXPECT_EQ(-1, ioctl(self->fd, cmd, bad[i].addr))
			TH_LOG("%s", bad[i].name);
		EXPECT_EQ(EFAULT, errno)
			TH_LOG("%s: %s", bad[i].name, strerror(errno));
	}
	EXPECT_ROOM(LIMIT);
}

TEST_F(gntalloc, alloc_gref__bad_pointer)
{
	expect_efault(_metadata, self, IOCTL_GNTALLOC_ALLOC_GREF);
}

TEST_F(gntalloc, dealloc_gref__bad_pointer)
{
	expect_efault(_metadata, self, IOCTL_GNTALLOC_DEALLOC_GREF);
}

TEST_F(gntalloc, set_unmap_notify__bad_pointer)
{
	expect_efault(_metadata, self, IOCTL_GNTALLOC_SET_UNMAP_NOTIFY);
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
