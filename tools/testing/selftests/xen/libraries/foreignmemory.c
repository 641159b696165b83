// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxenforeignmemory: memory of a domain, and what Xen holds for it.
 */

#define FOREIGN		4

FIXTURE(libxenforeignmemory) {
	struct guest guest;
	uint32_t domid;
	xenforeignmemory_handle *fm;
};

FIXTURE_SETUP(libxenforeignmemory)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	ASSERT_EQ(0, guest_create(&self->guest, !env_is_pv(), FOREIGN));
	self->domid = self->guest.domid;
	self->fm = xenforeignmemory_open(NULL, 0);
	ASSERT_NE(NULL, self->fm);
}

FIXTURE_TEARDOWN(libxenforeignmemory)
{
	EXPECT_NAMED_CALL();
	xenforeignmemory_close(self->fm);
	guest_free(&self->guest);
}

#define ASSERT_FOREIGN(prot) ({						\
	char *__p = xenforeignmemory_map(self->fm, self->domid, prot,	\
					 FOREIGN, self->guest.frame,	\
					 NULL);				\
									\
	ASSERT_NE(NULL, __p)						\
		TH_LOG("%s", strerror(errno));				\
	__p;								\
})

TEST_F(libxenforeignmemory, xenforeignmemory_open__asks_for_resources)
{
	int before = beneath_files("privcmd");
	xenforeignmemory_handle *h = CALL(xenforeignmemory_open, NULL, 0);

	ASSERT_NE(NULL, h);
	EXPECT_BENEATH("privcmd open", "privcmd UNIMPLEMENTED");
	EXPECT_EQ(before + 1, beneath_files("privcmd"));
	EXPECT_EQ(0, xenforeignmemory_close(h));
}

TEST_F(libxenforeignmemory, xenforeignmemory_close__leaves_the_mapping)
{
	int before = beneath_files("privcmd");
	char *p = ASSERT_FOREIGN(RW);

	EXPECT_EQ(0, CALL(xenforeignmemory_close, self->fm));
	EXPECT_BENEATH("privcmd close");
	EXPECT_EQ(before - 1, beneath_files("privcmd"));
	EXPECT_EQ(1, poke(p, 1));
	EXPECT_EQ(0, munmap(p, FOREIGN * PG));
	self->fm = xenforeignmemory_open(NULL, 0);
}

TEST_F(libxenforeignmemory, xenforeignmemory_map__shows_the_memory)
{
	char *p, *q = ASSERT_FOREIGN(RW);
	int err[FOREIGN];

	pattern_write(q, FOREIGN, 20);
	memset(err, 0xff, sizeof(err));
	p = CALL(xenforeignmemory_map, self->fm, self->domid, PROT_READ,
		 FOREIGN, self->guest.frame, err);
	ASSERT_NE(NULL, p);
	EXPECT_BENEATH("privcmd mmap", "privcmd MMAPBATCH_V2");
	EXPECT_EQ(0, err[0]);
	EXPECT_EQ(0, err[FOREIGN - 1]);
	EXPECT_EQ(0u, pattern_wrong(p, FOREIGN, 20));
	EXPECT_EQ(-SIGSEGV, poke(p, 1));
	EXPECT_EQ(0, xenforeignmemory_unmap(self->fm, p, FOREIGN));
	EXPECT_EQ(0, xenforeignmemory_unmap(self->fm, q, FOREIGN));
}

