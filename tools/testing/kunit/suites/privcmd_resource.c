// SPDX-License-Identifier: GPL-2.0-only
/* /dev/xen/privcmd: resources in a process's memory. */
#include "suites/privcmd.h"
#include "suites/suites.h"

TEST_BOTH(map_resource_and_its_size)
{
	struct privcmd_mmap_resource query = { .dom = GUEST, .type = 0, .id = 1 };
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 3);
	unsigned int i;

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 5);
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP_RESOURCE, &query,
					sizeof(query)), 0);
	KUNIT_EXPECT_EQ(test, query.num, 5);
	query.type = 3;
	query.num = 0;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP_RESOURCE, &query,
					sizeof(query)), -EOPNOTSUPP);
	fake_domain(GUEST)->error_as_size = true;
	KUNIT_EXPECT_EQ(test, env_ioctl(file, IOCTL_PRIVCMD_MMAP_RESOURCE, &query,
					sizeof(query)), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 1, 3, addr), 0);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, env_get64(addr + i * PAGE_SIZE),
				fake_stamp(GUEST, 1 << 16 | (1 + i)));
	/* P2: a mapping is used once. */
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 1, addr), -EINVAL);
}

TEST_BOTH(map_p2_where_a_resource_may_go)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 2);

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 5);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 0, addr), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 2, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 3, addr), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 1ULL << 33, addr),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 2, addr - PAGE_SIZE),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 2,
					   env_user() + 30 * PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_resource(file, 99, 0, 1, 0, 2, addr), -ESRCH);
	/* At the end of it, and less than all of it. */
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 1, addr + PAGE_SIZE),
			0);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_TRUE(test, env_mapped(addr + PAGE_SIZE));
}

/* P10: all of it or an error, and then the mapping is as it was. */
TEST_BOTH(map_p10_part_of_a_resource)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 4);

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 3);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 4, addr), -EINVAL);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 3, addr), 0);
}

static void frame_goes(void *data)
{
	fake_domain(GUEST)->caller_owned = true;
}

TEST(map_p10_entry_of_a_resource_fails)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long addr = map_foreign(file, 3);

	fake_domain_new(GUEST, 0);
	fake_resource(GUEST, 0, 1, 3);
	/* Acquired, but by the time of the update not to be mapped so. */
	fake_after(FAKE_MEMORY(XENMEM_acquire_resource), 1, frame_goes, NULL);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 3, addr), -EPERM);
	KUNIT_EXPECT_FALSE(test, env_mapped(addr));
	/* Now it says whose it is, before it is mapped. */
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 3, addr), 0);
}

/* Is more than there is memory asked for? Never a warning. */
TEST_BOTH(map_huge)
{
	struct file *file = env_open(test, PRIVCMD);
	unsigned long pages = 1UL << 24, addr = map_foreign(file, pages);

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr));
	fake_domain_new(GUEST, 1);
	fake_resource(GUEST, 0, 1, 1);
	KUNIT_EXPECT_EQ(test, map_resource(file, GUEST, 0, 1, 0, 1, addr), -ENOMEM);
}

static struct kunit_case resource_cases[] = {
	KUNIT_CASE(map_resource_and_its_size),
	KUNIT_CASE(map_p2_where_a_resource_may_go),
	KUNIT_CASE(map_p10_part_of_a_resource),
	KUNIT_CASE(map_p10_entry_of_a_resource_fails),
	KUNIT_CASE(map_huge),
	{}
};

ENV_SUITE(privcmd_resource, resource_cases);
