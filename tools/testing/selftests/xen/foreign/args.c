// SPDX-License-Identifier: GPL-2.0-only
/*
 * What MMAPBATCH refuses, and that a mapping is as usable afterwards as it was
 * before.
 */

TEST_F(foreign, mmapbatch_v2__first_call_covers_the_mapping)
{
	char *p = ASSERT_AREA(4);

	EXPECT_EQ(-EINVAL, MAP_V2(p, 3, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p, 5, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p + PG, 3, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p + PG, 4, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p + 3 * PG, 1, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p + 1, 4, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p + 2048, 3, self->frame));
	EXPECT_EQ(0, MAP_V2(p, 4, self->frame));
	EXPECT_LE(0, peek(p + 3 * PG));
}

TEST_F(foreign, mmapbatch__first_call_covers_the_mapping)
{
	char *p = ASSERT_AREA(4);

	EXPECT_EQ(-EINVAL, fm_v1(self->fd, self->domid, p, 3, self->frame));
	EXPECT_EQ(-EINVAL, fm_v1(self->fd, self->domid, p, 5, self->frame));
	EXPECT_EQ(-EINVAL, fm_v1(self->fd, self->domid, p + PG, 3,
				 self->frame));
	EXPECT_EQ(0, fm_v1(self->fd, self->domid, p, 4, self->frame));
	EXPECT_LE(0, peek(p + 3 * PG));
}

/* The hole at the end does not make room for more than it is. */
TEST_F(foreign, mmapbatch_v2__later_call_leaves_the_mapping)
{
	xen_pfn_t frame[4];
	char *p, *q;

	memcpy(frame, self->frame, sizeof(frame));
	frame[3] = BAD_FRAME;
	/* Another one of ours behind it. */
	p = ASSERT_AREA(8);
	ASSERT_EQ(0, fm_unmap(p, 8));
	p = mmap(p, 4 * PG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 self->fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	q = mmap(p + 4 * PG, 4 * PG, PROT_READ, MAP_SHARED | MAP_FIXED,
		 self->fd, 0);
	ASSERT_NE(MAP_FAILED, q);
	ASSERT_EQ(0, MAP_V2(p, 4, frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p + 3 * PG, 2, self->frame + 3));
	EXPECT_EQ(-EINVAL, MAP_V2(p + 3 * PG, 5, self->frame + 3));
	EXPECT_EQ(-EINVAL, MAP_V2(p - PG, 2, self->frame));
	EXPECT_EQ(-SIGBUS, peek(p + 3 * PG));
	EXPECT_EQ(-SIGBUS, peek(q));
	EXPECT_EQ(0, MAP_V2(p + 3 * PG, 1, self->frame + 3));
	EXPECT_EQ(0, MAP_V2(q, 4, self->frame + 4));
	EXPECT_LE(0, peek(q + 3 * PG));
}

TEST_F(foreign, mmapbatch_v2__later_call_between_pages)
{
	xen_pfn_t frame[2] = { self->frame[0], BAD_FRAME };
	char *p;

	if (!env_is_ours())
		SKIP(return, "it would map across two pages");
	p = ASSERT_AREA(2);
	ASSERT_EQ(0, MAP_V2(p, 2, frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p + PG + 1, 1, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p + PG + 8, 1, self->frame));
	EXPECT_EQ(-SIGBUS, peek(p + PG));
}

/* Memory of another kind, or none, is left alone. */
TEST_F(foreign, mmapbatch_v2__not_a_mapping_of_ours)
{
	char *anon, *hole = before_a_hole();
	int zero;
	char *dev;

	ASSERT_NE(NULL, hole);
	anon = mmap(NULL, 4 * PG, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, anon);
	zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, zero);
	dev = mmap(NULL, 4 * PG, PROT_READ | PROT_WRITE, MAP_SHARED, zero, 0);
	ASSERT_NE(MAP_FAILED, dev);
	close(zero);
	memset(anon, 7, 4 * PG);

	const struct {
		const char *name;
		char *addr;
	} rows[] = {
		{ "null", NULL },
		{ "anonymous", anon },
		{ "shared", dev },
		{ "unmapped", hole },
		{ "stack", (char *)((uintptr_t)&zero & ~(PG - 1)) },
		{ "code", (char *)((uintptr_t)fm_v2 & ~(PG - 1)) },
		{ "kernel", (char *)0xffff888000100000 },
		{ "hypervisor", (char *)0xffff828000000000 },
		{ "last page", (char *)-PG },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-EINVAL, MAP_V2(rows[i].addr, 4, self->frame))
			TH_LOG("%s", rows[i].name);
		EXPECT_EQ(-EINVAL, fm_v1(self->fd, self->domid, rows[i].addr,
					 4, self->frame))
			TH_LOG("%s", rows[i].name);
	}
	EXPECT_EQ(7, anon[3 * PG]);
}

