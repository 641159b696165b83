// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMABUF_EXP_FROM_REFS: grants as a dma-buf, which a process can map.
 */

TEST_F(dmabuf, exp_from_refs__shows_the_pages_both_ways)
{
	int fd = ASSERT_EXPORT(0, PAGES);
	char *p;

	EXPECT_EQ((unsigned int)PAGES, granter_used(&self->g));
	EXPECT_EQ((off_t)(PAGES * PG), lseek(fd, 0, SEEK_END));
	p = mmap(NULL, PAGES * PG, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, p)
		TH_LOG("%s", strerror(errno));
	pattern_write(self->g.page, PAGES, 1);
	EXPECT_EQ(0u, pattern_wrong(p, PAGES, 1));
	pattern_write(p, PAGES, 50);
	EXPECT_EQ(0u, pattern_wrong(self->g.page, PAGES, 50));
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_EQ((unsigned int)PAGES, granter_used(&self->g));
	close(fd);
	EXPECT_IDLE();
}

TEST_F(dmabuf, exp_from_refs__mapped_in_parts_and_twice)
{
	int fd = ASSERT_EXPORT(0, PAGES);
	char *p, *q;

	pattern_write(self->g.page, PAGES, 2);
	p = mmap(NULL, 4 * PG, PROT_READ, MAP_SHARED, fd, 3 * PG);
	ASSERT_NE(MAP_FAILED, p);
	q = mmap(NULL, 4 * PG, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 5 * PG);
	ASSERT_NE(MAP_FAILED, q);
	EXPECT_EQ(0u, pattern_wrong(p, 4, 5));
	EXPECT_EQ(0u, pattern_wrong(q, 4, 7));
	EXPECT_EQ(-SIGSEGV, poke(p, 1));
	pattern_write(q, 4, 90);
	EXPECT_EQ(0u, pattern_wrong(p + 2 * PG, 2, 90));
	/* What does not lie in it cannot be mapped. */
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 2 * PG, PROT_READ, MAP_SHARED, fd,
				   (PAGES - 1) * PG));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PG, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE, fd, 0));
	EXPECT_EQ(0, munmap(p, 4 * PG));
	EXPECT_EQ(0u, pattern_wrong(q, 4, 90));
	EXPECT_EQ(0, munmap(q, 4 * PG));
	close(fd);
	EXPECT_IDLE();
}

/* Whoever has the dma-buf has the pages, whatever becomes of the file. */
TEST_F(dmabuf, exp_from_refs__outlives_the_file)
{
	int fd = ASSERT_EXPORT(0, 4);
	char *p;

	close(self->fd);
	self->fd = gd_open();
	pattern_write(self->g.page, 4, 3);
	p = mmap(NULL, 4 * PG, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	close(fd);
	EXPECT_EQ(0u, pattern_wrong(p, 4, 3));
	EXPECT_EQ(4u, granter_used(&self->g));
	EXPECT_EQ(0, munmap(p, 4 * PG));
	EXPECT_IDLE();
}

TEST_F(dmabuf, exp_from_refs__close_on_exec)
{
	int fd = ASSERT_EXPORT(0, 1);

	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	close(fd);
}

TEST_F(dmabuf, exp_from_refs__errors)
{
	uint32_t ref[3] = { self->g.ref[0], BAD_REF, self->g.ref[1] };
	int flags = GNTDEV_DMA_FLAG_WC | GNTDEV_DMA_FLAG_COHERENT;

	EXPECT_EQ(-EINVAL, EXPORT(0, 0));
	EXPECT_EQ(-EINVAL, EXPORT(0, MAP_LIMIT_DEFAULT + 1));
	EXPECT_EQ(-EINVAL, EXPORT(0, 0x80000000));
	EXPECT_EQ(-EINVAL, EXPORT(0, 0xffffffff));
	EXPECT_EQ(-EINVAL, export_refs(self->fd, flags, self->g.domid, 1,
				       self->g.ref));
	EXPECT_EQ(-EINVAL, export_refs(self->fd, 0, self->g.domid, 3, ref));
	EXPECT_IDLE();
	EXPECT_EQ(-EINVAL, export_refs(self->fd, 0, DOM_NONE, 1,
				       self->g.ref));
	granter_set(&self->g, 2, GTF_permit_access | GTF_readonly);
	EXPECT_EQ(-EINVAL, EXPORT(0, 3));
	EXPECT_IDLE();
}

/* Memory of a kind that Debian's kernels cannot provide, or a dma-buf of it. */
TEST_F(dmabuf, exp_from_refs__flags)
{
	static const uint32_t flags[] = {
		GNTDEV_DMA_FLAG_WC, GNTDEV_DMA_FLAG_COHERENT,
	};
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		fd = export_refs(self->fd, flags[i], self->g.domid, 1,
				 self->g.ref);
		EXPECT_TRUE(fd >= 0 || fd == -EOPNOTSUPP || fd == -ENOMEM)
			TH_LOG("flag %u: %s", flags[i], strerror(-fd));
		if (fd >= 0)
			close(fd);
		EXPECT_IDLE();
	}
	/* Other bits have always been ignored. */
	fd = export_refs(self->fd, ~3u, self->g.domid, 1, self->g.ref);
	EXPECT_LE(0, fd);
	close(fd);
}

