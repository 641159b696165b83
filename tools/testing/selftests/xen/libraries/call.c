// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxencall: hypercalls, and memory for them.
 */

FIXTURE(libxencall) {
	xencall_handle *xcall;
};

FIXTURE_SETUP(libxencall)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->xcall = xencall_open(NULL, 0);
	ASSERT_NE(NULL, self->xcall);
}

FIXTURE_TEARDOWN(libxencall)
{
	EXPECT_NAMED_CALL();
	xencall_close(self->xcall);
}

static void *zeroed_buffer(xencall_handle *xcall, size_t size)
{
	void *buf = xencall_alloc_buffer(xcall, size);

	return buf ? memset(buf, 0, size) : NULL;
}

/* A buffer with zeroes in it. */
#define ASSERT_BUFFER(size) ({						\
	void *__buf = zeroed_buffer(self->xcall, size);			\
									\
	ASSERT_NE(NULL, __buf);						\
	__buf;								\
})

TEST_F(libxencall, xencall_open__opens_both_nodes)
{
	xencall_handle *h;

	h = CALL(xencall_open, NULL, 0);
	ASSERT_NE(NULL, h);
	EXPECT_BENEATH("privcmd open", "hypercall open");
	EXPECT_EQ(2, beneath_files("privcmd"));
	EXPECT_LE(XEN_OLDEST, xencall2(h, __HYPERVISOR_xen_version,
				       XENVER_version, 0));
	EXPECT_EQ(0, xencall_close(h));
}

TEST_F(libxencall, xencall_close__closes_both_nodes)
{
	xencall_handle *h = xencall_open(NULL, 0);

	ASSERT_NE(NULL, h);
	EXPECT_EQ(0, CALL(xencall_close, h));
	EXPECT_BENEATH("hypercall close", "privcmd close");
	EXPECT_EQ(1, beneath_files("privcmd"));
	EXPECT_EQ(1, beneath_files("hypercall"));
}

TEST_F(libxencall, xencall_fd__takes_hypercalls)
{
	int fd = CALL(xencall_fd, self->xcall);

	EXPECT_BENEATH("");
	EXPECT_LE(XEN_OLDEST, xen_version(fd));
}

TEST_F(libxencall, xencall0__of_no_hypercall_is_enosys)
{
	NO_EFFECT("Xen has no hypercall without arguments");
	EXPECT_EQ(-1, CALL(xencall0, self->xcall, 63));
	EXPECT_EQ(ENOSYS, errno);
	EXPECT_BENEATH("privcmd HYPERCALL(0x3f)");
}

/* One whose interface has not changed for long. */
TEST_F(libxencall, xencall1__tells_of_a_cpu)
{
	struct xen_platform_op *op = ASSERT_BUFFER(sizeof(*op));

	op->cmd = XENPF_get_cpuinfo;
	op->interface_version = XENPF_INTERFACE_VERSION;
	EXPECT_EQ(0, CALL(xencall1, self->xcall, __HYPERVISOR_platform_op,
			  (uintptr_t)op));
	EXPECT_BENEATH("privcmd HYPERCALL(platform_op)");
	EXPECT_TRUE(op->u.pcpu_info.flags & XEN_PCPU_FLAGS_ONLINE);
}

TEST_F(libxencall, xencall2__is_the_version)
{
	char *extra = ASSERT_BUFFER(sizeof(xen_extraversion_t));

	EXPECT_LE(XEN_OLDEST, CALL(xencall2, self->xcall,
				   __HYPERVISOR_xen_version, XENVER_version,
				   0));
	EXPECT_BENEATH("privcmd HYPERCALL(xen_version)");
	EXPECT_EQ(0, xencall2(self->xcall, __HYPERVISOR_xen_version,
			      XENVER_extraversion, (uintptr_t)extra));
	EXPECT_EQ('.', extra[0]);
}

TEST_F(libxencall, xencall2L__is_the_highest_page)
{
	long page = CALL(xencall2L, self->xcall, __HYPERVISOR_memory_op,
			 XENMEM_maximum_ram_page, 0);

	EXPECT_BENEATH("privcmd HYPERCALL(memory_op)");
	EXPECT_LT(4096, page);
	EXPECT_EQ(page, xencall2(self->xcall, __HYPERVISOR_memory_op,
				 XENMEM_maximum_ram_page, 0));
	EXPECT_EQ(-1, xencall2L(self->xcall, __HYPERVISOR_memory_op, 0x3f, 0));
	EXPECT_EQ(ENOSYS, errno);
}

TEST_F(libxencall, xencall3__is_the_size_of_the_grant_table)
{
	struct gnttab_query_size *op = ASSERT_BUFFER(sizeof(*op));

	op->dom = DOMID_SELF;
	EXPECT_EQ(0, CALL(xencall3, self->xcall, __HYPERVISOR_grant_table_op,
			  GNTTABOP_query_size, (uintptr_t)op, 1));
	EXPECT_BENEATH("privcmd HYPERCALL(grant_table_op)");
	EXPECT_EQ(GNTST_okay, op->status);
	EXPECT_LT(0u, op->nr_frames);
	EXPECT_LE(op->nr_frames, op->max_nr_frames);
}

