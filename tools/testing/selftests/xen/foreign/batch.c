// SPDX-License-Identifier: GPL-2.0-only
/*
 * MMAPBATCH and MMAPBATCH_V2: the right frame is at the right address, errors
 * are those of the frame they belong to, holes can be filled later.
 */

/* What is written through one mapping is read through another. */
TEST_F(foreign, mmapbatch_v2__content)
{
	char *a, *b;

	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 1);
	b = ASSERT_MAP_ALL();
	EXPECT_EQ(0u, pattern_wrong(b, FRAMES, 1));
	pattern_write(b, FRAMES, 2);
	EXPECT_EQ(0u, pattern_wrong(a, FRAMES, 2));
	EXPECT_EQ(0, fm_unmap(a, FRAMES));
	EXPECT_EQ(0u, pattern_wrong(b, FRAMES, 2));
	EXPECT_EQ(0, fm_unmap(b, FRAMES));
	a = ASSERT_MAP_ALL();
	EXPECT_EQ(0u, pattern_wrong(a, FRAMES, 2));
}

TEST_F(foreign, mmapbatch__content)
{
	char *a, *b;

	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 3);
	b = ASSERT_AREA(FRAMES);
	EXPECT_EQ(0, fm_v1(self->fd, self->domid, b, FRAMES, self->frame));
	EXPECT_EQ(0u, pattern_wrong(b, FRAMES, 3));
}

/* Frames backwards, one of them twice. */
TEST_F(foreign, mmapbatch_v2__any_order)
{
	xen_pfn_t frame[FRAMES + 1];
	int err[FRAMES + 1];
	unsigned int i;
	char *a, *b;

	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 4);
	for (i = 0; i < FRAMES; i++)
		frame[i] = self->frame[FRAMES - 1 - i];
	frame[FRAMES] = self->frame[3];
	b = ASSERT_AREA(FRAMES + 1);
	ASSERT_EQ(0, fm_v2(self->fd, self->domid, b, FRAMES + 1, frame, err));
	for (i = 0; i < FRAMES; i++) {
		EXPECT_EQ(0, err[i]);
		EXPECT_EQ(0u, pattern_wrong(b + i * PG, 1, 4 + FRAMES - 1 - i));
	}
	EXPECT_EQ(0u, pattern_wrong(b + FRAMES * PG, 1, 4 + 3));
}

TEST_F(foreign, mmapbatch_v2__read_only)
{
	char *a, *b;

	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 5);
	b = mmap(NULL, FRAMES * PG, PROT_READ, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, b);
	ASSERT_EQ(0, MAP_V2(b, FRAMES, self->frame));
	EXPECT_EQ(0u, pattern_wrong(b, FRAMES, 5));
	EXPECT_EQ(-SIGSEGV, poke(b, 1));
	EXPECT_EQ(0u, pattern_wrong(a, FRAMES, 5));
}

/* An access to what nobody filled. */
TEST_F(foreign, mmap__unused_is_sigbus)
{
	char *p = ASSERT_AREA(2);

	EXPECT_EQ(-SIGBUS, peek(p));
	EXPECT_EQ(-SIGBUS, poke(p + PG, 1));
	/* And it is still unused. */
	EXPECT_EQ(0, MAP_V2(p, 2, self->frame));
	EXPECT_LE(0, poke(p + PG, 1));
}

static const unsigned int bad_at[] = { 0, FRAMES / 2, FRAMES - 1 };

TEST_F(foreign, mmapbatch_v2__error_of_one_frame)
{
	xen_pfn_t frame[FRAMES];
	unsigned int i, k;
	char *p;

	p = ASSERT_MAP_ALL();
	pattern_write(p, FRAMES, 6);
	for (i = 0; i < ARRAY_SIZE(bad_at); i++) {
		memcpy(frame, self->frame, sizeof(frame));
		frame[bad_at[i]] = BAD_FRAME;
		memset(self->err, 0x55, sizeof(self->err));
		p = ASSERT_AREA(FRAMES);
		EXPECT_EQ(0, MAP_V2(p, FRAMES, frame));
		for (k = 0; k < FRAMES; k++) {
			if (k == bad_at[i]) {
				EXPECT_GT(0, self->err[k]);
				EXPECT_LT(-4096, self->err[k]);
				EXPECT_EQ(-SIGBUS, peek(p + k * PG));
				continue;
			}
			EXPECT_EQ(0, self->err[k])
				TH_LOG("bad at %u, page %u", bad_at[i], k);
			EXPECT_EQ(0u, pattern_wrong(p + k * PG, 1, 6 + k));
		}
	}
}

