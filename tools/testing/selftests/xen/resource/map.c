// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is mapped is the resource, for as long as it is mapped.
 */

TEST_F(resource, size__grant_table)
{
	uint64_t size = 0;

	EXPECT_EQ(0, fm_resource(self->fd, self->domid, GNTTAB, GNTTAB_SHARED,
				 0, 0, NULL, &size));
	EXPECT_EQ(GNTTAB_FRAMES, size);
}

TEST_F(resource, size__ioreq_server)
{
	uint64_t size = 0;

	if (!variant->hvm)
		SKIP(return, "a PV guest has no ioreq servers");
	EXPECT_EQ(0, fm_resource(self->fd, self->domid, IOREQ, self->ioreq.id,
				 0, 0, NULL, &size));
	EXPECT_EQ(IOREQ_FRAMES, size);
}

TEST_F(resource, grant_table__content)
{
	char *p = ASSERT_AREA(GNTTAB_FRAMES), *q = ASSERT_AREA(2);

	ASSERT_EQ(0, map_gnttab(self, 0, GNTTAB_FRAMES, p));
	pattern_write(p, GNTTAB_FRAMES, 1);
	ASSERT_EQ(0, map_gnttab(self, 1, 2, q));
	EXPECT_EQ(0u, pattern_wrong(q, 2, 2));
	pattern_write(q, 2, 10);
	EXPECT_EQ(0u, pattern_wrong(p, 1, 1));
	EXPECT_EQ(0u, pattern_wrong(p + PG, 2, 10));
	EXPECT_EQ(0u, pattern_wrong(p + 3 * PG, 1, 4));
	EXPECT_EQ(0, fm_unmap(p, GNTTAB_FRAMES));
	EXPECT_EQ(0u, pattern_wrong(q, 2, 10));
	EXPECT_EQ(0, fm_unmap(q, 2));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(resource, grant_table__read_only)
{
	char *p;

	p = mmap(NULL, PG, PROT_READ, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	ASSERT_EQ(0, map_gnttab(self, 0, 1, p));
	EXPECT_LE(0, peek(p));
	EXPECT_EQ(-SIGSEGV, poke(p, 1));
}

/* Frame 1 has a slot for each vCPU, with the number of its event channel. */
TEST_F(resource, ioreq_server__content)
{
	uint32_t *slot;
	char *p, *q;

	if (!variant->hvm)
		SKIP(return, "a PV guest has no ioreq servers");
	p = ASSERT_AREA(IOREQ_FRAMES);
	ASSERT_EQ(0, fm_resource(self->fd, self->domid, IOREQ, self->ioreq.id,
				 0, IOREQ_FRAMES, p, NULL));
	ASSERT_EQ(0, ioreq_enable(&self->ioreq));
	slot = (uint32_t *)(p + IOREQ_SLOT_FRAME * PG);
	EXPECT_NE(0u, slot[6]);
	EXPECT_NE(0u, slot[8 + 6]);
	EXPECT_NE(slot[6], slot[8 + 6]);

	q = ASSERT_AREA(1);
	ASSERT_EQ(0, fm_resource(self->fd, self->domid, IOREQ, self->ioreq.id,
				 IOREQ_SLOT_FRAME, 1, q, NULL));
	EXPECT_EQ(0, memcmp(slot, q, PG));
	slot[1023] = 0x12345678;
	EXPECT_EQ(0x12345678u, ((uint32_t *)q)[1023]);
	EXPECT_EQ(0, fm_unmap(p, IOREQ_FRAMES));
	EXPECT_EQ(0, fm_unmap(q, 1));
	EXPECT_EQ(0, ioreq_destroy(&self->ioreq));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* The server goes, its frames stay until they are unmapped. */
TEST_F(resource, ioreq_server__destroyed_while_mapped)
{
	char *p;

	if (!variant->hvm)
		SKIP(return, "a PV guest has no ioreq servers");
	p = ASSERT_AREA(IOREQ_FRAMES);
	ASSERT_EQ(0, fm_resource(self->fd, self->domid, IOREQ, self->ioreq.id,
				 0, IOREQ_FRAMES, p, NULL));
	EXPECT_EQ(0, ioreq_destroy(&self->ioreq));
	pattern_write(p, IOREQ_FRAMES, 3);
	EXPECT_EQ(0u, pattern_wrong(p, IOREQ_FRAMES, 3));
	EXPECT_EQ(0, guest_destroy(&self->guest));
	EXPECT_EQ(0u, pattern_wrong(p, IOREQ_FRAMES, 3));
	EXPECT_EQ(0, fm_unmap(p, IOREQ_FRAMES));
	EXPECT_EQ(0, guest_gone(&self->guest));
}

TEST_F(resource, grant_table__guest_destroyed_while_mapped)
{
	char *p = ASSERT_AREA(2);

	ASSERT_EQ(0, map_gnttab(self, 0, 2, p));
	pattern_write(p, 2, 4);
	ASSERT_EQ(0, guest_destroy(&self->guest));
	EXPECT_EQ(0u, pattern_wrong(p, 2, 4));
	EXPECT_EQ(0, fm_unmap(p, 2));
	EXPECT_EQ(0, guest_gone(&self->guest));
}

static int map_and_exit(void *arg)
{
	struct resource_fixture *self = arg;
	char *p;

	self->fd = privcmd_open();
	p = fm_area(self->fd, GNTTAB_FRAMES);
	if (!p || map_gnttab(self, 0, GNTTAB_FRAMES, p))
		return 1;
	pattern_write(p, GNTTAB_FRAMES, 5);
	return 0;
}

TEST_F(resource, exit__gives_frames_back)
{
	EXPECT_EQ(0, child_run(map_and_exit, self));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(resource, grant_table__many_times)
{
	long pages = xen_free_pages(&self->guest);
	unsigned int i;
	char *p;

	for (i = 0; i < 200; i++) {
		p = ASSERT_AREA(GNTTAB_FRAMES);
		ASSERT_EQ(0, map_gnttab(self, 0, GNTTAB_FRAMES, p));
		ASSERT_EQ(0, fm_unmap(p, GNTTAB_FRAMES));
	}
	EXPECT_LT(pages - 64, xen_free_pages(&self->guest));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

TEST_F(resource, libxenforeignmemory__grant_table)
{
	xenforeignmemory_handle *fm = xenforeignmemory_open(NULL, 0);
	xenforeignmemory_resource_handle *res;
	void *p = NULL;
	size_t size = 0;

	ASSERT_NE(NULL, fm);
	EXPECT_EQ(0, xenforeignmemory_resource_size(fm, self->domid, GNTTAB,
						    GNTTAB_SHARED, &size));
	EXPECT_EQ(GNTTAB_FRAMES * PG, size);
	res = xenforeignmemory_map_resource(fm, self->domid, GNTTAB,
					    GNTTAB_SHARED, 0, GNTTAB_FRAMES,
					    &p, PROT_READ | PROT_WRITE, 0);
	ASSERT_NE(NULL, res);
	pattern_write(p, GNTTAB_FRAMES, 6);
	EXPECT_EQ(0, xenforeignmemory_unmap_resource(fm, res));
	p = NULL;
	EXPECT_EQ(NULL, xenforeignmemory_map_resource(fm, self->domid, GNTTAB,
						      GNTTAB_SHARED, 0,
						      GNTTAB_FRAMES + 1, &p,
						      PROT_READ, 0));
	EXPECT_EQ(0, xenforeignmemory_close(fm));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}

/* The structure is the same for a 32-bit caller. */
TEST_F(resource, grant_table__int80)
{
	struct privcmd_mmap_resource *arg = LOW_PAGE(return);
	char *p = ASSERT_AREA(2);

	arg->dom = self->domid;
	arg->type = GNTTAB;
	EXPECT_EQ(0, int80_ioctl(self->fd, IOCTL_PRIVCMD_MMAP_RESOURCE, arg));
	EXPECT_EQ(GNTTAB_FRAMES, arg->num);
	arg->num = 2;
	arg->addr = (uintptr_t)p;
	EXPECT_EQ(0, int80_ioctl(self->fd, IOCTL_PRIVCMD_MMAP_RESOURCE, arg));
	EXPECT_LE(0, poke(p + PG, 1));
}
