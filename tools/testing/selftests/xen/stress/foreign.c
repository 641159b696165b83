// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames, resources and device-model operations of a domain that is destroyed
 * in the middle of it all and replaced by another, PV and HVM by turns.
 */

#define GUEST_FRAMES	16
#define GENERATION_MS	300

struct foreign_stress {
	int fd;
	/* Of the domain of today; what is read of it may be of yesterday's. */
	atomic_uint domid;
	atomic_ulong frame[GUEST_FRAMES];
	struct arena arena;
};

/*
 * Also what Xen says. ENOSYS is IOCTL_PRIVCMD_MMAP outside PV, and EIO is there
 * for a resource whose domain goes between its first frame and its last.
 */
static const int foreign_errors[] = {
	EINVAL, ENOENT, ESRCH, EFAULT, ENOMEM, EPERM, EBUSY, EAGAIN, EOPNOTSUPP,
	ENXIO, ENOSYS, EIO, 0
};

/* An empty mapping in a slot, unless it is left as it is. */
static char *foreign_area(struct hand *h, struct foreign_stress *s)
{
	char *addr = arena_slot(&s->arena, pick(h, ARENA_SLOTS));
	void *p;

	if (!pick(h, 4))
		return addr;
	p = mmap(addr, ARENA_PAGES * PG, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, s->fd, 0);
	if (p == MAP_FAILED)
		expect_result(h, "mmap", -errno, mmap_errors);
	return addr;
}

static void some_frames(struct hand *h, struct foreign_stress *s,
			xen_pfn_t *frame, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		frame[i] = s->frame[pick(h, GUEST_FRAMES)];
	if (!pick(h, 8))
		frame[pick(h, count)] = 0x1234567890UL;
}

static void stress_batch(struct hand *h, struct foreign_stress *s)
{
	unsigned int count = 1 + pick(h, ARENA_PAGES);
	char *addr = foreign_area(h, s);
	struct privcmd_mmap_entry run;
	xen_pfn_t frame[ARENA_PAGES];
	int err[ARENA_PAGES];
	long ret;

	some_frames(h, s, frame, count);
	switch (pick(h, 4)) {
	case 0:
		ret = fm_v1(s->fd, s->domid, addr, count, frame);
		break;
	case 1:
		run.va = (uintptr_t)addr;
		run.mfn = frame[0];
		run.npages = count;
		ret = fm_runs(s->fd, s->domid, 1, &run);
		break;
	default:
		ret = fm_v2(s->fd, s->domid, addr, count, frame, err);
		break;
	}
	expect_result(h, "frames", ret, foreign_errors);
}

static void stress_resource(struct hand *h, struct foreign_stress *s)
{
	char *addr = foreign_area(h, s);

	expect_result(h, "MMAP_RESOURCE",
		      fm_resource(s->fd, s->domid, XENMEM_resource_grant_table,
				  XENMEM_resource_grant_table_id_shared,
				  pick(h, 3), 1 + pick(h, 2), addr, NULL),
		      foreign_errors);
}

/* How many vCPUs the domain has, asked in memory that may go. */
static int ask_vcpus(int fd, uint16_t domid, void *memory)
{
	struct privcmd_dm_op_buf buf = { memory, sizeof(struct xen_dm_op) };
	struct privcmd_dm_op arg = { .dom = domid, .num = 1, .ubufs = &buf };

	return ioctl(fd, IOCTL_PRIVCMD_DM_OP, &arg) < 0 ? -errno : 0;
}

static void stress_dm_op(struct hand *h, struct foreign_stress *s)
{
	struct xen_dm_op op = { .op = XEN_DMOP_nr_vcpus };
	unsigned long pages;
	void *memory = &op;

	if (!pick(h, 4))
		memory = arena_part(h, &s->arena, &pages);
	expect_result(h, "DM_OP", ask_vcpus(s->fd, s->domid, memory),
		      foreign_errors);
}

static void foreign_act(struct hand *h, void *arg)
{
	struct foreign_stress *s = arg;
	unsigned int kind = pick(h, 64);

	if (kind < 22)
		stress_batch(h, s);
	else if (kind < 32)
		stress_resource(h, s);
	else if (kind < 40)
		stress_dm_op(h, s);
	else if (kind < 62)
		arena_disturb(h, &s->arena);
	else
		crew_fork(h, foreign_act, arg);
}

static void publish(struct foreign_stress *s, const struct guest *g)
{
	unsigned int i;

	for (i = 0; i < GUEST_FRAMES; i++)
		s->frame[i] = g->frame[i];
	s->domid = g->domid;
}

/* The child of a process that was killed ends when it is through. */
static int gone_soon(struct guest *g)
{
	int i, ret = -ETIMEDOUT;

	for (i = 0; i < SOON_MS / GUEST_GONE_MS && ret; i++)
		ret = guest_gone(g);
	return ret;
}

#define GENERATIONS	(ROUND_MS / GENERATION_MS)

TEST_STRESS(foreign__of_a_domain_that_comes_and_goes)
{
	struct foreign_stress *s = shared_alloc(sizeof(*s));
	struct guest guest[GENERATIONS] = {};
	unsigned int i, n;
	struct crew *c;
	long pages = 0;
	uint64_t end;

	ASSERT_NE(NULL, s);
	s->arena = self->arena;
	while (another_round(self)) {
		end = now_us() + round_ms(self) * 1000ULL;
		s->fd = privcmd_open();
		ASSERT_LE(0, s->fd);
		c = crew_start(THREADS, PROCESSES, foreign_act, s,
			       self->rounds);
		ASSERT_NE(NULL, c);
		for (n = 0; n < GENERATIONS && !c->has_failed; n++) {
			if (n && now_us() > end)
				break;
			ASSERT_EQ(0, guest_create(&guest[n], n & 1,
						  GUEST_FRAMES));
			publish(s, &guest[n]);
			crew_work(c, GENERATION_MS);
			ASSERT_EQ(0, guest_destroy(&guest[n]));
		}
		END_CREW(c);
		arena_clear_all(&s->arena);
		close(s->fd);
		for (i = 0; i < n; i++) {
			EXPECT_EQ(0, gone_soon(&guest[i]))
				TH_LOG("round %u: domain %u is still there",
				       self->rounds, guest[i].domid);
		}
		if (self->rounds == 1)
			pages = xen_free_pages(&guest[0]);
		EXPECT_LT(pages - SLACK_PAGES, xen_free_pages(&guest[0]));
		for (i = 0; i < n; i++)
			guest_free(&guest[i]);
	}
	EXPECT_MEMORY();
}
