// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pager of an HVM guest. Nothing of the guest runs, so requests come from
 * mappings only: they are in the ring when the mapping has returned, and no
 * event channel is needed to wait for them.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "fmap.h"
#include "pager.h"

#include <xen/hvm/params.h>

/* Where the guest has no memory. */
#define RING_FRAME	0x10000UL

static void *map_one(struct pager *p, xen_pfn_t frame, int prot)
{
	void *page;
	int err;

	page = mmap(NULL, PG, prot, MAP_SHARED, p->fd, 0);
	if (page == MAP_FAILED)
		return NULL;
	if (!fm_v2(p->fd, p->guest->domid, page, 1, &frame, &err) && !err)
		return page;
	munmap(page, PG);
	return NULL;
}

static int ring_create(struct pager *p)
{
	xen_pfn_t frame = RING_FRAME;
	struct guest *g = p->guest;

	if (xc_domain_populate_physmap_exact(g->xc, g->domid, 1, 0, 0, &frame))
		return errno ? -errno : -ENOMEM;
	p->page = map_one(p, RING_FRAME, PROT_READ | PROT_WRITE);
	if (!p->page)
		return -EIO;
	if (xc_hvm_param_set(g->xc, g->domid, HVM_PARAM_PAGING_RING_PFN,
			     RING_FRAME))
		return -errno;
	return 0;
}

int pager_open(struct pager *p, struct guest *g, int fd)
{
	vm_event_sring_t *shared;
	uint32_t port;
	int ret;

	memset(p, 0, sizeof(*p));
	p->guest = g;
	p->fd = fd;
	ret = ring_create(p);
	if (!ret && xc_mem_paging_enable(g->xc, g->domid, &port))
		ret = -errno;
	if (ret) {
		pager_close(p);
		return ret;
	}
	p->enabled = true;
	shared = p->page;
	SHARED_RING_INIT(shared);
	BACK_RING_INIT(&p->ring, shared, PG);
	return 0;
}

int pager_evict(struct pager *p, xen_pfn_t frame, void *content)
{
	struct guest *g = p->guest;
	void *page;

	/* From now on it is told when somebody changes it. */
	if (xc_mem_paging_nominate(g->xc, g->domid, frame))
		return -errno;
	page = map_one(p, frame, PROT_READ);
	if (!page)
		return -EIO;
	memcpy(content, page, PG);
	munmap(page, PG);
	return xc_mem_paging_evict(g->xc, g->domid, frame) ? -errno : 0;
}

int pager_request(struct pager *p, xen_pfn_t *frame)
{
	vm_event_request_t request;
	RING_IDX next = p->ring.req_cons;

	if (!RING_HAS_UNCONSUMED_REQUESTS(&p->ring))
		return 0;
	memcpy(&request, RING_GET_REQUEST(&p->ring, next), sizeof(request));
	p->ring.req_cons = next + 1;
	p->ring.sring->req_event = next + 2;
	/* Of another domain than the guest, which waits for nothing then. */
	if (request.version != VM_EVENT_INTERFACE_VERSION ||
	    request.reason != VM_EVENT_REASON_MEM_PAGING ||
	    request.flags != VM_EVENT_FLAG_FOREIGN ||
	    request.u.mem_paging.flags)
		return -EPROTO;
	*frame = request.u.mem_paging.gfn;
	return 1;
}

int pager_load(struct pager *p, xen_pfn_t frame, void *content)
{
	struct guest *g = p->guest;
	vm_event_response_t *response;

	if (xc_mem_paging_load(g->xc, g->domid, frame, content))
		return -errno;
	response = RING_GET_RESPONSE(&p->ring, p->ring.rsp_prod_pvt);
	memset(response, 0, sizeof(*response));
	response->version = VM_EVENT_INTERFACE_VERSION;
	response->reason = VM_EVENT_REASON_MEM_PAGING;
	response->u.mem_paging.gfn = frame;
	p->ring.rsp_prod_pvt++;
	RING_PUSH_RESPONSES(&p->ring);
	return xc_mem_paging_resume(g->xc, g->domid) ? -errno : 0;
}

void pager_close(struct pager *p)
{
	struct guest *g = p->guest;

	if (p->enabled)
		xc_mem_paging_disable(g->xc, g->domid);
	if (p->page)
		munmap(p->page, PG);
	p->enabled = false;
	p->page = NULL;
}
