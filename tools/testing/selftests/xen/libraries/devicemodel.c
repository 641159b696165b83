// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxendevicemodel: what a device model does for its guest, here an HVM guest
 * in which nothing runs. Xen is asked for the state of the guest's devices, to
 * see it there.
 */

#define DM_FRAMES	64

FIXTURE(libxendevicemodel) {
	struct guest guest;
	uint32_t domid;
	xendevicemodel_handle *dm;
	int xen;
};

FIXTURE_SETUP(libxendevicemodel)
{
	if (env_lacks(XEN_DEV_PRIVCMD))
		SKIP(return, "there is no %s", XEN_DEV_PRIVCMD);
	self->xen = privcmd_open();
	ASSERT_LE(0, self->xen);
	ASSERT_EQ(0, guest_create_pc(&self->guest, DM_FRAMES));
	self->domid = self->guest.domid;
	self->dm = xendevicemodel_open(NULL, 0);
	ASSERT_NE(NULL, self->dm);
}

FIXTURE_TEARDOWN(libxendevicemodel)
{
	EXPECT_NAMED_CALL();
	xendevicemodel_close(self->dm);
	guest_free(&self->guest);
	close(self->xen);
}

/* A record of a guest's state, of its only or its first device of a kind. */
static int record_get(struct guest *g, uint16_t code, void *record, size_t size)
{
	return xc_domain_hvm_getcontext_partial(g->xc, g->domid, code, 0,
						record, size) ? -errno : 0;
}

#define ASSERT_SERVER() ({						\
	ioservid_t __id = 99;						\
									\
	ASSERT_EQ(0, xendevicemodel_create_ioreq_server(self->dm,	\
							self->domid, 2,	\
							&__id));	\
	__id;								\
})

TEST_F(libxendevicemodel, xendevicemodel_open__asks_for_the_ioctl)
{
	xendevicemodel_handle *h = CALL(xendevicemodel_open, NULL, 0);

	ASSERT_NE(NULL, h);
	EXPECT_BENEATH("privcmd open", "hypercall open", "privcmd open",
		       "privcmd DM_OP(none)");
	EXPECT_EQ(0, xendevicemodel_close(h));
}

TEST_F(libxendevicemodel, xendevicemodel_close__closes_all_nodes)
{
	int before = beneath_files("privcmd");
	xendevicemodel_handle *h = xendevicemodel_open(NULL, 0);

	ASSERT_NE(NULL, h);
	EXPECT_EQ(0, CALL(xendevicemodel_close, h));
	EXPECT_BENEATH("privcmd close", "hypercall close", "privcmd close");
	EXPECT_EQ(before, beneath_files("privcmd"));
}

TEST_F(libxendevicemodel, xendevicemodel_restrict__to_a_domain)
{
	unsigned int vcpus = 0;

	EXPECT_EQ(0, CALL(xendevicemodel_restrict, self->dm, self->domid));
	EXPECT_BENEATH("privcmd RESTRICT");
	EXPECT_EQ(0, xendevicemodel_nr_vcpus(self->dm, self->domid, &vcpus));
	EXPECT_EQ(-1, xendevicemodel_nr_vcpus(self->dm, DOM_NONE, &vcpus));
	EXPECT_EQ(EPERM, errno);
}

TEST_F(libxendevicemodel, xendevicemodel_nr_vcpus__as_created)
{
	unsigned int vcpus = 0;

	EXPECT_EQ(0, CALL(xendevicemodel_nr_vcpus, self->dm, self->domid,
			  &vcpus));
	EXPECT_BENEATH("privcmd DM_OP(nr_vcpus)");
	EXPECT_EQ((unsigned int)GUEST_VCPUS, vcpus);
}

TEST_F(libxendevicemodel, xendevicemodel_create_ioreq_server__has_a_number)
{
	ioservid_t id = 99, other = 99;

	EXPECT_EQ(0, CALL(xendevicemodel_create_ioreq_server, self->dm,
			  self->domid, 2, &id));
	EXPECT_BENEATH("privcmd DM_OP(create_ioreq_server)");
	EXPECT_EQ(0, id);
	EXPECT_EQ(0, xendevicemodel_create_ioreq_server(self->dm, self->domid,
							0, &other));
	EXPECT_EQ(1, other);
}

