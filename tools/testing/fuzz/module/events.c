// SPDX-License-Identifier: GPL-2.0-only
/*
 * The world in which a program runs, and what happens there that it did not do
 * itself.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/interface/grant_table.h>
#include <xen/xen.h>

#include "fake/fake.h"
#include "fuzz/module/fuzz.h"

/* The two guests. Of the second the caller owns the resources. */
#define GUEST		7
#define OTHER		8

#define FRAMES		24
#define GRANTS		24
#define READONLY	16

#define PEER_MAPS	64

/* Longer than the drivers wait between two looks at what peers have mapped. */
#define SETTLE_MS	2500

/*
 * A PV domain does not use pages again behind which there were grants when it was
 * saved. There is room for so many.
 */
#define LOST_MAX	8192

static unsigned long nr_lost, may_be_lost;

/* What peers have mapped of us. */
static u32 peer_maps[PEER_MAPS];
static unsigned int nr_peer_maps;

static void domain_new(domid_t domid, unsigned int share)
{
	unsigned int i;

	fake_domain_new(domid, FRAMES / share);
	/* An ioreq server, a table of grants, and a buffer for traces. */
	fake_resource(domid, 0, 0, 3);
	fake_resource(domid, 1, 0, 6 / share);
	fake_resource(domid, 2, 0, 1);
	for (i = 0; i < GRANTS / share; i++)
		fake_grant_new(domid, i, i >= READONLY);
}

void fuzz_world_init(void)
{
	domain_new(GUEST, 1);
	domain_new(OTHER, 4);
	fake_domain(OTHER)->caller_owned = true;
}

static void domain_renew(domid_t domid, unsigned int share)
{
	struct fake_frame *f;
	struct fake_grant *g;
	unsigned int i;

	fake_domain(domid)->dying = false;
	for (i = 1; i < 3; i++)
		clear_page(page_address(fake_resource_page(domid, 0, 0, i)));
	for (i = 0; i < FRAMES / share; i++) {
		f = fake_frame(domid, i);
		f->paged_out = 0;
		f->error = 0;
	}
	for (i = 0; i < GRANTS / share; i++) {
		g = fake_grant(domid, i);
		g->paged_out = 0;
		g->status = 0;
	}
}

/* To make everything anew would take longer than most programs. */
void fuzz_world_renew(enum fuzz_world world)
{
	fake_become(world == FUZZ_HVM ? XEN_HVM_DOMAIN : XEN_PV_DOMAIN, true);
	fake_evtchn_limit = 4096;
	fake_grant_limit = 4096;
	fake_maptrack_limit = 1024;
	domain_renew(GUEST, 1);
	domain_renew(OTHER, 4);
	nr_peer_maps = 0;
	may_be_lost = 0;
}

static bool take_census(struct fuzz_census *c)
{
	static const struct fuzz_census nothing;
	struct fake_census f;

	fake_census(&f);
	nr_lost = min(nr_lost, f.unpopulated);
	*c = (struct fuzz_census){
		.ports = f.ports, .irqs = f.irqs, .actions = f.actions,
		.references = f.references,
		.unpopulated = f.unpopulated - nr_lost,
		.foreign = f.foreign, .mapped = f.mapped, .grants = f.grants,
		.handles = f.handles, .granted_pages = f.granted_pages,
		.dma = f.dma, .exporters = fuzz_exporters(),
	};
	return !memcmp(c, &nothing, sizeof(nothing));
}

/* If the rest is not lost, it is to come back yet. */
static bool has_lost_only(struct fuzz_census *c)
{
	unsigned long unpopulated = c->unpopulated;
	static const struct fuzz_census nothing;

	if (!may_be_lost || unpopulated > may_be_lost)
		return false;
	c->unpopulated = 0;
	if (memcmp(c, &nothing, sizeof(nothing))) {
		c->unpopulated = unpopulated;
		return false;
	}
	nr_lost += unpopulated;
	return true;
}

/* All processes are gone. What is still there, waits for somebody. */
void fuzz_world_settle(struct fuzz_census *census)
{
	unsigned int waited;

	fake_rules_clear();
	while (nr_peer_maps)
		fake_peer_unmaps(peer_maps[--nr_peer_maps]);
	for (waited = 0; !take_census(census) && waited < SETTLE_MS; waited += 20) {
		if (waited)
			msleep(20);
		flush_delayed_fput();
		rcu_barrier();
		if (waited && has_lost_only(census))
			return;
	}
}

static long peer_maps_ref(domid_t domid, u32 ref, bool write)
{
	if (nr_peer_maps == PEER_MAPS)
		return -ENOSPC;
	if (!fake_peer_maps(domid, ref, write))
		return -EPERM;
	peer_maps[nr_peer_maps++] = ref;
	return 0;
}

