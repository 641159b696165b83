// SPDX-License-Identifier: GPL-2.0-only
/*
 * A channel from this domain to itself.
 */
#include <fcntl.h>

#include "bell.h"
#include "clock.h"

int bell_open(struct bell *bell)
{
	bell->ours = ev_open(O_RDWR);
	if (bell->ours < 0)
		return bell->ours;
	bell->theirs = ev_open(O_RDWR);
	if (bell->theirs < 0)
		return bell->theirs;
	return ev_pair(bell->ours, bell->theirs, &bell->pair);
}

bool bell_rings(struct bell *bell)
{
	return ev_take(bell->theirs) == (int)bell->pair.b;
}

bool bell_silent(struct bell *bell)
{
	return ev_wait(bell->theirs, QUIET_MS) == 0;
}