TEST_F(libxendevicemodel, xendevicemodel_destroy_ioreq_server__once)
{
	ioservid_t id = ASSERT_SERVER();

	EXPECT_EQ(0, CALL(xendevicemodel_destroy_ioreq_server, self->dm,
			  self->domid, id));
	EXPECT_BENEATH("privcmd DM_OP(destroy_ioreq_server)");
	EXPECT_EQ(-1, xendevicemodel_destroy_ioreq_server(self->dm, self->domid,
							  id));
	EXPECT_EQ(ENOENT, errno);
}

/* Where the pages of requests are in the guest, its builder says. */
#define ASSERT_REQUEST_PAGES(first) do {				\
	ASSERT_EQ(0, xc_hvm_param_set(self->guest.xc, self->domid,	\
				      HVM_PARAM_IOREQ_SERVER_PFN,	\
				      first));				\
	ASSERT_EQ(0, xc_hvm_param_set(self->guest.xc, self->domid,	\
				      HVM_PARAM_NR_IOREQ_SERVER_PAGES,	\
				      8));				\
} while (0)

TEST_F(libxendevicemodel, xendevicemodel_get_ioreq_server_info__pages_and_port)
{
	ioservid_t id = ASSERT_SERVER();
	xen_pfn_t sync = 0, buffered = 0;
	evtchn_port_t port = 0;
	int ours;

	ASSERT_REQUEST_PAGES(16);
	EXPECT_EQ(0, CALL(xendevicemodel_get_ioreq_server_info, self->dm,
			  self->domid, id, &sync, &buffered, &port));
	EXPECT_BENEATH("privcmd DM_OP(get_ioreq_server_info)");
	EXPECT_LE(16u, sync);
	EXPECT_GT(24u, sync);
	EXPECT_LE(16u, buffered);
	EXPECT_GT(24u, buffered);
	EXPECT_NE(sync, buffered);
	/* At the other end of the port Xen waits for this domain. */
	ours = port_connect(self->xen, self->domid, port);
	EXPECT_LT(0, ours);
	EXPECT_EQ(0, port_close(self->xen, ours));
}

/* While it is enabled, its pages are not in the guest's reach. */
TEST_F(libxendevicemodel, xendevicemodel_set_ioreq_server_state__hides_pages)
{
	ioservid_t id = ASSERT_SERVER();
	xen_pfn_t sync = 0, buffered = 0;
	evtchn_port_t port;
	int err = 0;
	void *p;

	ASSERT_REQUEST_PAGES(16);
	ASSERT_EQ(0, xendevicemodel_get_ioreq_server_info(self->dm, self->domid,
							  id, &sync, &buffered,
							  &port));
	p = fm_area(self->xen, 1);
	ASSERT_NE(NULL, p);
	EXPECT_EQ(0, CALL(xendevicemodel_set_ioreq_server_state, self->dm,
			  self->domid, id, 1));
	EXPECT_BENEATH("privcmd DM_OP(set_ioreq_server_state)");
	fm_v2(self->xen, self->domid, p, 1, &sync, &err);
	EXPECT_EQ(-EINVAL, err);
	EXPECT_EQ(0, xendevicemodel_set_ioreq_server_state(self->dm,
							   self->domid, id, 0));
	EXPECT_EQ(0, fm_unmap(p, 1));
	p = fm_area(self->xen, 1);
	ASSERT_NE(NULL, p);
	EXPECT_EQ(0, fm_v2(self->xen, self->domid, p, 1, &sync, &err));
	EXPECT_EQ(0, err);
	EXPECT_EQ(0, fm_unmap(p, 1));
}

#define IO_START	0xf0000000
#define IO_END		0xf0000fff

TEST_F(libxendevicemodel, xendevicemodel_map_io_range_to_ioreq_server__once)
{
	ioservid_t id = ASSERT_SERVER();

	EXPECT_EQ(0, CALL(xendevicemodel_map_io_range_to_ioreq_server, self->dm,
			  self->domid, id, 1, IO_START, IO_END));
	EXPECT_BENEATH("privcmd DM_OP(map_io_range_to_ioreq_server)");
	EXPECT_EQ(-1, xendevicemodel_map_io_range_to_ioreq_server(self->dm,
								  self->domid,
								  id, 1,
								  IO_START,
								  IO_END));
	EXPECT_EQ(EEXIST, errno);
}

