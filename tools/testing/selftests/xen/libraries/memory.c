// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxendevicemodel: what a device model does with its guest's memory.
 */

/* The type of a page, as Xen sees it, or -errno. */
static int mem_type(int xen, uint32_t domid, uint64_t pfn)
{
	struct xen_hvm_get_mem_type op = { .domid = domid, .pfn = pfn };
	int ret = hcall2(xen, __HYPERVISOR_hvm_op, HVMOP_get_mem_type,
			 (uintptr_t)&op);

	return ret < 0 ? ret : (int)op.mem_type;
}

TEST_F(libxendevicemodel, xendevicemodel_set_mem_type__read_only)
{
	EXPECT_EQ(HVMMEM_ram_rw, mem_type(self->xen, self->domid, 5));
	EXPECT_EQ(0, CALL(xendevicemodel_set_mem_type, self->dm, self->domid,
			  HVMMEM_ram_ro, 5, 2));
	EXPECT_BENEATH("privcmd DM_OP(set_mem_type)");
	EXPECT_EQ(HVMMEM_ram_rw, mem_type(self->xen, self->domid, 4));
	EXPECT_EQ(HVMMEM_ram_ro, mem_type(self->xen, self->domid, 5));
	EXPECT_EQ(HVMMEM_ram_ro, mem_type(self->xen, self->domid, 6));
	EXPECT_EQ(HVMMEM_ram_rw, mem_type(self->xen, self->domid, 7));
}

/* Only then can a page be of the type. */
TEST_F(libxendevicemodel, xendevicemodel_map_mem_type_to_ioreq_server__is_used)
{
	ioservid_t id = ASSERT_SERVER();

	EXPECT_EQ(-1, xendevicemodel_set_mem_type(self->dm, self->domid,
						  HVMMEM_ioreq_server, 5, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, CALL(xendevicemodel_map_mem_type_to_ioreq_server, self->dm,
			  self->domid, id, HVMMEM_ioreq_server,
			  XEN_DMOP_IOREQ_MEM_ACCESS_WRITE));
	EXPECT_BENEATH("privcmd DM_OP(map_mem_type_to_ioreq_server)");
	EXPECT_EQ(0, xendevicemodel_set_mem_type(self->dm, self->domid,
						 HVMMEM_ioreq_server, 5, 1));
	EXPECT_EQ(HVMMEM_ioreq_server, mem_type(self->xen, self->domid, 5));
}

TEST_F(libxendevicemodel, xendevicemodel_relocate_memory__moves_the_content)
{
	xen_pfn_t to[2] = { DM_FRAMES + 8, DM_FRAMES + 9 };
	xen_pfn_t from[2] = { 4, 5 };
	int err[2];
	char *p;

	p = fm_area(self->xen, 2);
	ASSERT_NE(NULL, p);
	ASSERT_EQ(0, fm_v2(self->xen, self->domid, p, 2, from, err));
	pattern_write(p, 2, 60);
	ASSERT_EQ(0, fm_unmap(p, 2));
	EXPECT_EQ(0, CALL(xendevicemodel_relocate_memory, self->dm, self->domid,
			  2, from[0], to[0]));
	EXPECT_BENEATH("privcmd DM_OP(relocate_memory)");
	p = fm_area(self->xen, 2);
	ASSERT_NE(NULL, p);
	fm_v2(self->xen, self->domid, p, 2, from, err);
	EXPECT_EQ(-EINVAL, err[0]);
	EXPECT_EQ(-EINVAL, err[1]);
	EXPECT_EQ(0, fm_unmap(p, 2));
	p = fm_area(self->xen, 2);
	ASSERT_NE(NULL, p);
	EXPECT_EQ(0, fm_v2(self->xen, self->domid, p, 2, to, err));
	EXPECT_EQ(0u, pattern_wrong(p, 2, 60));
	EXPECT_EQ(0, fm_unmap(p, 2));
}

/* What was pinned can be deleted, once. */
TEST_F(libxendevicemodel, xendevicemodel_pin_memory_cacheattr__is_there)
{
	EXPECT_EQ(0, CALL(xendevicemodel_pin_memory_cacheattr, self->dm,
			  self->domid, 8, 15, XEN_DMOP_MEM_CACHEATTR_UC));
	EXPECT_BENEATH("privcmd DM_OP(pin_memory_cacheattr)");
	EXPECT_EQ(0, xendevicemodel_pin_memory_cacheattr(self->dm, self->domid,
							 8, 15,
							 XEN_DMOP_DELETE_MEM_CACHEATTR));
	EXPECT_EQ(-1, xendevicemodel_pin_memory_cacheattr(self->dm, self->domid,
							  8, 15,
							  XEN_DMOP_DELETE_MEM_CACHEATTR));
	EXPECT_EQ(ENOENT, errno);
}

/* At first all is dirty. */
TEST_F(libxendevicemodel, xendevicemodel_track_dirty_vram__writes_the_map)
{
	unsigned long map = 0;

	EXPECT_EQ(0, CALL(xendevicemodel_track_dirty_vram, self->dm,
			  self->domid, 0, DM_FRAMES, &map));
	EXPECT_BENEATH("privcmd DM_OP(track_dirty_vram)");
	EXPECT_EQ(~0UL, map);
}

/* Xen's log of what was written, from now on. */
static long long log_dirty(xc_interface *xc, uint32_t domid)
{
	return xc_shadow_control(xc, domid,
				 XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY, NULL, 0);
}

/* The log, one bit for a page, or all bits if there is none. */
static unsigned long dirty(xc_interface *xc, uint32_t domid)
{
	DECLARE_HYPERCALL_BUFFER(unsigned long, map);
	unsigned long ret = ~0UL;

	map = xc_hypercall_buffer_alloc(xc, map, PG);
	if (!map)
		return ret;
	*map = 0;
	if (xc_logdirty_control(xc, domid, XEN_DOMCTL_SHADOW_OP_PEEK,
				HYPERCALL_BUFFER(map), DM_FRAMES, 0,
				NULL) == DM_FRAMES)
		ret = *map;
	xc_hypercall_buffer_free(xc, map);
	return ret;
}

TEST_F(libxendevicemodel, xendevicemodel_modified_memory__is_logged)
{
	ASSERT_LE(0, log_dirty(self->guest.xc, self->domid));
	EXPECT_EQ(0UL, dirty(self->guest.xc, self->domid));
	EXPECT_EQ(0, CALL(xendevicemodel_modified_memory, self->dm, self->domid,
			  4, 3));
	EXPECT_BENEATH("privcmd DM_OP(modified_memory)");
	EXPECT_EQ(7UL << 4, dirty(self->guest.xc, self->domid));
}

TEST_F(libxendevicemodel, xendevicemodel_modified_memory_bulk__is_logged)
{
	struct xen_dm_op_modified_memory_extent extents[2] = {
		{ .first_pfn = 1, .nr = 1 },
		{ .first_pfn = 40, .nr = 8 },
	};

	ASSERT_LE(0, log_dirty(self->guest.xc, self->domid));
	EXPECT_EQ(0UL, dirty(self->guest.xc, self->domid));
	EXPECT_EQ(0, CALL(xendevicemodel_modified_memory_bulk, self->dm,
			  self->domid, extents, 2));
	EXPECT_BENEATH("privcmd DM_OP(modified_memory)");
	EXPECT_EQ(2UL | 0xffUL << 40, dirty(self->guest.xc, self->domid));
}
