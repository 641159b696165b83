// SPDX-License-Identifier: GPL-2.0-only
/*
 * MMAP: runs of frames, in a PV domain only.
 */

/* One run for each frame of the guest. */
static void runs_of_guest(struct foreign_fixture *self,
			  struct privcmd_mmap_entry run[FRAMES], char *p)
{
	unsigned int i;

	for (i = 0; i < FRAMES; i++) {
		run[i] = (struct privcmd_mmap_entry){
			.va = (uintptr_t)p + i * PG,
			.mfn = self->frame[i],
			.npages = 1,
		};
	}
}

TEST_F(foreign, mmap_ioctl__not_in_auto_translated)
{
	struct privcmd_mmap_entry run[FRAMES];
	char *p = ASSERT_AREA(FRAMES);

	if (!env_is_pvh())
		SKIP(return, "this is a PV domain");
	runs_of_guest(self, run, p);
	EXPECT_EQ(-ENOSYS, fm_runs(self->fd, self->domid, FRAMES, run));
	EXPECT_EQ(-ENOSYS, fm_runs(self->fd, self->domid, 0, NULL));
	EXPECT_EQ(-1, ioctl(self->fd, IOCTL_PRIVCMD_MMAP, NULL));
	EXPECT_EQ(ENOSYS, errno);
	EXPECT_EQ(0, MAP_V2(p, FRAMES, self->frame));
}

TEST_F(foreign, mmap_ioctl__content)
{
	struct privcmd_mmap_entry run[FRAMES];
	char *a, *p;

	if (!env_is_pv())
		SKIP(return, "only in a PV domain");
	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 20);
	p = ASSERT_AREA(FRAMES);
	runs_of_guest(self, run, p);
	ASSERT_EQ(0, fm_runs(self->fd, self->domid, FRAMES, run));
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 20));
}

/* Neighbouring numbers: an HVM guest has them for certain. */
TEST_F(foreign, mmap_ioctl__long_runs)
{
	struct privcmd_mmap_entry run[FRAMES];
	char *a, *p;

	if (!env_is_pv())
		SKIP(return, "only in a PV domain");
	if (!self->guest.hvm)
		SKIP(return, "the frames of a PV guest may be anywhere");
	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 21);
	p = ASSERT_AREA(FRAMES);
	runs_of_guest(self, run, p);
	run[0].npages = 5;
	run[1] = (struct privcmd_mmap_entry){ run[0].va + 5 * PG, 10, 6 };
	run[2] = (struct privcmd_mmap_entry){ run[1].va + 6 * PG, 5, 5 };
	ASSERT_EQ(0, fm_runs(self->fd, self->domid, 3, run));
	EXPECT_EQ(0u, pattern_wrong(p, 5, 21));
	EXPECT_EQ(0u, pattern_wrong(p + 5 * PG, 6, 31));
	EXPECT_EQ(0u, pattern_wrong(p + 11 * PG, 5, 26));
}

/* Less than the mapping is allowed; the rest can be filled later. */
TEST_F(foreign, mmap_ioctl__part_of_the_mapping)
{
	struct privcmd_mmap_entry run[FRAMES];
	char *p = ASSERT_AREA(FRAMES);

	if (!env_is_pv())
		SKIP(return, "only in a PV domain");
	runs_of_guest(self, run, p);
	ASSERT_EQ(0, fm_runs(self->fd, self->domid, 3, run));
	EXPECT_LE(0, peek(p + 2 * PG));
	EXPECT_EQ(-SIGBUS, peek(p + 3 * PG));
	EXPECT_EQ(-EINVAL, fm_runs(self->fd, self->domid, 3, run));
	EXPECT_EQ(-EINVAL, fm_runs(self->fd, self->domid, 1, run + 3));
	EXPECT_EQ(0, MAP_V2(p + 3 * PG, FRAMES - 3, self->frame + 3));
	EXPECT_LE(0, peek(p + (FRAMES - 1) * PG));
}

TEST_F(foreign, mmap_ioctl__no_runs)
{
	if (!env_is_pv())
		SKIP(return, "only in a PV domain");
	EXPECT_EQ(0, fm_runs(self->fd, self->domid, 0, NULL));
}

TEST_F(foreign, mmap_ioctl__not_the_start_is_einval)
{
	struct privcmd_mmap_entry run[FRAMES];
	char *p = ASSERT_AREA(FRAMES);

	if (!env_is_pv())
		SKIP(return, "only in a PV domain");
	runs_of_guest(self, run, p + PG);
	EXPECT_EQ(-EINVAL, fm_runs(self->fd, self->domid, 2, run));
	runs_of_guest(self, run, before_a_hole());
	EXPECT_EQ(-EINVAL, fm_runs(self->fd, self->domid, 2, run));
	runs_of_guest(self, run, p);
	EXPECT_EQ(0, fm_runs(self->fd, self->domid, FRAMES, run));
}

/* Something wrong with one of them. Returns false when there is no more. */
static bool runs_spoil(struct privcmd_mmap_entry run[FRAMES], unsigned int how)
{
	switch (how) {
	case 0:
		run[5].va += PG;
		return true;
	case 1:
		run[FRAMES - 1].npages = 2;
		return true;
	case 2:
		run[3].npages = 0x8000000000000;
		return true;
	case 3:
		run[3].npages = -1UL;
		return true;
	case 4:
		run[2].va++;
		return true;
	case 5:
		run[FRAMES - 1].mfn = BAD_FRAME;
		return true;
	}
	return false;
}

/* All or nothing: the mapping is unused again. */
TEST_F(foreign, mmap_ioctl__failure_leaves_it_unused)
{
	struct privcmd_mmap_entry run[FRAMES];
	char *p = ASSERT_AREA(FRAMES);
	unsigned int i;

	if (!env_is_pv())
		SKIP(return, "only in a PV domain");
	for (i = 0; ; i++) {
		runs_of_guest(self, run, p);
		if (!runs_spoil(run, i))
			break;
		EXPECT_GT(0, fm_runs(self->fd, self->domid, FRAMES, run))
			TH_LOG("case %u", i);
		EXPECT_EQ(-SIGBUS, peek(p))
			TH_LOG("case %u", i);
	}
	runs_of_guest(self, run, p);
	EXPECT_EQ(-ESRCH, fm_runs(self->fd, DOM_NONE, FRAMES, run));
	EXPECT_EQ(0, fm_runs(self->fd, self->domid, FRAMES, run));
	EXPECT_LE(0, peek(p));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(foreign, mmap_ioctl__bad_pointer)
{
	struct bad_pointer bad[BAD_POINTERS];
	char *p = ASSERT_AREA(1);
	unsigned int i;

	if (!env_is_pv())
		SKIP(return, "only in a PV domain");
	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_MMAP);
	ASSERT_EQ(0, bad_pointers(bad, 2 * sizeof(struct privcmd_mmap_entry)));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		void *addr = (void *)bad[i].addr;
		int ret;

		EXPECT_EQ(-EFAULT, fm_runs(self->fd, self->domid, 2, addr))
			TH_LOG("runs: %s", bad[i].name);
		ret = fm_runs(self->fd, self->domid, -1, addr);
		EXPECT_TRUE(ret == -EFAULT || ret == -ENOMEM);
	}
	EXPECT_EQ(0, MAP_V2(p, 1, self->frame));
}
