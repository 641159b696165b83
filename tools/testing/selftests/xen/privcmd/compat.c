// SPDX-License-Identifier: GPL-2.0-only
/*
 * 32-bit callers: the structures of HYPERCALL and RESTRICT are the same for
 * them. What a hypercall points to is Xen's 64-bit layout all the same. The
 * stock driver has no entry for them, and every command is ENOTTY.
 */

TEST_F(privcmd, hypercall__int80)
{
	struct privcmd_hypercall *call = LOW_PAGE(return);
	char *extra;

	call->op = __HYPERVISOR_xen_version;
	call->arg[0] = XENVER_version;
	EXPECT_EQ(xen_version(self->fd),
		  int80_ioctl(self->fd, IOCTL_PRIVCMD_HYPERCALL, call));

	extra = (char *)(call + 1);
	memset(extra, 0xff, XEN_EXTRAVERSION_LEN);
	call->arg[0] = XENVER_extraversion;
	call->arg[1] = (uintptr_t)extra;
	EXPECT_EQ(0, int80_ioctl(self->fd, IOCTL_PRIVCMD_HYPERCALL, call));
	EXPECT_NE(NULL, memchr(extra, 0, XEN_EXTRAVERSION_LEN));

	call->op = 63;
	EXPECT_EQ(-ENOSYS,
		  int80_ioctl(self->fd, IOCTL_PRIVCMD_HYPERCALL, call));
	EXPECT_EQ(-EFAULT,
		  int80_ioctl(self->fd, IOCTL_PRIVCMD_HYPERCALL, NULL));
}

TEST_F(privcmd, restrict__int80)
{
	uint16_t *domid = LOW_PAGE(return);

	*domid = DOM_NONE;
	EXPECT_EQ(0, int80_ioctl(self->fd, IOCTL_PRIVCMD_RESTRICT, domid));
	EXPECT_RESTRICTED(self->fd);
	EXPECT_EQ(-EPERM, int80_ioctl(self->fd, IOCTL_PRIVCMD_HYPERCALL,
				      domid));
	*domid = 1;
	EXPECT_EQ(-EINVAL, int80_ioctl(self->fd, IOCTL_PRIVCMD_RESTRICT,
				       domid));
}

TEST_F(privcmd, unknown_ioctl__int80)
{
	void *page = LOW_PAGE(return);

	EXPECT_EQ(-ENOTTY, int80_ioctl(self->fd,
				       _IOC(_IOC_NONE, 'P', 0xff, 0), page));
}
