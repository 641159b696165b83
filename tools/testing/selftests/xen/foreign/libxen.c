// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxenforeignmemory, as distributed.
 */

#define RW	(PROT_READ | PROT_WRITE)

TEST_F(foreign, libxenforeignmemory__content)
{
	xenforeignmemory_handle *fm = xenforeignmemory_open(NULL, 0);
	char *a, *b;

	ASSERT_NE(NULL, fm);
	a = xenforeignmemory_map(fm, self->domid, RW, FRAMES, self->frame,
				 NULL);
	ASSERT_NE(NULL, a);
	b = xenforeignmemory_map(fm, self->domid, PROT_READ, FRAMES,
				 self->frame, self->err);
	ASSERT_NE(NULL, b);
	EXPECT_EQ(0, self->err[0]);
	pattern_write(a, FRAMES, 70);
	EXPECT_EQ(0u, pattern_wrong(b, FRAMES, 70));
	EXPECT_EQ(-SIGSEGV, poke(b, 1));
	EXPECT_EQ(0, xenforeignmemory_unmap(fm, a, FRAMES));
	EXPECT_EQ(0, xenforeignmemory_unmap(fm, b, FRAMES));
	EXPECT_EQ(0, xenforeignmemory_close(fm));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(foreign, libxenforeignmemory__errors)
{
	xenforeignmemory_handle *fm = xenforeignmemory_open(NULL, 0);
	xen_pfn_t frame[FRAMES];
	char *p;

	ASSERT_NE(NULL, fm);
	memcpy(frame, self->frame, sizeof(frame));
	frame[3] = BAD_FRAME;
	/* Without a place for errors it is all or nothing. */
	EXPECT_EQ(NULL, xenforeignmemory_map(fm, self->domid, RW, FRAMES,
					     frame, NULL));
	p = xenforeignmemory_map(fm, self->domid, RW, FRAMES, frame, self->err);
	ASSERT_NE(NULL, p);
	EXPECT_EQ(0, self->err[2]);
	EXPECT_GT(0, self->err[3]);
	EXPECT_EQ(0, self->err[4]);
	EXPECT_EQ(-SIGBUS, peek(p + 3 * PG));
	EXPECT_EQ(1, poke(p + 4 * PG, 1));
	EXPECT_EQ(0, xenforeignmemory_unmap(fm, p, FRAMES));
	EXPECT_EQ(0, xenforeignmemory_close(fm));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(foreign, libxenforeignmemory__map_at_an_address)
{
	xenforeignmemory_handle *fm = xenforeignmemory_open(NULL, 0);
	void *want = ASSERT_AREA(FRAMES);
	void *p;

	ASSERT_NE(NULL, fm);
	ASSERT_EQ(0, fm_unmap(want, FRAMES));
	p = xenforeignmemory_map2(fm, self->domid, want, RW, MAP_FIXED, FRAMES,
				  self->frame, self->err);
	EXPECT_EQ(want, p);
	EXPECT_EQ(1, poke(p, 1));
	EXPECT_EQ(0, xenforeignmemory_unmap(fm, p, FRAMES));
	EXPECT_EQ(0, xenforeignmemory_close(fm));
}

TEST_F(foreign, libxenforeignmemory__restrict)
{
	xenforeignmemory_handle *fm = xenforeignmemory_open(NULL, 0);
	void *p;

	ASSERT_NE(NULL, fm);
	ASSERT_EQ(0, xenforeignmemory_restrict(fm, self->domid));
	EXPECT_EQ(NULL, xenforeignmemory_map(fm, 0, RW, 1, self->frame, NULL));
	EXPECT_EQ(EPERM, errno);
	p = xenforeignmemory_map(fm, self->domid, RW, FRAMES, self->frame,
				 NULL);
	ASSERT_NE(NULL, p);
	EXPECT_EQ(1, poke(p, 1));
	EXPECT_EQ(0, xenforeignmemory_unmap(fm, p, FRAMES));
	EXPECT_EQ(-1, xenforeignmemory_restrict(fm, self->domid + 1));
	EXPECT_EQ(0, xenforeignmemory_close(fm));
}
