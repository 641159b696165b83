/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake Xen: what the drivers see of the hypervisor and of the kernel's own
 * Xen services, as a model with state.
 *
 * The machine has one domain that we are in and any number of others. Xen's
 * side of it is behind hypercalls (main.c and the files by subject), the
 * kernel's side is the functions that <xen/...> declares (the same files).
 *
 * Everything that can fail goes through xen_fake_call(), which knows its rules:
 * the n-th call of something fails with a code, or runs a function of the
 * test's first. That is how a test comes in between two steps of a driver.
 *
 * What the model finds wrong with the driver's conduct is a WARN, which fails
 * the run. What is left over after a test shows in the census.
 */
#ifndef XEN_KUNIT_FAKE_H
#define XEN_KUNIT_FAKE_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/memory.h>
#include <xen/xen.h>

/* What a rule is about: a hypercall with its command, or a service. */
#define FAKE_HCALL(nr, cmd)	((nr) << 16 | (cmd))
#define FAKE_EVTCHN(op)		FAKE_HCALL(__HYPERVISOR_event_channel_op, op)
#define FAKE_MEMORY(op)		FAKE_HCALL(__HYPERVISOR_memory_op, op)
#define FAKE_GRANT(op)		FAKE_HCALL(__HYPERVISOR_grant_table_op, op)
#define FAKE_MMU_UPDATE		FAKE_HCALL(__HYPERVISOR_mmu_update, 0)
/* One that makes entries empty. */
#define FAKE_MMU_CLEAR		FAKE_HCALL(__HYPERVISOR_mmu_update, 1)
#define FAKE_MMUEXT		FAKE_HCALL(__HYPERVISOR_mmuext_op, 0)
#define FAKE_MULTICALL		FAKE_HCALL(__HYPERVISOR_multicall, 0)
#define FAKE_DM_OP		FAKE_HCALL(__HYPERVISOR_dm_op, 0)

enum fake_service {
	FAKE_ANY = 0x7f000000,
	/* Making an IRQ for a port; the second closes the port as it fails. */
	FAKE_BIND_IRQ,
	FAKE_BIND_IRQ_CLOSES,
	FAKE_MAKE_REFCOUNTED,
	FAKE_EVTCHN_GET,
	FAKE_REQUEST_IRQ,
	/* Cannot fail; to be counted. */
	FAKE_LATEEOI,
	FAKE_UNPOPULATED,
	FAKE_GET_GSI,
	FAKE_XENBUS_READ,
	FAKE_GRANT_ALLOC,
	FAKE_GRANT_PAGES,
	FAKE_DMA_MAP,
	FAKE_DMA_PAGES,
	FAKE_INSERT_PAGES,
	/* init.c knows these by their numbers. */
	FAKE_DMA_MASK = 0x7f000100,
	FAKE_DEVICE,
};

typedef void fake_fn(void *data);

/* fault.c */
void fake_fail(u32 what, unsigned int nth, long code);
void fake_before(u32 what, unsigned int nth, fake_fn *fn, void *data);
void fake_after(u32 what, unsigned int nth, fake_fn *fn, void *data);
/* No rule counts what is done in between: it is the test's. */
void fake_pause(bool pause);
bool fake_rules_done(void);
void fake_rules_clear(void);
unsigned long fake_calls(u32 what);
void xen_fake_step(const char *where);
void xen_fake_init_begins(void);
void fake_at_step(const char *where, fake_fn *fn, void *data);
unsigned long fake_symbol(const char *name);

/* For the fake itself: has this call to fail? A rule may have its own code. */
bool fake_call(u32 what, long natural, long *code);
void fake_called(u32 what);

/* What is done between the two is not the driver's, and so not to be failed. */
unsigned int fake_enter(void);
void fake_leave(unsigned int saved);

/* What exists, to compare before with after. */
struct fake_census {
	unsigned long ports, irqs, actions, references;
	unsigned long unpopulated, foreign, mapped;
	unsigned long grants, handles, granted_pages;
	unsigned long dma;
};

