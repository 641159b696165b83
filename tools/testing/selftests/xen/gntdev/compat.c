// SPDX-License-Identifier: GPL-2.0-only
/*
 * 32-bit callers. All structures are the same for them but that of GRANT_COPY,
 * whose pointers are short; a union of a segment keeps its eight bytes. The
 * stock driver has no entry for them, and every command is ENOTTY.
 */

#define GRANT_COPY32	0x00084708

struct copy32 {
	uint32_t count;
	uint32_t segments;
};

TEST_F(gntdev, map_grant_ref__int80)
{
	struct ioctl_gntdev_map_grant_ref *arg = LOW_PAGE(return);
	struct ioctl_gntdev_unmap_grant_ref *un;
	unsigned int i;
	char *p;

	ASSERT_MAP(8, 1);
	arg->count = 3;
	for (i = 0; i < 3; i++) {
		arg->refs[i].domid = self->g.domid;
		arg->refs[i].ref = self->g.ref[i];
	}
	ASSERT_EQ(0, int80_ioctl(self->fd, IOCTL_GNTDEV_MAP_GRANT_REF, arg));
	pattern_write(self->g.page, 3, 80);
	p = ASSERT_MMAP(arg->index, 3);
	EXPECT_EQ(0u, pattern_wrong(p, 3, 80));
	un = (void *)arg;
	*un = (struct ioctl_gntdev_unmap_grant_ref) { arg->index, 3, 0 };
	EXPECT_EQ(0, int80_ioctl(self->fd, IOCTL_GNTDEV_UNMAP_GRANT_REF, un));
	EXPECT_EQ(-ENOENT, int80_ioctl(self->fd, IOCTL_GNTDEV_UNMAP_GRANT_REF,
				       un));
}

TEST_F(gntdev, get_offset_for_vaddr__int80)
{
	struct ioctl_gntdev_get_offset_for_vaddr *arg = LOW_PAGE(return);
	uint64_t index;
	char *p;

	ASSERT_MAP(0, 2);
	index = ASSERT_MAP(2, 3);
	p = ASSERT_MMAP(index, 3);
	arg->vaddr = (uintptr_t)p + PG;
	EXPECT_EQ(0, int80_ioctl(self->fd, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR,
				 arg));
	EXPECT_EQ(index, arg->offset);
	EXPECT_EQ(3u, arg->count);
}

TEST_F(gntdev, set_unmap_notify__int80)
{
	struct ioctl_gntdev_unmap_notify *arg = LOW_PAGE(return);
	uint64_t index;
	char *p;

	index = ASSERT_MAP(0, 2);
	p = ASSERT_MMAP(index, 2);
	memset(p, 0x5a, 2 * PG);
	arg->index = index + PG + 3;
	arg->action = CLEAR;
	EXPECT_EQ(0, int80_ioctl(self->fd, IOCTL_GNTDEV_SET_UNMAP_NOTIFY,
				 arg));
	ASSERT_EQ(0, let_go(self, p, index, 2));
	EXPECT_IDLE();
	EXPECT_EQ(0u, bytes_wrong(self->g.page, 2, 0x5a, PG + 3));
}

TEST_F(gntdev, set_max_grants__int80)
{
	void *arg = LOW_PAGE(return);

	EXPECT_EQ(-ENOTTY, int80_ioctl(self->fd, IOCTL_GNTDEV_SET_MAX_GRANTS,
				       arg));
}

TEST_F(gntdev, grant_copy__int80)
{
	struct gntdev_grant_copy_segment *seg;
	struct copy32 *arg = LOW_PAGE(return);
	char *p = LOW_PAGE(return);

	noise_fill(self->g.page, PG, 81);
	seg = (void *)(arg + 1);
	arg->count = 3;
	arg->segments = (uintptr_t)seg;
	seg[0] = IN(0, 5, p + 7, 1000);
	/* What a 32-bit program leaves of the union is not looked at. */
	seg[0].dest.foreign.offset = 0xdead;
	seg[0].dest.foreign.domid = 0xbeef;
	seg[1] = OUT(p + 7, 1, 9, 1000);
	seg[1].source.foreign.offset = 0xdead;
	seg[1].source.foreign.domid = 0xbeef;
	seg[2] = seg_in(self->g.domid, BAD_REF, 0, p, 1);
	ASSERT_EQ(0, int80_ioctl(self->fd, GRANT_COPY32, arg));
	EXPECT_EQ(GNTST_okay, seg[0].status);
	EXPECT_EQ(GNTST_okay, seg[1].status);
	EXPECT_EQ(GNTST_bad_gntref, seg[2].status);
	EXPECT_EQ(0, memcmp(p + 7, self->g.page + 5, 1000));
	EXPECT_EQ(0, memcmp(self->g.page + PG + 9, self->g.page + 5, 1000));
}

TEST_F(gntdev, grant_copy__int80_errors)
{
	struct gntdev_grant_copy_segment *seg;
	struct copy32 *arg = LOW_PAGE(return);

	seg = (void *)(arg + 1);
	arg->count = 1;
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, GRANT_COPY32, NULL));
	arg->segments = 0;
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, GRANT_COPY32, arg));
	arg->segments = 0xfffffff0;
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, GRANT_COPY32, arg));
	arg->segments = (uintptr_t)seg;
	*seg = IN(0, 0, NULL, 100);
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, GRANT_COPY32, arg));
	*seg = IN(0, 4000, seg, 100);
	EXPECT_EQ(-EINVAL, int80_ioctl(self->fd, GRANT_COPY32, arg));
	/* The number of a 64-bit caller means nothing here. */
	EXPECT_EQ(-ENOTTY, int80_ioctl(self->fd, IOCTL_GNTDEV_GRANT_COPY,
				       arg));
}

TEST_F(gntdev, map_grant_ref__int80_bad_pointer)
{
	static const uint32_t addresses[] = { 0, 16, 0xfffff000, 0xffffffff };
	unsigned int i;

	LOW_PAGE(return);
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		EXPECT_EQ(-EFAULT, int80(INT80_IOCTL, self->fd,
					 IOCTL_GNTDEV_MAP_GRANT_REF,
					 addresses[i]))
			TH_LOG("address %#x", addresses[i]);
	}
}