TEST_F(foreign, mmapbatch__error_of_one_frame)
{
	xen_pfn_t frame[FRAMES];
	unsigned int i, k;
	char *p;

	p = ASSERT_MAP_ALL();
	pattern_write(p, FRAMES, 7);
	for (i = 0; i < ARRAY_SIZE(bad_at); i++) {
		memcpy(frame, self->frame, sizeof(frame));
		frame[bad_at[i]] = BAD_FRAME;
		p = ASSERT_AREA(FRAMES);
		EXPECT_EQ(0, fm_v1(self->fd, self->domid, p, FRAMES, frame));
		for (k = 0; k < FRAMES; k++) {
			if (k == bad_at[i]) {
				EXPECT_EQ(BAD_FRAME | 0xf0000000UL, frame[k]);
				EXPECT_EQ(-SIGBUS, peek(p + k * PG));
				continue;
			}
			EXPECT_EQ(self->frame[k], frame[k]);
			EXPECT_EQ(0u, pattern_wrong(p + k * PG, 1, 7 + k));
		}
	}
}

/* Two neighbours, and one alone: the error of one is not that of another. */
TEST_F(foreign, mmapbatch_v2__errors_of_several_frames)
{
	xen_pfn_t frame[FRAMES];
	unsigned int k;
	char *p;

	memcpy(frame, self->frame, sizeof(frame));
	frame[1] = BAD_FRAME;
	frame[2] = 0x7fffffff;
	frame[9] = 0xffffff00;
	p = ASSERT_AREA(FRAMES);
	EXPECT_EQ(0, MAP_V2(p, FRAMES, frame));
	for (k = 0; k < FRAMES; k++) {
		bool bad = k == 1 || k == 2 || k == 9;

		EXPECT_EQ(bad, self->err[k] < 0)
			TH_LOG("page %u: %d", k, self->err[k]);
		EXPECT_EQ(bad ? -SIGBUS : 1, poke(p + k * PG, 1));
	}
}