void fake_census(struct fake_census *census);

/* main.c */
struct fake_regs {
	u64 rax, rdi, rsi, rdx, r10, r8, r9;
};

enum fake_gate { FAKE_GATE_SYSCALL, FAKE_GATE_VMMCALL, FAKE_GATE_VMCALL };

/* The last transfer, and what the next one is to answer. */
struct fake_transfer {
	struct fake_regs regs;
	enum fake_gate gate;
	bool ac;
	unsigned long count;
	/* Answer with this and do nothing. */
	bool only_record;
	u64 result;
};

extern struct fake_transfer fake_transfer;
extern u8 xen_fake_ac;

/* gate.S */
void xen_fake_gate_syscall(void);
void xen_fake_gate_vmmcall(void);
void xen_fake_gate_vmcall(void);
u64 xen_fake_enter(const struct fake_regs *regs, enum fake_gate gate);

void fake_reset(void);
void fake_become(enum xen_domain_type type, bool initial);
bool fake_user_open(void);
int fake_copy_from(void *to, unsigned long from, size_t size);
int fake_copy_to(unsigned long to, const void *from, size_t size);

/* domain.c */
struct fake_frame {
	struct list_head node;
	struct page *page;
	/* Answers -ENOENT so many times more: it is paged out. */
	unsigned int paged_out;
	/* Answers with this errno, always. */
	int error;
};

struct fake_domain {
	struct list_head node;
	domid_t domid;
	bool dying;
	/* Guest frame number to struct fake_frame. */
	struct xarray frames;
	/* Resources: type << 24 | id << 16 | frame number to struct page. */
	struct xarray resources;
	/* The pages of the resources belong to the caller's domain. */
	bool caller_owned;
	/* As Xen 4.17: the size of an unknown resource is an errno. */
	bool error_as_size;
};

struct fake_domain *fake_domain(domid_t domid);
struct fake_domain *fake_domain_new(domid_t domid, unsigned long frames);
void fake_domain_kill(domid_t domid);
struct fake_frame *fake_frame(domid_t domid, unsigned long gfn);
/* Its first frames have pages one behind the other now: the number of the first. */
unsigned long fake_frames_in_a_row(domid_t domid, unsigned int frames);
u64 fake_stamp(domid_t domid, unsigned long gfn);
void fake_resource(domid_t domid, u32 type, u32 id, unsigned int frames);
struct page *fake_resource_page(domid_t domid, u32 type, u32 id,
				unsigned int frame);
void fake_domains_free(void);

/* frames.c */
long fake_memory_op(unsigned int cmd, unsigned long arg);
bool fake_mmu_clears(unsigned long req);
long fake_mmu_update(unsigned long req, unsigned int count,
		     unsigned long done, domid_t domid);
long fake_mmuext_op(unsigned long op, unsigned int count);
/* After an entry of a process was made or taken away: the process sees it. */
void fake_pte_changed(void);
/* After an entry was taken away: nobody remembers it any more. */
void fake_tlb_flush(void);
/* What the domain's page with this number shows now, when auto-translated. */
void *fake_p2m_page(unsigned long gpfn);
/* The domain's memory in pages, as privcmd sees it; 0: as it is. */
extern unsigned long xen_fake_ram;
/* Frames that Xen will not take back, from now on. */
extern int fake_remove_error;
void fake_frames_resume(void);
void fake_frames_reset(void);
void fake_frames_census(struct fake_census *census);

/*
 * resume.c: the domain is saved and restored. With @cancelled it was only
 * suspended, and goes on.
 */
void fake_resume(bool cancelled);

/* evtchn.c */
long fake_evtchn_op(unsigned int cmd, unsigned long arg);
evtchn_port_t fake_port_new(unsigned int status, domid_t remote,
			    evtchn_port_t remote_port);
