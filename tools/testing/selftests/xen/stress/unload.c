// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules that are unloaded and loaded again while others open their nodes:
 * an unload is refused or works, an open works or finds no node.
 */

#define MODULES_ENV	"XEN_MODULES_OURS"

/* In the order in which they are loaded. */
static const struct {
	const char *name;
	const char *file;
} unloaded[] = {
	{ "xen_hypercall", "xen-hypercall.ko" },
	{ "xen_privcmd", "xen-privcmd.ko" },
	{ "xen_evtchn", "xen-evtchn.ko" },
	{ "xen_gntdev", "xen-gntdev.ko" },
	{ "xen_gntalloc", "xen-gntalloc.ko" },
};

struct unload_stress {
	atomic_uint opened;
	atomic_uint missing;
};

static const int open_errors[] = { ENOENT, ENODEV, ENXIO, 0 };

static void use_node(unsigned int node, int fd)
{
	uint64_t index;
	void *p;

	switch (node) {
	case 0:
		xen_version(fd);
		break;
	case 1:
		p = mmap(NULL, PG, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (p != MAP_FAILED)
			munmap(p, PG);
		break;
	case 2:
		ev_bind_unbound(fd, DOM_HERE);
		break;
	case 3:
		gd_map_refs(fd, DOM_NONE, 1, &(uint32_t){ 8 }, &index);
		gd_mmap_error(fd, index, 1, PROT_READ);
		break;
	case 4:
		ga_alloc(fd, DOM_HERE, 1, &index, NULL);
		ga_map_error(fd, index, 1);
		break;
	}
}

static void open_act(struct hand *h, void *arg)
{
	static const char * const nodes[] = {
		XEN_DEV_PRIVCMD, XEN_DEV_HYPERCALL, XEN_DEV_EVTCHN,
		XEN_DEV_GNTDEV, XEN_DEV_GNTALLOC,
	};
	unsigned int node = pick(h, ARRAY_SIZE(nodes));
	struct unload_stress *u = arg;
	int fd;

	fd = open(nodes[node], O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		u->missing++;
		expect_result(h, "open", -errno, open_errors);
		sched_yield();
		return;
	}
	u->opened++;
	use_node(node, fd);
	close(fd);
	/* Leave the modules a moment in which nobody has them. */
	sleep_ms(1 + pick(h, 20));
}

static int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

static int module_load(const char *file)
{
	const char *where = getenv(MODULES_ENV);
	char path[256];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", where ?: "", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

/* All that are not there. Returns 0 or -errno. */
static int load_all(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(unloaded); i++) {
		ret = module_load(unloaded[i].file);
		if (ret && ret != -EEXIST)
			return ret;
	}
	return 0;
}

static const int busy_errors[] = { EWOULDBLOCK, 0 };

/* From the last to the first: how many went. Or -errno. */
static int unload_all(struct hand *h)
{
	unsigned int i = ARRAY_SIZE(unloaded);
	int ret, gone = 0;

	while (i--) {
		ret = module_unload(unloaded[i].name);
		if (!one_of(ret, busy_errors))
			return ret;
		gone += !ret;
		if (!pick(h, 4))
			sched_yield();
	}
	return gone;
}

/* xenfs, if it is mounted, stands on privcmd: out of the way. */
static bool xenfs_away(void)
{
	bool mounted = !umount("/proc/xen");

	module_unload("xenfs");
	return mounted;
}

static int xenfs_back(void)
{
	char path[256];
	const char *where = getenv("XEN_MODULES_STOCK");
	int fd;

	snprintf(path, sizeof(path), "%s/xenfs.ko", where ?: "");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		return -errno;
	close(fd);
	return mount("xenfs", "/proc/xen", "xenfs", 0, NULL) ? -errno : 0;
}

TEST_STRESS(unload__against_open)
{
	struct unload_stress *u = shared_alloc(sizeof(*u));
	unsigned int gone = 0, cycles = 0;
	struct hand me = { .random = 1 };
	bool mounted;
	struct crew *c;
	uint64_t end;
	int ret = 0;

	if (!getenv(MODULES_ENV))
		SKIP(return, MODULES_ENV " does not say where the modules are");
	ASSERT_NE(NULL, u);
	close(self->xen);
	self->xen = -1;
	mounted = xenfs_away();
	while (another_round(self) && ret >= 0) {
		c = crew_start(2, 2, open_act, u, self->rounds);
		ASSERT_NE(NULL, c);
		end = now_us() + round_ms(self) * 1000ULL;
		while (now_us() < end && !c->has_failed && ret >= 0) {
			ret = unload_all(&me);
			if (ret > 0)
				gone += ret;
			if (ret >= 0)
				ret = load_all();
			cycles++;
			crew_work(c, 1);
		}
		END_CREW(c);
	}
	EXPECT_EQ(0, ret)
		TH_LOG("%s", strerror(-ret));
	EXPECT_EQ(0, load_all());
	if (mounted)
		EXPECT_EQ(0, xenfs_back());
	ksft_print_msg("%u unloads in %u tries; %u opens, %u without a node\n",
		       gone, cycles * (unsigned int)ARRAY_SIZE(unloaded),
		       u->opened, u->missing);
	EXPECT_LT(0u, gone);
	EXPECT_LT(0u, u->opened);
	EXPECT_MEMORY();
}