/* An unmapped address right before a mapping is not part of it. */
TEST_F(foreign, mmapbatch_v2__before_a_mapping)
{
	char *p = ASSERT_AREA(8);

	ASSERT_EQ(0, fm_unmap(p, 8));
	p = mmap(p + 4 * PG, 4 * PG, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(-EINVAL, MAP_V2(p - PG, 4, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p - 4 * PG, 8, self->frame));
	EXPECT_EQ(0, MAP_V2(p, 4, self->frame));
}

TEST_F(foreign, mmapbatch_v2__of_another_file)
{
	int other = privcmd_open();
	char *p = ASSERT_AREA(2);

	ASSERT_LE(0, other);
	EXPECT_EQ(0, fm_v2(other, self->domid, p, 2, self->frame, self->err));
	close(other);
	EXPECT_LE(0, peek(p));
}

TEST_F(foreign, mmapbatch_v2__no_frames)
{
	char *p = ASSERT_AREA(1);

	EXPECT_EQ(-EINVAL, MAP_V2(p, 0, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(NULL, 0, self->frame));
	EXPECT_EQ(-EINVAL, fm_v1(self->fd, self->domid, p, 0, self->frame));
	EXPECT_EQ(0, MAP_V2(p, 1, self->frame));
}

/* The array ends long before. */
TEST_F(foreign, mmapbatch__huge_number)
{
	static const unsigned int nums[] = {
		0x10000000, 0x40000000, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	char *p = ASSERT_AREA(1);
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(nums); i++) {
		ret = fm_v2(self->fd, self->domid, p, nums[i], self->frame,
			    self->err);
		EXPECT_TRUE(ret == -EFAULT || ret == -ENOMEM)
			TH_LOG("%#x: %d", nums[i], ret);
		ret = fm_v1(self->fd, self->domid, p, nums[i], self->frame);
		EXPECT_TRUE(ret == -EFAULT || ret == -ENOMEM ||
			    ret == -EINVAL)
			TH_LOG("%#x: %d", nums[i], ret);
	}
	EXPECT_EQ(0, MAP_V2(p, 1, self->frame));
}

TEST_F(foreign, mmapbatch_v2__bad_pointer)
{
	struct bad_pointer bad[BAD_POINTERS];
	char *p = ASSERT_AREA(4);
	unsigned int i;

	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_MMAPBATCH_V2);
	ASSERT_EQ(0, bad_pointers(bad, 4 * sizeof(xen_pfn_t)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		void *addr = (void *)bad[i].addr;

		EXPECT_EQ(-EFAULT, MAP_V2(p, 4, addr))
			TH_LOG("frames: %s", bad[i].name);
	}
	ASSERT_EQ(0, bad_pointers(bad, 4 * sizeof(int)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, fm_v2(self->fd, self->domid, p, 4,
					 self->frame, (int *)bad[i].addr))
			TH_LOG("errors: %s", bad[i].name);
	}
	EXPECT_EQ(-SIGBUS, peek(p));
	EXPECT_EQ(0, MAP_V2(p, 4, self->frame));
	EXPECT_LE(0, peek(p));
}

TEST_F(foreign, mmapbatch_v2__errors_are_read_only)
{
	xen_pfn_t bad = BAD_FRAME;
	char *p = ASSERT_AREA(1);
	void *ro;

	ro = mmap(NULL, PG, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, ro);
	EXPECT_EQ(-EFAULT, fm_v2(self->fd, self->domid, p, 1, &bad, ro));
	EXPECT_EQ(0, MAP_V2(p, 1, self->frame));
}

/* It is written only where a frame failed. */
TEST_F(foreign, mmapbatch__array_is_read_only)
{
	char *p = ASSERT_AREA(2), *q = ASSERT_AREA(2);
	xen_pfn_t *ro;

	ro = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, ro);
	memcpy(ro, self->frame, 2 * sizeof(*ro));
	ASSERT_EQ(0, mprotect(ro, PG, PROT_READ));
	EXPECT_EQ(0, fm_v1(self->fd, self->domid, p, 2, ro));
	EXPECT_LE(0, peek(p + PG));

	ASSERT_EQ(0, mprotect(ro, PG, PROT_READ | PROT_WRITE));
	ro[1] = BAD_FRAME;
	ASSERT_EQ(0, mprotect(ro, PG, PROT_READ));
	EXPECT_EQ(-EFAULT, fm_v1(self->fd, self->domid, q, 2, ro));
}

TEST_F(foreign, mmapbatch__bad_pointer)
{
	struct bad_pointer bad[BAD_POINTERS];
	char *p = ASSERT_AREA(3);
	unsigned int i;

	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_MMAPBATCH);
	ASSERT_EQ(0, bad_pointers(bad, 3 * sizeof(xen_pfn_t)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		void *addr = (void *)bad[i].addr;

		EXPECT_EQ(-EFAULT, fm_v1(self->fd, self->domid, p, 3, addr))
			TH_LOG("frames: %s", bad[i].name);
	}
	EXPECT_EQ(0, fm_v1(self->fd, self->domid, p, 3, self->frame));
}

/* To another domain nothing, to this one everything. */
TEST_F(foreign, restrict__mapping)
{
	struct privcmd_mmap_entry run = { .npages = 1 };
	int fd = privcmd_open();
	char *p = ASSERT_AREA(1);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, privcmd_restrict(fd, self->domid + 1));
	EXPECT_EQ(-EPERM, fm_v2(fd, self->domid, p, 1, self->frame, self->err));
	EXPECT_EQ(-EPERM, fm_v2(fd, self->domid, p, 0, self->frame, self->err));
	EXPECT_EQ(-EPERM, fm_v1(fd, self->domid, p, 1, self->frame));
	EXPECT_EQ(env_is_pv() ? -EPERM : -ENOSYS,
		  fm_runs(fd, self->domid, 1, &run));
	close(fd);

	ASSERT_EQ(0, privcmd_restrict(self->fd, self->domid));
	EXPECT_EQ(-EPERM, fm_v2(self->fd, 0, p, 1, self->frame, self->err));
	EXPECT_EQ(0, MAP_V2(p, 1, self->frame));
	EXPECT_EQ(0, self->err[0]);
	EXPECT_LE(0, peek(p));
}