void fake_port_close(evtchn_port_t port);
/* The same, but an errno if there is nothing to close. */
int fake_port_try_close(evtchn_port_t port);
unsigned int fake_port_status(evtchn_port_t port);
unsigned long fake_port_sent(evtchn_port_t port);
extern unsigned int fake_evtchn_limit;
extern unsigned int fake_evtchn_lowest;
void fake_evtchn_resume(void);
void fake_evtchn_reset(void);
void fake_evtchn_census(struct fake_census *census);
void fake_evtchn_domain_died(domid_t domid);

/* irq.c: the event of the port happens. */
void fake_fire(evtchn_port_t port);
/* The same, but the handlers run where a test can sleep: on another CPU. */
void fake_fire_elsewhere(evtchn_port_t port);
bool fake_port_masked(evtchn_port_t port);
/* A port and an IRQ that are the kernel's own. */
evtchn_port_t fake_kernel_port(void);
/* Someone else's handler on the same IRQ, who unmasks at once. */
void fake_kernel_unmask(evtchn_port_t port);
void fake_irq_resume(void);
void fake_irq_reset(void);
void fake_irq_census(struct fake_census *census);

/* services.c */
struct fake_dm_op {
	unsigned long count;
	domid_t domid;
	unsigned int nr;
	size_t size[8];
	u8 op[256];
	u8 second[64];
	/* What Xen is to answer, and to write back into the operation. */
	long result;
	unsigned int answer_size;
	u8 answer[64];
};

extern struct fake_dm_op fake_dm_op;
long fake_dm_op_call(domid_t domid, unsigned int nr, unsigned long bufs);
/* What XenStore names as target, or NULL; who waits for it is told. */
void fake_xenstore_up(const char *target);
void fake_xenstore_down(void);
extern bool fake_locked_down;
void fake_services_reset(void);

/* gnttab.c: a grant of another domain. */
struct fake_grant {
	struct list_head node;
	domid_t domid;
	u32 ref;
	struct page *page;
	bool readonly;
	/* Answers GNTST_eagain so many times more. */
	unsigned int paged_out;
	/* Answers with this GNTST_*, always. */
	int status;
	unsigned int mapped;
	/* Xen does not let go of what is mapped. */
	bool stuck;
};

struct fake_grant *fake_grant_new(domid_t domid, u32 ref, bool readonly);
struct fake_grant *fake_grant(domid_t domid, u32 ref);
/* It does, after all; what was behind it is the caller's. */
struct page *fake_grant_forget(domid_t domid, u32 ref);
/* Mappings that there can be at a time. */
extern unsigned int fake_maptrack_limit;
long fake_grant_op(unsigned int cmd, unsigned long arg, unsigned int count);
void fake_granted_pages(int change);
void fake_gnttab_resume(void);
void fake_gnttab_reset(void);
void fake_gnttab_census(struct fake_census *census);

/* dma.c: how often a device's memory was made the device's, and the CPU's. */
struct device;

extern unsigned int fake_dma_syncs[2];
const struct dma_map_ops *fake_dma_ops(struct device **dev);
void fake_dma_reset(void);
void fake_dma_census(struct fake_census *census);

/* gnttab_dma.c: what the driver has from the DMA allocator, or NULL. */
struct gnttab_dma_alloc_args;

struct gnttab_dma_alloc_args *fake_dma_args(void);

/* kernel.c: so many of the drivers' warnings are to come, and no more. */
void fake_want_warnings(unsigned int nr);
unsigned int fake_warnings_missing(void);

/* gnttab_own.c: what the peer of a grant of ours does. */
struct page *fake_peer_maps(domid_t domid, u32 ref, bool write);
void fake_peer_unmaps(u32 ref);
/* References that there are for everyone. */
extern unsigned int fake_grant_limit;
unsigned long fake_own_grants(void);
void fake_own_grants_resume(void);
void fake_own_grants_reset(void);

#endif