TEST_F(libxendevicemodel, xendevicemodel_unmap_io_range_from_ioreq_server__once)
{
	ioservid_t id = ASSERT_SERVER();

	EXPECT_EQ(0, xendevicemodel_map_io_range_to_ioreq_server(self->dm,
								 self->domid,
								 id, 1,
								 IO_START,
								 IO_END));
	EXPECT_EQ(0, CALL(xendevicemodel_unmap_io_range_from_ioreq_server,
			  self->dm, self->domid, id, 1, IO_START, IO_END));
	EXPECT_BENEATH("privcmd DM_OP(unmap_io_range_from_ioreq_server)");
	EXPECT_EQ(-1, xendevicemodel_unmap_io_range_from_ioreq_server(self->dm,
								      self->domid,
								      id, 1,
								      IO_START,
								      IO_END));
	EXPECT_EQ(ENOENT, errno);
}

/* Device 3 on the first bus. */
TEST_F(libxendevicemodel, xendevicemodel_map_pcidev_to_ioreq_server__once)
{
	ioservid_t id = ASSERT_SERVER();

	EXPECT_EQ(0, CALL(xendevicemodel_map_pcidev_to_ioreq_server, self->dm,
			  self->domid, id, 0, 0, 3, 0));
	EXPECT_BENEATH("privcmd DM_OP(map_io_range_to_ioreq_server)");
	EXPECT_EQ(-1, xendevicemodel_map_pcidev_to_ioreq_server(self->dm,
								self->domid, id,
								0, 0, 3, 0));
	EXPECT_EQ(EEXIST, errno);
}

TEST_F(libxendevicemodel, xendevicemodel_unmap_pcidev_from_ioreq_server__once)
{
	ioservid_t id = ASSERT_SERVER();

	EXPECT_EQ(0, xendevicemodel_map_pcidev_to_ioreq_server(self->dm,
							       self->domid, id,
							       0, 0, 3, 0));
	EXPECT_EQ(0, CALL(xendevicemodel_unmap_pcidev_from_ioreq_server,
			  self->dm, self->domid, id, 0, 0, 3, 0));
	EXPECT_BENEATH("privcmd DM_OP(unmap_io_range_from_ioreq_server)");
	EXPECT_EQ(-1, xendevicemodel_unmap_pcidev_from_ioreq_server(self->dm,
								    self->domid,
								    id, 0, 0,
								    3, 0));
	EXPECT_EQ(ENOENT, errno);
}

TEST_F(libxendevicemodel, xendevicemodel_set_pci_intx_level__asserts_the_line)
{
	HVM_SAVE_TYPE(PCI_IRQ) irqs = {};

	EXPECT_EQ(0, CALL(xendevicemodel_set_pci_intx_level, self->dm,
			  self->domid, 0, 0, 3, 1, 1));
	EXPECT_BENEATH("privcmd DM_OP(set_pci_intx_level)");
	ASSERT_EQ(0, record_get(&self->guest, HVM_SAVE_CODE(PCI_IRQ), &irqs,
				sizeof(irqs)));
	EXPECT_EQ(1ULL << (3 * 4 + 1), irqs.pad[0]);
	EXPECT_EQ(0, xendevicemodel_set_pci_intx_level(self->dm, self->domid, 0,
						       0, 3, 1, 0));
	ASSERT_EQ(0, record_get(&self->guest, HVM_SAVE_CODE(PCI_IRQ), &irqs,
				sizeof(irqs)));
	EXPECT_EQ(0u, irqs.pad[0]);
}