TEST_F(dmabuf, exp_from_refs__bad_pointer)
{
	struct ioctl_gntdev_dmabuf_exp_from_refs *arg;
	char *hole;

	EXPECT_EFAULT(self->fd, IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS);
	hole = before_a_hole();
	arg = (void *)(hole - sizeof(*arg));
	arg->count = 2;
	arg->domid = self->g.domid;
	arg->refs[0] = self->g.ref[0];
	EXPECT_EQ(-EFAULT, do_ioctl(self->fd,
				    IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, arg));
	EXPECT_IDLE();
}

/* No descriptor, no dma-buf, no grant is left behind. */
TEST_F(dmabuf, exp_from_refs__result_not_writable)
{
	struct exp_arg *e;
	int before, after;

	e = mmap(NULL, PG, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, e);
	e->arg.count = 1;
	e->arg.domid = self->g.domid;
	e->arg.refs[0] = self->g.ref[0];
	ASSERT_EQ(0, mprotect(e, PG, PROT_READ));
	before = dup(0);
	close(before);
	EXPECT_EQ(-EFAULT, do_ioctl(self->fd,
				    IOCTL_GNTDEV_DMABUF_EXP_FROM_REFS, e));
	after = dup(0);
	close(after);
	EXPECT_EQ(before, after);
	EXPECT_EQ(-ENOENT, wait_released(self->fd, before, 0));
	EXPECT_IDLE();
}

TEST_F(dmabuf, exp_from_refs__no_free_descriptor)
{
	struct rlimit limit, none;
	int lowest = dup(0);

	ASSERT_LE(0, lowest);
	close(lowest);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	none = limit;
	none.rlim_cur = lowest;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(-EMFILE, EXPORT(0, 1));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_IDLE();
}

static int export_and_die(void *arg)
{
	struct dmabuf_fixture *self = arg;
	int fd;
	char *p;

	self->fd = gd_open();
	fd = EXPORT(0, PAGES);
	p = mmap(NULL, PAGES * PG, PROT_READ, MAP_SHARED, fd, 0);
	return p == MAP_FAILED;
}

TEST_F(dmabuf, exp_from_refs__process_exits)
{
	EXPECT_EQ(0, child_run(export_and_die, self));
	EXPECT_IDLE();
}

TEST_F(dmabuf, exp_from_refs__many)
{
	int fd[100];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fd); i++)
		fd[i] = ASSERT_EXPORT(i % PAGES, 1);
	EXPECT_EQ((unsigned int)PAGES, granter_used(&self->g));
	for (i = 0; i < ARRAY_SIZE(fd); i++)
		close(fd[i]);
	EXPECT_IDLE();
}
