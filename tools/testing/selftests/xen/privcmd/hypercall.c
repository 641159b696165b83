// SPDX-License-Identifier: GPL-2.0-only
/*
 * HYPERCALL: which numbers reach Xen, and what comes back, be it a value or an
 * error of Xen's or of the driver's.
 */

TEST_F(privcmd, hypercall__positive_result)
{
	int version = xen_version(self->fd);
	long major, minor;

	EXPECT_LE(XEN_OLDEST, version);
	ksft_print_msg("Xen %d.%d\n", version >> 16, version & 0xffff);
	/* The kernel asks by itself. */
	major = read_number("/sys/hypervisor/version/major");
	minor = read_number("/sys/hypervisor/version/minor");
	if (major < 0 || minor < 0)
		return;
	EXPECT_EQ(major, version >> 16);
	EXPECT_EQ(minor, version & 0xffff);
}

TEST_F(privcmd, hypercall__writes_user_memory)
{
	xen_extraversion_t extra = "not written";
	char text[64];

	ASSERT_EQ(0, hcall2(self->fd, __HYPERVISOR_xen_version,
			    XENVER_extraversion, (uintptr_t)extra));
	EXPECT_STRNE("not written", extra);
	if (read_text("/sys/hypervisor/version/extra", text, sizeof(text)) < 0)
		return;
	EXPECT_STREQ(text, extra);
}

TEST_F(privcmd, hypercall__reads_user_memory)
{
	struct xen_feature_info info = { .submap_idx = XENFEAT_NR_SUBMAPS };

	EXPECT_EQ(-EINVAL, hcall2(self->fd, __HYPERVISOR_xen_version,
				  XENVER_get_features, (uintptr_t)&info));
	info.submap_idx = 0;
	EXPECT_EQ(0, hcall2(self->fd, __HYPERVISOR_xen_version,
			    XENVER_get_features, (uintptr_t)&info));
	EXPECT_NE(0u, info.submap);
}

/* Negative results are Xen's, and pass as they are. */
TEST_F(privcmd, hypercall__errors_of_xen)
{
	struct evtchn_status nowhere = { .dom = DOM_NONE, .port = 1 };
	struct evtchn_close none = { .port = 0xffffffff };
	struct xen_sysctl version;

	memset(&version, 0, sizeof(version));
	version.cmd = XEN_SYSCTL_physinfo;
	version.interface_version = 0xffffffff;

	const struct {
		const char *name;
		uint64_t op;
		uint64_t a1;
		const void *a2;
		int expected;
	} rows[] = {
		{ "no such port", __HYPERVISOR_event_channel_op,
		  EVTCHNOP_close, &none, -EINVAL },
		{ "no such domain", __HYPERVISOR_event_channel_op,
		  EVTCHNOP_status, &nowhere, -ESRCH },
		{ "no such event op", __HYPERVISOR_event_channel_op,
		  999, &none, -ENOSYS },
		{ "no such version op", __HYPERVISOR_xen_version,
		  999, NULL, -ENOSYS },
		{ "version of the interface", __HYPERVISOR_sysctl,
		  (uintptr_t)&version, NULL, -EACCES },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(rows[i].expected,
			  hcall2(self->fd, rows[i].op, rows[i].a1,
				 (uintptr_t)rows[i].a2))
			TH_LOG("%s", rows[i].name);
	}
}

/* The pointer is good for the driver and bad for Xen. */
TEST_F(privcmd, hypercall__efault_of_xen)
{
	void *none, *readable;
	unsigned int i;
	char *hole;

	none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	readable = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
			MAP_POPULATE, -1, 0);
	hole = before_a_hole();
	ASSERT_NE(NULL, hole);
	ASSERT_NE(MAP_FAILED, none);
	ASSERT_NE(MAP_FAILED, readable);

	const struct {
		const char *name;
		const void *addr;
	} rows[] = {
		{ "null", NULL },
		{ "unmapped", hole },
		{ "half in a hole", hole - 8 },
		{ "no access", none },
		{ "read only", readable },
	};

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-EFAULT,
			  hcall2(self->fd, __HYPERVISOR_xen_version,
				 XENVER_extraversion, (uintptr_t)rows[i].addr))
			TH_LOG("%s", rows[i].name);
	}
	/* And the next one works. */
	EXPECT_LE(XEN_OLDEST, xen_version(self->fd));
}

TEST_F(privcmd, hypercall__unused_number_is_enosys)
{
	static const uint64_t ops[] = { 46, 47, 62, 63, 64, 100, 127 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		EXPECT_EQ(-ENOSYS, hcall1(self->fd, ops[i], 0))
			TH_LOG("hypercall %llu", (unsigned long long)ops[i]);
	}
}

TEST_F(privcmd, hypercall__number_out_of_range_is_enosys)
{
	static const uint64_t ops[] = {
		128, 129, 255, 256, 4096, 0x7fffffff, 0x80000000, 0xffffffff,
		UINT64_MAX,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		EXPECT_EQ(-ENOSYS, hcall1(self->fd, ops[i], 0))
			TH_LOG("hypercall %#llx", (unsigned long long)ops[i]);
	}
}

/* xen_version in the low half is not xen_version. */
TEST_F(privcmd, hypercall__number_has_64_bits)
{
	static const uint64_t high[] = {
		1ULL << 32, 1ULL << 63, 0xffffffffULL << 32,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(high); i++) {
		EXPECT_EQ(-ENOSYS,
			  hcall2(self->fd, high[i] | __HYPERVISOR_xen_version,
				 XENVER_version, 0))
			TH_LOG("high half %#llx", (unsigned long long)high[i]);
	}
}

/* It would return to wherever the kernel's stack says. */
TEST_F(privcmd, hypercall__iret_is_enosys)
{
	if (!env_is_ours())
		SKIP(return, "a PV kernel crashes with the stock module");
	EXPECT_EQ(-ENOSYS, hcall1(self->fd, __HYPERVISOR_iret, 0));
	EXPECT_EQ(-ENOSYS, hcall(self->fd, __HYPERVISOR_iret, ~0ULL, ~0ULL,
				 ~0ULL, ~0ULL, ~0ULL));
}

TEST_F(privcmd, hypercall__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_HYPERCALL);
}

/* The argument may lie anywhere, and is not written. */
TEST_F(privcmd, hypercall__argument_in_read_only_memory)
{
	const struct privcmd_hypercall call = {
		.op = __HYPERVISOR_xen_version,
		.arg = { XENVER_version },
	};
	char *hole = before_a_hole();
	char *page;

	ASSERT_NE(NULL, hole);
	page = hole - 4096;
	memcpy(hole - sizeof(call), &call, sizeof(call));
	memcpy(page + 1, &call, sizeof(call));
	ASSERT_EQ(0, mprotect(page, 4096, PROT_READ));
	EXPECT_LE(XEN_OLDEST, ioctl(self->fd, IOCTL_PRIVCMD_HYPERCALL,
				    hole - sizeof(call)));
	EXPECT_LE(XEN_OLDEST, ioctl(self->fd, IOCTL_PRIVCMD_HYPERCALL,
				    page + 1));
}
