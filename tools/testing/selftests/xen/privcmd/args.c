// SPDX-License-Identifier: GPL-2.0-only
/*
 * HYPERCALL: each argument arrives in its place, pointers to all kinds of user
 * memory work, a hypercall that Xen interrupts and resumes comes to its end,
 * and threads do not disturb each other.
 */

TEST_F(privcmd, hypercall__one_argument)
{
	struct xen_sysctl op;
	int ret;

	memset(&op, 0, sizeof(op));
	op.cmd = XEN_SYSCTL_physinfo;
	op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	ret = hcall1(self->fd, __HYPERVISOR_sysctl, (uintptr_t)&op);
	if (ret == -EACCES)
		SKIP(return, "Xen's toolstack interface is another version");
	EXPECT_EQ(0, ret);
	EXPECT_LT(0u, op.u.physinfo.nr_cpus);
	EXPECT_LT(0u, op.u.physinfo.total_pages);
}

/* The second argument is a pointer here, and a number elsewhere. */
TEST_F(privcmd, hypercall__two_arguments)
{
	EXPECT_EQ(4096, hcall2(self->fd, __HYPERVISOR_xen_version,
			       XENVER_pagesize, 0));
	EXPECT_LT(0, hcall2(self->fd, __HYPERVISOR_memory_op,
			    XENMEM_maximum_ram_page, 0));
}

/* The third argument is the number of structures, and has to be one. */
TEST_F(privcmd, hypercall__three_arguments)
{
	struct gnttab_query_size query[2] = {
		{ .dom = DOMID_SELF, .status = 1 },
		{ .dom = DOMID_SELF, .status = 1 },
	};
	int count;

	for (count = 0; count <= 2; count++) {
		EXPECT_EQ(count == 1 ? 0 : -EINVAL,
			  hcall3(self->fd, __HYPERVISOR_grant_table_op,
				 GNTTABOP_query_size, (uintptr_t)query, count));
		EXPECT_EQ(count >= 1 ? GNTST_okay : 1, query[0].status);
		EXPECT_EQ(1, query[1].status);
	}
}

/* The fourth argument is the domain; there is nothing to do for it. */
TEST_F(privcmd, hypercall__four_arguments)
{
	unsigned int done = 0xdead;

	if (!env_is_pv())
		SKIP(return, "only PV has a hypercall for it");
	EXPECT_EQ(0, hcall4(self->fd, __HYPERVISOR_mmu_update, 0, 0,
			    (uintptr_t)&done, DOMID_SELF));
	EXPECT_EQ(0u, done);
	EXPECT_EQ(-ESRCH, hcall4(self->fd, __HYPERVISOR_mmu_update, 0, 0, 0,
				 DOM_NONE));
	EXPECT_EQ(0, hcall4(self->fd, __HYPERVISOR_mmuext_op, 0, 0, 0,
			    DOMID_SELF));
	EXPECT_EQ(-ESRCH, hcall4(self->fd, __HYPERVISOR_mmuext_op, 0, 0, 0,
				 DOM_NONE));
}

/* The fifth argument is the size of the buffer. */
TEST_F(privcmd, hypercall__five_arguments)
{
	static const char path[] = "/buildinfo/version/major";
	struct {
		struct xen_hypfs_direntry entry;
		uint32_t value;
	} buf;
	int ret;

	memset(&buf, 0, sizeof(buf));
	ret = hcall(self->fd, __HYPERVISOR_hypfs_op, XEN_HYPFS_OP_read,
		    (uintptr_t)path, sizeof(path), (uintptr_t)&buf,
		    sizeof(buf.entry));
	if (ret == -ENOSYS || ret == -EOPNOTSUPP)
		SKIP(return, "Xen has no hypfs");
	EXPECT_EQ(-ENOBUFS, ret);
	EXPECT_EQ(sizeof(buf.value), buf.entry.content_len);
	EXPECT_EQ(0u, buf.value);

	EXPECT_EQ(0, hcall(self->fd, __HYPERVISOR_hypfs_op, XEN_HYPFS_OP_read,
			   (uintptr_t)path, sizeof(path), (uintptr_t)&buf,
			   sizeof(buf)));
	EXPECT_EQ(XEN_HYPFS_TYPE_UINT, buf.entry.type);
	EXPECT_EQ((uint32_t)xen_version(self->fd) >> 16, buf.value);
}

