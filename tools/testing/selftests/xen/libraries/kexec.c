// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of libxenctrl, what kexec-tools calls.
 */
#include <elf.h>

FIXTURE(libxenctrl) {
	xc_interface *xc;
};

FIXTURE_SETUP(libxenctrl)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->xc = xc_interface_open(NULL, NULL, 0);
	ASSERT_NE(NULL, self->xc);
}

FIXTURE_TEARDOWN(libxenctrl)
{
	EXPECT_NAMED_CALL();
	if (self->xc)
		xc_interface_close(self->xc);
}

TEST_F(libxenctrl, xc_interface_open__takes_hypercalls)
{
	xc_interface *xc = CALL(xc_interface_open, NULL, NULL, 0);

	ASSERT_NE(NULL, xc);
	EXPECT_BENEATH("privcmd open", "hypercall open", "privcmd open",
		       "privcmd UNIMPLEMENTED", "privcmd open",
		       "hypercall open", "privcmd open", "privcmd DM_OP(none)");
	EXPECT_LE(XEN_OLDEST, xc_version(xc, XENVER_version, NULL));
	EXPECT_EQ(0, xc_interface_close(xc));
}

TEST_F(libxenctrl, xc_interface_close__closes_all_nodes)
{
	EXPECT_EQ(0, CALL(xc_interface_close, self->xc));
	EXPECT_BENEATH("hypercall close", "privcmd close", "hypercall close",
		       "privcmd close");
	EXPECT_EQ(0, beneath_files("privcmd"));
	EXPECT_EQ(0, beneath_files("hypercall"));
	self->xc = NULL;
}

TEST_F(libxenctrl, xc_version__is_what_sysfs_says)
{
	xen_extraversion_t extra = {};
	char text[64];

	EXPECT_EQ(0, CALL(xc_version, self->xc, XENVER_extraversion, &extra));
	EXPECT_BENEATH("hypercall mmap", "privcmd HYPERCALL(xen_version)");
	ASSERT_LT(0, read_text("/sys/hypervisor/version/extra", text,
			       sizeof(text)));
	EXPECT_STREQ(text, extra);
}

TEST_F(libxenctrl, xc_get_max_cpus__at_least_those_online)
{
	int cpus = CALL(xc_get_max_cpus, self->xc);

	EXPECT_BENEATH("hypercall mmap", "privcmd HYPERCALL(sysctl)");
	EXPECT_LE((int)sysconf(_SC_NPROCESSORS_ONLN), cpus);
}

TEST_F(libxenctrl, xc_get_machine_memory_map__has_memory)
{
	struct e820entry map[128] = {};
	uint64_t memory = 0;
	int i, nr;

	nr = CALL(xc_get_machine_memory_map, self->xc, map, 128);
	EXPECT_BENEATH("hypercall mmap", "privcmd HYPERCALL(multicall)");
	if (!env_is_pv() && nr < 0 && errno == ENOSYS)
		SKIP(return, "Xen tells it to a PV dom0 alone");
	ASSERT_LT(0, nr)
		TH_LOG("%s", strerror(errno));
	for (i = 0; i < nr; i++)
		memory += map[i].type == 1 ? map[i].size : 0;
	EXPECT_LE((uint64_t)sysconf(_SC_PHYS_PAGES) * PG, memory);
}

TEST_F(libxenctrl, xc_hypercall_buffer_array_create__is_empty)
{
	xc_hypercall_buffer_array_t *array;

	array = CALL(xc_hypercall_buffer_array_create, self->xc, 2);
	ASSERT_NE(NULL, array);
	EXPECT_BENEATH("");
	CALL_VOID(xc_hypercall_buffer_array_destroy, self->xc, array);
	EXPECT_BENEATH("");
}

TEST_F(libxenctrl, xc_hypercall_buffer_array_alloc__xen_reads_it)
{
	DECLARE_HYPERCALL_BUFFER(char, buf);
	xc_hypercall_buffer_array_t *array;

	array = xc_hypercall_buffer_array_create(self->xc, 2);
	ASSERT_NE(NULL, array);
	buf = CALL(xc_hypercall_buffer_array_alloc, self->xc, array, 1, buf,
		   3 * PG);
	ASSERT_NE(NULL, buf);
	EXPECT_BENEATH("hypercall mmap");
	EXPECT_EQ(0, xencall2(xc_interface_xcall_handle(self->xc),
			      __HYPERVISOR_xen_version, XENVER_extraversion,
			      (uintptr_t)buf + 2 * PG));
	EXPECT_EQ('.', buf[2 * PG]);
	xc_hypercall_buffer_array_destroy(self->xc, array);
}

