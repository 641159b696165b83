// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMABUF_IMP_TO_REFS and _RELEASE: pages of a dma-buf as grants. The dma-buf
 * is one of ordinary memory, made by the kernel's udmabuf.
 */

#define ASSERT_MEMORY(pages) ({						\
	struct memory __m = {};						\
									\
	ASSERT_EQ(0, memory_make(&__m, pages));				\
	__m;								\
})

TEST_F(dmabuf, imp_to_refs__shows_the_memory_both_ways)
{
	struct gntdev_grant_copy_segment seg;
	uint32_t ref[PAGES];
	struct memory m;
	unsigned int i;
	char buf[PG];

	if (access(UDMABUF, F_OK))
		SKIP(return, "the kernel has no udmabuf");
	m = ASSERT_MEMORY(PAGES);
	pattern_write(m.p, PAGES, 1);
	ASSERT_EQ(0, import_refs(self->fd, m.fd, PAGES, ref));
	for (i = 0; i < PAGES; i++) {
		seg = seg_in(DOM_HERE, ref[i], 0, buf, PG);
		ASSERT_EQ(0, gd_copy(self->fd, 1, &seg));
		EXPECT_EQ(GNTST_okay, seg.status);
		EXPECT_EQ(0u, pattern_wrong(buf, 1, 1 + i));
		pattern_write(buf, 1, 50 + i);
		seg = seg_out(buf, DOM_HERE, ref[i], 0, PG);
		ASSERT_EQ(0, gd_copy(self->fd, 1, &seg));
		EXPECT_EQ(GNTST_okay, seg.status);
	}
	EXPECT_EQ(0u, pattern_wrong(m.p, PAGES, 50));
	EXPECT_EQ(0, import_release(self->fd, m.fd));
	for (i = 0; i < PAGES; i++)
		EXPECT_TRUE(grant_revoked(ref[i]));
	EXPECT_EQ(-ENOENT, import_release(self->fd, m.fd));
}

TEST_F(dmabuf, imp_to_refs__mapped_by_the_peer)
{
	uint32_t ref[PAGES];
	struct memory m;
	uint64_t index;
	char *q;

	if (access(UDMABUF, F_OK))
		SKIP(return, "the kernel has no udmabuf");
	if (env_loses_own_grants())
		SKIP(return, "an auto-translated domain loses a page that it maps from itself");
	m = ASSERT_MEMORY(PAGES);
	ASSERT_EQ(0, import_refs(self->fd, m.fd, PAGES, ref));
	ASSERT_EQ(0, gd_map_refs(self->fd, DOM_HERE, PAGES, ref, &index));
	q = gd_mmap(self->fd, index, PAGES, PROT_READ | PROT_WRITE);
	ASSERT_NE(NULL, q);
	pattern_write(m.p, PAGES, 2);
	EXPECT_EQ(0u, pattern_wrong(q, PAGES, 2));
	pattern_write(q, PAGES, 60);
	EXPECT_EQ(0u, pattern_wrong(m.p, PAGES, 60));
	/* Released while it is mapped: the peer keeps the pages. */
	EXPECT_EQ(0, import_release(self->fd, m.fd));
	close(m.fd);
	ASSERT_EQ(0, munmap(m.p, PAGES * PG));
	close(m.memfd);
	EXPECT_EQ(0u, pattern_wrong(q, PAGES, 60));
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref[0]));
	ASSERT_EQ(0, munmap(q, PAGES * PG));
	ASSERT_EQ(0, gd_unmap(self->fd, index, PAGES));
	EXPECT_TRUE(grant_revoked(ref[0]));
	EXPECT_TRUE(grant_revoked(ref[PAGES - 1]));
}