TEST_F(privcmd, hypercall__memory_of_every_kind)
{
	static char data[XEN_EXTRAVERSION_LEN];
	char stack[XEN_EXTRAVERSION_LEN] = {};
	char *heap = calloc(1, XEN_EXTRAVERSION_LEN + 1);
	char *shared, *two_pages;
	xen_extraversion_t want;
	unsigned int i;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	two_pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(NULL, heap);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_NE(MAP_FAILED, two_pages);

	const struct {
		const char *name;
		char *addr;
	} rows[] = {
		{ "data", data },
		{ "stack", stack },
		{ "heap", heap },
		{ "heap, odd address", heap + 1 },
		{ "shared", shared },
		{ "across two pages", two_pages + 4096 - 5 },
	};

	memset(want, 0, sizeof(want));
	ASSERT_EQ(0, hcall2(self->fd, __HYPERVISOR_xen_version,
			    XENVER_extraversion, (uintptr_t)want));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(rows[i].addr, 0xff, sizeof(want));
		EXPECT_EQ(0, hcall2(self->fd, __HYPERVISOR_xen_version,
				    XENVER_extraversion,
				    (uintptr_t)rows[i].addr))
			TH_LOG("%s", rows[i].name);
		EXPECT_EQ(0, memcmp(want, rows[i].addr, sizeof(want)))
			TH_LOG("%s", rows[i].name);
	}
	free(heap);
}

/*
 * A list of calls that takes so long that an interrupt comes: Xen lets the
 * guest take it, and resumes with changed arguments.
 */
#define CALLS	20000

TEST_F_TIMEOUT(privcmd, hypercall__resumed_after_an_interrupt, 120)
{
	size_t size = CALLS * sizeof(struct multicall_entry);
	int version = xen_version(self->fd);
	struct multicall_entry *list;
	uint64_t begin;
	int ret, i;

	list = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, list);
	for (i = 0; i < CALLS; i++) {
		list[i].op = __HYPERVISOR_xen_version;
		list[i].args[0] = XENVER_version;
		list[i].args[1] = 0;
	}
	begin = now_us();
	ret = hcall2(self->fd, __HYPERVISOR_multicall, (uintptr_t)list, CALLS);
	if (ret == -ENOSYS)
		SKIP(return, "this kind of domain has no multicall");
	ASSERT_EQ(0, ret);
	ksft_print_msg("%d calls in one took %llu us\n", CALLS,
		       (unsigned long long)(now_us() - begin));
	for (i = 0; i < CALLS; i++) {
		ASSERT_EQ((unsigned long)version, list[i].result)
			TH_LOG("call %d", i);
	}
}

struct caller {
	pthread_t thread;
	int fd;
	int version;
	unsigned int wrong;
};

static void *call_often(void *arg)
{
	struct caller *c = arg;
	xen_extraversion_t extra;
	int i;

	for (i = 0; i < 3000; i++) {
		if (xen_version(c->fd) != c->version)
			c->wrong++;
		memset(extra, 0xff, sizeof(extra));
		if (hcall2(c->fd, __HYPERVISOR_xen_version,
			   XENVER_extraversion, (uintptr_t)extra) ||
		    !memchr(extra, 0, sizeof(extra)))
			c->wrong++;
		if (hcall1(c->fd, 63, 0) != -ENOSYS)
			c->wrong++;
	}
	return NULL;
}

TEST_F_TIMEOUT(privcmd, hypercall__four_threads_on_one_file, 120)
{
	struct caller callers[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		callers[i] = (struct caller){
			.fd = self->fd,
			.version = xen_version(self->fd),
		};
		ASSERT_EQ(0, pthread_create(&callers[i].thread, NULL,
					    call_often, &callers[i]));
	}
	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		pthread_join(callers[i].thread, NULL);
		EXPECT_EQ(0u, callers[i].wrong);
	}
}