TEST_F(libxenctrl, xc_hypercall_buffer_array_destroy__frees_its_buffers)
{
	DECLARE_HYPERCALL_BUFFER(char, buf);
	xc_hypercall_buffer_array_t *array;

	array = xc_hypercall_buffer_array_create(self->xc, 1);
	ASSERT_NE(NULL, array);
	buf = xc_hypercall_buffer_array_alloc(self->xc, array, 0, buf, 3 * PG);
	ASSERT_NE(NULL, buf);
	CALL_VOID(xc_hypercall_buffer_array_destroy, self->xc, array);
	EXPECT_BENEATH("hypercall munmap");
	EXPECT_EQ(-SIGSEGV, peek(buf));
}

#define KEXEC_OP	"hypercall mmap", "privcmd HYPERCALL(kexec_op)"
#define PV_ONLY		"Xen lets a PV dom0 alone load an image"

TEST_F(libxenctrl, xc_kexec_get_range__of_xen)
{
	uint64_t size = 0, start = 0;
	int ret;

	ret = CALL(xc_kexec_get_range, self->xc, KEXEC_RANGE_MA_XEN, 0, &size,
		   &start);
	EXPECT_BENEATH(KEXEC_OP);
	if (!env_is_pv() && ret && errno == ENOSYS)
		SKIP(return, PV_ONLY);
	ASSERT_EQ(0, ret);
	EXPECT_LT(1u << 20, size);
	EXPECT_NE(0u, start);
	EXPECT_EQ(0, xc_kexec_get_range(self->xc, KEXEC_RANGE_MA_VMCOREINFO, 0,
					&size, &start));
	EXPECT_NE(0u, size);
	EXPECT_NE(0, xc_kexec_get_range(self->xc, KEXEC_RANGE_MA_CPU, 9999,
					&size, &start));
	EXPECT_EQ(ERANGE, errno);
}

/* A page of nothing, for 32 MiB: it is never started. */
static int load_image(xc_interface *xc)
{
	DECLARE_HYPERCALL_BUFFER(char, buf);
	xen_kexec_segment_t segment = {
		.buf_size = PG,
		.dest_maddr = 32 << 20,
		.dest_size = PG,
	};
	int ret;

	buf = xc_hypercall_buffer_alloc(xc, buf, PG);
	if (!buf)
		return -1;
	memset(buf, 0xf4, PG);
	set_xen_guest_handle(segment.buf.h, buf);
	ret = CALL(xc_kexec_load, xc, KEXEC_TYPE_DEFAULT, EM_X86_64,
		   segment.dest_maddr, 1, &segment);
	xc_hypercall_buffer_free(xc, buf);
	return ret;
}

static bool lacks_kexec(xc_interface *xc)
{
	return !env_is_pv() && xc_kexec_status(xc, KEXEC_TYPE_DEFAULT) < 0 &&
	       errno == ENOSYS;
}

TEST_F(libxenctrl, xc_kexec_load__is_loaded)
{
	if (lacks_kexec(self->xc))
		SKIP(return, PV_ONLY);
	EXPECT_EQ(0, xc_kexec_status(self->xc, KEXEC_TYPE_DEFAULT));
	EXPECT_EQ(0, load_image(self->xc))
		TH_LOG("%s", strerror(errno));
	EXPECT_BENEATH(KEXEC_OP);
	EXPECT_EQ(1, xc_kexec_status(self->xc, KEXEC_TYPE_DEFAULT));
	EXPECT_EQ(0, xc_kexec_unload(self->xc, KEXEC_TYPE_DEFAULT));
}

TEST_F(libxenctrl, xc_kexec_unload__is_not_loaded_any_more)
{
	if (lacks_kexec(self->xc))
		SKIP(return, PV_ONLY);
	EXPECT_EQ(0, load_image(self->xc));
	EXPECT_EQ(0, CALL(xc_kexec_unload, self->xc, KEXEC_TYPE_DEFAULT));
	EXPECT_BENEATH("privcmd HYPERCALL(kexec_op)");
	EXPECT_EQ(0, xc_kexec_status(self->xc, KEXEC_TYPE_DEFAULT));
}

TEST_F(libxenctrl, xc_kexec_status__of_both_types)
{
	if (lacks_kexec(self->xc))
		SKIP(return, PV_ONLY);
	EXPECT_EQ(0, CALL(xc_kexec_status, self->xc, KEXEC_TYPE_DEFAULT));
	EXPECT_BENEATH(KEXEC_OP);
	EXPECT_EQ(0, xc_kexec_status(self->xc, KEXEC_TYPE_CRASH));
	EXPECT_EQ(-1, xc_kexec_status(self->xc, 2));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(libxenctrl, xc_kexec_exec__without_an_image_is_enoent)
{
	if (lacks_kexec(self->xc))
		SKIP(return, PV_ONLY);
	NO_EFFECT("it would end the machine: without an image it is refused");
	EXPECT_EQ(0, xc_kexec_status(self->xc, KEXEC_TYPE_DEFAULT));
	EXPECT_EQ(-1, CALL(xc_kexec_exec, self->xc, KEXEC_TYPE_DEFAULT));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_BENEATH("privcmd HYPERCALL(kexec_op)");
}
