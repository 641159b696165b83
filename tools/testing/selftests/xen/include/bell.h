/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel from this domain to itself, for what is to ring when grants go
 * back: what is sent through port pair.a arrives at the file @theirs.
 */
#ifndef XT_BELL_H
#define XT_BELL_H

#include <stdbool.h>

#include "evtchn_ops.h"

struct bell {
	int ours;
	int theirs;
	struct ev_pair pair;
};

/* 0 or -errno. */
int bell_open(struct bell *bell);

/* Wait for an event, and be ready for another: did it come? */
bool bell_rings(struct bell *bell);

/* Watch for a while: did none come? */
bool bell_silent(struct bell *bell);

#define ASSERT_BELL() ({						\
	struct bell __bell;						\
									\
	ASSERT_EQ(0, bell_open(&__bell));				\
	__bell;								\
})

#define EXPECT_RING(bell)	EXPECT_TRUE(bell_rings(&(bell)))
#define EXPECT_SILENCE(bell)	EXPECT_TRUE(bell_silent(&(bell)))

#endif
