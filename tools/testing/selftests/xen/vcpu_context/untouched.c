// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that Xen keeps of a domain, before and after one register was set: what the
 * library knows nothing of, too.
 */

#define ONLY_RBX	0x5e7

/* Of the layout of FXSAVE. */
#define FX_FCW		0
#define FX_MXCSR	24
#define FX_XMM		160

/* A state of the FPU that is nobody's default. */
static void fill_fpu(void *fx)
{
	uint8_t *p = fx;
	unsigned int i;

	memset(p, 0, 512);
	p[FX_FCW] = 0x7f;
	p[FX_FCW + 1] = 0x02;
	p[FX_MXCSR] = 0x80;
	p[FX_MXCSR + 1] = 0x3f;
	for (i = 0; i < 16 * 16; i++)
		p[FX_XMM + i] = 0x31 + i;
}

/* What XSAVE has beyond FXSAVE, up to the registers that AVX has. */
#define XCR0_AVX	7
#define XSTATE_BV	512
#define XSTATE_YMM	576
#define XSTATE_SIZE	832

static void fill_xstate(uint8_t *area)
{
	const uint64_t bv = XCR0_AVX;
	unsigned int i;

	memset(area, 0, XSTATE_SIZE);
	fill_fpu(area);
	memcpy(area + XSTATE_BV, &bv, sizeof(bv));
	for (i = XSTATE_YMM; i < XSTATE_SIZE; i++)
		area[i] = i;
}

struct xsave_record {
	struct hvm_save_descriptor d;
	uint64_t xfeature_mask, xcr0, xcr0_accum;
	uint8_t area[XSTATE_SIZE];
};

static uint8_t *hvm_image(struct vcpu_context_fixture *self, int *size)
{
	xc_interface *xc = self->vg.guest.xc;
	uint8_t *image;

	*size = xc_domain_hvm_getcontext(xc, self->domid, NULL, 0);
	image = *size > 0 ? calloc(1, *size) : NULL;
	if (image)
		*size = xc_domain_hvm_getcontext(xc, self->domid, image, *size);
	return image;
}

/* Call @fn for each CPU record. */
static void each_cpu(uint8_t *image, void (*fn)(struct hvm_hw_cpu *cpu,
						unsigned int vcpu))
{
	struct hvm_save_descriptor *d = (void *)image;

	for (; d->typecode; d = (void *)((uint8_t *)(d + 1) + d->length)) {
		if (d->typecode == HVM_SAVE_CODE(CPU))
			fn((void *)(d + 1), d->instance);
	}
}

static void give_fpu(struct hvm_hw_cpu *cpu, unsigned int vcpu)
{
	(void)vcpu;
	fill_fpu(cpu->fpu_regs);
	cpu->flags = XEN_X86_FPU_INITIALISED;
}

/*
 * Give both vCPUs an FPU's state, and what AVX has, if Xen takes it: the
 * processor may be too old.
 */
static int hvm_give_state(struct vcpu_context_fixture *self)
{
	const size_t more = 2 * sizeof(struct xsave_record);
	xc_interface *xc = self->vg.guest.xc;
	struct xsave_record *x;
	uint8_t *image, *with;
	int size, i, ret;

	image = hvm_image(self, &size);
	with = image ? calloc(1, size + more) : NULL;
	if (!with)
		return -ENOMEM;
	each_cpu(image, give_fpu);
	/* In place of the end marker. */
	memcpy(with, image, size);
	x = (void *)(with + size - sizeof(struct hvm_save_descriptor));
	for (i = 0; i < 2; i++, x++) {
		x->d.typecode = CPU_XSAVE_CODE;
		x->d.instance = i;
		x->d.length = sizeof(*x) - sizeof(x->d);
		x->xcr0 = XCR0_AVX;
		x->xcr0_accum = XCR0_AVX;
		fill_xstate(x->area);
	}
	ret = xc_domain_hvm_setcontext(xc, self->domid, with, size + more);
	ksft_print_msg("AVX is %s\n", ret ? "not there" : "there");
	if (ret)
		ret = xc_domain_hvm_setcontext(xc, self->domid, image, size);
	free(image);
	free(with);
	return ret ? -errno : 0;
}

/* What is to be different. */
static void blank(struct hvm_hw_cpu *cpu, unsigned int vcpu)
{
	if (!vcpu)
		cpu->rbx = 0;
	cpu->tsc = 0;
}

TEST_F(vcpu_context, set__leaves_all_else_of_hvm)
{
	uint8_t *before, *after;
	int size, size_after;
	uint64_t rbx;

	if (!variant->hvm)
		SKIP(return, "a PV domain has no such context");
	ASSERT_EQ(0, hvm_give_state(self));
	before = hvm_image(self, &size);
	ASSERT_NE(NULL, before);
	ASSERT_EQ(0, vm_set_thread_context_reg(self->v, VCPU_CONTEXT_RBX,
					       ONLY_RBX));
	after = hvm_image(self, &size_after);
	ASSERT_NE(NULL, after);
	ASSERT_EQ(0, vm_get_thread_context_reg(self->v, VCPU_CONTEXT_RBX,
					       &rbx));
	EXPECT_EQ(ONLY_RBX, rbx);
	each_cpu(before, blank);
	each_cpu(after, blank);
	ASSERT_EQ(size, size_after);
	EXPECT_EQ(0, memcmp(before, after, size));
	free(before);
	free(after);
}