static long peer_unmaps(u32 which)
{
	u32 ref;

	if (!nr_peer_maps)
		return -ENOENT;
	which %= nr_peer_maps;
	ref = peer_maps[which];
	peer_maps[which] = peer_maps[--nr_peer_maps];
	fake_peer_unmaps(ref);
	return 0;
}

static long frame_is(domid_t domid, u32 gfn, u32 paged_out, u32 error)
{
	struct fake_frame *f = fake_frame(domid, gfn);

	if (!f)
		return -ENOENT;
	f->paged_out = paged_out % 8;
	f->error = error % 8 == 7 ? -EINVAL : 0;
	return 0;
}

static long grant_is(domid_t domid, u32 ref, u32 paged_out, u32 status)
{
	struct fake_grant *g = fake_grant(domid, ref);

	if (!g)
		return -ENOENT;
	/* More often than the kernel asks again, now and then. */
	g->paged_out = paged_out % 8 == 7 ? 1000 : paged_out % 8;
	g->status = status % 8 == 7 ? GNTST_general_error : 0;
	return 0;
}

static long hypercall_fails(u32 nth)
{
	fake_rules_clear();
	fake_fail(FAKE_ANY, nth % 64 + 1, 0);
	return 0;
}

static long limit_is(u32 which, u32 limit)
{
	switch (which % 3) {
	case 0:
		fake_evtchn_limit = limit % 2 ? 4096 : 8;
		break;
	case 1:
		fake_grant_limit = limit % 2 ? 4096 : limit % 32;
		break;
	case 2:
		fake_maptrack_limit = limit % 2 ? 1024 : 1 + limit % 32;
		break;
	}
	return 0;
}

/* A slot of an ioreq page, as Xen's public/hvm/ioreq.h has it. */
struct slot {
	u64 addr, data;
	u32 count, size, vp_eport;
	u16 pad;
	u8 state, type;
};

#define SLOT_READY	1
#define SLOT_MMIO	1

static struct slot *slot_of(domid_t domid, u32 vcpu)
{
	struct page *page = fake_resource_page(domid, 0, 0, 1);

	return page ? (struct slot *)page_address(page) + vcpu % 128 : NULL;
}

/* A vCPU writes to a device: Xen fills its slot and sends the event. */
static long request(const u32 *arg)
{
	struct slot *slot = slot_of(arg[0], arg[1]);

	if (!slot)
		return -ENOENT;
	*slot = (struct slot){
		.addr = arg[2], .data = arg[3], .count = 1, .size = 4,
		.vp_eport = slot->vp_eport,
		.state = SLOT_READY, .type = SLOT_MMIO,
	};
	fake_fire(arg[4]);
	return 0;
}

static long slot_is(domid_t domid, u32 vcpu, u32 port)
{
	struct slot *slot = slot_of(domid, vcpu);

	if (!slot)
		return -ENOENT;
	slot->vp_eport = port;
	return 0;
}

/* As when it happens, nobody else runs, and no peer has anything of ours after. */
static long resume(bool cancelled)
{
	struct fake_census before;

	fake_census(&before);
	if (!cancelled && xen_pv_domain() && before.unpopulated > nr_lost) {
		if (nr_lost > LOST_MAX)
			return -ENOMEM;
		may_be_lost = before.unpopulated - nr_lost;
	}
	fuzz_turns_pause(true);
	fake_resume(cancelled);
	fuzz_turns_pause(false);
	if (!cancelled)
		nr_peer_maps = 0;
	return 0;
}

long fuzz_event(const struct fuzz_event *e)
{
	switch (e->kind) {
	case FUZZ_KILL:
		if (!fake_domain(e->arg[0]))
			return -ESRCH;
		fake_domain_kill(e->arg[0]);
		return 0;
	case FUZZ_FIRE:
		fake_fire(e->arg[0]);
		return 0;
	case FUZZ_PEER_MAPS:
		return peer_maps_ref(e->arg[0], e->arg[1], e->arg[2] & 1);
	case FUZZ_PEER_UNMAPS:
		return peer_unmaps(e->arg[0]);
	case FUZZ_FRAME:
		return frame_is(e->arg[0], e->arg[1], e->arg[2], e->arg[3]);
	case FUZZ_GRANT:
		return grant_is(e->arg[0], e->arg[1], e->arg[2], e->arg[3]);
	case FUZZ_HYPERCALL_FAILS:
		return hypercall_fails(e->arg[0]);
	case FUZZ_LIMIT:
		return limit_is(e->arg[0], e->arg[1]);
	case FUZZ_REQUEST:
		return request(e->arg);
	case FUZZ_SLOT:
		return slot_is(e->arg[0], e->arg[1], e->arg[2]);
	case FUZZ_EXPORTER:
		return fuzz_exporter(e->arg);
	case FUZZ_RESUME:
		return resume(e->arg[0] % 8 == 7);
	default:
		return -EINVAL;
	}
}
