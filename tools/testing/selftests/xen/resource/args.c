// SPDX-License-Identifier: GPL-2.0-only
/*
 * What MMAP_RESOURCE refuses, and that the mapping is unused afterwards.
 */

/* What Xen says of a type that it does not know. */
static int unknown_type(struct resource_fixture *self)
{
	return xen_version(self->fd) == XEN_OLDEST ? -EOPNOTSUPP : -EINVAL;
}

TEST_F(resource, size__errors)
{
	uint64_t size = 99;
	int ret;

	EXPECT_EQ(-ESRCH, fm_resource(self->fd, DOM_NONE, GNTTAB, 0, 0, 0,
				      NULL, NULL));
	/* Xen 4.17 takes its own error for a size, and stock believes it. */
	ret = fm_resource(self->fd, self->domid, 77, 0, 0, 0, NULL, &size);
	if (!env_is_ours() && !ret)
		ret = (int)size;
	EXPECT_EQ(unknown_type(self), ret);
}

TEST_F(resource, grant_table__one_of_address_and_number)
{
	char *p = ASSERT_AREA(1);

	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 0, p));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 1, NULL));
	EXPECT_EQ(0, map_gnttab(self, 0, 1, p));
}

TEST_F(resource, grant_table__not_a_mapping_of_ours)
{
	char *anon, *hole = before_a_hole();

	ASSERT_NE(NULL, hole);
	anon = mmap(NULL, 4 * PG, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, anon);
	memset(anon, 7, 4 * PG);
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 2, anon));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 2, hole - PG));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 2, (void *)-PG));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 2, (void *)0xffff888000100000));
	EXPECT_EQ(7, anon[PG]);
}

TEST_F(resource, grant_table__unmapped_before_a_mapping)
{
	char *p;

	if (!env_is_ours())
		SKIP(return, "it would write behind the end of a page table");
	p = ASSERT_AREA(8);
	ASSERT_EQ(0, fm_unmap(p, 8));
	p = mmap(p + 4 * PG, 4 * PG, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 1, p - PG));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 2, p - PG));
	EXPECT_EQ(0, map_gnttab(self, 0, 2, p));
}

TEST_F(resource, grant_table__leaves_the_mapping)
{
	char *p;

	if (!env_is_ours())
		SKIP(return, "it would write behind the mapping");
	p = ASSERT_AREA(2);
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 3, p));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 2, p + PG));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 1, p + 1));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 1, p + 8));
	EXPECT_EQ(-SIGBUS, peek(p));
	EXPECT_EQ(0, map_gnttab(self, 0, 2, p));
	EXPECT_LE(0, peek(p + PG));
}

/* Frames anywhere in the mapping; MMAPBATCH can fill the rest. */
TEST_F(resource, grant_table__part_of_the_mapping)
{
	int err[2];
	char *p;

	if (!env_is_ours())
		SKIP(return, "it counts pages that it does not have");
	p = ASSERT_AREA(4);
	EXPECT_EQ(0, map_gnttab(self, 0, 2, p + PG));
	EXPECT_EQ(-SIGBUS, peek(p));
	EXPECT_EQ(1, poke(p + PG, 1));
	EXPECT_EQ(1, poke(p + 2 * PG, 1));
	EXPECT_EQ(-SIGBUS, peek(p + 3 * PG));
	EXPECT_EQ(-EINVAL, fm_v2(self->fd, self->domid, p, 2,
				 self->guest.frame, err));
	EXPECT_EQ(0, fm_v2(self->fd, self->domid, p + 3 * PG, 1,
			   self->guest.frame, err));
	EXPECT_EQ(0, err[0]);
	EXPECT_EQ(1, poke(p + 3 * PG, 1));
	EXPECT_EQ(0, fm_unmap(p, 4));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(resource, grant_table__used_mapping_is_einval)
{
	int err[2];
	char *p, *q;

	if (!env_is_ours())
		SKIP(return, "the pages of the first would be lost");
	p = ASSERT_AREA(2);
	ASSERT_EQ(0, map_gnttab(self, 0, 2, p));
	pattern_write(p, 2, 20);
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 2, p));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 2, 1, p + PG));
	EXPECT_EQ(-EINVAL, fm_v2(self->fd, self->domid, p, 2,
				 self->guest.frame, err));
	EXPECT_EQ(0u, pattern_wrong(p, 2, 20));

	q = ASSERT_AREA(2);
	ASSERT_EQ(0, fm_v2(self->fd, self->domid, q, 2, self->guest.frame,
			   err));
	pattern_write(q, 2, 30);
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 2, q));
	EXPECT_EQ(0u, pattern_wrong(q, 2, 30));
	EXPECT_EQ(0, fm_unmap(p, 2));
	EXPECT_EQ(0, fm_unmap(q, 2));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* P10, and the mapping can be used for something that exists. */
