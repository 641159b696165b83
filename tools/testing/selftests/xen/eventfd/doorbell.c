// SPDX-License-Identifier: GPL-2.0-only
/*
 * The real thing: a guest that writes to a doorbell, and powers off when it has
 * done what it was made for.
 */

#define DEVICE		0xf0000000UL
#define DOORBELL	(DEVICE + 0x50)

/*
 * What slot and data point to is shared: it is read anew after each call of a
 * function that the compiler does not see.
 */
struct doorbell {
	struct ioreq_server server;
	struct ioreq *slot;
	uint32_t *data;
	uint8_t *code;
	int evtchn;
	int port;
	uint32_t ports[GUEST_VCPUS];
};

/* mov $queue, %eax; mov %eax, address; lock incl DATA_FRAME's first word */
static void code_write(struct doorbell *d, uint32_t addr, uint32_t queue)
{
	static const uint8_t inc[] = { 0xf0, 0xff, 0x05 };
	uint32_t data = DATA_FRAME * PG;

	*d->code++ = 0xb8;
	memcpy(d->code, &queue, 4);
	d->code[4] = 0xa3;
	memcpy(d->code + 5, &addr, 4);
	memcpy(d->code + 9, inc, 3);
	memcpy(d->code + 12, &data, 4);
	d->code += 16;
}

static void code_end(struct doorbell *d)
{
	memcpy(d->code, code_cli_hlt, sizeof(code_cli_hlt));
	d->code += sizeof(code_cli_hlt);
}

/* A device model for the guest, connected to the slot of vCPU 0. */
static int doorbell_open(struct eventfd_fixture *self, struct doorbell *d)
{
	char *mem, *page;
	int err[FRAMES], i, ret;

	ret = ioreq_create(&d->server, &self->guest);
	if (ret)
		return ret;
	page = fm_area(self->fd, 1);
	mem = fm_area(self->fd, FRAMES);
	if (!page || !mem)
		return -ENOMEM;
	ret = fm_resource(self->fd, self->domid, 0, d->server.id,
			  IOREQ_SLOT_FRAME, 1, page, NULL);
	ret = ret ?: fm_v2(self->fd, self->domid, mem, FRAMES,
			   self->guest.frame, err);
	ret = ret ?: ioreq_enable(&d->server);
	if (ret)
		return ret;
	if (xendevicemodel_map_io_range_to_ioreq_server(d->server.dm,
							self->domid,
							d->server.id, 1, DEVICE,
							DEVICE + 0xfff))
		return -errno;
	d->slot = (void *)page;
	d->code = (uint8_t *)mem + CODE_FRAME * PG;
	d->data = (void *)(mem + DATA_FRAME * PG);
	d->evtchn = ev_open(O_RDWR);
	for (i = 0; i < GUEST_VCPUS; i++) {
		ret = ev_bind_interdomain(d->evtchn, self->domid,
					  d->slot[i].vp_eport);
		if (ret < 0)
			return ret;
		d->ports[i] = ret;
	}
	d->port = d->ports[0];
	/* A new channel begins with an event. */
	while (ev_wait(d->evtchn, QUIET_MS) > 0)
		ev_take(d->evtchn);
	return 0;
}

static int doorbell_ioctl(struct eventfd_fixture *self, struct doorbell *d,
			  int efd, uint32_t queue, uint32_t flags)
{
	struct privcmd_ioeventfd arg = {
		.ioreq = (uintptr_t)d->slot,
		.ports = (uintptr_t)d->ports,
		.addr = DEVICE,
		.addr_len = 4,
		.event_fd = efd,
		.vcpus = GUEST_VCPUS,
		.vq = queue,
		.flags = flags,
		.dom = self->domid,
	};

	return ioctl(self->fd, IOCTL_PRIVCMD_IOEVENTFD, &arg) ? -errno : 0;
}

/* The count of an eventfd, waited for; or -ETIMEDOUT. */
static long efd_take(int efd)
{
	struct pollfd pfd = { .fd = efd, .events = POLLIN };
	uint64_t count;

	if (poll(&pfd, 1, SOON_MS) != 1)
		return -ETIMEDOUT;
	return read(efd, &count, sizeof(count)) == sizeof(count) ? (long)count
								 : -errno;
}

/* Wait until the guest has got so far. */
static bool guest_reaches(struct doorbell *d, uint32_t count)
{
	unsigned int ms;

	for (ms = 0; ms < SOON_MS && *d->data < count; ms += 5)
		sleep_ms(5);
	return *d->data == count;
}

/* Wait until a request is left for us. */
static bool request_waits(struct doorbell *d)
{
	unsigned int ms;

	for (ms = 0; ms < SOON_MS; ms += 5) {
		if (d->slot[0].state == STATE_IOREQ_READY) {
			sleep_ms(QUIET_MS);
			return d->slot[0].state == STATE_IOREQ_READY;
		}
		sleep_ms(5);
	}
	return false;
}

static int request_answer(struct doorbell *d)
{
	while (ev_wait(d->evtchn, 0) > 0)
		ev_take(d->evtchn);
	d->slot[0].state = STATE_IORESP_READY;
	return ev_notify(d->evtchn, d->port);
}

