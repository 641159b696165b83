// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that something in the kernel still uses when their mapping goes: the
 * content is delivered, and only then the grant goes back.
 */

/*
 * The stock driver waits for such a page before it takes the entry of the
 * process out of the page table, and meanwhile the kernel has done that.
 */
static bool pins_lose_pages(void)
{
	return env_is_pv() && !env_is_ours();
}

struct tube {
	int out;
	int in;
};

#define ASSERT_TUBE() ({						\
	int __ends[2];							\
									\
	ASSERT_EQ(0, pipe(__ends));					\
	(struct tube) { __ends[0], __ends[1] };				\
})

static ssize_t splice_pages(int fd, char *p, unsigned int pages)
{
	struct iovec iov = { p, pages * PG };

	return vmsplice(fd, &iov, 1, 0);
}

static bool read_all(int fd, char *buf, size_t len)
{
	ssize_t ret;

	while (len) {
		ret = read(fd, buf, len);
		if (ret <= 0)
			return false;
		buf += ret;
		len -= ret;
	}
	return true;
}

TEST_F(gntdev, munmap__of_a_page_in_a_pipe)
{
	uint64_t index = ASSERT_MAP(0, 4);
	char *p = ASSERT_MMAP(index, 4), buf[4 * PG];
	struct tube tube = ASSERT_TUBE();

	if (pins_lose_pages())
		SKIP(return, "the page would be lost");
	pattern_write(self->g.page, 4, 60);
	ASSERT_EQ((ssize_t)(4 * PG), splice_pages(tube.in, p, 4));
	ASSERT_EQ(0, munmap(p, 4 * PG));
	ASSERT_EQ(0, gd_unmap(self->fd, index, 4));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(4u, granter_used(&self->g));
	/* The pipe has the page, not a copy: the granter still writes. */
	pattern_write(self->g.page, 4, 61);
	ASSERT_TRUE(read_all(tube.out, buf, sizeof(buf)));
	EXPECT_EQ(0u, pattern_wrong(buf, 4, 61));
	EXPECT_IDLE();
}

/* One page of many is kept; that one is not reused, the rest may go. */
TEST_F(gntdev, munmap__of_many_pages_one_in_a_pipe)
{
	struct tube tube = ASSERT_TUBE();
	char *p, buf[PG];

	if (pins_lose_pages())
		SKIP(return, "the page would be lost");
	p = ASSERT_MAPPED_ALL();
	pattern_write(self->g.page, PAGES, 62);
	ASSERT_EQ((ssize_t)PG, splice_pages(tube.in, p + 7 * PG, 1));
	ASSERT_EQ(0, munmap(p, PAGES * PG));
	sleep_ms(QUIET_MS);
	EXPECT_NE(0u, granter_in_use(&self->g, 7));
	ASSERT_TRUE(read_all(tube.out, buf, sizeof(buf)));
	EXPECT_EQ(0u, pattern_wrong(buf, 1, 69));
	EXPECT_IDLE();
}

/* Pages that are pinned one after the other do not make the first wait on. */
TEST_F(gntdev, munmap__while_ever_more_pages_go_into_a_pipe)
{
	struct tube first = ASSERT_TUBE(), more = ASSERT_TUBE();
	uint64_t index = ASSERT_MAP(0, 1), end;
	char *p = ASSERT_MMAP(index, 1), buf[PG];

	if (pins_lose_pages())
		SKIP(return, "the page would be lost");
	ASSERT_EQ((ssize_t)PG, splice_pages(first.in, p, 1));
	ASSERT_EQ(0, munmap(p, PG));
	ASSERT_TRUE(read_all(first.out, buf, PG));
	for (end = now_us() + 2000000; now_us() < end;) {
		index = ASSERT_MAP(1, 1);
		p = ASSERT_MMAP(index, 1);
		ASSERT_EQ((ssize_t)PG, splice_pages(more.in, p, 1));
		ASSERT_EQ(0, munmap(p, PG));
		ASSERT_EQ(0, gd_unmap(self->fd, index, 1));
		ASSERT_TRUE(read_all(more.out, buf, PG));
		if (!granter_in_use(&self->g, 0))
			break;
	}
	EXPECT_EQ(0u, granter_in_use(&self->g, 0));
	EXPECT_IDLE();
}