TEST_F(resource, grant_table__failure_leaves_it_unused)
{
	int err[8];
	char *p;

	if (!env_is_ours())
		SKIP(return, "the pages of the first attempt would be lost");
	p = ASSERT_AREA(8);
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0, 8, p));
	EXPECT_EQ(-EINVAL, map_gnttab(self, GNTTAB_FRAMES - 1, 2, p));
	EXPECT_EQ(-EINVAL, map_gnttab(self, GNTTAB_FRAMES, 1, p));
	EXPECT_EQ(-EINVAL, map_gnttab(self, 0xffffffff, 2, p));
	EXPECT_EQ(-ESRCH, fm_resource(self->fd, DOM_NONE, GNTTAB, 0, 0, 1, p,
				      NULL));
	EXPECT_EQ(unknown_type(self), fm_resource(self->fd, self->domid, 77, 0,
						  0, 1, p, NULL));
	EXPECT_GT(0, fm_resource(self->fd, self->domid, GNTTAB, 77, 0, 1, p,
				 NULL));
	EXPECT_GT(0, fm_resource(self->fd, self->domid, IOREQ, 99, 0, 1, p,
				 NULL));
	EXPECT_EQ(-SIGBUS, peek(p));
	EXPECT_EQ(0, map_gnttab(self, 0, GNTTAB_FRAMES, p));
	pattern_write(p, GNTTAB_FRAMES, 40);
	EXPECT_EQ(0u, pattern_wrong(p, GNTTAB_FRAMES, 40));
	EXPECT_EQ(-SIGBUS, peek(p + GNTTAB_FRAMES * PG));
	EXPECT_EQ(0, fm_unmap(p, 8));

	/* Unused is unused for MMAPBATCH too. */
	p = ASSERT_AREA(FRAMES);
	EXPECT_EQ(-EINVAL, map_gnttab(self, GNTTAB_FRAMES, 1, p));
	EXPECT_EQ(0, fm_v2(self->fd, self->domid, p, FRAMES, self->guest.frame,
			   err));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, ioreq_destroy(&self->ioreq));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(resource, grant_table__huge_number)
{
	static const uint64_t nums[] = {
		0x7fffffff, 0xffffffff, 0x100000000, 0x100000001,
		0x10000000000000, 0x8000000000000000, UINT64_MAX,
	};
	unsigned int i;
	char *p;
	int ret;

	if (!env_is_ours())
		SKIP(return, "it would write behind the mapping");
	p = ASSERT_AREA(1);
	for (i = 0; i < ARRAY_SIZE(nums); i++) {
		ret = map_gnttab(self, 0, nums[i], p);
		EXPECT_TRUE(ret == -EINVAL || ret == -ENOMEM)
			TH_LOG("%#llx: %d", (unsigned long long)nums[i], ret);
	}
	EXPECT_EQ(0, map_gnttab(self, 0, 1, p));
}

TEST_F(resource, grant_table__restricted)
{
	int fd = privcmd_open();
	char *p = ASSERT_AREA(1);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, privcmd_restrict(fd, self->domid + 1));
	EXPECT_EQ(-EPERM, fm_resource(fd, self->domid, GNTTAB, 0, 0, 0, NULL,
				      NULL));
	EXPECT_EQ(-EPERM, fm_resource(fd, self->domid, GNTTAB, 0, 0, 1, p,
				      NULL));
	EXPECT_EQ(-EPERM, fm_resource(fd, self->domid, GNTTAB, 0, 0, 1, NULL,
				      NULL));
	close(fd);
	ASSERT_EQ(0, privcmd_restrict(self->fd, self->domid));
	EXPECT_EQ(-EPERM, fm_resource(self->fd, 0, GNTTAB, 0, 0, 1, p, NULL));
	EXPECT_EQ(0, map_gnttab(self, 0, 1, p));
}

TEST_F(resource, size__bad_pointer)
{
	struct privcmd_mmap_resource *ro;

	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_MMAP_RESOURCE);
	/* A query that cannot be answered. */
	ro = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, ro);
	ro->dom = self->domid;
	ro->type = GNTTAB;
	ASSERT_EQ(0, mprotect(ro, PG, PROT_READ));
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_PRIVCMD_MMAP_RESOURCE, ro));
	EXPECT_EQ(EFAULT, errno);
}