static void doorbell_close(struct doorbell *d)
{
	close(d->evtchn);
	ioreq_destroy(&d->server);
}

TEST_F_TIMEOUT(eventfd, ioeventfd__rings, 60)
{
	struct doorbell d = {};
	int second = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	ASSERT_EQ(0, doorbell_open(self, &d));
	code_write(&d, DOORBELL, 0);
	code_write(&d, DOORBELL, 1);
	code_write(&d, DOORBELL, 0xabcd0000);
	code_end(&d);
	ASSERT_EQ(0, doorbell_ioctl(self, &d, self->efd, 0, 0));
	ASSERT_EQ(0, doorbell_ioctl(self, &d, second, 1, 0));
	EXPECT_EQ(-EBUSY, doorbell_ioctl(self, &d, second, 1, 0));
	ASSERT_EQ(0, guest_start(self));
	EXPECT_TRUE(guest_reaches(&d, 3));
	EXPECT_EQ(2, efd_take(self->efd));
	EXPECT_EQ(1, efd_take(second));
	EXPECT_TRUE(guest_ends(self));
	close(second);
	doorbell_close(&d);
}

/* Another queue, another register: the device model is to answer. */
TEST_F_TIMEOUT(eventfd, ioeventfd__other_requests_are_left, 60)
{
	struct doorbell d = {};

	ASSERT_EQ(0, doorbell_open(self, &d));
	code_write(&d, DOORBELL, 7);
	code_write(&d, DOORBELL + 4, 0);
	code_write(&d, DOORBELL, 0);
	code_end(&d);
	ASSERT_EQ(0, doorbell_ioctl(self, &d, self->efd, 0, 0));
	ASSERT_EQ(0, guest_start(self));
	EXPECT_TRUE(request_waits(&d));
	EXPECT_EQ(DOORBELL, d.slot[0].addr);
	EXPECT_EQ(7u, d.slot[0].data);
	EXPECT_EQ(0u, *d.data);
	EXPECT_EQ(d.port, ev_take(d.evtchn));
	EXPECT_EQ(0, request_answer(&d));
	EXPECT_TRUE(guest_reaches(&d, 1));
	EXPECT_TRUE(request_waits(&d));
	EXPECT_EQ(DOORBELL + 4, d.slot[0].addr);
	EXPECT_EQ(0, request_answer(&d));
	EXPECT_EQ(1, efd_take(self->efd));
	EXPECT_TRUE(guest_ends(self));
	EXPECT_EQ(3u, *d.data);
	doorbell_close(&d);
}

TEST_F_TIMEOUT(eventfd, ioeventfd__deassigned_does_not_ring, 60)
{
	struct doorbell d = {};

	ASSERT_EQ(0, doorbell_open(self, &d));
	code_write(&d, DOORBELL, 0);
	code_end(&d);
	EXPECT_EQ(-ENODEV, doorbell_ioctl(self, &d, self->efd, 0, 1));
	ASSERT_EQ(0, doorbell_ioctl(self, &d, self->efd, 0, 0));
	ASSERT_EQ(0, doorbell_ioctl(self, &d, self->efd, 0, 1));
	EXPECT_EQ(-ENODEV, doorbell_ioctl(self, &d, self->efd, 0, 1));
	ASSERT_EQ(0, guest_start(self));
	EXPECT_TRUE(request_waits(&d));
	EXPECT_EQ(0, request_answer(&d));
	EXPECT_TRUE(guest_ends(self));
	doorbell_close(&d);
}

/* 200 times, without anybody else in the way. */
TEST_F_TIMEOUT(eventfd, ioeventfd__many_rings, 100)
{
	struct doorbell d = {};
	uint64_t begin;
	int i;

	ASSERT_EQ(0, doorbell_open(self, &d));
	for (i = 0; i < 200; i++)
		code_write(&d, DOORBELL, 0);
	code_end(&d);
	ASSERT_EQ(0, doorbell_ioctl(self, &d, self->efd, 0, 0));
	begin = now_us();
	ASSERT_EQ(0, guest_start(self));
	EXPECT_TRUE(guest_reaches(&d, 200));
	ksft_print_msg("one ring took %llu us\n",
		       (unsigned long long)(now_us() - begin) / 200);
	EXPECT_EQ(200, efd_take(self->efd));
	EXPECT_TRUE(guest_ends(self));
	doorbell_close(&d);
}

/* Closed in any order, with the guest still there or not. */
TEST_F_TIMEOUT(eventfd, ioeventfd__everything_closed_while_assigned, 60)
{
	struct doorbell d = {};

	ASSERT_EQ(0, doorbell_open(self, &d));
	ASSERT_EQ(0, doorbell_ioctl(self, &d, self->efd, 0, 0));
	close(d.evtchn);
	EXPECT_EQ(0, munmap(d.slot, PG));
	EXPECT_EQ(0, fm_unmap((char *)d.data - DATA_FRAME * PG, FRAMES));
	EXPECT_EQ(0, guest_destroy(&self->guest));
	sleep_ms(QUIET_MS);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(0, guest_gone(&self->guest));
}
