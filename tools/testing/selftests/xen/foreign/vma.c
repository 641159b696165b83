// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process does to a mapping with munmap, mprotect, mremap and fork.
 * Afterwards no frame of the guest is held any more.
 */

TEST_F(foreign, munmap__of_a_part_is_einval)
{
	char *p = ASSERT_MAP_ALL();

	pattern_write(p, FRAMES, 30);
	EXPECT_EQ(-EINVAL, fm_unmap(p, 1));
	EXPECT_EQ(-EINVAL, fm_unmap(p + 4 * PG, 4));
	EXPECT_EQ(-EINVAL, fm_unmap(p + (FRAMES - 1) * PG, 1));
	/* EINVAL too, which Linux 6.1 turns into ENOMEM. */
	EXPECT_EQ(MAP_FAILED, mmap(p + PG, PG, PROT_READ, MAP_PRIVATE |
				   MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 30));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(-SIGSEGV, peek(p));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(foreign, munmap__of_a_part_of_an_unused_one_is_einval)
{
	char *p = ASSERT_AREA(4);

	EXPECT_EQ(-EINVAL, fm_unmap(p, 1));
	EXPECT_EQ(-EINVAL, fm_unmap(p + 3 * PG, 1));
	EXPECT_EQ(0, MAP_V2(p, 4, self->frame));
}

TEST_F(foreign, mprotect__of_a_part_is_einval)
{
	char *p = ASSERT_MAP_ALL();

	pattern_write(p, FRAMES, 31);
	EXPECT_EQ(-1, mprotect(p, PG, PROT_READ));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, mprotect(p + 2 * PG, PG, PROT_NONE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, mprotect(p + 2 * PG, (FRAMES - 2) * PG, PROT_NONE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 31));
	EXPECT_EQ(1, poke(p, 1));
}

/* In a PV domain Xen would have to be told. */
TEST_F(foreign, mprotect__of_all)
{
	char *p;

	if (env_is_pv() && !env_is_ours())
		SKIP(return, "the kernel would crash");
	p = ASSERT_MAP_ALL();
	pattern_write(p, FRAMES, 32);
	if (env_is_pv()) {
		EXPECT_EQ(-1, mprotect(p, FRAMES * PG, PROT_READ));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(1, poke(p, 1));
	} else {
		EXPECT_EQ(0, mprotect(p, FRAMES * PG, PROT_READ));
		EXPECT_EQ(-SIGSEGV, poke(p, 1));
		EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 32));
		EXPECT_EQ(0, mprotect(p, FRAMES * PG, PROT_READ | PROT_WRITE));
		EXPECT_EQ(1, poke(p, 1));
	}
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(foreign, mprotect__before_it_is_filled)
{
	char *p = ASSERT_AREA(2);

	EXPECT_EQ(0, mprotect(p, 2 * PG, PROT_READ));
	EXPECT_EQ(0, MAP_V2(p, 2, self->frame));
	EXPECT_LE(0, peek(p));
	EXPECT_EQ(-SIGSEGV, poke(p, 1));
}

TEST_F(foreign, mremap__growing_fails)
{
	char *p = ASSERT_MAP_ALL(), *q = ASSERT_AREA(2);

	pattern_write(p, FRAMES, 33);
	EXPECT_EQ(MAP_FAILED, mremap(p, FRAMES * PG, 2 * FRAMES * PG, 0));
	EXPECT_EQ(MAP_FAILED, mremap(p, FRAMES * PG, 2 * FRAMES * PG,
				     MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(MAP_FAILED, mremap(q, 2 * PG, 3 * PG, MREMAP_MAYMOVE));
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 33));
}

TEST_F(foreign, mremap__of_a_part_fails)
{
	char *p, *to;

	if (!env_is_ours())
		SKIP(return, "pages would be freed twice, or the kernel crash");
	p = ASSERT_MAP_ALL();
	pattern_write(p, FRAMES, 34);
	to = ASSERT_AREA(FRAMES);
	ASSERT_EQ(0, fm_unmap(to, FRAMES));
	EXPECT_EQ(MAP_FAILED, mremap(p, FRAMES * PG, PG, 0));
	EXPECT_EQ(MAP_FAILED, mremap(p, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED,
				     to));
	EXPECT_EQ(MAP_FAILED, mremap(p + PG, (FRAMES - 1) * PG,
				     (FRAMES - 1) * PG,
				     MREMAP_MAYMOVE | MREMAP_FIXED, to));
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 34));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/*
 * Auto-translated: the content moves along. PV: refused. The addresses stay
 * taken, whether the content is still there or not.
 */
