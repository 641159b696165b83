// SPDX-License-Identifier: GPL-2.0-only
/*
 * 32-bit callers, for whom a number of 64 bits is aligned to four bytes: two
 * structures are smaller, and their commands have other numbers. The stock
 * driver has no entry for them, and every command is ENOTTY.
 */

#define ALLOC_GREF32	0x00144705
#define DEALLOC_GREF32	0x000c4706

struct alloc32 {
	uint16_t domid;
	uint16_t flags;
	uint32_t count;
	uint32_t index_low, index_high;
	uint32_t gref_id;
	/* What lies behind it when there are more. */
	uint32_t more[];
};

struct dealloc32 {
	uint32_t index_low, index_high;
	uint32_t count;
};

_Static_assert(sizeof(struct alloc32) == 20, "as on i386");
_Static_assert(sizeof(struct dealloc32) == 12, "as on i386");

static uint64_t index_of(const struct alloc32 *arg)
{
	return arg->index_low | (uint64_t)arg->index_high << 32;
}

TEST_F(gntalloc, alloc_gref__int80)
{
	struct alloc32 *arg = LOW_PAGE(return);
	unsigned int i;

	ASSERT_ALLOC(self->fd, 3, NULL);
	arg->domid = DOM_HERE;
	arg->flags = GNTALLOC_FLAG_WRITABLE;
	arg->count = 5;
	arg->more[4] = 0x12345678;
	ASSERT_EQ(0, int80_ioctl(self->fd, ALLOC_GREF32, arg));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, arg->gref_id));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, arg->more[i]));
	EXPECT_EQ(0x12345678u, arg->more[4]);
	EXPECT_EQ(0, ga_map_error(self->fd, index_of(arg), 5));
	EXPECT_ROOM(LIMIT - 8);
	arg->count = LIMIT;
	EXPECT_EQ(-ENOSPC, int80_ioctl(self->fd, ALLOC_GREF32, arg));
}

TEST_F(gntalloc, dealloc_gref__int80)
{
	struct dealloc32 *arg = LOW_PAGE(return);
	uint64_t index;

	index = ASSERT_ALLOC(self->fd, 4, NULL);
	arg->index_low = index + PG;
	arg->index_high = (index + PG) >> 32;
	arg->count = 2;
	EXPECT_EQ(0, int80_ioctl(self->fd, DEALLOC_GREF32, arg));
	EXPECT_ROOM(LIMIT - 2);
	EXPECT_EQ(-EINVAL, int80_ioctl(self->fd, DEALLOC_GREF32, arg));
	arg->index_low = index;
	arg->index_high = 1 << 12;
	arg->count = 1;
	EXPECT_EQ(-EINVAL, int80_ioctl(self->fd, DEALLOC_GREF32, arg));
	arg->index_high = index >> 32;
	EXPECT_EQ(0, int80_ioctl(self->fd, DEALLOC_GREF32, arg));
}

/* The same structure for both. */
TEST_F(gntalloc, set_unmap_notify__int80)
{
	struct ioctl_gntalloc_unmap_notify *arg = LOW_PAGE(return);
	struct bell bell;
	uint64_t index;

	bell = ASSERT_BELL();
	index = ASSERT_ALLOC(self->fd, 2, NULL);
	arg->index = index + PG;
	arg->action = EVENT;
	arg->event_channel_port = bell.pair.a;
	ASSERT_EQ(0, int80_ioctl(self->fd, IOCTL_GNTALLOC_SET_UNMAP_NOTIFY,
				 arg));
	ASSERT_EQ(0, ga_free(self->fd, index + PG, 1));
	EXPECT_RING(bell);
	EXPECT_EQ(-ENOENT, int80_ioctl(self->fd,
				       IOCTL_GNTALLOC_SET_UNMAP_NOTIFY, arg));
}

TEST_F(gntalloc, alloc_gref__int80_bad_pointer)
{
	static const uint32_t addresses[] = { 0, 16, 0xfffff000, 0xffffffff };
	unsigned int i;

	LOW_PAGE(return);
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		EXPECT_EQ(-EFAULT, int80(INT80_IOCTL, self->fd, ALLOC_GREF32,
					 addresses[i]));
		EXPECT_EQ(-EFAULT, int80(INT80_IOCTL, self->fd,
					 DEALLOC_GREF32, addresses[i]));
	}
	EXPECT_ROOM(LIMIT);
}

/* The numbers of 64-bit callers mean nothing to a 32-bit one. */
TEST_F(gntalloc, alloc_gref__int80_with_wide_numbers)
{
	void *arg = LOW_PAGE(return);

	EXPECT_EQ(-ENOTTY, int80_ioctl(self->fd, IOCTL_GNTALLOC_ALLOC_GREF,
				       arg));
	EXPECT_EQ(-ENOTTY, int80_ioctl(self->fd, IOCTL_GNTALLOC_DEALLOC_GREF,
				       arg));
}