TEST_F(libxenforeignmemory, xenforeignmemory_map2__at_an_address)
{
	void *want = mmap(NULL, FOREIGN * PG, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *p, *q = ASSERT_FOREIGN(RW);

	ASSERT_NE(MAP_FAILED, want);
	p = CALL(xenforeignmemory_map2, self->fm, self->domid, want, RW,
		 MAP_FIXED, FOREIGN, self->guest.frame, NULL);
	EXPECT_BENEATH("privcmd mmap", "privcmd MMAPBATCH_V2");
	ASSERT_EQ(want, (void *)p);
	pattern_write(p, FOREIGN, 30);
	EXPECT_EQ(0u, pattern_wrong(q, FOREIGN, 30));
	EXPECT_EQ(0, xenforeignmemory_unmap(self->fm, p, FOREIGN));
	EXPECT_EQ(0, xenforeignmemory_unmap(self->fm, q, FOREIGN));
}

TEST_F(libxenforeignmemory, xenforeignmemory_unmap__lets_the_domain_go)
{
	char *p = ASSERT_FOREIGN(RW);

	EXPECT_EQ(0, guest_destroy(&self->guest));
	sleep_ms(QUIET_MS);
	EXPECT_TRUE(guest_listed(&self->guest));
	EXPECT_EQ(0, CALL(xenforeignmemory_unmap, self->fm, p, FOREIGN));
	EXPECT_BENEATH("privcmd munmap");
	EXPECT_EQ(-SIGSEGV, peek(p));
	EXPECT_EQ(0, guest_gone(&self->guest));
}

TEST_F(libxenforeignmemory, xenforeignmemory_restrict__to_a_domain)
{
	char *p;

	EXPECT_EQ(0, CALL(xenforeignmemory_restrict, self->fm, self->domid));
	EXPECT_BENEATH("privcmd RESTRICT");
	p = xenforeignmemory_map(self->fm, DOM_NONE, RW, 1, self->guest.frame,
				 NULL);
	EXPECT_EQ(NULL, p);
	EXPECT_EQ(EPERM, errno);
	p = ASSERT_FOREIGN(RW);
	EXPECT_EQ(0, xenforeignmemory_unmap(self->fm, p, FOREIGN));
}

#define GNTTAB		XENMEM_resource_grant_table
#define GNTTAB_SHARED	XENMEM_resource_grant_table_id_shared

TEST_F(libxenforeignmemory, xenforeignmemory_resource_size__of_grants)
{
	size_t size = 0;

	EXPECT_EQ(0, CALL(xenforeignmemory_resource_size, self->fm, self->domid,
			  GNTTAB, GNTTAB_SHARED, &size));
	EXPECT_BENEATH("privcmd MMAP_RESOURCE");
	/* As many frames as guest_create() allows. */
	EXPECT_EQ(4 * PG, size);
	EXPECT_NE(0, xenforeignmemory_resource_size(self->fm, self->domid,
						    GNTTAB, 77, &size));
	EXPECT_EQ(EINVAL, errno);
}

/* A grant that is written there can be used. */
TEST_F(libxenforeignmemory, xenforeignmemory_map_resource__of_grants)
{
	xenforeignmemory_resource_handle *res;
	struct gntdev_grant_copy_segment seg;
	char *p = ASSERT_FOREIGN(RW), buf[PG];
	struct grant_entry_v1 *table;
	void *addr = NULL;
	int fd = gd_open();

	res = CALL(xenforeignmemory_map_resource, self->fm, self->domid,
		   GNTTAB, GNTTAB_SHARED, 0, 1, &addr, RW, 0);
	ASSERT_NE(NULL, res);
	EXPECT_BENEATH("privcmd mmap", "privcmd MMAP_RESOURCE");
	table = addr;
	table[8].domid = DOM_HERE;
	table[8].frame = self->guest.frame[1];
	__atomic_store_n(&table[8].flags, GTF_permit_access, __ATOMIC_SEQ_CST);
	pattern_write(p, FOREIGN, 40);
	seg = seg_in(self->domid, 8, 0, buf, PG);
	EXPECT_EQ(0, gd_copy(fd, 1, &seg));
	EXPECT_EQ(GNTST_okay, seg.status);
	EXPECT_EQ(0u, pattern_wrong(buf, 1, 41));
	EXPECT_EQ(0, xenforeignmemory_unmap_resource(self->fm, res));
	EXPECT_EQ(0, xenforeignmemory_unmap(self->fm, p, FOREIGN));
	close(fd);
}

TEST_F(libxenforeignmemory, xenforeignmemory_unmap_resource__unmaps)
{
	xenforeignmemory_resource_handle *res;
	void *addr = NULL;

	res = xenforeignmemory_map_resource(self->fm, self->domid, GNTTAB,
					    GNTTAB_SHARED, 0, 2, &addr, RW, 0);
	ASSERT_NE(NULL, res);
	EXPECT_LE(0, peek(addr));
	EXPECT_EQ(0, CALL(xenforeignmemory_unmap_resource, self->fm, res));
	EXPECT_BENEATH("privcmd munmap");
	EXPECT_EQ(-SIGSEGV, peek(addr));
	EXPECT_EQ(0, guest_vanish(&self->guest));
}