TEST_F(foreign, mremap__of_all)
{
	char *p, *to, *ret;

	if (!env_is_ours())
		SKIP(return, "pages would be freed twice, or the kernel crash");
	p = ASSERT_MAP_ALL();
	pattern_write(p, FRAMES, 35);
	to = ASSERT_AREA(FRAMES);
	ret = mremap(p, FRAMES * PG, FRAMES * PG,
		     MREMAP_MAYMOVE | MREMAP_FIXED, to);
	if (env_is_pv()) {
		EXPECT_EQ(MAP_FAILED, ret);
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(-EINVAL, MAP_V2(p, FRAMES, self->frame));
		EXPECT_EQ(0, fm_unmap(p, FRAMES));
		EXPECT_EQ(0, guest_vanish(&self->guest));
		return;
	}
	ASSERT_EQ(to, ret);
	EXPECT_EQ(0u, pattern_wrong(to, FRAMES, 35));
	EXPECT_EQ(-SIGSEGV, peek(p));
	EXPECT_EQ(-EINVAL, MAP_V2(to, FRAMES, self->frame));
	EXPECT_EQ(-EINVAL, fm_unmap(to, 1));
	EXPECT_EQ(0, fm_unmap(to, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* A hole moves along too, and is filled at its new place. */
TEST_F(foreign, mremap__with_a_hole)
{
	xen_pfn_t frame[FRAMES];
	char *a, *p, *to;

	if (!env_is_ours())
		SKIP(return, "pages would be freed twice, or the kernel crash");
	if (env_is_pv())
		SKIP(return, "in a PV domain nothing moves");
	a = ASSERT_MAP_ALL();
	pattern_write(a, FRAMES, 36);
	memcpy(frame, self->frame, sizeof(frame));
	frame[7] = BAD_FRAME;
	p = ASSERT_AREA(FRAMES);
	ASSERT_EQ(0, MAP_V2(p, FRAMES, frame));
	to = ASSERT_AREA(FRAMES);
	ASSERT_EQ(to, mremap(p, FRAMES * PG, FRAMES * PG,
			     MREMAP_MAYMOVE | MREMAP_FIXED, to));
	EXPECT_EQ(-EINVAL, MAP_V2(p + 7 * PG, 1, self->frame + 7));
	EXPECT_EQ(0, MAP_V2(to + 7 * PG, 1, self->frame + 7));
	EXPECT_EQ(0u, pattern_wrong(to, FRAMES, 36));
	EXPECT_EQ(0, fm_unmap(to, FRAMES));
	EXPECT_EQ(0, fm_unmap(a, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* Nothing is in it yet, so it may go where it likes. */
TEST_F(foreign, mremap__before_it_is_filled)
{
	char *p = ASSERT_AREA(4), *to = ASSERT_AREA(4);

	ASSERT_EQ(to, mremap(p, 4 * PG, 4 * PG, MREMAP_MAYMOVE | MREMAP_FIXED,
			     to));
	EXPECT_EQ(-EINVAL, MAP_V2(p, 4, self->frame));
	EXPECT_EQ(0, MAP_V2(to, 4, self->frame));
	EXPECT_LE(0, peek(to + 3 * PG));
}

/* A second mapping of the same pages would be one too many. */
TEST_F(foreign, mremap__without_unmapping_fails)
{
	char *p, *q;

	if (!env_is_ours())
		SKIP(return, "pages would be freed twice, or the kernel crash");
	p = ASSERT_MAP_ALL();
	pattern_write(p, FRAMES, 37);
	q = mremap(p, FRAMES * PG, FRAMES * PG,
		   MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	if (q != MAP_FAILED) {
		/* Allowed, if it is a move that leaves an empty mapping. */
		EXPECT_EQ(0u, pattern_wrong(q, FRAMES, 37));
		EXPECT_EQ(-SIGBUS, peek(p));
		EXPECT_EQ(0, fm_unmap(q, FRAMES));
	}
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

static int read_in_child(void *addr)
{
	return __atomic_load_n((uint8_t *)addr, __ATOMIC_RELAXED);
}

TEST_F(foreign, fork__child_does_not_have_it)
{
	char *p = ASSERT_MAP_ALL(), *q = ASSERT_AREA(1);

	pattern_write(p, FRAMES, 38);
	EXPECT_EQ(CHILD_FAULT + SIGSEGV, child_run(read_in_child, p));
	EXPECT_EQ(CHILD_FAULT + SIGSEGV,
		  child_run(read_in_child, p + (FRAMES - 1) * PG));
	EXPECT_EQ(CHILD_FAULT + SIGSEGV, child_run(read_in_child, q));
	EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 38));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* Advice that would change it is refused, the rest does no harm. */
TEST_F(foreign, madvise__does_no_harm)
{
	static const int advice[] = {
		MADV_NORMAL, MADV_DONTNEED, MADV_REMOVE, MADV_DOFORK,
		MADV_FREE, MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_READ,
		MADV_POPULATE_WRITE, MADV_MERGEABLE, MADV_HUGEPAGE,
	};
	char *p = ASSERT_MAP_ALL();
	unsigned int i;

	pattern_write(p, FRAMES, 39);
	for (i = 0; i < ARRAY_SIZE(advice); i++) {
		madvise(p, FRAMES * PG, advice[i]);
		EXPECT_EQ(0u, pattern_wrong(p, FRAMES, 39))
			TH_LOG("advice %d", advice[i]);
	}
	EXPECT_EQ(CHILD_FAULT + SIGSEGV, child_run(read_in_child, p));
	EXPECT_EQ(0, fm_unmap(p, FRAMES));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}