/* An empty page of a PV domain can be pinned as a page table, once. */
TEST_F(libxencall, xencall4__pins_a_page_table)
{
	struct mmuext_op *op = ASSERT_BUFFER(sizeof(*op));
	unsigned int *done = ASSERT_BUFFER(sizeof(*done));
	struct guest guest;

	ASSERT_EQ(0, guest_create(&guest, false, 1));
	op->cmd = MMUEXT_PIN_L1_TABLE;
	op->arg1.mfn = guest.frame[0];
	EXPECT_EQ(0, CALL(xencall4, self->xcall, __HYPERVISOR_mmuext_op,
			  (uintptr_t)op, 1, (uintptr_t)done, guest.domid));
	EXPECT_BENEATH("privcmd HYPERCALL(mmuext_op)");
	EXPECT_EQ(1u, *done);
	EXPECT_EQ(-1, xencall4(self->xcall, __HYPERVISOR_mmuext_op,
			       (uintptr_t)op, 1, (uintptr_t)done, guest.domid));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0u, *done);
	op->cmd = MMUEXT_UNPIN_TABLE;
	EXPECT_EQ(0, xencall4(self->xcall, __HYPERVISOR_mmuext_op,
			      (uintptr_t)op, 1, (uintptr_t)done, guest.domid));
	guest_free(&guest);
}

TEST_F(libxencall, xencall5__reads_a_file_of_hypfs)
{
	static const char path[] = "/buildinfo/version/minor";
	struct xen_hypfs_direntry *entry = ASSERT_BUFFER(512);
	char *name = ASSERT_BUFFER(sizeof(path));
	uint32_t value;
	int ret;

	memcpy(name, path, sizeof(path));
	ret = CALL(xencall5, self->xcall, __HYPERVISOR_hypfs_op,
		   XEN_HYPFS_OP_read, (uintptr_t)name, sizeof(path),
		   (uintptr_t)entry, sizeof(*entry) + sizeof(value));
	EXPECT_BENEATH("privcmd HYPERCALL(hypfs_op)");
	if (ret && errno == ENOSYS)
		SKIP(return, "Xen has no hypfs");
	ASSERT_EQ(0, ret);
	memcpy(&value, entry + 1, sizeof(value));
	EXPECT_EQ(xencall2(self->xcall, __HYPERVISOR_xen_version,
			   XENVER_version, 0) & 0xffff, (int)value);
}

TEST_F(libxencall, xencall_alloc_buffer__xen_writes_to_it)
{
	char *extra;

	extra = CALL(xencall_alloc_buffer, self->xcall,
		     sizeof(xen_extraversion_t));
	ASSERT_NE(NULL, extra);
	EXPECT_BENEATH("hypercall mmap");
	EXPECT_EQ(0, xencall2(self->xcall, __HYPERVISOR_xen_version,
			      XENVER_extraversion, (uintptr_t)extra));
	EXPECT_EQ('.', extra[0]);
}

TEST_F(libxencall, xencall_free_buffer__keeps_it_for_the_next)
{
	char *p = ASSERT_BUFFER(100);

	CALL_VOID(xencall_free_buffer, self->xcall, p);
	EXPECT_BENEATH("");
	EXPECT_EQ((void *)p, CALL(xencall_alloc_buffer, self->xcall, 200));
	EXPECT_BENEATH("");
}

TEST_F(libxencall, xencall_alloc_buffer_pages__xen_writes_to_the_last)
{
	char *p = CALL(xencall_alloc_buffer_pages, self->xcall, 5);

	ASSERT_NE(NULL, p);
	EXPECT_BENEATH("hypercall mmap");
	EXPECT_EQ(0, xencall2(self->xcall, __HYPERVISOR_xen_version,
			      XENVER_extraversion, (uintptr_t)(p + 4 * PG)));
	EXPECT_EQ('.', p[4 * PG]);
}

TEST_F(libxencall, xencall_free_buffer_pages__unmaps_several)
{
	char *p = xencall_alloc_buffer_pages(self->xcall, 5);

	ASSERT_NE(NULL, p);
	EXPECT_EQ(1, poke(p, 1));
	CALL_VOID(xencall_free_buffer_pages, self->xcall, p, 5);
	EXPECT_BENEATH("hypercall munmap");
	EXPECT_EQ(-SIGSEGV, peek(p));
	EXPECT_EQ(-SIGSEGV, peek(p + 4 * PG));
}

TEST_F(libxencall, xencall_buffers_never_fault__since_there_is_a_node)
{
	EXPECT_EQ(1, CALL(xencall_buffers_never_fault, self->xcall));
	EXPECT_BENEATH("");
}
