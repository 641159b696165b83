// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests run on.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "env.h"
#include "files.h"

static bool modules_are(const char *whose)
{
	const char *declared = getenv("XEN_MODULES");

	return declared && !strcmp(declared, whose);
}

bool env_is_ours(void)
{
	return modules_are("ours");
}

bool env_is_stock(void)
{
	return modules_are("stock");
}

bool env_is_declared(void)
{
	return env_is_ours() || env_is_stock();
}

static bool guest_type_is(const char *type)
{
	char text[16];

	if (read_text("/sys/hypervisor/guest_type", text, sizeof(text)) < 0)
		return false;
	return !strcmp(text, type);
}

bool env_is_pv(void)
{
	return guest_type_is("PV");
}

bool env_is_pvh(void)
{
	return guest_type_is("PVH") || guest_type_is("HVM");
}

bool env_loses_own_grants(void)
{
#ifdef __x86_64__
	return !env_is_pv();
#else
	return false;
#endif
}

bool env_lacks(const char *path)
{
	return access(path, F_OK) && !env_is_declared();
}
