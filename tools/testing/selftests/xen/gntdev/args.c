// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that are none, and arguments that cannot be read or written.
 */

TEST_F(gntdev, unknown_ioctl__is_enotty)
{
	static const struct bad_command rows[] = {
		{ "zero", 0 },
		{ "all ones", 0xffffffff },
		{ "gntalloc's allocation", IOCTL_GNTALLOC_ALLOC_GREF },
		{ "gntalloc's release", IOCTL_GNTALLOC_DEALLOC_GREF },
		{ "next number", _IOC(_IOC_NONE, 'G', 13, 8) },
		{ "map, size 16", _IOC(_IOC_NONE, 'G', 0, 16) },
		{ "map, direction", _IOC(_IOC_WRITE, 'G', 0, 24) },
		{ "unmap, size 0", _IOC(_IOC_NONE, 'G', 1, 0) },
		{ "copy of a 32-bit caller", 0x00084708 },
		{ "privcmd's hypercall", _IOC(_IOC_NONE, 'P', 0, 48) },
		{ "terminal's", 0x5401 },
	};

	EXPECT_STREQ("", bad_commands(self->fd, rows, ARRAY_SIZE(rows), ENOTTY));
}

/* libxengnttab takes exactly this for "not needed". */
TEST_F(gntdev, set_max_grants__is_enotty)
{
	struct ioctl_gntdev_set_max_grants arg = { .count = 100 };

	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTDEV_SET_MAX_GRANTS, &arg));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTDEV_SET_MAX_GRANTS, NULL));
	EXPECT_EQ(ENOTTY, errno);
}

TEST_F(gntdev, map_grant_ref__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_GNTDEV_MAP_GRANT_REF);
	/* Nothing was left behind. */
	EXPECT_EQ(0u, ASSERT_MAP(0, 1));
}

TEST_F(gntdev, unmap_grant_ref__bad_pointer)
{
	uint64_t index = ASSERT_MAP(0, 1);

	EXPECT_EFAULT(self->fd, IOCTL_GNTDEV_UNMAP_GRANT_REF);
	EXPECT_EQ(0, gd_unmap(self->fd, index, 1));
}

TEST_F(gntdev, get_offset_for_vaddr__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR);
}

TEST_F(gntdev, set_unmap_notify__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_GNTDEV_SET_UNMAP_NOTIFY);
}

TEST_F(gntdev, grant_copy__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_GNTDEV_GRANT_COPY);
}

/* The array goes on behind the structure, and ends in a hole. */
TEST_F(gntdev, map_grant_ref__array_in_a_hole)
{
	struct ioctl_gntdev_map_grant_ref *arg;
	char *hole = before_a_hole();

	ASSERT_NE(NULL, hole);
	arg = (void *)(hole - sizeof(*arg));
	arg->count = 2;
	arg->refs[0].domid = self->g.domid;
	arg->refs[0].ref = self->g.ref[0];
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTDEV_MAP_GRANT_REF, arg));
	EXPECT_EQ(EFAULT, errno);
	arg->count = MAP_LIMIT_DEFAULT;
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTDEV_MAP_GRANT_REF, arg));
	EXPECT_EQ(EFAULT, errno);
	arg->count = 1;
	EXPECT_EQ(0, ioctl(self->fd, IOCTL_GNTDEV_MAP_GRANT_REF, arg));
	EXPECT_EQ(0u, arg->index);
	EXPECT_EQ(0, gd_mmap_error(self->fd, 0, 1, PROT_READ));
}

TEST_F(gntdev, map_grant_ref__result_not_writable)
{
	struct ioctl_gntdev_map_grant_ref *arg;
	int i;

	arg = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, arg);
	arg->count = 1;
	arg->refs[0].domid = self->g.domid;
	arg->refs[0].ref = self->g.ref[0];
	ASSERT_EQ(0, mprotect(arg, PG, PROT_READ));
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTDEV_MAP_GRANT_REF,
				    arg));
		EXPECT_EQ(EFAULT, errno);
	}
	/* No map came of it. */
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, 0, 1, PROT_READ));
	EXPECT_EQ(-ENOENT, gd_unmap(self->fd, 0, 0));
	EXPECT_EQ(0u, ASSERT_MAP(0, 1));
}

TEST_F(gntdev, get_offset_for_vaddr__result_not_writable)
{
	struct ioctl_gntdev_get_offset_for_vaddr *arg;
	char *p = ASSERT_MAPPED_ALL();

	arg = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, arg);
	arg->vaddr = (uintptr_t)p;
	ASSERT_EQ(0, mprotect(arg, PG, PROT_READ));
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, arg));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(gntdev, map_grant_ref__count)
{
	static const uint32_t counts[] = {
		0, MAP_LIMIT_DEFAULT + 1, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	struct ioctl_gntdev_map_grant_ref arg = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		arg.count = counts[i];
		EXPECT_EQ(-1, ioctl(self->fd, IOCTL_GNTDEV_MAP_GRANT_REF,
				    &arg));
		EXPECT_EQ(EINVAL, errno)
			TH_LOG("%#x: %s", counts[i], strerror(errno));
	}
}

TEST_F(gntdev, map_grant_ref__limit_is_a_parameter)
{
	uint64_t index;

	ASSERT_EQ(0, param_set(MAP_LIMIT_PARAM, 4));
	EXPECT_EQ(-EINVAL, map_refs(self, 0, 5, &index));
	EXPECT_EQ(0, map_refs(self, 0, 4, &index));
	/* For each map. */
	EXPECT_EQ(0, map_refs(self, 4, 4, &index));
	ASSERT_EQ(0, param_set(MAP_LIMIT_PARAM, MAP_LIMIT_DEFAULT));
	EXPECT_EQ(0, map_refs(self, 0, 5, &index));
}

TEST_F(gntdev, map_grant_ref__padding_is_ignored)
{
	struct ioctl_gntdev_unmap_grant_ref un = { .pad = ~0, .count = 1 };
	struct ioctl_gntdev_map_grant_ref arg = {
		.count = 1,
		.pad = ~0,
		.refs[0] = { self->g.domid, self->g.ref[0] },
	};

	EXPECT_EQ(0, ioctl(self->fd, IOCTL_GNTDEV_MAP_GRANT_REF, &arg));
	un.index = arg.index;
	EXPECT_EQ(0, ioctl(self->fd, IOCTL_GNTDEV_UNMAP_GRANT_REF, &un));
}

/* The ABI has 32 bits for what is 16 wide, and cuts. */
TEST_F(gntdev, map_grant_ref__high_bits_of_the_domain)
{
	uint64_t index;
	char *p;

	ASSERT_EQ(0, gd_map_refs(self->fd, 0x30000 | self->g.domid, 1,
				 self->g.ref, &index));
	pattern_write(self->g.page, 1, 3);
	p = ASSERT_MMAP(index, 1);
	EXPECT_EQ(0u, pattern_wrong(p, 1, 3));
}

/* Whether there is such a grant shows at mmap(). */
TEST_F(gntdev, map_grant_ref__does_not_ask_xen)
{
	uint64_t index;

	EXPECT_EQ(0, gd_map_refs(self->fd, DOM_NONE, 1, self->g.ref, &index));
	EXPECT_EQ(-EINVAL, gd_mmap_error(self->fd, index, 1, PROT_READ));
	EXPECT_EQ(0, gd_unmap(self->fd, index, 1));
	ASSERT_MAP(0, PAGES);
	EXPECT_EQ(0u, granter_used(&self->g));
}