/* Nothing of a new map lands in what the pipe still has. */
TEST_F(gntdev, mmap__while_old_pages_are_in_a_pipe)
{
	struct tube tube = ASSERT_TUBE();
	char *p, buf[2 * PG];
	unsigned int i;

	if (pins_lose_pages())
		SKIP(return, "the page would be lost");
	p = ASSERT_MAPPED_ALL();
	pattern_write(self->g.page, PAGES, 63);
	ASSERT_EQ((ssize_t)(2 * PG), splice_pages(tube.in, p, 2));
	ASSERT_EQ(0, munmap(p, PAGES * PG));
	for (i = 0; i < 10; i++) {
		p = ASSERT_MAPPED_ALL();
		EXPECT_EQ(0u, pattern_wrong(p + 2 * PG, PAGES - 2, 65));
		memset(p + 2 * PG, 0x66, (PAGES - 2) * PG);
		pattern_write(p + 2 * PG, PAGES - 2, 65);
		ASSERT_EQ(0, munmap(p, PAGES * PG));
	}
	ASSERT_TRUE(read_all(tube.out, buf, sizeof(buf)));
	EXPECT_EQ(0u, pattern_wrong(buf, 2, 63));
	EXPECT_IDLE();
}

TEST_F(gntdev, close__while_a_page_is_in_a_pipe)
{
	struct tube tube = ASSERT_TUBE();
	char *p, buf[PG];

	if (pins_lose_pages())
		SKIP(return, "the page would be lost");
	p = ASSERT_MAPPED_ALL();
	pattern_write(self->g.page, PAGES, 64);
	ASSERT_EQ((ssize_t)PG, splice_pages(tube.in, p, 1));
	ASSERT_EQ(0, munmap(p, PAGES * PG));
	close(self->fd);
	self->fd = -1;
	sleep_ms(QUIET_MS);
	EXPECT_NE(0u, granter_in_use(&self->g, 0));
	ASSERT_TRUE(read_all(tube.out, buf, sizeof(buf)));
	EXPECT_EQ(0u, pattern_wrong(buf, 1, 64));
	EXPECT_IDLE();
}

struct splicer {
	struct gntdev_fixture *self;
	struct tube tube;
};

static int splice_and_exit(void *arg)
{
	struct splicer *s = arg;
	struct gntdev_fixture *self = s->self;
	uint64_t index;
	char *p;

	if (map_refs(self, 0, 2, &index))
		return 1;
	p = gd_mmap(self->fd, index, 2, PROT_READ | PROT_WRITE);
	if (!p)
		return 2;
	return splice_pages(s->tube.in, p, 2) == 2 * (ssize_t)PG ? 0 : 3;
}

/* The process is gone, the reader gets the page all the same. */
TEST_F(gntdev, exit__while_a_page_is_in_a_pipe)
{
	struct splicer s = { self, ASSERT_TUBE() };
	char buf[2 * PG];

	if (pins_lose_pages())
		SKIP(return, "the page would be lost");
	pattern_write(self->g.page, PAGES, 66);
	ASSERT_EQ(0, child_run(splice_and_exit, &s));
	sleep_ms(QUIET_MS);
	EXPECT_EQ(2u, granter_used(&self->g));
	ASSERT_TRUE(read_all(s.tube.out, buf, sizeof(buf)));
	EXPECT_EQ(0u, pattern_wrong(buf, 2, 66));
	/* The map itself is in our file, too. */
	close(self->fd);
	self->fd = -1;
	EXPECT_IDLE();
}

/* The pipe is closed with the page in it. */
TEST_F(gntdev, munmap__page_in_a_pipe_that_is_closed)
{
	struct tube tube = ASSERT_TUBE();
	char *p = ASSERT_MAPPED_ALL();

	if (pins_lose_pages())
		SKIP(return, "the page would be lost");
	ASSERT_EQ((ssize_t)(4 * PG), splice_pages(tube.in, p, 4));
	ASSERT_EQ(0, munmap(p, PAGES * PG));
	sleep_ms(QUIET_MS);
	EXPECT_LE(4u, granter_used(&self->g));
	close(tube.in);
	close(tube.out);
	EXPECT_IDLE();
}

/* Its parent reads and writes the memory of a child that has it mapped. */
TEST_F(gntdev, process_vm_readv__of_a_mapping)
{
	struct iovec local, remote;
	char *p = ASSERT_MAPPED_ALL(), buf[2 * PG];

	pattern_write(self->g.page, PAGES, 67);
	local = (struct iovec) { buf, sizeof(buf) };
	remote = (struct iovec) { p + 3 * PG, sizeof(buf) };
	EXPECT_EQ((ssize_t)sizeof(buf),
		  process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
	EXPECT_EQ(0u, pattern_wrong(buf, 2, 70));
	pattern_write(buf, 2, 90);
	EXPECT_EQ((ssize_t)sizeof(buf),
		  process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
	EXPECT_EQ(0u, pattern_wrong(self->g.page + 3 * PG, 2, 90));
	EXPECT_EQ(0, munmap(p, PAGES * PG));
	EXPECT_IDLE();
}
