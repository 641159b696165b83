// SPDX-License-Identifier: GPL-2.0-only
/*
 * 32-bit callers, whose structures are smaller: short pointers, frame numbers
 * of 32 bits, and numbers of 64 bits that are aligned to four bytes. Therefore
 * their commands have other numbers.
 */

struct narrow_batch {
	int32_t num;
	uint16_t dom;
	uint32_t addr_low, addr_high;
	uint32_t arr;
	/* The second version only. */
	uint32_t err;
};

struct narrow_mmap {
	int32_t num;
	uint16_t dom;
	uint32_t entry;
};

#define NARROW_MMAP		0x000c5002
#define NARROW_MMAPBATCH	0x00145003
#define NARROW_MMAPBATCH_V2	0x00185004

/* All that a call needs, below 4 GiB. */
struct narrow {
	struct narrow_batch batch;
	struct narrow_mmap mmap;
	uint32_t frame[FRAMES];
	int32_t err[FRAMES];
	struct privcmd_mmap_entry run[FRAMES];
};

_Static_assert(sizeof(struct narrow) <= PG, "one page");

#define LOW(p)		((uint32_t)(uintptr_t)(p))

/* Prepared for a mapping of all frames at @p. */
static void narrow_call(struct foreign_fixture *self, struct narrow *n, char *p)
{
	unsigned int i;

	n->batch.num = FRAMES;
	n->batch.dom = self->domid;
	n->batch.addr_low = LOW(p);
	n->batch.arr = LOW(n->frame);
	n->batch.err = LOW(n->err);
	n->mmap.num = FRAMES;
	n->mmap.dom = self->domid;
	n->mmap.entry = LOW(n->run);
	for (i = 0; i < FRAMES; i++) {
		n->frame[i] = self->frame[i];
		n->run[i].va = (uintptr_t)p + i * PG;
		n->run[i].mfn = self->frame[i];
		n->run[i].npages = 1;
	}
}

static char *low_area(int fd)
{
	char *p = mmap(NULL, FRAMES * PG, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_32BIT, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Skips the test where there are no 32-bit callers: then it is NULL. */
static struct narrow *narrow_setup(struct __test_metadata *_metadata,
				   struct foreign_fixture *self, char **p)
{
	struct narrow *n = LOW_PAGE(return NULL);

	*p = low_area(self->fd);
	ASSERT_NE(NULL, *p);
	narrow_call(self, n, *p);
	return n;
}

TEST_F(foreign, mmapbatch_v2__int80)
{
	struct narrow *n;
	unsigned int i;
	char *a, *p;

	n = narrow_setup(_metadata, self, &p);
	if (!n)
		return;
	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 60);
	n->frame[6] = 0x7fffffff;
	memset(n->err, 0x55, sizeof(n->err));
	ASSERT_EQ(0, int80_ioctl(self->fd, NARROW_MMAPBATCH_V2, &n->batch));
	for (i = 0; i < FRAMES; i++) {
		EXPECT_EQ(i == 6, n->err[i] < 0);
		EXPECT_EQ(i == 6, n->err[i] != 0);
		if (i != 6)
			EXPECT_EQ(0u, pattern_wrong(p + i * PG, 1, 60 + i));
	}
	EXPECT_EQ(-EINVAL, int80_ioctl(self->fd, NARROW_MMAPBATCH_V2,
				       &n->batch));
	/* The hole. */
	n->frame[0] = self->frame[6];
	n->batch.num = 1;
	n->batch.addr_low += 6 * PG;
	EXPECT_EQ(0, int80_ioctl(self->fd, NARROW_MMAPBATCH_V2, &n->batch));
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 60));
}

TEST_F(foreign, mmapbatch__int80)
{
	struct narrow *n;
	unsigned int i;
	char *a, *p;

	n = narrow_setup(_metadata, self, &p);
	if (!n)
		return;
	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 61);
	n->frame[FRAMES - 1] = 0x01234567;
	ASSERT_EQ(0, int80_ioctl(self->fd, NARROW_MMAPBATCH, &n->batch));
	for (i = 0; i < FRAMES - 1; i++) {
		EXPECT_EQ(self->frame[i], n->frame[i]);
		EXPECT_EQ(0u, pattern_wrong(p + i * PG, 1, 61 + i));
	}
	EXPECT_EQ(0xf1234567, n->frame[FRAMES - 1]);
	EXPECT_EQ(0, n->err[0]);
}

TEST_F(foreign, mmap_ioctl__int80)
{
	struct narrow *n;
	char *a, *p;

	n = narrow_setup(_metadata, self, &p);
	if (!n)
		return;
	if (!env_is_pv()) {
		EXPECT_EQ(-ENOSYS, int80_ioctl(self->fd, NARROW_MMAP,
					       &n->mmap));
		return;
	}
	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 62);
	ASSERT_EQ(0, int80_ioctl(self->fd, NARROW_MMAP, &n->mmap));
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 62));
}

TEST_F(foreign, mmapbatch__int80_bad_pointer)
{
	struct narrow *n;
	char *p;

	n = narrow_setup(_metadata, self, &p);
	if (!n)
		return;
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, NARROW_MMAPBATCH_V2, NULL));
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, NARROW_MMAPBATCH, NULL));
	n->batch.err = 0;
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, NARROW_MMAPBATCH_V2,
				       &n->batch));
	n->batch.arr = 0xfffffff0;
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, NARROW_MMAPBATCH, &n->batch));
	n->batch.err = LOW(n->err);
	EXPECT_EQ(-EFAULT, int80_ioctl(self->fd, NARROW_MMAPBATCH_V2,
				       &n->batch));
	n->batch.arr = LOW(n->frame);
	n->batch.addr_high = 0x7fff;
	EXPECT_EQ(-EINVAL, int80_ioctl(self->fd, NARROW_MMAPBATCH_V2,
				       &n->batch));
	n->batch.addr_high = 0;
	EXPECT_EQ(0, int80_ioctl(self->fd, NARROW_MMAPBATCH_V2, &n->batch));
	EXPECT_LE(0, peek(p));
}

/* The numbers of 64-bit callers mean nothing to a 32-bit one. */
TEST_F(foreign, mmapbatch__int80_with_wide_numbers)
{
	struct narrow *n;
	char *p;

	n = narrow_setup(_metadata, self, &p);
	if (!n)
		return;
	EXPECT_EQ(-ENOTTY, int80_ioctl(self->fd, IOCTL_PRIVCMD_MMAPBATCH_V2,
				       &n->batch));
	EXPECT_EQ(-ENOTTY, int80_ioctl(self->fd, IOCTL_PRIVCMD_MMAPBATCH,
				       &n->batch));
	EXPECT_EQ(-ENOTTY, int80_ioctl(self->fd, IOCTL_PRIVCMD_MMAP,
				       &n->mmap));
	EXPECT_EQ(-1, ioctl(self->fd, NARROW_MMAPBATCH_V2, &n->batch));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-SIGBUS, peek(p));
}
