// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was set is there in a domain that another was restored to.
 */

static int on_suspend(void *data)
{
	struct guest *g = data;

	return !xc_domain_shutdown(g->xc, g->domid, SHUTDOWN_suspend);
}

/* There is no device model. */
static int on_logdirty(uint32_t domid, unsigned int enable, void *data)
{
	(void)domid;
	(void)enable;
	(void)data;
	return 0;
}

/* As xl does it: all of the domain into a file, and from there into another. */
static int save_and_restore(struct guest *from, struct vcpu_guest *to)
{
	struct save_callbacks save = {
		.suspend = on_suspend,
		.switch_qemu_logdirty = on_logdirty,
		.data = from,
	};
	struct restore_callbacks restore = {};
	struct guest *g = &to->guest;
	unsigned long store, console;
	FILE *f = tmpfile();
	int ret;

	if (!f)
		return -errno;
	ret = xc_domain_save(from->xc, fileno(f), from->domid, 0, &save,
			     XC_STREAM_PLAIN, -1);
	if (!ret && !lseek(fileno(f), 0, SEEK_SET))
		ret = xc_domain_restore(g->xc, fileno(f), g->domid, 0, &store,
					0, 0, &console, 0, XC_STREAM_PLAIN,
					&restore, -1);
	fclose(f);
	return ret ? -EIO : vcpu_guest_remap(to);
}

/*
 * A PV guest takes part in that, and ours does not know how. Its frames are
 * others in the new domain, so it gets the values alone.
 */
static int copy_values(struct vcpu_context_fixture *self, vm_vcpu_t *to,
		       const struct state *s)
{
	struct vm_vcpu_value values[VALUES];
	size_t i, nr = 0;

	for (i = 0; i < s->nr; i++) {
		if (vm_vcpu_access(self->v, s->value[i].is_field,
				   s->value[i].id) & VM_ACCESS_WRITE)
			values[nr++] = s->value[i];
	}
	return vm_vcpu_set_values(to, values, nr) ? -errno : 0;
}

static int set_choices(struct vcpu_context_fixture *self, unsigned int round)
{
	const struct choice *c;
	size_t i, nr = choices(self, &c);
	int ret;

	ret = vm_set_thread_context(self->v, some_context(round)) ? -errno : 0;
	for (i = 0; !ret && i < nr; i++) {
		if (c[i].slot != PAUSED)
			ret = set_by_name(self->v, c[i].name,
					  choice_value(self, &c[i]));
	}
	return ret;
}

TEST_F_TIMEOUT(vcpu_context, restore__keeps_what_was_set, 240)
{
	vm_thread_context_t c = some_context(11);
	struct vcpu_guest vg;
	struct state saved, now;
	vm_vcpu_t *v, *old = self->v;

	ASSERT_EQ(0, set_choices(self, 11));
	ASSERT_EQ(0, state_get(self->v, &saved));

	/* For PV its memory is the same, for nothing has run. */
	ASSERT_EQ(0, vcpu_guest_create(&vg, variant->hvm, 2, true));
	v = vm_vcpu_open(vg.guest.domid, 0);
	ASSERT_NE(NULL, v);
	ASSERT_EQ(0, variant->hvm ? save_and_restore(&self->vg.guest, &vg)
				  : copy_values(self, v, &saved));
	ASSERT_EQ(0, state_get(v, &now));
	EXPECT_EQ(0u, state_differs(&saved, &now, variant->hvm ? NULL : "cr3"));

	/* The new one runs, the old one does not. */
	self->v = v;
	ASSERT_EQ(0, xc_domain_unpause(vg.guest.xc, vg.guest.domid));
	EXPECT_TRUE(vcpu_guest_moves(&vg, VC_DONE, 0));
	EXPECT_EQ(0, memcmp(vcpu_guest_at(&vg, VC_SLOTS), &c, sizeof(c)));
	EXPECT_EQ(0u, vcpu_guest_word(&self->vg, VC_DONE));
	self->v = old;
	EXPECT_EQ(0, vm_vcpu_close(v));
	vcpu_guest_free(&vg);
}