/* A PV vCPU's context, and its extended state, which has at most this size. */
struct pv_all {
	vcpu_guest_context_any_t context;
	uint64_t ext_size;
	uint8_t ext[16384];
};

static int pv_get(struct vcpu_context_fixture *self, unsigned int vcpu,
		  struct pv_all *all)
{
	xencall_handle *xcall = xc_interface_xcall_handle(self->vg.guest.xc);
	struct xen_domctl_vcpuextstate *ext;
	struct xen_domctl *op;
	void *buf;
	int ret;

	memset(all, 0, sizeof(*all));
	if (xc_vcpu_getcontext(self->vg.guest.xc, self->domid, vcpu,
			       &all->context))
		return -errno;
	op = xencall_alloc_buffer(xcall, sizeof(*op));
	buf = xencall_alloc_buffer(xcall, sizeof(all->ext));
	memset(op, 0, sizeof(*op));
	memset(buf, 0, sizeof(all->ext));
	op->cmd = XEN_DOMCTL_getvcpuextstate;
	op->interface_version = xencall_hook.real;
	op->domain = self->domid;
	ext = &op->u.vcpuextstate;
	ext->vcpu = vcpu;
	/* First its size, and the mask that it has. */
	ret = xencall1(xcall, __HYPERVISOR_domctl, (uintptr_t)op);
	if (!ret) {
		set_xen_guest_handle_raw(ext->buffer, buf);
		ret = ext->size > sizeof(all->ext) ? -1 :
		      xencall1(xcall, __HYPERVISOR_domctl, (uintptr_t)op);
	}
	all->ext_size = ext->size;
	memcpy(all->ext, buf, sizeof(all->ext));
	xencall_free_buffer(xcall, op);
	xencall_free_buffer(xcall, buf);
	return ret ? -EIO : 0;
}

struct pv_xstate {
	uint64_t xcr0, xcr0_accum;
	uint8_t area[XSTATE_SIZE];
};

/* As hvm_give_state(). */
static void pv_give_xstate(struct vcpu_context_fixture *self, unsigned int vcpu)
{
	xencall_handle *xcall = xc_interface_xcall_handle(self->vg.guest.xc);
	struct xen_domctl *op = xencall_alloc_buffer(xcall, sizeof(*op));
	struct pv_xstate *x = xencall_alloc_buffer(xcall, sizeof(*x));
	int ret;

	memset(op, 0, sizeof(*op));
	op->cmd = XEN_DOMCTL_setvcpuextstate;
	op->interface_version = xencall_hook.real;
	op->domain = self->domid;
	op->u.vcpuextstate.vcpu = vcpu;
	op->u.vcpuextstate.size = sizeof(*x);
	set_xen_guest_handle_raw(op->u.vcpuextstate.buffer, (void *)x);
	x->xcr0 = XCR0_AVX;
	x->xcr0_accum = XCR0_AVX;
	fill_xstate(x->area);
	ret = xencall1(xcall, __HYPERVISOR_domctl, (uintptr_t)op);
	ksft_print_msg("AVX is %s\n", ret ? "not there" : "there");
	xencall_free_buffer(xcall, op);
	xencall_free_buffer(xcall, x);
}

TEST_F(vcpu_context, set__leaves_all_else_of_pv)
{
	struct pv_all *all = calloc(4, sizeof(*all));
	unsigned int i;

	if (variant->hvm)
		SKIP(return, "an HVM vCPU has more than that");
	ASSERT_NE(NULL, all);
	for (i = 0; i < 2; i++) {
		vcpu_guest_context_t *c = (void *)&all[i].context;

		ASSERT_EQ(0, pv_get(self, i, &all[i]));
		fill_fpu(&c->fpu_ctxt);
		c->flags |= VGCF_I387_VALID;
		ASSERT_EQ(0, xc_vcpu_setcontext(self->vg.guest.xc, self->domid,
						i, &all[i].context));
		pv_give_xstate(self, i);
		ASSERT_EQ(0, pv_get(self, i, &all[i]));
	}
	ASSERT_EQ(0, vm_set_thread_context_reg(self->v, VCPU_CONTEXT_RBX,
					       ONLY_RBX));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, pv_get(self, i, &all[2 + i]));
		ksft_print_msg("%llu bytes of extended state\n",
			       (unsigned long long)all[i].ext_size);
	}
	EXPECT_EQ(ONLY_RBX, all[2].context.x64.user_regs.rbx);
	all[2].context.x64.user_regs.rbx = all[0].context.x64.user_regs.rbx;
	EXPECT_EQ(0, memcmp(&all[0], &all[2], 2 * sizeof(*all)));
	free(all);
}