/* The descriptor may be closed: its number is what is known. */
TEST_F(dmabuf, imp_release__after_close)
{
	struct memory m;
	uint32_t ref;

	if (access(UDMABUF, F_OK))
		SKIP(return, "the kernel has no udmabuf");
	m = ASSERT_MEMORY(1);
	ASSERT_EQ(0, import_refs(self->fd, m.fd, 1, &ref));
	close(m.fd);
	EXPECT_EQ(GNTST_okay, grant_status(DOM_HERE, ref));
	EXPECT_EQ(0, import_release(self->fd, m.fd));
	EXPECT_TRUE(grant_revoked(ref));
}

TEST_F(dmabuf, imp_to_refs__file_is_closed)
{
	uint32_t ref[4];
	struct memory m;

	if (access(UDMABUF, F_OK))
		SKIP(return, "the kernel has no udmabuf");
	m = ASSERT_MEMORY(4);
	ASSERT_EQ(0, import_refs(self->fd, m.fd, 4, ref));
	close(self->fd);
	self->fd = gd_open();
	EXPECT_TRUE(grant_revoked(ref[0]));
	EXPECT_TRUE(grant_revoked(ref[3]));
	EXPECT_EQ(-ENOENT, import_release(self->fd, m.fd));
}

TEST_F(dmabuf, imp_to_refs__errors)
{
	struct memory m;

	EXPECT_EQ(-EINVAL, import_refs(self->fd, 0, 0, NULL));
	EXPECT_EQ(-EINVAL, import_refs(self->fd, 0, MAP_LIMIT_DEFAULT + 1,
				       NULL));
	EXPECT_EQ(-EINVAL, import_refs(self->fd, 0, ~0u, NULL));
	EXPECT_EQ(-EBADF, import_refs(self->fd, 1000, 1, NULL));
	EXPECT_EQ(-EBADF, import_refs(self->fd, ~0u, 1, NULL));
	/* A file, but not a dma-buf. */
	EXPECT_EQ(-EINVAL, import_refs(self->fd, self->fd, 1, NULL));
	if (access(UDMABUF, F_OK))
		SKIP(return, "the kernel has no udmabuf");
	m = ASSERT_MEMORY(4);
	EXPECT_EQ(-EINVAL, import_refs(self->fd, m.fd, 3, NULL));
	EXPECT_EQ(-EINVAL, import_refs(self->fd, m.fd, 5, NULL));
	EXPECT_EQ(-ENOENT, import_release(self->fd, m.fd));
	EXPECT_EQ(0, import_refs(self->fd, m.fd, 4, NULL));
	EXPECT_EQ(0, import_release(self->fd, m.fd));
}

/* The references cannot be told: none is left granted. */
TEST_F(dmabuf, imp_to_refs__result_not_writable)
{
	struct imp_arg *arg;
	struct memory m;
	uint32_t ref;
	int i;

	if (access(UDMABUF, F_OK))
		SKIP(return, "the kernel has no udmabuf");
	m = ASSERT_MEMORY(4);
	ASSERT_EQ(0, import_refs(self->fd, m.fd, 4, &ref));
	ASSERT_EQ(0, import_release(self->fd, m.fd));
	arg = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, arg);
	arg->arg.fd = m.fd;
	arg->arg.count = 4;
	ASSERT_EQ(0, mprotect(arg, PG, PROT_READ));
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(-EFAULT, do_ioctl(self->fd,
					    IOCTL_GNTDEV_DMABUF_IMP_TO_REFS,
					    arg));
	}
	EXPECT_EQ(-ENOENT, import_release(self->fd, m.fd));
	EXPECT_EQ(GNTST_general_error, grant_status(DOM_HERE, ref));
}

TEST_F(dmabuf, imp_to_refs__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_GNTDEV_DMABUF_IMP_TO_REFS);
}

TEST_F(dmabuf, imp_release__unknown)
{
	EXPECT_EQ(-ENOENT, import_release(self->fd, 0));
	EXPECT_EQ(-ENOENT, import_release(self->fd, ~0u));
	EXPECT_EFAULT(self->fd, IOCTL_GNTDEV_DMABUF_IMP_RELEASE);
}