TEST_F(foreign, mmapbatch_v2__all_frames_bad)
{
	xen_pfn_t frame[FRAMES];
	unsigned int k;
	char *p;

	for (k = 0; k < FRAMES; k++)
		frame[k] = BAD_FRAME + k;
	p = ASSERT_AREA(FRAMES);
	EXPECT_EQ(0, MAP_V2(p, FRAMES, frame));
	for (k = 0; k < FRAMES; k++)
		EXPECT_GT(0, self->err[k]);
	EXPECT_EQ(-SIGBUS, peek(p));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(foreign, mmapbatch_v2__no_such_domain)
{
	unsigned int k;
	char *p;

	p = ASSERT_AREA(FRAMES);
	EXPECT_EQ(0, fm_v2(self->fd, DOM_NONE, p, FRAMES, self->frame,
			   self->err));
	for (k = 0; k < FRAMES; k++)
		EXPECT_EQ(-ESRCH, self->err[k]);
	EXPECT_EQ(-SIGBUS, peek(p));
}

/* A frame of ours is not one of the guest's. */
TEST_F(foreign, mmapbatch_v2__frame_of_another_domain)
{
	struct guest other;
	char *p;

	if (self->guest.hvm)
		SKIP(return, "an HVM guest has its own numbers");
	ASSERT_EQ(0, guest_create(&other, false, 1));
	p = ASSERT_AREA(1);
	EXPECT_EQ(0, MAP_V2(p, 1, other.frame));
	EXPECT_GT(0, self->err[0]);
	EXPECT_EQ(-SIGBUS, peek(p));
	guest_free(&other);
}

/* P9: what is tried again at an offset comes to that offset. */
TEST_F(foreign, mmapbatch_v2__hole_filled_later)
{
	xen_pfn_t frame[FRAMES];
	char *a, *p;

	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 8);
	memcpy(frame, self->frame, sizeof(frame));
	frame[5] = BAD_FRAME;
	frame[6] = BAD_FRAME;
	frame[11] = BAD_FRAME;
	p = ASSERT_AREA(FRAMES);
	ASSERT_EQ(0, MAP_V2(p, FRAMES, frame));
	EXPECT_EQ(0, MAP_V2(p + 11 * PG, 1, self->frame + 11));
	EXPECT_EQ(0, self->err[0]);
	EXPECT_EQ(0, MAP_V2(p + 5 * PG, 2, self->frame + 5));
	EXPECT_EQ(0, self->err[0]);
	EXPECT_EQ(0, self->err[1]);
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 8));
	EXPECT_EQ(0u, pattern_wrong(a, FRAMES, 8));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, fm_unmap(a, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(foreign, mmapbatch__hole_filled_later)
{
	xen_pfn_t frame[FRAMES];
	char *a, *p;

	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 9);
	memcpy(frame, self->frame, sizeof(frame));
	frame[13] = BAD_FRAME;
	p = ASSERT_AREA(FRAMES);
	ASSERT_EQ(0, fm_v1(self->fd, self->domid, p, FRAMES, frame));
	frame[13] = self->frame[13];
	EXPECT_EQ(0, fm_v1(self->fd, self->domid, p + 13 * PG, 1, frame + 13));
	EXPECT_EQ(self->frame[13], frame[13]);
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 9));
}

/* It stays a hole when it fails again, and can be tried once more. */
TEST_F(foreign, mmapbatch_v2__hole_fails_again)
{
	xen_pfn_t bad = BAD_FRAME;
	xen_pfn_t frame[2] = { self->frame[0], bad };
	char *p;
	int i;

	p = ASSERT_AREA(2);
	ASSERT_EQ(0, MAP_V2(p, 2, frame));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, MAP_V2(p + PG, 1, &bad));
		EXPECT_GT(0, self->err[0]);
		EXPECT_EQ(-SIGBUS, peek(p + PG));
	}
	EXPECT_EQ(0, MAP_V2(p + PG, 1, self->frame + 1));
	EXPECT_EQ(0, self->err[0]);
	EXPECT_LE(0, peek(p + PG));
}

TEST_F(foreign, mmapbatch_v2__filled_page_is_einval)
{
	xen_pfn_t frame[FRAMES];
	char *p;

	memcpy(frame, self->frame, sizeof(frame));
	frame[4] = BAD_FRAME;
	p = ASSERT_AREA(FRAMES);
	ASSERT_EQ(0, MAP_V2(p, FRAMES, frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p, FRAMES, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p, 1, self->frame));
	EXPECT_EQ(-EINVAL, MAP_V2(p + 3 * PG, 2, self->frame + 3));
	EXPECT_EQ(-EINVAL, MAP_V2(p + 4 * PG, 2, self->frame + 4));
	EXPECT_EQ(-SIGBUS, peek(p + 4 * PG));
	EXPECT_EQ(0, MAP_V2(p + 4 * PG, 1, self->frame + 4));
	EXPECT_EQ(-EINVAL, MAP_V2(p + 4 * PG, 1, self->frame + 4));
}

/* A page that is filled is filled, also when nobody ever looked at it. */
TEST_F(foreign, mmapbatch__filled_page_is_einval)
{
	char *p = ASSERT_AREA(2);

	ASSERT_EQ(0, fm_v1(self->fd, self->domid, p, 2, self->frame));
	EXPECT_EQ(-EINVAL, fm_v1(self->fd, self->domid, p, 2, self->frame));
	EXPECT_EQ(-EINVAL, fm_v1(self->fd, self->domid, p + PG, 1,
				 self->frame));
}
