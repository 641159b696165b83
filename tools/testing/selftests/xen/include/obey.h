/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of lib/xl.c that is in the guest: does what dom0 tells it through
 * xenstore.
 */
#ifndef XT_OBEY_H
#define XT_OBEY_H

/* Words, as long as one value of xenstore can be. */
#define OBEY_TEXT	4096

/*
 * For ever, give @command the verb and the words of each command, and answer
 * with what it returns and what is in @more then. A worker does it, which may
 * be killed: the next one takes its place.
 */
int obey(int (*command)(const char *verb, char *words), char *more);

#endif