TEST_F(libxendevicemodel, xendevicemodel_set_isa_irq_level__asserts_the_line)
{
	HVM_SAVE_TYPE(ISA_IRQ) irqs = {};

	EXPECT_EQ(0, CALL(xendevicemodel_set_isa_irq_level, self->dm,
			  self->domid, 4, 1));
	EXPECT_BENEATH("privcmd DM_OP(set_isa_irq_level)");
	ASSERT_EQ(0, record_get(&self->guest, HVM_SAVE_CODE(ISA_IRQ), &irqs,
				sizeof(irqs)));
	EXPECT_EQ(1ULL << 4, irqs.pad[0]);
	EXPECT_EQ(-1, xendevicemodel_set_isa_irq_level(self->dm, self->domid,
						       16, 1));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(libxendevicemodel, xendevicemodel_set_irq_level__is_for_arm)
{
	NO_EFFECT("the operation exists on Arm only");
	EXPECT_EQ(-1, CALL(xendevicemodel_set_irq_level, self->dm, self->domid,
			   33, 1));
	EXPECT_EQ(EOPNOTSUPP, errno);
	EXPECT_BENEATH("privcmd DM_OP(set_irq_level)");
}

TEST_F(libxendevicemodel, xendevicemodel_set_pci_link_route__is_routed)
{
	HVM_SAVE_TYPE(PCI_LINK) link = {};

	EXPECT_EQ(0, CALL(xendevicemodel_set_pci_link_route, self->dm,
			  self->domid, 2, 11));
	EXPECT_BENEATH("privcmd DM_OP(set_pci_link_route)");
	ASSERT_EQ(0, record_get(&self->guest, HVM_SAVE_CODE(PCI_LINK), &link,
				sizeof(link)));
	EXPECT_EQ(11, link.route[2]);
	EXPECT_EQ(-1, xendevicemodel_set_pci_link_route(self->dm, self->domid,
							4, 11));
	EXPECT_EQ(EINVAL, errno);
}

/* A record of a guest's state in all of it, or NULL. */
static void *hvm_record(uint8_t *all, int size, uint16_t code)
{
	struct hvm_save_descriptor *d;
	int at;

	for (at = 0; at + (int)sizeof(*d) <= size;
	     at += sizeof(*d) + d->length) {
		d = (struct hvm_save_descriptor *)(all + at);
		if (d->typecode == code && d->instance == 0)
			return d + 1;
	}
	return NULL;
}

#define APIC_SVR	0xf0
#define APIC_IRR	0x200

/* What a guest's system does first with the APIC of its first processor. */
static int apic_enable(struct guest *g)
{
	struct hvm_hw_lapic_regs *regs;
	struct hvm_hw_lapic *apic;
	int size, ret = -EIO;
	uint8_t *all;

	size = xc_domain_hvm_getcontext(g->xc, g->domid, NULL, 0);
	all = size > 0 ? calloc(1, size) : NULL;
	if (!all)
		return -ENOMEM;
	size = xc_domain_hvm_getcontext(g->xc, g->domid, all, size);
	apic = hvm_record(all, size, HVM_SAVE_CODE(LAPIC));
	regs = hvm_record(all, size, HVM_SAVE_CODE(LAPIC_REGS));
	if (apic && regs) {
		apic->disabled = 0;
		regs->data[APIC_SVR + 1] |= 1;
		ret = xc_domain_hvm_setcontext(g->xc, g->domid, all, size) ?
		      -errno : 0;
	}
	free(all);
	return ret;
}

/* Vector 0x30 to the local APIC 0: there it is requested. */
TEST_F(libxendevicemodel, xendevicemodel_inject_msi__requests_the_vector)
{
	HVM_SAVE_TYPE(LAPIC_REGS) regs = {};

	ASSERT_EQ(0, apic_enable(&self->guest));
	ASSERT_EQ(0, record_get(&self->guest, HVM_SAVE_CODE(LAPIC_REGS), &regs,
				sizeof(regs)));
	EXPECT_EQ(0, regs.data[APIC_IRR + 0x12]);
	EXPECT_EQ(0, CALL(xendevicemodel_inject_msi, self->dm, self->domid,
			  0xfee00000, 0x30));
	EXPECT_BENEATH("privcmd DM_OP(inject_msi)");
	ASSERT_EQ(0, record_get(&self->guest, HVM_SAVE_CODE(LAPIC_REGS), &regs,
				sizeof(regs)));
	EXPECT_EQ(1, regs.data[APIC_IRR + 0x12]);
}

/* The first waits for the processor to run, and then there is no room. */
TEST_F(libxendevicemodel, xendevicemodel_inject_event__waits_for_the_vcpu)
{
	EXPECT_EQ(0, CALL(xendevicemodel_inject_event, self->dm, self->domid, 0,
			  14, 3, 0, 0, 0));
	EXPECT_BENEATH("privcmd DM_OP(inject_event)");
	EXPECT_EQ(-1, xendevicemodel_inject_event(self->dm, self->domid, 0, 14,
						  3, 0, 0, 0));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(-1, xendevicemodel_inject_event(self->dm, self->domid, 99, 14,
						  3, 0, 0, 0));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(libxendevicemodel, xendevicemodel_shutdown__gives_the_reason)
{
	EXPECT_EQ(-ENOENT, guest_shutdown(&self->guest));
	EXPECT_EQ(0, CALL(xendevicemodel_shutdown, self->dm, self->domid,
			  SHUTDOWN_suspend));
	EXPECT_BENEATH("privcmd DM_OP(remote_shutdown)");
	EXPECT_EQ(SHUTDOWN_suspend, guest_shutdown(&self->guest));
}
