// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCIDEV_GET_GSI, as far as a machine without passed-through devices can show
 * it: there is the service with nobody behind it, or there is no service.
 */

static int get_gsi(int fd, void *arg)
{
	return ioctl(fd, IOCTL_PRIVCMD_PCIDEV_GET_GSI, arg) ? -errno : 0;
}

/* Linux 6.12 has the service on x86, and xen-pciback is not loaded. */
static int nobody_knows(void)
{
	struct utsname name;

	uname(&name);
	if (strcmp(name.machine, "x86_64"))
		return -EINVAL;
	return strncmp(name.release, "6.1.", 4) ? -EOPNOTSUPP : -EINVAL;
}

TEST_F(privcmd, pcidev_get_gsi__without_pciback)
{
	static const uint32_t sbdf[] = { 0, 0x00000008, 0x0000ffff, ~0u };
	struct privcmd_pcidev_get_gsi get;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sbdf); i++) {
		get.sbdf = sbdf[i];
		get.gsi = 0x5a5a;
		EXPECT_EQ(nobody_knows(), get_gsi(self->fd, &get));
		EXPECT_EQ(0x5a5a, get.gsi);
	}
}

TEST_F(privcmd, pcidev_get_gsi__bad_pointer)
{
	EXPECT_EFAULT(self->fd, IOCTL_PRIVCMD_PCIDEV_GET_GSI);
}

TEST_F(privcmd, pcidev_get_gsi__of_a_restricted_file)
{
	struct privcmd_pcidev_get_gsi get = {};

	ASSERT_EQ(0, privcmd_restrict(self->fd, DOM_NONE));
	EXPECT_EQ(-EPERM, get_gsi(self->fd, &get));
	EXPECT_EQ(-EPERM, get_gsi(self->fd, NULL));
}
